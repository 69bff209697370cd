//! Decimal numbers exactly as they were sent: digits and scale, never binary floating point
//! (section 2.6).

use std::error::Error;
use std::fmt;

/// A decimal number that keeps its digits and scale; it borrows the text it was read from.
///
/// Equality is that of the reference's decimals: `1.0` and `1.00` differ. For numeric equality
/// compare [`Decimal::to_f64`] or a conversion to the type of a decimal crate.
///
/// ```
/// use hydrant::message::Decimal;
///
/// let price = Decimal::try_from("12.50")?;
/// assert_eq!((price.to_string().as_str(), price.scale()), ("12.50", 2));
/// assert_eq!(price.to_f64(), 12.5);
/// assert_eq!(price.to_i64(), Some(12));
/// assert_eq!(Decimal::try_from("1E-8")?.to_string(), "0.00000001");
/// assert!(Decimal::try_from("twelve").is_err());
/// # Ok::<(), hydrant::message::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decimal<'a> {
    text: &'a str,
}

/// The parts of a number; its value is `digits * 10^exponent`, where `digits` are integer and
/// fraction together.
#[derive(Clone, Copy)]
struct Parts<'a> {
    negative: bool,
    integer: &'a str,
    fraction: &'a str,
    exponent: i64,
    /// The exponent with its letter and sign, as it was sent; empty if there is none.
    exponent_text: &'a str,
}

impl<'a> Decimal<'a> {
    /// Numbers with more digits than this are refused.
    pub const MAX_DIGITS: usize = 1000;

    /// A number with more digits than this in plain notation is written as it was sent.
    pub const MAX_PLAIN_DIGITS: usize = 40;

    /// Zero, with scale zero.
    pub const ZERO: Decimal<'static> = Decimal { text: "0" };

    /// Reads a number without limits, if only an integer is needed.
    pub(crate) fn of_any_size(text: &'a str) -> Option<Self> {
        Parts::of(text).map(|_| Self { text })
    }

    /// A decimal for text that is known to be a JSON number, with or without an exponent; `None` if
    /// it is too long.
    pub(crate) fn from_json_number(text: &'a str, exponent: bool) -> Option<Self> {
        // No number of this length has too many digits, and without exponent its scale is small.
        if text.len() <= Decimal::MAX_DIGITS && !exponent {
            Some(Self { text })
        } else {
            Self::try_from(text).ok()
        }
    }

    /// The text as it was sent.
    #[must_use]
    pub fn as_source(&self) -> &'a str {
        self.text
    }

    /// The number of digits after the decimal point; negative if the last digit counts tens or more
    /// (`1E+3`: -3).
    #[must_use]
    pub fn scale(&self) -> i64 {
        self.parts().scale()
    }

    /// The nearest double; infinite if the number is too large for one.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    /// The integer part, truncated towards zero; `None` if it does not fit.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(self.scaled_integer(0)?).ok()
    }

    /// Whether nothing follows the point but zeros.
    pub(crate) fn is_integer(&self) -> bool {
        let parts = self.parts();
        let keep = (parts.integer.len() as i64).saturating_add(parts.exponent);
        let keep = usize::try_from(keep).unwrap_or(0);
        parts.digits().skip(keep).all(|digit| digit == b'0')
    }

    /// The number times `10^places`, truncated towards zero; `None` if it does not fit.
    pub(crate) fn scaled_integer(&self, places: i64) -> Option<i128> {
        let parts = self.parts();
        let keep = (parts.integer.len() as i64)
            .saturating_add(parts.exponent)
            .saturating_add(places);
        let mut value: i128 = 0;
        let mut position: i64 = 0;
        for byte in parts.digits() {
            if position >= keep {
                return Some(if parts.negative { -value } else { value });
            }
            value = value
                .checked_mul(10)?
                .checked_add(i128::from(byte - b'0'))?;
            position += 1;
        }
        if value != 0 {
            let zeros = u32::try_from(keep.saturating_sub(position)).ok()?;
            value = value.checked_mul(10i128.checked_pow(zeros)?)?;
        }
        Some(if parts.negative { -value } else { value })
    }

    fn parts(&self) -> Parts<'a> {
        Parts::of(self.text).unwrap_or(Parts {
            negative: false,
            integer: "0",
            fraction: "",
            exponent: 0,
            exponent_text: "",
        })
    }

    /// Passes on the pieces of the plain notation, which includes the scale: `10.00`, `0.00000001`.
    /// Zero has no sign.
    ///
    /// If plain notation would take more than [`MAX_PLAIN_DIGITS`](Decimal::MAX_PLAIN_DIGITS)
    /// digits, including a zero before the point, the number is written as it was sent, so that a
    /// short exponent does not become a long text: `1e998`. Only what JSON does not allow is
    /// changed: a plus sign and leading zeros are removed, and a point gets a digit before it or is
    /// removed. The written text can be read again.
    pub fn write_to<E>(&self, mut write: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let parts = self.parts();
        let (whole, part) = parts.significant();
        let significant = whole.len() + part.len();
        let scale = self.scale();
        // Digits before the point; the point itself is written if there is a fraction.
        let point = (significant as i64).saturating_sub(scale);
        let digits = match (significant, scale) {
            (0, ..=0) => 1,
            (_, ..=0) => point,
            _ => (significant as i64).max(scale.saturating_add(1)),
        };
        if digits > Decimal::MAX_PLAIN_DIGITS as i64 {
            return parts.write_as_sent(&mut write);
        }
        if parts.negative && significant > 0 {
            write("-")?;
        }
        if parts.exponent == 0 {
            // The text is written unchanged: the usual case.
            write(if whole.is_empty() { "0" } else { whole })?;
            return if parts.fraction.is_empty() {
                Ok(())
            } else {
                write(".")?;
                write(parts.fraction)
            };
        }
        if significant == 0 && scale <= 0 {
            return write("0");
        }
        if point <= 0 {
            write("0.")?;
            zeros(point.saturating_neg(), &mut write)?;
            write(whole)?;
            return write(part);
        }
        let point = usize::try_from(point).unwrap_or(usize::MAX);
        let (before, after) = whole.split_at_checked(point).unwrap_or((whole, ""));
        let rest = point.saturating_sub(whole.len());
        let (part_before, part_after) = part.split_at_checked(rest).unwrap_or((part, ""));
        write(before)?;
        write(part_before)?;
        if scale <= 0 {
            return zeros(scale.saturating_neg(), &mut write);
        }
        write(".")?;
        write(after)?;
        write(part_after)
    }
}

