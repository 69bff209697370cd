//! [`Json`]: JSON that is inside a field as text, read when it is asked for, such as the payload of
//! a push message.

pub(crate) mod reader;

use std::borrow::Cow;
use std::fmt;

use crate::message::{PushMessageOpenEvent, PushMessageReceiptEvent};

/// A value in a JSON text. Nothing is parsed in advance: each method reads the text from the
/// beginning of the value, so a lookup takes time linear in its length and allocates only for
/// strings with escapes.
///
/// Brackets and strings must be complete; what is inside is checked when it is read. For more than a
/// few lookups in a large text, a JSON library is faster. `Debug` does not show the text.
///
/// ```
/// use hydrant::json::Json;
///
/// let payload = Json::new(r#"{"aps":{"alert":"Hi \"Ada\"","badge":2},"m":"{\"id\":7}"}"#).unwrap();
/// assert_eq!(payload.path(&["aps", "alert"]).unwrap().text().unwrap(), "Hi \"Ada\"");
/// assert_eq!(payload.path(&["aps", "badge"]).unwrap().integer(), Some(2));
/// assert!(payload.get("alert").is_none());
///
/// // A string that is JSON itself, as Android's payloads have it.
/// let inner = payload.get("m").unwrap().text().unwrap();
/// assert_eq!(Json::new(&inner).unwrap().get("id").unwrap().raw(), "7");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The only value of a text; `None` if there is none, several, or one that breaks off.
    pub fn new(text: &'a str) -> Option<Self> {
        Self::slice(reader::single(text.as_bytes())?)
    }

    /// `None` if the value cannot be one: its first character is enough, except for words and
    /// numbers.
    fn slice(value: &'a [u8]) -> Option<Self> {
        let value = Self(std::str::from_utf8(value).ok()?);
        let is_value = match value.0.as_bytes().first()? {
            b'{' | b'[' | b'"' => true,
            b'-' | b'0'..=b'9' => value.is_number(),
            _ => matches!(value.0, "true" | "false" | "null"),
        };
        is_value.then_some(value)
    }

    /// The text of the value, without white space around it.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// The member of an object with this name; the last of equal names counts, and `null` is absent.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        Self::slice(reader::field(self.0.as_bytes(), name)?)
    }

    /// The element of a list at this position.
    #[must_use]
    pub fn at(self, index: usize) -> Option<Self> {
        self.elements().nth(index)
    }

    /// The value that these names lead to, through objects.
    #[must_use]
    pub fn path(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |value, name| value.get(name))
    }

    /// The members of an object in order, up to where it breaks the syntax; none for other values.
    pub fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> {
        reader::members(self.0.as_bytes()).map_while(|member| {
            let (name, value) = member?;
            Some((owned_text(name)?, Self::slice(value)?))
        })
    }

    /// The elements of a list in order, up to where it breaks the syntax; none for other values.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        reader::elements(self.0.as_bytes()).map_while(|element| Self::slice(element?))
    }

    /// The content of a string; lone surrogates become U+FFFD. `None` for other values.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        owned_text(reader::text(self.0.as_bytes())?)
    }

    /// The value of a number without fraction and exponent within 64 bits.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The value of a number, rounded to the nearest finite [`f64`].
    #[must_use]
    pub fn number(self) -> Option<f64> {
        // Numbers too large for `f64` become infinite.
        self.0
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The value of `true` or `false`.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        self.0.parse().ok()
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Whether the text has the syntax of a JSON number, which is stricter than that of Rust.
    fn is_number(self) -> bool {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let unsigned = self.0.strip_prefix('-').unwrap_or(self.0);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(digits)
            && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
    }
}

fn owned_text(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    Some(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).ok()?),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json([redacted])")
    }
}

macro_rules! payloads {
    ($($model:ident)*) => {$(
        impl<'a> $model<'a> {
            /// The payload of the push message, if there is one that is JSON.
            pub fn payload_json(&self) -> Option<Json<'a>> {
                Json::new(self.payload?)
            }
        }
    )*};
}

payloads! { PushMessageReceiptEvent PushMessageOpenEvent }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_their_types_only() {
        let json = |text| Json::new(text).unwrap();
        assert_eq!(json(" [1, 2.5, \"x\"] ").at(1).unwrap().number(), Some(2.5));
        assert_eq!(json("-12").integer(), Some(-12));
        for (text, number) in [("0", 0.0), ("-0.5e1", -5.0), ("1E+2", 100.0)] {
            assert_eq!(json(text).number(), Some(number), "{text}");
        }
        for text in ["\"1\"", "true", "[1]", "1e999"] {
            assert_eq!(
                (json(text).number(), json(text).integer()),
                (None, None),
                "{text}"
            );
        }
        assert_eq!(json("9223372036854775808").integer(), None);
        assert_eq!(
            (json("true").boolean(), json("null").boolean()),
            (Some(true), None)
        );
        assert!(json("null").is_null() && json("{\"a\":null}").get("a").is_none());
        assert_eq!(json("7").text(), None);
        assert_eq!(json(r#""\ud800""#).text().unwrap(), "\u{fffd}");
    }

    #[test]
    fn the_members_are_those_of_the_text() {
        let object = Json::new(r#"{"a":1,"b\u0062":[true],"a":2}"#).unwrap();
        let members: Vec<_> = object.members().collect();
        let expected = [("a", "1"), ("bb", "[true]"), ("a", "2")];
        assert_eq!(
            members
                .iter()
                .map(|(name, value)| (&**name, value.raw()))
                .collect::<Vec<_>>(),
            expected
        );
        assert_eq!(object.get("a").unwrap().raw(), "2");
        assert_eq!(
            (
                object.elements().count(),
                object.get("a").unwrap().members().count()
            ),
            (0, 0)
        );
        assert_eq!(format!("{object:?}"), "Json([redacted])");
    }

    #[test]
    fn positions_are_those_of_the_text() {
        let list = Json::new("[1, hello, 2]").unwrap();
        assert_eq!(list.elements().count(), 1);
        assert!(list.at(1).is_none() && list.at(2).is_none());
    }

    #[test]
    fn what_is_not_one_value_is_none() {
        for text in [
            "", " ", "{", "[1", "{}{}", "\"a", "1 2", "]", "hello", "01", "+1", "1.", ".5", "1e",
            "-", "inf", "NaN", "True",
        ] {
            assert!(Json::new(text).is_none(), "{text}");
        }
        let nested = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        assert!(Json::new(&nested).unwrap().at(0).is_some());
    }
}
