//! Arbitrary messages, settings and sequences of messages.

use std::collections::{HashMap, HashSet};

use hydrant::outgoing::audience::{
    AudienceMapper, AudienceOutput, AudienceSettings, SentIdentities,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::reference::{self, Settings};
use crate::{Memory, deliver, map, payloads};

fn value() -> impl Strategy<Value = String> {
    // Control characters are escaped differently by serde_json.
    prop_oneof![4 => "[abc]", 1 => "[ -~é😀\u{2028}]{1,6}"]
}

fn identity(kinds: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let encodings: &'static [&str] = &["raw", "raw", "raw", "md5", "sha1", "sha256", "rot13"];
    (
        prop::sample::select(kinds),
        prop::sample::select(encodings),
        value(),
    )
        .prop_map(
            |(kind, encoding, value)| json!({"type": kind, "encoding": encoding, "value": value}),
        )
}

fn profile() -> impl Strategy<Value = Value> {
    let users = &[
        "customer",
        "email",
        "facebook",
        "other",
        "other10",
        "mobile_number",
        "aura",
    ];
    let devices = &[
        "ios_advertising_id",
        "google_advertising_id",
        "android_id",
        "roku_publisher_id",
        "apple_push_notification_token",
    ];
    let audience = (
        0..3_i64,
        prop::option::of(value()),
        prop::sample::select(&["add", "add", "add", "delete", "attribute_update", "levitate"][..]),
    )
        .prop_map(|(id, name, action)| json!({"audience_id": id, "audience_name": name, "action": action}));
    (
        prop::option::weighted(0.9, prop::sample::select(&["1", "-2", "3"][..])),
        prop::collection::vec(identity(users), 0..4),
        prop::collection::vec(identity(devices), 0..4),
        prop::collection::vec(audience, 0..4),
    )
        .prop_map(|(mpid, users, devices, audiences)| {
            json!({"mpid": mpid, "user_identities": users, "device_identities": devices, "audiences": audiences})
        })
}

fn message() -> impl Strategy<Value = Value> {
    let time = prop::option::weighted(0.9, -9_000_000_000_000..9_000_000_000_000_i64);
    (time, prop::collection::vec(profile(), 0..5)).prop_map(|(time, profiles)| {
        json!({"type": "audience_membership_change_request", "timestamp_ms": time,
            "account": {"account_id": 1}, "user_profiles": profiles})
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let names = [
        "send_anonymous_users",
        "forward_email_addresses",
        "forward_customer_ids",
        "forward_idfas",
        "forward_google_advertising_ids",
        "one_message_per_device",
        "allow_hashed_identities",
    ];
    let excluded = [
        "CustomerId",
        "Email",
        "FacebookId",
        "Other10",
        "MPID",
        "AndroidId",
    ];
    let excluded = prop::sample::subsequence(excluded.to_vec(), 0..3);
    let switches = prop::collection::vec(prop::option::of(any::<bool>()), names.len());
    (switches, excluded).prop_map(move |(switches, excluded)| {
        let on = |on| if on { "on" } else { "off" }.to_owned();
        let switches = names.into_iter().zip(switches);
        let set = switches.filter_map(|(name, switch)| Some((name, on(switch?))));
        let list = ("identities_to_exclude", excluded.join(","));
        set.chain([list]).collect()
    })
}

fn read(settings: &Settings) -> AudienceSettings {
    let mut read = AudienceSettings::default();
    settings
        .iter()
        .for_each(|(name, value)| read.set(name, value).unwrap());
    read
}

/// A receiver: the identities that are members of each audience, as it sees them.
#[derive(Default, Clone, PartialEq, Debug)]
struct Receiver(HashSet<(i64, String)>);

impl Receiver {
    fn receive(&mut self, record: &str) {
        let value: Value = serde_json::from_str(record).unwrap();
        let member = (
            value["AudienceId"].as_i64().unwrap(),
            value["UserIdentities"].to_string(),
        );
        if value["IsMember"] == true {
            self.0.insert(member);
        } else {
            self.0.remove(&member);
        }
    }
}

proptest! {
    #[test]
    fn records_are_those_of_the_reference(
        messages in prop::collection::vec(message(), 1..4),
        settings in settings(),
    ) {
        let read = read(&settings);
        // Without a store.
        let mapper = AudienceMapper::new(read.clone()).unwrap();
        let mut output = AudienceOutput::new();
        for message in &messages {
            map(&mapper, message, &mut output).unwrap();
            prop_assert_eq!(payloads(&output), reference::records(message, &settings, &mut None));
            prop_assert!(output.updates().is_empty());
        }
        // With one.
        let store = Memory::default();
        let mut former = Some(HashMap::new());
        for message in &messages {
            let expected = reference::records(message, &settings, &mut former);
            prop_assert_eq!(deliver(&store, &read, message), expected);
        }
        prop_assert_eq!(store.state().len(), former.unwrap().len());
    }

    #[test]
    fn a_repeated_message_gives_the_same_records_and_the_same_state(
        messages in prop::collection::vec(message(), 1..5),
        settings in settings(),
    ) {
        let settings = read(&settings);
        let (once, twice) = (Memory::default(), Memory::default());
        for message in &messages {
            let mapper = AudienceMapper::with_store(settings.clone(), &twice);
            let (mut first, mut second) = (AudienceOutput::new(), AudienceOutput::new());
            map(&mapper, message, &mut first).unwrap();
            // The delivery failed, and the message is repeated.
            map(&mapper, message, &mut second).unwrap();
            prop_assert_eq!(payloads(&first), payloads(&second));
            twice.apply(second.updates(), 0).unwrap();
            // The acknowledgement was lost.
            twice.apply(second.updates(), 0).unwrap();
            deliver(&twice, &settings, message);
            deliver(&once, &settings, message);
            prop_assert_eq!(once.state(), twice.state());
        }
    }

    /// As long as users only join, the receiver knows each of them by the identities last sent, and
    /// by no others, also if messages are repeated.
    #[test]
    fn changing_identities_give_balanced_pairs(
        messages in prop::collection::vec((message(), 1..3_usize), 1..6),
        settings in settings(),
    ) {
        let read = read(&settings);
        let store = Memory::default();
        let mut receiver = Receiver::default();
        // What the reference says was sent last.
        let mut last = Some(HashMap::new());
        for (mut message, times) in messages {
            let profiles = message["user_profiles"].as_array_mut().unwrap();
            profiles.retain(|profile| profile["mpid"].is_string());
            for profile in profiles {
                // Users do not share identities, so that the MPID is always among them.
                let audiences = profile["audiences"].as_array_mut().unwrap();
                audiences.iter_mut().for_each(|audience| audience["action"] = json!("add"));
            }
            if settings["identities_to_exclude"].contains("MPID") {
                continue;
            }
            for _ in 0..times {
                let records = deliver(&store, &read, &message);
                records.iter().for_each(|record| receiver.receive(record));
                reference::records(&message, &settings, &mut last);
            }
            let last = last.iter().flatten();
            let expected = last.flat_map(|((audience, _), sent)| {
                let texts = sent.iter().map(|it| serde_json::from_str::<Value>(it).unwrap().to_string());
                texts.map(|text| (*audience, text)).collect::<Vec<_>>()
            });
            prop_assert_eq!(&receiver.0, &expected.collect::<HashSet<_>>());
        }
    }
}
