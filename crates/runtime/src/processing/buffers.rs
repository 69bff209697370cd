//! [`Buffers`], and the pool that keeps them between messages.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hydrant::{Output, Scratch};

/// The buffers for one message.
#[derive(Default)]
#[non_exhaustive]
pub struct Buffers {
    /// The buffers of the parser.
    pub scratch: Scratch,
    /// The result.
    pub output: Output,
}

/// One set of buffers for each message that is handled at the same time. A set that is taken and not
/// put back, because of a panic, is lost.
pub(super) struct Pool {
    sets: Mutex<Vec<Buffers>>,
    kept_bytes: usize,
}

impl Pool {
    pub(super) fn new(kept_bytes: usize) -> Self {
        Self {
            sets: Mutex::default(),
            kept_bytes,
        }
    }

    /// Takes buffers, or creates them.
    pub(super) fn take(&self) -> Buffers {
        self.lock().pop().unwrap_or_default()
    }

    /// Keeps buffers for the next message.
    pub(super) fn put(&self, mut buffers: Buffers) {
        buffers.scratch.shrink_to(self.kept_bytes);
        let output = &buffers.output;
        if output.response().len() > self.kept_bytes || output.records().len() > 1 << 16 {
            buffers.output = Output::new();
        }
        self.lock().push(buffers);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Buffers>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydrant_testing::generate;

    #[test]
    fn buffers_are_kept_and_shrink_after_a_large_message() {
        let pool = Pool::new(1 << 20);
        let memory_after = |body: &[u8]| {
            let mut buffers = pool.take();
            let options = hydrant::ParseOptions::default();
            assert!(hydrant::parse(body, &mut buffers.scratch, &options).is_ok());
            let during = buffers.scratch.memory();
            pool.put(buffers);
            let buffers = pool.take();
            let kept = buffers.scratch.memory();
            pool.put(buffers);
            (during, kept)
        };
        let (during, kept) = memory_after(&generate::batch(3, 1));
        assert_eq!((during, kept > 0), (kept, true));
        let (during, kept) = memory_after(&generate::batch(10_000, 1));
        assert!(during > 5_000_000 && kept == 0, "{during} {kept}");
        assert_eq!(pool.lock().len(), 1);
    }
}
