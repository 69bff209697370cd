//! S: strict mode.

use hydrant::{Error, ErrorKind, ParseOptions};

use super::{MARK, batch, custom, dsr, parsed, registration};

fn strict(body: impl AsRef<[u8]>) -> Result<(), Error> {
    parsed(body, &ParseOptions::new().strict(true)).map(|_| ())
}

/// Asserts that the body is refused in strict mode and accepted otherwise.
#[track_caller]
fn refuses_strictly(marked: &str, kind: ErrorKind, path: &str, message: &str) {
    let (before, after) = marked.split_once(MARK).unwrap();
    let body = format!("{before}{after}");
    let error = strict(&body).expect_err(&body);
    let found = (
        error.kind(),
        error.path(),
        error.message(),
        error.location().unwrap().offset,
    );
    assert_eq!(found, (kind, path, message, before.len()), "{body}");
    assert!(parsed(&body, &ParseOptions::default()).is_ok());
}

#[test]
fn s1_unknown_values_are_refused() {
    let message = r#"expected a known value, found string "new""#;
    let kind = ErrorKind::UnknownValue;
    refuses_strictly(
        &custom(r#""custom_event_type":⟦"new","name":"n""#),
        kind,
        "events[0].custom_event_type",
        message,
    );
    refuses_strictly(
        &registration(
            r#""event_processing_registration":{"supported_event_types":["error",⟦"new"]}"#,
        ),
        kind,
        "event_processing_registration.supported_event_types[1]",
        message,
    );
    let message = r#"expected a known value, found string """#;
    refuses_strictly(&dsr(r#""regulation":⟦"""#), kind, "regulation", message);
    // Values in identities are not shown.
    let message = "expected a known value, found a string [redacted]";
    let body = batch(r#""user_identities":[{"type":⟦"new","encoding":"raw","value":"v"}]"#);
    refuses_strictly(&body, kind, "user_identities[0].type", message);
    let body = batch(r#""user_identities":[{"type":"email","encoding":⟦"new","value":"v"}]"#);
    refuses_strictly(&body, kind, "user_identities[0].encoding", message);
    // For a key, the location is the key and the path is that of the map.
    let body = dsr(
        r#""subject_identities":{"email":{"value":"a"},⟦"new":{"value":"b"}},"api_version":"3""#,
    );
    let message = "expected a known value, found a string [redacted]";
    refuses_strictly(&body, kind, "subject_identities", message);
}

#[test]
fn s2_unknown_members_are_refused() {
    for (body, path) in [
        (batch(r#""events":[{"type":"error"},$]"#), "events[1].type"),
        (
            batch(r#""runtime_environment":$"#),
            "runtime_environment.type",
        ),
        (
            batch(r#""system_notifications":[$]"#),
            "system_notifications[0].type",
        ),
        (
            registration(r#""dsr_processing_registration":{"account_settings":[$]}"#),
            "dsr_processing_registration.account_settings[0].type",
        ),
        (
            registration(r#""event_processing_registration":{"authentication":$}"#),
            "event_processing_registration.authentication.type",
        ),
    ] {
        for member in [
            r#"{"type":⟦"new"}"#,
            r#"{"x":{"type":"error","y":"type"},"\u0074ype":⟦"new","type":"error"}"#,
        ] {
            refuses_strictly(
                &body.replace('$', member),
                ErrorKind::UnknownValue,
                path,
                r#"expected a known `type`, found string "new""#,
            );
        }
    }
}

#[test]
fn s3_lone_surrogates_are_refused() {
    let message = "expected a surrogate pair, found a lone surrogate escape";
    let kind = ErrorKind::LoneSurrogate;
    refuses_strictly(
        &custom(r#""name":"a⟦\ud800b\udc00""#),
        kind,
        "events[0].name",
        message,
    );
    let body = custom(r#""attributes":{"\ud83d\ude00":"\ud83d\ude00","a⟦\ude00":"v"}"#);
    refuses_strictly(&body, kind, "events[0].attributes[\"…\"]", message);
    let body = format!("\u{feff}{}", batch(r#""x":["⟦\uD800"]"#));
    refuses_strictly(&body, kind, "[\"…\"][0]", message);
}

#[test]
fn s5_objects_and_lists_in_maps_of_texts_are_refused() {
    let kind = ErrorKind::UnexpectedType;
    let body = batch(r#""user_attributes":{"a":"b","c":⟦["d"]}"#);
    refuses_strictly(
        &body,
        kind,
        "user_attributes[\"…\"]",
        "expected a string, found a list",
    );
    let body = custom(r#""attributes":{"a":⟦{ "b" : 1 }},"name":"n""#);
    let message = "expected a string, found an object";
    refuses_strictly(&body, kind, "events[0].attributes[\"…\"]", message);
}

#[test]
fn s6_identifiers_of_audiences_beyond_32_bits_are_refused() {
    let kind = ErrorKind::InvalidValue;
    for (number, found) in [
        ("4739181022375519", "a number"),
        ("\"-2147483649\"", "a string of 11 characters"),
    ] {
        let message = format!("expected a 32-bit integer, found {found}");
        let body = format!(r#"{{"type":"audience_subscription_request","audience_id":⟦{number}}}"#);
        refuses_strictly(&body, kind, "audience_id", &message);
        let body = format!(
            r#"{{"type":"audience_membership_change_request","user_profiles":[{{"removed_audiences":[{{"audience_id":⟦{number}}}]}}]}}"#
        );
        let path = "user_profiles[0].removed_audiences[0].audience_id";
        refuses_strictly(&body, kind, path, &message);
    }
}

#[test]
fn s7_a_text_for_a_list_of_texts_is_refused() {
    let kind = ErrorKind::UnexpectedType;
    let body = batch(r#""user_attribute_lists":{"a":["b"],"c":⟦"d"}"#);
    let message = "expected a list, found a string";
    refuses_strictly(&body, kind, "user_attribute_lists[\"…\"]", message);
}

#[test]
fn s8_the_text_null_is_refused_for_times_and_uuids() {
    let kind = ErrorKind::InvalidValue;
    let time = "an RFC 3339 time with an offset, or seconds since the epoch";
    let message = format!("expected {time}, found a string of 4 characters");
    let body = dsr(r#""submitted_time":⟦"null""#);
    refuses_strictly(&body, kind, "submitted_time", &message);
    let message = "expected a uuid of 36 characters, found a string of 5 characters";
    refuses_strictly(&batch(r#""id":⟦" null""#), kind, "id", message);
}

#[test]
fn s4_nothing_else_is_stricter() {
    strict(batch(r#""x":1e999,"mpid":7,"mpid":null,"account":{"account_id":" 7 "},"events":[{"type":"custom_event","name":true,"id":"","custom_event_type":" other ","attributes":{"a":null,"a":1.50}}],"user_identities":[null]"#)).unwrap();
    strict(dsr(
        r#""subject_identities":{"roku_publishing_id":{}," email ":null},"extensions":7"#,
    ))
    .unwrap();
    strict(dsr(r#""submitted_time":"2016-12-31T23:59:60Z""#)).unwrap();
    strict(batch(r#""events":[{"type":"product_action","total_amount":"null","location":{"latitude":"NaN"}}]"#)).unwrap();
    strict(batch(r#""events":[{"type":"error","session_id":1.5,"location":{"latitude":null}}],"user_attribute_lists":{"a":[null]}"#)).unwrap();
    strict(r#"{"type":"audience_membership_change_request","user_profiles":[{"added_audiences":[{"audience_id":1}]}]}"#).unwrap();
    strict("\u{feff}{\"type\":\"dsr_processing_response\",\"new\":\"field\"}\n").unwrap();
}
