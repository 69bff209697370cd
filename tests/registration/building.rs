//! The messages that the builder creates.

use hydrant::message::*;
use hydrant::registration::*;
use hydrant::validate::Level;
use serde_json::{Value, json};
use std::time::Duration;

fn message(registration: &Registration) -> Value {
    serde_json::from_slice(&registration.to_json(MessageCommon::default())).unwrap()
}

fn text(id: &str) -> Value {
    json!({"type":"text","id":id,"name":id,"visible":true,"required":false,"confidential":false})
}

#[test]
fn every_part_has_its_field() {
    let oauth2 = Oauth2::new(
        "https://a.example/auth",
        "https://a.example/token",
        "client",
    )
    .refresh_url("https://a.example/refresh")
    .expires_in(Duration::from_secs(3600))
    .custom_header("X-Token")
    .client_id_parameter("cid")
    .secret_parameter("sec")
    .scope("write", "Writes events");
    let registration = Registration::new("Acme Mail", "1.0")
        .description("Sends mail")
        .user_identity(UserIdentityType::Email, IdentityEncoding::Sha256)
        .required_user_identity(UserIdentityType::Customer, IdentityEncoding::Raw)
        .device_identity(DeviceIdentityType::IosVendorId, IdentityEncoding::Raw)
        .required_device_identity(DeviceIdentityType::AndroidId, IdentityEncoding::Md5)
        .partner_identity("Acme_Id", IdentityEncoding::Raw)
        .location()
        .mpid()
        .account_setting(Text::new("shared", "shared"))
        .events_with([EventType::CustomEvent], |events| {
            events
                .account_setting(Text::new("own", "own"))
                .connection_setting(Boolean::new("on", "On").on())
                .runtimes([RuntimeType::Ios])
                .notifications([SystemNotificationType::CcpaConsentState])
                .any_age()
                .push_provider("acme.push")
                .oauth2(oauth2)
        })
        .audiences(|audiences| {
            audiences
                .subscription_setting(Integer::new("n", "N").default(1).range(0..=9).required())
                .bulk_messages(50)
                .bulk_minutes(u32::MAX)
        })
        .erasure_with("dsr.acme.example", |erasure| {
            erasure.account_setting(
                Float::new("f", "F")
                    .min(0.5)
                    .description("A fraction")
                    .invisible(),
            )
        });
    assert_eq!(
        message(&registration),
        json!({
            "type": "module_registration_response",
            "sdk_version": "3.2.0",
            "name": "Acme Mail",
            "description": "Sends mail",
            "version": "1.0",
            "permissions": {
                "device_identities": [
                    {"type": "ios_vendor_id", "encoding": "raw", "required": false},
                    {"type": "android_id", "encoding": "md5", "required": true}],
                "user_identities": [
                    {"type": "email", "encoding": "sha256", "required": false},
                    {"type": "customer", "encoding": "raw", "required": true}],
                "partner_identities": [{"type": "Acme_Id", "encoding": "raw", "required": false}],
                "allow_access_location": true,
                "allow_access_mpid": true,
            },
            "event_processing_registration": {
                "account_settings": [text("shared"), text("own")],
                "event_connection_settings": [{"type": "boolean", "id": "on", "name": "On", "visible": true,
                    "default_value": true, "checked": true}],
                "supported_event_types": ["custom_event"],
                "supported_runtime_environments": ["ios"],
                "supported_system_notification_types": ["ccpa_consent_state"],
                "max_data_age_hours": -1,
                "push_messaging_provider_id": "acme.push",
                "authentication": {"type": "oauth2", "authorization_url": "https://a.example/auth",
                    "refresh_url": "https://a.example/refresh", "token_url": "https://a.example/token",
                    "grant_type": "authorization_code", "default_expires_in": 3600, "client_id": "client",
                    "access_token_type": "custom_header", "custom_header_name": "X-Token",
                    "param_client_id_name": "cid", "param_secret_name": "sec",
                    "scopes": [{"name": "write", "description": "Writes events"}]},
            },
            "audience_processing_registration": {
                "account_settings": [text("shared")],
                "bulk_configuration": {"bulk_forward_wait_for_messages": 50,
                    "bulk_forward_wait_in_minutes": i32::MAX},
                "audience_subscription_settings": [{"type": "integer", "id": "n", "name": "N", "visible": true,
                    "default_value": 1, "min_value": 0, "max_value": 9, "required": true}],
            },
            "dsr_processing_registration": {
                "account_settings": [text("shared"), {"type": "float", "id": "f", "name": "F",
                    "description": "A fraction", "visible": false, "min_value": 0.5, "required": false}],
                "supported_dsr_types": ["erasure"],
                "domain": "dsr.acme.example",
            },
        })
    );
}

