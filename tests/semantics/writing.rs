//! W: writing.

use super::{accepts, batch, custom, dsr, normal, registration};

#[test]
fn w1_one_compact_line_is_appended() {
    let pretty = "\n{ \"type\" : \"event_processing_request\" ,\r\n\t\"user_attributes\" : { \"a b\" : \" c \" } }\n";
    accepts(pretty, &batch(r#""user_attributes":{"a b":" c "}"#));
    let mut out = b"[".to_vec();
    hydrant::normalize(pretty.as_bytes(), &mut out).unwrap();
    assert!(out.starts_with(b"[{\"type\"") && !out.contains(&b'\n'));
    let before = out.clone();
    let fault_at_the_end = batch(r#""mpid":"1","platform_fields":7"#);
    hydrant::normalize(fault_at_the_end.as_bytes(), &mut out).unwrap_err();
    assert_eq!(out, before);
}

#[test]
fn w2_fields_have_the_order_of_the_tables() {
    let normal = r#"{"type":"event_processing_request","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1,"firehose_version":"3.2.0","source_id":"s","account":{"account_id":1,"account_settings":{"z":"1","a":"2"}},"user_attributes":{"b":"1","a":"2","10":"3","9":"4"},"runtime_environment":{"type":"roku","sdk_version":"1","brand":"b","timezone_offset":0,"application_name":"a"},"events":[{"type":"custom_event","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":2,"session_id":3,"name":"n","custom_event_type":"other","attributes":{"k":"v"}}],"mpid":"1"}"#;
    let shuffled = r#"{"mpid":"1","events":[{"attributes":{"k":"v"},"custom_event_type":"other","session_id":3,"name":"n","type":"custom_event","timestamp_ms":2,"id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8"}],"runtime_environment":{"application_name":"a","timezone_offset":0,"brand":"b","sdk_version":"1","type":"roku"},"user_attributes":{"b":"1","a":"2","10":"3","9":"4"},"account":{"account_settings":{"z":"1","a":"2"},"account_id":1},"source_id":"s","firehose_version":"3.2.0","timestamp_ms":1,"id":"66062a39-ea83-450e-9d5e-92829b6e565d","type":"event_processing_request"}"#;
    accepts(shuffled, normal);
}

#[test]
fn w3_empty_values_are_left_out() {
    accepts(
        batch(
            r#""source_id":"","partner_identities":[],"user_attributes":{},"user_attribute_lists":{"a":[]},"integration_attributes":{"a":"","b":null},"mpid":"""#,
        ),
        r#"{"type":"event_processing_request"}"#,
    );
    accepts(
        custom(r#""name":"","attributes":{"a":"","b":"1","c":""}"#),
        &custom(r#""attributes":{"b":"1"}"#),
    );
    accepts(
        batch(
            r#""runtime_environment":{"type":"ios","apple_search_ads_attribution":{"a":{},"b":{"x":""},"c":{"x":"1","y":""}}}"#,
        ),
        &batch(
            r#""runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"apple_search_ads_attribution":{"c":{"x":"1"}},"att_timestamp_unixtime_ms":0}"#,
        ),
    );
    accepts(
        batch(
            r#""runtime_environment":{"type":"roku","apple_search_ads_attribution":{"a":{"b":"c"}}}"#,
        ),
        &batch(r#""runtime_environment":{"type":"roku","timezone_offset":0}"#),
    );
    accepts(
        batch(r#""account":{"account_id":1,"account_settings":{"a":""}}"#),
        &batch(r#""account":{"account_id":1}"#),
    );
    accepts(
        dsr(r#""subject_identities":{}"#),
        r#"{"type":"dsr_processing_request"}"#,
    );
    accepts(
        registration(
            r#""name":"","event_processing_registration":{"account_settings":[],"push_messaging_provider_id":""}"#,
        ),
        &registration(r#""event_processing_registration":{"max_data_age_hours":24}"#),
    );
}

#[test]
fn w4_elements_of_lists_are_not_left_out() {
    let body = batch(r#""user_attribute_lists":{"a":["",null,"x"],"b":[""],"c":[null]}"#);
    accepts(&body, &body);
    let body = batch(r#""events":[{"type":"promotion_action","promotions":[{},{}]}]"#);
    accepts(&body, &body);
}

#[test]
fn w5_plain_numbers_and_bools_are_always_written() {
    let body = batch(
        r#""account":{"account_id":0},"events":[{"type":"session_end","timestamp_ms":0,"session_id":0,"location":{"latitude":0.0,"longitude":0.0,"accuracy":0.0},"session_length_ms":0},{"type":"error","is_crash":false}],"platform_fields":{"mp_account_id":0,"workspace_id":0,"dataplan_version":0}"#,
    );
    accepts(&body, &body);
    let body = registration(
        r#""event_processing_registration":{"account_settings":[{"type":"integer","visible":false,"default_value":0,"min_value":0,"max_value":0,"required":false},{"type":"float","visible":true,"default_value":0.0,"required":true}],"max_data_age_hours":0}"#,
    );
    accepts(&body, &body);
    // Also optional bools if they are set.
    let body = batch(
        r#""runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"is_tablet":false,"is_sandboxed":false,"att_timestamp_unixtime_ms":0}"#,
    );
    accepts(&body, &body);
}

#[test]
fn w6_some_bools_are_written_only_when_true() {
    accepts(
        batch(r#""runtime_environment":{"is_debug":false,"type":"roku"}"#),
        &batch(r#""runtime_environment":{"type":"roku","timezone_offset":0}"#),
    );
    let body =
        batch(r#""runtime_environment":{"type":"roku","is_debug":true,"timezone_offset":0}"#);
    accepts(&body, &body);
    let names = [
        "allow_access_location",
        "allow_access_ip_address",
        "allow_access_device_application_stamp",
        "allow_device_info",
        "allow_user_attributes",
        "allow_consent_state",
        "allow_audience_user_attributes",
        "allow_access_http_user_agent",
        "allow_access_mpid",
        "allow_platform_fields",
        "allow_eventless_batches",
    ];
    let permissions = |value: bool| {
        let fields = names.map(|name| format!(r#""{name}":{value}"#));
        registration(&format!(r#""permissions":{{{}}}"#, fields.join(",")))
    };
    accepts(permissions(true), &permissions(true));
    accepts(permissions(false), &registration(r#""permissions":{}"#));
    let answer = |to: &str, value: bool| {
        format!(r#"{{"type":"{to}_response","suspend_subscription":{value}}}"#)
    };
    accepts(
        answer("event_processing", false),
        r#"{"type":"event_processing_response"}"#,
    );
    for (to, value) in [
        ("event_processing", true),
        ("audience_membership_change", true),
        ("audience_membership_change", false),
    ] {
        accepts(answer(to, value), &answer(to, value));
    }
}

#[test]
fn w7_objects_without_fields() {
    let body =
        batch(r#""events":[{"type":"promotion_action","promotions":[{}]}],"consent_state":{}"#);
    accepts(&body, &body);
    let body = registration(
        r#""permissions":{},"audience_processing_registration":{"bulk_configuration":{}},"dsr_processing_registration":{}"#,
    );
    accepts(&body, &body);
    accepts(
        r#"{"type":"audience_membership_change_request","user_profiles":[{},{"audiences":[{"user_attributes":[{}]}]}]}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{},{"audiences":[{"audience_id":0,"user_attributes":[{}]}]}]}"#,
    );
}

/// Asserts how decimals are written.
fn decimals(rows: &[(&str, &str)]) {
    let price = |number: &str| {
        batch(&format!(
            r#""events":[{{"type":"product_action","products":[{{"position":0,"price":{number}}}]}}]"#
        ))
    };
    for (number, written) in rows {
        accepts(price(number), &price(written));
    }
}

#[test]
fn w8_decimals_are_plain_and_keep_their_scale() {
    decimals(&[
        ("10.00", "10.00"),
        ("10", "10"),
        ("-10.50", "-10.50"),
        ("0.00", "0.00"),
        ("-0.0", "0.0"),
        ("-0", "0"),
        ("1E-8", "0.00000001"),
        ("1e+3", "1000"),
        ("12.345e2", "1234.5"),
        ("12.345e3", "12345"),
        ("12.345e5", "1234500"),
        ("12.5e-3", "0.0125"),
        ("0.012e1", "0.12"),
        ("0e5", "0"),
        ("0e-3", "0.000"),
        ("-0E-3", "0.000"),
        (r#""+007.50""#, "7.50"),
        (r#"".5""#, "0.5"),
        (r#""5.""#, "5"),
        (r#""-.5""#, "-0.5"),
        (r#""000""#, "0"),
        (r#""-000.0""#, "0.0"),
        (r#""00.10e1""#, "1.0"),
        (
            "1234567890123456789012345678901234567890.12",
            "1234567890123456789012345678901234567890.12",
        ),
    ]);
}

#[test]
fn w9_decimals_of_more_than_40_digits_are_written_as_sent() {
    let digits = "1234567890123456789012345678901234567890";
    let nines = "9".repeat(1000);
    let with = |exponent: &str| format!("{nines}{exponent}");
    for sent in [
        "1E5000",
        "1e998",
        "1E+998",
        "-1.50e5000",
        "1e40",
        "1e-40",
        "0.1e-0039",
        "0e-40",
        "-0e-5000",
        "12.5e-999",
        "1e2147483648",
        "1e-2147483647",
        "-0.0001e-2147483643",
        &with("e1"),
        &with("e-1"),
        &format!("{digits}.5"),
        &format!("-0.0{digits}"),
    ] {
        decimals(&[(sent, sent)]);
    }
    decimals(&[
        ("1e39", &format!("1{}", "0".repeat(39))),
        ("1e-39", &format!("0.{}1", "0".repeat(38))),
        ("0e-39", &format!("0.{}", "0".repeat(39))),
        ("0e5000", "0"),
        (
            &format!("{digits}e-20"),
            &format!("{}.{}", &digits[..20], &digits[20..]),
        ),
        (
            &format!("\"{}1e20\"", "0".repeat(900)),
            &format!("1{}", "0".repeat(20)),
        ),
        // What JSON does not allow.
        (r#""+1e998""#, "1e998"),
        (r#""-0001E+998""#, "-1E+998"),
        (r#""00e-998""#, "0e-998"),
        (r#"".5e998""#, "0.5e998"),
        (r#""5.e998""#, "5e998"),
        (r#""007.50e-998""#, "7.50e-998"),
        // A zero in front would be a digit too many to be read again.
        (&format!("\".{nines}\""), &with("E-1000")),
        (&format!("\".{nines}e3\""), &with("E-997")),
        (&format!("\"-.{}\"", "0".repeat(1000)), "-0E-1000"),
    ]);
    // The output stays linear in the input.
    let prices = "{\"price\":1e998},".repeat(1000);
    let body = batch(&format!(
        r#""events":[{{"type":"product_action","products":[{prices}{{}}]}}]"#
    ));
    assert!(normal(&body).unwrap().len() < 3 * body.len());
}

#[test]
fn w10_doubles_are_the_shortest_that_read_back() {
    let place = |number: &str| {
        custom(&format!(
            r#""location":{{"latitude":{number},"longitude":0.0,"accuracy":0.0}}"#
        ))
    };
    for (number, written) in [
        ("47.60620", "47.6062"),
        ("5", "5.0"),
        ("-0.0", "-0.0"),
        ("100", "100.0"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("0.1e-5", "1e-6"),
        ("2e-308", "2e-308"),
    ] {
        accepts(place(number), &place(written));
    }
    // Every written double parses to the same double.
    let mut bits: u64 = 1;
    for _ in 0..2000 {
        bits = bits
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let value = f64::from_bits(bits);
        if !value.is_finite() {
            continue;
        }
        let written = normal(place(&format!("{value:?}"))).unwrap();
        let text = written
            .split("\"latitude\":")
            .nth(1)
            .unwrap()
            .split(',')
            .next()
            .unwrap();
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits, "{text}");
        assert!(
            text.len() <= format!("{value:e}").len() + 4,
            "{text} for {value:e}"
        );
        assert!(text.contains(['.', 'e']), "{text}");
    }
}

#[test]
fn w11_instants_are_seconds_with_nine_digits() {
    for (time, written) in [
        (r#""2024-05-01T19:45:44.067235Z""#, "1714592744.067235000"),
        ("0", "0.000000000"),
        ("-1.5", "-1.500000000"),
        ("-0.000000001", "-0.000000001"),
        ("1714592744067", "1714592744.067000000"),
    ] {
        accepts(
            dsr(&format!(r#""submitted_time":{time}"#)),
            &dsr(&format!(r#""submitted_time":{written}"#)),
        );
    }
}

#[test]
fn w12_uuids_are_lower_case() {
    accepts(
        r#"{"type":"dsr_processing_response","id":"9DAA09F0-0C61-4B46-A16A-272C8CDD47E8"}"#,
        r#"{"type":"dsr_processing_response","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8"}"#,
    );
    // UUIDs that are declared as text are not changed.
    let body = dsr(r#""subject_request_id":"9DAA""#);
    accepts(&body, &body);
}

#[test]
fn w13_enumerations() {
    accepts(
        custom(r#""custom_event_type":" other ""#),
        &custom(r#""custom_event_type":"other""#),
    );
    let body = custom(r#""custom_event_type":" Other \n""#);
    accepts(&body, &body);
}

#[test]
fn w14_unknown_members_are_their_source_text() {
    accepts(
        batch(
            "\"events\":[ {\n\t\"type\" : \"new\", \"n\" : 1.500e+01, \"s\" : \"\\u0041\\/ \\\"b\\\" \", \"n\" : [ ] } ]",
        ),
        &batch(r#""events":[{"type":"new","n":1.500e+01,"s":"\u0041\/ \"b\" ","n":[]}]"#),
    );
}

#[test]
fn w15_absent_ids_and_times_stay_absent() {
    let body = batch(r#""events":[{"type":"session_start"}]"#);
    accepts(&body, &body);
}

#[test]
fn w16_strings_are_escaped_where_they_must_be() {
    let controls: String = (0..0x20).map(|code| format!("\\u{code:04x}")).collect();
    let mut written = String::new();
    for code in 0..0x20u8 {
        written.push_str(&match code {
            8 => "\\b".to_owned(),
            9 => "\\t".to_owned(),
            10 => "\\n".to_owned(),
            12 => "\\f".to_owned(),
            13 => "\\r".to_owned(),
            code => format!("\\u{code:04X}"),
        });
    }
    let strings = |text: &str| {
        custom(&format!(
            r#""name":"{text}","attributes":{{"{text}":"{text}"}}"#
        ))
    };
    accepts(strings(&controls), &strings(&written));
    accepts(
        strings(r#"\"\\\/é\u00e9\u007f\u2028<>&'\ud83d\ude00"#),
        &strings("\\\"\\\\/éé\u{7f}\u{2028}<>&'😀"),
    );
}

#[test]
fn w17_a_normal_form_is_its_own() {
    // `accepts` checks this for every message of these tests; this one uses generated messages,
    // including hostile ones.
    use hydrant_testing::generate::{Generator, Options};
    let mut generator = Generator::new(Options::default().hostile(true).shuffle(true));
    let mut accepted = 0;
    for _ in 0..500 {
        let mut line = Vec::new();
        generator.next_line(&mut line);
        if let Ok(written) = normal(&line) {
            assert_eq!(normal(&written).unwrap(), written);
            accepted += 1;
        }
    }
    assert!(accepted > 100, "{accepted}");
}
