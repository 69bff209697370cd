//! [`HttpConfig`]: address, form and authentication of requests, and how replies are read.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use reqwest::header::{HeaderName, HeaderValue};

use crate::template::{Template, UrlTemplate};

/// The method of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
}

/// How the records of a call form the body of a request. Records are JSON, except with
/// [`Single`](Self::Single).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Batching {
    /// A JSON array of the records, `application/json`.
    JsonArray,
    /// A line for each record, `application/x-ndjson`.
    Ndjson,
    /// One record per request, as it is. The content type is `application/json`, unless a header
    /// says otherwise.
    Single,
}

/// The compression of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// None.
    None,
    /// `gzip`
    Gzip,
    /// `zstd`
    Zstd,
}

/// A secret: a value, or the account's value of a setting. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) SecretSource);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SecretSource {
    Value(String),
    Setting(String),
}

impl Secret {
    /// This value, for all accounts.
    pub fn value(value: impl Into<String>) -> Self {
        Self(SecretSource::Value(value.into()))
    }

    /// The value that each account has for a setting.
    pub fn setting(name: impl Into<String>) -> Self {
        Self(SecretSource::Setting(name.into()))
    }

    fn is_setting(&self) -> bool {
        matches!(self.0, SecretSource::Setting(_))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            SecretSource::Value(_) => f.write_str("Value(..)"),
            SecretSource::Setting(name) => f.debug_tuple("Setting").field(name).finish(),
        }
    }
}

/// How requests prove who sends them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authentication {
    /// They do not, or a header of [`HttpConfig::with_header`] does.
    None,
    /// `Authorization: Bearer TOKEN`
    Bearer(Secret),
    /// `Authorization: Basic ...` with user name and password.
    Basic(Secret, Secret),
    /// A signature of the body.
    Hmac(Signature),
}

/// A signature of requests: HMAC with SHA-256 of the body as it is sent, that is, after
/// compression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(crate) key: Secret,
    pub(crate) header: String,
    pub(crate) prefix: String,
    pub(crate) base64: bool,
    pub(crate) timestamp_header: Option<String>,
}

impl Signature {
    /// A signature in lower-case hexadecimal digits in this header.
    pub fn new(header: impl Into<String>, key: Secret) -> Self {
        Self {
            key,
            header: header.into(),
            prefix: String::new(),
            base64: false,
            timestamp_header: None,
        }
    }

    /// Sets a text before the signature, such as `sha256=`.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Writes the signature in Base64.
    #[must_use]
    pub fn in_base64(mut self) -> Self {
        self.base64 = true;
        self
    }

    /// Sends the time, in seconds since the epoch, in this header. The signed text is then the
    /// time, a full stop and the body, so that nobody can repeat the request later.
    #[must_use]
    pub fn with_timestamp_header(mut self, header: impl Into<String>) -> Self {
        self.timestamp_header = Some(header.into());
        self
    }
}

/// Where a reply that is a success lists the records that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordErrors {
    pub(crate) list: String,
    pub(crate) index: String,
    pub(crate) status: Option<String>,
    pub(crate) retry_codes: Vec<String>,
}

impl RecordErrors {
    /// JSON pointers (RFC 6901): to the list in the body of the reply, and in each element of it
    /// to the position of the record in the request, counted from 0. A reply without the list
    /// means that all records are delivered. Without [`with_status`](Self::with_status), each record
    /// in the list is delivered again.
    pub fn new(list: impl Into<String>, index: impl Into<String>) -> Self {
        Self {
            list: list.into(),
            index: index.into(),
            status: None,
            retry_codes: Vec::new(),
        }
    }

    /// Sets the pointer to the status or the code in each element. A number, or a text that is one,
    /// is a status of HTTP: 408, 429 and 5xx deliver the record again, other 4xx reject it, and 2xx
    /// means that it is delivered. Another text is a code, and rejects the record if it is not one
    /// of [`with_retry_codes`](Self::with_retry_codes). A record whose element has neither is
    /// delivered again: an error that nobody has classified neither acknowledges nor drops it.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Sets the codes of records that are delivered again.
    #[must_use]
    pub fn with_retry_codes<C: Into<String>>(mut self, codes: impl IntoIterator<Item = C>) -> Self {
        self.retry_codes = codes.into_iter().map(Into::into).collect();
        self
    }
}

