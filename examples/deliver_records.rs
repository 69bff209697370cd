//! An integration whose handlers emit records, and a host that delivers them, for example to a
//! stream, a topic or a file.
//!
//! ```sh
//! cargo run --example deliver_records
//! ```
//!
//! The host settles each event whose record it could not deliver, stores dead letters, and only
//! then answers.

use std::error::Error;
use std::time::Duration;

use hydrant::engine::{Record, RejectPolicy, Subject};
use hydrant::hash::{Algorithm, HexDigest};
use hydrant::host::system_invocation;
use hydrant::message::{
    CustomEvent, EventType, IdentityEncoding, Message, ProductActionEvent, UserIdentityType,
};
use hydrant::{
    Call, Engine, Failure, Outcome, Output, ParseOptions, Processor, Registration, ResultExt,
    Scratch, Verdict,
};

/// The integration. The key of a record is the user, so that the records of a user stay in order.
struct Stream;

/// The state that the handlers of one batch share.
#[derive(Default)]
struct Batch {
    user: Option<HexDigest>,
    purchases: u64,
}

impl Batch {
    fn key(&self) -> &[u8] {
        self.user.as_ref().map_or(b"", |user| user.as_bytes())
    }
}

impl Processor for Stream {
    type Batch = Batch;

    fn registration(&self) -> Registration {
        Registration::new("Acme Stream", env!("CARGO_PKG_VERSION"))
            .user_identity(UserIdentityType::Email, IdentityEncoding::Sha256)
            .events([EventType::CustomEvent, EventType::ProductAction])
    }

    /// Hashes the e-mail address once per batch, unless the sender has hashed it.
    fn begin_batch(&self, call: &mut Call<'_>, state: &mut Batch) -> Result<(), Failure> {
        let email = call.batch().email().or_discard("no e-mail address")?;
        state.user = Some(email.encode(Algorithm::Sha256).or_reject("not a digest")?);
        Ok(())
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        state: &mut Batch,
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let name = event.name.or_reject("no name")?;
        call.emit_json_keyed(state.key(), |json| json.text_field("event", name));
        Ok(())
    }

    fn product_action(
        &self,
        call: &mut Call<'_>,
        state: &mut Batch,
        event: &ProductActionEvent<'_>,
    ) -> Result<(), Failure> {
        let total = event.total_amount.or_discard("no amount")?;
        state.purchases += 1;
        call.emit_json_keyed(state.key(), |json| json.decimal_field("total", total));
        Ok(())
    }

    fn end_batch(&self, call: &mut Call<'_>, state: Batch) -> Result<(), Failure> {
        if state.purchases > 0 {
            call.emit_json_keyed(state.key(), |json| {
                json.uint_field("purchases", state.purchases);
            });
        }
        Ok(())
    }
}

/// An in-memory stream.
#[derive(Default)]
struct Sink {
    delivered: Vec<String>,
    /// Whether it temporarily refuses records.
    full: bool,
}

impl Sink {
    fn deliver(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        if self.full {
            return Err(Failure::retry_after(Duration::from_secs(5)));
        }
        if record.payload.len() > 64 {
            return Err(Failure::reject("the record is too large for the stream"));
        }
        let payload = std::str::from_utf8(record.payload)?;
        self.delivered.push(payload.to_owned());
        Ok(())
    }
}

/// The host, with everything that is kept between messages.
struct Host {
    engine: Engine<Stream>,
    scratch: Scratch,
    output: Output,
    sink: Sink,
    dead_letters: Vec<String>,
}

impl Host {
    /// Processes one message and returns the response. Without a response the sender repeats the
    /// message.
    fn receive(&mut self, body: &[u8]) -> Result<Option<&[u8]>, hydrant::Error> {
        let invocation = system_invocation();
        let mut pending =
            self.engine
                .process_into(body, &mut self.scratch, &invocation, &mut self.output)?;
        let records = pending.output().records().iter();
        let delivered: Vec<Result<(), Failure>> =
            records.map(|record| self.sink.deliver(&record)).collect();
        pending.settle_records(delivered);
        let output = pending.finish();
        match output.verdict() {
            Verdict::Answer => Ok(Some(output.response())),
            Verdict::DeadLetter => {
                let letters = dead_letters(body, &mut self.scratch, output)?;
                self.dead_letters.extend(letters);
                Ok(Some(output.response()))
            }
            _ => Ok(None),
        }
    }
}

/// The dead letters of a message: for each rejected event the reason, and the message with only
/// that event. The account is left out, because its settings may contain keys.
fn dead_letters(
    body: &[u8],
    scratch: &mut Scratch,
    output: &Output,
) -> Result<Vec<String>, hydrant::Error> {
    let parsed = hydrant::parse(body, scratch, &ParseOptions::default())?;
    let letter = |(subject, failure): (Subject, &Failure)| {
        let mut message = Vec::new();
        if let Message::EventProcessingRequest(batch) = parsed.message {
            let mut kept = *batch;
            kept.account = None;
            if let Subject::Event(event) = subject {
                kept.events = batch.events.get(event..=event).unwrap_or_default();
            }
            hydrant::write::message(&Message::EventProcessingRequest(&kept), &mut message);
        }
        format!("{failure}: {}", String::from_utf8_lossy(&message))
    };
    Ok(output.dead_letters().map(letter).collect())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let mut host = Host {
        engine: Engine::new(Stream).with_reject_policy(RejectPolicy::DeadLetter),
        scratch: Scratch::new(),
        output: Output::new(),
        sink: Sink::default(),
        dead_letters: Vec::new(),
    };
    let long = "x".repeat(64);
    let body = format!(
        r#"{{"type":"event_processing_request",
        "account":{{"account_id":7,"account_settings":{{"key":"secret"}}}},
        "user_identities":[{{"type":"email","encoding":"raw","value":"ada@example.com"}}],
        "events":[
            {{"type":"custom_event","name":"signed up"}},
            {{"type":"custom_event","name":"{long}"}},
            {{"type":"product_action","action":"refund"}},
            {{"type":"product_action","action":"purchase","total_amount":"12.50"}}]}}"#
    );

    let answer = host.receive(body.as_bytes())?;
    assert!(answer.is_some_and(|answer| !answer.is_empty()));
    let outcomes: Vec<&str> = host.output.events().iter().map(Outcome::as_str).collect();
    assert_eq!(outcomes, ["done", "rejected", "discarded", "done"]);
    let delivered = [
        r#"{"event":"signed up"}"#,
        r#"{"total":12.50}"#,
        r#"{"purchases":1}"#,
    ];
    assert_eq!(host.sink.delivered, delivered);
    let [letter] = host.dead_letters.as_slice() else {
        return Err("one record is too large".into());
    };
    assert!(letter.contains(&long) && !letter.contains("signed up") && !letter.contains("secret"));
    println!("delivered: {delivered:#?}\nstored: {letter}");

    // While the stream is full there is no response, so the sender repeats the batch and nothing is
    // lost.
    host.sink.full = true;
    assert_eq!(host.receive(body.as_bytes())?, None);
    let after = Some(Duration::from_secs(5));
    assert_eq!(host.output.verdict(), Verdict::Retry { after });
    Ok(())
}
