//! E: refusals.

use hydrant::{ErrorKind, ParseOptions, Scratch, validate};

use super::{MARK, batch, custom, dsr, normal, parsed, refuses, registration};

#[test]
fn e1_refusals_are_complete() {
    // `refuses` checks line and column of every refusal; here they are given explicitly.
    let body = "{\"type\":\"event_processing_request\",\r\n \"source_id\":\"é😀\", \"mpid\":\"é😀\", \"events\":[\n{\"type\":\"error\"},\n  {\"type\":\"error\",\"message\":\"é😀\",\"is_crash\":\"perhaps\"}]}";
    let error = normal(body).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.kind().as_str(), "invalid_value");
    assert_eq!(
        error.message(),
        "expected a bool, found a string of 7 characters"
    );
    let offset = body.find("\"perhaps").unwrap();
    let at = error.location().unwrap();
    assert_eq!((at.offset, at.line, at.column), (offset, 4, 45));
    assert_eq!(error.path(), "events[1].is_crash");
    assert_eq!(
        error.to_string(),
        format!(
            "expected a bool, found a string of 7 characters at events[1].is_crash (line 4, column 45, byte {offset})"
        )
    );
    assert!(error.pretty("body.json").starts_with(&format!(
        "error: expected a bool, found a string of 7 characters\n  --> body.json:4:45 (byte {offset})\n   at events[1].is_crash\n"
    )));
}

#[test]
fn e2_the_place_is_the_first_byte_of_the_value() {
    for marked in [
        batch("\"account\" : \n ⟦7 , \"x\":1"),
        batch("\"account\":{ \"account_id\":⟦\"x\"}"),
        custom("\"timestamp_ms\": ⟦-1.0e99"),
        custom("\"location\":{\"latitude\":1,\"longitude\": ⟦true}"),
        batch("\"user_attribute_lists\":{\"a\":[\"]}\\\"[{\"],\"b\":⟦{ }}"),
        batch(
            "\"user_identities\":[{\"type\":\"email\",\"encoding\":\"raw\",\"value\":\"v\"}, ⟦{ \"type\":\"email\"}]",
        ),
        batch("\"user_attribute_lists\":{\"a\":[\"1\",2,⟦{\"x\":1}]}"),
        batch(
            "\"system_notifications\":[{\"type\":\"gdpr_consent_state\",\"old_gdpr_consent_state\":{\"consented\":⟦\"x\"}}]",
        ),
        // After values that are skipped or kept as text, and in text in which surrogates are
        // replaced.
        batch(
            "\"x\":[[{\"a\":1e999}]],\"events\":[{\"type\":\"new\",\"y\":[1,{}]},{\"type\":\"error\",\"is_crash\":⟦2.5}]",
        ),
        batch("\"x\":\"\\ud800\",\"events\":⟦1e999"),
        registration(
            "\"permissions\":{\"user_identities\":[{\"type\":\"email\",\"encoding\":⟦7}]}",
        ),
        dsr("\"subject_identities\":{\"email\":{\"value\":⟦{}}}"),
        dsr("\"submitted_time\":⟦\"yesterday\""),
    ] {
        let (before, after) = marked.split_once(MARK).unwrap();
        let error = normal(format!("{before}{after}")).unwrap_err();
        assert_eq!(
            error.location().unwrap().offset,
            before.len(),
            "{error}: {marked}"
        );
    }
}

