//! The smallest host: it reads one message from standard input and writes the response to standard
//! output. With the argument `lines` it reads one message per line and answers each immediately
//! with a line.
//!
//! ```sh
//! hydrant generate --kind events --messages 1 | cargo run --example embed_stdin
//! hydrant generate --kind events --messages 9 | cargo run --example embed_stdin lines
//! ```
//!
//! It depends only on the library `hydrant`. `benches/cold_start.rs` measures the time to its first
//! response, `benches/growth.rs` its memory after many lines.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

use hydrant::host::system_invocation;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{Call, Engine, Failure, Output, Processor, Registration, Scratch};

/// Emits the names of custom events.
struct Names;

impl Processor for Names {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Names", "1.0").events([EventType::CustomEvent])
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        _: &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        call.emit(event.name.unwrap_or("(no name)").as_bytes());
        Ok(())
    }
}

fn main() -> ExitCode {
    let lines = std::env::args()
        .nth(1)
        .is_some_and(|argument| argument == "lines");
    match if lines { answer_lines() } else { answer() } {
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
    let engine = Engine::new(Names);
    let output = engine.process(&body, &system_invocation())?.finish();

    let mut out = std::io::stdout().lock();
    out.write_all(output.response())?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Answers each line, with buffers that are reused: after the first lines nothing is allocated.
fn answer_lines() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(Names);
    let (mut scratch, mut output, mut body) = (Scratch::new(), Output::new(), Vec::new());
    let (mut input, mut out) = (std::io::stdin().lock(), std::io::stdout().lock());
    while input.read_until(b'\n', &mut body)? > 0 {
        match engine.process_into(&body, &mut scratch, &system_invocation(), &mut output) {
            Ok(pending) => out.write_all(pending.finish().response())?,
            Err(error) => eprintln!("{error}"),
        }
        out.write_all(b"\n")?;
        out.flush()?;
        body.clear();
    }
    Ok(())
}
