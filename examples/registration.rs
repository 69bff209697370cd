//! The registration of a module that uses nearly all options. It prints the JSON of the response.
//!
//! ```sh
//! cargo run --example registration
//! ```

use std::time::Duration;

use hydrant::host::system_invocation;
use hydrant::message::{
    DeviceIdentityType, EventType, IdentityEncoding, RuntimeType, SettingType, UserIdentityType,
};
use hydrant::registration::{
    Boolean, Float, FromSetting, Integer, Oauth2, SettingDescription, SettingValues, Settings, Text,
};
use hydrant::{Engine, Processor, Registration};

/// The settings that the customer fills in. Handlers read them with
/// `let settings: AcmeSettings<'_> = call.settings()?`. `Engine::check` compares the descriptions
/// with the settings that are read.
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "no handler reads it here"
)]
struct AcmeSettings<'a> {
    api_key: &'a str,
    region: Region,
    batch_size: i64,
    sample_rate: f64,
    sandbox: bool,
}

impl<'a> Settings<'a> for AcmeSettings<'a> {
    fn describe() -> Vec<SettingDescription> {
        let api_key = Text::new("api_key", "API key").description("Acme shows it once");
        let region = Text::new("region", "Region").description("Where Acme keeps data: us or eu");
        let batch_size = Integer::new("batch_size", "Batch size").description("Events per request");
        let sample_rate = Float::new("sample_rate", "Sample rate").description("Share of users");
        let sandbox = Boolean::new("sandbox", "Sandbox").description("Send to the sandbox");
        vec![
            api_key.required().confidential().into(),
            region.default("us").into(),
            batch_size.default(100).range(1..=1000).into(),
            sample_rate.required().range(0.0..=1.0).into(),
            sandbox.on().into(),
        ]
    }

    fn read(values: &mut SettingValues<'a>) -> Option<Self> {
        // Reads all of them before the first `?`, so that one error names all faults.
        let api_key = values.required("api_key");
        let region = values.or("region", Region::Us);
        let batch_size = values.or("batch_size", 100);
        let sample_rate = values.required("sample_rate");
        let sandbox = values.or("sandbox", true);
        Some(Self {
            api_key: api_key?,
            region: region?,
            batch_size: batch_size?,
            sample_rate: sample_rate?,
            sandbox: sandbox?,
        })
    }
}

enum Region {
    Us,
    Eu,
}

impl FromSetting<'_> for Region {
    const EXPECTED: &'static str = "`us` or `eu`";
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Text];

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "us" => Some(Self::Us),
            "eu" => Some(Self::Eu),
            _ => None,
        }
    }
}

pub(crate) struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let oauth2 = Oauth2::new(
            "https://acme.example/authorize",
            "https://acme.example/token",
            "hydrant",
        )
        .refresh_url("https://acme.example/token")
        .expires_in(Duration::from_secs(3600))
        .scope("audiences", "Change lists");
        Registration::new("Acme Mail", env!("CARGO_PKG_VERSION"))
            .description("Sends events and audiences to Acme Mail")
            // Permissions. The sender leaves out data without permission.
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .user_identity(UserIdentityType::Customer, IdentityEncoding::Sha256)
            .device_identity(DeviceIdentityType::IosVendorId, IdentityEncoding::Raw)
            .user_attributes()
            .consent_state()
            .mpid()
            // For events, audiences and erasure.
            .account_settings::<AcmeSettings<'_>>()
            .events_with(
                [EventType::CustomEvent, EventType::PushMessageReceipt],
                |events| {
                    events
                        .runtimes([RuntimeType::Android, RuntimeType::Ios])
                        .push_provider("com.acme")
                        .max_data_age_hours(72)
                },
            )
            .audiences(|audiences| {
                // The module sets its value in the response to the subscription.
                let list_id = Text::new("list_id", "List").description("The list at Acme");
                audiences
                    .subscription_setting(list_id.invisible())
                    .oauth2(oauth2)
            })
            .erasure("dsr.acme.example")
    }
}

/// The response to a registration request.
pub(crate) fn answer(engine: &Engine<Acme>) -> Result<Vec<u8>, hydrant::Error> {
    let request = br#"{"type":"module_registration_request"}"#;
    let output = engine.process(request, &system_invocation())?.finish();
    Ok(output.response().to_vec())
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(Acme);
    let answer: serde_json::Value = serde_json::from_slice(&answer(&engine)?)?;
    println!("{answer:#}");
    // Checks the rules of the protocol, for example that event types have their permissions, and
    // that settings are read as described. Real modules do this in a test.
    let findings = engine.check();
    assert!(findings.is_empty(), "{findings:#?}");
    Ok(())
}
