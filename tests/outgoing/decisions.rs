//! The decisions of outgoing-decisions.md that are about records and what is dropped: N1 to N5 and
//! N8 to N11. N4, N6, N12 and N13 are in `settings`.

use hydrant::message::Uuid;
use serde_json::json;
use sha1::{Digest as _, Sha1};

use crate::support::{Outcome, events, map, map_with, request, settings};

/// The version 5 uuid, on top of RustCrypto.
fn uuid5(namespace: &str, name: &[u8]) -> String {
    let namespace: Uuid = namespace.parse().unwrap();
    let mut bytes: [u8; 16] = Sha1::new()
        .chain_update(namespace.0)
        .chain_update(name)
        .finalize()[..16]
        .try_into()
        .unwrap();
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid(bytes).to_string()
}

const BATCH: &str = "00000000-0000-4000-8000-00000000002a";
const EVENT: &str = "00000000-0000-4000-8000-000000000001";

#[test]
fn n1_each_part_of_a_change_is_a_record() {
    let body = events(&format!(
        r#"{{"type":"screen_view","id":"{EVENT}"}},{{"type":"user_attribute_change","id":"{EVENT}","added":{{"a":"1","b":"2"}}}},{{"type":"screen_view"}}"#
    ));
    let outcome = map(
        &body,
        &[
            ("send_as_batch", "off"),
            ("include_user_attribute_change_events", "on"),
        ],
    );
    let sources: Vec<&[u32]> = outcome
        .records
        .iter()
        .map(|record| &*record.events)
        .collect();
    assert_eq!(sources, [&[0][..], &[1], &[1], &[2]]);
    for (record, number) in outcome.records.iter().zip(1..) {
        let events = record.json["events"].as_array().unwrap();
        assert_eq!(events.len(), 1);
        let data = &events[0]["data"];
        let expected = match number {
            1 => EVENT.to_owned(),
            2 | 3 => {
                assert_eq!(data["message_id"], EVENT);
                uuid5(EVENT, data["event_id"].to_string().as_bytes())
            }
            // An event without an identifier is numbered, as a part of its batch is.
            _ => uuid5(BATCH, b"4"),
        };
        assert_eq!(record.message_id, expected);
        assert_eq!(record.json["message_id"], expected);
        assert_eq!(record.json["batch_id"], -9_223_372_036_854_759_382_i64);
    }
}

