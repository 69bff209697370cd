//! Runs the examples that check their own results.
#![allow(missing_docs)]

#[path = "../examples/ad_platform.rs"]
mod ad_platform;
#[path = "../examples/audience_sync.rs"]
mod audience_sync;
#[path = "../examples/counter.rs"]
mod counter;
#[path = "../examples/deliver_records.rs"]
mod deliver_records;
#[path = "../examples/email_platform/main.rs"]
mod email_platform;
#[path = "../examples/read_files.rs"]
#[allow(dead_code, reason = "the test has its own input")]
mod read_files;
#[path = "../examples/registration.rs"]
mod registration;

use hydrant::validate::{Finding, Level, findings};
use hydrant::{Engine, ParseOptions, Scratch, parse};

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

#[test]
fn email_platform() -> Result {
    email_platform::main()
}

#[test]
fn ad_platform() -> Result {
    ad_platform::main()
}

#[test]
fn audience_sync() -> Result {
    audience_sync::main()
}

#[test]
fn counter() -> Result {
    counter::main()
}

#[test]
fn read_files() -> Result {
    let mut counts = read_files::Counts::default();
    let input = br#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"a"},{"type":"session_start"}]}

{"type":"event_processing_request","events":[{"type":"custom_event","name":"a"}]}
{"type":
{"type":"event_processing_response"}"#;
    read_files::count(&input[..], &mut counts)?;
    let events: Vec<_> = counts.events.into_iter().collect();
    let expected = [
        ("custom_event a".to_owned(), 2),
        ("session_start".to_owned(), 1),
    ];
    assert_eq!((events, counts.refused), (expected.into(), 1));
    Ok(())
}

#[test]
fn deliver_records() -> Result {
    deliver_records::main()
}

#[test]
fn the_registration_follows_the_rules() -> Result {
    registration::main()?;
    let engine = Engine::new(registration::Acme);
    let (answer, mut scratch) = (registration::answer(&engine)?, Scratch::new());
    let parsed = parse(&answer, &mut scratch, &ParseOptions::default())?;
    let found = findings(&parsed.message);
    let errors: Vec<&Finding> = found
        .iter()
        .filter(|one| one.level == Level::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Ok(())
}
