//! The registration of a module that uses nearly all options. It prints the JSON of the response.
//!
//! ```sh
//! cargo run --example registration
//! ```

use std::time::Duration;

use hydrant::host::system_invocation;
use hydrant::message::{
    DeviceIdentityType, EventType, IdentityEncoding, RuntimeType, UserIdentityType,
};
use hydrant::registration::{Oauth2, Text};
use hydrant::{Engine, Processor, Registration, settings};

settings! {
    /// The settings that the customer fills in. Each is stated once: it is registered and read
    /// accordingly. Handlers read them with `let settings: AcmeSettings<'_> = call.settings()?`.
    #[allow(
        dead_code,
        clippy::allow_attributes,
        reason = "no handler reads it here"
    )]
    struct AcmeSettings<'a> {
        /// Acme shows it once
        #[setting(name = "API key", secret)]
        api_key: &'a str,
        /// Where Acme keeps data: us or eu
        #[setting(name = "Region", default = "us")]
        region: Region,
        /// Events per request
        #[setting(name = "Batch size", default = 100, range = 1..=1000)]
        batch_size: i64,
        /// Share of users
        #[setting(name = "Sample rate", range = 0.0..=1.0)]
        sample_rate: f64,
        /// Send to the sandbox
        #[setting(name = "Sandbox", default = true)]
        sandbox: bool,
    }
}

settings! {
    #[derive(Debug)]
    enum Region {
        #[setting(text = "us")]
        Us,
        #[setting(text = "eu")]
        Eu,
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
