//! A point in time with nanoseconds, as data subject requests contain it (section 2.6, D5), and the
//! calendar arithmetic for reading and showing it. It reads no clock.

use std::error::Error;
use std::fmt;
use std::io::Write as _;
use std::str::FromStr;

use crate::schema::{Coercion, Decode, Decoder, Describe, Encode, Encoder, Kind, Numeric};

/// A point in time: whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
///
/// ```
/// use hydrant::message::Timestamp;
///
/// let time: Timestamp = "2024-05-01T21:45:44.067235+02:00".parse()?;
/// assert_eq!((time.seconds, time.nanoseconds), (1_714_592_744, 67_235_000));
/// assert_eq!(time.to_string(), "2024-05-01T19:45:44.067235Z");
/// assert_eq!("1714592744067".parse(), Ok(Timestamp::from_millis(1_714_592_744_067)));
/// # Ok::<(), hydrant::message::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since the epoch, rounded down.
    pub seconds: i64,
    /// Nanoseconds after `seconds`, below 1,000,000,000.
    pub nanoseconds: u32,
}

const NANOS: i128 = 1_000_000_000;
/// The largest second the reference can hold; values beyond it are refused.
const MAX_SECONDS: u128 = 31_556_889_864_403_199;
/// Numbers from here on are milliseconds, smaller ones seconds (D5).
const MILLISECONDS_FROM: u64 = 100_000_000_000;

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self {
            seconds: millis.div_euclid(1000),
            nanoseconds: millis.rem_euclid(1000) as u32 * 1_000_000,
        }
    }

    /// From nanoseconds since the epoch; `None` beyond the range of the reference.
    #[must_use]
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        // The whole seconds before a fraction, also for a negative number, for which `seconds` is
        // one less.
        if (nanos / NANOS).unsigned_abs() > MAX_SECONDS {
            return None;
        }
        Some(Self {
            seconds: nanos.div_euclid(NANOS) as i64,
            nanoseconds: nanos.rem_euclid(NANOS) as u32,
        })
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub fn as_nanos(&self) -> i128 {
        i128::from(self.seconds) * NANOS + i128::from(self.nanoseconds)
    }

    /// Reads the text of a number: seconds, or milliseconds from 10^11 on. Digits below a
    /// nanosecond are truncated.
    fn of_number(text: &str) -> Option<Self> {
        let number = super::Decimal::of_any_size(text)?;
        let seconds = number.scaled_integer(0)?;
        if seconds.unsigned_abs() >= u128::from(MILLISECONDS_FROM) {
            Self::from_nanos(number.scaled_integer(6)?)
        } else {
            Self::from_nanos(number.scaled_integer(9)?)
        }
    }

    /// Reads either form, and returns whether the time had to be adjusted.
    fn of_text(text: &str) -> Option<(Self, bool)> {
        match Self::of_number(text) {
            Some(time) => Some((time, false)),
            None => Self::of_rfc3339(text),
        }
    }

    /// Reads RFC 3339 text with `Z` or an offset. Also returns whether the time had to be adjusted:
    /// a leap second reads as the second before it, `24:00:00` as the beginning of the next day.
    /// The reference does both; the leap second of RFC 3339 may be given in any zone.
    fn of_rfc3339(text: &str) -> Option<(Self, bool)> {
        let mut rest = text;
        let year = digits(&mut rest, 4)?;
        literal(&mut rest, |c| c == '-')?;
        let month = digits(&mut rest, 2)?;
        literal(&mut rest, |c| c == '-')?;
        let day = digits(&mut rest, 2)?;
        literal(&mut rest, |c| matches!(c, 'T' | 't' | ' '))?;
        let hour = digits(&mut rest, 2)?;
        literal(&mut rest, |c| c == ':')?;
        let minute = digits(&mut rest, 2)?;
        literal(&mut rest, |c| c == ':')?;
        let second = digits(&mut rest, 2)?;
        let mut nanoseconds = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let end = fraction
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(fraction.len());
            let (fraction, tail) = fraction.split_at_checked(end)?;
            if fraction.is_empty() {
                return None;
            }
            let kept = fraction.get(..9).unwrap_or(fraction);
            nanoseconds = kept.parse::<u32>().ok()? * 10u32.pow(9 - kept.len() as u32);
            rest = tail;
        }
        let offset = offset_seconds(rest)?;
        let end_of_day = (hour, minute, second, nanoseconds) == (24, 0, 0, 0);
        if !(1..=12).contains(&month)
            || !(1..=days_in_month(year, month)).contains(&day)
            || (hour > 23 && !end_of_day)
            || minute > 59
            || second > 60
        {
            return None;
        }
        let leap = second == 60;
        // The hour 24 is part of the next day.
        let local = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
            - i64::from(leap);
        let seconds = local - offset;
        // Leap seconds end a day in UTC; the reference also accepts those that end a local day.
        let ends_day = |seconds: i64| seconds.rem_euclid(86_400) == 86_399;
        if leap && !ends_day(local) && !ends_day(seconds) {
            return None;
        }
        let time = Self {
            seconds,
            nanoseconds,
        };
        Some((time, leap || end_of_day))
    }
}

