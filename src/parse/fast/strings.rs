//! Strings of the fast path, with and without escapes.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::cursor::{COPY, Cursor};

impl<'a> Cursor<'a> {
    /// Passes a string with escapes and returns its content as a text in the arena, and how many
    /// bytes were allocated for it, including buffers that were too small. `None` for anything
    /// else.
    pub(super) fn escaped_string(&mut self, arena: &'a Bump) -> Option<(&'a str, usize)> {
        if !self.accept_byte(b'"') {
            return None;
        }
        let mut ahead = *self;
        let capacity = ahead.unescaped_run().len() + 2 * COPY;
        let mut out = ArenaString::with_capacity_in(capacity, arena);
        self.append_unescaped_run(&mut out);
        loop {
            if self.accept_byte(b'"') {
                // Each time it grows, it at least doubles.
                let bytes = out.capacity().saturating_mul(2);
                return Some((out.into_bump_str(), bytes));
            }
            if !self.append_simple_escape(&mut out) {
                out.push(self.escape()?);
            }
            self.append_unescaped_run(&mut out);
        }
    }

    /// Passes a string. `None` for anything else.
    #[inline(always)]
    pub(super) fn pass_string(&mut self) -> Option<()> {
        if self.unescaped_string().is_some() {
            return Some(());
        }
        self.pass_escaped_string()
    }

    #[inline(never)]
    fn pass_escaped_string(&mut self) -> Option<()> {
        if !self.accept_byte(b'"') {
            return None;
        }
        loop {
            self.unescaped_run();
            if self.accept_byte(b'"') {
                return Some(());
            }
            self.escape()?;
        }
    }
}