/// The configuration of an [`HttpSink`](crate::HttpSink). [`HttpConfig::new`] has the defaults.
///
/// The URL and headers contain settings of the customer account as `{setting_name}`:
///
/// ```
/// use hydrant_http::{Authentication, Batching, HttpConfig, RecordErrors, Secret};
///
/// let config = HttpConfig::new("https://api.example.com/v1/{workspace}/events")
///     .with_batching(Batching::JsonArray)
///     .with_header("X-Source", "mparticle/{workspace}")
///     .with_authentication(Authentication::Bearer(Secret::setting("api_key")))
///     .with_record_errors(RecordErrors::new("/errors", "/index").with_status("/status"));
/// assert!(config.validate().is_ok());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct HttpConfig {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) batching: Batching,
    pub(crate) compression: Compression,
    pub(crate) authentication: Authentication,
    pub(crate) record_errors: Option<RecordErrors>,
    pub(crate) max_records: usize,
    pub(crate) max_bytes: usize,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) redirects: bool,
    pub(crate) allow_http: bool,
    pub(crate) allow_private_addresses: bool,
}

impl HttpConfig {
    /// Posts JSON arrays of up to 100 records and 1 MiB to this URL, uncompressed, with at most
    /// 8 requests at a time. Only public addresses with TLS are accepted, and no redirects.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: Method::Post,
            headers: Vec::new(),
            batching: Batching::JsonArray,
            compression: Compression::None,
            authentication: Authentication::None,
            record_errors: None,
            max_records: 100,
            max_bytes: 1 << 20,
            max_response_bytes: 1 << 20,
            max_in_flight: 8,
            redirects: false,
            allow_http: false,
            allow_private_addresses: false,
        }
    }

    /// Sets the method.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Adds a header. The value may contain settings of the account.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the form of the body.
    #[must_use]
    pub fn with_batching(mut self, batching: Batching) -> Self {
        self.batching = batching;
        self
    }

    /// Sets the compression.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the authentication.
    #[must_use]
    pub fn with_authentication(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Sets where replies list the records that failed. Without it, a status of 2xx means that all
    /// records are delivered.
    #[must_use]
    pub fn with_record_errors(mut self, errors: RecordErrors) -> Self {
        self.record_errors = Some(errors);
        self
    }

    /// Sets the greatest number of records of a request.
    #[must_use]
    pub fn with_max_records(mut self, records: usize) -> Self {
        self.max_records = records;
        self
    }

    /// Sets the greatest size of a body, in bytes before compression.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how much of the body of a reply is read, in bytes.
    #[must_use]
    pub fn with_max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets the greatest number of requests at the same time.
    #[must_use]
    pub fn with_max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Whether redirects that keep method and body (307 and 308) are followed, at most 5. Another
    /// host gets the records, but neither the configured headers nor the authentication.
    #[must_use]
    pub fn with_redirects(mut self, follow: bool) -> Self {
        self.redirects = follow;
        self
    }

    /// Whether `http://` is accepted.
    #[must_use]
    pub fn with_allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Whether addresses are accepted that are not public: loopback, private and link-local ones,
    /// and the metadata of machines in a cloud.
    #[must_use]
    pub fn with_allow_private_addresses(mut self, allow: bool) -> Self {
        self.allow_private_addresses = allow;
        self
    }

    /// Checks all options, without any connection.
    ///
    /// # Errors
    ///
    /// The first option that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.url_template()?;
        self.header_templates()?;
        self.validate_authentication()?;
        if let Some(errors) = &self.record_errors {
            let pointers = [
                Some(&errors.list),
                Some(&errors.index),
                errors.status.as_ref(),
            ];
            for pointer in pointers.into_iter().flatten() {
                if !pointer.is_empty() && !pointer.starts_with('/') {
                    let problem = "has a JSON pointer that does not begin with `/`";
                    return Err(ConfigError::new("record_errors", problem));
                }
            }
        }
        for (option, value, greatest) in [
            ("max_records", self.max_records, 100_000),
            ("max_bytes", self.max_bytes, 1 << 30),
            ("max_response_bytes", self.max_response_bytes, 1 << 30),
            ("max_in_flight", self.max_in_flight, 1000),
        ] {
            if !(1..=greatest).contains(&value) {
                let problem = format!("is out of range; expected 1 to {greatest}");
                return Err(ConfigError::new(option, problem));
            }
        }
        Ok(())
    }

    /// The names of the account settings that requests need, each once, and whether each may be a
    /// secret: those of headers and of the authentication.
    ///
    /// ```
    /// use hydrant_http::{Authentication, HttpConfig, Secret};
    ///
    /// let config = HttpConfig::new("https://{region}.api.example.com/v1")
    ///     .with_authentication(Authentication::Bearer(Secret::setting("api_key")));
    /// let settings = config.account_settings()?;
    /// assert_eq!(settings, [("region".to_owned(), false), ("api_key".to_owned(), true)]);
    /// # Ok::<(), hydrant_http::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first template that is wrong.
    pub fn account_settings(&self) -> Result<Vec<(String, bool)>, ConfigError> {
        let (url, headers) = (self.url_template()?, self.header_templates()?);
        let url = url.settings().map(|name| (name, false));
        let headers = headers.iter().flat_map(|(_, value)| value.settings());
        let secrets = self.secrets().into_iter();
        let secrets = secrets.filter_map(|secret| match &secret.0 {
            SecretSource::Setting(name) => Some(name.as_str()),
            SecretSource::Value(_) => None,
        });
        let mut settings: Vec<(String, bool)> = Vec::new();
        for (name, is_secret) in url.chain(headers.chain(secrets).map(|name| (name, true))) {
            match settings.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known |= is_secret,
                None => settings.push((name.to_owned(), is_secret)),
            }
        }
        Ok(settings)
    }

    /// The secrets of the authentication.
    fn secrets(&self) -> Vec<&Secret> {
        match &self.authentication {
            Authentication::None => vec![],
            Authentication::Bearer(token) => vec![token],
            Authentication::Basic(user, password) => vec![user, password],
            Authentication::Hmac(signature) => vec![&signature.key],
        }
    }

    pub(crate) fn url_template(&self) -> Result<UrlTemplate, ConfigError> {
        UrlTemplate::parse(&self.url, self.allow_http)
    }

    pub(crate) fn header_templates(&self) -> Result<Vec<(HeaderName, Template)>, ConfigError> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let name = header_name("headers", name)?;
            if HeaderValue::from_str(value).is_err() {
                let problem = "have a value with control characters or characters other than ASCII";
                return Err(ConfigError::new("headers", problem));
            }
            headers.push((name, Template::parse("headers", value)?));
        }
        Ok(headers)
    }

    fn validate_authentication(&self) -> Result<(), ConfigError> {
        const OPTION: &str = "authentication";
        if let Authentication::Hmac(signature) = &self.authentication {
            header_name(OPTION, &signature.header)?;
            if let Some(header) = &signature.timestamp_header {
                header_name(OPTION, header)?;
            }
            if HeaderValue::from_str(&signature.prefix).is_err() {
                return Err(ConfigError::new(OPTION, "has an invalid prefix"));
            }
        }
        for secret in self.secrets() {
            let (SecretSource::Value(text) | SecretSource::Setting(text)) = &secret.0;
            if text.is_empty() {
                return Err(ConfigError::new(OPTION, "has an empty secret"));
            }
        }
        if let Authentication::Basic(Secret(SecretSource::Value(user)), _) = &self.authentication
            && user.contains(':')
        {
            // RFC 7617, section 2.
            let problem = "has a user name with a colon, which would end the name";
            return Err(ConfigError::new(OPTION, problem));
        }
        if let Authentication::Bearer(Secret(SecretSource::Value(token))) = &self.authentication
            && HeaderValue::from_str(token).is_err()
        {
            let problem = "has a token with control characters or characters other than ASCII";
            return Err(ConfigError::new(OPTION, problem));
        }
        Ok(())
    }

    /// Whether a secret is a setting of the account.
    pub(crate) fn has_account_secrets(&self) -> bool {
        self.secrets().into_iter().any(Secret::is_setting)
    }
}

