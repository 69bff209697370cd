//! What both clients share: the HTTP client, credentials, and no retries of the SDK.

use std::future::Future;
use std::time::Instant;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use hydrant::delivery::Fate;
use tokio::time::timeout_at;

use crate::config::AwsAccess;

/// Loads the configuration of the SDK. The endpoint is that of `access`, or the one that the
/// environment or a profile names, or that of the region.
pub(crate) async fn load(access: &AwsAccess) -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::rustls(CryptoMode::Ring));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.build_https())
        .region(Region::new(access.region().to_owned()))
        .retry_config(RetryConfig::disabled())
        // The deadline bounds a stalled answer.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(url) = access.endpoint_url() {
        loader = loader.endpoint_url(url);
    }
    if let Some(key) = access.key() {
        let token = key.session_token.clone();
        let credentials = Credentials::new(&key.id, &key.secret, token, None, "hydrant");
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}

/// The result of a request, if it ends before the deadline. A request whose deadline has passed is
/// not started.
pub(crate) async fn before<T>(
    deadline: Instant,
    request: impl Future<Output = Result<T, Fate>>,
) -> Result<T, Fate> {
    if Instant::now() >= deadline {
        return Err(Fate::retry("the deadline has passed"));
    }
    match timeout_at(deadline.into(), request).await {
        Ok(result) => result,
        Err(_) => Err(Fate::retry("no answer before the deadline")),
    }
}
