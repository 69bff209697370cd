//! `hydrant redrive`: forwards dead letters again.

use std::future::pending;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::arguments::{Settings, configuration};
use crate::arguments::{environment, number};
use crate::exit::{self, Failure, exit_status};
use crate::interrupt::Stop;
use crate::remarks::SHOWN;
use crate::terminal;
use hydrant_forward::{Forwarder, Redriven};

/// Forward dead letters again, for example after the cause of the rejection was mended
///
/// Takes letters from `dead_letters` or `dead_letter_queue_url`, oldest first, and delivers their
/// records with the same configuration. A letter is removed after its records are delivered; what
/// the target rejects again is stored with the new reason. Dead letters do not contain account
/// settings: `account_settings` of the configuration provides them. No letter is deleted before it
/// is tried: `dead_letter_retention` and `dead_letter_max_bytes` have no effect here.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant redrive --config forward.toml\n  \
     hydrant redrive --config forward.toml --limit 10\n\n",
    environment!(settings),
    exit_status!("a record became a dead letter again, or a letter stays")
))]
pub(crate) struct RedriveArgs {
    #[command(flatten)]
    settings: Settings,

    /// The greatest number of letters
    #[arg(long, value_name = "N", default_value = "18446744073709551615", hide_default_value = true, value_parser = number(1..=u64::MAX))]
    limit: u64,

    /// How many seconds to wait for records on their way after an interruption
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    grace: u64,

    /// Do not write the counts to standard error
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn run(args: &RedriveArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let config = configuration(&args.settings)?;
    let runtime = super::runtime()?;
    let mut stopped = super::stopped(stop);
    let (done, failure) = runtime.block_on(async {
        let forwarder = Forwarder::for_redrive(config).await;
        let forwarder = forwarder.map_err(|error| Failure::Usage(error.to_string()))?;
        // After the grace, what is on its way is given up, and its letters stay.
        let grace = async {
            if stopped.wait_for(|stopped| *stopped).await.is_ok() {
                forwarder.drain(Duration::from_secs(args.grace)).await;
            }
            pending().await
        };
        let mut shown = 0;
        let kept = |reason: &str| {
            shown += 1;
            if !args.quiet && shown <= SHOWN {
                terminal::complain(&format!("warning: a dead letter stays: {reason}"));
            }
        };
        let redriven = tokio::select! {
            redriven = forwarder.redrive(args.limit, || stop.raised(), kept) => redriven,
            redriven = grace => redriven,
        };
        forwarder.close().await;
        if !args.quiet {
            super::report_reasons(&forwarder);
        }
        Ok(match redriven {
            Ok(done) => (done, None),
            Err((done, reason)) => (done, Some(reason)),
        })
    })?;
    if !args.quiet {
        let Redriven {
            letters,
            delivered,
            rejected,
            kept,
            ..
        } = done;
        terminal::complain(&format!(
            "dead letters {letters}, delivered {delivered}, rejected again {rejected}, kept {kept}"
        ));
    }
    match failure {
        Some(reason) if stop.interrupted() => {
            terminal::complain(&format!("warning: not everything was delivered: {reason}"));
            Ok(exit::INTERRUPTED.into())
        }
        Some(reason) => Err(Failure::Delivery(reason)),
        None if stop.interrupted() => Ok(exit::INTERRUPTED.into()),
        None if done.rejected + done.kept > 0 => Ok(exit::REFUSED.into()),
        None => Ok(exit::GOOD.into()),
    }
}