/// Reads the string forms of D5: RFC 3339 text with `Z` or an offset, or a number of seconds since
/// the epoch, of milliseconds from 10^11 on. Digits below a nanosecond are truncated. A leap second
/// reads as the second before it, `24:00:00` as the beginning of the next day.
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of_text(text)
            .map(|(time, _)| time)
            .ok_or(ParseTimestampError(()))
    }
}

/// The text is not a [`Timestamp`], or is beyond its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError(());

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an RFC 3339 time with an offset, or seconds since the epoch")
    }
}

impl Error for ParseTimestampError {}

/// RFC 3339 in UTC, with as many fractional digits as necessary; years of more than four digits
/// have a sign.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(86_400));
        let time = self.seconds.rem_euclid(86_400);
        if (0..=9999).contains(&year) {
            write!(f, "{year:04}")?;
        } else {
            write!(f, "{year:+05}")?;
        }
        write!(
            f,
            "-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            time / 3600,
            time / 60 % 60,
            time % 60
        )?;
        if self.nanoseconds != 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl<'a> Decode<'a> for Timestamp {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        const EXPECTED: &str = "an RFC 3339 time with an offset, or seconds since the epoch";
        let place = decoder.place();
        let read = decoder.number_or_text(EXPECTED, |value| match value {
            Numeric::Number(text) => Some((Self::of_number(text)?, false)),
            Numeric::Text(text) => Self::of_text(text),
        })?;
        let Some((time, adjusted)) = read else {
            return Ok(None);
        };
        if adjusted {
            decoder.coerced(Coercion::AdjustedTime, place)?;
        }
        Ok(Some(time))
    }
}

/// Seconds with nine digits after the point, as the reference writes them (D5).
impl Encode for Timestamp {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        let nanos = self.as_nanos();
        let sign = if nanos < 0 { "-" } else { "" };
        let (seconds, fraction) = (
            nanos.unsigned_abs() / NANOS as u128,
            nanos.unsigned_abs() % NANOS as u128,
        );
        // No point in time has more than twenty digits.
        let mut text = [0; 48];
        let mut rest = &mut text[..];
        let written = write!(rest, "{sign}{seconds}.{fraction:09}").map(|()| rest.len());
        let end = text.len() - written.unwrap_or(text.len());
        encoder.raw(std::str::from_utf8(text.get(..end).unwrap_or_default()).unwrap_or_default());
    }
}

impl Describe for Timestamp {
    const KIND: Kind = Kind::Timestamp;
}

fn digits(rest: &mut &str, count: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(count)?;
    if !head.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    *rest = tail;
    head.parse().ok()
}

fn literal(rest: &mut &str, accept: impl Fn(char) -> bool) -> Option<()> {
    let mut chars = rest.chars();
    if !accept(chars.next()?) {
        return None;
    }
    *rest = chars.as_str();
    Some(())
}

