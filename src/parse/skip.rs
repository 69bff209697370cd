//! Passing over JSON without keeping it, strictly: what is skipped is well-formed or the answer is `None`. Numbers and
//! escapes are judged here for the fast path. No recursion: open objects and lists are the bits of one word.

use super::escapes::hex4;
use super::scan::string_end;

/// The first byte from `at` on that is no white space.
pub(super) fn white_space(bytes: &[u8], mut at: usize) -> usize {
    const SPACES: u64 = 0x2020_2020_2020_2020;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
        // Indentation is a run of spaces.
        while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let other = u64::from_le_bytes(*chunk) ^ SPACES;
            if other != 0 {
                at += other.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
    }
}

/// The end of the number at `at`.
#[inline]
pub(super) fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let digits = |mut at: usize| {
        while digit(at) {
            at += 1;
        }
        at
    };
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    let start = at;
    at = digits(at);
    if at == start || (at > start + 1 && bytes.get(start) == Some(&b'0')) {
        return None;
    }
    if bytes.get(at) == Some(&b'.') {
        let start = at + 1;
        at = digits(start);
        if at == start {
            return None;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let start = at;
        at = digits(at);
        if at == start {
            return None;
        }
    }
    Some(at)
}

/// The integer at `at` and its end. `None` for anything but a plain integer of 64 bits.
#[inline]
pub(super) fn integer(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let negative = bytes.get(at) == Some(&b'-');
    let start = at + usize::from(negative);
    let mut end = start;
    let mut value: u64 = 0;
    // Eight digits at a time; time stamps have thirteen.
    while let Some(chunk) = bytes.get(end..).and_then(|rest| rest.first_chunk::<8>())
        && let Some(eight) = eight_digits(u64::from_le_bytes(*chunk))
    {
        value = value
            .wrapping_mul(100_000_000)
            .wrapping_add(u64::from(eight));
        end += 8;
    }
    while let Some(digit) = bytes
        .get(end)
        .map(|byte| byte.wrapping_sub(b'0'))
        .filter(|d| *d < 10)
    {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        end += 1;
    }
    let leading_zero = end > start + 1 && bytes.get(start) == Some(&b'0');
    // Nineteen digits always fit into the unsigned word.
    if !(1..=19).contains(&(end - start))
        || leading_zero
        || matches!(bytes.get(end), Some(b'.' | b'e' | b'E'))
    {
        return None;
    }
    let value = if negative {
        0i64.checked_sub_unsigned(value)
    } else {
        i64::try_from(value).ok()
    };
    Some((value?, end))
}

/// The double at `at` and its end, if it has no exponent and at most fifteen digits: those are exact as an integer, and so
/// is the power of ten to divide by, so the quotient is the nearest double (Clinger's fast path).
#[inline]
pub(super) fn short_double(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let negative = bytes.get(at) == Some(&b'-');
    let start = at + usize::from(negative);
    let mut value = 0u64;
    let mut digits = |mut at: usize| {
        while let Some(digit) = bytes
            .get(at)
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|d| *d < 10)
        {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        at
    };
    let point = digits(start);
    let mut end = point;
    let mut places = 0;
    if bytes.get(point) == Some(&b'.') {
        end = digits(point + 1);
        places = end - point - 1;
        if places == 0 {
            return None;
        }
    }
    let leading_zero = point > start + 1 && bytes.get(start) == Some(&b'0');
    if point == start
        || leading_zero
        || end - start > 16
        || matches!(bytes.get(end), Some(b'e' | b'E'))
    {
        return None;
    }
    let value = value as f64 / POWERS.get(places)?;
    Some((if negative { -value } else { value }, end))
}

/// Eight ASCII digits as a number, by three multiplications (Johnny Lee's method).
#[inline]
fn eight_digits(text: u64) -> Option<u32> {
    let digits = text ^ 0x3030_3030_3030_3030;
    let not_digits = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    if not_digits != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    Some((low.wrapping_add(high) >> 32) as u32)
}

/// The character of the escape whose backslash stands at `at`, and the length of the escape. `None` for what is no escape
/// and for lone surrogates.
pub(super) fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    Some(match bytes.get(at + 1)? {
        b'"' => ('"', 2),
        b'\\' => ('\\', 2),
        b'/' => ('/', 2),
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'u' => {
            let unit = hex4(bytes, at + 2)?;
            if !(0xd800..=0xdbff).contains(&unit) {
                return Some((char::from_u32(unit)?, 6));
            }
            if bytes.get(at + 6..at + 8) != Some(b"\\u") {
                return None;
            }
            let low = hex4(bytes, at + 8).filter(|low| (0xdc00..=0xdfff).contains(low))?;
            (
                char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?,
                12,
            )
        }
        _ => return None,
    })
}

