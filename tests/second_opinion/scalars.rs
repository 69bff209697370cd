//! One scalar at a time: every row of "types and coercions", accepted and refused.

use crate::twin::json::View;
use crate::twin::{Json, instant, scalar};

fn read(
    literal: &str,
    rule: fn(&View<'_>) -> Result<Option<Json>, String>,
) -> Result<String, String> {
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(literal).unwrap();
    let value = rule(&View::of(&raw))?;
    Ok(value.map_or_else(|| "absent".to_owned(), |value| value.to_text()))
}

fn accepts(rule: fn(&View<'_>) -> Result<Option<Json>, String>, cases: &[(&str, &str)]) {
    for (literal, canonical) in cases {
        assert_eq!(read(literal, rule).as_deref(), Ok(*canonical), "{literal}");
    }
}

fn refuses(rule: fn(&View<'_>) -> Result<Option<Json>, String>, literals: &[&str]) {
    for literal in literals {
        assert!(
            read(literal, rule).is_err(),
            "{literal} gives {:?}",
            read(literal, rule)
        );
    }
}

#[test]
fn strings_take_the_source_text_of_numbers_and_bools() {
    accepts(
        scalar::string,
        &[
            (r#""a""#, r#""a""#),
            (r#""""#, r#""""#),
            ("1.50", r#""1.50""#),
            ("1E5", r#""1E5""#),
            ("-0", r#""-0""#),
            ("true", r#""true""#),
        ],
    );
    refuses(scalar::string, &["[]", "{}"]);
}

#[test]
fn integers_are_cut_towards_zero_exactly() {
    accepts(
        scalar::int32,
        &[
            ("5.7", "5"),
            ("-5.7", "-5"),
            ("-0.5", "0"),
            ("-0", "0"),
            ("1e3", "1000"),
            ("12345e-2", "123"),
            ("0e999999999999999999999", "0"),
            ("1e-999999999999999999999", "0"),
            ("2147483647.9", "2147483647"),
            ("-2147483648.9", "-2147483648"),
            (r#"" 12 ""#, "12"),
            (r#""+7""#, "7"),
            (r#""-007""#, "-7"),
            (r#""""#, "absent"),
            (r#"" \t""#, "absent"),
            (r#""null""#, "absent"),
        ],
    );
    refuses(
        scalar::int32,
        &[
            "2147483648",
            "1e10",
            "1e999999999999999999999",
            "true",
            r#""1.5""#,
            r#""1e3""#,
        ],
    );
    refuses(
        scalar::int32,
        &[
            r#""+""#,
            r#""2147483648""#,
            r#""Null""#,
            r#""0x1""#,
            "[]",
            "{}",
        ],
    );
    accepts(
        scalar::int64,
        &[
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808.5", "-9223372036854775808"),
            ("9007199254740993", "9007199254740993"),
        ],
    );
    refuses(
        scalar::int64,
        &["9223372036854775808", r#""-9223372036854775809""#],
    );
}

#[test]
fn doubles_are_finite_and_keep_their_point() {
    accepts(
        scalar::double,
        &[
            ("47.6062", "47.6062"),
            ("0", "0.0"),
            ("-0", "-0.0"),
            ("1e300", "1e300"),
            ("1e-400", "0.0"),
            ("0.1000000000000000055511151231257827", "0.1"),
            (r#"" +5. ""#, "5.0"),
            (r#"".5e1""#, "5.0"),
            (r#""null""#, "absent"),
        ],
    );
    refuses(
        scalar::double,
        &[
            "1e400",
            r#""1e400""#,
            r#""NaN""#,
            r#""Infinity""#,
            "true",
            r#""1,5""#,
            r#""0x1p3""#,
        ],
    );
}

#[test]
fn bools_take_three_casings_and_whole_numbers() {
    accepts(
        scalar::bool,
        &[
            ("true", "true"),
            (r#"" TRUE ""#, "true"),
            (r#""False""#, "false"),
            ("0", "false"),
            ("-0", "false"),
            ("-3", "true"),
            ("99999999999999999999999999", "true"),
            (r#""""#, "absent"),
            (r#""null""#, "absent"),
        ],
    );
    refuses(
        scalar::bool,
        &[
            "1.0",
            "0.0",
            "1e0",
            r#""tRUE""#,
            r#""1""#,
            r#""yes""#,
            "[]",
            "{}",
        ],
    );
}

#[test]
fn decimals_keep_every_digit_and_their_scale() {
    let thousand = "9".repeat(1000);
    accepts(
        scalar::decimal,
        &[
            ("12.50", "12.50"),
            ("-0.00", "0.00"),
            ("0E+3", "0"),
            ("0E-3", "0.000"),
            ("1E-8", "0.00000001"),
            ("1E+3", "1000"),
            ("12.5e1", "125"),
            (
                "1234567890123456789012345678901234567890",
                "1234567890123456789012345678901234567890",
            ),
            (r#""+007.50""#, "7.50"),
            (r#"".5""#, "0.5"),
            (r#""5.""#, "5"),
            (r#""-0""#, "0"),
            (r#"" ""#, "absent"),
            (&thousand, &thousand),
            ("1E1000", "1E1000"),
            ("15E-2000", "15E-2000"),
        ],
    );
    assert_eq!(read("1E-999", scalar::decimal).unwrap().len(), 1001);
    assert_eq!(read("1E-1000", scalar::decimal).unwrap(), "1E-1000");
    refuses(
        scalar::decimal,
        &[&format!("{thousand}9"), &format!(r#""0{thousand}""#)],
    );
    refuses(
        scalar::decimal,
        &[
            "true",
            r#""null""#,
            r#""1,5""#,
            r#""1.5.2""#,
            r#""e5""#,
            r#"".""#,
        ],
    );
}

#[test]
fn uuids_are_written_in_lower_case() {
    let lower = r#""0af1cc2e-9a1d-4f3b-8f00-a1b2c3d4e5f6""#;
    accepts(
        scalar::uuid,
        &[
            (r#"" 0AF1CC2E-9a1d-4f3b-8f00-A1B2C3D4E5F6 ""#, lower),
            (r#""  ""#, "absent"),
        ],
    );
    refuses(
        scalar::uuid,
        &[
            r#""null""#,
            "7",
            r#""0af1cc2e9a1d4f3b8f00a1b2c3d4e5f6""#,
            r#""0af1cc2e-9a1d""#,
        ],
    );
    refuses(scalar::uuid, &[r#""0af1cc2e-9a1d-4f3b-8f00-a1b2c3d4e5fg""#]);
}

#[test]
fn instants_are_seconds_with_nine_digits() {
    let day = "86400.000000000";
    accepts(
        scalar::instant,
        &[
            ("86400", day),
            ("99999999999", "99999999999.000000000"),
            ("100000000000", "100000000.000000000"),
            ("-100000000000", "-100000000.000000000"),
            ("1714592744067", "1714592744.067000000"),
            ("1714592744.0672350009", "1714592744.067235000"),
            ("-0.5", "-0.500000000"),
            ("-0.0000000009", "0.000000000"),
            (r#""86400""#, day),
            (r#""1970-01-02T00:00:00Z""#, day),
            (r#""1970-01-02t01:00:00+01""#, day),
            (r#"" 1970-01-01 22:30:00.000-0130 ""#, day),
            (r#""1970-01-02T00:00:00-00:00""#, day),
            (r#""1969-12-31T23:59:59.9999999999Z""#, "-0.000000001"),
            (r#""2000-02-29T12:00:00Z""#, "951825600.000000000"),
            (r#""0000-02-29T00:00:00Z""#, "-62162121600.000000000"),
            (r#""9999-12-31T23:59:59Z""#, "253402300799.000000000"),
            (r#""""#, "absent"),
        ],
    );
    refuses(
        scalar::instant,
        &[
            "true",
            "1e400",
            "31556889864403200000",
            r#""null""#,
            r#""2024-05-01""#,
            r#""2024-05-01T10:00:00""#,
            r#""1900-02-29T00:00:00Z""#,
            r#""2024-05-01T24:00:00Z""#,
            r#""2024-05-01T10:00:60Z""#,
            r#""2024-05-01T10:00:00.Z""#,
            r#""2024-05-01T10:00:00+19:00""#,
            r#""2024-05-01T10:00:00+1:00""#,
            r#""+2024-05-01T10:00:00Z""#,
        ],
    );
}

#[test]
fn the_calendar_agrees_with_the_epoch() {
    assert_eq!(
        instant::from_text("1970-01-01T00:00:00Z").unwrap(),
        "0.000000000"
    );
    assert_eq!(
        instant::from_text("2024-05-01T19:45:44Z").unwrap(),
        "1714592744.000000000"
    );
    assert_eq!(
        instant::from_text("1969-12-31T00:00:00Z").unwrap(),
        "-86400.000000000"
    );
}
