//! The positions of the tape's nodes in the text. Each node corresponds to the structural character
//! that begins it, so counting through both lists in parallel finds the offset of any node: lazily,
//! forwards, and in one pass for a message.
//!
//! ```text
//!  text          { "a" : [ 1 , 2 ] }
//!  structurals   { "   : [ 1 , 2 ] }
//!  nodes         0 1     2 3   4            object, "a", list, 1, 2
//! ```

/// A pair of corresponding positions in both lists.
#[derive(Clone, Copy)]
pub(super) struct Positions<'t> {
    structurals: &'t [u32],
    next: usize,
    node: usize,
}

impl<'t> Positions<'t> {
    /// The beginning of both lists.
    pub(super) fn new(structurals: &'t [u32]) -> Self {
        Self {
            structurals,
            next: 0,
            node: 0,
        }
    }

    /// The offset at which a node begins. For nodes in ascending order all calls together take one
    /// pass.
    pub(super) fn offset_of(&mut self, node: usize, text: &[u8]) -> usize {
        if node < self.node {
            (self.next, self.node) = (0, 0);
        }
        while let Some(&offset) = self.structurals.get(self.next) {
            let offset = offset as usize;
            match text.get(offset) {
                Some(b',' | b':' | b'}' | b']') => {}
                Some(_) if self.node == node => return offset,
                Some(_) => self.node += 1,
                None => break,
            }
            self.next += 1;
        }
        text.len()
    }

    /// The offset after the object or list whose offset was requested last, and which has `count`
    /// nodes inside. Counting continues after it.
    pub(super) fn end_of_container(&mut self, count: usize, text: &[u8]) -> usize {
        // The bracket that closes it is the first structural character after which the depth is
        // zero again.
        let mut depth = 0usize;
        while let Some(&offset) = self.structurals.get(self.next) {
            match text.get(offset as usize) {
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.next += 1;
            if depth == 0 {
                self.node += count + 1;
                return offset as usize + 1;
            }
        }
        text.len()
    }
}
