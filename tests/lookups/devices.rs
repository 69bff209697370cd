//! Device identities by platform, decisions on consent, and membership changes by setting.

use super::with_message;
use hydrant::message::*;

fn batch(fields: &str, look: impl FnOnce(&EventProcessingRequest<'_>)) {
    let body = format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    with_message(&body, |message| match message {
        Message::EventProcessingRequest(batch) => look(batch),
        other => panic!("{other:?}"),
    });
}

fn membership(profiles: &str, look: impl FnOnce(&AudienceMembershipChangeRequest<'_>)) {
    let body =
        format!(r#"{{"type":"audience_membership_change_request","user_profiles":[{profiles}]}}"#);
    with_message(&body, |message| match message {
        Message::AudienceMembershipChangeRequest(request) => look(request),
        other => panic!("{other:?}"),
    });
}

type Found<'a> = Option<(DeviceIdentityType<'a>, Identity<'a>)>;

fn shown(found: Found<'_>) -> Option<(String, &str)> {
    found.map(|(kind, identity)| (kind.to_string(), identity.as_sent()))
}

#[test]
fn devices_of_each_platform_have_their_ids() {
    for (platform, advertising, vendor, push) in [
        (
            "ios",
            "ios_advertising_id",
            "ios_vendor_id",
            "apple_push_notification_token",
        ),
        (
            "android",
            "google_advertising_id",
            "android_id",
            "google_cloud_messaging_token",
        ),
        (
            "firetv",
            "fire_advertising_id",
            "android_id",
            "google_cloud_messaging_token",
        ),
        (
            "roku",
            "roku_advertising_id",
            "roku_publisher_id",
            "google_cloud_messaging_token",
        ),
        (
            "xbox",
            "microsoft_advertising_id",
            "microsoft_publisher_id",
            "google_cloud_messaging_token",
        ),
    ] {
        let fields = format!(
            r#""runtime_environment":{{"type":"{platform}","identities":[
                {{"type":"{push}","encoding":"raw","value":"p"}},
                {{"type":"{vendor}","encoding":"raw","value":"v"}},
                {{"type":"{advertising}","encoding":"raw","value":"a"}}]}}"#
        );
        batch(&fields, |batch| {
            let expected = |kind: &str, value| Some((kind.to_owned(), value));
            assert_eq!(shown(batch.advertising_id()), expected(advertising, "a"));
            assert_eq!(shown(batch.vendor_id()), expected(vendor, "v"));
            assert_eq!(shown(batch.push_token()), expected(push, "p"));
        });
    }
    batch(r#""mpid":"1""#, |batch| {
        assert_eq!(batch.advertising_id(), None)
    });
}

#[test]
fn all_devices_of_a_profile_are_found_and_zeros_are_not() {
    let profile = r#"{"device_identities":[
        {"type":"google_advertising_id","encoding":"raw","value":"g"},
        {"type":"ios_advertising_id","encoding":"raw","value":"00000000-0000-0000-0000-000000000000"},
        {"type":"ios_advertising_id","encoding":"raw","value":"i"},
        {"type":"google_advertising_id","encoding":"md5","value":"h"}]}"#;
    membership(profile, |request| {
        let profile = &request.user_profiles[0];
        let types = [
            DeviceIdentityType::GoogleAdvertisingId,
            DeviceIdentityType::IosAdvertisingId,
        ];
        let found: Vec<_> = profile
            .device_identities_of(&types)
            .map(|it| it.1.as_sent())
            .collect();
        assert_eq!(found, ["g", "h", "i"]);
        assert_eq!(
            shown(profile.advertising_id()),
            Some(("ios_advertising_id".into(), "i"))
        );
    });
}

#[test]
fn an_unknown_decision_is_neither_yes_nor_no() {
    let consent = r#""consent_state":{"gdpr_consent_state":{"a":{"consented":true},"b":{"consented":false}}}"#;
    batch(consent, |batch| {
        let decisions = ["a", "b", "c", "A"].map(|purpose| batch.gdpr_decision(purpose));
        assert_eq!(decisions, [Some(true), Some(false), None, None]);
        assert_eq!(
            ["a", "b", "c"].map(|it| batch.consented(it)),
            [true, false, false]
        );
    });
    batch(r#""mpid":"1""#, |batch| {
        assert_eq!(batch.gdpr_decision("a"), None)
    });
}

