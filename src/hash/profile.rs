//! Profiles: the text that an ad platform hashes, where it is not the normal form of the protocol.
//!
//! A profile may find no text: what is not an e-mail address or a telephone number has a digest
//! that matches nobody, so it has none. `docs/semantics.md`, section H, lists the profiles and the
//! documents that they follow.

use std::mem;

use super::normalize::{is_white, lower_case_into};
use super::window::WINDOW;
use super::{Algorithm, Hasher, HexDigest, HexDigests, Input, Normalization, hash_one, normalize};

/// Which text of an identity is hashed, if it has one.
///
/// [`Normalization`], the normal form of the protocol, has one for every value. [`EmailGmail`] and,
/// with the feature `phone`, `PhoneNumber` are what ad platforms ask for. [`hash_one_as`],
/// [`Hasher::hash_iter_as`], [`Identity::encode_as`] and [`DeferredDigests::add_identity_as`] take a
/// profile; implement the trait for identities of other kinds:
///
/// ```
/// use hydrant::hash::{Algorithm, Normalization, Profile, hash_one_as, normalize};
///
/// /// The first five digits of a postal code of the United States.
/// struct PostalCode;
///
/// impl Profile for PostalCode {
///     fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
///         let code = normalize(value, Normalization::STANDARD, buffer).get(..5)?;
///         code.bytes().all(|byte| byte.is_ascii_digit()).then_some(code)
///     }
/// }
///
/// let digest = hash_one_as(Algorithm::Sha256, PostalCode, "94043-1351");
/// assert_eq!(digest, hash_one_as(Algorithm::Sha256, Normalization::STANDARD, "94043"));
/// assert_eq!(hash_one_as(Algorithm::Sha256, PostalCode, "unknown"), None);
/// ```
///
/// [`Identity::encode_as`]: crate::message::Identity::encode_as
/// [`DeferredDigests::add_identity_as`]: super::DeferredDigests::add_identity_as
pub trait Profile {
    /// The text of `value` to be hashed, in `value` itself or in `buffer`, whose previous content
    /// has no meaning. None if `value` is not of the kind of identity that the profile is for.
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str>;
}

impl<P: Profile + ?Sized> Profile for &P {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        (**self).normalize(value, buffer)
    }
}

/// As the function [`normalize`]; every value has a text.
impl Profile for Normalization {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        Some(normalize(value, *self, buffer))
    }
}

/// An e-mail address as Google's advertising products hash it: trimmed, in lower case and without
/// white space; in addresses at `gmail.com` and `googlemail.com` also without dots in the local
/// part, and without `+` and what follows it there.
///
/// The rules are those of the [Data Manager API], with which Google Ads receives customer lists and
/// conversions. The domain is not changed: `googlemail.com` stays. [UID2] has the same rules for
/// `gmail.com`, but none for `googlemail.com`. Meta and most others hash the normal form of the
/// protocol, [`Normalization::STANDARD`].
///
/// A value without exactly one `@` and text on both sides of it has no text to be hashed, and
/// neither has an address of which only the domain is left (`+news@gmail.com`).
///
/// ```
/// use hydrant::hash::{EmailGmail, Profile};
///
/// let mut buffer = String::new();
/// let mut normal = |value| EmailGmail.normalize(value, &mut buffer).map(str::to_owned);
/// assert_eq!(normal("Cloudy.SanFrancisco+shopping@Gmail.com").unwrap(), "cloudysanfrancisco@gmail.com");
/// assert_eq!(normal("user.name+NYC@Example.com").unwrap(), "user.name+nyc@example.com");
/// assert_eq!(normal("not an address"), None);
/// ```
///
/// [Data Manager API]: https://developers.google.com/data-manager/api/devguides/concepts/formatting
/// [UID2]: https://unifiedid.com/docs/getting-started/gs-normalization-encoding
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EmailGmail;

/// The domains of one mail service, in which dots and what follows `+` do not change the mailbox.
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

impl Profile for EmailGmail {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        let value = Normalization::STANDARD.trimmed(value);
        if !lower_case_into(value, buffer) {
            buffer.clear();
            buffer.push_str(value);
        }
        buffer.retain(|c| !is_white(c));
        let (local, domain) = buffer.split_once('@')?;
        if domain.is_empty() || domain.contains('@') {
            return None;
        }
        if GMAIL.contains(&domain) {
            let at = local.len();
            let tag = local.find('+').unwrap_or(at);
            buffer.drain(tag..at);
            let mut in_local_part = true;
            buffer.retain(|c| {
                in_local_part &= c != '@';
                !(in_local_part && c == '.')
            });
        }
        (!buffer.starts_with('@')).then_some(buffer)
    }
}

