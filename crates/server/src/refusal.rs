//! [`Refusal`]: the answer to a request that is not processed.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;

use crate::running::error_text;
use crate::service::Processed;

/// What the documentation of the platform shows (`lambda-and-http.md`, section 4).
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

/// The answer to a request that is not processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The type of the error, for machines and metrics.
    pub(crate) kind: &'static str,
    pub(crate) text: &'static str,
    /// Whether the sender is to repeat the message when there may be room.
    repeat: bool,
    /// Whether the connection cannot be used any more.
    closes: bool,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal $kind:literal $text:literal $(, $flag:ident)*;)*) => {
        $($(#[$doc])* pub(crate) const $name: Self =
            Self { $($flag: true,)* ..Self::new($status, $kind, $text) };)*
        /// All of them, for the metrics.
        pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];
    };
}

impl Refusal {
    refusals! {
        NOT_FOUND = 404 "not_found" "there is nothing at this path";
        METHOD = 405 "method_not_allowed" "messages are sent by POST";
        UNAUTHORIZED = 401 "unauthorized"
            "expected `Authorization: Token TOKEN` with a token of this host";
        /// Instead of 401 while tokens change.
        TOKENS_CHANGE = 503 "unauthorized"
            "the token is not known, but tokens are being changed", repeat;
        UNKNOWN_CODING = 415 "content_encoding"
            "expected the content encoding gzip, zstd or identity";
        LARGE_WINDOW = 415 "zstd_window"
            "the window of Zstandard exceeds 8 MiB (RFC 9659): compress with a level below 20, and \
             without a long window";
        TOO_LARGE = 413 "too_large" "the body exceeds the limit of this host";
        EXPANDS = 413 "too_large" "the body expands to more than the limit of this host";
        SLOW_BODY = 408 "slow_body" "the body did not arrive in time", closes;
        /// The message may be right, and the sender is to repeat it.
        BROKEN_BODY = 408 "broken_body" "the body was cut off, or its framing is malformed",
            closes;
        BROKEN_COMPRESSION = 400 "broken_compression"
            "the body is not what its content encoding says";
        WRONG_ENDPOINT = 400 "wrong_endpoint"
            "messages of this type are sent to another URL of this host";
        NO_SLOT = 429 "overloaded" "too many messages at the same time", repeat;
        NO_MEMORY = 429 "overloaded" "too many bytes of messages at the same time", repeat;
        CLOSED = 503 "shutting_down" "the host is shutting down", repeat, closes;
    }

    const fn new(status: u16, kind: &'static str, text: &'static str) -> Self {
        Self {
            status,
            kind,
            text,
            repeat: false,
            closes: false,
        }
    }

    /// Whether the sender does not repeat the request (`lambda-and-http.md`, section 5).
    pub(crate) const fn is_final(self) -> bool {
        !matches!(self.status, 408 | 429 | 503)
    }

    /// The answer. `retry_after` is for those that the sender is to repeat.
    pub(crate) fn response(self, retry_after: u64) -> Response<Body> {
        let text = error_text(self.kind, self.text);
        let mut response = answer(self.status, text, self.repeat.then_some(retry_after));
        let headers = response.headers_mut();
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        match self.status {
            401 => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
            }
            405 => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            415 => {
                let known = HeaderValue::from_static("gzip, zstd");
                headers.insert(header::ACCEPT_ENCODING, known);
            }
            _ => {}
        }
        response
    }
}

impl Processed {
    pub(crate) fn response(self) -> Response<Body> {
        answer(self.status, self.response, self.retry_after)
    }
}

fn answer(status: u16, text: Bytes, retry_after: Option<u64>) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
