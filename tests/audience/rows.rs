//! The rows of the tables in sections 3.1 to 3.3 and 3.6.

use hydrant::outgoing::audience::{AudienceIdentity, AudienceSettings, AudienceWarning};
use hydrant::outgoing::audience::{AudienceMapper, AudienceOutput};
use serde_json::{Value, json};

use crate::{Memory, deliver, map, mapped, payloads, record, request, user};

/// Section 3.2: the list that the sender names, the type there, the key.
const IDENTITIES: &[(&str, &str, &str)] = &[
    ("user_identities", "customer", "CustomerId"),
    ("user_identities", "email", "Email"),
    ("user_identities", "facebook", "FacebookId"),
    ("user_identities", "google", "GoogleId"),
    ("user_identities", "microsoft", "MicrosoftId"),
    ("user_identities", "twitter", "TwitterId"),
    ("user_identities", "yahoo", "YahooId"),
    ("user_identities", "other", "Other"),
    ("user_identities", "other2", "Other2"),
    ("user_identities", "other3", "Other3"),
    ("user_identities", "other4", "Other4"),
    ("user_identities", "other5", "Other5"),
    ("user_identities", "other6", "Other6"),
    ("user_identities", "other7", "Other7"),
    ("user_identities", "other8", "Other8"),
    ("user_identities", "other9", "Other9"),
    ("user_identities", "other10", "Other10"),
    ("mpid", "mpid", "MPID"),
    (
        "device_identities",
        "google_advertising_id",
        "GoogleAdvertisingIdentifier",
    ),
    (
        "device_identities",
        "ios_advertising_id",
        "AppleAdvertisingIdentifier",
    ),
    (
        "device_identities",
        "ios_vendor_id",
        "AppleVendorIdentifier",
    ),
    ("device_identities", "android_id", "AndroidId"),
    (
        "device_identities",
        "fire_advertising_id",
        "FireAdvertisingIdentifier",
    ),
    (
        "device_identities",
        "microsoft_advertising_id",
        "MicrosoftAdvertisingIdentifier",
    ),
    (
        "device_identities",
        "roku_advertising_id",
        "RokuAdvertisingIdentifier",
    ),
    (
        "device_identities",
        "roku_publisher_id",
        "RokuPublisherIdentifier",
    ),
];

/// A user with these identities only, who joins the audience 7.
fn with(list: &str, identities: Value) -> Value {
    let mut user = json!({
        "audiences": [{"audience_id": 7, "audience_name": "Buyers", "action": "add"}]});
    user[list] = identities;
    request(&[user])
}

fn raw(kind: &str, value: &str) -> Value {
    json!({"type": kind, "encoding": "raw", "value": value})
}

fn default_payloads(message: &Value) -> Vec<String> {
    payloads(&mapped(message, &AudienceSettings::default()))
}

#[test]
fn each_identity_has_its_name() {
    assert_eq!(IDENTITIES.len(), AudienceIdentity::ALL.len());
    for ((list, kind, key), identity) in IDENTITIES.iter().zip(AudienceIdentity::ALL) {
        let identities = match *list {
            "mpid" => json!("v"),
            _ => json!([raw(kind, "v")]),
        };
        let expected = record(true, &format!("{{\"{key}\":\"v\"}}"));
        assert_eq!(default_payloads(&with(list, identities)), [expected]);
        assert_eq!((identity.key(), identity.firehose_name()), (*key, *kind));
        assert_eq!(identity.published_name().parse(), Ok(*identity));
    }
}

#[test]
fn identities_are_in_the_order_of_the_table() {
    // The sender's order is the reverse.
    let mut user = json!({"audiences": [{"audience_id": 7, "audience_name": "Buyers", "action": "add"}],
        "user_identities": [], "device_identities": [], "mpid": "-1"});
    let mut expected = Vec::new();
    for (list, kind, key) in IDENTITIES {
        let value = if *list == "mpid" { "-1" } else { *kind };
        if let Some(list) = user[*list].as_array_mut() {
            list.insert(0, raw(kind, value));
        }
        expected.push(format!("\"{key}\":\"{value}\""));
    }
    let expected = record(true, &format!("{{{}}}", expected.join(",")));
    assert_eq!(default_payloads(&request(&[user])), [expected]);
}

