//! Events of API Gateway, function URLs and load balancers: HTTP requests as JSON, whose answer is
//! an HTTP response as JSON.

use std::borrow::Cow;

use hydrant::json::Json;
use hydrant::wrapper::{self, Wrapper};
use hydrant_runtime::Ended;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::function::diagnostic;

/// What the documentation of the platform shows (`lambda-and-http.md`, section 4).
const CONTENT_TYPE: &str = "application/json;charset=utf-8";

/// An HTTP request.
pub(crate) struct Request<'a>(&'a [u8]);

impl<'a> Request<'a> {
    /// The request that an event contains; `None` if the event is something else.
    pub(crate) fn of(event: &'a [u8]) -> Option<Self> {
        let wrapper = wrapper::recognize(event)?;
        let http = matches!(
            wrapper,
            Wrapper::ApiGateway | Wrapper::ApiGatewayV2 | Wrapper::LoadBalancer
        );
        http.then_some(Self(event))
    }

    /// The body.
    pub(crate) fn body(&self) -> Result<Cow<'a, [u8]>, hydrant::Error> {
        match wrapper::unwrap(self.0)? {
            Some(unwrapped) => unwrapped.texts().next().unwrap_or(Ok(Cow::Borrowed(b""))),
            None => Ok(Cow::Borrowed(b"")),
        }
    }

    /// The OAuth access token of the customer (protocol, section 7.7).
    pub(crate) fn access_token(&self) -> Option<String> {
        let event = Json::new(std::str::from_utf8(self.0).ok()?)?;
        let headers = event.get("headers")?;
        let (_, value) = headers
            .members()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
        let value = value.text()?;
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    }
}

/// The response of a function, in the form that all three services accept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status_code: u16,
    headers: Headers,
    is_base64_encoded: bool,
    body: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Headers {
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
}

/// The answer to an HTTP request.
pub(crate) fn response(ended: &Ended, response: &[u8]) -> Result<Box<RawValue>, serde_json::Error> {
    let error;
    let body = if ended.is_answered() {
        String::from_utf8_lossy(response)
    } else {
        error = serde_json::to_string(&diagnostic(ended))?;
        Cow::Borrowed(error.as_str())
    };
    serde_json::value::to_raw_value(&Response {
        status_code: ended.status(),
        headers: Headers {
            content_type: CONTENT_TYPE,
            retry_after: ended.retry_after().map(|seconds| seconds.to_string()),
        },
        is_base64_encoded: false,
        body: &body,
    })
}
