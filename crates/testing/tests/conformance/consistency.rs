//! Tests of rules between different parts of a message, which declarations cannot express.

use hydrant_testing::generate::{Kind, Options};
use serde_json::Value;

use super::lines;

#[test]
fn events_of_a_batch_are_consistent() {
    for line in lines(&Options::default().kind(Kind::Events).events(20..=20), 100) {
        let message: Value = serde_json::from_slice(&line).unwrap();
        let events = message["events"].as_array().unwrap();
        assert_eq!(events.len(), 20);
        let (mut last, mut session, mut ended) = (0, None, false);
        for (at, event) in events.iter().enumerate() {
            let now = event["timestamp_ms"].as_i64().unwrap();
            assert!(now > last, "timestamps increase");
            last = now;
            let starts = event["type"] == "session_start";
            let current = event["session_id"].as_i64();
            assert!(
                at == 0 || (current == session) != starts,
                "only a start changes the session"
            );
            assert!(starts || !ended, "a session start follows a session end");
            session = current;
            ended = event["type"] == "session_end";
        }
        assert!(last <= message["timestamp_ms"].as_i64().unwrap());
    }
}

/// The rules of section 12 between different parts of a registration.
#[test]
fn registrations_follow_the_rules() {
    for line in lines(&Options::default().kind(Kind::Registrations), 600) {
        let value: Value = serde_json::from_slice(&line).unwrap();
        if value["type"] == "module_registration_request" {
            continue;
        }
        let (events, allowed) = (
            &value["event_processing_registration"],
            &value["permissions"],
        );
        let supports = |list: &str, name: &str| {
            events[list]
                .as_array()
                .is_some_and(|names| names.iter().any(|known| *known == *name))
        };
        let count = |list: &Value| list.as_array().map_or(0, Vec::len);
        assert!(
            value["description"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .count()
                < 230
        );
        assert!(
            value
                .as_object()
                .unwrap()
                .keys()
                .any(|key| key.ends_with("_registration"))
        );
        assert!(count(&allowed["partner_identities"]) <= 1);
        if supports("supported_event_types", "user_attribute_change") {
            assert_eq!(allowed["allow_user_attributes"], true);
        }
        if supports("supported_event_types", "user_identity_change") {
            assert!(count(&allowed["user_identities"]) > 0);
        }
        if supports("supported_event_types", "push_message_receipt") {
            assert!(events["push_messaging_provider_id"].is_string());
        }
        let notified = count(&events["supported_system_notification_types"]) > 0;
        assert_eq!(notified, allowed["allow_consent_state"] == true);
        for identity in allowed["device_identities"]
            .as_array()
            .unwrap_or(&Vec::new())
        {
            let kind = identity["type"].as_str().unwrap();
            let platforms: &[&str] = match kind {
                _ if kind.starts_with("google") => &["android"],
                _ if kind.starts_with("ios") => &["ios", "tvos"],
                _ if kind.starts_with("apple") => &["ios"],
                _ if kind.starts_with("roku") => &["roku"],
                _ if kind.starts_with("microsoft") => &["xbox"],
                "fire_advertising_id" => &["firetv"],
                _ => &["android", "firetv"],
            };
            let present = platforms
                .iter()
                .any(|name| supports("supported_runtime_environments", name));
            assert!(identity["required"] == false || present, "{kind}");
        }
        for list in [
            "event_processing_registration",
            "audience_processing_registration",
        ] {
            let authentication = &value[list]["authentication"];
            let header = authentication["access_token_type"] == "custom_header";
            assert_eq!(header, authentication["custom_header_name"].is_string());
        }
    }
}
