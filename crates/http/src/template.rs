//! [`Template`]: texts with settings of the account, for URLs and headers.

use std::borrow::Cow;

use hydrant::delivery::{Fate, RecordAccount};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::config::ConfigError;

/// All that is not unreserved (RFC 3986, section 2.3), so that a value never ends its component.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text in which `{name}` is replaced by the setting `name`; `{{` and `}}` are braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Setting(String),
}

impl Template {
    /// Reads a template.
    pub(crate) fn parse(option: &'static str, text: &str) -> Result<Self, ConfigError> {
        let wrong = |problem: &'static str| Err(ConfigError::new(option, problem));
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = brace.strip_prefix("{{") {
                literal.push('{');
                rest = after;
            } else if let Some(after) = brace.strip_prefix("}}") {
                literal.push('}');
                rest = after;
            } else if let Some(after) = brace.strip_prefix('{') {
                let Some((name, after)) = after.split_once('}') else {
                    return wrong("has `{` without `}`; a brace is written as `{{`");
                };
                if name.is_empty() || name.contains('{') {
                    return wrong("has `{` without the name of a setting and `}`");
                }
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Setting(name.to_owned()));
                rest = after;
            } else {
                return wrong("has `}` without `{`; a brace is written as `}}`");
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self(pieces))
    }

    /// Whether it contains a setting.
    pub(crate) fn has_settings(&self) -> bool {
        self.settings().next().is_some()
    }

    /// The names of the settings that it contains.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Setting(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text, with each setting as `value` writes it.
    pub(crate) fn expand(
        &self,
        account: Option<&RecordAccount>,
        mut value: impl FnMut(&str, &str) -> Result<String, Fate>,
    ) -> Result<String, Fate> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Setting(name) => text.push_str(&value(name, setting(account, name)?)?),
            }
        }
        Ok(text)
    }
}

/// The value of a setting that must not be empty.
pub(crate) fn setting<'a>(account: Option<&'a RecordAccount>, name: &str) -> Result<&'a str, Fate> {
    let Some(account) = account else {
        let reason = format!("a message without an account has no value for the setting `{name}`");
        return Err(Fate::halted(reason));
    };
    account
        .setting(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Fate::halted(format!("the account has no value for the setting `{name}`")))
}

/// The template of a URL, in parts with their own rules for settings: a label of the host, or
/// percent-encoded in the path and the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UrlTemplate {
    /// `https://` or `http://`.
    scheme: &'static str,
    authority: Template,
    /// From the first slash or question mark.
    rest: Template,
}

const OPTION: &str = "url";

impl UrlTemplate {
    pub(crate) fn parse(text: &str, allow_http: bool) -> Result<Self, ConfigError> {
        let wrong = |problem: &'static str| Err(ConfigError::new(OPTION, problem));
        let (scheme, after) = if let Some(after) = text.strip_prefix("https://") {
            ("https://", after)
        } else if let Some(after) = text.strip_prefix("http://") {
            ("http://", after)
        } else {
            return wrong("is not a URL with a host; expected https://HOST/PATH");
        };
        if scheme == "http://" && !allow_http {
            return wrong("is not encrypted; expected https://, or `allow_http`");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return wrong("contains white space, `\\` or characters other than ASCII");
        }
        if text.contains('#') {
            return wrong("has a fragment, which would not be sent");
        }
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        if authority.contains('@') {
            return wrong("contains credentials; expected them as `authentication`");
        }
        let template = Self {
            scheme,
            authority: Template::parse(OPTION, authority)?,
            rest: Template::parse(OPTION, rest)?,
        };
        template.require_fixed_domain()?;
        // Any URL that it expands to has the same form.
        let account = template.sample();
        if template.expand(Some(&account)).is_err() {
            return wrong("is not a valid URL");
        }
        Ok(template)
    }

