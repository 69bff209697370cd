//! Runs the examples that check their own results.
#![allow(missing_docs)]

#[path = "../examples/async_http/main.rs"]
mod async_http;
#[path = "../examples/deliver_records.rs"]
mod deliver_records;
#[path = "../examples/registration.rs"]
mod registration;

use hydrant::validate::{Finding, Level, findings};
use hydrant::{Engine, ParseOptions, Scratch, parse};

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

#[test]
fn async_http() -> Result {
    async_http::main()
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
