//! The sixteen events and their products (sections 4, 5.3 to 5.6).

use super::report::{Place, Report, known};
use super::rules::{CURRENCY_CODE, LOCATION, SESSION_LENGTH};
use super::{identity, limits};
use crate::message::{Event, EventCommon, GeoLocation};

pub(super) fn event(found: &mut Report, at: &Place<'_>, event: &Event<'_>) {
    if let Some(fields) = event.common() {
        common(found, at, fields);
    }
    let attributes = &at.key("attributes");
    match event {
        Event::SessionStart(_) | Event::Skipped(_) => {}
        Event::PushMessageReceipt(_) | Event::PushMessageOpen(_) => {}
        Event::SessionEnd(event) => {
            session_length(found, &at.key("session_length_ms"), event.session_length_ms);
        }
        Event::CustomEvent(event) => {
            found.required(at, *event);
            limits::event_name(found, &at.key("name"), event.name);
            known!(found, at, event; custom_event_type);
            limits::event_attributes(found, attributes, event.attributes);
        }
        Event::ScreenView(event) => {
            found.required(at, *event);
            limits::event_name(found, &at.key("screen_name"), event.screen_name);
            limits::event_attributes(found, attributes, event.attributes);
        }
        Event::Error(event) => limits::event_attributes(found, attributes, event.attributes),
        Event::PrivacySettingChange(event) => {
            found.required(at, *event);
            known!(found, at, event; setting);
        }
        Event::UserAttributeChange(event) => {
            limits::texts(found, &at.key("added"), event.added);
            limits::texts(found, &at.key("removed"), event.removed);
        }
        Event::UserIdentityChange(event) => {
            identity::users(found, &at.key("added"), event.added);
            identity::users(found, &at.key("removed"), event.removed);
        }
        Event::PushSubscription(event) => {
            found.required(at, *event);
            known!(found, at, event; action);
        }
        Event::ApplicationStateTransition(event) => {
            found.required(at, *event);
            known!(found, at, event; application_state);
        }
        Event::ProductAction(event) => {
            found.required(at, *event);
            known!(found, at, event; action);
            currency_code(found, at, event.currency_code);
            limits::event_attributes(found, attributes, event.attributes);
        }
        Event::PromotionAction(event) => {
            found.required(at, *event);
            known!(found, at, event; action);
            limits::event_attributes(found, attributes, event.attributes);
        }
        Event::Impression(event) => limits::event_attributes(found, attributes, event.attributes),
        Event::Attribution(event) => {
            limits::event_name(found, &at.key("name"), event.name);
            limits::event_attributes(found, attributes, event.attributes);
        }
        Event::Unknown(event) => found.unknown_member(at, &Event::INFO, event.unknown.type_name),
    }
}

fn common(found: &mut Report, at: &Place<'_>, event: &EventCommon<'_>) {
    found.required(at, event);
    found.time(&at.key("timestamp_ms"), event.timestamp_ms);
    if let Some(place) = &event.location {
        let GeoLocation {
            latitude,
            longitude,
            accuracy,
            ..
        } = *place;
        location(found, &at.key("location"), [latitude, longitude], accuracy);
    }
}

pub(crate) fn session_length(found: &mut Report, at: &Place<'_>, millis: i64) {
    if millis < 0 {
        found.warn(at, SESSION_LENGTH, "a negative length");
    }
}

pub(crate) fn currency_code(found: &mut Report, at: &Place<'_>, code: Option<&str>) {
    let code = code.filter(|code| !code.is_empty());
    if code.is_some_and(|c| c.len() != 3 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
        found.warn(
            &at.key("currency_code"),
            CURRENCY_CODE,
            "not three capital letters",
        );
    }
}

/// Latitude and longitude, and the accuracy. Reading guarantees that the numbers are finite.
pub(crate) fn location(
    found: &mut Report,
    at: &Place<'_>,
    [latitude, longitude]: [f64; 2],
    accuracy: f64,
) {
    for (field, degrees, limit) in [
        ("latitude", latitude, 90.0),
        ("longitude", longitude, 180.0),
    ] {
        if degrees.abs() > limit {
            found.warn(&at.key(field), LOCATION, format!("beyond {limit} degrees"));
        }
    }
    if accuracy < 0.0 {
        found.warn(&at.key("accuracy"), LOCATION, "a negative distance");
    }
}
