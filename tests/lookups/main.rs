//! Lookups in parsed messages, without an engine: identities, attributes, consent, custom flags and
//! settings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod attributes;
mod devices;
mod encoding;
mod requests;

use hydrant::message::Message;
use hydrant::{ParseOptions, Scratch, parse};

/// Parses a message and passes it to `look`.
fn with_message(body: &str, look: impl FnOnce(&Message<'_>)) {
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::default()).unwrap();
    look(&parsed.message);
}