#[test]
fn e3_paths() {
    let crash = |before: &str| {
        batch(&format!(
            r#""events":[{before}{{"type":"error","is_crash":⟦"x"}}]"#
        ))
    };
    let message = "expected a bool, found a string of 1 character";
    refuses(
        &crash(""),
        ErrorKind::InvalidValue,
        "events[0].is_crash",
        message,
    );
    let many = r#"{"type":"error"},"#.repeat(1234);
    refuses(
        &crash(&many),
        ErrorKind::InvalidValue,
        "events[1234].is_crash",
        message,
    );
    for (key, shown) in [
        ("plain_Word9", ".plain_Word9"),
        ("a b", r#"["a b"]"#),
        ("a.b", r#"["a.b"]"#),
        ("", r#"[""]"#),
        ("$City", r#"["$City"]"#),
        ("é", r#"["é"]"#),
        (r#"q\"\\"#, r#"["q\"\\"]"#),
        (r"\n\t\u0001\u001f", r#"["\n\t\u0001\u001f"]"#),
        (r"\u0061", ".a"),
        (r"\ud83d\ude00\ud800", "[\"😀\u{fffd}\"]"),
    ] {
        let lists = |value| {
            batch(&format!(
                r#""user_attribute_lists":{{"x":["y"],"{key}":{value}}}"#
            ))
        };
        refuses(
            &lists("⟦{}"),
            ErrorKind::UnexpectedType,
            r#"user_attribute_lists["…"]"#,
            "expected a list, found an object",
        );
        // Findings show it.
        let path = format!("user_attribute_lists{shown}");
        assert_eq!(coerced(&lists("7")), path);
    }
    let long = "k".repeat(1000);
    let body = batch(&format!(r#""user_attribute_lists":{{"{long}":7}}"#));
    let shown = format!("user_attribute_lists.{}…", "k".repeat(100));
    assert_eq!(coerced(&body), shown);
    assert_eq!(normal("[]").unwrap_err().path(), "");
}

/// The path of the last coerced value of a text.
fn coerced(body: &str) -> String {
    let options = ParseOptions::new();
    let found = validate::coercions(body.as_bytes(), &mut Scratch::new(), &options).unwrap();
    found.last().unwrap().path.clone()
}

/// The secret in the bodies below. No error message contains this word by itself.
const SECRET: &str = "xyzzy42";

/// Bodies with faults next to values that must not be shown, or with such a value where another one
/// is expected; `$` is the placeholder of the value. `crates/cli/tests/cli/secrets.rs` tests that every field
/// that is declared secret is masked.
const SENSITIVE: &[&str] = &[
    // Values of a wrong type, and names that the sender has chosen.
    r#"{"type":"event_processing_request","account":{"account_id":$}}"#,
    r#"{"type":"event_processing_request","id":$}"#,
    r#"{"type":"event_processing_request","events":[{"type":"error","id":$}]}"#,
    r#"{"type":"event_processing_request","events":[{"type":"error","location":{"latitude":$,"longitude":{}}}]}"#,
    r#"{"type":"event_processing_request","events":[{"type":"product_action","total_amount":$,"products":{}}]}"#,
    r#"{"type":"event_processing_request","events":[{"type":"custom_event","attributes":{$:"a"},"id":7}]}"#,
    r#"{"type":"event_processing_request","user_attribute_lists":{$:{}}}"#,
    r#"{"type":"event_processing_request","consent_state":{"gdpr_consent_state":{$:7}}}"#,
    r#"{"type":"event_processing_request",$:[7,],"events":7}"#,
    // The value is in the wrong place.
    r#"{"type":"event_processing_request","user_identities":[{"type":[$],"encoding":"raw","value":"v"}]}"#,
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":{"a":$},"value":$}]}"#,
    r#"{"type":"event_processing_request","partner_identities":{"a":$}}"#,
    r#"{"type":"event_processing_request","account":$}"#,
    r#"{"type":"event_processing_request","account":{"account_settings":{"apiKey":{"a":$}}},"events":7}"#,
    r#"{"type":"event_processing_request","mpid":{"type":$}}"#,
    r#"{"type":"event_processing_request","events":[{"type":"user_identity_change","added":[{"type":"email","encoding":$}]}]}"#,
    r#"{"type":"event_processing_request","events":[{"type":"user_identity_change","removed":[{"type":"email","encoding":7,"value":$}]}]}"#,
    r#"{"type":"audience_membership_change_request","user_profiles":$}"#,
    r#"{"type":"audience_membership_change_request","user_profiles":[$]}"#,
    r#"{"type":"dsr_processing_request","subject_identities":{"email":{"encoding":7,"value":$}}}"#,
    r#"{"type":"dsr_processing_request","extensions":{"a":$},"submitted_time":true}"#,
    // Another value is invalid.
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":$}],"events":7}"#,
    r#"{"type":"event_processing_request","user_identities":[{"encoding":"raw","value":$}]}"#,
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","value":$,"encoding":5}]}"#,
    // The `type` of an object is missing or unknown, and a field inside it is named `type`.
    r#"{"account":{"account_settings":{"type":$}}}"#,
    r#"{"account":{"account_settings":{"type":$}},"type":"nonsense"}"#,
    r#"{"account":{"account_settings":{"x":"type","y":$}},"type":"nonsense"}"#,
    r#"{"type":"event_processing_request","events":[{"identities":[{"type":$}]}]}"#,
    // The body is not JSON.
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":$:1}]}"#,
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":$ $}]}"#,
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":$,}]}"#,
    r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value" $}]}"#,
    r#"{"type":"event_processing_request","user_attribute_lists":{"a":["b",$:"c"]}}"#,
    r#"{"type":"event_processing_request","user_attribute_lists":{"a":["b" "c",$:"d"]}}"#,
    r#"{"type":"event_processing_request","account":{"account_settings":{"apiKey" $: 1}}}"#,
    r#"{"type":"event_processing_request","account":{"account_settings":{"apiKey":x $}}}"#,
    r#"{"type":"event_processing_request"} $"#,
    r#"{"type":"event_processing_request"} {"value":$}"#,
    r#"$:{"type":"event_processing_request"}"#,
];

#[test]
fn e4_values_of_identities_and_settings_are_not_shown() {
    let numeric: String = SECRET.chars().filter(char::is_ascii_digit).collect();
    let numeric = numeric.repeat(4);
    for body in SENSITIVE {
        let padding = "p".repeat(100);
        for value in [
            format!("\"{SECRET}\""),
            format!("\"{padding} {SECRET} \\\" {SECRET}\""),
            format!("\"{SECRET}{padding}\""),
            numeric.clone(),
            format!("\"{numeric}\""),
            format!("-{numeric}.{numeric}"),
        ] {
            let body = body.replace('$', &value);
            for body in [
                body.clone(),
                body.replace(',', " ,\n "),
                body.replace(':', ": "),
            ] {
                let Err(error) = normal(&body) else { continue };
                for shown in [
                    error.to_string(),
                    error.message().to_owned(),
                    error.path().to_owned(),
                    format!("{error:?}"),
                    error.pretty("body"),
                ] {
                    let leaks = shown.contains(SECRET) || shown.contains(&numeric);
                    assert!(!leaks, "{body}\n{shown}");
                }
            }
        }
        // Each body is refused if the value is a string.
        normal(body.replace('$', &format!("\"{SECRET}\""))).unwrap_err();
    }
}

#[test]
fn e5_of_other_values_the_type_is_shown() {
    let place = |value: &str| custom(&format!(r#""location":{{"latitude":⟦{value}}}"#));
    let path = "events[0].location.latitude";
    let kind = ErrorKind::InvalidValue;
    refuses(
        &place(r#""N 12°""#),
        kind,
        path,
        "expected a finite number, found a string of 5 characters",
    );
    let time = custom(r#""timestamp_ms":⟦1e300"#);
    let message = "expected a 64-bit integer, found a number";
    refuses(&time, kind, "events[0].timestamp_ms", message);
    let message = "expected a finite number, found a string of 4 characters";
    refuses(&place(r#""é\n\ud83d\ude00°""#), kind, path, message);
    let kind = ErrorKind::UnexpectedType;
    refuses(
        &place("false"),
        kind,
        path,
        "expected a finite number, found a bool",
    );
    refuses(
        &place(r#"{"a":"b"}"#),
        kind,
        path,
        "expected a finite number, found an object",
    );
    refuses(
        &place(r#"["a"]"#),
        kind,
        path,
        "expected a finite number, found a list",
    );
    let message = "expected an object, found a string";
    refuses(&batch(r#""account":⟦"a""#), kind, "account", message);
    let message = "expected a list, found a number";
    refuses(&batch(r#""events":⟦7"#), kind, "events", message);
}

#[test]
fn e6_syntax_goes_first_then_the_order_of_reading() {
    let message = "expected a value or `]`, found `x`";
    refuses(
        &batch(r#""account":7,"events":[⟦x]"#),
        ErrorKind::Syntax,
        "events[0]",
        message,
    );
    let body = batch(r#""account":⟦7,"events":{}"#);
    refuses(
        &body,
        ErrorKind::UnexpectedType,
        "account",
        "expected an object, found a number",
    );
    // The type is read before the other fields.
    let message = r#"expected one of the ten message types, found string "x""#;
    refuses(
        r#"{"account":7,"type":⟦"x"}"#,
        ErrorKind::UnknownValue,
        "type",
        message,
    );
}

#[test]
fn e7_refusals_of_a_whole_input_have_no_place() {
    let too_large = parsed(MARK.to_string(), &ParseOptions::new().max_bytes(1)).unwrap_err();
    let utf_16 = normal("\0{\0}").unwrap_err();
    for (error, kind) in [(too_large, "too_large"), (utf_16, "encoding")] {
        assert_eq!((error.kind().as_str(), error.location()), (kind, None));
        assert_eq!(error.to_string(), error.message());
        let pretty = format!("error: {}\n  --> body", error.message());
        assert_eq!(error.pretty("body"), pretty);
        let mut out = Vec::new();
        hydrant::write::error(&error, &mut out);
        let out = String::from_utf8(out).unwrap();
        let end = r#","offset":null,"line":null,"column":null,"path":""}}"#;
        assert!(out.ends_with(end), "{out}");
        // In a stream, the line is added.
        assert_eq!(error.on_line(7).pretty("body"), pretty + ":7");
    }
}
