//! URLs as values of settings.

use std::fmt;
use std::ops::Deref;

use super::FromSetting;
use crate::message::SettingType;

macro_rules! url {
    ($(#[$meta:meta])* $name:ident, $expected:literal, [$($scheme:literal),*]) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name<T = String>(T);

        impl<'a, T: FromSetting<'a>> FromSetting<'a> for $name<T> {
            const EXPECTED: &'static str = $expected;
            const KINDS: &'static [SettingType<'static>] = &[SettingType::Text];
            fn from_setting(text: &'a str) -> Option<Self> {
                let valid = [$($scheme),*].iter().any(|scheme| is_url(scheme, text));
                if valid { T::from_setting(text).map(Self) } else { None }
            }
        }

        impl<T> Deref for $name<T> {
            type Target = T;
            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

url! {
    /// A URL with the scheme `https`, as `HttpsUrl<&str>` or `HttpsUrl<String>`.
    ///
    /// It consists of printable ASCII characters, and has a host name or an IPv4 address, and no
    /// user name and password. Which host it is, is not checked: a customer may enter the name of
    /// one that only the module can reach.
    ///
    /// ```
    /// use hydrant::registration::{FromSetting, HttpsUrl};
    /// let url = HttpsUrl::<&str>::from_setting("https://acme.example/v1").unwrap();
    /// assert_eq!(*url, "https://acme.example/v1");
    /// for invalid in ["http://acme.example", "https://", "https://me:pw@acme.example", "acme"] {
    ///     assert!(HttpsUrl::<&str>::from_setting(invalid).is_none());
    /// }
    /// ```
    HttpsUrl, "an https URL without a user name", ["https://"]
}

url! {
    /// A URL like [`HttpsUrl`] that may also have the scheme `http`.
    ///
    /// ```
    /// use hydrant::registration::{FromSetting, HttpUrl};
    /// assert!(HttpUrl::<String>::from_setting("http://localhost:8080").is_some());
    /// ```
    HttpUrl, "an http or https URL without a user name", ["https://", "http://"]
}

fn is_url(scheme: &str, text: &str) -> bool {
    let Some((start, rest)) = text.split_at_checked(scheme.len()) else {
        return false;
    };
    // Some clients take `\` for `/`, so that the host would depend on the client.
    let printable = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
    if !start.eq_ignore_ascii_case(scheme) || !rest.bytes().all(printable) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    is_host(host) && port.is_none_or(is_port)
}

fn is_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(valid)
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_port(port: &str) -> bool {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_scheme_a_host_and_no_credentials() {
        for text in [
            "https://acme.example",
            "HTTPS://Acme.example.:443/a/b?c=d&e=%20#f",
            "https://127.0.0.1:1/",
            "https://a_b.example?x@y:z",
            "https://x/@",
        ] {
            assert!(is_url("https://", text), "{text}");
        }
        for text in [
            "",
            "https:",
            "https:/a",
            "https://",
            "https://.",
            "https:///path",
            "https://?q",
            "https://a..b",
            "https://-a",
            "https://a-.b",
            "https://a:",
            "https://a:0",
            "https://a:65536",
            "https://a:+1",
            "https://a:1:2",
            "https://me@a",
            "https://me:pw@a",
            "https://a b",
            " https://a",
            "https://a\n",
            "https://a\\b",
            "https://[::1]",
            "https://ä.example",
            "http://a",
            "httpsä//a",
        ] {
            assert!(!is_url("https://", text), "{text}");
        }
    }
}
