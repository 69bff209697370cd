//! Tests of the public interface of the generator: pinned bytes, kinds, layouts, sizes, hostile
//! lines. `conformance` tests whether messages follow the protocol.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};

use hydrant_testing::generate::{Generator, Kind, Options, batch};
use serde_json::Value;

fn lines(options: &Options, count: usize) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(options.clone());
    let line = |_| {
        let mut line = Vec::new();
        generator.next_line(&mut line);
        line
    };
    (0..count).map(line).collect()
}

/// FNV-1a with 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    })
}

fn value(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

/// A failure means that every seed now produces other bytes. If this is intended, list it in the
/// change log.
#[test]
fn bytes_are_pinned() {
    let ordinary = lines(&Options::default(), 200).concat();
    let hostile = lines(&Options::default().hostile(true), 200).concat();
    let shuffled = lines(&Options::default().shuffle(true).pretty(true), 50).concat();
    let batch = batch(1_000, 1);
    let pins = [&ordinary, &hostile, &shuffled, &batch].map(|bytes| (bytes.len(), checksum(bytes)));
    let pinned = [
        (2_468_468, 10_066_365_553_545_396_735),
        (3_245_666, 5_831_755_677_459_632_711),
        (777_019, 14_926_505_899_565_539_099),
        (556_205, 16_049_868_031_430_612_687),
    ];
    assert_eq!(pins, pinned);
}

#[test]
fn output_depends_only_on_options() {
    let options = Options::default();
    for options in [
        options.clone(),
        options.clone().hostile(true),
        options.clone().shuffle(true).pretty(true),
    ] {
        assert_eq!(lines(&options, 50), lines(&options, 50));
        assert_ne!(lines(&options, 50), lines(&options.seed(2), 50));
    }
}

#[test]
fn kinds_have_the_message_types_of_their_family() {
    let families: [(Kind, &[&str]); 6] = [
        (Kind::Events, &["event_processing_request"]),
        (Kind::Audiences, &["audience_membership_change_request"]),
        (Kind::Subscriptions, &["audience_subscription_request"]),
        (Kind::Dsr, &["dsr_processing_request"]),
        (
            Kind::Registrations,
            &[
                "module_registration_request",
                "module_registration_response",
            ],
        ),
        (
            Kind::Responses,
            &[
                "audience_membership_change_response",
                "audience_subscription_response",
                "dsr_processing_response",
                "event_processing_response",
                "module_registration_response",
            ],
        ),
    ];
    for (kind, types) in families {
        let found: BTreeSet<String> = lines(&Options::default().kind(kind), 300)
            .iter()
            .map(|line| value(line)["type"].as_str().unwrap().to_owned())
            .collect();
        assert!(found.iter().eq(types), "{kind}: {found:?}");
    }
}

#[test]
fn hashed_identities_have_the_length_of_their_digest() {
    let mut found = BTreeMap::new();
    for line in lines(&Options::default().kind(Kind::Audiences), 200) {
        let message = value(&line);
        for profile in message["user_profiles"].as_array().unwrap_or(&Vec::new()) {
            for identity in profile["user_identities"].as_array().unwrap_or(&Vec::new()) {
                let (encoding, text) = (
                    identity["encoding"].as_str().unwrap(),
                    identity["value"].as_str().unwrap(),
                );
                let digits = match encoding {
                    "md5" => 32,
                    "sha1" => 40,
                    "sha256" => 64,
                    _ => continue,
                };
                let hex = text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                assert!(hex && text.len() == digits, "{encoding}: {text}");
                *found.entry(digits).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn payloads_are_json_in_text() {
    let mut inner = 0;
    for line in lines(&Options::default().kind(Kind::Events), 300) {
        for event in value(&line)["events"].as_array().unwrap_or(&Vec::new()) {
            let Some(payload) = event["payload"].as_str() else {
                continue;
            };
            let payload = value(payload.as_bytes());
            assert!(payload["provider_key"].is_string());
            if let Some(data) = payload["data"].as_str() {
                assert!(value(data.as_bytes()).is_object());
                inner += 1;
            }
        }
    }
    assert!(inner > 10, "{inner}");
}

#[test]
fn layout_does_not_change_values() {
    for seed in [1, 2] {
        let options = Options::default().seed(seed);
        let plain = lines(&options, 150);
        for (shuffle, pretty, escapes) in [
            (true, false, true),
            (false, true, true),
            (true, true, true),
            (false, false, false),
            (true, true, false),
        ] {
            let other = lines(
                &options
                    .clone()
                    .shuffle(shuffle)
                    .pretty(pretty)
                    .escapes(escapes),
                150,
            );
            assert_ne!(plain, other);
            assert!(
                plain
                    .iter()
                    .zip(&other)
                    .all(|(plain, other)| value(plain) == value(other))
            );
        }
        let pretty = String::from_utf8(lines(&options.clone().pretty(true), 1).concat()).unwrap();
        assert!(
            pretty.starts_with("{\n  \"type\" : \"") && pretty.ends_with("\n}\n"),
            "{pretty}"
        );
        let shuffled = lines(&options.shuffle(true), 150);
        let first = shuffled
            .iter()
            .filter(|line| line.starts_with(b"{\"type\""))
            .count();
        assert!(first < 75, "{first} of 150 still begin with the type");
    }
}

#[test]
fn escapes_beyond_those_of_the_reference_can_be_switched_off() {
    let has = |text: &[u8], part: &str| {
        text.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    let with = lines(&Options::default(), 300).concat();
    let without = lines(&Options::default().escapes(false), 300).concat();
    for part in ["\\u00e9", "\\ud83c\\udf89", "\\/"] {
        assert!(has(&with, part) && !has(&without, part), "{part}");
    }
    for part in [
        "\\\"", "\\\\", "\\n", "\\t", "\\r", "\\u001B", "é", "🎉", "日本", "12.50", "\\\\\\\"",
    ] {
        assert!(has(&without, part), "{part}");
    }
}

#[test]
fn batches_have_the_documented_size() {
    for seed in 0..20 {
        let bytes = batch(1_000, seed);
        let per_event = bytes.len() / 1_000;
        assert!(
            (500..620).contains(&per_event),
            "seed {seed}: {per_event} bytes per event"
        );
        assert!(!bytes.contains(&b'\n'));
        assert_eq!(value(&bytes)["events"].as_array().unwrap().len(), 1_000);
    }
    assert!(value(&batch(0, 1)).get("events").is_none());
    assert_eq!(value(&batch(1, 1))["events"].as_array().unwrap().len(), 1);
}

#[test]
fn the_number_of_events_is_in_the_range_of_the_options() {
    let counts = |events| {
        let options = Options::default().kind(Kind::Events).events(events);
        let count = |line: &Vec<u8>| value(line)["events"].as_array().map_or(0, Vec::len);
        lines(&options, 200)
            .iter()
            .map(count)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(counts(0..=3), BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(counts(7..=7), BTreeSet::from([7]));
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = 5..=2;
    assert_eq!(counts(reversed), BTreeSet::from([5]));
}

#[test]
fn hostile_messages_are_single_lines_of_all_kinds() {
    let lines = lines(&Options::default().hostile(true).events(0..=10), 3_000);
    let (mut accepted, mut text) = (0, 0);
    for line in &lines {
        let (end, message) = line.split_last().unwrap();
        assert!(*end == b'\n' && !message.contains(&b'\n'), "one line");
        assert!(!message.trim_ascii().is_empty(), "not empty");
        text += usize::from(std::str::from_utf8(message).is_ok());
        accepted += usize::from(serde_json::from_slice::<Value>(message).is_ok());
    }
    assert!(
        (1_500..2_600).contains(&accepted),
        "{accepted} of {} are JSON",
        lines.len()
    );
    assert!(
        text < lines.len() && text > accepted,
        "{text} of {} are UTF-8",
        lines.len()
    );
    assert!(
        lines.iter().map(Vec::len).max() > Some(64 << 10),
        "none is huge"
    );
}

#[test]
fn a_third_of_the_hostile_messages_is_not_changed() {
    let options = Options::default().events(0..=10);
    let ordinary = lines(&options, 1_000);
    let hostile = lines(&options.hostile(true), 1_000);
    let same = |(a, b): &(&Vec<u8>, &Vec<u8>)| {
        serde_json::from_slice::<Value>(b).is_ok_and(|b| b == value(a))
    };
    let count = ordinary.iter().zip(&hostile).filter(same).count();
    assert!((300..500).contains(&count), "{count} of 1000");
}
