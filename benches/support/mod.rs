//! The common part of the benches: named inputs, the comparison of results, and the race of
//! contenders, whose medians give the ratios that `benches/README.md` explains. It does not depend
//! on the contenders.

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
