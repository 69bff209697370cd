//! The smallest embedder: one message on standard input, the response on standard output.
//!
//! ```sh
//! hydrant generate --kind events --count 1 | cargo run --no-default-features --example embed_stdin
//! ```
//!
//! It needs nothing but the core (`default-features = false`); `benches/cold_start.rs` measures how soon it answers.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use hydrant::message::{CustomEvent, ModuleRegistrationResponse, Uuid};
use hydrant::{Engine, EventContext, Handled, Invocation, Processor};

/// Counts nothing, keeps nothing: it passes the names of custom events on.
struct Names;

impl Processor for Names {
    fn register(&self) -> ModuleRegistrationResponse<'_> {
        ModuleRegistrationResponse {
            name: Some("names"),
            ..ModuleRegistrationResponse::EMPTY
        }
    }

    fn custom_event(&self, context: &mut EventContext<'_, '_>, event: &CustomEvent<'_>) -> Handled {
        context.emit(event.name.unwrap_or("(no name)").as_bytes());
        Ok(())
    }
}

fn main() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn answer() -> Result<(), Box<dyn std::error::Error>> {
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    // A response takes the identifier of its request. Whoever must answer requests without one draws random bytes.
    let invocation = Invocation::new(i64::try_from(now_ms)?, Uuid::from_random([0; 16]));
    let output = Engine::new(Names).process(&body, &invocation)?;

    let mut out = std::io::stdout().lock();
    out.write_all(output.response())?;
    out.write_all(b"\n")?;
    Ok(())
}