#[test]
fn each_user_is_once_in_the_group_of_a_value() {
    let audience = |action: &str, list: &str| {
        let settings = match list {
            "" => String::new(),
            list => format!(r#","audience_subscription_settings":{{"list_id":"{list}"}}"#),
        };
        let action = match action {
            "" => String::new(),
            action => format!(r#","action":"{action}""#),
        };
        format!(r#"{{"audience_id":1{action}{settings}}}"#)
    };
    let profile = |mpid: &str, audiences: &[String]| {
        let mpid = match mpid {
            "" => String::new(),
            mpid => format!(r#""mpid":"{mpid}","#),
        };
        format!(r#"{{{mpid}"audiences":[{}]}}"#, audiences.join(","))
    };
    let profiles = [
        profile(
            "1",
            &[
                audience("add", "x"),
                audience("delete", "x"),
                audience("attribute_update", "x"),
            ],
        ),
        profile(
            "2",
            &[audience("attribute_update", "x"), audience("add", "")],
        ),
        profile(
            "3",
            &[
                audience("delete", "y"),
                audience("", "x"),
                audience("moved", "y"),
            ],
        ),
        // The same user again.
        profile("1", &[audience("add", "x")]),
        // Two users without an mpid.
        profile("", &[audience("add", "y")]),
        profile("", &[audience("add", "y")]),
    ];
    membership(&profiles.join(","), |request| {
        let groups = request.by_setting("list_id");
        let mpids = |users: &[&UserProfile<'_>]| {
            users
                .iter()
                .map(|user| user.mpid.unwrap_or("-").to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let rows: Vec<_> = groups
            .iter()
            .map(|it| {
                let lists = [&it.added, &it.removed, &it.updated, &it.unknown];
                (it.value, lists.map(|users| mpids(users)))
            })
            .collect();
        let row = |lists: [&str; 4]| lists.map(str::to_owned);
        assert_eq!(
            rows,
            [
                (Some("x"), row(["1", "", "2", "3"])),
                (None, row(["2", "", "", ""])),
                (Some("y"), row(["- -", "3", "", ""])),
            ]
        );
        let all = request.by_setting("other");
        assert_eq!((all.len(), all[0].value), (1, None));
        assert!(!format!("{groups:?}").contains('x'));
    });
}

#[test]
fn payloads_are_read_on_request() {
    let fields = r#""events":[{"type":"push_message_open","payload":"{\"aps\":{\"alert\":\"h\\u00e9\"}}"},
        {"type":"push_message_receipt","payload":"hello"}]"#;
    batch(fields, |batch| {
        let [
            Event::PushMessageOpen(open),
            Event::PushMessageReceipt(receipt),
        ] = batch.events
        else {
            panic!("other events");
        };
        let alert = open
            .payload_json()
            .unwrap()
            .path(&["aps", "alert"])
            .unwrap();
        assert_eq!(alert.text().unwrap(), "hé");
        assert!(receipt.payload_json().is_none());
    });
}

/// Users whose `mpid` is a placeholder are not one user.
#[test]
fn a_placeholder_joins_no_users() {
    let profile = |mpid: &str, email: &str, action: &str| {
        format!(
            r#"{{"mpid":"{mpid}","user_identities":[{email}],"audiences":[{{"audience_id":1,"action":"{action}"}}]}}"#
        )
    };
    let email = |value: &str| format!(r#"{{"type":"email","encoding":"raw","value":"{value}"}}"#);
    let profiles = [
        profile("0", &email("a"), "add"),
        profile("0", &email("b"), "add"),
        profile("", &email("c"), "add"),
        profile("", &email("d"), "delete"),
        // The profile with the change that counts has the identities.
        profile("5", &email("e"), "add"),
        profile("5", "", "attribute_update"),
    ];
    membership(&profiles.join(","), |request| {
        let groups = request.by_setting("list_id");
        let emails = |users: &[&UserProfile<'_>]| {
            let emails = users.iter().map(|user| user.email().unwrap().as_sent());
            emails.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            (emails(&groups[0].added), emails(&groups[0].removed)),
            ("a b c e".into(), "d".into())
        );
    });
}
