//! `hydrant aws-policy`: the permissions that a connection needs.

use std::process::ExitCode;

use clap::Args;

use super::arguments::{Settings, configuration};
use crate::arguments::environment;
use crate::exit::{Failure, exit_status};
use crate::output::OutputArgs;

/// Print the IAM policy that Amazon Data Firehose and the queues of a configuration need
///
/// It permits describing the delivery stream and putting records; with put_record_batch=on also
/// putting batches; sending to queue_url; sending to and reading from dead_letter_queue_url; and
/// consuming source_queue_url.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant aws-policy --account-id 123456789012 --set delivery_stream_name=events\n  \
     hydrant aws-policy --account-id 123456789012 --config forward.toml --set put_record_batch=on\n\n",
    environment!(settings),
    exit_status!()
))]
pub(crate) struct PolicyArgs {
    #[command(flatten)]
    settings: Settings,

    /// The AWS account of the delivery stream: 12 digits. Queues have theirs in the URL
    #[arg(long, value_name = "DIGITS")]
    account_id: Option<String>,

    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &PolicyArgs) -> Result<ExitCode, Failure> {
    let config = configuration(&args.settings)?;
    let policy = hydrant_forward::aws_policy(&config, args.account_id.as_deref())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let output = args.output.open(&[])?;
    output.print(policy.as_bytes())
}
