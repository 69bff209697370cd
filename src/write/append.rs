//! A buffer that can only grow.

use super::JsonWriter;

/// The end of a buffer: what is there already can neither be read nor changed.
#[derive(Debug)]
pub struct Append<'o>(&'o mut Vec<u8>);

impl<'o> Append<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        Self(out)
    }

    /// Appends bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Appends JSON.
    pub fn json(&mut self) -> JsonWriter<'_> {
        JsonWriter::new(self.0)
    }
}