    /// Settings of customers choose labels below a domain, never the domain or the port.
    fn require_fixed_domain(&self) -> Result<(), ConfigError> {
        if !self.authority.has_settings() {
            return Ok(());
        }
        let domain = match self.authority.0.last() {
            Some(Piece::Text(text)) => text.split(':').next().unwrap_or_default(),
            _ => "",
        };
        if domain
            .split_once('.')
            .is_none_or(|(_, domain)| !domain.contains('.'))
        {
            let problem = "has a host that a setting decides; expected settings only below a \
                           domain, as in https://{setting}.example.com";
            return Err(ConfigError::new(OPTION, problem));
        }
        Ok(())
    }

    /// An account with a harmless value for each setting.
    fn sample(&self) -> RecordAccount {
        RecordAccount::new(0, self.settings().map(|name| (name, "x")))
    }

    /// The names of the settings that it contains.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &str> {
        self.authority.settings().chain(self.rest.settings())
    }

    pub(crate) fn has_settings(&self) -> bool {
        self.authority.has_settings() || self.rest.has_settings()
    }

    /// The root of the server, if no setting decides it.
    pub(crate) fn origin(&self) -> Option<Url> {
        let authority = self
            .authority
            .expand(None, |_, _| Err(Fate::halted("")))
            .ok()?;
        Url::parse(&format!("{}{authority}/", self.scheme)).ok()
    }

    /// The URL for an account.
    pub(crate) fn expand(&self, account: Option<&RecordAccount>) -> Result<Url, Fate> {
        let authority = self.authority.expand(account, |name, value| {
            if is_label(value) {
                return Ok(value.to_owned());
            }
            let reason = format!("the value of the setting `{name}` is not a part of a host name");
            Err(Fate::halted(reason))
        })?;
        let rest = self.rest.expand(account, |_, value| {
            Ok(utf8_percent_encode(value, RESERVED).to_string())
        })?;
        let path = rest.split('?').next().unwrap_or_default();
        if self.rest.has_settings() && path.split('/').any(is_dots) {
            return Err(Fate::halted(self.dots(account)));
        }
        Url::parse(&format!("{}{authority}{rest}", self.scheme))
            .map_err(|_| Fate::halted("the settings of the account do not give a valid URL"))
    }

    /// Why the path has a segment that is removed when the URL is normalized.
    fn dots(&self, account: Option<&RecordAccount>) -> String {
        // Values are percent-encoded, so only one of dots alone makes such a segment.
        let is_cause = |name: &&str| {
            let value = account.and_then(|account| account.setting(name));
            value.is_some_and(|value| value.bytes().all(|byte| byte == b'.'))
        };
        let names: Vec<_> = self.rest.settings().filter(is_cause).collect();
        format!(
            "the value of the setting `{}` makes a segment of the path of the URL `.` or `..`",
            names.join("` or `")
        )
    }
}

/// Whether a value is a part of a label of a host name.
fn is_label(value: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    value.len() <= 63
        && value.bytes().all(letters)
        && !value.starts_with('-')
        && !value.ends_with('-')
}

