//! A whole module: bytes in, one JSON record per event out, the customer's identity hashed once per
//! batch.
//!
//! Inputs: 1,800 distinct batches of 0 to 50 events; a stream that another program wrote. hydrant
//! runs `Engine::process_into` with reused buffers; the peer is a simple implementation with
//! serde_json and owned models. Both must emit equal records.
//!
//! Then the program: `hydrant process` over a file of 12,000 such batches, 190 MB, on one thread
//! and on two, with discarded output and to a file. The outputs must be equal. The file is read
//! once in advance, so it comes from the page cache.
//!
//! `cargo bench --bench end_to_end`, not pinned to one core, on an idle machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod peers;
mod support;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use hydrant::hash::Algorithm;
use hydrant::message::*;
use hydrant::{
    Call, Engine, Failure, Invocation, Output, Processor, Registration, Scratch, write::JsonWriter,
};
use peers::{owned, words};
use serde::Serialize;
use sha2::Digest;
use support::process::{Allocator, Program};
use support::{Bench, Input, foreign, inputs};

fn main() {
    let mut bench = Bench::new("end_to_end");
    let generated = Input::stream(bench.size(1_800, 60));
    for input in [generated].into_iter().chain(foreign::stream()) {
        module(&mut bench, &input);
    }
    if bench.races() {
        program(&mut bench);
    }
    bench.finish();
}

/// A module that processes batches.
fn module(bench: &mut Bench, input: &Input) {
    let engine = Engine::new(Module);
    let invocation = Invocation::new(1_714_592_744_067, Uuid::from_random([7; 16]));
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let mut records = Vec::new();

    let mut emitted = 0;
    for body in &input.bodies {
        engine
            .process_into(body, &mut scratch, &invocation, &mut output)
            .unwrap()
            .finish();
        plainly(body, &mut records);
        assert_eq!(output.records().len(), records.len());
        for (ours, theirs) in output.records().iter().zip(&records) {
            let (ours, theirs) = (inputs::value(ours.payload), inputs::value(theirs));
            assert_eq!(inputs::difference(&ours, &theirs), None);
        }
        emitted += records.len();
    }
    assert_eq!(emitted, input.events);

    bench
        .race(input)
        .contender("hydrant, process_into", || {
            for body in &input.bodies {
                engine
                    .process_into(body, &mut scratch, &invocation, &mut output)
                    .unwrap()
                    .finish();
                black_box(&output);
            }
        })
        .contender("serde_json, owned, plainly", || {
            for body in &input.bodies {
                plainly(body, &mut records);
                black_box(&records);
            }
        })
        .run();
}

/// The program with a file of lines.
fn program(bench: &mut Bench) {
    let hydrant = Program::hydrant(Allocator::System);
    let input = Input::stream(bench.size(12_000, 60));
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let stream = at("stream.ndjson");
    fs::write(&stream, input.bodies.join(&b'\n')).unwrap();
    let run = |threads: &str, output: &Path| {
        let status = Command::new(hydrant.path())
            .args(["process", "--quiet", "--threads", threads, "--output"])
            .args([output, stream.as_path()])
            .status();
        assert!(status.unwrap().success());
    };
    run("1", &at("one"));
    run("2", &at("two"));
    let written = fs::read(at("one")).unwrap();
    assert_eq!(
        written.iter().filter(|&&byte| byte == b'\n').count(),
        input.events
    );
    assert!(written == fs::read(at("two")).unwrap());

    for (output, name) in [(PathBuf::from("null"), "nowhere"), (at("out"), "a file")] {
        let name = format!("process, file of lines to {name}");
        let medians = bench
            .race_on(&name, &input.describe(), input.bytes())
            .contender("hydrant process, two threads", || run("2", &output))
            .contender("hydrant process, one thread", || run("1", &output))
            .only_in_turn()
            .on_the_wall()
            .run();
        if let [two, one] = medians[..] {
            let ratio = one.div_duration_f64(two);
            bench.note(&name, "two threads, times as fast as one", ratio);
        }
    }
}

/// Emits the common fields of every event, and in the first record of a batch the user.
struct Module;

