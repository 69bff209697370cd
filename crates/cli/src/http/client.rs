//! [`Client`]: one attempt to have a message answered, by a URL or by a Lambda function.

use std::time::{Duration, Instant, SystemTime};

use hydrant_http::client;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use crate::exit::Failure;

/// The largest response that is read. Those of functions have at most 6 MB.
const LARGEST: usize = 16 << 20;

/// Marks the reply to an invocation that failed although its status is 200.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// Where messages are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An HTTP endpoint.
    Http(Url),
    /// The URL at which a function is invoked.
    Lambda(Url),
}

impl Target {
    /// Reads `URL` or `lambda:URL`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (is_lambda, text) = match text.strip_prefix("lambda:") {
            Some(url) => (true, url),
            None => (false, text),
        };
        let url = Url::parse(text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        // The reason of the parser is left out, because it cannot tell a password from a host.
        let url = url.ok_or("expected http://... or https://..., or lambda: before it")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("expected a URL without user and password".to_owned());
        }
        Ok(match is_lambda {
            true => Self::Lambda(url),
            false => Self::Http(url),
        })
    }

    pub(super) fn is_lambda(&self) -> bool {
        matches!(self, Self::Lambda(_))
    }

    fn url(&self) -> &Url {
        let (Self::Http(url) | Self::Lambda(url)) = self;
        url
    }
}

/// Sends messages, over connections that stay open.
pub(crate) struct Client {
    http: reqwest::Client,
    target: Target,
    token: Option<HeaderValue>,
    timeout: Duration,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this status.
    Status(u16),
    /// The invocation failed.
    FunctionError,
    /// Without a reply, for this reason.
    NoReply(&'static str),
}

/// One attempt.
pub(crate) struct Attempt {
    pub(crate) end: End,
    /// The time that the reply asks to wait.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    pub(crate) latency: Duration,
}

impl End {
    /// Whether the message is answered (lambda-and-http.md, section 4).
    pub(crate) fn is_success(&self) -> bool {
        matches!(self, Self::Status(200 | 202))
    }

    /// The status as far as the sender distinguishes them: a failed invocation is repeated as a 500
    /// is, and a connection that fails or takes too long as a 503.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Status(status) => *status,
            Self::FunctionError => 500,
            Self::NoReply(_) => 503,
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::FunctionError => f.write_str("function error"),
            Self::NoReply(reason) => f.write_str(reason),
        }
    }
}

impl Client {
    pub(super) fn new(
        target: Target,
        token: Option<HeaderValue>,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let builder = client::builder().map_err(|error| Failure::Usage(error.to_string()))?;
        let http = builder
            .build()
            .map_err(|_| Failure::Usage("the HTTP client cannot be built".to_owned()))?;
        Ok(Self {
            http,
            target,
            token,
            timeout,
        })
    }

    pub(crate) fn is_lambda(&self) -> bool {
        self.target.is_lambda()
    }

    pub(crate) fn token(&self) -> Option<&str> {
        let header = self.token.as_ref()?.to_str().ok()?;
        header.strip_prefix("Token ")
    }

    /// Sends a message once. A registration request has no token.
    pub(crate) async fn attempt(&self, body: Vec<u8>, is_registration: bool) -> Attempt {
        let mut request = self
            .http
            .post(self.target.url().clone())
            .header(CONTENT_TYPE, "application/json;charset=utf-8")
            .timeout(self.timeout)
            .body(body);
        if let Some(token) = self.token.as_ref().filter(|_| !is_registration) {
            request = request.header(AUTHORIZATION, token);
        }
        let began = Instant::now();
        let sent = match request.send().await {
            Ok(response) => self.read(response).await,
            Err(error) => Err(error),
        };
        let latency = began.elapsed();
        match sent {
            Ok((end, headers, body)) => Attempt {
                end,
                retry_after: client::retry_after(&headers, SystemTime::now()),
                body,
                latency,
            },
            Err(error) => Attempt {
                end: End::NoReply(reason(&error)),
                retry_after: None,
                body: Vec::new(),
                latency,
            },
        }
    }

    async fn read(
        &self,
        mut response: reqwest::Response,
    ) -> Result<(End, HeaderMap, Vec<u8>), reqwest::Error> {
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST {
                let end = End::NoReply("the reply is too large");
                return Ok((end, headers, Vec::new()));
            }
            body.extend_from_slice(&chunk);
        }
        let failed = self.target.is_lambda() && headers.contains_key(FUNCTION_ERROR);
        let end = match failed {
            true => End::FunctionError,
            false => End::Status(status),
        };
        Ok((end, headers, body))
    }
}

/// Why there is no reply. The text of the error has the URL, whose query may have a secret.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no reply in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection ended"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_urls_without_credentials() {
        let url = "http://localhost:9000/2015-03-31/functions/acme/invocations";
        assert!(!Target::parse(url).unwrap().is_lambda());
        let lambda = Target::parse(&format!("lambda:{url}")).unwrap();
        assert!(lambda.is_lambda());
        assert_eq!(lambda.url().as_str(), url);
        for wrong in [
            "",
            "localhost:8080",
            "ftp://example.com",
            "lambda:acme",
            "https://user:pass@example.com",
            "https://",
        ] {
            let error = Target::parse(wrong).unwrap_err();
            assert!(!error.contains("pass@"), "{error}");
        }
    }

    #[test]
    fn what_has_no_status_is_repeated() {
        assert_eq!(End::FunctionError.status(), 500);
        assert_eq!(End::NoReply("no connection").status(), 503);
        assert!(End::Status(202).is_success() && !End::Status(204).is_success());
    }
}
