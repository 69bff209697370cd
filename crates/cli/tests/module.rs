//! A program with a module of its own: this test runs itself as that program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

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

/// Exit status, standard output, standard error.
fn run(event: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(args).env(AS_PROGRAM, event).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn main() -> ExitCode {
    if let Ok(event) = std::env::var(AS_PROGRAM) {
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
        help.contains("Acme 1.2") && help.contains("register"),
        "{help}"
    );
    assert_eq!(run("custom_event", &["process"]).0, Some(2));
    println!("the program of a module: ok");
    ExitCode::SUCCESS
}
