//! [`Pool`]: the buffers that are kept between invocations.

use std::sync::{Mutex, PoisonError};

use hydrant::{Output, Scratch};

/// The length of messages, in bytes, for which a warm environment keeps its buffers. After a longer
/// one they are freed, so that one large message does not occupy the memory of the function.
pub(crate) const KEPT_BYTES: usize = 1 << 20;

/// The buffers for one message.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) scratch: Scratch,
    pub(crate) output: Output,
}

/// One set of buffers for each invocation that runs at the same time. A set that is taken and not
/// put back, because of a panic, is lost.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Buffers>>);

impl Pool {
    /// Takes buffers, or creates them.
    pub(crate) fn take(&self) -> Buffers {
        self.lock().pop().unwrap_or_default()
    }

    /// Keeps buffers for the next message.
    pub(crate) fn put(&self, mut buffers: Buffers) {
        buffers.scratch.shrink_to(KEPT_BYTES);
        if buffers.output.response().len() > KEPT_BYTES || buffers.output.records().len() > 1 << 16
        {
            buffers.output = Output::new();
        }
        self.lock().push(buffers);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Buffers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydrant_testing::generate;

    #[test]
    fn buffers_are_kept_and_shrink_after_a_large_message() {
        let pool = Pool::default();
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
