//! [`Append`]: append-only access to a buffer.

use std::fmt;
use std::io;

use super::JsonWriter;

/// Append-only access to a buffer: its previous content can be neither read nor changed. Payloads
/// of records are written with it.
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
    /// Creates a writer that appends to this buffer.
    #[inline]
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Appends bytes unchanged.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A [`JsonWriter`] that appends to the same buffer.
    #[inline]
    #[must_use]
    pub fn json(&mut self) -> JsonWriter<'_> {
        JsonWriter::new(self.out)
    }
}

/// Writing never fails.
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

/// Does not show the buffer, which may hold personal data.
impl fmt::Debug for Append<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Append").finish_non_exhaustive()
    }
}
