//! Numbers and escapes as the fast path judges them, and passing over JSON values without keeping them, strictly: what
//! is passed over is well-formed or the answer is "no", which leaves the reader anywhere. No recursion: open objects and
//! lists are the bits of one word.

use super::cursor::Reader;

/// Passes over a number and returns its text, and whether there is an exponent in it.
#[inline]
pub(in crate::parse) fn number<'a>(reader: &mut Reader<'a>) -> Option<(&'a str, bool)> {
    let before = *reader;
    reader.accept_byte(b'-');
    let zero = reader.peek() == b'0';
    let digits = reader.count_digits();
    // None, or some after a leading zero.
    if digits == 0 || (zero && digits > 1) {
        return None;
    }
    if reader.accept_byte(b'.') && reader.count_digits() == 0 {
        return None;
    }
    let exponent = matches!(reader.peek(), b'e' | b'E');
    if exponent {
        pass_exponent(reader)?;
    }
    Some((reader.since(&before), exponent))
}

#[cold]
fn pass_exponent(reader: &mut Reader<'_>) -> Option<()> {
    let _ = reader.accept_byte(b'e') || reader.accept_byte(b'E');
    let _ = reader.accept_byte(b'+') || reader.accept_byte(b'-');
    (reader.count_digits() > 0).then_some(())
}

/// Passes over a plain integer of 64 bits. A fraction or exponent is left standing, where nothing can stand.
#[inline(always)]
pub(in crate::parse) fn integer(reader: &mut Reader<'_>) -> Option<i64> {
    let negative = reader.accept_byte(b'-');
    let zero = reader.peek() == b'0';
    let (value, count) = reader.digits(0);
    // Nineteen digits always fit into the unsigned word.
    if !(1..=19).contains(&count) || (zero && count > 1) {
        return None;
    }
    if negative {
        0i64.checked_sub_unsigned(value)
    } else {
        i64::try_from(value).ok()
    }
}

/// Passes over a number of up to seven digits, a point, and up to seven more: those are exact as an integer, and so is the
/// power of ten to divide by, so the quotient is the nearest double (Clinger's fast path).
#[inline(always)]
pub(in crate::parse) fn short_double(reader: &mut Reader<'_>) -> Option<f64> {
    const POWERS: [f64; 8] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
    let negative = reader.accept_byte(b'-');
    let zero = reader.peek() == b'0';
    let (whole, count) = reader.few_digits(0);
    if !(1..=7).contains(&count) || (zero && count > 1) || !reader.accept_byte(b'.') {
        return None;
    }
    let (value, places) = reader.few_digits(whole);
    if !(1..=7).contains(&places) || matches!(reader.peek(), b'e' | b'E') {
        return None;
    }
    let value = value as i64 as f64 / POWERS.get(places)?;
    Some(if negative { -value } else { value })
}

/// Passes over a number without exponent that is an integer of 64 bits or has at most fifteen digits, by the same rule.
pub(in crate::parse) fn double(reader: &mut Reader<'_>) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let negative = reader.accept_byte(b'-');
    let zero = reader.peek() == b'0';
    let (mut value, mut count) = reader.digits(0);
    if count == 0 || (zero && count > 1) {
        return None;
    }
    let mut places = 0;
    if reader.accept_byte(b'.') {
        (value, places) = reader.digits(value);
        if places == 0 {
            return None;
        }
        count += places;
    }
    let exact = if places == 0 { 19 } else { 15 };
    if count > exact || matches!(reader.peek(), b'e' | b'E') {
        return None;
    }
    let value = value as f64 / POWERS.get(places)?;
    Some(if negative { -value } else { value })
}

/// Passes over an escape and returns its character. `None` for what is no escape and for lone surrogates.
pub(in crate::parse) fn escape(reader: &mut Reader<'_>) -> Option<char> {
    if !reader.accept_byte(b'\\') {
        return None;
    }
    let kind = reader.peek();
    if !reader.accept_byte(kind) {
        return None;
    }
    Some(match kind {
        b'"' | b'\\' | b'/' => char::from(kind),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = hex4(reader)?;
            if !(0xd800..=0xdbff).contains(&unit) {
                return char::from_u32(unit);
            }
            if !reader.accept("\\u") {
                return None;
            }
            let low = hex4(reader).filter(|low| (0xdc00..=0xdfff).contains(low))?;
            return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
        }
        _ => return None,
    })
}

fn hex4(reader: &mut Reader<'_>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        let digit = reader.peek();
        value = value << 4 | char::from(digit).to_digit(16)?;
        reader.accept_byte(digit);
    }
    Some(value)
}

/// Passes over the string that stands here.
#[inline(always)]
fn string<'a>(reader: &mut Reader<'a>) -> Option<()> {
    if reader.string().is_some() {
        return Some(());
    }
    string_with_escapes(reader)
}

#[inline(never)]
fn string_with_escapes(reader: &mut Reader<'_>) -> Option<()> {
    if !reader.accept_byte(b'"') {
        return None;
    }
    loop {
        reader.plain();
        if reader.accept_byte(b'"') {
            return Some(());
        }
        escape(reader)?;
    }
}