/// `Z`, `+02:00`, `+0200` or `+02`.
fn offset_seconds(mut rest: &str) -> Option<i64> {
    let sign = match rest {
        "Z" | "z" => return Some(0),
        _ if rest.starts_with('+') => 1,
        _ if rest.starts_with('-') => -1,
        _ => return None,
    };
    literal(&mut rest, |_| true)?;
    let hours = digits(&mut rest, 2)?;
    let minutes = if rest.is_empty() {
        0
    } else {
        rest = rest.strip_prefix(':').unwrap_or(rest);
        digits(&mut rest, 2)?
    };
    (rest.is_empty() && hours <= 18 && minutes <= 59)
        .then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar: years are counted from
/// March in eras of 400 years (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_goes_both_ways() {
        for days in (-1_000_000..1_000_000).step_by(97) {
            let (y, m, d) = civil_from_days(days);
            assert_eq!(days_from_civil(y, m, d), days);
            assert!((1..=days_in_month(y, m)).contains(&d));
        }
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(civil_from_days(19_782), (2024, 2, 29));
    }

    #[test]
    fn text_forms() {
        let expected = Some(Timestamp {
            seconds: 1_714_592_744,
            nanoseconds: 67_235_000,
        });
        for text in [
            "2024-05-01T19:45:44.067235Z",
            "2024-05-01t19:45:44.067235z",
            "2024-05-01T21:45:44.067235+02:00",
            "2024-05-01 14:15:44.0672350009-0530",
            "2024-05-01T20:45:44.067235+01",
        ] {
            let found = Timestamp::of_rfc3339(text);
            assert_eq!(found, expected.map(|time| (time, false)), "{text}");
        }
        for text in [
            "2024-05-01",
            "2024-05-01T19:45:44",
            "2024-05-01T19:45Z",
            "2023-02-29T00:00:00Z",
            "2024-05-01T24:00:01Z",
            "2024-05-01T24:00:00.5Z",
            "2024-05-01T24:01:00Z",
            "2024-05-01T25:00:00Z",
            "2024-05-01T19:45:60Z",
            "2024-05-01T23:59:61Z",
            "2024-05-01T23:58:60Z",
            "2024-05-01T23:59:60",
            "2023-02-29T24:00:00Z",
            "2024-05-01T19:45:44.Z",
            "2024-05-01T19:45:44+19:00",
            "2024-05-01T19:45:44Z ",
            "",
        ] {
            assert_eq!(Timestamp::of_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn times_that_do_not_exist_are_the_nearest_that_do() {
        for (text, expected) in [
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2016-12-31t23:59:60.25z", "2016-12-31T23:59:59.25Z"),
            ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"),
            ("2017-01-01T05:29:60+0530", "2016-12-31T23:59:59Z"),
            ("2016-12-31T23:59:60+02:00", "2016-12-31T21:59:59Z"),
            ("2021-11-01T24:00:00Z", "2021-11-02T00:00:00Z"),
            ("2021-11-01T24:00:00.000+01", "2021-11-01T23:00:00Z"),
            ("2023-12-31 24:00:00Z", "2024-01-01T00:00:00Z"),
            ("2024-02-28T24:00:00Z", "2024-02-29T00:00:00Z"),
        ] {
            let (time, adjusted) = Timestamp::of_rfc3339(text).unwrap();
            assert_eq!(
                (time.to_string(), adjusted),
                (expected.into(), true),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_are_seconds_until_they_must_be_milliseconds() {
        let at = |text| Timestamp::of_number(text).unwrap();
        assert_eq!(at("1714592744.067235000").nanoseconds, 67_235_000);
        assert_eq!(
            at("1714592744067"),
            Timestamp::from_millis(1_714_592_744_067)
        );
        assert_eq!(at("99999999999").seconds, 99_999_999_999);
        assert_eq!(at("100000000000").seconds, 100_000_000);
        assert_eq!(
            at("-1.5"),
            Timestamp {
                seconds: -2,
                nanoseconds: 500_000_000
            }
        );
        assert_eq!(
            at("1e-12"),
            Timestamp {
                seconds: 0,
                nanoseconds: 0
            }
        );
        assert_eq!(Timestamp::of_number("1e400"), None);
        assert_eq!(Timestamp::of_number("x"), None);
    }

    #[test]
    fn display_is_rfc3339() {
        assert_eq!(
            Timestamp::from_millis(-1).to_string(),
            "1969-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_millis(0).to_string(),
            "1970-01-01T00:00:00Z"
        );
    }

    #[test]
    fn instants_are_written_with_nine_digits() {
        for (nanos, expected) in [
            (1_714_592_744_067_235_000, "1714592744.067235000"),
            (-1_500_000_000, "-1.500000000"),
            (-1, "-0.000000001"),
            (0, "0.000000000"),
        ] {
            let mut out = Vec::new();
            Timestamp::from_nanos(nanos)
                .unwrap()
                .encode(&mut crate::write::JsonWriter::new(&mut out));
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
