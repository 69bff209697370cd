//! OAuth 2 (section 7.7).

use std::time::Duration;

use super::Str;
use crate::message::{AccessTokenType, GrantType};

/// The OAuth 2 parameters with which customers authorize the module, for events and audiences (rule
/// 20 of section 12).
///
/// ```
/// use hydrant::registration::Oauth2;
/// Oauth2::new("https://acme.example/authorize", "https://acme.example/token", "hydrant")
///     .custom_header("X-Acme-Token")
///     .scope("events", "Write events");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Oauth2 {
    pub(super) authorization_url: Option<Str>,
    pub(super) refresh_url: Option<Str>,
    pub(super) token_url: Option<Str>,
    pub(super) grant_type: Option<Str>,
    pub(super) default_expires_in: Option<i32>,
    pub(super) client_id: Option<Str>,
    pub(super) access_token_type: Option<Str>,
    pub(super) custom_header_name: Option<Str>,
    pub(super) param_client_id_name: Option<Str>,
    pub(super) param_secret_name: Option<Str>,
    pub(super) scopes: Vec<Scope>,
}

#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) name: Option<Str>,
    pub(super) description: Option<Str>,
}

impl Oauth2 {
    /// The authorization code grant: the URL where the customer signs in, the URL where the code is
    /// exchanged for a token, and the client identifier. The token is sent in the `Authorization`
    /// header.
    pub fn new(
        authorization_url: impl Into<Str>,
        token_url: impl Into<Str>,
        client_id: impl Into<Str>,
    ) -> Self {
        Self {
            authorization_url: Some(authorization_url.into()),
            refresh_url: None,
            token_url: Some(token_url.into()),
            grant_type: Some(GrantType::AuthorizationCode.as_str().into()),
            default_expires_in: None,
            client_id: Some(client_id.into()),
            access_token_type: Some(AccessTokenType::Bearer.as_str().into()),
            custom_header_name: None,
            param_client_id_name: None,
            param_secret_name: None,
            scopes: Vec::new(),
        }
    }

    /// Sets the URL where an expired token is refreshed.
    pub fn refresh_url(mut self, url: impl Into<Str>) -> Self {
        self.refresh_url = Some(url.into());
        self
    }

    /// Sets the lifetime of tokens in whole seconds, for a provider that does not send it.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.default_expires_in = Some(i32::try_from(lifetime.as_secs()).unwrap_or(i32::MAX));
        self
    }

    /// Makes the sender send the token in a header of this name.
    pub fn custom_header(mut self, name: impl Into<Str>) -> Self {
        self.access_token_type = Some(AccessTokenType::CustomHeader.as_str().into());
        self.custom_header_name = Some(name.into());
        self
    }

    /// Sets the name of the client identifier parameter, for a provider that does not call it
    /// `client_id`.
    pub fn client_id_parameter(mut self, name: impl Into<Str>) -> Self {
        self.param_client_id_name = Some(name.into());
        self
    }

    /// Sets the name of the client secret parameter, for a provider that does not call it
    /// `client_secret`.
    pub fn secret_parameter(mut self, name: impl Into<Str>) -> Self {
        self.param_secret_name = Some(name.into());
        self
    }

    /// Requests a scope, with a description of its purpose.
    pub fn scope(mut self, name: impl Into<Str>, description: impl Into<Str>) -> Self {
        self.scopes.push(Scope {
            name: Some(name.into()),
            description: Some(description.into()),
        });
        self
    }
}
