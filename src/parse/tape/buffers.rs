//! The buffers of the complete path, and filling the tape.

use simd_json::{Buffers, INPUT_PADDING, Node, Tape};

use super::super::failed::Failed;
use super::super::memory::PER_STRUCTURAL;
use super::super::walker::{Trail, Walker, diagnose};

// The limit on memory assumes this size.
const _: () = assert!(size_of::<Node<'_>>() + size_of::<u32>() <= PER_STRUCTURAL);

/// The tape and everything needed to fill it, reused from message to message.
pub(in crate::parse) struct TapeBuffers {
    buffers: Buffers,
    /// The limit on nesting that `buffers` were made for.
    max_depth: usize,
    /// Empty between messages; only its capacity is reused.
    tape: Tape<'static>,
    /// The padded text, in which simd-json unescapes strings in place.
    text: Vec<u8>,
    /// The same after replacements, if simd-json refuses what the walk accepts.
    repaired: Vec<u8>,
    trail: Trail,
}

impl Default for TapeBuffers {
    fn default() -> Self {
        Self {
            buffers: Buffers::with_max_depth(0, 0),
            max_depth: 0,
            tape: Tape(Vec::new()),
            text: Vec::new(),
            repaired: Vec::new(),
            trail: Trail::default(),
        }
    }
}

impl TapeBuffers {
    /// Bytes allocated for the text.
    pub(in crate::parse) fn text_bytes(&self) -> usize {
        self.text.capacity()
    }

    /// Bytes allocated, approximately.
    pub(in crate::parse) fn memory(&self) -> usize {
        // simd-json does not report the size of its buffers: the string buffer is as long as the
        // text, and the index buffer grows with the nodes of the tape and may be twice as long.
        let nodes = self.tape.0.capacity();
        let tape = nodes * (size_of::<Node<'_>>() + 2 * size_of::<u32>());
        2 * self.text.capacity() + self.repaired.capacity() + tape + self.trail.bytes()
    }

    /// Fills the tape. Two things that simd-json refuses are accepted: lone surrogates, and numbers
    /// beyond its range, of which only the text is needed. Both are replaced at equal length in a
    /// second copy, from which the tape is filled.
    pub(super) fn fill(&mut self, text: &[u8], max_depth: usize) -> Result<Filled<'_>, Failed> {
        // simd-json accepts control characters in strings.
        if has_control_character(text) {
            return Err(diagnose(text, max_depth, None));
        }
        if self.max_depth != max_depth {
            self.buffers = Buffers::with_max_depth(0, max_depth);
            self.max_depth = max_depth;
        }
        copy_padded(&mut self.text, text);
        let mut filled = Filled {
            tape: std::mem::replace(&mut self.tape, Tape(Vec::new())).reset(),
            home: &mut self.tape,
            structurals: &[],
            blanked_numbers: false,
            lone_surrogates: &[],
        };
        let (length, buffers) = (text.len(), &mut self.buffers);
        if simd_json::fill_tape_padded(&mut self.text, length, buffers, &mut filled.tape).is_err() {
            repair(&mut self.repaired, &mut self.trail, text, max_depth)
                .map_err(|failed| diagnose(text, max_depth, Some(failed)))?;
            filled.blanked_numbers = true;
            filled.lone_surrogates = &self.trail.lone_surrogates;
            simd_json::fill_tape_padded(&mut self.repaired, length, buffers, &mut filled.tape)
                .map_err(|_| diagnose(text, max_depth, None))?;
        }
        filled.structurals = buffers.structural_indexes();
        Ok(filled)
    }
}

/// A filled tape. Dropping it, on any exit, returns the empty tape to its buffers.
pub(super) struct Filled<'a> {
    tape: Tape<'a>,
    home: &'a mut Tape<'static>,
    structurals: &'a [u32],
    blanked_numbers: bool,
    lone_surrogates: &'a [usize],
}

impl<'a> Filled<'a> {
    /// The nodes.
    pub(super) fn nodes(&self) -> &[Node<'a>] {
        &self.tape.0
    }

