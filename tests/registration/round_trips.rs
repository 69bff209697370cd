//! Every registration of the corpus and of the published samples is unchanged after the conversion
//! to an owned registration and back.

use crate::support;
use hydrant::message::Message;
use hydrant::registration::Registration;
use hydrant::{ParseOptions, Scratch, parse, write};
use std::path::{Path, PathBuf};

/// Whether the message is a registration. Panics if it changes in the round trip.
fn survives(name: &str, body: &[u8]) -> bool {
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &ParseOptions::default()).unwrap();
    let Message::ModuleRegistrationResponse(response) = parsed.message else {
        return false;
    };
    let mut expected = Vec::new();
    write::message(&parsed.message, &mut expected);
    let registration = Registration::from(response).clone();
    let found = registration.to_json(response.common);
    assert_eq!(
        String::from_utf8_lossy(&found),
        String::from_utf8_lossy(&expected),
        "{name}"
    );
    // `Debug` does not show default values of texts.
    let shown = format!("{registration:?}");
    for setting in response
        .event_processing_registration
        .iter()
        .flat_map(|it| it.account_settings)
    {
        if let hydrant::message::Setting::Text(text) = setting
            && let Some(value) = text.default_value.filter(|value| value.len() > 4)
        {
            assert!(!shown.contains(value), "{name}");
        }
    }
    true
}

#[test]
fn registrations_of_the_corpus_survive() {
    let files = support::files("valid");
    let messages = files
        .iter()
        .flat_map(|file| file.messages().into_iter().map(|body| (&file.name, body)));
    let survived = messages.filter(|(name, body)| survives(name, body)).count();
    assert!(survived >= 11, "{survived}");
}

#[test]
fn the_published_sample_survives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = shared.join("firehose/examples/ModuleRegistrationResponse.json");
    if !path.exists() {
        return eprintln!(
            "SKIPPED: no published sample at {}; set HYDRANT_SHARED",
            path.display()
        );
    }
    let body = std::fs::read(&path).unwrap();
    assert!(survives("the published sample", &body));
}
