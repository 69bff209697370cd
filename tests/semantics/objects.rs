//! K: objects, keys and lists.

use hydrant::ErrorKind;

use super::{accepts, batch, custom, dsr, refuses, registration, tally};

#[test]
fn k1_unknown_fields_are_skipped() {
    for value in [
        "null",
        "true",
        "7",
        "1e999",
        r#""s""#,
        "[]",
        "{}",
        r#"[{"type":null},[[]],"\ud800"]"#,
    ] {
        let x = format!(r#""x":{value}"#);
        // One object of each kind of model.
        accepts(
            batch(&format!(r#"{x},"mpid":"1",{x}"#)),
            &batch(r#""mpid":"1""#),
        );
        accepts(
            batch(&format!(r#""account":{{{x}}}"#)),
            &batch(r#""account":{"account_id":0}"#),
        );
        accepts(
            custom(&format!(r#"{x},"name":"n""#)),
            &custom(r#""name":"n""#),
        );
        accepts(
            custom(&format!(
                r#""location":{{{x},"latitude":1,{x},"longitude":2,{x}}}"#
            )),
            &custom(r#""location":{"latitude":1.0,"longitude":2.0,"accuracy":0.0}"#),
        );
        accepts(
            batch(&format!(
                r#""user_identities":[{{{x},"type":"email",{x},"encoding":"raw","value":"v",{x}}}]"#
            )),
            &batch(r#""user_identities":[{"type":"email","encoding":"raw","value":"v"}]"#),
        );
        accepts(
            batch(&format!(
                r#""runtime_environment":{{{x},"type":"roku",{x}}}"#
            )),
            &batch(r#""runtime_environment":{"type":"roku","timezone_offset":0}"#),
        );
        accepts(
            batch(&format!(
                r#""system_notifications":[{{{x},"type":"gdpr_consent_state",{x}}}]"#
            )),
            &batch(r#""system_notifications":[{"type":"gdpr_consent_state"}]"#),
        );
        accepts(
            registration(&format!(r#""permissions":{{{x}}}"#)),
            &registration(r#""permissions":{}"#),
        );
    }
    // The accessors that the published schemas list as fields (D2).
    accepts(
        custom(r#""request":{"type":"x"},"location":null,"debug":true,"crash":1,"enabled":[]"#),
        r#"{"type":"event_processing_request","events":[{"type":"custom_event"}]}"#,
    );
    accepts(
        batch(
            r#""consent_state":{"ccpa":{"a":7},"gdpr":[]},"event_connection_settings":{"a":"b"}"#,
        ),
        &batch(r#""consent_state":{}"#),
    );
    let message = "expected a value, found `]`";
    refuses(
        &batch(r#""x":[1,⟦]"#),
        ErrorKind::Syntax,
        r#"["…"][1]"#,
        message,
    );
}

#[test]
fn k2_names_are_compared_exactly() {
    for name in [
        "Events",
        "EVENTS",
        " events",
        "events ",
        "events\\n",
        "events\\u0000",
        "\\u00e9vents",
        "event",
    ] {
        accepts(
            batch(&format!(r#""{name}":7"#)),
            r#"{"type":"event_processing_request"}"#,
        );
    }
}

#[test]
fn k3_the_last_of_equal_fields_counts() {
    accepts(custom(r#""name":"a","name":"b""#), &custom(r#""name":"b""#));
    accepts(
        custom(r#""name":"a","x":1,"n\u0061me":"b""#),
        &custom(r#""name":"b""#),
    );
    accepts(
        custom(r#""name":"a","name":null"#),
        r#"{"type":"event_processing_request","events":[{"type":"custom_event"}]}"#,
    );
    // Objects and maps are replaced, not merged.
    accepts(
        batch(
            r#""account":{"account_id":7,"account_settings":{"a":"1"}},"account":{"account_id":8}"#,
        ),
        &batch(r#""account":{"account_id":8}"#),
    );
    accepts(
        batch(r#""user_attributes":{"a":"1"},"user_attributes":{"b":"2"}"#),
        &batch(r#""user_attributes":{"b":"2"}"#),
    );
    accepts(
        batch(r#""events":[{"type":"error"}],"events":[]"#),
        r#"{"type":"event_processing_request"}"#,
    );
    // Null restores the default and not the earlier value.
    accepts(
        registration(
            r#""event_processing_registration":{"max_data_age_hours":7,"max_data_age_hours":null}"#,
        ),
        &registration(r#""event_processing_registration":{"max_data_age_hours":24}"#),
    );
    // The same applies to the fields of identities, including `type`.
    accepts(
        batch(
            r#""user_identities":[{"type":"email","type":"google","encoding":"raw","encoding":"md5","value":"a","value":"b"}]"#,
        ),
        &batch(r#""user_identities":[{"type":"google","encoding":"md5","value":"b"}]"#),
    );
    refuses(
        &batch(
            r#""user_identities":[⟦{"type":"email","encoding":"raw","value":"a","value":null}]"#,
        ),
        ErrorKind::MissingField,
        "user_identities[0]",
        "missing field `value`",
    );
    // An overwritten value must still be valid.
    refuses(
        &custom(r#""id":⟦7,"id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8""#),
        ErrorKind::UnexpectedType,
        "events[0].id",
        "expected a string, found a number",
    );
    refuses(
        &batch(r#""events":⟦{},"events":[]"#),
        ErrorKind::UnexpectedType,
        "events",
        "expected a list, found an object",
    );
}

#[test]
fn k4_map_entries_keep_the_first_place_and_the_last_value() {
    let map = |entries: &str| custom(&format!(r#""attributes":{{{entries}}}"#));
    accepts(
        map(r#""a":"1","b":"2","a":"3""#),
        &map(r#""a":"3","b":"2""#),
    );
    accepts(map(r#""a":"1","b":"2","a":null"#), &map(r#""b":"2""#));
    accepts(
        map(r#""a":null,"b":"2","a":"3""#),
        &map(r#""a":"3","b":"2""#),
    );
    accepts(
        map(r#""a":"1","b":"2","a":null,"a":"4""#),
        &map(r#""a":"4","b":"2""#),
    );
    accepts(map(r#""a":"1","a":"","b":"2""#), &map(r#""b":"2""#));
    // The same in maps that are large enough for hashing.
    let many = |value: &str, skip: usize| -> String {
        let entries: Vec<String> = (0..200)
            .filter(|n| *n != skip)
            .map(|n| format!(r#""k{n}":"{value}""#))
            .collect();
        entries.join(",")
    };
    accepts(
        map(&format!("{},{}", many("old", 999), many("new", 999))),
        &map(&many("new", 999)),
    );
    accepts(
        map(&format!(r#"{},"k7":null"#, many("v", 999))),
        &map(&many("v", 7)),
    );
    accepts(
        map(&format!(r#"{},"k0":null,"k0":"v""#, many("v", 999))),
        &map(&many("v", 999)),
    );
    // Maps of lists, of maps and of records.
    accepts(
        batch(r#""user_attribute_lists":{"a":["1"],"b":["2"],"a":["3"],"c":[],"b":null}"#),
        &batch(r#""user_attribute_lists":{"a":["3"]}"#),
    );
    accepts(
        batch(
            r#""runtime_environment":{"type":"ios","apple_search_ads_attribution":{"v":{"a":"1","b":"2","a":"3"},"v":{"b":"4"}}}"#,
        ),
        &batch(
            r#""runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"apple_search_ads_attribution":{"v":{"b":"4"}},"att_timestamp_unixtime_ms":0}"#,
        ),
    );
    accepts(
        batch(
            r#""consent_state":{"gdpr_consent_state":{"p":{"consented":true,"document":"d"},"p":{}}}"#,
        ),
        &batch(r#""consent_state":{"gdpr_consent_state":{"p":{"consented":false}}}"#),
    );
}

#[test]
fn k5_order_does_not_matter() {
    accepts(
        r#"{"mpid":"1","events":[{"name":"n","location":{"longitude":2,"latitude":1},"source_id":"s","type":"custom_event"}],"account":{"account_id":1},"timestamp_ms":5,"type":"event_processing_request"}"#,
        r#"{"type":"event_processing_request","timestamp_ms":5,"account":{"account_id":1},"events":[{"type":"custom_event","source_id":"s","location":{"latitude":1.0,"longitude":2.0,"accuracy":0.0},"name":"n"}],"mpid":"1"}"#,
    );
}

#[test]
fn k6_null_is_missing() {
    accepts(
        r#"{"type":"event_processing_request","id":null,"timestamp_ms":null,"firehose_version":null,"source_id":null,"account":null,"partner_identities":null,"user_identities":null,"user_attributes":null,"user_attribute_lists":null,"runtime_environment":null,"integration_attributes":null,"events":null,"source_channel":null,"device_application_stamp":null,"consent_state":null,"system_notifications":null,"mpid":null,"platform_fields":null}"#,
        r#"{"type":"event_processing_request"}"#,
    );
    accepts(
        batch(
            r#""events":[{"type":"session_end","session_length_ms":null,"location":{"latitude":1,"longitude":2,"accuracy":null}},{"type":"error","is_crash":null,"breadcrumbs":null,"attributes":null},{"type":"product_action","total_amount":null,"products":[{"position":null,"price":null}]}]"#,
        ),
        &batch(
            r#""events":[{"type":"session_end","location":{"latitude":1.0,"longitude":2.0,"accuracy":0.0},"session_length_ms":0},{"type":"error","is_crash":false},{"type":"product_action","products":[{"position":0}]}]"#,
        ),
    );
    accepts(
        dsr(
            r#""submitted_time":null,"subject_identities":null,"regulation":null,"extensions":null"#,
        ),
        r#"{"type":"dsr_processing_request"}"#,
    );
}

#[test]
fn k7_null_entries_of_maps_are_none() {
    accepts(
        custom(r#""attributes":{"a":null,"b":"1"}"#),
        &custom(r#""attributes":{"b":"1"}"#),
    );
    accepts(
        custom(r#""name":"n","attributes":{"a":null}"#),
        &custom(r#""name":"n""#),
    );
    accepts(
        batch(
            r#""consent_state":{"gdpr_consent_state":{"a":null,"b":{}},"ccpa_consent_state":{"a":null}}"#,
        ),
        &batch(r#""consent_state":{"gdpr_consent_state":{"b":{"consented":false}}}"#),
    );
    accepts(
        dsr(r#""subject_identities":{"email":null,"android_id":{}}"#),
        &dsr(r#""subject_identities":{"android_id":{}}"#),
    );
}

#[test]
fn k8_null_events_and_notifications_are_refused() {
    let message = "expected an object, found null";
    refuses(
        &batch(r#""events":[{"type":"error"},⟦null]"#),
        ErrorKind::NullElement,
        "events[1]",
        message,
    );
    refuses(
        &batch(r#""system_notifications":[⟦null]"#),
        ErrorKind::NullElement,
        "system_notifications[0]",
        message,
    );
}

#[test]
fn k9_null_texts_stay_in_lists_and_are_counted() {
    let body = batch(
        r#""user_attribute_lists":{"a":[null,"x",null],"b":[null]},"events":[{"type":"error","is_crash":false,"breadcrumbs":[null,""]}]"#,
    );
    accepts(&body, &body);
    let found = tally(&body);
    assert_eq!((found.null_elements, found.coercions()), (4, 4));
    let body = r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"user_attributes":[{"list_value":["a",null]}]}]}]}"#;
    assert_eq!(tally(body).null_elements, 1);
    // The value of a map entry is not an element.
    let body = batch(r#""user_attributes":{"a":null},"user_attribute_lists":{"b":null}"#);
    assert_eq!(tally(body).coercions(), 0);
}

#[test]
fn k10_other_null_elements_are_dropped_and_counted() {
    let identity = r#"{"type":"email","encoding":"raw","value":"v"}"#;
    let body = batch(&format!(r#""user_identities":[null,{identity},null]"#));
    accepts(&body, &batch(&format!(r#""user_identities":[{identity}]"#)));
    let found = tally(&body);
    assert_eq!((found.null_elements, found.coercions()), (2, 2));
    accepts(
        batch(r#""user_identities":[null]"#),
        r#"{"type":"event_processing_request"}"#,
    );
    accepts(
        batch(
            r#""events":[{"type":"product_action","products":[null,{},null]},{"type":"impression","impressions":[null]},{"type":"promotion_action","promotions":[{},null]}]"#,
        ),
        &batch(
            r#""events":[{"type":"product_action","products":[{"position":0}]},{"type":"impression"},{"type":"promotion_action","promotions":[{}]}]"#,
        ),
    );
    let body = registration(
        r#""event_processing_registration":{"account_settings":[null],"supported_event_types":["error",null],"supported_runtime_environments":[null],"authentication":{"type":"oauth2","scopes":[null]}}"#,
    );
    accepts(
        &body,
        &registration(
            r#""event_processing_registration":{"supported_event_types":["error"],"max_data_age_hours":24,"authentication":{"type":"oauth2"}}"#,
        ),
    );
    assert_eq!(tally(&body).null_elements, 4);
    accepts(
        r#"{"type":"audience_membership_change_request","user_profiles":[null,{"audiences":[null,{"user_attributes":[null,{}]}]}]}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0,"user_attributes":[{}]}]}]}"#,
    );
}

#[test]
fn k15_a_text_for_a_list_of_texts_is_its_only_element() {
    for (value, text) in [
        (r#""x""#, "x"),
        (r#""""#, ""),
        (r#""null""#, "null"),
        ("7", "7"),
        ("1.50", "1.50"),
        ("true", "true"),
    ] {
        for (body, lists) in [
            (batch(r#""user_attribute_lists":{"a":$,"b":["c"]}"#), 1),
            (
                batch(r#""events":[{"type":"error","is_crash":false,"breadcrumbs":$}]"#),
                1,
            ),
            (
                r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":1,"user_attributes":[{"list_value":$},{"list_value":$}]}]}]}"#.to_owned(),
                2,
            ),
        ] {
            let odd = body.replace('$', value);
            accepts(&odd, &body.replace('$', &format!("[\"{text}\"]")));
            let found = tally(&odd);
            assert_eq!((found.single_texts, found.coercions()), (lists, lists), "{odd}");
        }
    }
    // Not of other elements (K13), and not an object.
    for (body, path) in [
        (
            batch(r#""user_attribute_lists":{"k":⟦{}}"#),
            r#"user_attribute_lists["…"]"#,
        ),
        (
            batch(r#""events":[{"type":"error","breadcrumbs":⟦{}}]"#),
            "events[0].breadcrumbs",
        ),
    ] {
        let message = "expected a list, found an object";
        refuses(&body, ErrorKind::UnexpectedType, path, message);
    }
}

#[test]
fn k11_keys_of_subject_identities_are_matched_like_values() {
    let identities = |entries: &str| dsr(&format!(r#""subject_identities":{{{entries}}}"#));
    accepts(
        identities(r#"" email ":{"value":"a"}"#),
        &identities(r#""email":{"value":"a"}"#),
    );
    accepts(
        identities(r#""roku_publishing_id":{"value":"a"}"#),
        &identities(r#""roku_publisher_id":{"value":"a"}"#),
    );
    accepts(
        identities(
            r#""roku_publisher_id":{"value":"a"},"email":{"value":"b"},"roku_publishing_id":{"value":"c"},"email\t":null"#,
        ),
        &identities(r#""roku_publisher_id":{"value":"c"}"#),
    );
    let unknown =
        identities(r#"" passport":{"value":"a"},"passport":{"value":"b"},"Email":{"value":"c"}"#);
    accepts(&unknown, &unknown);
    assert_eq!(tally(&unknown).unknown_values, 3);
    accepts(
        identities(r#""passport":{"value":"a"},"passport":{"value":"b"}"#),
        &identities(r#""passport":{"value":"b"}"#),
    );
}

#[test]
fn k12_the_empty_key_is_a_key() {
    let body = custom(r#""attributes":{"":"v"}"#);
    accepts(&body, &body);
    accepts(custom(r#""":7,"name":"n""#), &custom(r#""name":"n""#));
}

#[test]
fn k13_containers_are_not_coerced() {
    let not_a_list = ["{}", "7", "true", r#""""#, r#""[]""#];
    for (value, found) in
        not_a_list
            .iter()
            .zip(["an object", "a number", "a bool", "a string", "a string"])
    {
        let message = format!("expected a list, found {found}");
        for (body, path) in [
            (batch(&format!(r#""events":⟦{value}"#)), "events"),
            (
                batch(&format!(
                    r#""events":[{{"type":"impression","impressions":⟦{value}}}]"#
                )),
                "events[0].impressions",
            ),
            (
                batch(&format!(r#""user_identities":⟦{value}"#)),
                "user_identities",
            ),
            (
                registration(&format!(
                    r#""event_processing_registration":{{"supported_event_types":⟦{value}}}"#
                )),
                "event_processing_registration.supported_event_types",
            ),
        ] {
            refuses(&body, ErrorKind::UnexpectedType, path, &message);
        }
    }
    for (value, found) in [
        ("[]", "a list"),
        ("7", "a number"),
        ("false", "a bool"),
        (r#""""#, "a string"),
        (r#""{}""#, "a string"),
    ] {
        let message = format!("expected an object, found {found}");
        for (body, path) in [
            (batch(&format!(r#""account":⟦{value}"#)), "account"),
            (
                batch(&format!(r#""consent_state":⟦{value}"#)),
                "consent_state",
            ),
            (
                batch(&format!(r#""user_attributes":⟦{value}"#)),
                "user_attributes",
            ),
            (
                batch(&format!(r#""runtime_environment":⟦{value}"#)),
                "runtime_environment",
            ),
            (batch(&format!(r#""events":[⟦{value}]"#)), "events[0]"),
            (
                batch(&format!(r#""system_notifications":[⟦{value}]"#)),
                "system_notifications[0]",
            ),
            (
                custom(&format!(r#""location":⟦{value}"#)),
                "events[0].location",
            ),
            (
                custom(&format!(r#""attributes":⟦{value}"#)),
                "events[0].attributes",
            ),
            (
                batch(&format!(
                    r#""consent_state":{{"gdpr_consent_state":{{"p":⟦{value}}}}}"#
                )),
                r#"consent_state.gdpr_consent_state["…"]"#,
            ),
            (
                batch(&format!(
                    r#""runtime_environment":{{"type":"ios","apple_search_ads_attribution":{{"v":⟦{value}}}}}"#
                )),
                r#"runtime_environment.apple_search_ads_attribution["…"]"#,
            ),
            (
                registration(&format!(
                    r#""event_processing_registration":{{"account_settings":[⟦{value}]}}"#
                )),
                "event_processing_registration.account_settings[0]",
            ),
        ] {
            refuses(&body, ErrorKind::UnexpectedType, path, &message);
        }
    }
}

#[test]
fn k14_audience_lists_before_2_0_are_read_into_audiences() {
    let profiles = |profiles: &str| {
        format!(r#"{{"type":"audience_membership_change_request","user_profiles":[{profiles}]}}"#)
    };
    let (one, two) = (
        r#"{"audience_id":1,"audience_name":"A"}"#,
        r#"{"audience_id":2}"#,
    );
    let body = profiles(&format!(
        r#"{{"mpid":"7","added_audiences":[{one}],"removed_audiences":[{two}]}},{{"removed_audiences":[{one},{two}]}}"#
    ));
    accepts(
        &body,
        &profiles(
            r#"{"audiences":[{"audience_id":1,"audience_name":"A","action":"add"},{"audience_id":2,"action":"delete"}],"mpid":"7"},{"audiences":[{"audience_id":1,"audience_name":"A","action":"delete"},{"audience_id":2,"action":"delete"}]}"#,
        ),
    );
    let found = tally(&body);
    assert_eq!((found.former_audience_lists, found.coercions()), (3, 3));
    // After those of the current list, wherever they are in the text; the name of the list says
    // what happened.
    accepts(
        profiles(
            r#"{"removed_audiences":[{"audience_id":3,"action":"add","user_attributes":[{"key":"k"}]}],"added_audiences":[{"audience_id":2}],"audiences":[{"audience_id":1,"action":"attribute_update"}]}"#,
        ),
        &profiles(
            r#"{"audiences":[{"audience_id":1,"action":"attribute_update"},{"audience_id":2,"action":"add"},{"audience_id":3,"action":"delete","user_attributes":[{"key":"k"}]}]}"#,
        ),
    );
    // As all fields: the last of equal ones counts, null is absent, null elements are dropped.
    let body = profiles(
        r#"{"added_audiences":[{"audience_id":1}],"added_audiences":[null,{"audience_id":2}],"removed_audiences":[{"audience_id":3}],"removed_audiences":null}"#,
    );
    accepts(
        &body,
        &profiles(r#"{"audiences":[{"audience_id":2,"action":"add"}]}"#),
    );
    let found = tally(&body);
    assert_eq!((found.former_audience_lists, found.null_elements), (3, 1));
    accepts(
        profiles(r#"{"added_audiences":[],"removed_audiences":null}"#),
        &profiles("{}"),
    );
    // Faults are where they are in the text, and the names mean nothing elsewhere.
    refuses(
        &profiles(r#"{"added_audiences":⟦{}}"#),
        ErrorKind::UnexpectedType,
        "user_profiles[0].added_audiences",
        "expected a list, found an object",
    );
    refuses(
        &profiles(r#"{"removed_audiences":[{},{"audience_id":⟦"x"}]}"#),
        ErrorKind::InvalidValue,
        "user_profiles[0].removed_audiences[1].audience_id",
        "expected a 64-bit integer, found a string of 1 character",
    );
    accepts(
        batch(r#""added_audiences":7"#),
        r#"{"type":"event_processing_request"}"#,
    );
}
