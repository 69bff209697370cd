//! The scalars of the JSON writer in `json.rs`: strings with and without escapes, integers,
//! decimals, doubles, hexadecimal numbers and UUIDs. They are formatted without `core::fmt`,
//! because formatting takes most of the time of the generator.

use super::json::Writer;
use super::random::Random;

impl Writer<'_> {
    /// A string that needs no escape.
    #[inline]
    pub(super) fn string(&mut self, clean: &str) {
        self.open();
        self.part(clean);
        self.close();
    }

    /// A string, escaped where needed.
    #[inline]
    pub(super) fn text(&mut self, text: &str) {
        self.open();
        self.text_part(text);
        self.close();
    }

    #[inline]
    pub(super) fn bool(&mut self, value: bool) {
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Begins a string that is written in parts. [`Writer::close`] ends it.
    #[inline]
    pub(super) fn open(&mut self) {
        self.out.push(b'"');
    }

    #[inline]
    pub(super) fn close(&mut self) {
        self.out.push(b'"');
    }

    /// Part of a string that needs no escape, or a number.
    #[inline]
    pub(super) fn part(&mut self, clean: &str) {
        debug_assert!(
            clean.bytes().all(|byte| byte >= b' '),
            "needs escapes: {clean}"
        );
        self.out.extend_from_slice(clean.as_bytes());
    }

    /// Part of a string, escaped where needed.
    #[inline]
    pub(super) fn text_part(&mut self, text: &str) {
        if is_clean(text) {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.escape(text);
        }
    }

    /// Part of a string in upper case. Letters outside ASCII do not change.
    pub(super) fn upper_part(&mut self, clean: &str) {
        self.out
            .extend(clean.bytes().map(|byte| byte.to_ascii_uppercase()));
    }

    /// A number, or the digits of a number in a string.
    #[inline]
    pub(super) fn unsigned(&mut self, mut value: u64) {
        let mut digits = [0_u8; 20];
        let mut unused = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
            unused -= 1;
            if value == 0 {
                break;
            }
        }
        self.out
            .extend_from_slice(digits.get(unused..).unwrap_or_default());
    }

    #[inline]
    pub(super) fn signed(&mut self, value: i64) {
        if value < 0 {
            self.out.push(b'-');
        }
        self.unsigned(value.unsigned_abs());
    }

    /// `value` with leading zeros, with `width` digits in total.
    pub(super) fn padded(&mut self, value: u64, width: u32) {
        let mut unit = 10_u64.saturating_pow(width.saturating_sub(1));
        while unit > 0 {
            self.out.push(b'0' + (value / unit % 10) as u8);
            unit /= 10;
        }
    }

    /// A decimal: `units` divided by 10 to the power of `scale`, with `scale` digits after the
    /// point (`1250` with scale 2 is `12.50`).
    pub(super) fn decimal(&mut self, units: u64, scale: u32) {
        let one = 10_u64.saturating_pow(scale);
        self.unsigned(units / one);
        if scale > 0 {
            self.out.push(b'.');
            self.padded(units % one, scale);
        }
    }

    /// A double, given in millionths, as its shortest text with at least one digit after the point.
    pub(super) fn double(&mut self, millionths: i64) {
        if millionths < 0 {
            self.out.push(b'-');
        }
        self.decimal(millionths.unsigned_abs(), 6);
        for _ in 0..5 {
            if self.out.last() == Some(&b'0') {
                self.out.pop();
            }
        }
    }

    /// Sixteen hexadecimal digits, as part of a string.
    #[inline]
    pub(super) fn hex(&mut self, bits: u64) {
        self.out.extend_from_slice(&hex8((bits >> 32) as u32));
        self.out.extend_from_slice(&hex8(bits as u32));
    }

    /// Eight hexadecimal digits, as part of a string.
    pub(super) fn short_hex(&mut self, bits: u32) {
        self.out.extend_from_slice(&hex8(bits));
    }

    /// A version 4 UUID from these bits, as part of a string.
    #[inline]
    pub(super) fn uuid_part(&mut self, high: u64, low: u64) {
        let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        let [b0, b1, b2, b3, b4, b5, b6, b7] = hex8(high as u32);
        let [c0, c1, c2, c3, c4, c5, c6, c7] = hex8((low >> 32) as u32);
        self.out.extend_from_slice(&hex8((high >> 32) as u32));
        self.out.extend_from_slice(&[
            b'-', b0, b1, b2, b3, b'-', b4, b5, b6, b7, b'-', c0, c1, c2, c3, b'-', c4, c5, c6, c7,
        ]);
        self.out.extend_from_slice(&hex8(low as u32));
    }

    /// A new UUID as a value.
    #[inline]
    pub(super) fn uuid(&mut self, random: &mut Random) {
        self.open();
        self.uuid_part(random.bits(), random.bits());
        self.close();
    }

    /// Escapes as Jackson does. With `Layout::escapes`, some strings have additional escapes, as
    /// from other writers: `\u00e9` for `é`, a surrogate pair for an emoji, `\/` for `/`.
    #[cold]
    fn escape(&mut self, text: &str) {
        let habits = self.layout.quirks.below(8);
        let ascii_only = self.layout.escapes && habits < 2;
        let slashes = self.layout.escapes && habits == 2;
        for character in text.chars() {
            match character {
                '"' => self.out.extend_from_slice(b"\\\""),
                '\\' => self.out.extend_from_slice(b"\\\\"),
                '\n' => self.out.extend_from_slice(b"\\n"),
                '\r' => self.out.extend_from_slice(b"\\r"),
                '\t' => self.out.extend_from_slice(b"\\t"),
                '\u{8}' => self.out.extend_from_slice(b"\\b"),
                '\u{c}' => self.out.extend_from_slice(b"\\f"),
                '/' if slashes => self.out.extend_from_slice(b"\\/"),
                ' '..='~' => self.out.push(character as u8),
                '\0'..' ' => self.escape_unit(character as u16, true),
                _ if ascii_only => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        self.escape_unit(*unit, false);
                    }
                }
                _ => self
                    .out
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }

    /// One `\u` escape. Control characters have upper-case digits, as Jackson writes them, and
    /// others have lower-case digits, as most writers do.
    fn escape_unit(&mut self, unit: u16, capitals: bool) {
        let [_, _, _, _, a, b, c, d] = hex8(u32::from(unit));
        let mut digits = [a, b, c, d];
        if capitals {
            digits.make_ascii_uppercase();
        }
        self.out.extend_from_slice(b"\\u");
        self.out.extend_from_slice(&digits);
    }
}

