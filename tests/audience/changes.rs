//! Pairs of records when identities of a member change (N7), and the updates of the store.

use hydrant::outgoing::audience::{
    AudienceErrorKind, AudienceMapper, AudienceOutput, AudienceSettings, AudienceWarning, SentKey,
    SentList,
};
use serde_json::json;

use crate::{Memory, deliver, map, payloads, record, request, user};

fn deliver_one(store: &Memory, action: &str, email: &str) -> Vec<String> {
    let message = request(&[user("1", action, &[("email", email)])]);
    deliver(store, &AudienceSettings::default(), &message)
}

fn of(is_member: bool, email: &str) -> String {
    let identities = format!("{{\"Email\":\"{email}\",\"MPID\":\"1\"}}");
    record(is_member, &identities)
}

#[test]
fn changed_identities_are_removed_before_the_new_ones_are_added() {
    let store = Memory::default();
    assert_eq!(deliver_one(&store, "add", "a"), [of(true, "a")]);
    assert_eq!(deliver_one(&store, "add", "a"), [of(true, "a")]);
    assert_eq!(
        deliver_one(&store, "add", "b"),
        [of(false, "a"), of(true, "b")]
    );
    assert_eq!(deliver_one(&store, "attribute_update", "c"), [""; 0]);
    assert_eq!(
        deliver_one(&store, "add", "a"),
        [of(false, "b"), of(true, "a")]
    );
    assert_eq!(store.state().len(), 1);
    // After a removal there is nothing to remove.
    assert_eq!(deliver_one(&store, "delete", "a"), [of(false, "a")]);
    assert!(store.state().is_empty());
    assert_eq!(deliver_one(&store, "add", "b"), [of(true, "b")]);
}

#[test]
fn without_the_setting_nothing_is_stored_and_nothing_removed() {
    let store = Memory::default();
    let mut settings = AudienceSettings::default();
    settings.send_remove_on_identity_change = Some(false);
    for email in ["a", "b"] {
        let message = request(&[user("1", "add", &[("email", email)])]);
        assert_eq!(deliver(&store, &settings, &message), [of(true, email)]);
    }
    assert!(store.state().is_empty());
    settings.send_remove_on_identity_change = Some(true);
    for (email, expected) in [
        ("a", vec![of(true, "a")]),
        ("b", vec![of(false, "a"), of(true, "b")]),
    ] {
        let message = request(&[user("1", "add", &[("email", email)])]);
        assert_eq!(deliver(&store, &settings, &message), expected);
    }
}

