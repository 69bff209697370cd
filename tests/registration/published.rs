//! The published sample registration of the Java SDK, made with the builder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hydrant::message::*;
use hydrant::registration::*;

fn settings() -> [SettingDescription; 2] {
    let account_manager = "provided by your account manager";
    let key = Text::new("apiKey", "API Key")
        .description(format!("Secret key to use the API, {account_manager}"));
    let customer = Text::new("customerId", "Customer ID")
        .description(format!("Internal customer ID, {account_manager}"));
    [
        key.required().confidential().into(),
        customer.required().into(),
    ]
}

/// The names in the sample have this prefix.
fn oauth2(prefix: &str) -> Oauth2 {
    let name = |name: &str| format!("{prefix}_{name}");
    let header = name("CUSTOMER_HEADER_NAME");
    Oauth2::new(
        name("AUTHORIZATION_URL"),
        name("TOKEN_URL"),
        name("CLIENT_ID"),
    )
    .refresh_url(name("REFRESH_URL"))
    .expires_in(Duration::from_secs(2000))
    .custom_header(header)
    .client_id_parameter(name("PARAM_CLIENT_ID_NAME"))
    .secret_parameter(name("PARAM_SECRET_NAME"))
    .scope(name("SCOPE_NAME_1"), name("SCOPE_DESCRIPTION_1"))
}

fn registration() -> Registration {
    let [key, customer] = settings();
    let [audience_key, audience_customer] = settings();
    let types = [
        EventType::CustomEvent,
        EventType::SessionStart,
        EventType::SessionEnd,
    ];
    Registration::new("Your Company Name", "1.0")
        .description(
            "A description of your <a href=''>company</a> and services. Inline HTML markup is permitted.",
        )
        .required_device_identity(DeviceIdentityType::IosAdvertisingId, IdentityEncoding::Raw)
        .required_device_identity(DeviceIdentityType::GoogleAdvertisingId, IdentityEncoding::Raw)
        .user_identity(UserIdentityType::Email, IdentityEncoding::Sha256)
        .partner_identity("partner_id", IdentityEncoding::Raw)
        .consent_state()
        .mpid()
        .events_with(types, |events| {
            events
                .account_setting(key)
                .account_setting(customer)
                .runtimes([RuntimeType::Ios, RuntimeType::Android])
                .notifications([SystemNotificationType::GdprConsentState])
                .oauth2(oauth2("TEST_EVENT"))
        })
        .audiences(|audiences| {
            let suppression = Boolean::new("audienceType", "Suppression Audience")
                .description("If enabled, this audience will be used for suppression.");
            audiences
                .account_setting(audience_key)
                .account_setting(audience_customer)
                .oauth2(oauth2("TEST"))
                .bulk_messages(4)
                .bulk_minutes(30)
                .subscription_setting(suppression)
        })
        .erasure_with("TEST_DOMAIN", |erasure| {
            let url = Text::new("webhookUrl", "Webhook URL")
                .description("The url of your integration.");
            erasure.account_setting(url.required())
        })
}

/// The text without white space between tokens.
fn compact(json: &str) -> String {
    let mut in_string = false;
    // There are no escapes in the sample.
    assert!(!json.contains('\\'));
    json.chars()
        .filter(|c| {
            in_string ^= *c == '"';
            in_string || !c.is_whitespace()
        })
        .collect()
}

#[test]
fn it_is_equal_byte_for_byte() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = shared.join("firehose/examples/ModuleRegistrationResponse.json");
    let Ok(sample) = std::fs::read_to_string(&path) else {
        return eprintln!(
            "SKIPPED: no published sample at {}; set HYDRANT_SHARED",
            path.display()
        );
    };
    let mut common = MessageCommon::default();
    common.id = Some("242e15a9-2066-47b2-84f8-0505ad2ea0f0".parse().unwrap());
    common.timestamp_ms = Some(1_714_592_744_067);
    common.firehose_version = Some("3.2.0");
    let built = String::from_utf8(registration().to_json(common)).unwrap();
    assert_eq!(built, compact(&sample));
    // The placeholders of the sample are the only findings.
    let rules: Vec<_> = registration()
        .lint()
        .iter()
        .map(|it| it.rule_number())
        .collect();
    assert_eq!(rules, []);
}