fn is_clean(text: &str) -> bool {
    text.bytes()
        .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\' && byte != b'/')
}

/// The eight hexadecimal digits of a number, computed at once in a 64-bit word (SWAR).
#[inline]
const fn hex8(bits: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let x = bits as u64;
    let x = (x << 16 | x) & 0x0000_FFFF_0000_FFFF;
    let x = (x << 8 | x) & 0x00FF_00FF_00FF_00FF;
    let x = (x << 4 | x) & 0x0F0F_0F0F_0F0F_0F0F;
    let letters = ((x + 6 * ONES) >> 4) & ONES;
    (x + b'0' as u64 * ONES + letters * 39).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::json::Layout;
    use super::*;

    fn write(layout: &mut Layout, values: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        values(&mut Writer::new(&mut out, layout));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes() {
        let text = "a\"b\\c\n\t\r\u{8}\u{c}\u{1b}é😀/";
        let canonical = write(&mut Layout::new(false, false, false), |writer| {
            writer.text(text)
        });
        assert_eq!(canonical, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u001Bé😀/\"");
        let mut layout = Layout::new(false, false, true);
        let texts: Vec<String> = (0..100)
            .map(|_| write(&mut layout, |writer| writer.text(text)))
            .collect();
        assert!(
            texts
                .iter()
                .all(|written| serde_json::from_str::<String>(written).unwrap() == text)
        );
        assert!(
            texts
                .iter()
                .any(|written| written.contains("\\u00e9\\ud83d\\ude00/"))
        );
        assert!(texts.iter().any(|written| written.contains("é😀\\/")));
    }

    #[test]
    fn numbers() {
        let text = write(&mut Layout::new(false, false, false), |writer| {
            for units in [0, 7, 1250, u64::MAX] {
                writer.unsigned(units);
                writer.part(" ");
                writer.decimal(units, 2);
                writer.part(" ");
            }
            for number in [0, -47_606_200, 122_332_101, 12_500_000] {
                writer.double(number);
                writer.part(" ");
            }
            writer.signed(i64::MIN);
            writer.padded(42, 5);
            writer.decimal(12, 0);
        });
        assert_eq!(
            text,
            "0 0.00 7 0.07 1250 12.50 18446744073709551615 184467440737095516.15 \
             0.0 -47.6062 122.332101 12.5 -92233720368547758080004212"
        );
    }

    #[test]
    fn hexadecimal() {
        let text = write(&mut Layout::new(false, false, false), |writer| {
            writer.hex(0x0123_4567_89AB_CDEF);
            writer.part(" ");
            writer.uuid_part(0x0123_4567_89AB_FDEF, u64::MAX);
        });
        assert_eq!(
            text,
            "0123456789abcdef 01234567-89ab-4def-bfff-ffffffffffff"
        );
    }
}
