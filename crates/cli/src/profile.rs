//! The profiles of `hydrant::hash` by the names that `hash --normalize` and `process --hash` take.

use std::fmt;
use std::str::FromStr;

use hydrant::hash::{EmailGmail, Normalization, PhoneNumber, Profile};

/// A profile that the command line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedProfile {
    /// The normal form of the protocol.
    Standard,
    EmailGmail,
    /// With a default country, or without.
    Phone(PhoneNumber),
}

const STANDARD: &str = "standard";
const EMAIL_GMAIL: &str = "email-gmail";
const PHONE_E164: &str = "phone-e164";
const PHONE_DIGITS: &str = "phone-digits";
const NAMES: [&str; 4] = [STANDARD, EMAIL_GMAIL, PHONE_E164, PHONE_DIGITS];

impl NamedProfile {
    /// What a value is not if the profile has no text for it: one value, and several.
    pub(super) fn subjects(self) -> [&'static str; 2] {
        match self {
            Self::Standard => ["an identity", "identities"],
            Self::EmailGmail => ["an e-mail address", "e-mail addresses"],
            Self::Phone(_) => ["a valid telephone number", "valid telephone numbers"],
        }
    }
}

impl FromStr for NamedProfile {
    type Err = ParseProfileError;

    /// Reads `email-gmail` or, with a default country, `phone-e164:US`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, country) = match text.split_once(':') {
            Some((name, country)) => (name.trim(), Some(country.trim())),
            None => (text.trim(), None),
        };
        let phone = |profile: PhoneNumber| match country {
            None => Ok(Self::Phone(profile)),
            Some(country) => match country.parse() {
                Ok(country) => Ok(Self::Phone(profile.default_country(country))),
                Err(_) => Err(ParseProfileError::Country(country.to_owned())),
            },
        };
        match (name, country) {
            (PHONE_E164, _) => phone(PhoneNumber::E164),
            (PHONE_DIGITS, _) => phone(PhoneNumber::DIGITS),
            (STANDARD, None) => Ok(Self::Standard),
            (EMAIL_GMAIL, None) => Ok(Self::EmailGmail),
            (STANDARD | EMAIL_GMAIL, Some(_)) => Err(ParseProfileError::NoCountry(name.to_owned())),
            _ => Err(ParseProfileError::Name(name.to_owned())),
        }
    }
}

impl Profile for NamedProfile {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        match self {
            Self::Standard => Normalization::STANDARD.normalize(value, buffer),
            Self::EmailGmail => EmailGmail.normalize(value, buffer),
            Self::Phone(profile) => profile.normalize(value, buffer),
        }
    }
}

/// The text does not name a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParseProfileError {
    /// The name is unknown.
    Name(String),
    /// The default country is unknown.
    Country(String),
    /// A default country after the name of a profile that does not take one.
    NoCountry(String),
}

impl fmt::Display for ParseProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => {
                let names = NAMES.join(", ");
                write!(f, "unknown profile `{name}`, expected one of {names}")?;
                match nearest(name) {
                    Some(known) => write!(f, "; is it `{known}`?"),
                    None => Ok(()),
                }
            }
            Self::Country(country) => write!(
                f,
                "unknown country `{country}`, expected two letters of ISO 3166-1, for example \
                 {PHONE_E164}:US"
            ),
            Self::NoCountry(name) => write!(
                f,
                "`{name}` has no default country, only {PHONE_E164} and {PHONE_DIGITS} have one"
            ),
        }
    }
}

impl std::error::Error for ParseProfileError {}

/// The name that is probably meant: by the measure and the threshold of clap, or the first one of
/// which the text is a part.
fn nearest(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let similar = NAMES.iter().map(|name| (strsim::jaro(&text, name), *name));
    let most = similar.max_by(|(one, _), (other, _)| one.total_cmp(other));
    let most = most.filter(|(similarity, _)| *similarity > 0.7);
    let part = || {
        let name = NAMES.iter().find(|name| name.contains(&text))?;
        (text.len() > 2).then_some(*name)
    };
    most.map(|(_, name)| name).or_else(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let us = "US".parse().unwrap();
        for (text, expected) in [
            ("standard", NamedProfile::Standard),
            (" email-gmail ", NamedProfile::EmailGmail),
            ("phone-e164", NamedProfile::Phone(PhoneNumber::E164)),
            (
                "phone-e164:US",
                NamedProfile::Phone(PhoneNumber::E164.default_country(us)),
            ),
            (
                "phone-digits : us",
                NamedProfile::Phone(PhoneNumber::DIGITS.default_country(us)),
            ),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_name_the_profiles_and_the_nearest() {
        let message = |text: &str| text.parse::<NamedProfile>().unwrap_err().to_string();
        let names = "expected one of standard, email-gmail, phone-e164, phone-digits";
        for (text, near) in [
            ("email-gmial", "; is it `email-gmail`?"),
            ("Email-Gmail", "; is it `email-gmail`?"),
            ("gmail", "; is it `email-gmail`?"),
            ("phone_e164", "; is it `phone-e164`?"),
            ("e164:US", "; is it `phone-e164`?"),
            ("digits", "; is it `phone-digits`?"),
            ("default", ""),
            ("", ""),
            ("xyz", ""),
        ] {
            let name = text.split(':').next().unwrap();
            let expected = format!("unknown profile `{name}`, {names}{near}");
            assert_eq!(message(text), expected);
        }
        assert_eq!(
            message("phone-e164:UK"),
            "unknown country `UK`, expected two letters of ISO 3166-1, for example phone-e164:US"
        );
        assert_eq!(
            message("email-gmail:US"),
            "`email-gmail` has no default country, only phone-e164 and phone-digits have one"
        );
        assert!(message("phone-e164:").starts_with("unknown country ``,"));
    }
}
