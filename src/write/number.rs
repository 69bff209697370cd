//! Formats numbers and identifiers with SWAR: eight digits are computed at once in a 64-bit word
//! and stored at once. The tests compare with the formatting of the standard library and of zmij.
//!
//! The crate itoa takes 1.25 to 1.45 times as long where lengths vary, as in a message (2026-11-29,
//! EPYC Zen 4: timestamps, sessions and screen sizes in turn), because it branches on them; and
//! doubles need the digits by eights anyway.

use super::text;
use crate::schema::{Decimal, Uuid};

/// Appends an integer.
#[inline]
pub(super) fn push_int(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    push_unsigned(value.unsigned_abs(), out);
}

/// Appends an unsigned integer.
#[inline]
pub(super) fn push_unsigned(value: u64, out: &mut Vec<u8>) {
    const EIGHT: u64 = 100_000_000;
    const SIXTEEN: u64 = EIGHT * EIGHT;
    if value < EIGHT {
        return push_first(value as u32, out);
    }
    if value < SIXTEEN {
        let [first, last] = [value / EIGHT, value % EIGHT].map(|half| eight_digits(half as u32));
        let zeros = zeros(first);
        let digits = u128::from(first | ZEROS) | u128::from(last | ZEROS) << 64;
        let end = out.len() + 16 - zeros as usize;
        out.extend_from_slice(&(digits >> (zeros * 8)).to_le_bytes());
        return out.truncate(end);
    }
    push_first((value / SIXTEEN) as u32, out);
    let rest = value % SIXTEEN;
    let [first, last] = [rest / EIGHT, rest % EIGHT].map(|half| eight_digits(half as u32) | ZEROS);
    out.extend_from_slice(&(u128::from(first) | u128::from(last) << 64).to_le_bytes());
}

/// Appends a number below 10^8 without leading zeros.
#[inline]
fn push_first(value: u32, out: &mut Vec<u8>) {
    let digits = eight_digits(value);
    let zeros = zeros(digits);
    let end = out.len() + 8 - zeros as usize;
    out.extend_from_slice(&((digits | ZEROS) >> (zeros * 8)).to_le_bytes());
    out.truncate(end);
}

/// The number of leading zeros among eight digits. The first digit is in the lowest byte. The last
/// digit does not count, so that zero has one digit.
#[inline]
fn zeros(digits: u64) -> u32 {
    (digits | 1 << 56).trailing_zeros() / 8
}

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below 10^8 as byte values, the first in the lowest byte. The number is
/// split into halves, the halves into pairs and the pairs into digits, each time in all lanes of
/// the word at once (Paul Khuong, "How to print integers really fast", 2017).
#[inline]
fn eight_digits(value: u32) -> u64 {
    let halves = u64::from(value / 10_000) | u64::from(value % 10_000) << 32;
    // x / 100 for x below 10^4, and x / 10 for x below 100.
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = ((halves - 100 * hundreds) << 16) + hundreds;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    ((pairs - 10 * tens) << 8) + tens
}

