//! Log lines on standard error.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::arguments::Level;

/// Prints the events of the crate `tracing`: those of the host from this level on, and the problems
/// of libraries, which may print bodies and headers at lower levels.
pub(super) fn install(level: Level) {
    let level = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(io::stderr);
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("hydrant", level)
        .with_target("hydrant_server", level);
    let registry = tracing_subscriber::registry();
    // It fails if there is a subscriber.
    let _ = registry.with(lines).with(targets).try_init();
}