#[test]
fn changes_within_one_message_count_too() {
    let store = Memory::default();
    let one = |action, email| user("1", action, &[("email", email)]);
    let message = request(&[
        one("add", "a"),
        one("add", "b"),
        one("delete", "b"),
        one("add", "c"),
        user("2", "add", &[]),
        one("add", "d"),
    ]);
    let settings = AudienceSettings::default();
    let expected = [
        of(true, "a"),
        of(false, "a"),
        of(true, "b"),
        of(false, "b"),
        of(true, "c"),
        record(true, r#"{"MPID":"2"}"#),
        of(false, "c"),
        of(true, "d"),
    ];
    assert_eq!(deliver(&store, &settings, &message), expected);
    let state = store.state();
    let list = SentList::new(&state[&(5, 7, "1".to_owned())]).unwrap();
    assert_eq!(
        list.identities().collect::<Vec<_>>(),
        [("Email", "d"), ("MPID", "1")]
    );
    // The repeated message removes what it left, and leaves the same.
    let repeated = deliver(&store, &settings, &message);
    assert_eq!(repeated[0], of(false, "d"));
    assert_eq!(repeated[1..], expected);
    assert_eq!(store.state(), state);
}

#[test]
fn only_the_same_user_audience_and_account_are_compared() {
    let store = Memory::default();
    let settings = AudienceSettings::default();
    deliver_one(&store, "add", "a");
    let mut other_audience = request(&[user("1", "add", &[("email", "b")])]);
    other_audience["user_profiles"][0]["audiences"][0]["audience_id"] = json!(8);
    assert_eq!(deliver(&store, &settings, &other_audience).len(), 1);
    let mut other_account = request(&[user("1", "add", &[("email", "b")])]);
    other_account["account"]["account_id"] = json!(6);
    assert_eq!(deliver(&store, &settings, &other_account).len(), 1);
    let other_user = request(&[user("2", "add", &[("email", "b")])]);
    assert_eq!(deliver(&store, &settings, &other_user).len(), 1);
    assert_eq!(store.state().len(), 4);
    assert_eq!(deliver_one(&store, "add", "b").len(), 2);
}

#[test]
fn users_without_an_mpid_are_sent_and_not_stored() {
    let store = Memory::default();
    for mpid in [json!(null), json!(""), json!("0"), json!(" "), json!("-0")] {
        for email in ["a", "b"] {
            let mut user = user("", "add", &[("email", email)]);
            user["mpid"] = mpid.clone();
            let mapper = AudienceMapper::with_store(AudienceSettings::default(), &store);
            let mut output = AudienceOutput::new();
            map(&mapper, &request(&[user]), &mut output).unwrap();
            assert_eq!(output.records().len(), 1);
            assert!(output.updates().is_empty());
            assert_eq!(output.warnings().get(AudienceWarning::UntrackedUser), 1);
        }
    }
}

#[test]
fn all_records_of_several_devices_are_removed() {
    let store = Memory::default();
    let mut settings = AudienceSettings::default();
    settings.one_message_per_device = true;
    let message = |devices: &[&str]| {
        let devices = devices.iter();
        let devices =
            devices.map(|id| json!({"type": "android_id", "encoding": "raw", "value": id}));
        let mut user = user("1", "add", &[]);
        user["device_identities"] = devices.collect();
        request(&[user])
    };
    let of = |is_member, id| {
        record(
            is_member,
            &format!("{{\"MPID\":\"1\",\"AndroidId\":\"{id}\"}}"),
        )
    };
    let both = [of(true, "a"), of(true, "b")];
    assert_eq!(deliver(&store, &settings, &message(&["a", "b"])), both);
    assert_eq!(deliver(&store, &settings, &message(&["a", "b"])), both);
    let expected = [of(false, "a"), of(false, "b"), of(true, "b")];
    assert_eq!(deliver(&store, &settings, &message(&["b"])), expected);
    let expected = [of(false, "b"), of(true, "b"), of(true, "a")];
    assert_eq!(deliver(&store, &settings, &message(&["b", "a"])), expected);
}

#[test]
fn users_who_are_not_sent_are_not_stored_and_leave_nothing_behind() {
    let store = Memory::default();
    let mut settings = AudienceSettings::default();
    settings.send_anonymous_users = false;
    deliver(
        &store,
        &settings,
        &request(&[user("1", "add", &[("email", "a")])]),
    );
    // Not sent, so that the identities last sent are the same.
    let state = store.state();
    assert_eq!(
        deliver(&store, &settings, &request(&[user("1", "add", &[])])),
        [""; 0]
    );
    assert_eq!(store.state(), state);
    assert_eq!(
        deliver(&store, &settings, &request(&[user("1", "delete", &[])])),
        [""; 0]
    );
    assert!(store.state().is_empty());
}

#[test]
fn a_damaged_entry_is_counted_and_replaced() {
    // Bytes that are not a list, one without records, one without identities, an empty identity.
    for damaged in [
        &b"garbage"[..],
        b"",
        b"\x01\x00",
        b"\x01\x01\x01\0\0\0a\0\0\0\0",
    ] {
        let store = Memory::default();
        let member = (5, 7, "1".to_owned());
        store
            .entries
            .lock()
            .unwrap()
            .insert(member.clone(), damaged.to_vec());
        let mapper = AudienceMapper::with_store(AudienceSettings::default(), &store);
        let mut output = AudienceOutput::new();
        map(&mapper, &request(&[user("1", "add", &[])]), &mut output).unwrap();
        assert_eq!(payloads(&output), [record(true, r#"{"MPID":"1"}"#)]);
        assert_eq!(
            output.warnings().get(AudienceWarning::DamagedEntry),
            1,
            "{damaged:?}"
        );
        deliver(
            &store,
            &AudienceSettings::default(),
            &request(&[user("1", "add", &[])]),
        );
        assert!(SentList::new(&store.state()[&member]).is_some());
    }
}

#[test]
fn a_store_that_fails_gives_no_records() {
    let store = Memory {
        fails: true,
        ..Memory::default()
    };
    let mapper = AudienceMapper::with_store(AudienceSettings::default(), &store);
    let mut output = AudienceOutput::new();
    // A removal does not read the store.
    let message = request(&[user("2", "delete", &[]), user("1", "add", &[])]);
    let error = map(&mapper, &message, &mut output).unwrap_err();
    assert_eq!(error.kind(), AudienceErrorKind::Store);
    assert_eq!(error.to_string(), "the store of the identities sent failed");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the disk is gone");
    assert_eq!(output.records().len(), 0);
    assert!(output.updates().is_empty() && output.warnings().is_empty());
}

#[test]
fn nothing_shows_identities() {
    let store = Memory::default();
    let mapper = AudienceMapper::with_store(AudienceSettings::default(), &store);
    let mut output = AudienceOutput::new();
    let message = request(&[user("s3cret", "add", &[("email", "s3cret")])]);
    map(&mapper, &message, &mut output).unwrap();
    let records: Vec<_> = output.records().collect();
    let updates: Vec<_> = output.updates().iter().collect();
    let key = SentKey::new(5, 7, "s3cret");
    let list = SentList::new(b"\x01\x01\x01\0\0\0s\x01\0\0\0s").unwrap();
    let text = format!(
        "{output:?} {records:?} {updates:?} {:?} {key:?} {list:?}",
        output.updates()
    );
    assert!(!text.contains("s3cret") && !text.contains("115"), "{text}");
}
