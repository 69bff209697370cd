//! Points in time: RFC 3339 text or a number, to decimal seconds with nine fractional digits.
//!
//! Section 2.6, D5, and rows T23 to T27. It must not use a clock or a time zone.

use super::decimal::Decimal;

/// Seconds from the epoch to the ends of the accepted range.
const LIMIT_SECONDS: i128 = 31_556_889_864_403_199;

const NANOS: i128 = 1_000_000_000;

/// A number: seconds, or milliseconds if the absolute value is 10^11 or more.
pub(crate) fn from_number(number: Decimal) -> Result<String, String> {
    let in_milliseconds = !number.is_zero() && number.whole_digits() >= 12;
    let seconds = if in_milliseconds {
        number.shifted(-3)
    } else {
        number
    };
    let nanos = seconds.shifted(9).cut().ok_or("instant out of range")?;
    write(nanos)
}

/// Text: `YYYY-MM-DD[Tt ]HH:MM:SS(.f+)?(Z|z|[+-]HH(:?MM)?)`.
pub(crate) fn from_text(text: &str) -> Result<String, String> {
    let nanos = rfc_3339(text).ok_or("expected an RFC 3339 instant with an offset")?;
    write(nanos)
}

fn write(nanos: i128) -> Result<String, String> {
    if (nanos / NANOS).abs() > LIMIT_SECONDS {
        return Err("instant out of range".to_owned());
    }
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.abs();
    Ok(format!("{sign}{}.{:09}", nanos / NANOS, nanos % NANOS))
}

fn rfc_3339(text: &str) -> Option<i128> {
    if !text.is_ascii() || text.len() < 20 {
        return None;
    }
    let year = number(&text[0..4])?;
    let month = number(&text[5..7])?;
    let day = number(&text[8..10])?;
    let hour = number(&text[11..13])?;
    let minute = number(&text[14..16])?;
    let second = number(&text[17..19])?;
    let separators = [&text[4..5], &text[7..8], &text[13..14], &text[16..17]];
    if separators != ["-", "-", ":", ":"] || !["T", "t", " "].contains(&&text[10..11]) {
        return None;
    }
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let mut rest = &text[19..];
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return None;
        }
        nanos = number(&format!("{:0<9.9}", &fraction[..length]))?;
        rest = &fraction[length..];
    }
    let day = days_since_epoch(year, month, day) * 86_400;
    let offset = offset_seconds(rest)?;
    let seconds = match (hour, minute, second) {
        // The end of a day is the beginning of the next one.
        (24, 0, 0) if nanos == 0 => day + 86_400,
        (..=23, ..=59, ..=59) => day + hour * 3600 + minute * 60 + second,
        // A leap second is the last second of the day, here or in UTC.
        (..=23, ..=59, 60) => {
            let before = hour * 60 + minute;
            let in_utc = (before * 60 - offset).rem_euclid(86_400);
            if before != 23 * 60 + 59 && in_utc != 23 * 3600 + 59 * 60 {
                return None;
            }
            day + before * 60 + 59
        }
        _ => return None,
    };
    Some((seconds - offset) * NANOS + nanos)
}

fn offset_seconds(text: &str) -> Option<i128> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hour, minute) = match &text[1..] {
        hh if hh.len() == 2 => (hh, "00"),
        hhmm if hhmm.len() == 4 => hhmm.split_at(2),
        hh_mm if hh_mm.len() == 5 => hh_mm.split_once(':').filter(|(hh, _)| hh.len() == 2)?,
        _ => return None,
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour <= 18 && minute <= 59).then_some(sign * (hour * 3600 + minute * 60))
}

fn number(digits: &str) -> Option<i128> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

fn is_leap(year: i128) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counted year by year and month by month, so that there is no formula that could be wrong.
fn days_since_epoch(year: i128, month: i128, day: i128) -> i128 {
    let in_year = |year| if is_leap(year) { 366 } else { 365 };
    let years: i128 = if year >= 1970 {
        (1970..year).map(in_year).sum()
    } else {
        -(year..1970).map(in_year).sum::<i128>()
    };
    years + (1..month).map(|month| days_in(year, month)).sum::<i128>() + day - 1
}
