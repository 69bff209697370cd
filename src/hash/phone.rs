//! Telephone numbers in the form of E.164, by the metadata of Google's libphonenumber.

use std::error;
use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use super::Profile;

/// A telephone number in the international form of E.164: country calling code and number, only
/// digits. Needs the feature `phone`.
///
/// Ad platforms agree on the digits, but not on the `+` before them:
///
/// | profile | text | for |
/// |---|---|---|
/// | [`PhoneNumber::E164`] | `+16505551212` | [Google], [UID2] |
/// | [`PhoneNumber::DIGITS`] | `16505551212` | [Meta], [Snap], [Criteo] |
///
/// Numbers are read as by [libphonenumber]: with any punctuation, in the digits of any script, as
/// `tel:` URIs, with letters of the keypad (`1-800-FLOWERS`) and with an extension, which is not
/// part of the text. A number without `+` is one of the [default country](Self::default_country), as
/// it is dialled there; without a default country it has no text, because its first digits may be
/// a country calling code or an area code.
///
/// A number that libphonenumber does not consider valid has no text either: too short or too long,
/// without its area code, or in a range that is not in use in its country. Its digest would match
/// nobody. The ranges are those of the version of `rlibphonenumber` that is compiled; update it from
/// time to time.
///
/// ```
/// use hydrant::hash::{Algorithm, PhoneNumber, Profile, hash_one_as};
///
/// let us = PhoneNumber::DIGITS.default_country("US".parse()?);
/// let mut buffer = String::new();
/// assert_eq!(us.normalize("(650)555-1212", &mut buffer), Some("16505551212"));
/// assert_eq!(us.normalize("555-1212", &mut buffer), None);
///
/// // The example in the documentation of Meta.
/// let digest = hash_one_as(Algorithm::Sha256, us, "(650)555-1212").unwrap();
/// assert_eq!(digest, "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176");
///
/// assert_eq!(PhoneNumber::E164.normalize("+44 (0)20 7031 3000", &mut buffer), Some("+442070313000"));
/// assert_eq!(PhoneNumber::E164.normalize("020 7031 3000", &mut buffer), None);
/// # Ok::<(), hydrant::hash::ParseCountryError>(())
/// ```
///
/// [Google]: https://developers.google.com/data-manager/api/devguides/concepts/formatting
/// [UID2]: https://unifiedid.com/docs/getting-started/gs-normalization-encoding
/// [Meta]: https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
/// [Snap]: https://developers.snap.com/api/marketing-api/Conversions-API/BestPractices
/// [Criteo]: https://help.criteo.com/kb/guide/en/criteo-onetag-advanced-settings-M2TiX6m90K/Steps/886908,4106561,4106563
/// [libphonenumber]: https://github.com/google/libphonenumber
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    plus: bool,
    default_country: Option<Country>,
}

impl PhoneNumber {
    /// With `+`, without a default country.
    pub const E164: Self = Self {
        plus: true,
        default_country: None,
    };

    /// Without `+` and without a default country.
    pub const DIGITS: Self = Self {
        plus: false,
        default_country: None,
    };

    /// Sets the country in which numbers without `+` are dialled.
    ///
    /// ```
    /// use hydrant::hash::{PhoneNumber, Profile};
    ///
    /// let germany = PhoneNumber::E164.default_country("DE".parse()?);
    /// let mut buffer = String::new();
    /// assert_eq!(germany.normalize("0151 12345678", &mut buffer), Some("+4915112345678"));
    /// assert_eq!(germany.normalize("00 1 650 555 1212", &mut buffer), Some("+16505551212"));
    /// # Ok::<(), hydrant::hash::ParseCountryError>(())
    /// ```
    #[must_use]
    pub const fn default_country(mut self, country: Country) -> Self {
        self.default_country = Some(country);
        self
    }
}

impl Profile for PhoneNumber {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        let country = self.default_country.map(|Country(region)| region);
        let number = PHONE_NUMBER_UTIL.parse(value, country).ok()?;
        if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return None;
        }
        let text = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        buffer.clear();
        buffer.push_str(match self.plus {
            true => &text,
            false => text.trim_start_matches('+'),
        });
        Some(buffer)
    }
}

/// A country with telephone numbers of its own, by its two letters of ISO 3166-1. Needs the feature
/// `phone`.
///
/// ```
/// use hydrant::hash::Country;
///
/// let country: Country = "us".parse()?;
/// assert_eq!(country.to_string(), "US");
/// assert!("UK".parse::<Country>().is_err(), "the code of the United Kingdom is GB");
/// # Ok::<(), hydrant::hash::ParseCountryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country(Region);

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.as_region_str())
    }
}

impl FromStr for Country {
    type Err = ParseCountryError;

    /// Reads two letters, in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let region = Region::from_code(text).map_err(|_| ParseCountryError(()))?;
        // Countries and territories; `World`, for satellites and others, is not among them.
        PHONE_NUMBER_UTIL
            .get_supported_regions()
            .any(|supported| supported == region)
            .then_some(Self(region))
            .ok_or(ParseCountryError(()))
    }
}

/// The text is not the code of a [`Country`].
///
/// The error does not contain the text, which may be an identity in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseCountryError(());

impl fmt::Display for ParseCountryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown country: expected two letters of ISO 3166-1, for example `US`")
    }
}

