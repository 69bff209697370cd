//! A function for AWS Lambda whose module fails as a message says; the tests run it.
//!
//! ```sh
//! pip install cargo-lambda
//! cargo lambda watch --package hydrant-lambda --example function --invoke-address 127.0.0.1
//! curl --data-binary @corpus/valid/event-request-busy-hour.json \
//!   http://127.0.0.1:9000/2015-03-31/functions/_/invocations
//! ```
//!
//! The account setting `fault` names what goes wrong, and the variable `MODE` which host runs. A
//! function needs no more than the first arm of `main`.

use std::future::pending;
use std::time::{Duration, Instant};

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use hydrant::message::{CustomEvent, Event, EventProcessingRequest, EventType};
use hydrant::{AsyncProcessor, Call, Engine, Failure, Processor, Registration, ResultExt};
use hydrant_lambda::Host;
use hydrant_runtime::{FileDeadLetters, FileOptions};

pub(crate) fn main() -> Result<(), hydrant_lambda::Error> {
    let mode = std::env::var("MODE").unwrap_or_default();
    let host = || Host::new(Engine::new_async(Module)).without_metrics();
    match mode.as_str() {
        "" => hydrant_lambda::run(Module),
        "sqs" => hydrant_lambda::run_sqs(Module),
        "synchronous" => hydrant_lambda::run(Synchronous),
        "silent" => host().without_logs().run(),
        "sinks" => host()
            .deliver_to(Printer("RECORD"))
            .dead_letters_to(Printer("LETTER"))
            .run(),
        #[cfg(feature = "graceful-shutdown")]
        "shutdown" => host()
            .deliver_to(Printer("RECORD"))
            .on_shutdown(|| async { eprintln!("HOOK") })
            .run(),
        "files" => {
            let folder = std::env::temp_dir().join("hydrant-lambda-letters");
            let letters = FileDeadLetters::open(folder, FileOptions::default())?;
            host().dead_letters(letters).run()
        }
        mode => Err(format!("unknown mode {mode}").into()),
    }
}

/// A module that sends the names of custom events with one request.
pub(crate) struct Module;

impl AsyncProcessor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Names", "1.0").events([EventType::CustomEvent])
    }

    #[expect(clippy::panic, reason = "shows the outcome of a panic")]
    async fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let fault = call.account().account_settings.get("fault").copied();
        match fault {
            Some("panic") => panic!("the setting `fault` requests a panic"),
            Some("panic with data") => {
                panic!("{batch:?} {:?}", batch.email().and_then(|it| it.raw()))
            }
            Some("retry") => return Err(Failure::retry()),
            Some("retry later") => return Err(Failure::retry_after(Duration::from_millis(1500))),
            Some("reject") => return Err(Failure::reject("the setting `fault` says so")),
            Some("never end") => pending().await,
            Some("needs a token") if call.access_token() != Some("t0ken") => {
                return Err(Failure::reject("no token"));
            }
            _ => {}
        }
        let mut first = true;
        let names = call.events().translate(|event| {
            let first = std::mem::take(&mut first);
            match (event, fault) {
                (_, Some("panic in one event")) if first => {
                    panic!("the setting `fault` requests a panic")
                }
                (_, Some("reject one event")) if first => Err(Failure::reject("the first one")),
                (Event::CustomEvent(event), _) => event.name.or_discard("no name"),
                _ => Err(Failure::discard("not a custom event")),
            }
        });
        // A module sends one request with the batch here, and settles events by the reply.
        tokio::task::yield_now().await;
        if matches!(fault, Some("emit" | "reject one event")) {
            for (_, name) in names {
                call.emit(name.as_bytes());
            }
        }
        Ok(())
    }
}

/// The same with synchronous handlers.
pub(crate) struct Synchronous;

impl Processor for Synchronous {
    type Batch = ();

    fn registration(&self) -> Registration {
        AsyncProcessor::registration(&Module)
    }

    fn custom_event(
        &self,
        _: &mut Call<'_>,
        _: &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        event.name.or_discard("no name").map(drop)
    }
}

/// A target that prints its records, and fails as their content says.
struct Printer(&'static str);

impl Sink for Printer {
    fn limits(&self) -> BatchLimits {
        BatchLimits::single(1 << 20)
    }

    /// A sink panics here on the task of the host, and in the other methods on that of the pipeline.
    #[expect(clippy::panic, reason = "shows what the host does")]
    fn size(&self, record: &OutgoingRecord) -> usize {
        match &record.payload[..] {
            b"panic in the host" => panic!("the name of the event requests a panic"),
            payload => payload.len(),
        }
    }

    async fn deliver(&self, records: &[OutgoingRecord], _: Instant) -> Vec<Fate> {
        let mut fates = Vec::new();
        for record in records {
            let text = String::from_utf8_lossy(&record.payload).into_owned();
            fates.push(match text.as_str() {
                "busy" => Fate::retry_after(Duration::from_secs(600), "busy"),
                "bad" => Fate::rejected("bad"),
                "hang" => pending().await,
                _ if text.contains("\"name\":\"no letter\"") => Fate::retry("no letter"),
                "setting" => {
                    let account = record.account.as_ref();
                    let setting = account.and_then(|account| account.setting("fault"));
                    eprintln!("SETTING {}", setting.unwrap_or_default());
                    Fate::Delivered
                }
                _ => {
                    eprintln!("{} {text}", self.0);
                    Fate::Delivered
                }
            });
        }
        fates
    }

    async fn check(&self, _: Instant) -> Result<(), Fate> {
        Ok(())
    }

    async fn close(&self) {
        eprintln!("CLOSED {}", self.0);
    }
}
