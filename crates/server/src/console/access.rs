//! Who may use the console. It shows the data of customers and sends messages, so that no other web
//! site may use it through the browser of somebody who can reach it:
//!
//! - requests with another `Host` are refused, which are those of a site that lets its own name lead
//!   to this address (DNS rebinding);
//! - requests from other origins are refused;
//! - everything but the page needs a random token, which only the page has.

use std::fmt::Write as _;
use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use subtle::ConstantTimeEq;

use crate::error::StartError;

/// The header with the token.
pub(super) const TOKEN: &str = "x-hydrant-console";

pub(super) struct Access {
    token: String,
    /// Names that are allowed beside those of the loopback interface, in lower case.
    hosts: Vec<String>,
}

/// A request that is refused, and why.
pub(super) type Refusal = (StatusCode, &'static str);

const HOST: Refusal = (
    StatusCode::FORBIDDEN,
    "this host name is not allowed: open the console by a loopback address such as http://localhost, or allow the name \
     where the console is configured (`hydrant serve --console-host`)",
);
const ORIGIN: Refusal = (
    StatusCode::FORBIDDEN,
    "requests from other sites are not allowed",
);
const NO_TOKEN: Refusal = (
    StatusCode::FORBIDDEN,
    "the token of the console is missing or wrong: load the page again",
);

impl Access {
    /// # Errors
    ///
    /// The operating system has no random numbers.
    pub(super) fn new(hosts: &[String]) -> Result<Self, StartError> {
        Ok(Self {
            token: random()?,
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        })
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Checks a request for the page itself.
    pub(super) fn page(&self, request: &Parts) -> Result<(), Refusal> {
        self.host(request)?;
        // A link on another site may lead here. That site cannot read the page or put it in a frame.
        let is = |name, value| text(&request.headers, name) == Some(value);
        if is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document") {
            return Ok(());
        }
        origin(request)
    }

    /// Checks any other request.
    pub(super) fn api(&self, request: &Parts) -> Result<(), Refusal> {
        self.host(request)?;
        origin(request)?;
        let token = request.headers.get(TOKEN).map(HeaderValue::as_bytes);
        let token = token.unwrap_or_default();
        match bool::from(token.ct_eq(self.token.as_bytes())) {
            true => Ok(()),
            false => Err(NO_TOKEN),
        }
    }

    fn host(&self, request: &Parts) -> Result<(), Refusal> {
        let host = authority(request).ok_or(HOST)?;
        let name = without_port(host).to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = name == "localhost"
            || name.ends_with(".localhost")
            || address
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback());
        match is_loopback || self.hosts.contains(&name) {
            true => Ok(()),
            false => Err(HOST),
        }
    }
}

/// The host and port that the request is for. HTTP/2 has them in the URL. Several are none.
fn authority(request: &Parts) -> Option<&str> {
    let mut hosts = request.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => request.uri.authority().map(|authority| authority.as_str()),
        (Some(_), Some(_)) => None,
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Refuses a request that another site has made. Browsers send one header or the other, programs
/// neither.
fn origin(request: &Parts) -> Result<(), Refusal> {
    let headers = &request.headers;
    let site = text(headers, "sec-fetch-site");
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(ORIGIN);
    }
    match headers.get(header::ORIGIN).map(HeaderValue::to_str) {
        None => Ok(()),
        Some(Ok(origin)) => {
            let own = authority(request);
            let theirs = origin.split_once("://").map(|(_, theirs)| theirs);
            match theirs.zip(own) {
                Some((theirs, own)) if theirs.eq_ignore_ascii_case(own) => Ok(()),
                _ => Err(ORIGIN),
            }
        }
        Some(Err(_)) => Err(ORIGIN),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Option<&'h str> {
    headers.get(HeaderName::from_static(name))?.to_str().ok()
}

/// 128 random bits in hexadecimal.
pub(super) fn random() -> Result<String, StartError> {
    let mut bytes = [0; 16];
    let provider = rustls::crypto::ring::default_provider();
    let filled = provider.secure_random.fill(&mut bytes);
    filled.map_err(|_| {
        StartError::new("the operating system gives no random numbers for the token of the console")
    })?;
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