    /// The offsets of the structural characters in the text.
    pub(super) fn structurals(&self) -> &'a [u32] {
        self.structurals
    }

    /// Whether the numbers on the tape were replaced.
    pub(super) fn blanked_numbers(&self) -> bool {
        self.blanked_numbers
    }

    /// The offsets of the lone surrogate escapes, read as U+FFFD.
    pub(super) fn lone_surrogates(&self) -> &'a [usize] {
        self.lone_surrogates
    }
}

impl Drop for Filled<'_> {
    fn drop(&mut self) {
        *self.home = std::mem::replace(&mut self.tape, Tape(Vec::new())).reset();
    }
}

/// Whether there is a byte that JSON allows nowhere: a control character other than tab, line feed
/// and carriage return.
fn has_control_character(text: &[u8]) -> bool {
    // The loop is vectorized because it has no early exit inside the chunk.
    text.chunks(256).any(|chunk| {
        chunk.iter().fold(false, |found, &byte| {
            found | (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r')
        })
    })
}

/// Copies the text with numbers and lone surrogates replaced, and leaves the offsets of the
/// surrogates in `trail`.
fn repair(
    repaired: &mut Vec<u8>,
    trail: &mut Trail,
    text: &[u8],
    max_depth: usize,
) -> Result<(), Failed> {
    copy_padded(repaired, text);
    let mut walker = Walker::with_trail(std::mem::take(trail), text, max_depth);
    let walked = walker.run(usize::MAX, |start, end| {
        if let Some([first, rest @ ..]) = repaired.get_mut(start..end) {
            *first = b'0';
            rest.fill(b' ');
        }
    });
    *trail = walker.into_trail();
    walked?;
    for &at in &trail.lone_surrogates {
        if let Some(escape) = repaired.get_mut(at..at + 6) {
            escape.copy_from_slice(b"\\ufffd");
        }
    }
    Ok(())
}

/// Copies the text and appends the padding that simd-json may read.
fn copy_padded(buffer: &mut Vec<u8>, text: &[u8]) {
    buffer.clear();
    let size = text.len() + INPUT_PADDING;
    if buffer.capacity() < size {
        // The old buffer is freed first, and the new one has at most 1 MiB more than necessary.
        let ahead = (buffer.capacity() * 2).min(size + (1 << 20));
        *buffer = Vec::new();
        buffer.reserve_exact(size.max(ahead));
    }
    buffer.extend_from_slice(text);
    buffer.resize(text.len() + INPUT_PADDING, b' ');
}

#[cfg(test)]
mod tests {
    use super::super::super::memory;
    use super::*;

    /// The limit on memory counts as many structural characters as simd-json finds, also in text
    /// that is not JSON.
    #[test]
    fn structurals_are_not_more_than_are_charged() {
        let mut buffers = TapeBuffers::default();
        for text in [
            "[]",
            r#"{"a":1,"b c":"d, {e}","f":[true , null]}"#,
            r#"["a\"b,","\\",1 2 ,,"x"y]"#,
            r#"\"[[[["#,
            r#"[\\"[[[[", 1]"#,
        ] {
            let _ = buffers.fill(text.as_bytes(), 100);
            let found = buffers.buffers.structural_indexes().len();
            let charged = memory::structurals(text.as_bytes());
            assert!(
                found > 0 && found <= charged,
                "{text}: {found} of {charged}"
            );
        }
    }

    #[test]
    fn the_tape_keeps_its_capacity_on_every_exit() {
        let mut buffers = TapeBuffers::default();
        assert!(buffers.fill(b"[1,2,3]", 8).is_ok());
        let capacity = buffers.tape.0.capacity();
        assert!(capacity > 0);
        for text in ["[1,2", "[1,\u{1}]", "[\"\\ud800\"]", "[1,2,3]"] {
            let _ = buffers.fill(text.as_bytes(), 8);
            assert!(buffers.tape.0.is_empty(), "{text}");
            assert!(buffers.tape.0.capacity() >= capacity, "{text}");
        }
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _filled = buffers.fill(b"[1]", 8);
            std::panic::resume_unwind(Box::new("unwinding"));
        }));
        assert!(unwound.is_err());
        assert!(buffers.tape.0.capacity() >= capacity);
    }
}
