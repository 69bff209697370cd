//! [`Observed`]: a sink that remembers why the target does not accept records now.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use hydrant_runtime::DynSink;

/// Why the latest attempt failed; none after one that did not. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<Cow<'static, str>>>>);

impl Trouble {
    pub(crate) fn reason(&self) -> Option<Cow<'static, str>> {
        let reason = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reason.clone()
    }

    fn note(&self, fates: &[Fate]) {
        let failed = fates.iter().find_map(|fate| match fate {
            Fate::Retry { reason, .. } | Fate::Halted { reason } => Some(reason.clone()),
            _ => None,
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }
}

/// A sink whose failures are remembered.
pub(crate) struct Observed {
    pub(crate) sink: DynSink,
    pub(crate) trouble: Trouble,
}

impl Sink for Observed {
    fn limits(&self) -> BatchLimits {
        self.sink.limits()
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        self.sink.size(record)
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        let fates = self.sink.deliver(records, deadline).await;
        self.trouble.note(&fates);
        fates
    }

    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        self.sink.check(deadline).await
    }

    async fn close(&self) {
        self.sink.close().await;
    }
}
