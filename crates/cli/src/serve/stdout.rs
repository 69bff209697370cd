//! Standard output as a target. A thread of its own writes: nobody may read a pipe, and a thread of
//! the runtime that waits for that would keep the host from ending.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use tokio::sync::{mpsc, oneshot};

use crate::exit::Failure;
use crate::input::was_closed;
use crate::interrupt::Stop;

/// Lines, and who waits for them to be written.
type Lines = (Vec<u8>, oneshot::Sender<()>);

pub(super) struct Stdout {
    lines: mpsc::Sender<Lines>,
}

/// How writing goes.
#[derive(Default)]
pub(super) struct State {
    /// Whether the thread is writing.
    is_busy: AtomicBool,
    /// Why a write failed.
    broken: OnceLock<io::ErrorKind>,
}

impl State {
    /// Why records were not written; `None` if all were, or if the reader has ended.
    pub(super) fn failure(&self) -> Option<Failure> {
        let error = match self.broken.get() {
            // The reader has ended, and with it the host.
            Some(io::ErrorKind::BrokenPipe) => return None,
            Some(kind) => (*kind).into(),
            None if self.is_busy.load(Ordering::SeqCst) => {
                let text = "nobody reads it; records that are not written were not acknowledged, and the \
                            sender repeats them";
                io::Error::new(io::ErrorKind::TimedOut, text)
            }
            None => return None,
        };
        Some(failure(error))
    }
}

fn failure(error: io::Error) -> Failure {
    let name = "standard output".to_owned();
    Failure::Output { name, error }
}

impl Stdout {
    /// Raises the stop when nobody reads any more.
    pub(super) fn new(stop: Arc<Stop>) -> Result<(Self, Arc<State>), Failure> {
        if was_closed(1) {
            let text =
                "it is closed, so that records would be lost: redirect it, or use `--to null`";
            return Err(failure(io::Error::other(text)));
        }
        let (lines, mut receiver) = mpsc::channel::<Lines>(1);
        let state = Arc::new(State::default());
        let of_thread = Arc::clone(&state);
        let write = move || {
            while let Some((lines, written)) = receiver.blocking_recv() {
                // The call that waited was given up, and its records come again.
                if written.is_closed() {
                    continue;
                }
                of_thread.is_busy.store(true, Ordering::SeqCst);
                let mut stdout = io::stdout().lock();
                let result = stdout.write_all(&lines).and_then(|()| stdout.flush());
                of_thread.is_busy.store(false, Ordering::SeqCst);
                if let Err(error) = result {
                    let _ = of_thread.broken.set(error.kind());
                    let error = error.kind().to_string();
                    tracing::error!(error, "cannot write to standard output; the host ends");
                    stop.raise();
                    // The next line would be glued to a part of this one.
                    return;
                }
                let _ = written.send(());
            }
        };
        let started = thread::Builder::new()
            .name("stdout".to_owned())
            .spawn(write);
        started.map_err(failure)?;
        Ok((Self { lines }, state))
    }
}

impl Sink for Stdout {
    fn limits(&self) -> BatchLimits {
        let mut limits = BatchLimits::single(1 << 30);
        limits.records = 1000;
        limits.ordered = true;
        limits
    }

    async fn deliver(&self, records: &[OutgoingRecord], _: Instant) -> Vec<Fate> {
        let mut lines = Vec::new();
        for record in records {
            lines.extend_from_slice(&record.payload);
            lines.push(b'\n');
        }
        let (sender, written) = oneshot::channel();
        let _ = self.lines.send((lines, sender)).await;
        let fate = match written.await {
            Ok(()) => Fate::Delivered,
            Err(_) => Fate::retry("the record could not be written to standard output"),
        };
        vec![fate; records.len()]
    }

    async fn check(&self, _: Instant) -> Result<(), Fate> {
        Ok(())
    }

    async fn close(&self) {}
}
