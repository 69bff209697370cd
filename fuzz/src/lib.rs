//! The common part of the fuzz targets: messages from the declarations, and properties that must
//! hold for any input.

pub mod checks;
pub mod grammar;
#[path = "../../tests/support/outgoing/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use more of it")]
mod outgoing;
