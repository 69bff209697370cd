//! The arenas of a scratch, which lists, maps and unescaped strings are allocated in: one for the
//! current message, and maybe one for the next.
//!
//! A bumpalo arena grows by adding chunks, and a reset keeps only its largest chunk, so that an
//! arena that has once needed several would add them again at every message of that size. If a
//! message makes its arena grow, an arena with one chunk for all of it is therefore prepared when
//! the message is finished, so that the next one does not pay for it. If it is large, holding two of
//! them would cost more than that: then it is made for the next message, when the first one is gone.

use bumpalo::Bump;

/// Larger arenas are not prepared in advance.
const LARGE: usize = 8 << 20;

#[derive(Default)]
pub(super) struct Arenas {
    current: Bump,
    next: Next,
}

/// The arena of the next message.
#[derive(Default)]
enum Next {
    /// The current one.
    #[default]
    Same,
    /// One that is prepared.
    Ready(Bump),
    /// One with a chunk of so many bytes.
    Larger(usize),
}

impl Arenas {
    /// An empty arena for one message.
    pub(super) fn lend(&mut self) -> ArenaGuard<'_> {
        match std::mem::take(&mut self.next) {
            Next::Same => self.current.reset(),
            Next::Ready(arena) => self.current = arena,
            Next::Larger(bytes) => {
                // The old one is freed first.
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

/// The arena of one message. When it is dropped, which may be before the message is, the next arena
/// is prepared if this one has grown.
pub(super) struct ArenaGuard<'a> {
    arena: &'a Bump,
    bytes_before: usize,
    next: &'a mut Next,
}

impl<'a> ArenaGuard<'a> {
    /// The arena, which outlives the guard.
    pub(super) fn arena(&self) -> &'a Bump {
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
            // The first one has chunks of which each is twice as large as the one before.
            let most = if round == 0 { 64 } else { 40 };
            assert!(arenas.bytes() < most << 20, "{round}: {}", arenas.bytes());
        }
    }
}
