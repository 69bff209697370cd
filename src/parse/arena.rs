//! The arenas in which the lists, maps and unescaped strings of a message are allocated: one for the
//! current message, and possibly one for the next.
//!
//! A bumpalo arena grows by adding chunks, and a reset keeps only its largest chunk, so an arena
//! that once needed several chunks would allocate them again for every message of that size. If a
//! message makes its arena grow, an arena with one chunk for the total size is therefore prepared
//! when the message is finished, so that the next message does not have to grow it. A large arena
//! is not prepared in advance, because holding two of them would cost too much: it is allocated for
//! the next message, after the first one is freed.

use bumpalo::Bump;

/// Larger arenas are not prepared in advance.
const LARGE: usize = 8 << 20;

#[derive(Default)]
pub(crate) struct Arenas {
    current: Bump,
    next: Next,
}

/// The arena of the next message.
#[derive(Default)]
enum Next {
    /// The current arena.
    #[default]
    Same,
    /// An arena that is prepared.
    Ready(Bump),
    /// An arena with a chunk of this many bytes.
    Larger(usize),
}

impl Arenas {
    /// An empty arena for one message.
    pub(crate) fn lend(&mut self) -> ArenaGuard<'_> {
        match std::mem::take(&mut self.next) {
            Next::Same => self.current.reset(),
            Next::Ready(arena) => self.current = arena,
            Next::Larger(bytes) => {
                // The old arena is freed first.
                self.current = Bump::new();
                self.current = Bump::with_capacity(bytes);
            }
        }
        ArenaGuard {
            bytes_before: self.current.allocated_bytes(),
            arena: &self.current,
            next: &mut self.next,
        }
    }

    /// Bytes allocated.
    pub(super) fn bytes(&self) -> usize {
        let next = match &self.next {
            Next::Ready(arena) => arena.allocated_bytes(),
            Next::Same | Next::Larger(_) => 0,
        };
        self.current.allocated_bytes() + next
    }
}

/// The arena of one message. Dropping it, possibly before the message, prepares the next arena if
/// this one has grown.
pub(crate) struct ArenaGuard<'a> {
    arena: &'a Bump,
    bytes_before: usize,
    next: &'a mut Next,
}

impl<'a> ArenaGuard<'a> {
    /// The arena. The reference outlives the guard.
    pub(crate) fn arena(&self) -> &'a Bump {
        self.arena
    }
}

impl Drop for ArenaGuard<'_> {
    fn drop(&mut self) {
        let bytes = self.arena.allocated_bytes();
        if bytes > self.bytes_before {
            *self.next = if bytes > LARGE {
                Next::Larger(bytes)
            } else {
                Next::Ready(Bump::with_capacity(bytes))
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arena_that_grew_is_replaced_by_one_chunk() {
        let mut arenas = Arenas::default();
        let allocate = |arenas: &mut Arenas| {
            let guard = arenas.lend();
            let before = guard.arena().allocated_bytes();
            for _ in 0..100 {
                guard.arena().alloc([0u8; 1000]);
            }
            guard.arena().allocated_bytes() - before
        };
        assert!(allocate(&mut arenas) > 0);
        assert_eq!(allocate(&mut arenas), 0);
        assert!(matches!(arenas.next, Next::Same));
    }

    #[test]
    fn the_next_arena_is_prepared_on_unwinding_too() {
        let mut arenas = Arenas::default();
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let guard = arenas.lend();
            guard.arena().alloc([0u8; 1000]);
            std::panic::resume_unwind(Box::new("unwinding"));
        }));
        assert!(unwound.is_err());
        assert!(matches!(arenas.next, Next::Ready(_)));
    }

    #[test]
    #[cfg_attr(miri, ignore = "fills 180 MB, which takes an interpreter minutes")]
    fn two_large_arenas_are_never_held() {
        let mut arenas = Arenas::default();
        for round in 0..3 {
            let guard = arenas.lend();
            for _ in 0..20 {
                guard.arena().alloc_slice_fill_copy(1 << 20, 0u8);
            }
            drop(guard);
            assert!(!matches!(arenas.next, Next::Ready(_)));
            // Each chunk of the first arena is twice as large as the one before.
            let most = if round == 0 { 64 } else { 40 };
            assert!(arenas.bytes() < most << 20, "{round}: {}", arenas.bytes());
        }
    }
}
