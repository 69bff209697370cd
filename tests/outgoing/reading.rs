//! Reading and writing outgoing batches: both orders of `event_type` and `data`, both forms of
//! values (O7), 64-bit numbers, and what is not known. Everything is read on both paths.

use hydrant::internals::complete_path_only;
use hydrant::outgoing::{self, Format, OutgoingBatch, OutgoingEvent, is_outgoing};
use hydrant::{ErrorKind, ParseOptions, Scratch};

/// Passes the batch of a text to `check`, and returns it as it is written. Both paths read the same.
pub(crate) fn read(text: &str, check: impl Fn(&OutgoingBatch<'_>)) -> String {
    let (mut fast, mut complete) = (Scratch::new(), Scratch::new());
    let options = ParseOptions::new();
    let one = outgoing::parse(text.as_bytes(), &mut fast, &options)
        .unwrap_or_else(|error| panic!("{}", error.pretty(text)));
    let other =
        outgoing::parse(text.as_bytes(), &mut complete, &complete_path_only(options)).unwrap();
    assert_eq!(one.message, other.message, "{text}");
    assert_eq!(one.tally, other.tally, "{text}");
    check(&one.message);
    let mut out = Vec::new();
    outgoing::write(&one.message, &mut out);
    String::from_utf8(out).unwrap()
}

/// The events of the text as they are written.
fn rewritten(event: &str) -> String {
    let text = read(&format!(r#"{{"events":[{event}]}}"#), |_| {});
    let (_, events) = text.split_once(r#""events":["#).unwrap();
    events.strip_suffix("]}").unwrap().to_owned()
}

#[test]
fn the_type_is_read_before_and_after_the_data() {
    let expected = r#"{"event_type":"screen_view","data":{"session_id":1,"screen_name":"s"}}"#;
    for event in [
        expected,
        r#"{"data":{"screen_name":"s","session_id":1},"event_type":"screen_view"}"#,
        r#" { "data" : {"screen_name":"s","session_id":1} , "event_type" : "screen_view" } "#,
        r#"{"x":{"event_type":"custom_event"},"event_type":"screen_view","type":"opt_out","data":{"screen_name":"s","session_id":1},"y":[1]}"#,
        // Of several data the last counts.
        r#"{"event_type":"screen_view","data":{"activity_type":"a"},"data":{"screen_name":"s","session_id":1}}"#,
    ] {
        assert_eq!(rewritten(event), expected, "{event}");
    }
    let empty = r#"{"event_type":"session_start","data":{}}"#;
    for event in [
        r#"{"event_type":"session_start"}"#,
        r#"{"event_type":"session_start","data":null}"#,
    ] {
        assert_eq!(rewritten(event), empty);
    }
}

#[test]
fn unknown_events_are_kept_as_they_are() {
    for event in [
        r#"{"event_type":"pre_attribution","data":{"a":[1,2.50,"x"]}}"#,
        r#"{"data":{"event_type":"x"},"event_type":"push_reaction","z":null}"#,
    ] {
        assert_eq!(rewritten(event), event);
    }
    read(
        r#"{"events":[{"event_type":"hologram","data":{"secret":"value"}}]}"#,
        |batch| {
            let OutgoingEvent::Unknown(unknown) = batch.events[0] else {
                panic!("known")
            };
            assert_eq!(unknown.type_name, "hologram");
            assert!(!format!("{batch:?}").contains("value"));
        },
    );
}

#[test]
fn both_forms_of_values_are_read() {
    for (read, written) in [
        (r#""gps_state":true"#, r#""gps_state":true"#),
        (r#""gps_state":"true""#, r#""gps_state":true"#),
        (r#""gps_state":"False""#, r#""gps_state":false"#),
        (r#""gps_state":"unknown""#, r#""gps_state":"unknown""#),
        (r#""device_orientation":2"#, r#""device_orientation":"2""#),
        (
            r#""device_orientation":"portrait""#,
            r#""device_orientation":"portrait""#,
        ),
    ] {
        let event = |state: &str| {
            format!(r#"{{"event_type":"uninstall","data":{{"device_current_state":{{{state}}}}}}}"#)
        };
        assert_eq!(rewritten(&event(read)), event(written));
    }
    for (read, written) in [("200", "\"200\""), ("\"404\"", "\"404\"")] {
        let event = |code: &str| {
            format!(r#"{{"event_type":"network_performance","data":{{"response_code":{code}}}}}"#)
        };
        assert_eq!(rewritten(&event(read)), event(written));
    }
    let written = read(
        r#"{"source_info":{"is_historical":"true"},"device_info":{"supports_telephony":"","has_nfc":"false"}}"#,
        |_| {},
    );
    assert!(
        written.contains(r#""device_info":{"has_nfc":false}"#),
        "{written}"
    );
    assert!(
        written.contains(r#""source_info":{"is_historical":true}"#),
        "{written}"
    );
    // O12.
    let event = r#"{"event_type":"commerce_event","data":{"product_action":{"action":"click","products":[{"price":"","quantity":"2.50"}]}}}"#;
    assert!(rewritten(event).contains(r#""products":[{"quantity":2.50}]"#));
}

#[test]
fn numbers_of_64_bits_are_exact() {
    let event = r#"{"event_type":"crash_report","data":{"event_id":-9223372036854775808,"session_id":9223372036854775807,"ios_image_base_address":18446744073709551615,"ios_image_size":9007199254740993}}"#;
    assert_eq!(rewritten(event), event);
    let text = read(
        r#"{"mpid":-9223372036854775807,"batch_id":9007199254740993}"#,
        |batch| {
            assert_eq!(
                (batch.mpid, batch.batch_id),
                (
                    Some(-9_223_372_036_854_775_807),
                    Some(9_007_199_254_740_993)
                )
            );
        },
    );
    assert!(text.contains(r#""batch_id":9007199254740993"#));
}

#[test]
fn attributes_are_texts_or_lists() {
    let text = read(
        r#"{"user_attributes":{"a":"","b":["x",null,"y"],"c":7,"d":null,"e":[]},"partner_identities":{"p":""},"integration_attributes":{"5":{"k":""},"6":{}}}"#,
        |_| {},
    );
    assert!(
        text.contains(r#""user_attributes":{"a":"","b":["x","y"],"c":"7"}"#),
        "{text}"
    );
    assert!(text.contains(r#""partner_identities":{"p":""}"#), "{text}");
    assert!(
        text.contains(r#""integration_attributes":{"5":{"k":""}}"#),
        "{text}"
    );
}

#[test]
fn null_is_written_for_changes_only() {
    let event = r#"{"event_type":"user_attribute_change","data":{"user_attribute_name":"a","new":null,"old":["x"],"deleted":true,"is_new_attribute":false}}"#;
    assert_eq!(rewritten(event), event);
    let event = r#"{"event_type":"user_identity_change","data":{"new":{"identity_type":"alias","identity":"i","timestamp_unixtime_ms":1,"created_this_batch":true,"encoding":"md5"},"old":null}}"#;
    assert_eq!(rewritten(event), event);
    read(&format!(r#"{{"events":[{event}]}}"#), |batch| {
        assert!(!format!("{batch:?}").contains("\"i\""), "{batch:?}");
    });
}

#[test]
fn every_type_of_event_can_be_read() {
    for event in outgoing::OutgoingEvent::INFO.members {
        let text = format!(
            r#"{{"events":[{{"event_type":"{}","data":{{"message_id":"m"}}}}]}}"#,
            event.tag
        );
        read(&text, |batch| {
            assert_eq!(batch.events[0].kind().as_str(), event.tag);
            assert_eq!(batch.events[0].common().unwrap().message_id, Some("m"));
        });
    }
    assert_eq!(outgoing::OutgoingEvent::INFO.members.len(), 17);
}

#[test]
fn errors_say_where_and_hide_identities() {
    let fails = |text: &str| {
        let mut scratch = Scratch::new();
        outgoing::parse(text.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap_err()
    };
    let error =
        fails(r#"{"events":[{"event_type":"screen_view","data":{"session_id":"hidden"}}]}"#);
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::InvalidValue, "events[0].data.session_id")
    );
    let error = fails(r#"{"events":[{"data":{"session_id":{}},"event_type":"screen_view"}]}"#);
    assert_eq!(error.path(), "events[0].data.session_id");
    let error = fails(r#"{"events":[{"data":{}}]}"#);
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::MissingField, "events[0]")
    );
    assert_eq!(error.message(), "missing field `event_type`");
    let error = fails(r#"{"events":[null]}"#);
    assert_eq!(error.kind(), ErrorKind::NullElement);
    for text in [
        r#"{"mpid":"hidden"}"#,
        r#"{"mp_deviceid":"hidden"}"#,
        r#"{"user_identities":[{"timestamp_unixtime_ms":"hidden"}]}"#,
        r#"{"events":[{"event_type":"user_identity_change","data":{"new":{"timestamp_unixtime_ms":"hidden"}}}]}"#,
        r#"{"events":[{"event_type":"profile","data":{"previous_mpid":"hidden"}}]}"#,
        r#"{"device_info":{"ios_idfv":"hidden"}}"#,
        r#"{"events":[{"event_type":"hologram","data":{"hidden":1}},7]}"#,
        r#"{"events":[{"data":{"hidden":1}}]}"#,
    ] {
        let error = fails(text);
        let shown = format!("{error} {error:?} {}", error.pretty("batch"));
        assert!(!shown.contains("hidden"), "{shown}");
    }
}

#[test]
fn strict_parsing_refuses_unknown_events() {
    let mut scratch = Scratch::new();
    let options = ParseOptions::new().strict(true);
    let text = br#"{"events":[{"event_type":"hologram"}]}"#;
    let error = outgoing::parse(text, &mut scratch, &options).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::UnknownValue, "events[0].event_type")
    );
}

#[test]
fn formats() {
    for (text, format) in [
        (r#"{"schema_version":2}"#, Format::Outgoing),
        (r#"{"a":{"type":1},"batch_id":null}"#, Format::Outgoing),
        (
            r#"{"events":[{"x":1},{"data":{},"event_type":"x"}]}"#,
            Format::Outgoing,
        ),
        ("\u{feff} {\"batch_id\":1}", Format::Outgoing),
        (
            r#"{"batch_id":1,"schema_version":2,"events":[{"event_type":"x"}],"type":null}"#,
            Format::Firehose,
        ),
        (r#"{"type":"x"}"#, Format::Firehose),
        (r#"{"events":[{"type":"x"}]}"#, Format::Other),
        (r#"{"events":{"event_type":"x"}}"#, Format::Other),
        (r#"[{"batch_id":1}]"#, Format::Other),
        ("", Format::Other),
        ("7", Format::Other),
        (r#"{"events":["#, Format::Other),
    ] {
        assert_eq!(Format::of(text.as_bytes()), format, "{text}");
        assert_eq!(is_outgoing(text.as_bytes()), format == Format::Outgoing);
    }
}
