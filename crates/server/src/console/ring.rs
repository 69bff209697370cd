//! [`Ring`]: the last messages, in bounded memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use hydrant::engine::Records;
use tokio::sync::watch;

use crate::exchange::{Exchange, RefusedRequest};

use super::summary::Checked;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

/// A message of the list.
#[derive(Clone)]
pub(super) struct Entry {
    /// Counts the messages of the list from 1, in the order in which they ended.
    pub(super) seq: u64,
    pub(super) exchange: Arc<Exchange>,
    /// The message that was edited or sent again.
    pub(super) base: Option<u64>,
    /// The length of the message if it is too long to be kept.
    pub(super) too_long: Option<usize>,
    /// The request, if it was refused before it was processed. Its exchange is empty.
    pub(super) refused: Option<Arc<RefusedRequest>>,
    /// What reading the message again tells, which is done when somebody asks.
    pub(super) checked: Arc<OnceLock<Checked>>,
    bytes: usize,
}

/// Counts since the start. Those of outcomes include refused requests.
#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) messages: u64,
    pub(super) events: u64,
    pub(super) answered: u64,
    pub(super) retry: u64,
    pub(super) rejected: u64,
    pub(super) refused: u64,
}

pub(super) struct Ring {
    bounds: Bounds,
    state: Mutex<State>,
    newest: watch::Sender<u64>,
}

/// The most refused requests that are kept, apart, so that they push out no messages.
const MOST_REFUSED: usize = 200;

#[derive(Default)]
struct State {
    /// The number of the newest entry.
    seq: u64,
    entries: VecDeque<Entry>,
    refused: VecDeque<Entry>,
    bytes: usize,
    totals: Totals,
}

/// How a message ended, in the words of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    Retry,
    Rejected,
    Refused,
}

impl Outcome {
    pub(super) fn of(exchange: &Exchange) -> Self {
        if exchange.is_acknowledged() {
            Self::Answered
        } else if exchange.error.is_some() || matches!(exchange.status, 400..=407 | 409..=428) {
            Self::Refused
        } else if exchange.ended == "rejected" {
            Self::Rejected
        } else {
            Self::Retry
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Retry => "retry",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
        }
    }
}

impl Ring {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            state: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }

    /// Adds a message, and forgets the oldest ones if there are too many.
    pub(super) fn push(&self, exchange: &Arc<Exchange>) {
        let mut bytes = size_of_exchange(exchange);
        let mut exchange = Arc::clone(exchange);
        let mut too_long = None;
        if bytes > self.bounds.bytes / 4 {
            // One message must not push out all others.
            too_long = Some(exchange.body.len());
            exchange = Arc::new(Exchange {
                body: Bytes::new(),
                response: Bytes::new(),
                records: Records::default(),
                not_done: Vec::new(),
                coercions: Vec::new(),
                ..(*exchange).clone()
            });
            bytes = size_of_exchange(&exchange);
        }
        let mut state = self.lock();
        state.totals.messages += 1;
        let entry = state.entry(exchange);
        let seq = entry.seq;
        state.bytes += bytes;
        state.entries.push_back(Entry {
            too_long,
            bytes,
            ..entry
        });
        while state.entries.len() > self.bounds.messages || state.bytes > self.bounds.bytes {
            let Some(oldest) = state.entries.pop_front() else {
                break;
            };
            state.bytes -= oldest.bytes;
        }
        drop(state);
        self.newest.send_replace(seq);
    }

    /// Adds a request that was refused before it was processed.
    pub(super) fn push_refused(&self, request: &Arc<RefusedRequest>) {
        let exchange = Exchange {
            received_ms: request.refused_ms,
            status: request.status,
            reason: request.reason.to_owned(),
            ..Exchange::default()
        };
        let mut state = self.lock();
        let entry = state.entry(Arc::new(exchange));
        let seq = entry.seq;
        let refused = Some(Arc::clone(request));
        state.refused.push_back(Entry { refused, ..entry });
        if state.refused.len() > MOST_REFUSED {
            state.refused.pop_front();
        }
        drop(state);
        self.newest.send_replace(seq);
    }

    /// The entry of a message that the console has sent, which was made from `base`.
    pub(super) fn sent(&self, sequence: u64, base: Option<u64>) -> Option<u64> {
        let mut state = self.lock();
        let mut entries = state.entries.iter_mut().rev();
        let entry = entries.find(|entry| entry.exchange.sequence == sequence)?;
        entry.base = base;
        Some(entry.seq)
    }

    pub(super) fn get(&self, seq: u64) -> Option<Entry> {
        let state = self.lock();
        let mut entries = state.entries.iter().chain(&state.refused);
        entries.find(|entry| entry.seq == seq).cloned()
    }

    /// The entries after this one, the newest `most` of the messages and of the refused requests, and
    /// what else the list shows: the oldest of both are those that are still kept.
    pub(super) fn after(&self, seq: u64, most: usize) -> (Vec<Entry>, Totals, [u64; 2]) {
        let state = self.lock();
        let kinds = [&state.entries, &state.refused];
        let newer = kinds.into_iter().flat_map(|entries| {
            let newer = entries.iter().rev().take_while(|entry| entry.seq > seq);
            newer.take(most).cloned()
        });
        let mut newer: Vec<Entry> = newer.collect();
        newer.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.seq));
        let oldest = |entries: &VecDeque<Entry>| entries.front().map_or(0, |entry| entry.seq);
        (newer, state.totals, kinds.map(oldest))
    }

    /// Is told the number of the newest message.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    pub(super) fn bounds(&self) -> Bounds {
        self.bounds
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next entry, which it counts.
    fn entry(&mut self, exchange: Arc<Exchange>) -> Entry {
        self.seq += 1;
        let totals = &mut self.totals;
        totals.events += exchange.event_counts.total();
        *match Outcome::of(&exchange) {
            Outcome::Answered => &mut totals.answered,
            Outcome::Retry => &mut totals.retry,
            Outcome::Rejected => &mut totals.rejected,
            Outcome::Refused => &mut totals.refused,
        } += 1;
        Entry {
            seq: self.seq,
            exchange,
            base: None,
            too_long: None,
            refused: None,
            checked: Arc::default(),
            bytes: 0,
        }
    }
}

/// The memory of an exchange, estimated.
fn size_of_exchange(exchange: &Exchange) -> usize {
    let records = exchange.records.iter();
    let records = records.map(|it| it.payload.len() + it.key.map_or(0, <[u8]>::len) + 64);
    let reasons = exchange.not_done.len() * size_of::<crate::exchange::NotDone>();
    let findings = exchange.coercions.len() * 256;
    size_of::<Exchange>()
        + Checked::MOST_BYTES
        + exchange.body.len()
        + exchange.response.len()
        + exchange.reason.len()
        + records.sum::<usize>()
        + reasons
        + findings
}
