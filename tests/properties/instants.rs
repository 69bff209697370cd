//! Points in time survive a round trip in all their formats.

use hydrant::message::Timestamp;
use proptest::prelude::*;

const NANOS: i128 = 1_000_000_000;
const MAX_SECONDS: i128 = 31_556_889_864_403_199;
/// The years 0 to 9999.
const YEARS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

/// The submitted time after `normalize`.
fn written(json: &str) -> Option<String> {
    let body = format!(r#"{{"type":"dsr_processing_request","submitted_time":{json}}}"#);
    let mut out = Vec::new();
    hydrant::normalize(body.as_bytes(), &mut out).ok()?;
    let out = String::from_utf8(out).unwrap();
    let (_, time) = out.split_once(r#""submitted_time":"#)?;
    Some(time.trim_end_matches('}').to_owned())
}

/// Seconds with nine digits after the point.
fn seconds(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    format!("{sign}{}.{:09}", nanos.abs() / NANOS, nanos.abs() % NANOS)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nanoseconds_round_trip(second in any::<i64>(), nano in 0..NANOS) {
        let nanos = i128::from(second) * NANOS + nano;
        match Timestamp::from_nanos(nanos) {
            Some(instant) => {
                prop_assert_eq!(instant.as_nanos(), nanos);
                prop_assert_eq!((instant.seconds, i128::from(instant.nanoseconds)), (second, nano));
                prop_assert!(i128::from(second).abs() <= MAX_SECONDS);
            }
            None => prop_assert!(i128::from(second).abs() > MAX_SECONDS),
        }
    }

    #[test]
    fn milliseconds_are_nanoseconds(millis in any::<i64>()) {
        prop_assert_eq!(Timestamp::from_millis(millis).as_nanos(), i128::from(millis) * 1_000_000);
    }

    #[test]
    fn text_round_trips(second in YEARS, nano in 0..NANOS) {
        let instant = Timestamp::from_nanos(i128::from(second) * NANOS + nano).unwrap();
        prop_assert_eq!(instant.to_string().parse(), Ok(instant));
    }

    /// The same point in time in another time zone.
    #[test]
    fn offsets_are_subtracted(second in YEARS, minutes in -18 * 60 - 59..=18 * 60 + 59i64, form in 0..3) {
        let local = Timestamp::from_nanos(i128::from(second) * NANOS).unwrap().to_string();
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let sign = if minutes < 0 { '-' } else { '+' };
        let (offset, minutes) = match form {
            0 => (format!("{sign}{hours:02}:{rest:02}"), minutes),
            1 => (format!("{sign}{hours:02}{rest:02}"), minutes),
            _ => (format!("{sign}{hours:02}"), minutes - minutes.signum() * rest),
        };
        let text = local.replace('Z', &offset);
        let expected = second - minutes * 60;
        prop_assert_eq!(text.parse().map(|instant: Timestamp| instant.seconds), Ok(expected), "{}", text);
    }

    #[test]
    fn numbers_are_seconds_with_fractions(second in -99_999_999_999..=99_999_999_999i64, nano in 0..NANOS) {
        let nanos = i128::from(second) * NANOS + if second < 0 { -nano } else { nano };
        let text = seconds(nanos);
        let instant: Timestamp = text.parse().unwrap();
        prop_assert_eq!(instant.as_nanos(), nanos, "{}", text);
        // A number, and text with a number that has more digits than are used.
        prop_assert_eq!(written(&text), Some(text.clone()));
        prop_assert_eq!(written(&format!("\" {text}789 \"")), Some(text.clone()));
        // RFC 3339 has no years before 0 or after 9999.
        if YEARS.contains(&instant.seconds) {
            prop_assert_eq!(written(&format!("\"{instant}\"")), Some(text));
        }
    }

    #[test]
    fn large_numbers_are_milliseconds(milli in 100_000_000_000..=i64::MAX, negative in any::<bool>()) {
        let milli = if negative { -milli } else { milli };
        let instant = milli.to_string().parse().ok();
        let in_range = i128::from(milli).div_euclid(1000).abs() <= MAX_SECONDS;
        prop_assert_eq!(instant, in_range.then(|| Timestamp::from_millis(milli)));
    }

    #[test]
    fn no_text_causes_a_panic(text in "[-+]?[0-9]{0,5}[-0-9T:zZ.+ ]{0,30}", any in ".{0,40}") {
        for text in [&text, &any] {
            let _ = text.parse::<Timestamp>();
        }
    }
}