/// Whether a segment of a path is removed when the URL is normalized.
fn is_dots(segment: &str) -> bool {
    let segment: Cow<'_, str> = segment.to_ascii_lowercase().replace("%2e", ".").into();
    matches!(&*segment, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn expand(url: &str, value: &str) -> Result<String, Fate> {
        let account = RecordAccount::new(1, [("key", value)]);
        let url = UrlTemplate::parse(url, false)
            .unwrap()
            .expand(Some(&account))?;
        Ok(url.to_string())
    }

    #[test]
    fn values_are_encoded() {
        let url = expand(
            "https://api.example.com/v1/{key}?k={key}&{{x}}",
            "a b/?&#%ä",
        )
        .unwrap();
        let value = "a%20b%2F%3F%26%23%25%C3%A4";
        assert_eq!(
            url,
            format!("https://api.example.com/v1/{value}?k={value}&{{x}}")
        );
        assert_eq!(
            expand("https://{key}.api.example.com/", "Acme-1").unwrap(),
            "https://acme-1.api.example.com/"
        );
    }

    #[test]
    fn values_that_change_the_url_are_refused() {
        for value in [
            "evil.com",
            "evil.com/",
            "a@b",
            "",
            "-a",
            "a:1",
            "ä",
            "%2e",
            "a\n",
        ] {
            let result = expand("https://{key}.api.example.com/", value);
            assert!(matches!(result, Err(Fate::Halted { .. })), "{value:?}");
        }
        for value in [".", "..", ""] {
            let result = expand("https://api.example.com/a/{key}/b", value);
            assert!(matches!(result, Err(Fate::Halted { .. })), "{value:?}");
        }
        let reason =
            "the value of the setting `key` makes a segment of the path of the URL `.` or `..`";
        let dots = expand("https://api.example.com/a/.{key}/b", ".");
        assert_eq!(dots, Err(Fate::halted(reason)));
        assert!(expand("https://api.example.com/a/%2e{key}", ".").is_err());
        let template = UrlTemplate::parse("https://api.example.com/{other}", false).unwrap();
        let account = RecordAccount::new(1, [("key", "a")]);
        let reason = "the account has no value for the setting `other`";
        let missing = template.expand(Some(&account));
        assert_eq!(missing, Err(Fate::halted(reason)));
        let reason = "a message without an account has no value for the setting `other`";
        assert_eq!(template.expand(None), Err(Fate::halted(reason)));
    }

    #[test]
    fn templates_that_are_refused() {
        for bad in [
            "",
            "ftp://example.com",
            "http://example.com/",
            "https://",
            "https://{host}/",
            "https://api.{host}/",
            "https://{host}.com/",
            "https://api.example.com:{port}/",
            "https://user:secret@example.com/",
            "https://example.com/#x",
            "https://example.com/{",
            "https://example.com/}",
            "https://example.com/{}",
            "https://example.com/{{key}",
            "https://example.com/a b",
            "https://example.com\\x",
            "{scheme}://example.com/",
        ] {
            let error = UrlTemplate::parse(bad, false);
            assert_eq!(error.unwrap_err().option(), "url", "{bad}");
        }
    }

    proptest! {
        /// Whatever a value is, the URL has the same scheme, host and port, as many segments and
        /// parameters as the template, and the value is read back.
        #[test]
        fn values_stay_in_their_component(value in "\\PC*|[./%?#&=@:\\\\ \\t\\r\\na-z]{0,8}") {
            let template = "https://api.example.com:8443/a/{key}/p-{key}/z?one={key}&two=2";
            let template = UrlTemplate::parse(template, false).unwrap();
            let account = RecordAccount::new(1, [("key", value.as_str())]);
            if let Ok(url) = template.expand(Some(&account)) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert_eq!(url.host_str(), Some("api.example.com"));
                prop_assert_eq!(url.port(), Some(8443));
                prop_assert_eq!(url.username(), "");
                prop_assert_eq!(url.fragment(), None);
                let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
                let segments: Vec<_> = url.path_segments().unwrap().map(decode).collect();
                let prefixed = format!("p-{value}");
                prop_assert_eq!(segments, ["a", &value, &prefixed, "z"]);
                let pairs: Vec<_> = url.query_pairs().collect();
                prop_assert_eq!(pairs, [("one".into(), value.as_str().into()), ("two".into(), "2".into())]);
            } else {
                prop_assert!(matches!(&*value, "" | "." | ".."));
            }
        }

        /// Whatever a value is, the host is one below the domain.
        #[test]
        fn values_stay_below_the_domain(value in "\\PC*|[a-z0-9-]{1,10}|[./%?#@:\\\\a-z]{0,8}") {
            let template = UrlTemplate::parse("https://x{key}.api.example.com/z", false).unwrap();
            let account = RecordAccount::new(1, [("key", value.as_str())]);
            if let Ok(url) = template.expand(Some(&account)) {
                let expected = format!("x{}.api.example.com", value.to_ascii_lowercase());
                prop_assert_eq!(url.host_str(), Some(&*expected));
                prop_assert_eq!(url.path(), "/z");
            }
        }
    }
}
