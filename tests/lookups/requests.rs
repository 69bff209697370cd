//! Batches, user profiles and data subject requests.

use super::with_message;
use hydrant::hash::{Algorithm, Normalization, hash_one};
use hydrant::message::*;

fn batch(fields: &str, look: impl FnOnce(&EventProcessingRequest<'_>)) {
    let body = format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    with_message(&body, |message| match message {
        Message::EventProcessingRequest(batch) => look(batch),
        other => panic!("{other:?}"),
    });
}

fn value(identity: Option<Identity<'_>>) -> Option<&str> {
    identity.map(Identity::as_sent)
}

const USERS: &str = r#""user_identities":[
    {"type":"email","encoding":"raw","value":"\u00a0\t"},
    {"type":"email","encoding":"raw","value":"ada@example.com"},
    {"type":"customer","encoding":"sha256","value":"0a"}],
    "partner_identities":[{"type":"acme_id","encoding":"raw","value":"p1"},
    {"type":"acme_blank","encoding":"raw","value":" "}]"#;

#[test]
fn blank_identities_are_not_found() {
    batch(USERS, |batch| {
        assert_eq!(value(batch.email()), Some("ada@example.com"));
        assert_eq!(
            batch.email().and_then(Identity::raw),
            Some("ada@example.com")
        );
        let customer = batch.customer_id().unwrap();
        assert_eq!((customer.raw(), customer.as_sent()), (None, "0a"));
        assert!(batch.user_identity(UserIdentityType::Google).is_none());
        assert_eq!(value(batch.partner_identity("acme_id")), Some("p1"));
        assert!(batch.partner_identity("acme_blank").is_none());
        assert!(batch.partner_identity("Acme_id").is_none());
    });
}

const ZEROS: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn device_ids_of_zeros_are_not_found() {
    let hashed = |algorithm| hash_one(algorithm, Normalization::STANDARD, ZEROS).to_string();
    let mut forms: Vec<(&str, String)> = Algorithm::ALL
        .iter()
        .map(|&algorithm| (algorithm.as_str(), hashed(algorithm)))
        .collect();
    forms.extend(
        [
            "0",
            "0000000000000000",
            "00000000000000000000000000000000",
            ZEROS,
        ]
        .map(|zeros| ("raw", zeros.to_owned())),
    );
    forms.push(("md5", hashed(Algorithm::Md5).to_uppercase()));
    forms.push(("md5", "0".repeat(32)));
    forms.push((
        "sha1",
        "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709".to_owned(),
    ));
    for (encoding, zeros) in forms {
        let identities: Vec<String> = DeviceIdentityType::ALL
            .iter()
            .map(|it| format!(r#"{{"type":"{it}","encoding":"{encoding}","value":" {zeros} "}}"#))
            .collect();
        let fields = format!(
            r#""runtime_environment":{{"type":"ios","identities":[{}]}},"mpid":"1""#,
            identities.join(",")
        );
        batch(&fields, |batch| {
            let keys = DeviceIdentityType::ALL
                .iter()
                .map(|it| IdentityKey::Device(*it));
            let mut chain: Vec<IdentityKey<'_>> = keys.collect();
            assert!(batch.first_identity(&chain).is_none(), "{encoding} {zeros}");
            chain.push(IdentityKey::Mpid);
            assert_eq!(value(batch.first_identity(&chain)), Some("1"));
        });
    }
    // The first value that is not all zeros is found. A single hyphen is not all zeros.
    batch(
        r#""runtime_environment":{"type":"android","identities":[
            {"type":"google_advertising_id","encoding":"raw","value":"0-0"},
            {"type":"google_advertising_id","encoding":"raw","value":"-"}]}"#,
        |batch| {
            let found = batch.device_identity(DeviceIdentityType::GoogleAdvertisingId);
            assert_eq!(value(found), Some("-"));
        },
    );
}

