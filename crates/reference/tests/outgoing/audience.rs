//! The audience connection: C 3.

use super::*;
use hydrant_reference::outgoing::{AudienceSettings, audience};

fn records(message: &str, settings: &[(&str, &str)]) -> Vec<String> {
    let mut values = AudienceSettings::default();
    for (name, value) in settings {
        values.set(name, value).unwrap();
    }
    let records = audience(message.as_bytes(), &values).unwrap().records;
    records.iter().map(Json::to_text).collect()
}

fn identity(kind: &str, encoding: &str, value: &str) -> String {
    format!(r#"{{"type":"{kind}","encoding":"{encoding}","value":"{value}"}}"#)
}

/// A user with these fields who joined audience 5.
fn joined(fields: &str) -> String {
    format!(
        r#"{{"type":"audience_membership_change_request","timestamp_ms":1714592744999,"user_profiles":[{{{fields},"audiences":[{{"audience_id":5,"audience_name":"A","action":"add"}}]}}]}}"#
    )
}

/// The `UserIdentities` of one record.
fn identities(fields: &str, settings: &[(&str, &str)]) -> String {
    let records = records(&joined(fields), settings);
    assert_eq!(records.len(), 1, "{fields}");
    at(
        &Json::read(records[0].as_bytes()).unwrap(),
        "UserIdentities",
    )
}

/// C 3.1 and C 3.3
#[test]
fn membership() {
    let message = r#"{"type":"audience_membership_change_request","timestamp_ms":-1,"user_profiles":[
        {"mpid":"+07","audiences":[{"audience_id":4739181022375519,"action":"add"},{"audience_id":2,"audience_name":"B","action":"delete"},
           {"audience_id":3,"action":"attribute_update"},{"audience_id":3,"action":"nod"},{"audience_id":3},null]},
        {"mpid":"8","added_audiences":[{"audience_id":4,"audience_name":""}]}]}"#;
    assert_eq!(
        records(message, &[]),
        [
            r#"{"MembershipChangedTimestamp":"-1","AudienceId":4739181022375519,"IsMember":true,"UserIdentities":{"MPID":"+07"}}"#,
            r#"{"MembershipChangedTimestamp":"-1","AudienceId":2,"AudienceName":"B","IsMember":false,"UserIdentities":{"MPID":"+07"}}"#,
            r#"{"MembershipChangedTimestamp":"-1","AudienceId":4,"IsMember":true,"UserIdentities":{"MPID":"8"}}"#,
        ]
    );
    let settings = AudienceSettings::default();
    let warnings = audience(message.as_bytes(), &settings).unwrap().warnings;
    assert_eq!(warnings.len(), 2);
    assert!(
        records(&joined(r#""mpid":"1""#), &[])[0]
            .starts_with(r#"{"MembershipChangedTimestamp":"1714592744","#)
    );
    for heartbeat in ["", r#","user_profiles":[]"#] {
        let message = format!(r#"{{"type":"audience_membership_change_request"{heartbeat}}}"#);
        assert!(records(&message, &[]).is_empty());
    }
    assert!(records(&request(r#""mpid":"1""#), &[]).is_empty());
}

/// C 3.6
#[test]
fn subscription() {
    let message = |action: &str| {
        format!(
            r#"{{"type":"audience_subscription_request","timestamp_ms":1999,"audience_id":9,"audience_name":"A","action":"{action}"}}"#
        )
    };
    assert_eq!(
        records(&message("remove"), &[]),
        [
            r#"{"MembershipChangedTimestamp":"1","AudienceId":9,"AudienceName":"A","IsMember":false,"UserIdentities":{}}"#
        ]
    );
    for action in ["add", "update", "other"] {
        assert!(records(&message(action), &[]).is_empty());
    }
}

/// C 3.2 and N14
#[test]
fn names_of_identities() {
    let user = [
        ("customer", "CustomerId"),
        ("email", "Email"),
        ("facebook", "FacebookId"),
        ("google", "GoogleId"),
        ("microsoft", "MicrosoftId"),
        ("twitter", "TwitterId"),
        ("yahoo", "YahooId"),
        ("other", "Other"),
        ("other2", "Other2"),
        ("other3", "Other3"),
        ("other4", "Other4"),
        ("other5", "Other5"),
        ("other6", "Other6"),
        ("other7", "Other7"),
        ("other8", "Other8"),
        ("other9", "Other9"),
        ("other10", "Other10"),
    ];
    let device = [
        ("google_advertising_id", "GoogleAdvertisingIdentifier"),
        ("ios_advertising_id", "AppleAdvertisingIdentifier"),
        ("ios_vendor_id", "AppleVendorIdentifier"),
        ("android_id", "AndroidId"),
        ("fire_advertising_id", "FireAdvertisingIdentifier"),
        ("microsoft_advertising_id", "MicrosoftAdvertisingIdentifier"),
        ("roku_advertising_id", "RokuAdvertisingIdentifier"),
        ("roku_publisher_id", "RokuPublisherIdentifier"),
    ];
    let list = |rows: &[(&str, &str)]| -> String {
        let identities: Vec<String> = rows
            .iter()
            .map(|(kind, key)| identity(kind, "raw", key))
            .collect();
        identities.join(",")
    };
    let never = [
        ("mobile_number", ""),
        ("phone_number_2", ""),
        ("phone_number_3", ""),
        ("microsoft_publisher_id", ""),
        ("google_cloud_messaging_token", ""),
        ("apple_push_notification_token", ""),
    ]
    .map(|(kind, _)| (kind, "x"));
    let fields = format!(
        r#""mpid":"MPID","user_identities":[{},{}],"device_identities":[{},{}],"partner_identities":[{}]"#,
        list(&user),
        list(&never[..3]),
        list(&device),
        list(&never[3..]),
        identity("p", "raw", "x")
    );
    let keys = user.iter().map(|(_, key)| *key).chain(["MPID"]);
    let keys = keys.chain(device.iter().map(|(_, key)| *key));
    let expected: Vec<String> = keys.map(|key| format!(r#""{key}":"{key}""#)).collect();
    assert_eq!(
        identities(&fields, &[]),
        format!("{{{}}}", expected.join(","))
    );
    assert_eq!(
        identities(r#""mpid":"7""#, &[("name.MPID", "mParticleId")]),
        r#"{"mParticleId":"7"}"#
    );
}

/// C 3.3 and reading "audiences"
#[test]
fn encodings() {
    let fields = format!(
        r#""user_identities":[{},{},{}]"#,
        identity("email", "md99", "u"),
        identity("email", "sha256", "h"),
        identity("email", "raw", "r")
    );
    assert_eq!(identities(&fields, &[]), r#"{"Email":"r"}"#);
    assert_eq!(
        identities(&fields, &[("allow_hashed_identities", "true")]),
        r#"{"Email":"h"}"#
    );
}

/// C 3.5 and N12
#[test]
fn excluded_identities() {
    let fields = format!(
        r#""mpid":"7","user_identities":[{},{},{}],"device_identities":[{},{}]"#,
        identity("email", "raw", "e"),
        identity("customer", "raw", "c"),
        identity("other2", "raw", "o"),
        identity("ios_advertising_id", "raw", "a"),
        identity("google_advertising_id", "raw", "g")
    );
    for (settings, absent) in [
        (("forward_email_addresses", "false"), "Email"),
        (("forward_customer_ids", "false"), "CustomerId"),
        (("forward_idfas", "false"), "AppleAdvertisingIdentifier"),
        (
            ("forward_google_advertising_ids", "false"),
            "GoogleAdvertisingIdentifier",
        ),
        (("identities_to_exclude", "mpid"), "MPID"),
        (("identities_to_exclude", "Other 2, Yahoo ID"), "Other2"),
        (("identities_to_exclude", "mParticle ID (MPID)"), "MPID"),
        (
            ("identities_to_exclude", "apple advertising id"),
            "AppleAdvertisingIdentifier",
        ),
    ] {
        let identities = identities(&fields, &[settings]);
        assert!(!identities.contains(absent), "{identities}");
        assert_eq!(identities.matches(':').count(), 5, "{identities}");
    }
    let mut settings = AudienceSettings::default();
    let error = settings.set("identities_to_exclude", "Emale").unwrap_err();
    assert!(error.contains("\"Email\""), "{error}");
}

#[test]
fn anonymous_users() {
    let off = ("send_anonymous_users", "false");
    let known = format!(
        r#""mpid":"7","user_identities":[{}]"#,
        identity("email", "raw", "e")
    );
    let device = format!(
        r#""mpid":"7","device_identities":[{}]"#,
        identity("android_id", "raw", "a")
    );
    assert_eq!(records(&joined(r#""mpid":"7""#), &[]).len(), 1);
    assert_eq!(records(&joined(r#""mpid":"7""#), &[off]).len(), 0);
    assert_eq!(records(&joined(&known), &[off]).len(), 1);
    assert_eq!(records(&joined(&device), &[off]).len(), 1);
    // Decided after the exclusions.
    let without_email = ("forward_email_addresses", "false");
    assert_eq!(records(&joined(&known), &[off, without_email]).len(), 0);
    assert_eq!(records(&joined(&known), &[without_email]).len(), 1);
    // A user without any identity is never sent.
    assert_eq!(records(&joined(r#""mpid":"""#), &[]).len(), 0);
    let without_mpid = ("identities_to_exclude", "MPID,Email");
    assert_eq!(records(&joined(&known), &[without_mpid]).len(), 0);
}

/// N15
#[test]
fn one_message_per_device() {
    let fields = format!(
        r#""mpid":"7","user_identities":[{}],"device_identities":[{},{},{},{},{}]"#,
        identity("email", "raw", "e"),
        identity("android_id", "raw", "a1"),
        identity("android_id", "raw", "a2"),
        identity("ios_vendor_id", "raw", "v1"),
        identity("ios_vendor_id", "raw", "v2"),
        identity("ios_vendor_id", "raw", "v3")
    );
    let on = ("one_message_per_device", "true");
    assert_eq!(records(&joined(&fields), &[]).len(), 1);
    let records = records(&joined(&fields), &[on]);
    let rest = |vendor: &str, android: &str| {
        format!(
            r#""UserIdentities":{{"Email":"e","MPID":"7","AppleVendorIdentifier":"{vendor}","AndroidId":"{android}"}}}}"#
        )
    };
    assert_eq!(records.len(), 3);
    assert!(records[0].ends_with(&rest("v1", "a1")), "{}", records[0]);
    assert!(records[1].ends_with(&rest("v2", "a2")), "{}", records[1]);
    // There is no third value of a kind that has two.
    let third = r#""UserIdentities":{"Email":"e","MPID":"7","AppleVendorIdentifier":"v3"}}"#;
    assert!(records[2].ends_with(third), "{}", records[2]);
}

/// N7 without a store
#[test]
fn removal_on_identity_change() {
    let mut settings = AudienceSettings::default();
    assert!(
        settings
            .set("send_remove_on_identity_change", "true")
            .is_err()
    );
    assert!(
        settings
            .set("send_remove_on_identity_change", "false")
            .is_ok()
    );
    assert!(settings.set("delivery_stream", "x").is_err());
}
