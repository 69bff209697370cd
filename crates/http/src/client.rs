//! The client of the sink, for packages that send requests of their own.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, redirect, retry};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::config::ConfigError;

/// A client with TLS by ring and the certificates that the operating system trusts. It follows no
/// redirects, does not repeat requests and uses no proxies, which would evade the rules of the
/// caller.
///
/// ```
/// let client = hydrant_http::client::builder()?.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the certificates of the operating system cannot be used.
pub fn builder() -> Result<ClientBuilder, ConfigError> {
    let wrong = |_| ConfigError::new("url", "cannot be used, because TLS cannot be initialized");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(wrong)?
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("hydrant/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy())
}

/// The time that a reply asks to wait, in `Retry-After`: a number of seconds, or an HTTP date in any
/// of its three forms (RFC 9110, 5.6.7 and 10.2.3). A date in the past is zero.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
///
/// let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("7"))]);
/// let wait = hydrant_http::client::retry_after(&headers, SystemTime::now());
/// assert_eq!(wait, Some(Duration::from_secs(7)));
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    crate::retry_after::retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}
