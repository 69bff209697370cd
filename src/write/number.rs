//! Numbers and identifiers to text, in words instead of digit by digit: eight digits are one multiplication apart, and
//! one store each. The reference implementation is `Display`; the tests compare with it.
//!
//! The crate itoa takes 1.25 to 1.45 times as long where lengths vary, as in a message (2026-11-29, EPYC Zen 4: timestamps,
//! sessions and sizes of screens in turn), because it branches on them; and doubles need the digits by eights anyway.

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

/// Appends an integer that has no sign.
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

/// The digits of a number below 10^8, without zeros in front.
#[inline]
fn push_first(value: u32, out: &mut Vec<u8>) {
    let digits = eight_digits(value);
    let zeros = zeros(digits);
    let end = out.len() + 8 - zeros as usize;
    out.extend_from_slice(&((digits | ZEROS) >> (zeros * 8)).to_le_bytes());
    out.truncate(end);
}

/// How many of eight digits are zeros in front. The first digit is in the lowest byte; zero has one digit, the last.
#[inline]
fn zeros(digits: u64) -> u32 {
    (digits | 1 << 56).trailing_zeros() / 8
}

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below 10^8 as values of bytes, the first in the lowest: halves, then pairs, then digits, all
/// at once in their lanes (Paul Khuong, "How to print integers really fast", 2017).
#[inline]
fn eight_digits(value: u32) -> u64 {
    let halves = u64::from(value / 10_000) | u64::from(value % 10_000) << 32;
    // x / 100 for x below 10^4, and x / 10 for x below 100.
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = ((halves - 100 * hundreds) << 16) + hundreds;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    ((pairs - 10 * tens) << 8) + tens
}

/// Appends a number with a point, if it is one that has up to six digits after it and is neither large nor tiny, as
/// coordinates and prices are; else nothing. The digits are those of the shortest text that reads as this double: two
/// decimals of up to fifteen digits never read as the same one.
#[inline]
pub(super) fn push_short_double(value: f64, out: &mut Vec<u8>) -> bool {
    const MILLION: u32 = 1_000_000;
    let millionths = (value.abs() * f64::from(MILLION) + 0.5) as i64;
    let in_range = millionths == 0 || (1_000..100_000_000_000_000).contains(&millionths);
    // The quotient of two numbers that are exact is what the text is read as.
    if !in_range || millionths as f64 / f64::from(MILLION) != value.abs() {
        return false;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let millionths = millionths as u64;
    let whole = eight_digits((millionths / u64::from(MILLION)) as u32);
    // Six of eight digits, and the point in the place of the second.
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

/// Appends a decimal in plain notation. What already is in it, which is what senders write, is copied.
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

/// Whether a short decimal is written as it was read: `[-] digits [. digits]` with no zero and no sign too many. Wrong
/// for some that are, never right for one that is not.
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
    fn integers_are_those_of_the_standard_library() {
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
    fn decimals_are_those_of_display() {
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