#[test]
fn values_that_stand_for_nobody_are_not_found() {
    for (encoding, nobody) in [
        ("raw", r"\u200b"),
        ("raw", r" \ufeff\u2060\u00a0"),
        ("raw", ZEROS),
        ("raw", "d41d8cd98f00b204e9800998ecf8427e"),
        ("md5", " D41D8CD98F00B204E9800998ECF8427E\\n"),
        ("sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (
            "sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ] {
        let entry = format!(r#""encoding":"{encoding}","value":"{nobody}""#);
        let fields = format!(
            r#""user_identities":[{{"type":"customer",{entry}}},{{"type":"email",{entry}}},
                {{"type":"email","encoding":"raw","value":"ada@example.com"}}],
            "partner_identities":[{{"type":"acme_id",{entry}}}],
            "mpid":"{nobody}","device_application_stamp":"{nobody}""#
        );
        batch(&fields, |batch| {
            assert!(batch.customer_id().is_none(), "{nobody}");
            assert!(batch.partner_identity("acme_id").is_none(), "{nobody}");
            assert_eq!(value(batch.email()), Some("ada@example.com"));
            let chain = [IdentityKey::Mpid, IdentityKey::DeviceApplicationStamp];
            assert!(batch.first_identity(&chain).is_none(), "{nobody}");
        });
        let body = format!(
            r#"{{"type":"dsr_processing_request","subject_identities":{{"email":{{{entry}}},"android_id":{{"value":"0"}}}}}}"#
        );
        with_message(&body, |message| {
            let Message::DsrProcessingRequest(request) = message else {
                panic!("{message:?}")
            };
            assert!(request.email().is_none(), "{nobody}");
            assert!(request.identity(OpenDsrIdentityType::AndroidId).is_none());
        });
    }
}

#[test]
fn an_mpid_of_zero_is_no_profile() {
    for zero in [r#""0""#, "0", r#"" 0 ""#, r#""-0""#, r#""00""#, "0.0"] {
        batch(&format!(r#""mpid":{zero}"#), |batch| {
            assert!(
                batch.first_identity(&[IdentityKey::Mpid]).is_none(),
                "{zero}"
            );
        });
    }
    for mpid in ["-1", "10", "9223372036854775807"] {
        batch(&format!(r#""mpid":{mpid}"#), |batch| {
            assert_eq!(
                value(batch.first_identity(&[IdentityKey::Mpid])),
                Some(mpid)
            );
        });
    }
}

#[test]
fn chains_return_the_first_identity_that_is_present() {
    let fields = format!(r#"{USERS},"mpid":" ","device_application_stamp":"s1""#);
    batch(&fields, |batch| {
        let chains: [(&[IdentityKey<'_>], Option<&str>); 5] = [
            (&[], None),
            (&[IdentityKey::Mpid], None),
            (
                &[IdentityKey::Mpid, IdentityKey::DeviceApplicationStamp],
                Some("s1"),
            ),
            (
                &[
                    IdentityKey::Partner("acme_blank"),
                    IdentityKey::Partner("acme_id"),
                ],
                Some("p1"),
            ),
            (
                &[
                    DeviceIdentityType::AndroidId.into(),
                    UserIdentityType::Customer.into(),
                ],
                Some("0a"),
            ),
        ];
        for (chain, expected) in chains {
            assert_eq!(value(batch.first_identity(chain)), expected, "{chain:?}");
        }
    });
}

#[test]
fn attributes_and_consent() {
    let fields = r#""user_attributes":{"$Age":"42","vip":"TRUE"},"user_attribute_lists":{"tags":["a",null]},
        "consent_state":{"gdpr_consent_state":{"ads":{"consented":true,"document":"v2"},"mail":{"consented":false}},
        "ccpa_consent_state":{"data_sale_opt_out":{"consented":true}}}"#;
    batch(fields, |batch| {
        assert_eq!(batch.user_attribute("$Age"), Some(42));
        assert_eq!(batch.user_attribute("vip"), Some(true));
        assert_eq!(batch.user_attribute::<i64>("vip"), None);
        assert_eq!(batch.user_attribute::<&str>("none"), None);
        assert_eq!(
            batch.user_attribute_list("tags"),
            Some(&[Some("a"), None][..])
        );
        assert!(batch.consented("ads") && !batch.consented("mail") && !batch.consented("Ads"));
        assert_eq!(batch.gdpr_consent("ads").unwrap().document, Some("v2"));
        assert_eq!(batch.opted_out_of_data_sale(), Some(true));
    });
    batch(r#""mpid":"1""#, |batch| {
        assert!(!batch.consented("ads"));
        assert_eq!(batch.opted_out_of_data_sale(), None);
        assert!(batch.runtime().is_none());
    });
}

#[test]
fn user_profiles_have_the_same_lookups() {
    let body = format!(
        r#"{{"type":"audience_membership_change_request","user_profiles":[{{{USERS},"mpid":"7","device_identities":[
            {{"type":"android_id","encoding":"raw","value":"a1"}}]}}]}}"#
    );
    with_message(&body, |message| {
        let Message::AudienceMembershipChangeRequest(request) = message else {
            panic!("{message:?}")
        };
        let profile = &request.user_profiles[0];
        assert_eq!(value(profile.email()), Some("ada@example.com"));
        assert_eq!(value(profile.customer_id()), Some("0a"));
        assert_eq!(
            value(profile.device_identity(DeviceIdentityType::AndroidId)),
            Some("a1")
        );
        assert_eq!(value(profile.partner_identity("acme_id")), Some("p1"));
        let chain = [IdentityKey::DeviceApplicationStamp, IdentityKey::Mpid];
        assert_eq!(value(profile.first_identity(&chain)), Some("7"));
    });
}

