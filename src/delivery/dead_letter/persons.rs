//! Whom a dead letter concerns, for erasures.

use super::DeadLetter;
use crate::hash::Algorithm;
use crate::json::Json;
use crate::message::{Identity, IdentityEncoding};

impl DeadLetter<'_> {
    /// Whether the letter has one of these values anywhere: identities, identifiers of profiles or
    /// devices. A value matches a text that is equal, a number with the same digits, and a text that
    /// is its MD5, SHA-1 or SHA-256 digest; case and white space around it do not matter. A message
    /// that could not be parsed matches if it contains the value.
    ///
    /// ```
    /// use hydrant::delivery::DeadLetter;
    ///
    /// let body = br#"{"type":"event_processing_request","mpid":"42","user_identities":
    ///     [{"type":"email","encoding":"md5","value":"3e3417d7ef77d5932a6734b916515ed5"}]}"#;
    /// let letter = DeadLetter::new(body, None, "refused", 1, 0);
    /// assert!(letter.concerns(&["Ada@Example.com"]) && letter.concerns(&["7", "42"]));
    /// assert!(!letter.concerns(&["grace@example.com"]));
    /// ```
    #[must_use]
    pub fn concerns(&self, values: &[&str]) -> bool {
        let wanted: Vec<String> = values.iter().flat_map(|value| forms(value)).collect();
        if let Some(text) = self.unparsed() {
            let text = text.to_lowercase();
            return wanted.iter().any(|value| text.contains(value));
        }
        let is_wanted = |text: &str| {
            let text = text.trim().to_lowercase();
            wanted.contains(&text)
        };
        let mut left: Vec<Json<'_>> = self.message().and_then(Json::new).into_iter().collect();
        while let Some(value) = left.pop() {
            match value.raw().as_bytes().first() {
                Some(b'"') if value.text().is_some_and(|text| is_wanted(&text)) => return true,
                Some(b'-' | b'0'..=b'9') if is_wanted(value.raw()) => return true,
                Some(b'{') => left.extend(value.members().map(|(_, value)| value)),
                Some(b'[') => left.extend(value.elements()),
                _ => {}
            }
        }
        false
    }
}

/// A value and its digests, in lower case; none for a blank one.
fn forms(value: &str) -> Vec<String> {
    let identity = Identity::new(IdentityEncoding::Raw, value);
    let plain = value.trim().to_lowercase();
    if plain.is_empty() {
        return Vec::new();
    }
    let algorithms = [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256];
    let digests = algorithms.map(|algorithm| identity.encode(algorithm));
    let digests = digests.into_iter().flatten().map(|it| it.to_string());
    std::iter::once(plain).chain(digests).collect()
}
