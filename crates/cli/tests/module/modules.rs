//! Modules that `bench` measures.

use std::process::ExitCode;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use hydrant::engine::RejectPolicy;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{AsyncProcessor, Call, Engine, Failure, Processor, Registration};

/// How long the handlers wait.
pub(crate) const WAIT: Duration = Duration::from_millis(5);

/// Runs the program with the module of this name, if there is one.
pub(crate) fn run(name: &str) -> Option<ExitCode> {
    let with = |handler: Handler| hydrant_cli::run(&Engine::new(Handles(handler)));
    Some(match name {
        "waits" => with(|_| {
            thread::sleep(WAIT);
            Ok(())
        }),
        "waits_async" => hydrant_cli::run(&Engine::new_async(Waits)),
        "waits_inside_of_a_runtime" => {
            runtime().block_on(async { hydrant_cli::run(&Engine::new_async(Waits)) })
        }
        "blocks_on_a_runtime" => with(|_| {
            runtime().block_on(async { tokio::time::sleep(Duration::from_micros(1)).await });
            Ok(())
        }),
        "does_nothing" => with(|_| Ok(())),
        "panics" => with(|event| panic!("the event {:?} of ada@example.com", event.name)),
        "retries" => with(|_| Err(Failure::retry())),
        "rejects" => with(|_| Err(Failure::reject("not our customer"))),
        "acknowledges_rejections" => {
            let engine = Engine::new(Handles(|_| Err(Failure::reject("not our customer"))));
            hydrant_cli::run(&engine.with_reject_policy(RejectPolicy::Acknowledge))
        }
        "announces" => with(|_| {
            static ONCE: Once = Once::new();
            ONCE.call_once(|| eprintln!("handling"));
            Ok(())
        }),
        // The start of the program as a child fails.
        "needs_a_terminal" => match std::env::args().any(|argument| argument == "--first-answer") {
            true => ExitCode::from(7),
            false => with(|_| Ok(())),
        },
        _ => return None,
    })
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn registration() -> Registration {
    Registration::new("Acme \"Inc\"", "1.2").events([EventType::CustomEvent])
}

type Handler = fn(&CustomEvent<'_>) -> Result<(), Failure>;

struct Handles(Handler);

impl Processor for Handles {
    type Batch = ();

    fn registration(&self) -> Registration {
        registration()
    }

    fn custom_event(
        &self,
        _: &mut Call<'_>,
        _: &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        self.0(event)
    }
}

struct Waits;

impl AsyncProcessor for Waits {
    type Batch = ();

    fn registration(&self) -> Registration {
        registration()
    }

    async fn custom_event(
        &self,
        _: &mut Call<'_>,
        _: &mut (),
        _: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        tokio::time::sleep(WAIT).await;
        Ok(())
    }
}
