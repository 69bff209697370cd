//! T: types and coercions, every row for fields of every shape: always written, optional, with a default of their own.
//! Instants are in `instants`.

use hydrant::ErrorKind;

use super::{accepts, batch, refuses};

/// A field of a type.
pub(super) struct Target {
    /// A normalized body with `$` for the value.
    pub(super) body: &'static str,
    /// The path of the value.
    pub(super) path: &'static str,
    /// The normal form if the value is absent.
    pub(super) absent: &'static str,
}

const STRINGS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","source_id":$}"#,
        path: "source_id",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"push_message_open","payload":$}]}"#,
        path: "events[0].payload",
        absent: r#"{"type":"event_processing_request","events":[{"type":"push_message_open"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","user_attributes":{"k":$}}"#,
        path: "user_attributes.k",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"apple_search_ads_attribution":{"v":{"k":$}},"att_timestamp_unixtime_ms":0}}"#,
        path: "runtime_environment.apple_search_ads_attribution.v.k",
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"att_timestamp_unixtime_ms":0}}"#,
    },
    // Text on the wire, for which senders put bools (D19).
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"mobileweb","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"is_dst":$}}"#,
        path: "runtime_environment.is_dst",
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"mobileweb","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","system_notifications":[{"type":"ccpa_consent_state","purpose":$}]}"#,
        path: "system_notifications[0].purpose",
        absent: r#"{"type":"event_processing_request","system_notifications":[{"type":"ccpa_consent_state","purpose":"data_sale_opt_out"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","user_attribute_lists":{"k":[$]}}"#,
        path: "user_attribute_lists.k[0]",
        absent: r#"{"type":"event_processing_request","user_attribute_lists":{"k":[null]}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false,"breadcrumbs":[$]}]}"#,
        path: "events[0].breadcrumbs[0]",
        absent: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false,"breadcrumbs":[null]}]}"#,
    },
];

/// Texts that must be there, so that null refuses the message (P1).
const REQUIRED_STRINGS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","user_identities":[{"type":"other","encoding":"raw","value":$}]}"#,
        path: "user_identities[0].value",
        absent: "",
    },
    Target {
        body: r#"{"type":"event_processing_request","partner_identities":[{"type":$,"encoding":"raw","value":"v"}]}"#,
        path: "partner_identities[0].type",
        absent: "",
    },
];

const INT32S: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","account":{"account_id":$}}"#,
        path: "account.account_id",
        absent: r#"{"type":"event_processing_request","account":{"account_id":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","platform_fields":{"mp_account_id":0,"workspace_id":0,"dataplan_version":$}}"#,
        path: "platform_fields.dataplan_version",
        absent: r#"{"type":"event_processing_request","platform_fields":{"mp_account_id":0,"workspace_id":0}}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"max_data_age_hours":$}}"#,
        path: "event_processing_registration.max_data_age_hours",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"max_data_age_hours":24}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":$}]}]}"#,
        path: "events[0].products[0].position",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":0}]}]}"#,
    },
];

const INT64S: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","timestamp_ms":$}"#,
        path: "timestamp_ms",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_end","session_length_ms":$}]}"#,
        path: "events[0].session_length_ms",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_end","session_length_ms":0}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","session_id":$}]}"#,
        path: "events[0].session_id",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#,
    },
];

const DOUBLES: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{"latitude":$,"longitude":0.0,"accuracy":0.0}}]}"#,
        path: "events[0].location.latitude",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{"latitude":0.0,"longitude":0.0,"accuracy":0.0}}]}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"float","visible":true,"min_value":$,"required":false}],"max_data_age_hours":24}}"#,
        path: "event_processing_registration.event_connection_settings[0].min_value",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"float","visible":true,"required":false}],"max_data_age_hours":24}}"#,
    },
];

const BOOLS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":$}]}"#,
        path: "events[0].is_crash",
        absent: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"android","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"is_tablet":$,"android_sdk_level":0}}"#,
        path: "runtime_environment.is_tablet",
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"android","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"android_sdk_level":0}}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"integer","visible":$,"required":false}],"max_data_age_hours":24}}"#,
        path: "event_processing_registration.event_connection_settings[0].visible",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"integer","visible":true,"required":false}],"max_data_age_hours":24}}"#,
    },
    Target {
        body: r#"{"type":"audience_membership_change_response","suspend_subscription":$}"#,
        path: "suspend_subscription",
        absent: r#"{"type":"audience_membership_change_response","suspend_subscription":false}"#,
    },
];

const DECIMALS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","total_amount":$}]}"#,
        path: "events[0].total_amount",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"impression","impressions":[{"products":[{"position":0,"quantity":$}]}]}]}"#,
        path: "events[0].impressions[0].products[0].quantity",
        absent: r#"{"type":"event_processing_request","events":[{"type":"impression","impressions":[{"products":[{"position":0}]}]}]}"#,
    },
];