#[test]
fn n1_a_batch_without_events_stays_one_record() {
    let body = request(r#""user_attributes":{"a":"1"}"#);
    assert_eq!(map(&body, &[("send_as_batch", "off")]), map(&body, &[]));
}

#[test]
fn n2_unknown_types_are_dropped_with_a_warning() {
    let body = request(
        r#""events":[{"type":"hologram"},{"type":"screen_view"}],"system_notifications":[{"type":"gdpr_consent_state"},{"type":"x"}]"#,
    );
    let outcome = map(&body, &[]);
    assert_eq!(
        outcome.warnings,
        [
            ("unknown_event", "events[0]".to_owned()),
            ("unknown_notification", "system_notifications[1]".to_owned())
        ]
    );
    let json = &outcome.records[0].json;
    assert_eq!(
        json["events"],
        json!([{"event_type": "screen_view", "data": {}}])
    );
    assert_eq!(
        json["system_notifications"],
        json!([{"type": "gdpr_change", "data": {}}])
    );
    assert_eq!(outcome.records[0].events, [1]);
}

#[test]
fn n3_hashed_partner_identities_are_dropped_with_a_warning() {
    let body = request(
        r#""partner_identities":[{"type":"p","encoding":"md5","value":"1"},{"type":"q","encoding":"raw","value":"2"},{"type":"p","encoding":"x","value":"3"}]"#,
    );
    let outcome = map(&body, &[]);
    let at = |index| ("hashed_identity", format!("partner_identities[{index}]"));
    assert_eq!(outcome.warnings, [at(0), at(2)]);
    assert_eq!(
        outcome.records[0].json["partner_identities"],
        json!({"q": "2"})
    );
}

#[test]
fn n5_a_missing_identifier_is_made_of_the_bytes() {
    let body = r#"{"type":"event_processing_request","events":[{"type":"screen_view"}]}"#;
    let outcome = map(body, &[]);
    let id = uuid5("00000000-0000-0000-0000-000000000000", body.as_bytes());
    let record = &outcome.records[0];
    assert_eq!(record.message_id, id);
    assert_eq!(record.json["message_id"], id);
    assert!(record.json["batch_id"].is_i64());
    assert_eq!(record.json.get("timestamp_unixtime_ms"), None);
    assert_eq!(record.timestamp_ms, None);
    assert_eq!(
        outcome.warnings,
        [("missing_timestamp", "timestamp_ms".to_owned())]
    );
    assert_eq!(
        map(&body.replace("screen_view", "session_end"), &[]).records[0]
            .message_id
            .len(),
        36
    );
    assert_ne!(
        map(&body.replace("screen_view", "session_end"), &[]).records[0].message_id,
        id
    );
}

#[test]
fn n8_numbers_of_more_than_forty_digits_are_written_as_received() {
    let digits = "1234567890".repeat(4);
    for (received, written) in [
        (digits.clone(), digits.clone()),
        (format!("{digits}.5"), format!("{digits}.5")),
        ("1e39".to_owned(), format!("1{}", "0".repeat(39))),
        ("1e40".to_owned(), "1e40".to_owned()),
    ] {
        let body = events(&format!(
            r#"{{"type":"product_action","action":"click","total_amount":{received}}}"#
        ));
        let text = &map(&body, &[]).records[0].text;
        assert!(
            text.contains(&format!("\"total_amount\":{written}}}")),
            "{text}"
        );
    }
}

#[test]
fn n11_the_fields_that_are_always_written() {
    let body =
        r#"{"type":"event_processing_request","timestamp_ms":1,"user_attributes":{"a":"b"}}"#;
    let json = &map(body, &[]).records[0].json;
    for name in [
        "events",
        "schema_version",
        "environment",
        "message_id",
        "message_type",
        "timestamp_unixtime_ms",
        "batch_id",
        "system_notifications",
    ] {
        assert!(json.get(name).is_some(), "{name}");
    }
}

/// Events of 1, 2, ... `count` characters.
fn screens(count: usize) -> String {
    let list: Vec<String> = (1..=count)
        .map(|length| {
            format!(
                r#"{{"type":"screen_view","screen_name":"{}"}}"#,
                "x".repeat(length)
            )
        })
        .collect();
    request(&format!(r#""mpid":"7","events":[{}]"#, list.join(",")))
}

fn names(outcome: &Outcome) -> Vec<usize> {
    let events = outcome
        .records
        .iter()
        .flat_map(|record| record.json["events"].as_array().unwrap().clone());
    events
        .map(|event| event["data"]["screen_name"].as_str().unwrap().len())
        .collect()
}

#[test]
fn n10_parts_are_as_large_as_fits() {
    let body = screens(40);
    let whole = map(&body, &[]);
    let size = whole.records[0].text.len();
    for limit in (200..size).step_by(7) {
        let outcome = map_with(&body, settings(&[]), limit);
        assert!(outcome.records.len() > 1);
        assert_eq!(names(&outcome), (1..=40).collect::<Vec<_>>());
        let sources: Vec<u32> = outcome
            .records
            .iter()
            .flat_map(|record| record.events.clone())
            .collect();
        assert_eq!(sources, (0..40).collect::<Vec<_>>());
        let mut parts = 0;
        for (record, number) in outcome.records.iter().zip(1..) {
            // An event that is too large is not a part.
            parts += usize::from(!record.is_oversize);
            let id = match record.is_oversize {
                true => BATCH.to_owned(),
                false => uuid5(BATCH, format!("{parts}").as_bytes()),
            };
            assert_eq!(record.message_id, id);
            assert_eq!(record.json["message_id"], record.message_id);
            let mut common = record.json.clone();
            common["events"] = json!([]);
            common["message_id"] = json!(BATCH);
            let mut expected = whole.records[0].json.clone();
            expected["events"] = json!([]);
            assert_eq!(common, expected);
            assert_eq!(record.is_oversize, record.text.len() > limit);
            assert!(!record.is_oversize || record.events.len() == 1);
            assert_eq!(record.key.as_deref(), Some("7"));
            // The next event would not fit.
            if let Some(next) = outcome.records.get(number) {
                let next = next.json["events"][0].to_string().len();
                assert!(record.text.len() + 1 + next > limit, "{limit}");
            }
        }
    }
    let outcome = map_with(&body, settings(&[]), size);
    assert_eq!(outcome, whole);
}

#[test]
fn n10_an_event_that_alone_exceeds_the_limit_is_oversize() {
    let long = "y".repeat(1000);
    let body = events(&format!(
        r#"{{"type":"screen_view","screen_name":"a"}},{{"type":"screen_view","screen_name":"{long}"}},{{"type":"screen_view","screen_name":"b"}},{{"type":"screen_view","screen_name":"c"}}"#
    ));
    let outcome = map_with(&body, settings(&[]), 600);
    let found: Vec<(&[u32], bool)> = outcome
        .records
        .iter()
        .map(|record| (&*record.events, record.is_oversize))
        .collect();
    assert_eq!(found, [(&[0][..], false), (&[1], true), (&[2, 3], false)]);

    // A batch that cannot be split keeps its identifier.
    let body = events(&format!(
        r#"{{"type":"screen_view","screen_name":"{long}"}}"#
    ));
    let outcome = map_with(&body, settings(&[]), 600);
    assert_eq!(outcome.records.len(), 1);
    assert!(outcome.records[0].is_oversize);
    assert_eq!(outcome.records[0].message_id, BATCH);
    let body = request(&format!(r#""user_attributes":{{"a":"{long}"}}"#));
    assert!(map_with(&body, settings(&[]), 600).records[0].is_oversize);
}

#[test]
fn n10_records_of_single_events_can_be_oversize() {
    let body = screens(3);
    let outcome = map_with(&body, settings(&[("send_as_batch", "off")]), 100);
    assert_eq!(outcome.records.len(), 3);
    assert!(
        outcome
            .records
            .iter()
            .all(|record| record.is_oversize && record.events.len() == 1)
    );
}

#[test]
fn nothing_under_the_account_is_written() {
    let secret = "s3cr3t-value";
    let body = request(&format!(
        r#""account":{{"account_id":918273,"account_settings":{{"apiKey":"{secret}","k":"x"}}}},"events":[{{"type":"screen_view"}}]"#
    ));
    let all = [
        ("include_platform_fields", "on"),
        ("include_schema_only_fields", "on"),
        ("module_id", "5"),
        ("include_mp_deviceid", "on"),
        ("include_event_batch_location", "on"),
    ];
    let text = &map(&body, &all).records[0].text;
    assert!(
        !text.contains(secret) && !text.contains("918273") && !text.contains("apiKey"),
        "{text}"
    );
}
