//! [`process`]: hands messages over in order, up to the first that is not settled.

use std::pin::pin;
use std::sync::Arc;

use hydrant_runtime::source::{Handler, Lane, Outcome, Pending, SourceRecord};
use tokio::sync::{mpsc, watch};

/// A message that is handed over, and its number.
pub(super) type Numbered = (u64, Arc<SourceRecord>);

/// Why messages are not settled.
pub(super) struct Failure {
    /// The first of them.
    pub(super) number: u64,
    pub(super) reason: String,
    /// Whether the source must end.
    pub(super) stop: bool,
}

/// Processes messages, tells which are settled, and returns why others are not. It ends when nothing
/// is in flight any more.
pub(super) async fn process<H: Handler>(
    handler: Arc<H>,
    messages: Vec<Numbered>,
    mut cancelled: watch::Receiver<bool>,
    settled: mpsc::UnboundedSender<u64>,
) -> Option<Failure> {
    let mut lane = handler.open();
    let (sender, mut accepted) = mpsc::unbounded_channel();
    let failure = {
        let mut settling = pin!(settle(&mut accepted, &settled));
        let ended = {
            let lane = &mut lane;
            let mut feeding = pin!(async move {
                for (number, record) in messages {
                    // Without a receiver, nothing more is wanted.
                    let _ = sender.send((number, lane.accept(record).await));
                }
            });
            let mut fed = false;
            loop {
                tokio::select! {
                    biased;
                    _ = cancelled.wait_for(|cancelled| *cancelled) => break None,
                    () = &mut feeding, if !fed => fed = true,
                    failure = &mut settling => break Some(failure),
                }
            }
        };
        match ended {
            Some(None) => return None,
            Some(failure) => {
                lane.cancel();
                failure
            }
            None => {
                lane.cancel();
                // What is delivered nevertheless counts. What is not was cancelled.
                settling.await;
                None
            }
        }
    };
    while let Some((_, pending)) = accepted.recv().await {
        let _ = pending.await;
    }
    failure
}

/// Waits for the outcomes of messages in order.
async fn settle(
    accepted: &mut mpsc::UnboundedReceiver<(u64, Pending)>,
    settled: &mpsc::UnboundedSender<u64>,
) -> Option<Failure> {
    while let Some((number, pending)) = accepted.recv().await {
        let (reason, stop) = match pending.await {
            Outcome::Settled => {
                // Without a receiver, the source has ended.
                let _ = settled.send(number);
                continue;
            }
            Outcome::Unsettled { reason } => (reason, false),
            Outcome::Stop { reason } => (reason, true),
            _ => ("its outcome is not known".to_owned(), false),
        };
        return Some(Failure {
            number,
            reason,
            stop,
        });
    }
    None
}
