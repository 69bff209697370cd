//! The types of the standard library that values of settings can be converted to, other than those
//! of the protocol (`setting.rs`).

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use super::FromSetting;
use crate::message::SettingType;

impl FromSetting<'_> for String {
    const EXPECTED: &'static str = "text";
    const KINDS: &'static [SettingType<'static>] = SettingType::ALL;
    fn from_setting(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Borrows the text.
impl<'a> FromSetting<'a> for Cow<'a, str> {
    const EXPECTED: &'static str = "text";
    const KINDS: &'static [SettingType<'static>] = SettingType::ALL;
    fn from_setting(text: &'a str) -> Option<Self> {
        Some(Cow::Borrowed(text))
    }
}

/// Reads a number of whole seconds. The label or the description should name the unit.
///
/// ```
/// use hydrant::registration::FromSetting;
/// use std::time::Duration;
/// assert_eq!(Duration::from_setting("90"), Some(Duration::from_secs(90)));
/// assert_eq!(Duration::from_setting("90s"), None);
/// ```
impl FromSetting<'_> for Duration {
    const EXPECTED: &'static str = "a number of seconds";
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Integer];
    const LIMITS: Option<(i64, i64)> = Some((0, i64::MAX));
    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::from_secs)
    }
}

/// [`SettingValues::field`](super::SettingValues::field) returns `None` if the setting is missing. An
/// empty text is a value, which is invalid for a number.
impl<'a, T: FromSetting<'a>> FromSetting<'a> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const KINDS: &'static [SettingType<'static>] = T::KINDS;
    const TEXTS: &'static [&'static str] = T::TEXTS;
    const LIMITS: Option<(i64, i64)> = T::LIMITS;
    fn from_setting(text: &'a str) -> Option<Self> {
        T::from_setting(text).map(Some)
    }
    fn missing() -> Option<Self> {
        Some(None)
    }
}

/// Reads a list with commas between its elements. White space around an element is removed, and
/// empty elements are dropped.
///
/// ```
/// use hydrant::registration::FromSetting;
/// assert_eq!(Vec::<&str>::from_setting("us, eu,,"), Some(vec!["us", "eu"]));
/// assert_eq!(Vec::<i64>::from_setting("1,many"), None);
/// assert_eq!(Vec::<i64>::EXPECTED, "a list with commas whose elements are each a 64-bit integer");
/// ```
impl<'a, T: FromSetting<'a>> FromSetting<'a> for Vec<T> {
    const EXPECTED: &'static str = ListOf::<T>::EXPECTED;
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Text];
    fn from_setting(text: &'a str) -> Option<Self> {
        let elements = text.split(',').map(str::trim);
        let elements = elements.filter(|element| !element.is_empty());
        elements.map(T::from_setting).collect()
    }
}

/// The expected value of a list.
struct ListOf<T>(PhantomData<T>);

impl<'a, T: FromSetting<'a>> ListOf<T> {
    const PREFIX: &'static str = "a list with commas whose elements are each ";
    const BYTES: [u8; 256] = joined(Self::PREFIX, T::EXPECTED);
    /// Without the element if it is too long.
    const EXPECTED: &'static str = {
        let length = Self::PREFIX.len() + T::EXPECTED.len();
        match Self::BYTES.split_at_checked(length) {
            Some((text, _)) => match std::str::from_utf8(text) {
                Ok(text) => text,
                Err(_) => "a list with commas",
            },
            None => "a list with commas",
        }
    };
}

/// As much of both texts as there is room for.
const fn joined(first: &str, second: &str) -> [u8; 256] {
    let mut bytes = [0; 256];
    let mut room: &mut [u8] = &mut bytes;
    let (mut text, mut next) = (first.as_bytes(), second.as_bytes());
    while let [byte, rest @ ..] = room {
        if text.is_empty() {
            (text, next) = (next, &[]);
        }
        let [head, tail @ ..] = text else { break };
        *byte = *head;
        (text, room) = (tail, rest);
    }
    bytes
}
