//! Tokens between values on the fast path: separators, `null`, the end of the message.
//!
//! Between the fields of an object the cursor is at the opening quote of a key or at the closing
//! brace.

use super::cursor::Cursor;

impl Cursor<'_> {
    /// Passes white space. Returns whether the end of the text is reached.
    pub(super) fn end_of_text(&mut self) -> bool {
        self.white_space();
        self.is_at_end()
    }

    /// Passes white space, and `null` if it comes next.
    #[inline(always)]
    pub(super) fn accept_null(&mut self) -> bool {
        self.white_space();
        self.peek() == b'n' && self.accept("null")
    }

    /// Passes the colon after a key.
    #[inline(always)]
    pub(super) fn accept_colon(&mut self) -> bool {
        self.accept_byte(b':') || self.accept_spaced_colon()
    }

    #[inline(never)]
    fn accept_spaced_colon(&mut self) -> bool {
        self.white_space();
        self.accept_byte(b':')
    }

    /// Moves from the end of a field's value to the quote of the next key or to the closing brace.
    /// `None` for anything else.
    #[inline(always)]
    pub(super) fn next_field(&mut self) -> Option<()> {
        match self.ahead() {
            [b',', b'"'] => {
                self.accept_byte(b',');
                Some(())
            }
            [b'}', _] => Some(()),
            _ => self.next_spaced_field(),
        }
    }

    #[inline(never)]
    fn next_spaced_field(&mut self) -> Option<()> {
        if self.accept(", ") {
            self.white_space();
            return (self.peek() == b'"').then_some(());
        }
        self.white_space();
        let expected = if self.accept_byte(b',') {
            self.long_white_space();
            // Not a brace, which must not follow a comma.
            b'"'
        } else {
            b'}'
        };
        (self.peek() == expected).then_some(())
    }
}
