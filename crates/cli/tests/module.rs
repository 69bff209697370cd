//! Programs with modules of their own: this test runs itself as such a program. The modules that are
//! measured are in `module/modules.rs`, the tests of `bench` in `module/bench.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "module/bench.rs"]
mod bench;
#[path = "module/modules.rs"]
mod modules;

use std::process::{Command, ExitCode};

use hydrant::message::{EventType, IdentityEncoding};
use hydrant::{Engine, Processor, Registration};

const AS_PROGRAM: &str = "HYDRANT_TEST_MODULE";

struct Module {
    event: EventType<'static>,
}

impl Processor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme", "1.2")
            .partner_identity("Acme_Id", IdentityEncoding::Raw)
            .events([self.event])
    }
}

/// This test as the program with the module of this name: an event type, for which a module without
/// handlers is registered, or one of `modules`.
fn program(module: &str, args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(args).env(AS_PROGRAM, module);
    command
}

/// Exit status, standard output, standard error.
fn run(module: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output = program(module, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn main() -> ExitCode {
    if let Ok(event) = std::env::var(AS_PROGRAM) {
        if let Some(status) = modules::run(&event) {
            return status;
        }
        let event = *EventType::ALL
            .iter()
            .find(|it| it.as_str() == event)
            .unwrap();
        return hydrant_cli::run(&Engine::new(Module { event }));
    }

    let (status, out, err) = run("custom_event", &["register"]);
    assert_eq!((status, err.as_str()), (Some(0), "errors 0, warnings 0\n"));
    let registration: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(registration["type"], "module_registration_response");
    assert_eq!(
        (&registration["name"], &registration["version"]),
        (&"Acme".into(), &"1.2".into())
    );
    assert!(registration["timestamp_ms"].as_i64().unwrap() > 1_700_000_000_000);

    // The output can be compared with the next one.
    let folder = tempfile::tempdir().unwrap();
    let previous = folder.path().join("previous.json");
    let previous = previous.to_str().unwrap();
    let (status, ..) = run("custom_event", &["register", "--output", previous]);
    assert_eq!(status, Some(0));
    let (status, _, err) = run("custom_event", &["register", "--previous", previous]);
    assert_eq!((status, err.as_str()), (Some(0), "errors 0, warnings 0\n"));
    let other = out.replace("Acme_Id", "Acme_Other");
    std::fs::write(previous, other).unwrap();
    let (status, _, err) = run("custom_event", &["register", "--previous", previous]);
    assert_eq!(status, Some(1));
    assert!(err.contains("registration-5"), "{err}");

    let (status, out, err) = run("user_attribute_change", &["register"]);
    assert_eq!(status, Some(1));
    assert!(
        out.contains("user_attribute_change") && err.contains("registration-9"),
        "{err}"
    );
    let (status, _, err) = run("user_identity_change", &["register"]);
    assert_eq!(status, Some(0));
    assert!(
        err.contains("warning") && err.contains("registration-10"),
        "{err}"
    );
    assert_eq!(run("user_identity_change", &["register", "-d"]).0, Some(1));

    let (status, help, _) = run("custom_event", &["--help"]);
    assert_eq!(status, Some(0));
    assert!(
        help.contains("Acme 1.2") && help.contains("register") && help.contains("bench"),
        "{help}"
    );
    assert_eq!(run("custom_event", &["process"]).0, Some(2));
    for command in ["register", "bench"] {
        let help = run("custom_event", &["help", command]);
        assert!(help.1.contains("Exit status:"), "{help:?}");
        assert_eq!(help, run("custom_event", &[command, "--help"]));
    }
    bench::all();
    println!("the program of a module: ok");
    ExitCode::SUCCESS
}
