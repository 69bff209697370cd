//! The arguments of `hydrant serve` that record messages.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hydrant_server::record::{RecordOptions, Recorder};

use crate::arguments::{bytes, number};
use crate::exit::Failure;

/// What is recorded, and for how long.
#[derive(Args, Debug)]
#[command(next_help_heading = "Recording")]
pub(crate) struct RecordArgs {
    /// Record messages and what became of them in this folder, for `hydrant replay` and `hydrant diff`
    ///
    /// Settings of accounts are never recorded. Identities, attributes of users, addresses and user
    /// agents of clients, and what the protocol does not declare are replaced by texts of the same
    /// form, and records by digests.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,

    /// Record identities and records as they are; settings and unknown fields are masked anyway
    #[arg(long, requires = "record")]
    record_identities: bool,

    /// Delete recordings after this many days
    #[arg(long, value_name = "DAYS", default_value = "7", value_parser = number(1..=3650))]
    record_days: u64,

    /// Delete the oldest recordings when all have more bytes than this
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = bytes)]
    record_max_bytes: usize,
}

impl RecordArgs {
    /// The recorder, if messages are recorded.
    pub(super) fn start(&self) -> Result<Option<Recorder>, Failure> {
        let Some(folder) = &self.record else {
            return Ok(None);
        };
        let options = RecordOptions::default()
            .identities(self.record_identities)
            .max_age(Duration::from_secs(self.record_days * 24 * 60 * 60))
            .max_bytes(self.record_max_bytes as u64);
        let started = Recorder::start(folder, options);
        let recorder = started.map_err(|error| Failure::Output {
            name: folder.display().to_string(),
            error,
        })?;
        Ok(Some(recorder))
    }
}
