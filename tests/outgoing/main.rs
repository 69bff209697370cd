//! The outgoing batches: reading, writing, the mapping of Firehose requests, and the settings of a
//! connection (`docs/protocol/outgoing-json.md`, `outgoing-mapping.md`, `outgoing-decisions.md` and
//! `connections.md`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod corpus;
mod decisions;
mod example;
mod generated;
mod mapping;
mod order;
mod reading;
mod settings;
mod support;