/// Passes over a value that will be read properly later: only where it ends matters.
pub(in crate::parse) fn pass(reader: &mut Reader<'_>) -> Option<()> {
    if matches!(reader.peek(), b'{' | b'[') {
        return reader.pass_brackets().then_some(());
    }
    value(reader)
}

/// Deeper nesting than this is left to the complete path. The model itself nests eight deep.
pub(in crate::parse) const MAX_SKIP_DEPTH: u32 = 64;

/// Passes over the value that stands here.
pub(in crate::parse) fn value(reader: &mut Reader<'_>) -> Option<()> {
    values(reader, 0)
}

/// Passes over what is left of an object after the value of one of its fields.
pub(in crate::parse) fn rest_of_object(reader: &mut Reader<'_>) -> Option<()> {
    values(reader, 1)
}

/// Passes over values until so many objects that are open have been closed; over one value if none is.
fn values(outer: &mut Reader<'_>, mut depth: u32) -> Option<()> {
    // Copies of its own, which the compiler keeps in registers.
    let mut reader = *outer;
    // The lowest bit tells whether the innermost container is an object.
    let mut kinds = u64::from(depth > 0);
    let mut after_value = depth > 0;
    loop {
        if !after_value {
            match reader.peek() {
                b'"' => string(&mut reader)?,
                open @ (b'{' | b'[') => {
                    let object = open == b'{';
                    reader.accept_byte(open);
                    reader.white_space();
                    if !reader.accept_byte(if object { b'}' } else { b']' }) {
                        if depth >= MAX_SKIP_DEPTH {
                            return None;
                        }
                        depth += 1;
                        kinds = kinds << 1 | u64::from(object);
                        if object {
                            after_value = entry(&mut reader)?;
                        }
                        continue;
                    }
                }
                b't' => reader.accept("true").then_some(())?,
                b'f' => reader.accept("false").then_some(())?,
                b'n' => reader.accept("null").then_some(())?,
                b'-' | b'0'..=b'9' => number(&mut reader).map(|_| ())?,
                _ => return None,
            }
        }
        after_value = false;
        loop {
            if depth == 0 {
                *outer = reader;
                return Some(());
            }
            let object = kinds & 1 == 1;
            if object && reader.ahead() == b",\"" {
                reader.accept_byte(b',');
                if entry(&mut reader)? {
                    continue;
                }
                break;
            }
            reader.white_space();
            if reader.accept_byte(b',') {
                reader.white_space();
                if object && entry(&mut reader)? {
                    continue;
                }
                break;
            }
            if !reader.accept_byte(if object { b'}' } else { b']' }) {
                return None;
            }
            depth -= 1;
            kinds >>= 1;
        }
    }
}

/// Passes over the key that stands here and its colon, and over its value if that is plain text, as many are. Whether it
/// was.
#[inline(always)]
fn entry(reader: &mut Reader<'_>) -> Option<bool> {
    if reader.text_entry().is_some() {
        return Some(true);
    }
    string(reader)?;
    reader.white_space();
    if !reader.accept_byte(b':') {
        return None;
    }
    reader.white_space();
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::super::padded::Copies;
    use super::*;

    fn reader<'a>(text: &str, copies: &'a mut Copies) -> Reader<'a> {
        Reader::new(&copies.fill(text.as_bytes()).unwrap())
    }

    fn is_value(text: &str) -> bool {
        let mut copies = Copies::default();
        let mut reader = reader(text, &mut copies);
        value(&mut reader).is_some() && reader.at_end()
    }

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
            ("1.5", Some((1, 1))),
            ("1e5", Some((1, 1))),
        ] {
            let mut copies = Copies::default();
            let mut reader = reader(text, &mut copies);
            let whole = reader;
            let found = integer(&mut reader).map(|value| (value, reader.since(&whole).len()));
            assert_eq!(found, expected, "{text}");
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
            "9999999999999999999",
            "9007199254740993",
        ] {
            let mut copies = Copies::default();
            let mut reader = reader(text, &mut copies);
            let mut again = reader;
            let value = double(&mut reader).unwrap();
            let expected = text.parse::<f64>().unwrap();
            assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
            assert!(reader.at_end(), "{text}");
            let short = short_double(&mut again);
            assert_eq!(
                short.is_some(),
                text.contains('.') && text.len() < 14,
                "{text}"
            );
            if let Some(short) = short {
                assert_eq!(short.to_bits(), expected.to_bits(), "{text}");
                assert!(again.at_end(), "{text}");
            }
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
            for form in [short_double, double] {
                let mut copies = Copies::default();
                assert_eq!(form(&mut reader(text, &mut copies)), None, "{text}");
            }
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
            assert!(is_value(text), "{text}");
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
            assert!(!is_value(text), "{text}");
        }
        let deep = "[".repeat(66) + &"]".repeat(66);
        assert!(!is_value(&deep));
    }
}
