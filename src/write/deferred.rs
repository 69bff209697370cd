//! JSON fields whose digests are computed later.

use super::JsonWriter;
use crate::hash::{Deferred, DeferredDigests};

impl JsonWriter<'_> {
    /// Writes a text field with the placeholder of a digest, which [`DeferredDigests::fill`]
    /// overwrites when the output is complete.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, DeferredDigests};
    /// use hydrant::write::JsonWriter;
    ///
    /// let (mut digests, mut out) = (DeferredDigests::new(), Vec::new());
    /// let user = digests.add(Algorithm::Md5, "abc");
    /// JsonWriter::new(&mut out).object(|json| json.digest_field("user", user, &mut digests));
    /// digests.fill(&mut out)?;
    /// assert_eq!(out, br#"{"user":"900150983cd24fb0d6963f7d28e17f72"}"#);
    /// # Ok::<(), hydrant::hash::MisplacedDigests>(())
    /// ```
    pub fn digest_field(&mut self, key: &str, digest: Deferred, digests: &mut DeferredDigests) {
        let placeholder = digest.placeholder();
        self.text_field(key, placeholder);
        // The closing quotation mark follows the placeholder.
        digests.place(digest, self.position() - placeholder.len() - 1);
    }
}
