//! The arenas of a scratch, which lists, maps and unescaped strings are allocated in: one for the
//! current message, and maybe one for the next.
//!
//! A bumpalo arena grows by adding chunks, and a reset keeps only its largest chunk, so that an
//! arena that has once needed several would add them again at every message of that size. If a
//! message makes its arena grow, an arena with one chunk for all of it is therefore prepared when
//! the message is finished, so that the next one does not pay for it.

use bumpalo::Bump;

#[derive(Default)]
pub(super) struct Arenas {
    current: Bump,
    next: Option<Bump>,
}

impl Arenas {
    /// An empty arena for one message.
    pub(super) fn lend(&mut self) -> ArenaGuard<'_> {
        match self.next.take() {
            Some(arena) => self.current = arena,
            None => self.current.reset(),
        }
        ArenaGuard {
            bytes_before: self.current.allocated_bytes(),
            arena: &self.current,
            next: &mut self.next,
        }
    }

    /// Bytes allocated.
    pub(super) fn bytes(&self) -> usize {
        let next = self.next.as_ref().map_or(0, Bump::allocated_bytes);
        self.current.allocated_bytes() + next
    }
}

/// The arena of one message. When it is dropped, which may be before the message is, the next arena
/// is prepared if this one has grown.
pub(super) struct ArenaGuard<'a> {
    arena: &'a Bump,
    bytes_before: usize,
    next: &'a mut Option<Bump>,
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
            *self.next = Some(Bump::with_capacity(bytes));
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
        assert!(arenas.next.is_none());
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
        assert!(arenas.next.is_some());
    }
}
