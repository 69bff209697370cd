//! A module with the console:
//!
//! ```text
//! cargo run --package hydrant-server --features console --example console [PORT [TOKEN]]
//! ```
//!
//! Then open the first address that it prints, and send messages to the second one, with the token
//! if there is one. Custom events with the names `reject me`, `retry me` and `discard me` fail in
//! these ways. The records go nowhere. The tests of the console use this program.

use std::error::Error;
use std::future::pending;
use std::time::Instant;

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use hydrant::message::{
    AudienceMembershipChangeRequest, CustomEvent, DsrProcessingRequest, EventType,
    IdentityEncoding, ProductActionEvent, ScreenViewEvent, UserIdentityType,
};
use hydrant::{Call, Engine, Failure, Processor, Registration};
use hydrant_server::{Console, ConsoleOptions, Host, Server};

hydrant::settings! {
    /// What a customer fills in to connect Acme.
    pub struct AcmeSettings<'a> {
        /// From the page Keys of Acme
        #[setting(name = "API key", id = "apiKey", secret)]
        pub api_key: &'a str,
        /// Events per request
        #[setting(name = "Batch size", id = "batchSize", default = 100, range = 1..=500)]
        pub batch_size: i64,
        /// Events are marked as tests. The customer gets no explanation, which is a finding.
        #[setting(name = "Debug", id = "debug", description = "", default = false)]
        pub debug: bool,
    }
}

struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let types = [
            EventType::CustomEvent,
            EventType::ScreenView,
            EventType::ProductAction,
        ];
        Registration::new("Acme", "1.0")
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .account_settings::<AcmeSettings<'_>>()
            .events(types)
            .audiences(|audiences| audiences)
            .erasure("dsr.acme.example")
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        match event.name {
            Some("reject me") => return Err(Failure::reject("the partner has no such event")),
            Some("retry me") => {
                return Err(Failure::retry().with_reason("the partner answered 503"));
            }
            Some("discard me") => return Err(Failure::discard("not wanted")),
            _ => {}
        }
        emit(call, "custom_event", event.name);
        Ok(())
    }

    fn screen_view(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        emit(call, "screen_view", event.screen_name);
        Ok(())
    }

    fn product_action(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &ProductActionEvent<'_>,
    ) -> Result<(), Failure> {
        let action = event.action.map(|action| action.as_str().to_owned());
        emit(call, "product_action", action.as_deref());
        Ok(())
    }

    fn audience_membership_change(
        &self,
        _: &mut Call<'_>,
        _: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn dsr(&self, _: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

/// A record with the name of an event and its user.
fn emit(call: &mut Call<'_>, event: &str, name: Option<&str>) {
    let batch = call.batch();
    let emails = batch.user_identities.iter();
    let email = emails.map(|identity| identity.value).next();
    let key = batch.mpid.unwrap_or_default();
    call.emit_json_keyed(key.as_bytes(), |json| {
        json.text_field("event", event);
        json.text_field("name", name.unwrap_or_default());
        json.text_field("user", email.unwrap_or_default());
    });
}

/// Drops all records.
struct Nowhere;

impl Sink for Nowhere {
    fn limits(&self) -> BatchLimits {
        let mut limits = BatchLimits::single(usize::MAX);
        limits.records = 1000;
        limits.in_flight = 10;
        limits.ordered = true;
        limits
    }

    async fn deliver(&self, records: &[OutgoingRecord], _: Instant) -> Vec<Fate> {
        vec![Fate::Delivered; records.len()]
    }

    async fn check(&self, _: Instant) -> Result<(), Fate> {
        Ok(())
    }

    async fn close(&self) {}
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = match std::env::args().nth(1) {
        Some(port) => port.parse()?,
        None => 0,
    };
    let engine = Engine::new(Acme);
    let console = Console::new(&engine, ConsoleOptions::new().sink("nowhere"))?;
    let mut host = Host::new(engine).deliver_to(Nowhere);
    if let Some(token) = std::env::args().nth(2) {
        host = host.token(token);
    }
    let service = host.observe(console.clone()).start()?;
    let listening = Server::new(service.clone(), ([127, 0, 0, 1], 0).into())
        .admin(([127, 0, 0, 1], port).into())
        .admin_routes(console.routes(&service))
        .bind()?;
    let admin = listening.admin_address()?.ok_or("there is no console")?;
    println!("http://{admin}/ http://{}/", listening.address()?);
    listening.serve(pending()).await;
    Ok(())
}
