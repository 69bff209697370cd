//! Runs a consumer until it is interrupted or fails.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hydrant_forward::{Deduplication, Forwarder, Source};
use hydrant_runtime::source::SourceError;
use tokio::runtime::Builder;
use tokio::time::{MissedTickBehavior, interval};

use super::ConsumeArgs;
use super::handler::{Consumer, Shared, Sums};
use crate::exit::{self, Failure};
use crate::forward::arguments::configuration;
use crate::forward::report::{Read, Report};
use crate::forward::run::ReportForm;
use crate::forward::silence::Silence;
use crate::forward::{report_expired, report_reasons, stopped};
use crate::interrupt::Stop;
use crate::terminal;

/// How often the file with the summary is written.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &ConsumeArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let config = configuration(&args.settings)?;
    let usage = |error: hydrant_forward::config::ConfigError| Failure::Usage(error.to_string());
    let grace = Duration::from_secs(args.grace);
    let window = hydrant_forward::deduplication_window(&config).map_err(usage)?;
    // Partitions are mapped on all processors.
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Delivery(format!("cannot start threads: {error}")))?;
    let source = runtime.block_on(Source::connect(&config, grace));
    let source = source.map_err(usage)?;
    let forwarder = runtime.block_on(Forwarder::for_source(config));
    let forwarder = Arc::new(forwarder.map_err(usage)?);
    let mapping = forwarder.mapping().map_err(usage)?;
    let notices = forwarder.notices().into_iter();
    for notice in notices.chain(mapping.notice().map(str::to_owned)) {
        terminal::complain(&format!("note: {notice}"));
    }
    let sums = Arc::new(Sums::default());
    let shared = Shared {
        forwarder: Arc::clone(&forwarder),
        options: args.limits.options(),
        deduplication: (window > 0).then(|| Deduplication::new(window)),
        keep_going: args.keep_going,
        sums: Arc::clone(&sums),
        mappings: Mutex::default(),
    };
    let consumer = Consumer::new(shared, args.quiet);
    let summary = Summary {
        args,
        forwarder: &forwarder,
        sums: &sums,
        began: Instant::now(),
    };
    let mut stopped = stopped(stop);
    let ended = runtime.block_on(async {
        let stop = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let running = source.run(Arc::new(consumer), stop);
        let mut running = pin!(running);
        let mut silence = pin!(Silence::new(summary.began).report(&forwarder));
        let mut reporting = interval(REPORT_INTERVAL);
        reporting.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut complained = false;
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                () = &mut silence => {}
                // A summary that cannot be written must not end the delivery.
                _ = reporting.tick() => match summary.write(None) {
                    Err(failure) if !complained => {
                        complained = true;
                        terminal::complain(&format!("warning: {failure}"));
                    }
                    _ => {}
                },
            }
        };
        forwarder.close().await;
        ended
    });
    report_expired(&forwarder);
    let failure = ended.as_ref().err().map(ToString::to_string);
    summary.show(failure.as_deref());
    let written = summary.write(failure.as_deref());
    let failure = match ended {
        Err(SourceError::Stopped { reason }) => Failure::Refused(format!("error: {reason}")),
        Err(error) => Failure::Delivery(error.to_string()),
        Ok(()) => {
            written?;
            return Ok(match forwarder.evicted_dead_letters() {
                0 => exit::INTERRUPTED.into(),
                _ => exit::REFUSED.into(),
            });
        }
    };
    // What ended the run matters more.
    if let Err(failure) = written {
        terminal::complain(&format!("warning: {failure}"));
    }
    Err(failure)
}

/// The summary of what was settled so far.
struct Summary<'r> {
    args: &'r ConsumeArgs,
    forwarder: &'r Forwarder,
    sums: &'r Sums,
    began: Instant,
}

impl Summary<'_> {
    fn with<T>(&self, failure: Option<&str>, show: impl FnOnce(&Report<'_>) -> T) -> T {
        let sum = self.sums.state();
        show(&Report {
            totals: &sum.totals,
            counts: sum.counts,
            stats: self.forwarder.stats(),
            read: Read {
                elapsed: self.began.elapsed(),
                ..sum.read
            },
            resumed: 0,
            failure,
        })
    }

    fn write(&self, failure: Option<&str>) -> Result<(), Failure> {
        match &self.args.report_file {
            Some(path) => self.with(failure, |report| report.write_file(path)),
            None => Ok(()),
        }
    }

    fn show(&self, failure: Option<&str>) {
        self.with(failure, |report| match self.args.report {
            ReportForm::Json => report.print_json(),
            ReportForm::Table if !self.args.quiet => {
                report.print_table();
                report_reasons(self.forwarder);
            }
            ReportForm::Table => {}
        });
    }
}
