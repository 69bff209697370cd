//! `hydrant consume`: delivers the messages of a topic or a queue, which several processes share.

mod events;
mod handler;
mod run;

use std::path::PathBuf;

use clap::Args;

use super::arguments::Settings;
use super::run::ReportForm;
use crate::arguments::{Limits, environment};
use crate::exit::exit_status;

pub(crate) use run::run;

/// Deliver the messages of a topic of Apache Kafka or of a queue of Amazon SQS
///
/// Each record of `source_topic`, or each message of `source_queue_url`, is one message, as a host or
/// `hydrant forward --set records=raw` has stored it. It is delivered to the connection like those of
/// `hydrant forward`, and it is committed or deleted only when every record of it is delivered or a
/// dead letter. Start the command several times to share the work: messages of one user are delivered
/// in order, except those of a standard queue, which has no order.
///
/// What the target does not accept now is tried again without end, in order; the partition or the
/// message group waits meanwhile, and others go on. SIGTERM and Ctrl-C stop reading, wait for what is
/// on its way, and leave the rest to others.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant consume --config consume.toml\n  \
     hydrant consume --config consume.toml --set source_group=events --report-file consume.json\n\n",
    environment!(settings),
    exit_status!(
        "a message could not be read and is not stored, or dead letters were deleted because of\
         \n        dead_letter_max_bytes"
    )
))]
pub(crate) struct ConsumeArgs {
    #[command(flatten)]
    settings: Settings,

    /// Leave out messages that cannot be read, instead of stopping at the first
    ///
    /// With dead letters, they are stored and do not stop the run, except those that could hold
    /// secret settings in places where they cannot be recognized. This leaves them out.
    #[arg(short, long)]
    keep_going: bool,

    /// How many seconds to wait for records on their way after an interruption, and before
    /// partitions go to another member of the group
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = crate::arguments::number(0..=3600))]
    grace: u64,

    /// Show neither the partitions nor the summary
    #[arg(short, long)]
    quiet: bool,

    /// Format of the summary on standard error
    #[arg(long, value_name = "FORM", default_value = "table")]
    report: ReportForm,

    /// Also write the summary to a file, as one JSON object, every 10 seconds and at the end
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,

    #[command(flatten)]
    limits: Limits,
}