/// Values of headers may be secrets, and so may the query of the URL.
impl fmt::Debug for HttpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpConfig")
            .field("url", &self.url.split(['?', '@']).next())
            .field("method", &self.method)
            .field("headers", &names)
            .field("batching", &self.batching)
            .field("compression", &self.compression)
            .field("authentication", &self.authentication)
            .field("record_errors", &self.record_errors)
            .field("max_records", &self.max_records)
            .field("max_bytes", &self.max_bytes)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("max_in_flight", &self.max_in_flight)
            .field("redirects", &self.redirects)
            .field("allow_http", &self.allow_http)
            .field("allow_private_addresses", &self.allow_private_addresses)
            .finish()
    }
}

/// Headers that the client or this package writes.
const RESERVED: [&str; 5] = [
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "transfer-encoding",
];

fn header_name(option: &'static str, name: &str) -> Result<HeaderName, ConfigError> {
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| ConfigError::new(option, "has an invalid name of a header"))?;
    if RESERVED.contains(&header.as_str()) {
        let problem = format!("has the header `{header}`, which is set by the client");
        return Err(ConfigError::new(option, problem));
    }
    Ok(header)
}

/// An option that is wrong: its name, and what is wrong with it. The value is not part of it,
/// because it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    option: &'static str,
    problem: Cow<'static, str>,
}