#[test]
fn each_permission_is_one_method() {
    let all = Registration::new("Acme", "1")
        .location()
        .ip_address()
        .device_application_stamp()
        .device_info()
        .user_attributes()
        .consent_state()
        .audience_user_attributes()
        .http_user_agent()
        .mpid()
        .platform_fields()
        .eventless_batches();
    let written = message(&all);
    let declared = Permissions::FIELDS.iter().map(|field| field.name);
    for name in declared.filter(|name| name.starts_with("allow_")) {
        assert_eq!(written["permissions"][name], true, "{name}");
    }
}

#[test]
fn platforms_and_notifications_have_defaults() {
    let registration = |consent: bool| {
        let registration =
            Registration::new("Acme", "1").events([EventType::CustomEvent, EventType::CustomEvent]);
        let registration = if consent {
            registration.consent_state()
        } else {
            registration
        };
        message(&registration)["event_processing_registration"].clone()
    };
    let names: Vec<&str> = RuntimeType::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(
        registration(false)["supported_runtime_environments"],
        json!(names)
    );
    assert_eq!(
        registration(false)["supported_event_types"],
        json!(["custom_event"])
    );
    assert_eq!(
        registration(false)["supported_system_notification_types"],
        Value::Null
    );
    assert_eq!(registration(false)["max_data_age_hours"], 24);
    let names: Vec<&str> = SystemNotificationType::ALL
        .iter()
        .map(|it| it.as_str())
        .collect();
    assert_eq!(
        registration(true)["supported_system_notification_types"],
        json!(names)
    );
}

#[test]
fn repeated_calls_add_up() {
    let registration = Registration::new("Acme", "1")
        .events_with([EventType::CustomEvent], |events| {
            events.max_data_age_hours(2)
        })
        .events([EventType::ScreenView])
        .audiences(|audiences| audiences.bulk_messages(1))
        .audiences(|audiences| audiences.bulk_minutes(2))
        .erasure_with("a.example", |erasure| {
            erasure.account_setting(Text::new("a", "a"))
        })
        .erasure("b.example");
    let written = message(&registration);
    let events = &written["event_processing_registration"];
    assert_eq!(
        events["supported_event_types"],
        json!(["custom_event", "screen_view"])
    );
    assert_eq!(events["max_data_age_hours"], 2);
    let bulk = &written["audience_processing_registration"]["bulk_configuration"];
    assert_eq!(
        *bulk,
        json!({"bulk_forward_wait_for_messages": 1, "bulk_forward_wait_in_minutes": 2})
    );
    let erasure = &written["dsr_processing_registration"];
    assert_eq!(
        (&erasure["domain"], &erasure["account_settings"]),
        (&json!("b.example"), &json!([text("a")]))
    );
}

#[test]
fn common_fields_are_those_of_the_caller() {
    let mut common = MessageCommon::default();
    common.timestamp_ms = Some(7);
    common.firehose_version = Some("2.0.0");
    let json = Registration::new("Acme", "1").to_json(common);
    let expected = br#"{"type":"module_registration_response","timestamp_ms":7,"firehose_version":"2.0.0","sdk_version":"3.2.0","name":"Acme","version":"1"}"#;
    assert_eq!(
        String::from_utf8_lossy(&json),
        String::from_utf8_lossy(expected)
    );
}

#[test]
fn debug_shows_no_default_text() {
    let registration =
        Registration::new("Acme", "1").account_setting(Text::new("key", "Key").default("s3cret"));
    let shown = format!("{registration:?}");
    assert!(
        shown.contains("\"key\"") && !shown.contains("s3cret"),
        "{shown}"
    );
}

#[test]
fn registrations_are_clone_send_and_sync() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    check::<Registration>();
    check::<SettingDescription>();
    check::<Oauth2>();
}

#[test]
fn a_registered_partner_identity_stays() {
    let base = Registration::new("Acme", "1.0").erasure("dsr.acme.example");
    let with = |name: &'static str| base.clone().partner_identity(name, IdentityEncoding::Raw);
    for (previous, current, lost) in [
        (base.clone(), with("Acme_Id"), false),
        (with("Acme_Id"), with("Acme_Id"), false),
        (with("Acme_Id"), with("Acme_Other"), true),
        (with("Acme_Id"), base.clone(), true),
    ] {
        let found = current.lint_against(&previous);
        let rules: Vec<_> = found
            .iter()
            .map(|it| (it.level, it.rule_number()))
            .collect();
        let expected = [(Level::Error, Some(5))];
        assert_eq!(rules, expected[..usize::from(lost)]);
        assert!(
            found
                .iter()
                .all(|it| it.path == "permissions.partner_identities")
        );
        assert!(found.iter().all(|it| it.message.contains("`Acme_Id`")));
        assert!(current.lint().is_empty());
    }
}
