//! Builders: every message and event is one that the protocol allows.

use std::collections::BTreeSet;

use hydrant::message::{EventType, Message, SystemNotificationType};
use hydrant::validate::{findings, unknown_fields};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::build::*;
use hydrant_testing::json;

/// One event of every type.
pub(crate) fn all_events() -> Vec<EventBuilder> {
    vec![
        session_start(),
        session_end(1000),
        custom_event("signed up")
            .attribute("plan", "gold")
            .custom_flag("Acme.tag", 1),
        screen_view("home"),
        error("no network"),
        privacy_setting_change(true),
        user_attribute_change("plan", Some("free"), Some("gold")),
        user_identity_change("email", None, Some("ada@example.com")),
        push_subscription("subscribe", "token"),
        application_state_transition("install"),
        push_message_receipt(r#"{"m":1}"#),
        product_action("purchase")
            .set("total_amount", "12.50")
            .push("products", product("sku-1").set("price", 9.5)),
        promotion_action("view").push("promotions", promotion("summer")),
        impression("search", [product("sku-1"), product("sku-2")]),
        attribution("publisher", "campaign"),
        push_message_open(r#"{"m":1}"#),
    ]
}

fn full_batch() -> Batch {
    Batch::new()
        .account(7)
        .setting("api_key", "k")
        .email("ada@example.com")
        .customer_id("C-7")
        .partner_identity("Acme_id", "p")
        .mpid("-42")
        .user_attribute("plan", "gold")
        .gdpr_consent("marketing", true)
        .set(
            "runtime_environment",
            runtime("ios").push("identities", identity("ios_vendor_id", "v")),
        )
        .notification(gdpr_consent_state("marketing", true))
        .notification(ccpa_consent_state(false))
        .events(all_events())
}

/// What is wrong with a message.
fn wrong(message: impl Into<Vec<u8>>) -> Vec<String> {
    let (body, mut scratch) = (message.into(), Scratch::new());
    let parsed = parse(&body, &mut scratch, &ParseOptions::new()).unwrap();
    assert_eq!(
        parsed.tally,
        hydrant::Tally::default(),
        "{}",
        String::from_utf8_lossy(&body)
    );
    let unknown = unknown_fields(&body, &mut Scratch::new(), &ParseOptions::new()).unwrap();
    let found = findings(&parsed.message).into_iter().chain(unknown);
    found.map(|finding| format!("{finding:?}")).collect()
}

#[test]
fn messages_follow_the_protocol() {
    let nothing: [String; 0] = [];
    assert_eq!(wrong(full_batch()), nothing);
    assert_eq!(wrong(RegistrationRequest::new()), nothing);
    assert_eq!(wrong(Batch::new()), nothing);
    let request = DataSubjectRequest::new().identity("email", "ada@example.com");
    assert_eq!(wrong(request), nothing);
    let subscription = Subscription::of(3_000).subscription_setting("list_id", 7);
    assert_eq!(wrong(subscription.action("update")), nothing);
    let attribute = json!({"key": "plan", "value": "gold", "action": "upsert"});
    let profile = Profile::new()
        .email("ada@example.com")
        .mpid("7")
        .joined(17)
        .left(18);
    let profile =
        profile.audience(audience(19, "attribute_update").push("user_attributes", attribute));
    assert_eq!(wrong(MembershipChange::new().profile(profile)), nothing);
}

#[test]
fn every_type_of_event_and_notification_has_a_builder() {
    let (text, mut scratch) = (full_batch().to_json(), Scratch::new());
    let parsed = parse(text.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    let Message::EventProcessingRequest(batch) = parsed.message else {
        panic!()
    };
    let types: Vec<&str> = batch
        .events
        .iter()
        .map(|event| event.kind().as_str())
        .collect();
    let all: Vec<&str> = EventType::ALL.iter().map(EventType::as_str).collect();
    assert_eq!(types, all);
    assert_eq!(
        batch.system_notifications.len(),
        SystemNotificationType::ALL.len()
    );
    let ids: BTreeSet<_> = batch
        .events
        .iter()
        .map(|event| event.id().unwrap().to_string())
        .collect();
    assert_eq!(ids.len(), batch.events.len());
    assert!(batch.events.is_sorted_by_key(|event| event.timestamp_ms()));
    // The number of the message changes every identifier.
    let second = full_batch().number(2).to_json();
    assert!(
        ids.iter()
            .all(|id| text.contains(id) && !second.contains(id))
    );
}

/// The canonical writer does not change the order of fields.
#[test]
fn fields_are_in_the_order_of_the_sender() {
    let text = full_batch().to_json();
    let mut normal = Vec::new();
    hydrant::normalize(text.as_bytes(), &mut normal).unwrap();
    let names = |text: &str| -> Vec<String> {
        let wanted = [
            "\"type\":",
            "\"events\":",
            "\"account\":",
            "\"mpid\":",
            "\"name\":",
            "\"added\":",
        ];
        let mut found: Vec<(usize, String)> = Vec::new();
        for name in wanted {
            found.extend(
                text.match_indices(name)
                    .map(|(at, name)| (at, name.to_owned())),
            );
        }
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(names(&text), names(std::str::from_utf8(&normal).unwrap()));
}

#[test]
fn hostile_variants_remain_json() {
    let batch = full_batch();
    let variants: BTreeSet<Vec<u8>> = (0..200).map(|seed| batch.hostile(seed)).collect();
    assert!(variants.len() > 150, "{}", variants.len());
    for variant in &variants {
        serde_json::from_slice::<serde::de::IgnoredAny>(variant).unwrap();
    }
    assert_eq!(batch.hostile(7), batch.hostile(7));
}