impl error::Error for ParseCountryError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phone(value: &str, country: &str) -> Option<String> {
        let mut profile = PhoneNumber::E164;
        if !country.is_empty() {
            profile = profile.default_country(country.parse().unwrap());
        }
        let mut buffer = String::from("left from before");
        let text = profile.normalize(value, &mut buffer).map(str::to_owned);
        let digits = PhoneNumber {
            plus: false,
            ..profile
        };
        let digits = digits.normalize(value, &mut buffer);
        assert_eq!(
            text.as_deref().and_then(|text| text.strip_prefix('+')),
            digits
        );
        text
    }

    #[test]
    fn numbers_of_the_documents() {
        for (value, country, expected) in [
            // Google, Data Manager API, Format user data.
            ("(800)555-0100", "US", "+18005550100"),
            // Google, tests of the utilities for the Data Manager API
            // (github.com/googleads/data-manager-java, UserDataFormatterTest.java).
            ("1 800 555 0100", "US", "+18005550100"),
            ("+1 800-555-0100", "", "+18005550100"),
            ("441134960987", "GB", "+441134960987"),
            ("+44-113-496-0987", "", "+441134960987"),
            // Google, Customer Match (groups.google.com/g/adwords-api/c/GLqSCji7Hx0).
            ("+12125650000", "", "+12125650000"),
            ("+442070313000", "", "+442070313000"),
            // Meta, Customer Information Parameters.
            ("(650)555-1212", "US", "+16505551212"),
            // UID2, Normalization and Encoding.
            ("1 (234) 567-8901", "US", "+12345678901"),
            ("(02) 1234 5678", "AU", "+61212345678"),
            // Criteo, advanced settings of the OneTag.
            ("+33 1 40 40 22 90", "", "+33140402290"),
        ] {
            assert_eq!(phone(value, country).as_deref(), Some(expected));
            assert_eq!(phone(expected, "").as_deref(), Some(expected));
        }
    }

    #[test]
    fn unusual_numbers() {
        for (value, country, expected) in [
            (" \t+1 (650) 555-1212\r\n", "", "+16505551212"),
            // A number with `+` is not one of the default country.
            ("+1 650 555 1212", "DE", "+16505551212"),
            ("011 44 20 7031 3000", "US", "+442070313000"),
            // Extensions.
            ("+1 650 555 1212 ext. 99", "", "+16505551212"),
            ("650-555-1212x99", "us", "+16505551212"),
            ("tel:+1-650-555-1212;ext=99", "", "+16505551212"),
            // Digits that are not ASCII.
            ("٠١٠ ١٢٣٤ ٥٦٧٨", "EG", "+201012345678"),
            ("＋１６５０５５５１２１２", "", "+16505551212"),
            // Letters of the keypad.
            ("1-800-FLOWERS", "US", "+18003569377"),
            // Zeros of the national form that are dialled, and such that are part of the number.
            ("+49(0)15112345678", "", "+4915112345678"),
            ("02 3661 8300", "IT", "+390236618300"),
            ("011 15-1234-5678", "AR", "+5491112345678"),
            // Numbers that belong to no country.
            ("+800 1234 5678", "", "+80012345678"),
        ] {
            assert_eq!(phone(value, country).as_deref(), Some(expected), "{value}");
            assert_eq!(
                phone(expected, country).as_deref(),
                Some(expected),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_not_a_number_has_no_text() {
        for (value, country) in [
            ("", ""),
            ("", "US"),
            (" \u{200b}", "US"),
            ("+", ""),
            ("+", "US"),
            ("++++", "US"),
            ("tel:", "US"),
            ("ext. 5", "US"),
            ("unknown", "US"),
            ("jane@example.com", "US"),
            ("0", "US"),
            ("0000000000", "US"),
            // Without a country.
            ("(650)555-1212", ""),
            ("16505551212", ""),
            ("00442070313000", ""),
            // Without an area code, too short, too long, in no range.
            ("555-1212", "US"),
            ("+1 555 1212", ""),
            ("911", "US"),
            ("+1 650 555 12", ""),
            ("+1 650 555 1212 1213", ""),
            ("+1 055 555 1212", ""),
            // A country calling code that does not exist.
            ("+999 1234 5678", ""),
            ("+0123456789", ""),
            // Two numbers, a letter in a number.
            ("6502530000, 6502530001", "US"),
            ("+3367a829916", ""),
        ] {
            assert_eq!(phone(value, country), None, "{value} {country}");
        }
        assert_eq!(phone(&"1".repeat(1_000_000), "US"), None);
        assert_eq!(phone(&"+1 650 555 1212 ".repeat(10_000), "US"), None);
    }

    #[test]
    fn countries_are_two_letters() {
        for text in ["US", "de", "Gb"] {
            let country: Country = text.parse().unwrap();
            assert_eq!(country.to_string(), text.to_uppercase());
        }
        for text in ["", "U", "USA", "001", "XX", "UK", "U1", " US", "ÜS", "+1"] {
            assert_eq!(
                text.parse::<Country>(),
                Err(ParseCountryError(())),
                "{text}"
            );
        }
        let error = "ada@example.com".parse::<Country>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ada"), "{error}");
    }

    proptest! {
        #[test]
        fn texts_are_their_own_texts(
            value in prop_oneof![
                2 => "[+]?[0-9]{5,16}",
                2 => "[+＋]?[0-9٠-٩() ./-]{4,24}(( ext[.]? |x|;ext=)[0-9]{1,5})?",
                1 => "(tel:)?[+]?[0-9A-Za-z;=+() -]{0,30}(;phone-context=[+0-9a-z.-]{0,12})?",
                1 => any::<String>(),
            ],
            country in prop::sample::select(&["", "US", "DE", "GB", "IT", "AR", "BR", "IN", "EG"][..]),
        ) {
            if let Some(text) = phone(&value, country) {
                let digits = text.strip_prefix('+').unwrap_or_default();
                let of_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
                prop_assert!((4..=17).contains(&digits.len()) && of_digits);
                prop_assert_eq!(phone(&text, country), Some(text.clone()));
                prop_assert_eq!(phone(&text, ""), Some(text));
            }
        }
    }
}
