//! The effects of the connection settings on a batch (C 5), in the order of that section: event
//! type switches, location, metadata, field exclusion, empty-batch check. Splitting is in `split`.
//!
//! Unique ID and Include MP DeviceId are applied by the mapping itself (M 2).

use super::batch::Batch;
use super::settings::Settings;
use super::value::{Object, filled};
use crate::json::Json;

/// The batch with the settings applied, or nothing if it is not sent.
pub(super) fn apply(mut batch: Batch, settings: &Settings) -> Option<Batch> {
    // Event type switches.
    batch
        .events
        .retain(|event| is_sent(event.event_type, settings));

    // Location.
    if settings.include_location_information {
        // Include Event Batch Location needs Include Location Information as well.
        if settings.include_event_batch_location {
            add_batch_location(&mut batch);
        }
    } else {
        for event in &mut batch.events {
            event.data.remove("location");
        }
    }

    // Include Metadata: off removes these; N4: push tokens of events, too.
    if !settings.include_metadata {
        for name in [
            "application_info",
            "device_info",
            "source_info",
            "ip",
            "sdk_version",
        ] {
            batch.head.remove(name);
        }
        remove_push_tokens(&mut batch);
    }

    // Metadata Field Exclusion.
    for (object, field) in &settings.metadata_field_exclusion {
        exclude(&mut batch, object, field);
    }

    // Empty-batch check.
    if batch.events.is_empty() && !settings.send_batches_without_events {
        return None;
    }
    Some(batch)
}

/// C 5: the switch of an event type. Not governed by any switch: `opt_out`, `profile`.
fn is_sent(event_type: &str, settings: &Settings) -> bool {
    match event_type {
        "application_state_transition"
        | "session_start"
        | "session_end"
        | "first_run"
        | "uninstall" => settings.send_lifecycle_events,
        "screen_view" => settings.send_screen_views,
        "crash_report" | "breadcrumb" => settings.send_crash_events,
        "network_performance" => settings.send_network_performance_events,
        "custom_event" => settings.send_custom_events,
        "push_registration" | "push_message" => settings.send_push_registrations_and_receipts,
        "commerce_event" => settings.send_commerce_events,
        "user_attribute_change" => settings.include_user_attribute_change_events,
        "user_identity_change" => settings.include_user_identity_change_events,
        _ => true,
    }
}

/// `context.location`. Reading C 5: of the first forwarded event whose location is within 90 and
/// 180 degrees and not 0, 0.
fn add_batch_location(batch: &mut Batch) {
    let mut locations = batch
        .events
        .iter()
        .filter_map(|event| event.data.get("location"));
    let Some(location) = locations.find(|location| is_valid(location)).cloned() else {
        return;
    };
    let mut context = Object::default();
    if let Some(Json::Object(fields)) = batch.head.get("context") {
        for (name, value) in fields {
            context.put(name, Some(value.clone()));
        }
    }
    context.put("location", Some(location));
    batch.head.put("context", context.filled());
}

fn is_valid(location: &Json) -> bool {
    let degrees = |name: &str| match location.get(name) {
        Some(Json::Number(text)) => text.parse::<f64>().ok(),
        _ => None,
    };
    match (degrees("latitude"), degrees("longitude")) {
        (Some(latitude), Some(longitude)) => {
            latitude.abs() <= 90.0
                && longitude.abs() <= 180.0
                && (latitude != 0.0 || longitude != 0.0)
        }
        _ => false,
    }
}

/// Removes a field, and an object that is then empty (reading "empty values"). N4: without
/// `push_token`, events have no push token, either.
fn exclude(batch: &mut Batch, object: &str, field: &str) {
    if object.is_empty() {
        batch.head.remove(field);
        return;
    }
    if let Some(Json::Object(fields)) = batch.head.get_mut(object) {
        fields.retain(|(name, _)| name != field);
    }
    if batch
        .head
        .get(object)
        .is_some_and(|object| filled(object.clone()).is_none())
    {
        batch.head.remove(object);
    }
    if field == "push_token" {
        remove_push_tokens(batch);
    }
}

fn remove_push_tokens(batch: &mut Batch) {
    for event in &mut batch.events {
        event.data.remove("push_message_token");
    }
}
