//! Audience subscription and membership (sections 3.4, 3.5, 5.12 to 5.14).

use super::report::{Place, Report, known};
use super::rules::AUDIENCE_ATTRIBUTE;
use super::{common, identity, limits};
use crate::message::{
    Audience, AudienceMembershipChangeRequest, AudienceSubscriptionRequest,
    UserAttributeAudienceEvent, UserProfile,
};

pub(super) fn subscription(
    found: &mut Report,
    at: &Place<'_>,
    request: &AudienceSubscriptionRequest<'_>,
) {
    common(found, at, &request.common);
    found.required(at, request);
    identity::account(found, at, &request.account);
    limits::audience_name(found, &at.key("audience_name"), request.audience_name);
    known!(found, at, request; action);
}

pub(super) fn membership(
    found: &mut Report,
    at: &Place<'_>,
    request: &AudienceMembershipChangeRequest<'_>,
) {
    common(found, at, &request.common);
    found.required(at, request);
    identity::account(found, at, &request.account);
    for (index, profile) in request.user_profiles.iter().enumerate() {
        user_profile(found, &at.key("user_profiles").index(index), profile);
    }
}

fn user_profile(found: &mut Report, at: &Place<'_>, profile: &UserProfile<'_>) {
    identity::users(found, &at.key("user_identities"), profile.user_identities);
    identity::devices(
        found,
        &at.key("device_identities"),
        profile.device_identities,
    );
    identity::partners(
        found,
        &at.key("partner_identities"),
        profile.partner_identities,
    );
    for (index, membership) in profile.audiences.iter().enumerate() {
        audience(found, &at.key("audiences").index(index), membership);
    }
    identity::mpid(found, at, profile.mpid);
}

fn audience(found: &mut Report, at: &Place<'_>, audience: &Audience<'_>) {
    found.required(at, audience);
    limits::audience_name(found, &at.key("audience_name"), audience.audience_name);
    known!(found, at, audience; action);
    for (index, change) in audience.user_attributes.iter().enumerate() {
        attribute(found, &at.key("user_attributes").index(index), change);
    }
}

fn attribute(found: &mut Report, at: &Place<'_>, change: &UserAttributeAudienceEvent<'_>) {
    let key = change.key.filter(|key| !key.is_empty());
    if key.is_none() || change.action.is_none() {
        found.warn(
            at,
            AUDIENCE_ATTRIBUTE,
            "ignored, because `key` or `action` is missing",
        );
    }
    if let Some(key) = key {
        limits::attribute_name(found, &at.key("key"), key);
    }
    if let Some(value) = change.value {
        limits::attribute_value(found, &at.key("value"), value);
    }
    known!(found, at, change; action);
    limits::list(found, &at.key("list_value"), change.list_value);
}
