//! The examples that check themselves, run.
#![allow(missing_docs)]

#[path = "../examples/async_http/main.rs"]
mod async_http;
#[path = "../examples/deliver_records.rs"]
mod deliver_records;
#[path = "../examples/registration.rs"]
mod registration;

use hydrant::validate::{Finding, Level, findings};
use hydrant::{ParseOptions, Scratch, parse};

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
fn the_registration_breaks_no_rule() -> Result {
    registration::main()?;
    let (answer, mut scratch) = (registration::answer()?, Scratch::new());
    let parsed = parse(&answer, &mut scratch, &ParseOptions::default())?;
    let found = findings(&parsed.message);
    let errors: Vec<&Finding> = found
        .iter()
        .filter(|one| one.level == Level::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Ok(())
}
