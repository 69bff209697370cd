//! `hydrant check`: whether the target of a configuration can be reached and accepts it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::arguments::{Settings, configuration};
use super::runtime;
use crate::arguments::environment;
use crate::exit::{Failure, exit_status};
use crate::terminal;
use hydrant::delivery::{Fate, Sink as _};

/// Check a configuration against its target, without delivering anything
///
/// For Amazon Data Firehose this describes the delivery stream, which checks the region, the
/// credentials, the permission and the state of the stream; for Apache Kafka it takes the steps of a
/// connection one after the other: name, TCP, TLS, login and topic; for an HTTP API it resolves the
/// name, connects, negotiates TLS and waits for an answer. Whether the API knows the path and accepts
/// the credentials is known only with the first record.
///
/// The source of `hydrant consume` is not checked: reading from it would join its consumer group or
/// take messages.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant check --config forward.toml\n\n",
    environment!(settings),
    exit_status!()
))]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    settings: Settings,
}

/// How long the check may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let config = configuration(&args.settings)?;
    runtime()?.block_on(async {
        let sink = hydrant_forward::sink(&config)
            .await
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let checked = sink.check(Instant::now() + PATIENCE).await;
        sink.close().await;
        match checked {
            Ok(()) => {
                terminal::complain(hydrant_forward::checked(&config));
                if let Some(name) = hydrant_forward::source_setting(&config) {
                    terminal::complain(&format!(
                        "note: the source of `hydrant consume` (`{name}`) is not checked"
                    ));
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(Fate::Retry { reason, .. }) => Err(Failure::Delivery(format!(
                "the target cannot be reached now: {reason}"
            ))),
            Err(Fate::Halted { reason } | Fate::Rejected { reason }) => Err(Failure::Delivery(
                format!("the target does not accept the connection: {reason}"),
            )),
            Err(_) => Err(Failure::Delivery("the target cannot be checked".to_owned())),
        }
    })
}
