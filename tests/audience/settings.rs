//! Every setting alone, and the ways to set them.

use hydrant::ErrorKind;
use hydrant::outgoing::audience::{
    AudienceIdentity, AudienceMapper, AudienceSettingKind, AudienceSettings, AudienceWarning,
};
use serde_json::json;

use crate::{Memory, mapped, payloads, record, request, user};

fn set(name: &str, value: &str) -> AudienceSettings {
    let mut settings = AudienceSettings::default();
    settings.set(name, value).unwrap();
    settings
}

fn message_of(name: &str, value: &str) -> String {
    let mut settings = AudienceSettings::default();
    let error = settings.set(name, value).unwrap_err();
    assert_eq!(settings, AudienceSettings::default(), "{name}={value}");
    error.message().to_owned()
}

/// What is sent of a user with an e-mail address, a customer id, an MPID and two advertising ids.
fn sent(settings: &AudienceSettings) -> Vec<String> {
    let mut user = user("1", "add", &[("email", "e"), ("customer", "c")]);
    user["device_identities"] = json!([
        {"type": "ios_advertising_id", "encoding": "raw", "value": "i"},
        {"type": "google_advertising_id", "encoding": "raw", "value": "g"}]);
    payloads(&mapped(&request(&[user]), settings))
}

#[test]
fn each_switch_excludes_its_identity() {
    let all = r#"{"CustomerId":"c","Email":"e","MPID":"1","GoogleAdvertisingIdentifier":"g","AppleAdvertisingIdentifier":"i"}"#;
    for (name, excluded) in [
        ("forward_email_addresses", r#""Email":"e","#),
        ("forward_customer_ids", r#""CustomerId":"c","#),
        ("forward_idfas", r#","AppleAdvertisingIdentifier":"i""#),
        (
            "forward_google_advertising_ids",
            r#","GoogleAdvertisingIdentifier":"g""#,
        ),
    ] {
        assert!(all.contains(excluded));
        assert_eq!(sent(&set(name, "on")), [record(true, all)]);
        assert_eq!(
            sent(&set(name, "off")),
            [record(true, &all.replace(excluded, ""))]
        );
    }
}

#[test]
fn entries_of_the_exclusion_list_are_keys_or_published_names() {
    for identity in AudienceIdentity::ALL {
        let spaced = format!("  {} ", identity.published_name().replace(' ', "  "));
        for entry in [identity.key().to_uppercase(), spaced.to_lowercase()] {
            let settings = set("identities_to_exclude", &entry);
            let others = AudienceIdentity::ALL
                .iter()
                .filter(|other| *other != identity);
            assert!(!settings.sends(*identity), "{entry}");
            others.for_each(|other| assert!(settings.sends(*other)));
        }
    }
    // C1
    assert!(!set("identities_to_exclude", "Alias / Other").sends(AudienceIdentity::Other));
    // A list replaces the one before.
    let mut settings = set("identities_to_exclude", "Email,MPID , idfa");
    assert_eq!(
        sent(&settings),
        [record(
            true,
            r#"{"CustomerId":"c","GoogleAdvertisingIdentifier":"g"}"#
        )]
    );
    settings.set("identities_to_exclude", " ").unwrap();
    assert_eq!(settings, AudienceSettings::default());
    settings.exclude(AudienceIdentity::Email);
    assert!(!settings.sends(AudienceIdentity::Email));
}

#[test]
fn an_entry_that_names_nothing_is_an_error() {
    for (value, expected) in [
        (
            "Email,Facebok Id",
            "setting `identities_to_exclude`: \"Facebok Id\" is not an identity of audience records; the nearest is \"FacebookId\"",
        ),
        (
            "appleadvertisingidentifer",
            "setting `identities_to_exclude`: \"appleadvertisingidentifer\" is not an identity of audience records; the nearest is \"AppleAdvertisingIdentifier\"",
        ),
        (
            "telepathy",
            "setting `identities_to_exclude`: \"telepathy\" is not an identity of audience records; expected one such as CustomerId, Email or MPID",
        ),
        (
            "Email,",
            "setting `identities_to_exclude`: \"\" is not an identity of audience records; expected one such as CustomerId, Email or MPID",
        ),
        (
            "mobile_number",
            "setting `identities_to_exclude`: \"mobile_number\" is not an identity of audience records; expected one such as CustomerId, Email or MPID",
        ),
    ] {
        assert_eq!(message_of("identities_to_exclude", value), expected);
    }
}

#[test]
fn users_known_only_by_their_mpid_are_sent_unless_excluded() {
    let anonymous = request(&[user("1", "add", &[])]);
    let known = request(&[user("1", "delete", &[("email", "e")])]);
    let mut settings = AudienceSettings::default();
    assert_eq!(
        payloads(&mapped(&anonymous, &settings)),
        [record(true, r#"{"MPID":"1"}"#)]
    );
    settings.send_anonymous_users = false;
    let output = mapped(&anonymous, &settings);
    assert_eq!(output.records().len(), 0);
    assert_eq!(output.warnings().get(AudienceWarning::AnonymousUser), 1);
    let expected = record(false, r#"{"Email":"e","MPID":"1"}"#);
    assert_eq!(payloads(&mapped(&known, &settings)), [expected]);
    // After the exclusions.
    settings.forward_email_addresses = false;
    let output = mapped(&known, &settings);
    assert_eq!(output.records().len(), 0);
    assert_eq!(output.warnings().get(AudienceWarning::AnonymousUser), 1);
    // Without the MPID there is nothing left.
    settings.exclude(AudienceIdentity::Mpid);
    let output = mapped(&known, &settings);
    assert_eq!(output.records().len(), 0);
    assert_eq!(output.warnings().get(AudienceWarning::NoIdentity), 1);
}

#[test]
fn hashed_identities_are_sent_only_if_allowed() {
    for (encoding, allowed) in [
        ("raw", true),
        ("md5", true),
        ("sha1", true),
        ("sha256", true),
        ("rot13", false),
    ] {
        let mut user = user("1", "add", &[("email", "0a")]);
        user["user_identities"][0]["encoding"] = json!(encoding);
        let message = request(&[user]);
        let with = record(true, r#"{"Email":"0a","MPID":"1"}"#);
        let without = record(true, r#"{"MPID":"1"}"#);
        let default = AudienceSettings::default();
        let expected = if encoding == "raw" { &with } else { &without };
        assert_eq!(payloads(&mapped(&message, &default)), [expected.as_str()]);
        let settings = set("allow_hashed_identities", "on");
        let expected = if allowed { &with } else { &without };
        assert_eq!(payloads(&mapped(&message, &settings)), [expected.as_str()]);
    }
    // An exclusion counts, and is not a warning.
    let mut settings = set("allow_hashed_identities", "on");
    settings.forward_email_addresses = false;
    let mut user = user("1", "add", &[("email", "0a")]);
    user["user_identities"][0]["encoding"] = json!("md5");
    let output = mapped(&request(&[user]), &settings);
    assert_eq!(payloads(&output), [record(true, r#"{"MPID":"1"}"#)]);
    assert!(output.warnings().is_empty());
}

#[test]
fn with_one_message_per_device_each_value_of_a_kind_is_sent() {
    let mut user = user(
        "1",
        "add",
        &[("email", "e"), ("other", "o1"), ("other", "o2")],
    );
    let devices = [
        ("android_id", "a1"),
        ("ios_vendor_id", "v1"),
        ("android_id", "a2"),
        ("android_id", "a3"),
    ];
    let devices =
        devices.map(|(kind, value)| json!({"type": kind, "encoding": "raw", "value": value}));
    user["device_identities"] = json!(devices);
    let message = request(&[user]);
    let default = mapped(&message, &AudienceSettings::default());
    let first = record(
        true,
        r#"{"Email":"e","Other":"o1","MPID":"1","AppleVendorIdentifier":"v1","AndroidId":"a1"}"#,
    );
    assert_eq!(payloads(&default), [first.as_str()]);
    assert_eq!(default.warnings().get(AudienceWarning::FurtherIdentity), 3);
    // N15: of a kind with several values the k-th one, if there is one.
    let settings = set("one_message_per_device", "on");
    let output = mapped(&message, &settings);
    let second =
        r#"{"Email":"e","Other":"o2","MPID":"1","AppleVendorIdentifier":"v1","AndroidId":"a2"}"#;
    let third = r#"{"Email":"e","MPID":"1","AppleVendorIdentifier":"v1","AndroidId":"a3"}"#;
    assert_eq!(
        payloads(&output),
        [first, record(true, second), record(true, third)]
    );
    assert!(output.warnings().is_empty());
    // With exclusions.
    let mut settings = settings;
    settings
        .set("identities_to_exclude", "AndroidId, Email, MPID")
        .unwrap();
    let expected = [
        r#"{"Other":"o1","AppleVendorIdentifier":"v1"}"#,
        r#"{"Other":"o2","AppleVendorIdentifier":"v1"}"#,
    ];
    assert_eq!(
        payloads(&mapped(&message, &settings)),
        expected.map(|it| record(true, it))
    );
}

#[test]
fn names_can_be_replaced() {
    // C7
    let names = "ios_advertising_id = AdvertisingIdentifier, Apple Vendor ID (IDFV)=VendorIdentifier,MPID=Mp \"Id\"";
    let mut settings = set("identity_names", names);
    let mut user = user("1", "add", &[("email", "e")]);
    user["device_identities"] = json!([
        {"type": "ios_vendor_id", "encoding": "raw", "value": "v"},
        {"type": "ios_advertising_id", "encoding": "raw", "value": "i"}]);
    let expected =
        r#"{"Email":"e","Mp \"Id\"":"1","AdvertisingIdentifier":"i","VendorIdentifier":"v"}"#;
    let message = request(&[user]);
    assert_eq!(
        payloads(&mapped(&message, &settings)),
        [record(true, expected)]
    );
    // The exclusion list has the names of the table.
    assert!(
        settings
            .set("identities_to_exclude", "AdvertisingIdentifier")
            .is_err()
    );
    // Names may be exchanged.
    settings
        .set("identity_names", "email=CustomerId,customer=Email")
        .unwrap();
    assert_eq!(settings.name(AudienceIdentity::Email), "CustomerId");
    assert_eq!(
        settings.name(AudienceIdentity::AppleVendorId),
        "AppleVendorIdentifier"
    );
    settings.set("identity_names", "").unwrap();
    assert_eq!(settings, AudienceSettings::default());
    settings.rename(AudienceIdentity::Other, "Alias").unwrap();
    assert_eq!(settings.name(AudienceIdentity::Other), "Alias");
    assert!(settings.rename(AudienceIdentity::Other, "").is_err());
    assert!(settings.rename(AudienceIdentity::Other, "Email").is_err());
    assert_eq!(settings.name(AudienceIdentity::Other), "Alias");
    for (value, expected) in [
        (
            "email=",
            "setting `identity_names`: the name of Email is empty",
        ),
        (
            "email",
            "setting `identity_names`: expected identity=name, found \"email\"",
        ),
        (
            "email=a,",
            "setting `identity_names`: expected identity=name, found \"\"",
        ),
        (
            "emial=a",
            "setting `identity_names`: \"emial\" is not an identity of audience records; the nearest is \"Email\"",
        ),
        (
            "email=a,other=a",
            "setting `identity_names`: email and other have the same name \"a\"",
        ),
        (
            "other=Email",
            "setting `identity_names`: email and other have the same name \"Email\"",
        ),
    ] {
        assert_eq!(message_of("identity_names", value), expected);
    }
}

#[test]
fn the_removal_of_former_identities_needs_a_store() {
    let mut settings = AudienceSettings::default();
    let notice = AudienceMapper::new(settings.clone()).unwrap();
    assert!(
        notice
            .notice()
            .unwrap()
            .contains("send_remove_on_identity_change is off")
    );
    settings
        .set("send_remove_on_identity_change", "no")
        .unwrap();
    assert_eq!(
        AudienceMapper::new(settings.clone()).unwrap().notice(),
        None
    );
    settings
        .set("send_remove_on_identity_change", "on")
        .unwrap();
    let error = AudienceMapper::new(settings.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(
        error
            .message()
            .starts_with("setting `send_remove_on_identity_change`: on needs a store")
    );
    settings.set("send_remove_on_identity_change", "").unwrap();
    assert_eq!(settings, AudienceSettings::default());
    let mapper = AudienceMapper::with_store(settings, Memory::default());
    assert_eq!(mapper.notice(), None);
}

#[test]
fn bools_have_eight_spellings() {
    let bools = AudienceSettings::SETTINGS.iter().filter(|setting| {
        matches!(
            setting.kind,
            AudienceSettingKind::Bool | AudienceSettingKind::OptionalBool
        )
    });
    for setting in bools {
        for (on, off) in [
            ("on", "off"),
            ("TRUE", "False"),
            ("1", "0"),
            (" Yes ", "nO"),
        ] {
            let (on, off) = (set(setting.name, on), set(setting.name, off));
            assert_ne!(on, off, "{}", setting.name);
            for (word, expected) in [("on", on), ("off", off)] {
                assert_eq!(set(setting.name, word), expected);
                if setting.default == word {
                    assert_eq!(expected, AudienceSettings::default());
                }
            }
        }
        let error = message_of(setting.name, "enabled");
        assert_eq!(
            error,
            format!(
                "setting `{}`: expected on or off, found \"enabled\"",
                setting.name
            )
        );
    }
}

#[test]
fn the_table_describes_every_setting() {
    let names: Vec<&str> = AudienceSettings::SETTINGS
        .iter()
        .map(|it| it.name)
        .collect();
    let expected = [
        "send_anonymous_users",
        "forward_email_addresses",
        "forward_customer_ids",
        "forward_idfas",
        "forward_google_advertising_ids",
        "identities_to_exclude",
        "send_remove_on_identity_change",
        "one_message_per_device",
        "allow_hashed_identities",
        "identity_names",
    ];
    assert_eq!(names, expected);
    for setting in AudienceSettings::SETTINGS {
        assert!(!setting.description.is_empty());
        let default = set(setting.name, setting.default);
        assert_eq!(default, AudienceSettings::default(), "{}", setting.name);
    }
    for (name, expected) in [
        (
            "forward_idfa",
            "unknown setting `forward_idfa`: did you mean `forward_idfas`?",
        ),
        (
            "delivery_stream_name",
            "unknown setting `delivery_stream_name`: expected one of `AudienceSettings::SETTINGS`",
        ),
    ] {
        assert_eq!(message_of(name, "on"), expected);
    }
}