impl ConfigError {
    pub(crate) fn new(option: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            option,
            problem: problem.into(),
        }
    }

    /// The name of the option.
    #[must_use]
    pub fn option(&self) -> &str {
        self.option
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.option, self.problem)
    }
}

impl Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(config: &HttpConfig) -> String {
        config.validate().unwrap_err().option().to_owned()
    }

    #[test]
    fn options() {
        let new = || HttpConfig::new("https://api.example.com/");
        new().validate().unwrap();
        for (name, value) in [
            ("", "a"),
            ("a b", "a"),
            ("host", "a"),
            ("a", "b\nc"),
            ("a", "{"),
        ] {
            assert_eq!(wrong(&new().with_header(name, value)), "headers");
        }
        let bad = [
            Authentication::Bearer(Secret::value("")),
            Authentication::Bearer(Secret::value("a\nb")),
            Authentication::Bearer(Secret::setting("")),
            Authentication::Basic(Secret::value("a"), Secret::value("")),
            Authentication::Basic(Secret::value("a:b"), Secret::value("c")),
            Authentication::Hmac(Signature::new("a b", Secret::value("k"))),
            Authentication::Hmac(Signature::new("x", Secret::value("k")).with_prefix("\n")),
        ];
        for authentication in bad {
            assert_eq!(
                wrong(&new().with_authentication(authentication)),
                "authentication"
            );
        }
        let errors = RecordErrors::new("errors", "/i");
        assert_eq!(wrong(&new().with_record_errors(errors)), "record_errors");
        assert_eq!(wrong(&new().with_max_records(0)), "max_records");
        assert_eq!(wrong(&new().with_max_bytes(0)), "max_bytes");
        assert_eq!(
            wrong(&new().with_max_response_bytes(0)),
            "max_response_bytes"
        );
        assert_eq!(wrong(&new().with_max_in_flight(0)), "max_in_flight");
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = HttpConfig::new("https://api.example.com/?key=SECRET")
            .with_header("X-Key", "SECRET")
            .with_authentication(Authentication::Basic(
                Secret::value("SECRET"),
                Secret::setting("password"),
            ));
        let text = format!("{config:?}");
        assert!(
            !text.contains("SECRET") && text.contains("password"),
            "{text}"
        );
    }
}
