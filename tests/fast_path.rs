//! What takes the fast path. That it changes no result is checked in `differential.rs`; here, that
//! well-behaved senders get it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use hydrant::internals::{outgoing_takes_fast_path, takes_fast_path};
use hydrant::message::Message;
use hydrant::outgoing::{ConnectionSettings, Mapper};
use hydrant::{ParseOptions, Scratch};
use hydrant_testing::generate::{Generator, Kind, Options};

/// The text with `gap` after every colon and comma outside strings, and `before` in front of them.
fn spaced(text: &str, before: &str, gap: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let mut out = String::new();
    for character in text.chars() {
        let separator = !inside && matches!(character, ':' | ',');
        if separator {
            out += before;
        }
        out.push(character);
        if separator {
            out += gap;
        }
        inside ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    out
}

fn messages() -> impl Iterator<Item = String> {
    let options = Options::default().kind(Kind::Events).events(0..=20);
    let mut generator = Generator::new(options);
    (0..200).map(move |_| {
        let mut body = Vec::new();
        generator.write_message(&mut body);
        String::from_utf8(body).unwrap()
    })
}

#[test]
fn messages_take_the_fast_path_with_and_without_white_space() {
    for message in messages() {
        assert!(takes_fast_path(message.as_bytes()), "{message}");
        for (before, gap) in [
            ("", " "),
            ("", "  "),
            (" ", " "),
            ("", "\n"),
            ("\r\n", "\t"),
        ] {
            let message = spaced(&message, before, gap);
            assert!(takes_fast_path(message.as_bytes()), "{message}");
        }
    }
}

#[test]
fn white_space_is_no_licence() {
    for message in [
        r#"{"type": "event_processing_request", }"#,
        r#"{"type": "event_processing_request", , "id": null}"#,
        r#"{"type": "event_processing_request" "id": null}"#,
        r#"{"type": "event_processing_request", "user_attributes": {"a": "b", }}"#,
        r#"{"type": "event_processing_request", "user_attributes": {"a": "b" "c": "d"}}"#,
        r#"{"type": "event_processing_request", "user_attributes": {"a" "b"}}"#,
        r#"{"type": "event_processing_request", "user_attributes": {"a": : "b"}}"#,
    ] {
        assert!(!takes_fast_path(message.as_bytes()), "{message}");
        let mut out = Vec::new();
        assert!(hydrant::normalize(message.as_bytes(), &mut out).is_err());
    }
}

#[test]
fn unusual_messages_take_the_complete_path() {
    let message = r#"{"type":"event_processing_request","id":"NULL"}"#;
    assert!(!takes_fast_path(message.as_bytes()));
    assert!(!takes_fast_path(b"[]"));
    assert!(!takes_fast_path(b""));
}

/// What the mapper writes is the usual form of an outgoing batch.
#[test]
fn mapped_batches_take_the_fast_path() {
    let (mut scratch, mut buffer, mut records) = (Scratch::new(), Vec::new(), 0);
    let mut settings = ConnectionSettings::default();
    settings.include_user_identity_change_events = true;
    let mut mapper = Mapper::new(settings).unwrap();
    for message in messages() {
        let body = message.as_bytes();
        let parsed = hydrant::parse(body, &mut scratch, &ParseOptions::new()).unwrap();
        let Message::EventProcessingRequest(request) = parsed.message else {
            panic!("another message")
        };
        mapper
            .map(request, body)
            .each_record(usize::MAX, &mut buffer, |record| {
                let text = String::from_utf8_lossy(record.payload);
                assert!(outgoing_takes_fast_path(record.payload), "{text}");
                records += 1;
            });
    }
    assert!(records > 0);
}