#[test]
fn other_identities_are_never_sent() {
    for (list, kinds) in [
        (
            "user_identities",
            &["mobile_number", "phone_number_2", "phone_number_3"][..],
        ),
        (
            "device_identities",
            &[
                "google_cloud_messaging_token",
                "apple_push_notification_token",
                "microsoft_publisher_id",
            ],
        ),
        ("partner_identities", &["acme"]),
    ] {
        for kind in kinds {
            let output = mapped(
                &with(list, json!([raw(kind, "v")])),
                &AudienceSettings::default(),
            );
            assert_eq!(output.records().len(), 0, "{kind}");
            let warnings: Vec<_> = output.warnings().iter().collect();
            assert_eq!(warnings, [(AudienceWarning::NoIdentity, 1)]);
        }
    }
}

#[test]
fn of_several_identities_the_first_that_may_be_sent_counts() {
    let identities = json!([
        {"type": "email", "encoding": "md5", "value": "0"},
        {"type": "telepathy", "encoding": "raw", "value": "0"},
        {"type": "email", "encoding": "rot13", "value": "0"},
        {"type": "email", "encoding": "raw", "value": "a"},
        {"type": "email", "encoding": "raw", "value": "b"}]);
    let output = mapped(
        &with("user_identities", identities),
        &AudienceSettings::default(),
    );
    assert_eq!(payloads(&output), [record(true, r#"{"Email":"a"}"#)]);
    let warnings: Vec<_> = output.warnings().iter().collect();
    assert_eq!(
        warnings,
        [
            (AudienceWarning::HashedIdentity, 1),
            (AudienceWarning::UnknownEncoding, 1),
            (AudienceWarning::UnknownIdentity, 1),
            (AudienceWarning::FurtherIdentity, 1),
        ]
    );
    assert_eq!(output.warnings().get(AudienceWarning::NoIdentity), 0);
}

#[test]
fn each_action_has_its_effect() {
    for (action, expected) in [
        ("add", Some(true)),
        ("delete", Some(false)),
        ("attribute_update", None),
        ("levitate", None),
    ] {
        let message = request(&[user("1", action, &[])]);
        let output = mapped(&message, &AudienceSettings::default());
        let expected = expected.map(|is_member| record(is_member, r#"{"MPID":"1"}"#));
        assert_eq!(payloads(&output), expected.into_iter().collect::<Vec<_>>());
        let unknown = output.warnings().get(AudienceWarning::UnknownAction);
        assert_eq!(unknown, u64::from(action == "levitate"));
    }
    let mut message = request(&[user("1", "add", &[])]);
    message["user_profiles"][0]["audiences"][0]["action"] = Value::Null;
    let output = mapped(&message, &AudienceSettings::default());
    assert_eq!(output.records().len(), 0);
    assert_eq!(output.warnings().get(AudienceWarning::UnknownAction), 1);
}

#[test]
fn lists_of_earlier_protocols_are_actions_too() {
    let message = request(&[json!({"mpid": "1",
        "added_audiences": [{"audience_id": 7, "audience_name": "Buyers"}],
        "removed_audiences": [{"audience_id": 7, "audience_name": "Buyers"}]})]);
    let expected = [true, false].map(|is_member| record(is_member, r#"{"MPID":"1"}"#));
    assert_eq!(default_payloads(&message), expected);
}

#[test]
fn the_time_is_in_seconds_rounded_down() {
    for (ms, seconds) in [
        (1_714_592_744_999_i64, "1714592744"),
        (999, "0"),
        (0, "0"),
        (-1, "-1"),
        (-1000, "-1"),
        (i64::MAX, "9223372036854775"),
        (i64::MIN, "-9223372036854776"),
    ] {
        let mut message = request(&[user("1", "add", &[])]);
        message["timestamp_ms"] = json!(ms);
        let output = mapped(&message, &AudienceSettings::default());
        assert!(payloads(&output)[0].starts_with(&format!(
            "{{\"MembershipChangedTimestamp\":\"{seconds}\",\"AudienceId\":7,"
        )));
        assert_eq!(output.records().next().unwrap().timestamp_ms, Some(ms));
    }
}

#[test]
fn what_the_message_does_not_have_is_left_out_and_counted() {
    let message = json!({"type": "audience_membership_change_request", "user_profiles": [
        {"mpid": "1", "audiences": [{"audience_id": 9_007_199_254_740_993_i64, "action": "add"},
            {"audience_id": -1, "audience_name": "", "action": "add"}]}]});
    let output = mapped(&message, &AudienceSettings::default());
    let expected = [9_007_199_254_740_993_i64, -1].map(|id| {
        format!("{{\"AudienceId\":{id},\"IsMember\":true,\"UserIdentities\":{{\"MPID\":\"1\"}}}}")
    });
    assert_eq!(payloads(&output), expected);
    let warnings: Vec<_> = output.warnings().iter().collect();
    let missing = [
        AudienceWarning::MissingTimestamp,
        AudienceWarning::MissingName,
    ];
    assert_eq!(warnings, missing.map(|warning| (warning, 2)));
    assert_eq!(output.records().next().unwrap().timestamp_ms, None);
}

#[test]
fn records_are_in_the_order_of_profiles_then_of_audiences() {
    let profile = |mpid: &str, ids: [i64; 2]| {
        let audiences = ids.map(|id| json!({"audience_id": id, "action": "add"}));
        json!({"mpid": mpid, "audiences": audiences})
    };
    let message = request(&[profile("2", [9, 8]), profile("1", [8, 9])]);
    let output = mapped(&message, &AudienceSettings::default());
    let records = output.records().map(|record| {
        let value: Value = serde_json::from_slice(record.payload).unwrap();
        let key = String::from_utf8(record.key.unwrap().to_vec()).unwrap();
        assert_eq!(value["UserIdentities"]["MPID"], key);
        (key, value["AudienceId"].as_i64().unwrap())
    });
    let expected = [("2", 9), ("2", 8), ("1", 8), ("1", 9)];
    let expected = expected.map(|(mpid, id)| (mpid.to_owned(), id));
    assert_eq!(records.collect::<Vec<_>>(), expected);
}

#[test]
fn the_mpid_is_the_key_even_if_it_is_not_sent() {
    let mut settings = AudienceSettings::default();
    settings.exclude(AudienceIdentity::Mpid);
    let message = request(&[user("01", "add", &[("email", "a")])]);
    let output = mapped(&message, &settings);
    let record = output.records().next().unwrap();
    assert_eq!(record.key, Some(&b"01"[..]));
    assert!(!String::from_utf8_lossy(record.payload).contains("MPID"));
    let message = with("user_identities", json!([raw("email", "a")]));
    let output = mapped(&message, &settings);
    assert_eq!(output.records().next().unwrap().key, None);
}

#[test]
fn a_heartbeat_gives_nothing() {
    for message in [
        request(&[]),
        json!({"type": "audience_membership_change_request"}),
        request(&[json!({"mpid": "1", "user_identities": [
            {"type": "email", "encoding": "md5", "value": "0"}]})]),
    ] {
        let output = mapped(&message, &AudienceSettings::default());
        assert_eq!(output.records().len(), 0);
        assert!(output.warnings().is_empty() && output.updates().is_empty());
    }
}

#[test]
fn an_audience_that_ends_gives_a_record_without_identities() {
    let message = |action: &str| {
        json!({"type": "audience_subscription_request", "timestamp_ms": 1_714_592_744_066_i64,
            "account": {"account_id": 5}, "audience_id": 7, "audience_name": "Buyers",
            "action": action})
    };
    let settings = AudienceSettings::default();
    let output = mapped(&message("remove"), &settings);
    assert_eq!(payloads(&output), [record(false, "{}")]);
    assert_eq!(output.records().next().unwrap().key, None);
    assert!(output.updates().is_empty());
    for (action, unknown) in [("add", 0), ("update", 0), ("levitate", 1)] {
        let output = mapped(&message(action), &settings);
        assert_eq!(output.records().len(), 0);
        assert_eq!(
            output.warnings().get(AudienceWarning::UnknownAction),
            unknown
        );
    }
    // Its members are forgotten, those of other audiences and accounts are not.
    let store = Memory::default();
    let mut other = user("1", "add", &[]);
    other["audiences"][0]["audience_id"] = json!(8);
    deliver(&store, &settings, &request(&[user("1", "add", &[]), other]));
    let mut other = request(&[user("1", "add", &[])]);
    other["account"]["account_id"] = json!(6);
    deliver(&store, &settings, &other);
    assert_eq!(
        deliver(&store, &settings, &message("remove")),
        [record(false, "{}")]
    );
    let mut left: Vec<_> = store.state().into_keys().collect();
    left.sort();
    assert_eq!(left, [(5, 8, "1".to_owned()), (6, 7, "1".to_owned())]);
}

#[test]
fn an_output_is_replaced() {
    let mapper = AudienceMapper::new(AudienceSettings::default()).unwrap();
    let mut output = AudienceOutput::new();
    let message = request(&[user("1", "add", &[]), user("1", "levitate", &[])]);
    for _ in 0..2 {
        map(&mapper, &message, &mut output).unwrap();
        assert_eq!(payloads(&output), [record(true, r#"{"MPID":"1"}"#)]);
        assert_eq!(output.warnings().get(AudienceWarning::UnknownAction), 1);
    }
    map(&mapper, &request(&[]), &mut output).unwrap();
    assert_eq!(output.records().len(), 0);
    assert!(output.warnings().is_empty());
}
