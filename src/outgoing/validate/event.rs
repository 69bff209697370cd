//! The events (outgoing-json.md, sections 3 to 6).

use super::batch::{attribute_value, location, user_identity};
use crate::outgoing::{
    Breadcrumb, BreadcrumbData, CommerceEventData, EventDataCommon, OutgoingEvent,
    OutgoingEventType, OutgoingProduct, UserIdentityChangeData,
};
use crate::validate::event::{currency_code, session_length};
use crate::validate::limits;
use crate::validate::report::{Place, Report, known};
use crate::validate::rules::{COMMERCE_EVENT, LIMIT_ACTION_IDENTIFIER, REQUIRED_FIELD};

pub(super) fn event(found: &mut Report, at: &Place<'_>, event: &OutgoingEvent<'_>) {
    use OutgoingEvent as E;
    let top = at;
    let at = &top.key("data");
    if let Some(fields) = event.common() {
        common(found, at, fields);
    }
    match event {
        E::SessionStart(_) | E::Uninstall(_) | E::FirstRun(_) | E::OptOut(_) => {}
        E::NetworkPerformance(_) => {}
        E::CustomEvent(event) => {
            found.required(at, *event);
            limits::event_name(found, &at.key("event_name"), Some(event.event_name));
            if !event.custom_event_type.is_known() {
                let shown = event.custom_event_type.as_str();
                found.unknown_value(&at.key("custom_event_type"), Some(shown));
            }
        }
        E::CommerceEvent(event) => commerce(found, at, event),
        E::SessionEnd(event) => {
            let length = event.session_duration_ms.unwrap_or_default();
            session_length(found, &at.key("session_duration_ms"), length);
        }
        E::ScreenView(event) => {
            limits::event_name(found, &at.key("screen_name"), event.screen_name);
        }
        E::CrashReport(event) => {
            for (index, crumb) in event.breadcrumbs.iter().enumerate() {
                breadcrumb(found, &at.key("breadcrumbs").index(index), crumb);
            }
        }
        E::PushRegistration(event) => found.required(at, *event),
        E::ApplicationStateTransition(event) => {
            found.required(at, *event);
            known!(found, at, event; application_transition_type);
        }
        E::PushMessage(event) => {
            found.required(at, *event);
            known!(found, at, event; push_message_type, network, application_state);
            let action = event.action_identifier.unwrap_or_default();
            if limits::longer_than(action, 100) {
                let at = &at.key("action_identifier");
                found.warn(at, LIMIT_ACTION_IDENTIFIER, "more than 100 characters");
            }
        }
        E::Breadcrumb(event) => found.required(at, *event),
        E::Profile(event) => {
            found.required(at, *event);
            known!(found, at, event; profile_event_type);
        }
        E::UserAttributeChange(event) => {
            // `new` and `old` may be null.
            let name = event.user_attribute_name;
            if name.is_empty() {
                found.warn(at, REQUIRED_FIELD, "missing field `user_attribute_name`");
            }
            limits::attribute_name(found, &at.key("user_attribute_name"), name);
            for (field, value) in [("new", &event.new), ("old", &event.old)] {
                if let Some(value) = value {
                    attribute_value(found, &at.key(field), value);
                }
            }
        }
        E::UserIdentityChange(event) => identity_change(found, at, event),
        E::Unknown(unknown) => found.unknown_member(top, &E::INFO, unknown.type_name),
    }
}

/// The fields that all data have. `at` is the place of the data.
fn common(found: &mut Report, at: &Place<'_>, event: &EventDataCommon<'_>) {
    for (field, millis) in [
        ("timestamp_unixtime_ms", event.timestamp_unixtime_ms),
        ("event_start_unixtime_ms", event.event_start_unixtime_ms),
        ("session_start_unixtime_ms", event.session_start_unixtime_ms),
    ] {
        found.time(&at.key(field), millis);
    }
    if let Some(place) = &event.location {
        location(found, &at.key("location"), place);
    }
    limits::event_attributes(
        found,
        &at.key("custom_attributes"),
        *event.custom_attributes,
    );
    if let Some(state) = &event.device_current_state {
        known!(found, at.key("device_current_state"), state; data_connection_type);
    }
}

fn commerce(found: &mut Report, at: &Place<'_>, event: &CommerceEventData<'_>) {
    currency_code(found, at, event.currency_code);
    limits::event_name(found, &at.key("event_name"), event.event_name);
    known!(found, at, event; custom_event_type);
    let parts = [
        event.product_action.is_some(),
        event.promotion_action.is_some(),
        !event.product_impressions.is_empty(),
    ];
    let message = match parts.into_iter().filter(|present| *present).count() {
        0 => Some("neither a product action nor a promotion action nor impressions"),
        1 => None,
        _ => Some("more than one of product action, promotion action and impressions"),
    };
    if let Some(message) = message {
        found.warn(at, COMMERCE_EVENT, message);
    }
    if let Some(action) = &event.product_action {
        let at = &at.key("product_action");
        found.required(at, action);
        known!(found, at, action; action);
        products(found, at, action.products);
    }
    if let Some(action) = &event.promotion_action {
        let at = &at.key("promotion_action");
        found.required(at, action);
        known!(found, at, action; action);
    }
    for (index, list) in event.product_impressions.iter().enumerate() {
        let at = &at.key("product_impressions");
        products(found, &at.index(index), list.products);
    }
    if let Some(cart) = &event.shopping_cart {
        products(found, &at.key("shopping_cart"), cart.products);
    }
}

fn products(found: &mut Report, at: &Place<'_>, products: &[OutgoingProduct<'_>]) {
    let list = &at.key("products");
    for (index, product) in products.iter().enumerate() {
        let at = &list.index(index);
        found.time(
            &at.key("added_to_cart_time_ms"),
            product.added_to_cart_time_ms,
        );
        limits::texts(
            found,
            &at.key("custom_attributes"),
            *product.custom_attributes,
        );
    }
}

/// A breadcrumb in a crash report.
fn breadcrumb(found: &mut Report, at: &Place<'_>, crumb: &Breadcrumb<'_>) {
    if crumb.event_type != OutgoingEventType::Breadcrumb {
        let shown = crumb.event_type.as_str();
        found.unknown_value(&at.key("event_type"), Some(shown));
    }
    found.required(at, crumb);
    if let Some(data) = &crumb.data {
        let at = &at.key("data");
        let BreadcrumbData { common: fields, .. } = data;
        common(found, at, fields);
        found.required(at, data);
    }
}

/// One of the two may be null.
fn identity_change(found: &mut Report, at: &Place<'_>, event: &UserIdentityChangeData<'_>) {
    if event.new.is_none() && event.old.is_none() {
        found.warn(
            at,
            REQUIRED_FIELD,
            "neither `new` nor `old` has an identity",
        );
    }
    for (field, identity) in [("new", &event.new), ("old", &event.old)] {
        if let Some(identity) = identity {
            user_identity(found, &at.key(field), identity);
        }
    }
}