impl Hasher {
    /// As [`hash_iter`](Self::hash_iter), with a [`Profile`]. The entry of a plain value for which
    /// the profile has no text is empty; a digest never is.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, EmailGmail, Hasher, HexDigests, Input};
    ///
    /// let inputs = ["Ada.Lovelace@gmail.com", "adalovelace@gmail.com", "Ada"].map(Input::Raw);
    /// let mut digests = HexDigests::new();
    /// Hasher::new().hash_iter_as(Algorithm::Sha256, EmailGmail, inputs, &mut digests);
    /// assert_eq!(digests.get(0), digests.get(1));
    /// assert_eq!(digests.get(2), Some(""));
    /// ```
    pub fn hash_iter_as<'i>(
        &mut self,
        algorithm: Algorithm,
        profile: impl Profile,
        inputs: impl IntoIterator<Item = Input<'i>>,
        out: &mut HexDigests,
    ) {
        out.clear();
        let mut texts = mem::take(&mut self.texts);
        let mut inputs = inputs.into_iter();
        loop {
            texts.clear();
            // The range of a text, or what is copied.
            let mut gathered: [Result<(usize, usize), &str>; WINDOW] = [Err(""); WINDOW];
            let mut count = 0;
            for (place, input) in gathered.iter_mut().zip(&mut inputs) {
                *place = match input {
                    Input::Raw(value) => match profile.normalize(value, &mut self.text) {
                        Some(text) => {
                            let start = texts.len();
                            texts.push_str(text);
                            Ok((start, texts.len()))
                        }
                        None => Err(""),
                    },
                    Input::Encoded(value) => Err(value),
                };
                count += 1;
            }
            let inputs = gathered.map(|place| match place {
                Ok((start, end)) => Input::Raw(texts.get(start..end).unwrap_or_default()),
                Err(value) => Input::Encoded(value),
            });
            self.append(
                algorithm,
                Normalization::VERBATIM,
                inputs.get(..count).unwrap_or_default(),
                out,
            );
            if count < WINDOW {
                break;
            }
        }
        self.texts = texts;
    }
}

/// Encodes one plain value with a [`Profile`], if the profile has a text for it.
///
/// ```
/// use hydrant::hash::{Algorithm, EmailGmail, hash_one_as};
///
/// // The example in the documentation of UID2.
/// let digest = hash_one_as(Algorithm::Sha256, EmailGmail, "JANE.SAOIRSE@gmail.com").unwrap();
/// assert_eq!(digest, "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f");
/// assert!(hash_one_as(Algorithm::Sha256, EmailGmail, "+1 650 555 1212").is_none());
/// ```
#[must_use]
pub fn hash_one_as(algorithm: Algorithm, profile: impl Profile, value: &str) -> Option<HexDigest> {
    let mut buffer = String::new();
    let text = profile.normalize(value, &mut buffer)?;
    Some(hash_one(algorithm, Normalization::VERBATIM, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(value: &str) -> Option<String> {
        let mut buffer = String::from("left from before");
        EmailGmail.normalize(value, &mut buffer).map(str::to_owned)
    }

    #[test]
    fn addresses_of_the_documents() {
        for (value, expected) in [
            // Google, Data Manager API, Format user data.
            (
                "cloudy.sanfrancisco+shopping@gmail.com",
                "cloudysanfrancisco@gmail.com",
            ),
            ("user.name+NYC@Example.com", "user.name+nyc@example.com"),
            // Google, tests of the utilities for the Data Manager API
            // (github.com/googleads/data-manager-java, UserDataFormatterTest.java).
            ("QuinnY@EXAMPLE.com", "quinny@example.com"),
            (
                "j.e.f..ferson.Loves.hiking@gmail.com",
                "jeffersonloveshiking@gmail.com",
            ),
            (
                "jefferson.Loves.hiking@googlemail.com",
                "jeffersonloveshiking@googlemail.com",
            ),
            ("Jane.Doe+shopping@gmail.com", "janedoe@gmail.com"),
            ("Jane.Doe+shopping@googlemail.com", "janedoe@googlemail.com"),
            // UID2, Normalization and Encoding.
            ("jane.doe@gmail.com", "janedoe@gmail.com"),
            ("janedoe+home@gmail.com", "janedoe@gmail.com"),
            ("MYEMAIL@example.com", "myemail@example.com"),
            ("My.Email@example.com", "my.email@example.com"),
            (
                "JaneSaoirse+Work@example.com",
                "janesaoirse+work@example.com",
            ),
            ("JANE.SAOIRSE@gmail.com", "janesaoirse@gmail.com"),
            ("JaneSaoirse+Work@gmail.com", "janesaoirse@gmail.com"),
        ] {
            assert_eq!(email(value).as_deref(), Some(expected));
            assert_eq!(email(expected).as_deref(), Some(expected));
        }
    }

    #[test]
    fn unusual_addresses() {
        for (value, expected) in [
            (" \u{a0}Ada@Gmail.com\r\n", "ada@gmail.com"),
            // White space in the middle, also where it was beside what is removed.
            (". a d a\u{a0}+ x@gmail . com", "ada@gmail.com"),
            ("ada@ gmail.com", "ada@gmail.com"),
            ("a.d.a+b.c+d@gmail.com", "ada@gmail.com"),
            ("ada+@gmail.com", "ada@gmail.com"),
            ("ÄDA.Σ@gmail.com", "ädaς@gmail.com"),
            ("ADA@GMAİL.COM", "ada@gmai\u{307}l.com"),
            // Other domains that look alike.
            ("a.d+a@gmail.com.", "a.d+a@gmail.com."),
            ("a.d+a@mail.gmail.com", "a.d+a@mail.gmail.com"),
            ("a.d+a@notgmail.com", "a.d+a@notgmail.com"),
            ("a.d+a@gmail.co", "a.d+a@gmail.co"),
        ] {
            assert_eq!(email(value).as_deref(), Some(expected), "{value}");
            assert_eq!(email(expected).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_is_not_an_address_has_no_text() {
        for value in [
            "",
            " ",
            "\u{200b}",
            "@",
            "ada",
            "@gmail.com",
            "ada@",
            "ada@ ",
            " @gmail.com",
            "ada@b@gmail.com",
            "ada@@gmail.com",
            // Nothing is left of the local part.
            "+news@gmail.com",
            "...@gmail.com",
            ".+ada@googlemail.com",
            "+1 650 555 1212",
        ] {
            assert_eq!(email(value), None, "{value}");
        }
        assert!(email(&"a.".repeat(1_000_000)).is_none());
        let long = "a.".repeat(100_000) + "@gmail.com";
        assert_eq!(email(&long).map(|text| text.len()), Some(100_010));
    }
}
