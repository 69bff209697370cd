//! What a request is permitted to send, by its token.

use axum::http::{HeaderMap, HeaderName, header};
use hydrant::message::{AccessTokenType, Authentication, Message, MessageCommon};
use hydrant::{ParseOptions, Registration, Scratch, parse};

use crate::kinds::Kinds;
use crate::tokens::{Check, Tokens};

/// The OAuth 2 parameters of a registration, as far as requests show them (protocol, section 7.7).
#[derive(Debug, Default)]
pub(crate) struct Oauth {
    /// The types of messages with an access token in `Authorization: Bearer`.
    bearer: Option<Kinds>,
    /// Those with an access token in a header of their own.
    custom: Vec<(HeaderName, Kinds)>,
}

/// What a request is permitted to send.
pub(crate) struct Permission {
    pub(crate) kinds: Kinds,
    /// The access token of the customer.
    pub(crate) access_token: Option<String>,
}

impl Oauth {
    /// Reads the registration as the sender does.
    pub(crate) fn of(registration: &Registration) -> Self {
        let mut oauth = Self::default();
        let json = registration.to_json(MessageCommon::default());
        let mut scratch = Scratch::new();
        let Ok(parsed) = parse(&json, &mut scratch, &ParseOptions::new()) else {
            return oauth;
        };
        if let Message::ModuleRegistrationResponse(response) = parsed.message {
            let events = response.event_processing_registration;
            let audiences = response.audience_processing_registration;
            oauth.add(events.and_then(|it| it.authentication), Kinds::EVENTS);
            oauth.add(audiences.and_then(|it| it.authentication), Kinds::AUDIENCES);
        }
        oauth
    }

    fn add(&mut self, authentication: Option<Authentication<'_>>, kinds: Kinds) {
        let Some(Authentication::Oauth2(oauth)) = authentication else {
            return;
        };
        let name = oauth.custom_header_name.map(str::as_bytes);
        let name = name.and_then(|name| HeaderName::from_bytes(name).ok());
        match (oauth.access_token_type, name) {
            (Some(AccessTokenType::CustomHeader), Some(name)) => self.custom.push((name, kinds)),
            _ => self.bearer = Some(self.bearer.map_or(kinds, |others| others.with(kinds))),
        }
    }

    /// The access token of a request, and the types of messages that it is for.
    fn token<'h>(
        &self,
        headers: &'h HeaderMap,
        bearer: Option<&'h str>,
    ) -> Option<(&'h str, Kinds)> {
        if let (Some(kinds), Some(token)) = (self.bearer, bearer) {
            return Some((token, kinds));
        }
        let mut found: Option<(&str, Kinds)> = None;
        for (name, kinds) in &self.custom {
            let token = headers.get(name).and_then(|value| value.to_str().ok());
            if let Some(token) = token.map(str::trim).filter(|token| !token.is_empty()) {
                let kinds = found.map_or(*kinds, |(_, others)| others.with(*kinds));
                found = Some((token, kinds));
            }
        }
        found
    }
}

/// Decides what a request is permitted to send. Access tokens are not compared: only the handlers
/// know the customers. A registration is answered to everybody, because the sender has no token
/// before it.
pub(crate) fn permission(headers: &HeaderMap, tokens: &Tokens, oauth: &Oauth) -> Permission {
    let (token, bearer) = (scheme(headers, "token"), scheme(headers, "bearer"));
    let access = oauth.token(headers, bearer);
    let mut kinds = match tokens.check(token) {
        Check::Open | Check::Valid => Kinds::ALL,
        Check::Wrong => Kinds::REGISTRATION,
    };
    if let Some((_, more)) = access
        && token.is_none()
    {
        kinds = kinds.with(more);
    }
    Permission {
        kinds,
        // A module without OAuth in its registration may still want it.
        access_token: access
            .map(|(token, _)| token)
            .or(bearer)
            .filter(|_| kinds != Kinds::REGISTRATION)
            .map(str::to_owned),
    }
}

/// The credentials of `Authorization` with this scheme. Two headers are none: which one counts would
/// be a matter of opinion.
fn scheme<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, other) = (values.next()?, values.next());
    let (name, credentials) = value.to_str().ok()?.trim().split_once(' ')?;
    let credentials = credentials.trim();
    let matches = name.eq_ignore_ascii_case(scheme) && !credentials.is_empty() && other.is_none();
    matches.then_some(credentials)
}
