//! Access to a buffer of which only the end may be written.

use std::fmt;
use std::io;

use super::JsonWriter;

/// The end of a buffer: bytes can be appended, and what was there before can be neither read nor
/// changed. The payloads of records are written through it.
///
/// ```
/// use std::io::Write as _;
///
/// use hydrant::write::Append;
///
/// let mut buffer = b"before ".to_vec();
/// let mut payload = Append::new(&mut buffer);
/// payload.push(b"id=");
/// write!(payload, "{:03} ", 7)?;
/// payload.json().object(|json| json.bool_field("ok", true));
/// assert_eq!(buffer, br#"before id=007 {"ok":true}"#);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Append<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Append<'o> {
    /// The end of this buffer.
    #[inline]
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Appends bytes as they are.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Appends what is written to the [`JsonWriter`].
    #[inline]
    #[must_use]
    pub fn json(&mut self) -> JsonWriter<'_> {
        JsonWriter::new(self.out)
    }
}

/// It does not fail.
impl io::Write for Append<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.push(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The buffer may hold personal data; nothing of it is shown.
impl fmt::Debug for Append<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Append").finish_non_exhaustive()
    }
}
