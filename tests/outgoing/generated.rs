//! Generated and published requests: what is mapped is read back as it was, on both paths, and
//! every field of it is declared.

use std::path::PathBuf;

use hydrant::message::Message;
use hydrant::outgoing::{self, Mapper};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::generate::{Generator, Kind, Options};

use crate::reading::read;
use crate::support::{map, settings};

/// Maps a message if it is a request; whether it gave a batch.
fn round_trip(body: &[u8], pairs: &[(&str, &str)]) -> bool {
    let mut scratch = Scratch::new();
    let Ok(parsed) = parse(body, &mut scratch, &ParseOptions::new()) else {
        return false;
    };
    let Message::EventProcessingRequest(request) = parsed.message else {
        return false;
    };
    let mut mapper = Mapper::new(settings(pairs)).unwrap();
    let mapped = mapper.map(request, body);
    let batches: Vec<_> = mapped.batches().collect();
    let (mut buffer, mut texts) = (Vec::new(), Vec::new());
    mapped.each_record(usize::MAX, &mut buffer, |record| {
        texts.push((
            record.message_id,
            String::from_utf8(record.payload.to_vec()).unwrap(),
        ));
    });
    assert_eq!(batches.len(), texts.len());
    for (batch, (id, text)) in batches.iter().zip(&texts) {
        assert_eq!(batch.message_id, Some(*id));
        let mut written = Vec::new();
        outgoing::write(batch, &mut written);
        assert_eq!(std::str::from_utf8(&written).unwrap(), text);
        // Equal models have equal texts, but not the reverse: a decimal in plain notation has another
        // scale, and an empty text in the platform fields, which are passed on, is not written.
        let again = read(text, |read| {
            if pairs != HOSTILE {
                assert_eq!(read, batch);
            }
        });
        assert_eq!(again, *text);
        assert!(outgoing::is_outgoing(text.as_bytes()));
    }
    !batches.is_empty()
}

const EVERYTHING: &[(&str, &str)] = &[
    ("include_user_attribute_change_events", "on"),
    ("include_user_identity_change_events", "on"),
    ("include_mp_deviceid", "on"),
    ("include_event_batch_location", "on"),
    ("include_platform_fields", "on"),
    ("include_schema_only_fields", "on"),
    ("module_id", "92"),
    ("unique_id", "u"),
];

/// Settings for messages whose models differ from those that are read back.
const HOSTILE: &[(&str, &str)] = &[
    ("include_user_attribute_change_events", "on"),
    ("include_user_identity_change_events", "on"),
    ("include_platform_fields", "on"),
];

#[test]
fn generated_requests_survive_a_round_trip() {
    let mut batches = 0;
    for seed in 1..=4 {
        let options = Options::default()
            .seed(seed)
            .kind(Kind::Events)
            .events(0..=12);
        let mut generator = Generator::new(options);
        for number in 0..300 {
            let mut body = Vec::new();
            generator.write_message(&mut body);
            let mut pairs = EVERYTHING.to_vec();
            if number % 3 == 0 {
                pairs.push(("send_as_batch", "off"));
            }
            batches += usize::from(round_trip(&body, &pairs));
        }
    }
    assert!(batches > 1000, "{batches}");
}

#[test]
fn hostile_requests_survive_a_round_trip() {
    let mut batches = 0;
    let options = Options::default()
        .seed(5)
        .kind(Kind::Events)
        .events(0..=6)
        .hostile(true);
    let mut generator = Generator::new(options);
    for _ in 0..1500 {
        let mut body = Vec::new();
        generator.write_message(&mut body);
        batches += usize::from(round_trip(&body, HOSTILE));
    }
    assert!(batches > 300, "{batches}");
}

/// Ordinary messages lose nothing but what the tables drop.
#[test]
fn ordinary_requests_give_few_kinds_of_warnings() {
    let mut generator = Generator::new(Options::default().seed(9).kind(Kind::Events));
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let mut body = Vec::new();
        generator.write_message(&mut body);
        let outcome = map(std::str::from_utf8(&body).unwrap(), EVERYTHING);
        kinds.extend(outcome.warnings.iter().map(|(kind, _)| *kind));
    }
    for kind in &kinds {
        assert!(
            ["hashed_identity", "incomplete_event", "invalid_value"].contains(kind),
            "{kinds:?}"
        );
    }
}

#[test]
fn published_requests_survive_a_round_trip() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let folder = shared.join("firehose/examples");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: no published samples at {}; set HYDRANT_SHARED",
            folder.display()
        );
        return;
    }
    for name in [
        "EventProcessingRequest_android.json",
        "EventProcessingRequest_ios.json",
    ] {
        let body = std::fs::read(folder.join(name)).unwrap();
        assert!(round_trip(&body, EVERYTHING), "{name}");
        let outcome = map(std::str::from_utf8(&body).unwrap(), EVERYTHING);
        assert_ne!(
            outcome.records[0].json["events"],
            serde_json::json!([]),
            "{name}"
        );
    }
}