/// Reads `[+-] digits [. digits] [e[+-]digits]`, at least one digit before or after the point, at
/// most [`MAX_DIGITS`](Decimal::MAX_DIGITS), with a scale of 32 bits, as the reference's decimals
/// have. No white space.
impl<'a> TryFrom<&'a str> for Decimal<'a> {
    type Error = ParseDecimalError;

    fn try_from(text: &'a str) -> Result<Self, Self::Error> {
        let parts = Parts::of(text).ok_or(ParseDecimalError(()))?;
        let short = parts.integer.len() + parts.fraction.len() <= Decimal::MAX_DIGITS;
        if short && i32::try_from(parts.scale()).is_ok() {
            Ok(Self { text })
        } else {
            Err(ParseDecimalError(()))
        }
    }
}

/// The text is not a [`Decimal`], or exceeds its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDecimalError(());

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a decimal number of at most {} digits",
            Decimal::MAX_DIGITS
        )
    }
}

impl Error for ParseDecimalError {}

/// Passes on this many zeros.
fn zeros<E>(count: i64, write: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    let mut left = usize::try_from(count).unwrap_or(0);
    while left > 0 {
        let step = left.min(ZEROS.len());
        write(ZEROS.get(..step).unwrap_or(ZEROS))?;
        left -= step;
    }
    Ok(())
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent_text) = match rest.find(['e', 'E']) {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, ""),
        };
        let exponent = match exponent_text.get(1..) {
            Some(text) => exponent(text)?,
            None => 0,
        };
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if integer.len() + fraction.len() == 0 || !all_digits(integer) || !all_digits(fraction) {
            return None;
        }
        Some(Self {
            negative,
            integer,
            fraction,
            exponent,
            exponent_text,
        })
    }

    /// Passes on the pieces of the text, changed into a JSON number if it is not one.
    fn write_as_sent<E>(&self, write: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        if self.negative {
            write("-")?;
        }
        if self.integer.is_empty() && self.fraction.len() == Decimal::MAX_DIGITS {
            // With a zero before the point the number would have one digit too many to be read
            // again.
            let (_, part) = self.significant();
            write(if part.is_empty() { "0" } else { part })?;
            write("E")?;
            return write(itoa::Buffer::new().format(self.scale().saturating_neg()));
        }
        match self.integer.trim_start_matches('0') {
            "" => write("0")?,
            integer => write(integer)?,
        }
        if !self.fraction.is_empty() {
            write(".")?;
            write(self.fraction)?;
        }
        write(self.exponent_text)
    }

    fn scale(&self) -> i64 {
        (self.fraction.len() as i64).saturating_sub(self.exponent)
    }

    /// The integer and the fraction from the first digit on that is not zero.
    fn significant(&self) -> (&'a str, &'a str) {
        match self.integer.trim_start_matches('0') {
            "" => ("", self.fraction.trim_start_matches('0')),
            whole => (whole, self.fraction),
        }
    }

    fn digits(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.integer.bytes().chain(self.fraction.bytes())
    }
}

/// The exponent; a huge one is reduced to a bound that is refused later.
fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits
        .bytes()
        .try_fold(0i64, |value, byte| {
            value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))
        })
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    Some(if text.starts_with('-') { -value } else { value })
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        let digits = |decimal: &Self| {
            let mut digits = decimal.parts().digits();
            std::iter::from_fn(move || digits.next()).skip_while(|digit| *digit == b'0')
        };
        let zero = digits(self).next().is_none();
        self.scale() == other.scale()
            && (zero || self.parts().negative == other.parts().negative)
            && digits(self).eq(digits(other))
    }
}

