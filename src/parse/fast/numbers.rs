//! Numbers of the fast path. Each method passes what it reads; if it returns `None`, the cursor may
//! be anywhere.

use super::cursor::Cursor;

impl<'a> Cursor<'a> {
    /// A number: its text, and whether it has an exponent.
    #[inline]
    pub(super) fn number(&mut self) -> Option<(&'a str, bool)> {
        let before = *self;
        self.accept_byte(b'-');
        let zero = self.peek() == b'0';
        let digits = self.count_digits();
        // A number needs digits, and none of them may follow a leading zero.
        if digits == 0 || (zero && digits > 1) {
            return None;
        }
        if self.accept_byte(b'.') && self.count_digits() == 0 {
            return None;
        }
        let exponent = matches!(self.peek(), b'e' | b'E');
        if exponent {
            self.exponent()?;
        }
        Some((self.since(&before), exponent))
    }

    #[cold]
    fn exponent(&mut self) -> Option<()> {
        let _ = self.accept_byte(b'e') || self.accept_byte(b'E');
        let _ = self.accept_byte(b'+') || self.accept_byte(b'-');
        (self.count_digits() > 0).then_some(())
    }

    /// A 64-bit integer without fraction and exponent. If one of them follows, the caller fails at
    /// it, because nothing that may follow a value begins with these characters.
    #[inline(always)]
    pub(super) fn integer(&mut self) -> Option<i64> {
        let negative = self.accept_byte(b'-');
        let zero = self.peek() == b'0';
        let (value, count) = self.digits(0);
        // Nineteen digits always fit into 64 bits without sign.
        if !(1..=19).contains(&count) || (zero && count > 1) {
            return None;
        }
        if negative {
            0i64.checked_sub_unsigned(value)
        } else {
            i64::try_from(value).ok()
        }
    }

    /// A number of at most seven digits, a point, and at most seven more. All digits as an integer
    /// and the power of ten to divide by are exact doubles, so the quotient is the nearest double
    /// (Clinger's fast path).
    #[inline(always)]
    pub(super) fn short_double(&mut self) -> Option<f64> {
        const POWERS: [f64; 8] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
        let negative = self.accept_byte(b'-');
        let zero = self.peek() == b'0';
        let (whole, count) = self.few_digits(0);
        if !(1..=7).contains(&count) || (zero && count > 1) || !self.accept_byte(b'.') {
            return None;
        }
        let (value, places) = self.few_digits(whole);
        if !(1..=7).contains(&places) || matches!(self.peek(), b'e' | b'E') {
            return None;
        }
        let value = value as i64 as f64 / POWERS.get(places)?;
        Some(if negative { -value } else { value })
    }

    /// A number without exponent that is an integer of at most 19 digits or has at most 15 digits:
    /// Clinger's fast path again; for an integer the conversion itself rounds to the nearest
    /// double.
    pub(super) fn double(&mut self) -> Option<f64> {
        const POWERS: [f64; 16] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        ];
        let negative = self.accept_byte(b'-');
        let zero = self.peek() == b'0';
        let (mut value, mut count) = self.digits(0);
        if count == 0 || (zero && count > 1) {
            return None;
        }
        let mut places = 0;
        if self.accept_byte(b'.') {
            (value, places) = self.digits(value);
            if places == 0 {
                return None;
            }
            count += places;
        }
        let limit = if places == 0 { 19 } else { 15 };
        if count > limit || matches!(self.peek(), b'e' | b'E') {
            return None;
        }
        let value = value as f64 / POWERS.get(places)?;
        Some(if negative { -value } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::super::padded::PaddedBuffer;
    use super::*;

    fn cursor<'a>(text: &str, buffer: &'a mut PaddedBuffer) -> Cursor<'a> {
        Cursor::new(&buffer.fill(text.as_bytes()).unwrap())
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
            let mut buffer = PaddedBuffer::default();
            let mut cursor = cursor(text, &mut buffer);
            let before = cursor;
            let found = cursor.integer();
            let found = found.map(|value| (value, cursor.since(&before).len()));
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
            let mut buffer = PaddedBuffer::default();
            let mut cursor = cursor(text, &mut buffer);
            let mut again = cursor;
            let value = cursor.double().unwrap();
            let expected = text.parse::<f64>().unwrap();
            assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
            assert!(cursor.is_at_end(), "{text}");
            let short = again.short_double();
            assert_eq!(
                short.is_some(),
                text.contains('.') && text.len() < 14,
                "{text}"
            );
            if let Some(short) = short {
                assert_eq!(short.to_bits(), expected.to_bits(), "{text}");
                assert!(again.is_at_end(), "{text}");
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
            let mut buffer = PaddedBuffer::default();
            let cursor = cursor(text, &mut buffer);
            assert_eq!({ cursor }.short_double(), None, "{text}");
            assert_eq!({ cursor }.double(), None, "{text}");
        }
    }
}