const UUIDS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","id":$}"#,
        path: "id",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","id":$}]}"#,
        path: "events[0].id",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#,
    },
];

const ENUMERATIONS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","action":$}]}"#,
        path: "events[0].action",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"promotion_action","action":$}]}"#,
        path: "events[0].action",
        absent: r#"{"type":"event_processing_request","events":[{"type":"promotion_action"}]}"#,
    },
];

/// Each literal reads as what is written, in every target.
#[track_caller]
pub(super) fn reads(targets: &[Target], rows: &[(&str, &str)]) {
    for target in targets {
        for (literal, written) in rows {
            accepts(
                target.body.replace('$', literal),
                &target.body.replace('$', written),
            );
        }
    }
}

#[track_caller]
pub(super) fn absent(targets: &[Target], literals: &[&str]) {
    for target in targets {
        for literal in literals {
            accepts(target.body.replace('$', literal), target.absent);
        }
    }
}

/// Strings and numbers are refused as values, everything else by its type.
#[track_caller]
pub(super) fn refused(targets: &[Target], what: &str, literals: &[&str]) {
    for target in targets {
        for literal in literals {
            let (kind, found) = match literal.as_bytes()[0] {
                b'"' => (ErrorKind::InvalidValue, format!("string {}", cut(literal))),
                b'-' | b'0'..=b'9' => (ErrorKind::InvalidValue, format!("number {}", cut(literal))),
                b'[' => (ErrorKind::UnexpectedType, "a list".to_owned()),
                b'{' => (ErrorKind::UnexpectedType, "an object".to_owned()),
                b'n' => (ErrorKind::UnexpectedType, "null".to_owned()),
                _ => (ErrorKind::UnexpectedType, format!("bool {literal}")),
            };
            let marked = target.body.replace('$', &format!("⟦{literal}"));
            refuses(
                &marked,
                kind,
                target.path,
                &format!("expected {what}, found {found}"),
            );
        }
    }
}

fn cut(literal: &str) -> String {
    match literal.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &literal[..end]),
        None => literal.to_owned(),
    }
}

const CONTAINERS: &[&str] = &["[]", "{}", r#"["a"]"#, r#"{"a":1}"#];
const BLANK: &[&str] = &["null", r#""""#, r#"" ""#, r#""\t\r\n \u0000\u001f""#];
const NULL_TEXT: &[&str] = &[r#""null""#, r#"" null ""#];

#[test]
fn t1_strings_stay_as_they_are() {
    let rows = [
        (r#""a""#, r#""a""#),
        (r#"" é\n ""#, r#"" é\n ""#),
        (r#""null""#, r#""null""#),
        (r#"" ""#, r#"" ""#),
    ];
    reads(STRINGS, &rows);
    reads(REQUIRED_STRINGS, &rows);
    // Empty ones: left out but for elements of lists.
    for target in STRINGS {
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
    reads(REQUIRED_STRINGS, &rows);
    // Whatever follows the number.
    accepts(
        batch("\"source_id\" : 1.50 \n, \"mpid\":-0\t"),
        &batch(r#""source_id":"1.50","mpid":"-0""#),
    );
}

#[test]
fn t3_bools_for_strings_are_their_text() {
    let rows = [("true", r#""true""#), ("false", r#""false""#)];
    reads(STRINGS, &rows);
    reads(REQUIRED_STRINGS, &rows);
}

#[test]
fn t4_null_for_strings_is_absent() {
    absent(STRINGS, &["null"]);
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
    // The kind and the words are those of 64 bits where the value is no integer at all.
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
            "1e309",
            "-1e400",
            r#""1e400""#,
            r#""NaN""#,
            r#""Infinity""#,
            r#""inf""#,
            r#""-inf""#,
            r#""1,5""#,
            r#""0x1p3""#,
            r#"".""#,
            r#""1e""#,
            r#""1f""#,
            r#""x""#,
            "true",
        ],
    );
    refused(DOUBLES, "a finite number", CONTAINERS);
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
            r#""null""#,
            r#"" null ""#,
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
    refused(
        UUIDS,
        "a uuid of 36 characters",
        &[
            r#""null""#,
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
    // Unknown texts are kept, white space and all.
    for text in [r#""""#, r#"" ""#, r#"" Click ""#, r#""null""#, r#""7""#] {
        reads(ENUMERATIONS, &[(text, text)]);
    }
    refused(ENUMERATIONS, "a string", CONTAINERS);
    not_a_string(ENUMERATIONS);
}

/// Numbers and bools where a string must be.
#[track_caller]
fn not_a_string(targets: &[Target]) {
    for target in targets {
        for (literal, found) in [
            ("7", "number 7"),
            ("0", "number 0"),
            ("-1.5", "number -1.5"),
            ("true", "bool true"),
        ] {
            let marked = target.body.replace('$', &format!("⟦{literal}"));
            let message = format!("expected a string, found {found}");
            refuses(&marked, ErrorKind::UnexpectedType, target.path, &message);
        }
    }
}