#[test]
fn data_subjects() {
    let body = r#"{"type":"dsr_processing_request","subject_identities":{
        "email":{"encoding":"raw","value":"ada@example.com"},
        "controller_customer_id":{"encoding":"raw","value":" "},
        "android_id":{"value":"a1"}}}"#;
    with_message(body, |message| {
        let Message::DsrProcessingRequest(request) = message else {
            panic!("{message:?}")
        };
        assert_eq!(
            request.email().and_then(Identity::raw),
            Some("ada@example.com")
        );
        assert!(request.customer_id().is_none());
        let android = request.identity(OpenDsrIdentityType::AndroidId).unwrap();
        assert_eq!((android.raw(), android.as_sent()), (None, "a1"));
    });
}

#[test]
fn custom_flags_lose_the_name_of_their_module() {
    let fields = r#""events":[{"type":"custom_event","custom_flags":{"Acme.list":"7","Acme":"x","Acme.a.b":"y",
        "acme.list":"8","Other.list":"9"}}]"#;
    batch(fields, |batch| {
        let Event::CustomEvent(event) = batch.events[0] else {
            panic!()
        };
        let flags: Vec<_> = event.custom_flags_of("Acme").collect();
        assert_eq!(flags, [("list", "7"), ("a.b", "y")]);
        assert_eq!(event.custom_flag("Acme", "list"), Some("7"));
        assert_eq!(event.custom_flag("Acme", "none"), None);
        assert_eq!(
            event.custom_flag("Acme.a", "b"),
            None,
            "the first dot ends the name"
        );
    });
}

#[test]
fn setting_errors_name_settings_and_never_values() {
    let fields =
        r#""account":{"account_settings":{"key":"s3cret","n":"s3cret","empty":"","flag":"yes"}}"#;
    batch(fields, |batch| {
        let account = batch.account.unwrap();
        assert_eq!(account.setting::<&str>("key"), Ok("s3cret"));
        assert_eq!(
            account.setting::<&str>("empty"),
            Ok(""),
            "the empty text is a value"
        );
        assert_eq!(account.setting("flag"), Ok(false));
        assert_eq!(account.setting_or("none", 7), Ok(7_i64));
        assert_eq!(account.optional_setting::<f64>("none"), Ok(None));
        assert_eq!(account.setting_text("none"), None);
        for error in [
            account.setting::<i32>("n").unwrap_err(),
            account.setting_or::<i64>("n", 1).unwrap_err(),
            account.optional_setting::<f64>("empty").unwrap_err(),
        ] {
            let texts = format!("{error} {error:?}");
            assert!(
                !texts.contains("s3cret") && error.faults()[0].expected().is_some(),
                "{texts}"
            );
        }
    });
}

#[test]
fn settings_of_a_subscription_come_with_each_audience() {
    let body = r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[
        {"audience_id":1,"audience_subscription_settings":{"list_id":"7"}},{"audience_id":2}]}]}"#;
    with_message(body, |message| {
        let Message::AudienceMembershipChangeRequest(request) = message else {
            panic!("{message:?}")
        };
        let audiences = request.user_profiles[0].audiences;
        assert_eq!(audiences[0].setting("list_id"), Ok(7_i64));
        assert!(audiences[1].setting::<&str>("list_id").is_err());
    });
    let body = r#"{"type":"audience_subscription_request","action":"add",
        "audience_subscription_settings":{"folder":"mail"}}"#;
    with_message(body, |message| {
        let Message::AudienceSubscriptionRequest(request) = message else {
            panic!("{message:?}")
        };
        assert_eq!(request.setting_text("folder"), Some("mail"));
    });
}