impl fmt::Display for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(|piece| f.write_str(piece))
    }
}

impl fmt::Debug for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Decimal::try_from(text).unwrap().to_string()
    }

    #[test]
    fn plain_notation_keeps_digits_and_scale() {
        for (source, expected) in [
            ("10.00", "10.00"),
            ("-0.00", "0.00"),
            ("-0", "0"),
            ("-12.5", "-12.5"),
            ("+007.50", "7.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1E-8", "0.00000001"),
            ("1E+3", "1000"),
            ("12.345e2", "1234.5"),
            ("12.345e3", "12345"),
            ("12.345e5", "1234500"),
            ("0.012e1", "0.12"),
            ("0.012e2", "1.2"),
            ("000.012e1", "0.12"),
            ("123e-1", "12.3"),
            ("123e-3", "0.123"),
            ("123e-5", "0.00123"),
            ("0e5", "0"),
            ("0e-3", "0.000"),
            ("00e-1", "0.0"),
            (
                "1234567890123456789012345678901234567890.12",
                "1234567890123456789012345678901234567890.12",
            ),
        ] {
            assert_eq!(plain(source), expected, "{source}");
        }
    }

    #[test]
    fn what_takes_more_than_forty_digits_is_written_as_it_was_sent() {
        for text in [
            "1e40",
            "1E+998",
            "-1.50e5000",
            "1e-40",
            "5e-0041",
            "0.0e-5000",
            "-0e-40",
            "0.1E-39",
        ] {
            assert_eq!(plain(text), text);
        }
        let digits = "1234567890123456789012345678901234567890";
        for (text, expected) in [
            ("1e39".into(), format!("1{}", "0".repeat(39))),
            ("1e-39".into(), format!("0.{}1", "0".repeat(38))),
            ("0e-39".into(), format!("0.{}", "0".repeat(39))),
            ("0e5000".into(), "0".into()),
            (digits.into(), digits.into()),
            (
                format!("{digits}e-20"),
                format!("{}.{}", &digits[..20], &digits[20..]),
            ),
            // As sent, except for what JSON does not allow.
            ("+00.50e5000".into(), "0.50e5000".into()),
            (".5E-50".into(), "0.5E-50".into()),
            ("-007.e50".into(), "-7e50".into()),
            (format!("+0{digits}1"), format!("{digits}1")),
            (format!("-.{digits}"), format!("-0.{digits}")),
            // Leading zeros are not digits of plain notation.
            (
                format!("{}1e20", "0".repeat(990)),
                format!("1{}", "0".repeat(20)),
            ),
        ] {
            assert_eq!(plain(&text), expected, "{text}");
        }
    }

    /// A zero before the point counts as a digit.
    #[test]
    fn what_is_written_can_be_read_again() {
        for text in [
            format!(".{}", "7".repeat(1000)),
            format!("-.{}e7", "7".repeat(1000)),
            format!(".{}", "0".repeat(1000)),
            format!("-{}e-1000", "7".repeat(1000)),
            "+.5e41".to_owned(),
            "5.e50".to_owned(),
        ] {
            let written = plain(&text);
            assert_eq!(Decimal::try_from(&*written), Decimal::try_from(&*text));
            assert_eq!(plain(&written), written);
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "1e",
            "1e+",
            "e5",
            "1.2.3",
            " 1",
            "1 ",
            "0x1",
            "NaN",
            "1_0",
            "--1",
            "١",
            "1e-2147483648",
            "1e99999999999999999999999",
        ] {
            assert!(Decimal::try_from(text).is_err(), "{text}");
        }
        assert!(Decimal::try_from(&"9".repeat(1000)[..]).is_ok());
        assert!(Decimal::try_from(&"9".repeat(1001)[..]).is_err());
    }

    #[test]
    fn conversions() {
        let decimal = |text| Decimal::try_from(text).unwrap();
        assert_eq!(decimal("-5.99").to_i64(), Some(-5));
        assert_eq!(decimal("1e3").to_i64(), Some(1000));
        assert_eq!(decimal("9223372036854775807.9").to_i64(), Some(i64::MAX));
        assert_eq!(decimal("9223372036854775808").to_i64(), None);
        assert_eq!(decimal("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(decimal("1e-400").to_i64(), Some(0));
        assert_eq!(decimal("0e2147483647").to_i64(), Some(0));
        assert_eq!(decimal("1e2147483647").to_i64(), None);
        assert_eq!(decimal("0.1").to_f64(), 0.1);
        assert_eq!(decimal("1.50").scale(), 2);
        assert_eq!(decimal("1E+3").scale(), -3);
    }

    #[test]
    fn equality_is_of_digits_and_scale() {
        let equal = |a, b| Decimal::try_from(a).unwrap() == Decimal::try_from(b).unwrap();
        assert!(equal("1.50", "+01.50"));
        assert!(equal("-0.0", "0.0"));
        assert!(equal("12.3", "123e-1"));
        assert!(!equal("1.5", "1.50"));
        assert!(!equal("1.5", "-1.5"));
    }
}