/// Appends a double if it has at most six digits after the point and is neither very large nor very
/// small, as is usual for coordinates and prices; otherwise appends nothing and returns false. The
/// result is the shortest text that parses to this double, because different decimals of up to
/// fifteen digits parse to different doubles.
#[inline]
pub(super) fn push_short_double(value: f64, out: &mut Vec<u8>) -> bool {
    const MILLION: u32 = 1_000_000;
    let millionths = (value.abs() * f64::from(MILLION) + 0.5) as i64;
    let in_range = millionths == 0 || (1_000..100_000_000_000_000).contains(&millionths);
    // Both operands are exact, so the quotient is the double to which the text parses.
    if !in_range || millionths as f64 / f64::from(MILLION) != value.abs() {
        return false;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let millionths = millionths as u64;
    let whole = eight_digits((millionths / u64::from(MILLION)) as u32);
    // The last six of eight digits, to which the point is prepended.
    let fraction = eight_digits((millionths % u64::from(MILLION)) as u32) >> 16;
    let zeros = zeros(whole);
    let length = 8 - (fraction | 1).leading_zeros() / 8;
    let point = (fraction | ZEROS) << 8 | u64::from(b'.');
    let text = u128::from(whole | ZEROS) | u128::from(point) << 64;
    let end = out.len() + (9 - zeros + length) as usize;
    out.extend_from_slice(&(text >> (zeros * 8)).to_le_bytes());
    out.truncate(end);
    true
}

/// Appends an identifier in quotes.
#[inline]
pub(super) fn push_uuid(value: Uuid, out: &mut Vec<u8>) {
    let mut text = [b'"'; 38];
    if let Some(between) = text.get_mut(1..37) {
        between.copy_from_slice(&value.encode());
    }
    out.extend_from_slice(&text);
}

/// Appends a decimal in plain notation. A decimal that was received in plain notation, as is usual,
/// is copied.
#[inline]
pub(super) fn push_decimal(value: Decimal<'_>, out: &mut Vec<u8>) {
    let source = value.as_source();
    if is_plain(source.as_bytes()) {
        return text::push(source, out);
    }
    let written: Result<(), std::convert::Infallible> = value.write_to(|piece| {
        text::push(piece, out);
        Ok(())
    });
    match written {
        Ok(()) => {}
    }
}

/// Whether a text is short and is already in the output format: `[-] digits [. digits]` without
/// superfluous zeros and signs. It is conservative: false for some texts in this format, and never
/// true for another text that parses as a decimal.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let begins = matches!(
        text,
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] | [b'0', b'.', ..] | [b'0']
    );
    let digits = text
        .iter()
        .skip(1)
        .all(|&byte| byte == b'.' || byte.is_ascii_digit());
    text.len() <= 32 && begins && digits && text.last() != Some(&b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = b"before".to_vec();
        write(&mut out);
        String::from_utf8(out.split_off(6)).unwrap()
    }

    #[test]
    fn integers_are_formatted_as_by_the_standard_library() {
        let powers = (0..19).map(|power| 10i64.pow(power));
        let around = powers.flat_map(|power| [power - 1, power, power + 1, power * 7, power / 3]);
        let mut state = 7u64;
        let random = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> (state >> 58)) as i64
        });
        for value in around
            .chain([i64::MIN, i64::MAX])
            .chain(random.take(20_000))
        {
            for value in [value, value.wrapping_neg()] {
                assert_eq!(written(|out| push_int(value, out)), value.to_string());
            }
        }
        for value in 0..100_000 {
            assert_eq!(written(|out| push_int(value, out)), value.to_string());
        }
    }

    #[test]
    fn short_doubles_are_the_shortest_text() {
        let mut state = 7u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> 11
        };
        let mut values = vec![0.0, 0.001, 1e-4, 1e-7, 5e-324, 1e8, 1e15, f64::MAX];
        for _ in 0..200_000 {
            let digits = random() % 10u64.pow((random() >> 40) as u32 % 16);
            let value = digits as f64 / 10f64.powi((random() >> 40) as i32 % 9);
            values.extend([value, value.next_up(), value.next_down()]);
            values.push(f64::from_bits(random() << 11 | 5));
        }
        let mut short = 0;
        for value in values.into_iter().flat_map(|value| [value, -value]) {
            if value.is_finite() {
                let found = written(|out| {
                    short += usize::from(push_short_double(value, out));
                });
                if !found.is_empty() {
                    assert_eq!(found, zmij::Buffer::new().format_finite(value));
                }
            }
        }
        assert!(short > 100_000, "{short}");
    }

    #[test]
    fn decimals_are_formatted_as_by_display() {
        let digits = [
            "",
            "0",
            "00",
            "5",
            "05",
            "50",
            "1234567890123456789012345678901",
        ];
        for sign in ["", "-", "+"] {
            for whole in digits {
                for fraction in digits {
                    for point in ["", "."] {
                        for exponent in ["", "e1", "E-2"] {
                            let text = format!("{sign}{whole}{point}{fraction}{exponent}");
                            if let Ok(decimal) = Decimal::try_from(&*text) {
                                let found = written(|out| push_decimal(decimal, out));
                                assert_eq!(found, decimal.to_string(), "{text}");
                            }
                        }
                    }
                }
            }
        }
    }
}
