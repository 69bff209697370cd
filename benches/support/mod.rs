//! What the benches share: named inputs, the comparison of answers, and the race of contenders whose medians are the
//! ratios that `benches/README.md` explains. Nothing here knows a contender.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "no bench uses all of it"
)]

pub mod foreign;
pub mod inputs;
pub mod process;
pub mod race;
pub mod record;

pub use inputs::{Input, checked};
pub use race::Bench;