/// The end of the string whose opening quote stands at `at`.
#[inline]
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = string_end(bytes, at + 1);
    loop {
        match bytes.get(end)? {
            b'"' => return Some(end + 1),
            b'\\' => end = string_end(bytes, end + escape(bytes, end)?.1),
            _ => return None,
        }
    }
}

/// Deeper nesting than this is left to the complete path. The model itself nests eight deep.
pub(super) const MAX_SKIP_DEPTH: u32 = 64;

/// The end of the value at `at`.
pub(super) fn value(bytes: &[u8], mut at: usize) -> Option<usize> {
    // The lowest bit tells whether the innermost container is an object.
    let mut kinds = 0u64;
    let mut depth = 0u32;
    loop {
        // A value.
        at = match bytes.get(at)? {
            b'"' => string(bytes, at)?,
            open @ (b'{' | b'[') => {
                let object = *open == b'{';
                at = white_space(bytes, at + 1);
                if bytes.get(at) == Some(if object { &b'}' } else { &b']' }) {
                    at + 1
                } else {
                    if depth >= MAX_SKIP_DEPTH {
                        return None;
                    }
                    depth += 1;
                    kinds = kinds << 1 | u64::from(object);
                    if object {
                        at = key(bytes, at)?;
                    }
                    continue;
                }
            }
            b't' => word(bytes, at, b"true")?,
            b'f' => word(bytes, at, b"false")?,
            b'n' => word(bytes, at, b"null")?,
            b'-' | b'0'..=b'9' => number(bytes, at)?,
            _ => return None,
        };
        // What follows it.
        loop {
            if depth == 0 {
                return Some(at);
            }
            if bytes.get(at).is_some_and(|byte| *byte <= b' ') {
                at = white_space(bytes, at);
            }
            let object = kinds & 1 == 1;
            match bytes.get(at)? {
                b',' => {
                    at = white_space(bytes, at + 1);
                    if object {
                        at = key(bytes, at)?;
                    }
                    break;
                }
                b'}' if object => {}
                b']' if !object => {}
                _ => return None,
            }
            at += 1;
            depth -= 1;
            kinds >>= 1;
        }
    }
}

/// The value after the key at `at`.
#[inline]
fn key(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = string(bytes, at)?;
    if bytes.get(at) != Some(&b':') {
        at = white_space(bytes, at);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
    }
    at += 1;
    if bytes.get(at).is_some_and(|byte| *byte <= b' ') {
        at = white_space(bytes, at);
    }
    Some(at)
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    (bytes.get(at..end) == Some(word)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, expected) in [
            ("0", Some((0, 1))),
            ("-0,", Some((0, 2))),
            ("7}", Some((7, 1))),
            ("12345678", Some((12_345_678, 8))),
            ("1714592744066 ", Some((1_714_592_744_066, 13))),
            ("9223372036854775807", Some((i64::MAX, 19))),
            ("-9223372036854775808", Some((i64::MIN, 20))),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("12345678901234567890", None),
            ("012", None),
            ("-", None),
            ("", None),
            ("1.5", None),
            ("1e5", None),
        ] {
            assert_eq!(integer(text.as_bytes(), 0), expected, "{text}");
        }
    }

    #[test]
    fn doubles_are_those_of_the_standard_library() {
        for text in [
            "0.0",
            "-0.0",
            "47.6062",
            "-122.3231",
            "5",
            "0.1",
            "999999999999.999",
            "1234567890123456",
        ] {
            let (value, end) = short_double(text.as_bytes(), 0).unwrap();
            assert_eq!(
                (value.to_bits(), end),
                (text.parse::<f64>().unwrap().to_bits(), text.len()),
                "{text}"
            );
        }
        for text in [
            "",
            "-",
            "1.",
            ".5",
            "01",
            "1e5",
            "1.5E3",
            "123456789.0123456789",
        ] {
            assert_eq!(short_double(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn values_are_judged_strictly() {
        for text in [
            "{}",
            "[]",
            "[1,{\"a\" : [ ] , \"b\":\"\\u00e9\\\"\"}, true,null ,-1.5e+3]",
            "\"x\"",
            "0",
        ] {
            assert_eq!(value(text.as_bytes(), 0), Some(text.len()), "{text}");
        }
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "[1 2]",
            "{\"a\":1,}",
            "[}",
            "{]",
            "\"\\x\"",
            "\"a\nb\"",
            "tru",
            "01",
            "1.",
            "\"\\ud800\"",
            "[,1]",
            "{,}",
            "\"abc",
        ] {
            assert!(
                value(text.as_bytes(), 0).is_none_or(|end| end < text.len()),
                "{text}"
            );
        }
        let deep = "[".repeat(66) + &"]".repeat(66);
        assert_eq!(value(deep.as_bytes(), 0), None);
    }
}
