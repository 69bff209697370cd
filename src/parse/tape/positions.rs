//! Where the nodes of the tape stand in the text. Each node stems from the one structural character that begins it, so
//! counting through both lists side by side finds the byte of any node, lazily and forwards, in one pass in all.

/// Nodes and structural characters, side by side.
#[derive(Clone, Copy)]
pub(in crate::parse) struct Positions<'t> {
    structurals: &'t [u32],
    next: usize,
    node: usize,
}

impl<'t> Positions<'t> {
    /// Stands at the beginning.
    pub(in crate::parse) fn new(structurals: &'t [u32]) -> Self {
        Self {
            structurals,
            next: 0,
            node: 0,
        }
    }

    /// The byte at which the node begins. Asking for nodes in order costs one pass in all.
    pub(in crate::parse) fn offset_of(&mut self, node: usize, input: &[u8]) -> usize {
        if node < self.node {
            (self.next, self.node) = (0, 0);
        }
        while let Some(&offset) = self.structurals.get(self.next) {
            let offset = offset as usize;
            match input.get(offset) {
                Some(b',' | b':' | b'}' | b']') => {}
                Some(_) if self.node == node => return offset,
                Some(_) => self.node += 1,
                None => break,
            }
            self.next += 1;
        }
        input.len()
    }

    /// The byte after the object or list of this node, which begins at the place last asked for and has `count` nodes
    /// inside; the count goes on behind it.
    pub(in crate::parse) fn end_of_container(&mut self, count: usize, input: &[u8]) -> usize {
        // The bracket that closes it is the first structural character back at depth zero.
        let mut depth = 0usize;
        while let Some(&offset) = self.structurals.get(self.next) {
            match input.get(offset as usize) {
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
        input.len()
    }
}
