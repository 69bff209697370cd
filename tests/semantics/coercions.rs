//! T: types and coercions. Every row is tested with all kinds of fields. Instants are in
//! `instants`.

use super::targets::*;
use super::{accepts, batch, refuses, registration, tally};
use hydrant::ErrorKind;

#[test]
fn t1_strings_stay_as_they_are() {
    let rows = [
        (r#""a""#, r#""a""#),
        (r#"" é\n ""#, r#"" é\n ""#),
        (r#""null""#, r#""null""#),
        (r#"" ""#, r#"" ""#),
    ];
    reads(STRINGS, &rows);
    reads(MAP_TEXTS, &rows);
    reads(REQUIRED_STRINGS, &rows);
    // Empty ones: left out but for elements of lists.
    for target in STRINGS.iter().chain(MAP_TEXTS) {
        let body = target.body.replace('$', r#""""#);
        let expected = if target.absent.contains("[null]") {
            body.clone()
        } else {
            target.absent.to_owned()
        };
        accepts(body, &expected);
    }
}

#[test]
fn t2_numbers_for_strings_are_their_source_text() {
    let long = "1234567890123456789012345678901234567890";
    let literals = [
        "0",
        "-0",
        "7",
        "1.50",
        "1E5",
        "1e+5",
        "-12.0e-3",
        "0.1e1",
        "18446744073709551615",
        "1e400",
        long,
    ];
    let written = literals.map(|literal| format!("\"{literal}\""));
    let rows: Vec<(&str, &str)> = literals
        .iter()
        .copied()
        .zip(written.iter().map(String::as_str))
        .collect();
    reads(STRINGS, &rows);
    reads(MAP_TEXTS, &rows);
    reads(REQUIRED_STRINGS, &rows);
    // With various characters after the number.
    accepts(
        batch("\"source_id\" : 1.50 \n, \"mpid\":-0\t"),
        &batch(r#""source_id":"1.50","mpid":"-0""#),
    );
}

#[test]
fn t3_bools_for_strings_are_their_text() {
    let rows = [("true", r#""true""#), ("false", r#""false""#)];
    reads(STRINGS, &rows);
    reads(MAP_TEXTS, &rows);
    reads(REQUIRED_STRINGS, &rows);
}

#[test]
fn t4_null_for_strings_is_absent() {
    absent(STRINGS, &["null"]);
    absent(MAP_TEXTS, &["null"]);
}

#[test]
fn t5_objects_and_lists_for_strings_are_refused() {
    refused(STRINGS, "a string", CONTAINERS);
    refused(REQUIRED_STRINGS, "a string", CONTAINERS);
}

#[test]
fn t6_numbers_for_integers_are_cut_towards_zero() {
    let zeros = format!("1{}e-1200", "0".repeat(1200));
    let digits = format!("7.{}", "9".repeat(2000));
    let rows = [
        ("0", "0"),
        ("-0", "0"),
        ("7", "7"),
        ("-7", "-7"),
        ("5.7", "5"),
        ("-5.7", "-5"),
        ("-0.5", "0"),
        ("0.999999999999999999999", "0"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("12345e-2", "123"),
        ("1.5e1", "15"),
        ("1e-400", "0"),
        ("0e999999999999", "0"),
        ("2147483647", "2147483647"),
        ("2147483647.999", "2147483647"),
        ("-2147483648.999", "-2147483648"),
        (&zeros, "1"),
        (&digits, "7"),
    ];
    reads(INT32S, &rows);
    reads(INT64S, &rows);
    // Those with a fraction are counted.
    for (literal, _) in rows {
        let exact = [
            "0",
            "7",
            "1e3",
            "1E+3",
            "1.5e1",
            "0e999999999999",
            "2147483647",
        ];
        let exact = exact.contains(&literal.trim_start_matches('-')) || literal == zeros;
        for target in INT32S.iter().chain(INT64S) {
            let found = tally(target.body.replace('$', literal));
            let counts = (found.truncated_numbers, found.coercions());
            assert_eq!(
                counts,
                (usize::from(!exact), usize::from(!exact)),
                "{literal}"
            );
        }
    }
    reads(
        INT64S,
        &[
            ("9007199254740993", "9007199254740993"),
            ("9007199254740993.0", "9007199254740993"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775807.5", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-9223372036854775808.9", "-9223372036854775808"),
            ("922337203685477580.7e1", "9223372036854775807"),
        ],
    );
}

#[test]
fn t7_strings_for_integers_are_digits() {
    let rows = [
        (r#""12""#, "12"),
        (r#"" 12 ""#, "12"),
        (r#""\t\n12\u0001""#, "12"),
        (r#""+7""#, "7"),
        (r#""-7""#, "-7"),
        (r#""-0""#, "0"),
        (r#""0000000000000000000000007""#, "7"),
        (r#""-2147483648""#, "-2147483648"),
    ];
    reads(INT32S, &rows);
    reads(INT64S, &rows);
    reads(
        INT64S,
        &[(r#""-9223372036854775808""#, "-9223372036854775808")],
    );
}

#[test]
fn t8_nothing_for_integers_is_absent() {
    for targets in [INT32S, INT64S] {
        absent(targets, BLANK);
        absent(targets, NULL_TEXT);
    }
}

#[test]
fn t9_integers_beyond_their_bits_are_refused() {
    refused(
        INT32S,
        "a 32-bit integer",
        &[
            "2147483648",
            "-2147483649",
            "2147483648.0",
            "1e10",
            r#""2147483648""#,
            "9223372036854775808",
        ],
    );
    for (targets, what) in [(INT32S, "a 32-bit integer"), (INT64S, "a 64-bit integer")] {
        refused(
            targets,
            what,
            &[
                "9223372036854775808",
                "-9223372036854775809",
                "18446744073709551616",
                "1e19",
                "1e400",
                "1e99999999999999999999",
                r#""9223372036854775808""#,
            ],
        );
    }
}

#[test]
fn t10_other_values_for_integers_are_refused() {
    // If the value is not an integer at all, kind and message are the same as for 64 bits.
    for (targets, what) in [(INT32S, "a 32-bit integer"), (INT64S, "a 64-bit integer")] {
        refused(
            targets,
            what,
            &[
                r#""1.5""#,
                r#""1e3""#,
                r#""0x1""#,
                r#""Null""#,
                r#""1 2""#,
                r#""--1""#,
                r#""+""#,
                r#""x""#,
                r#""１""#,
                r#""1_000""#,
                "true",
                "false",
            ],
        );
        refused(targets, what, CONTAINERS);
    }
}

#[test]
fn t11_doubles_are_the_nearest() {
    reads(
        DOUBLES,
        &[
            ("0", "0.0"),
            ("5", "5.0"),
            ("-5", "-5.0"),
            ("47.6062", "47.6062"),
            ("122.32310", "122.3231"),
            ("1e3", "1000.0"),
            ("0.1", "0.1"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("9007199254740993", "9007199254740992.0"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("2.2250738585072011e-308", "2.225073858507201e-308"),
            ("5e-324", "5e-324"),
            ("1e-400", "0.0"),
            ("6.02214076e23", "6.02214076e+23"),
            (r#""5""#, "5.0"),
            (r#"" +5. ""#, "5.0"),
            (r#"".5e1""#, "5.0"),
            (r#""-12.5E-1""#, "-1.25"),
            (r#""1e-400""#, "0.0"),
        ],
    );
}

#[test]
fn t12_nothing_for_doubles_is_absent() {
    absent(DOUBLES, BLANK);
    absent(DOUBLES, NULL_TEXT);
}

#[test]
fn t13_other_values_for_doubles_are_refused() {
    refused(
        DOUBLES,
        "a finite number",
        &[
            r#""1,5""#,
            r#""N/A""#,
            r#""- inf""#,
            r#""infinite""#,
            r#""0x1p3""#,
            r#"".""#,
            r#""1e""#,
            r#""1f""#,
            r#""x""#,
            "true",
        ],
    );
    refused(DOUBLES, "a finite number", CONTAINERS);
    // In a location they are another matter (T29).
    refused(&DOUBLES[1..], "a finite number", NOT_FINITE);
}

#[test]
fn t14_bools_and_their_names() {
    reads(
        BOOLS,
        &[
            ("true", "true"),
            ("false", "false"),
            (r#""true""#, "true"),
            (r#""True""#, "true"),
            (r#"" TRUE\n""#, "true"),
            (r#""false""#, "false"),
            (r#""False""#, "false"),
            (r#""FALSE""#, "false"),
        ],
    );
}

#[test]
fn t15_integers_for_bools() {
    let huge = "9".repeat(2000);
    reads(
        BOOLS,
        &[
            ("0", "false"),
            ("-0", "false"),
            ("1", "true"),
            ("-1", "true"),
            ("2", "true"),
            ("18446744073709551615", "true"),
            ("99999999999999999999999999", "true"),
            (&huge, "true"),
        ],
    );
}

#[test]
fn t16_nothing_for_bools_is_absent() {
    absent(BOOLS, BLANK);
    absent(BOOLS, NULL_TEXT);
}

#[test]
fn t17_other_values_for_bools_are_refused() {
    refused(
        BOOLS,
        "a bool",
        &[
            "0.0",
            "1.0",
            "1e0",
            "0e0",
            "1.5",
            r#""1""#,
            r#""0""#,
            r#""yes""#,
            r#""tRUE""#,
            r#""t""#,
        ],
    );
    refused(BOOLS, "a bool", CONTAINERS);
}

#[test]
fn t18_decimals_are_exact() {
    let thousand = "7".repeat(1000);
    let fraction = format!("0.{}", "3".repeat(999));
    let text = format!("\"{thousand}\"");
    reads(
        DECIMALS,
        &[
            ("0", "0"),
            ("12.50", "12.50"),
            ("-12.50", "-12.50"),
            ("10.00", "10.00"),
            (
                "0.1000000000000000055511151231257827021181583404541015625",
                "0.1000000000000000055511151231257827021181583404541015625",
            ),
            (
                "1234567890123456789012345678901234567890",
                "1234567890123456789012345678901234567890",
            ),
            ("18446744073709551616.5", "18446744073709551616.5"),
            (r#""12.50""#, "12.50"),
            (r#"" 2.5 ""#, "2.5"),
            (r#""1e2""#, "100"),
            (&thousand, &thousand),
            (&text, &thousand),
            (&fraction, &fraction),
        ],
    );
}

#[test]
fn t19_nothing_for_decimals_is_absent() {
    absent(DECIMALS, BLANK);
    absent(DECIMALS, NULL_TEXT);
}

#[test]
fn t20_other_values_for_decimals_are_refused() {
    let long = "7".repeat(1001);
    let padded = format!("\"{}\"", "0".repeat(1001));
    refused(
        DECIMALS,
        "a decimal number",
        &[
            &long,
            &padded,
            "1e-2147483648",
            "1e2147483649",
            "0e99999999999999999999",
            r#""1e99999999999999999999""#,
            r#""Null""#,
            r#""null.""#,
            r#""NaN""#,
            r#""1,5""#,
            r#""$5""#,
            r#"".""#,
            r#""+""#,
            r#""1e""#,
            r#""0x1""#,
            "true",
        ],
    );
    refused(DECIMALS, "a decimal number", CONTAINERS);
}

#[test]
fn t21_uuids_have_36_characters() {
    let uuid = r#""9daa09f0-0c61-4b46-a16a-272c8cdd47e8""#;
    reads(
        UUIDS,
        &[
            (uuid, uuid),
            (r#""9DAA09F0-0C61-4B46-A16A-272C8CDD47E8""#, uuid),
            (r#"" 9dAA09f0-0c61-4b46-a16a-272c8cdd47e8\n""#, uuid),
            (
                r#""00000000-0000-0000-0000-000000000000""#,
                r#""00000000-0000-0000-0000-000000000000""#,
            ),
        ],
    );
    absent(UUIDS, BLANK);
    absent(UUIDS, NULL_TEXT);
    refused(
        UUIDS,
        "a uuid of 36 characters",
        &[
            r#""Null""#,
            r#""x""#,
            r#""9daa09f00c614b46a16a272c8cdd47e8""#,
            r#""9daa09f0-0c61-4b46-a16a-272c8cdd47e""#,
            r#""9daa09f0-0c61-4b46-a16a-272c8cdd47e80""#,
            r#""9daa09f0-0c61-4b46-a16a-272c8cdd47eg""#,
            r#""9daa09f-00c61-4b46-a16a-272c8cdd47e8""#,
            r#""{9daa09f0-0c61-4b46-a16a-272c8cdd47e8}""#,
            r#""1-2-3-4-5""#,
        ],
    );
    refused(UUIDS, "a string", CONTAINERS);
    not_a_string(UUIDS);
}

#[test]
fn t22_enumerations_are_strings() {
    reads(
        ENUMERATIONS,
        &[
            (r#""click""#, r#""click""#),
            (r#"" click\t""#, r#""click""#),
        ],
    );
    reads(
        &ENUMERATIONS[1..],
        &[(r#""\u0001unknown ""#, r#""unknown""#)],
    );
    absent(ENUMERATIONS, &["null"]);
    // Unknown texts are kept, including white space.
    for text in [r#""""#, r#"" ""#, r#"" Click ""#, r#""null""#, r#""7""#] {
        reads(ENUMERATIONS, &[(text, text)]);
    }
    refused(ENUMERATIONS, "a string", CONTAINERS);
    not_a_string(ENUMERATIONS);
}

const NOT_FINITE: &[&str] = &[
    "1e309",
    "-1e400",
    r#""1e400""#,
    r#""NaN""#,
    r#""nan""#,
    r#"" -NaN ""#,
    r#""Infinity""#,
    r#""+INFINITY""#,
    r#""-Infinity""#,
    r#""inf""#,
    r#""-inf""#,
];

#[test]
fn t28_objects_and_lists_in_maps_of_texts_are_their_json_text() {
    reads(
        MAP_TEXTS,
        &[
            ("{}", r#""{}""#),
            ("[]", r#""[]""#),
            (r#"["a","b"]"#, r#""[\"a\",\"b\"]""#),
            (
                r#"{"a":{"b":[1.50,-0,1E5,null]}}"#,
                r#""{\"a\":{\"b\":[1.50,-0,1E5,null]}}""#,
            ),
            // White space between tokens goes, and nothing else: not in strings, no escape, no
            // duplicate.
            ("[ 1 ,\t2\n,\r[ ] ]", r#""[1,2,[]]""#),
            (
                r#"{ "a b" : " \" \\" , "a b": "\u0041\n" }"#,
                r#""{\"a b\":\" \\\" \\\\\",\"a b\":\"\\u0041\\n\"}""#,
            ),
            (
                r#"["é",1e400,18446744073709551616]"#,
                r#""[\"é\",1e400,18446744073709551616]""#,
            ),
        ],
    );
    // A lone surrogate is not read, only its text.
    accepts(
        batch(r#""user_attributes":{"a":["\ud800"]}"#),
        &batch(r#""user_attributes":{"a":"[\"\\ud800\"]"}"#),
    );
    // As all values: the last of equal keys counts, null removes an entry.
    accepts(
        batch(r#""user_attributes":{"a":[1],"b":{"c":2},"d":"e","a":"x","b":null,"d":[3]}"#),
        &batch(r#""user_attributes":{"a":"x","d":"[3]"}"#),
    );
    for target in MAP_TEXTS {
        assert_eq!(tally(target.body.replace('$', "[ 1 ]")).json_texts, 1);
        assert_eq!(tally(target.body.replace('$', "\"[1]\"")).coercions(), 0);
    }
    let body = batch(r#""user_attributes":{"a":[1],"b":{"c":{}},"a":[2]}"#);
    assert_eq!(tally(body).json_texts, 3);
}

#[test]
fn t29_locations_that_are_not_finite_or_lack_a_coordinate_are_dropped() {
    absent(COORDINATES, NOT_FINITE);
    for target in COORDINATES {
        for literal in NOT_FINITE {
            let found = tally(target.body.replace('$', literal));
            assert_eq!(
                (found.dropped_locations, found.coercions()),
                (1, 1),
                "{literal}"
            );
        }
    }
    absent(&COORDINATES[..2], BLANK);
    absent(&COORDINATES[..2], NULL_TEXT);
    let location = |fields: &str| {
        batch(&format!(
            r#""events":[{{"type":"session_start","location":{{{fields}}}}}]"#
        ))
    };
    for fields in [
        "",
        r#""latitude":1.5"#,
        r#""longitude":1.5"#,
        r#""longitude":1.5,"accuracy":7.0"#,
        r#""latitude":null,"longitude":1.5"#,
        r#""latitude":1.5,"longitude":null"#,
        r#""latitude":1.5,"longitude": null ,"accuracy":1.0"#,
        r#""longitude":1.5,"latitude":"""#,
        r#""latitude":1.5,"longitude":" ""#,
        // The last of equal keys counts.
        r#""latitude":1.5,"longitude":1.5,"latitude":null"#,
    ] {
        let body = location(fields);
        accepts(&body, &batch(r#""events":[{"type":"session_start"}]"#));
        let found = tally(&body);
        assert_eq!(
            (found.dropped_locations, found.coercions()),
            (1, 1),
            "{fields}"
        );
    }
    let found = tally(location(r#""latitude":"null","longitude":1.5"#));
    let counts = (found.dropped_locations, found.null_texts, found.coercions());
    assert_eq!(counts, (1, 1, 2));
    // Zero is a place, and without an accuracy it is not known (section 5.6).
    for accuracy in ["", r#","accuracy":null"#, r#","accuracy":"""#] {
        let body = location(&format!(r#""longitude":0.0,"latitude":0{accuracy}"#));
        let read = r#""latitude":0.0,"longitude":0.0,"accuracy":0.0"#;
        accepts(&body, &location(read));
        assert_eq!(tally(&body).coercions(), 0);
    }
    // Other faults are faults, before and after.
    refused(
        COORDINATES,
        "a finite number",
        &[r#""x""#, "true", "{}", r#""N/A""#],
    );
    refuses(
        &batch(r#""events":[{"type":"error","location":{"latitude":"NaN","longitude":⟦"east"}}]"#),
        ErrorKind::InvalidValue,
        "events[0].location.longitude",
        "expected a finite number, found a string of 4 characters",
    );
    // The last of equal keys counts, and what follows is read as ever.
    accepts(
        batch(
            r#""events":[{"type":"session_start","location":{"latitude":"NaN","longitude":1,"latitude":2}}]"#,
        ),
        &batch(
            r#""events":[{"type":"session_start","location":{"latitude":2.0,"longitude":1.0,"accuracy":0.0}}]"#,
        ),
    );
    accepts(
        batch(
            r#""events":[{"type":"error","location":{"latitude":1e999},"id":null,"message":"m","is_crash":1},{"type":"session_start","location":{"latitude":0,"longitude":0}}]"#,
        ),
        &batch(
            r#""events":[{"type":"error","message":"m","is_crash":true},{"type":"session_start","location":{"latitude":0.0,"longitude":0.0,"accuracy":0.0}}]"#,
        ),
    );
    let float = r#"{"type":"float","min_value":⟦"NaN"}"#;
    refuses(
        &registration(&format!(
            r#""event_processing_registration":{{"event_connection_settings":[{float}]}}"#
        )),
        ErrorKind::InvalidValue,
        "event_processing_registration.event_connection_settings[0].min_value",
        "expected a finite number, found a string of 3 characters",
    );
}

#[test]
fn t31_identifiers_of_audiences_have_64_bits() {
    let rows = [
        ("2147483647", "2147483647"),
        ("4739181022375519", "4739181022375519"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        (r#"" 4739181022375519 ""#, "4739181022375519"),
        ("4739181022375519.9", "4739181022375519"),
        ("1e15", "1000000000000000"),
    ];
    reads(AUDIENCE_IDS, &rows);
    absent(AUDIENCE_IDS, BLANK);
    absent(AUDIENCE_IDS, NULL_TEXT);
    refused(
        AUDIENCE_IDS,
        "a 64-bit integer",
        &["9223372036854775808", r#""x""#, "true", "[]"],
    );
    for target in AUDIENCE_IDS {
        let long = |literal: &str| tally(target.body.replace('$', literal)).long_audience_ids;
        for (literal, _) in &rows[1..] {
            assert_eq!(long(literal), 1, "{literal}");
        }
        for literal in ["2147483647", "-2147483648", "7", "null"] {
            assert_eq!(long(literal), 0, "{literal}");
        }
        assert_eq!((long("2147483648"), long("-2147483649")), (1, 1));
    }
}

#[test]
fn t32_the_text_null_is_counted() {
    for targets in [
        INT32S,
        INT64S,
        DOUBLES,
        BOOLS,
        DECIMALS,
        AUDIENCE_IDS,
        UUIDS,
    ] {
        for target in targets {
            for literal in NULL_TEXT {
                let found = tally(target.body.replace('$', literal));
                assert_eq!(
                    (found.null_texts, found.coercions()),
                    (1, 1),
                    "{}",
                    target.path
                );
            }
            for literal in BLANK {
                assert_eq!(tally(target.body.replace('$', literal)).coercions(), 0);
            }
        }
    }
    // Not where it is a text.
    assert_eq!(
        tally(batch(
            r#""source_id":"null","user_attributes":{"a":"null"}"#
        ))
        .coercions(),
        0
    );
}
