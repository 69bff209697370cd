//! Members of families that this version does not know.

use std::fmt;

use super::Decoder;

/// A member of a family that this version does not know: an event, an environment, a notification,
/// a setting or a kind of authentication that was added to the protocol later. It is kept, counted
/// and written back unchanged (D31).
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown<'a> {
    /// The discriminator.
    pub type_name: &'a str,
    /// The JSON text of the whole object, as it is in the message.
    pub raw: &'a str,
}

/// The source text may contain identities, so only the type is shown.
impl fmt::Debug for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown")
            .field("type_name", &self.type_name)
            .field("raw", &format_args!("[redacted]"))
            .finish()
    }
}

/// The text of an enumeration value that this version does not know. Only the crate creates and
/// reads it, so that users cannot match such a value by its text in a pattern, which would silently
/// stop matching when a later version knows the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownText<'a>(pub(crate) &'a str);

/// A type that keeps undeclared members.
pub(crate) trait UnknownMember<'a>: Copy {
    /// Reads the object that comes next.
    fn decode<D: Decoder<'a>>(type_name: &'a str, decoder: &mut D) -> Result<Self, D::Fault>;
    /// The discriminator.
    fn type_name(&self) -> &'a str;
    /// The source text.
    fn raw(&self) -> &'a str;
}

impl<'a> UnknownMember<'a> for Unknown<'a> {
    fn decode<D: Decoder<'a>>(type_name: &'a str, decoder: &mut D) -> Result<Self, D::Fault> {
        let raw = decoder.raw()?;
        Ok(Self { type_name, raw })
    }
    fn type_name(&self) -> &'a str {
        self.type_name
    }
    fn raw(&self) -> &'a str {
        self.raw
    }
}