impl Module {
    fn emit(
        &self,
        call: &mut Call<'_>,
        event_type: EventType<'_>,
        common: &EventCommon<'_>,
        more: impl FnOnce(&mut JsonWriter<'_>),
    ) -> Result<(), Failure> {
        let mpid = call.batch().mpid;
        let customer = match call.index() {
            0 => call.batch().customer_id(),
            _ => None,
        };
        call.emit_json(|json| {
            json.text_field("type", event_type.as_str());
            if let Some(id) = common.id {
                json.text_field("id", std::str::from_utf8(&id.encode()).unwrap_or_default());
            }
            if let Some(timestamp_ms) = common.timestamp_ms {
                json.int_field("timestamp_ms", timestamp_ms);
            }
            if let Some(mpid) = mpid {
                json.text_field("mpid", mpid);
            }
            if let Some(customer) = customer {
                match customer.encode(Algorithm::Sha256) {
                    Some(digest) => json.text_field("customer", digest.as_str()),
                    None => json.text_field("customer", customer.as_sent()),
                }
            }
            more(json);
        });
        Ok(())
    }
}

macro_rules! module {
    ($($method:ident: $model:ident = $event_type:ident $(with $field:ident)?;)*) => {
        impl Processor for Module {
            type Batch = ();

            fn registration(&self) -> Registration {
                Registration::new("Bench", "1.0")
            }
            $( fn $method(&self, call: &mut Call<'_>, _: &mut (), event: &$model<'_>) -> Result<(), Failure> {
                self.emit(call, EventType::$event_type, &event.common, |_json| {
                    $( if let Some(text) = event.$field { _json.text_field("name", text); } )?
                })
            } )*
        }

        impl<'a> From<&'a owned::Event<'_>> for Record<'a> {
            fn from(event: &'a owned::Event<'_>) -> Self {
                match event {
                    $( owned::Event::$event_type(event) => Record {
                        event_type: EventType::$event_type.as_str(),
                        id: event.id.as_deref(),
                        timestamp_ms: event.timestamp_ms,
                        $( name: event.$field.as_deref(), )?
                        ..Record::default()
                    }, )*
                }
            }
        }
    };
}

module! {
    session_start: SessionStartEvent = SessionStart;
    session_end: SessionEndEvent = SessionEnd;
    custom_event: CustomEvent = CustomEvent with name;
    screen_view: ScreenViewEvent = ScreenView with screen_name;
    error: ErrorEvent = Error with message;
    privacy_setting_change: PrivacySettingChangeEvent = PrivacySettingChange;
    user_attribute_change: UserAttributeChangeEvent = UserAttributeChange;
    user_identity_change: UserIdentityChangeEvent = UserIdentityChange;
    push_subscription: PushSubscriptionEvent = PushSubscription;
    application_state_transition: ApplicationStateTransitionEvent = ApplicationStateTransition;
    push_message_receipt: PushMessageReceiptEvent = PushMessageReceipt;
    product_action: ProductActionEvent = ProductAction with transaction_id;
    promotion_action: PromotionActionEvent = PromotionAction;
    impression: ImpressionEvent = Impression;
    attribution: AttributionEvent = Attribution with campaign_name;
    push_message_open: PushMessageOpenEvent = PushMessageOpen;
}

/// The record as the peer writes it.
#[derive(Default, Serialize)]
struct Record<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mpid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// The implementation of a user with serde_json and no engine.
fn plainly(body: &[u8], records: &mut Vec<Vec<u8>>) {
    let request: owned::Request<'_> = serde_json::from_slice(body).unwrap();
    records.clear();
    for (index, event) in request.events.iter().enumerate() {
        let mut record = Record::from(event);
        record.mpid = request.mpid.as_deref();
        if index == 0 {
            record.customer = customer(&request);
        }
        records.push(serde_json::to_vec(&record).unwrap());
    }
}

fn customer(request: &owned::Request<'_>) -> Option<String> {
    let identity = request
        .user_identities
        .iter()
        .find(|identity| identity.kind == Some(words::UserIdentityType::Customer))?;
    let value = identity.value.as_deref()?;
    if identity.encoding != Some(words::IdentityEncoding::Raw) {
        return Some(value.to_owned());
    }
    let digest = sha2::Sha256::digest(value.trim().to_lowercase());
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
