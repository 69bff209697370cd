//! Faults of the runtime API: nothing that was not confirmed counts as answered, and the next
//! environment continues.

use std::time::Duration;

use hydrant_testing::generate;

use super::check::check;
use super::endpoint::Fault;
use super::function::{Function, faulty, now_ms, soon};

#[test]
fn the_function_continues_after_a_slow_invocation_and_a_refused_answer() {
    let mut function = Function::start("slow", "", &[]);
    let body = generate::batch(3, 1);
    for fault in [
        Fault::Slow(Duration::from_millis(300)),
        Fault::AnswerRefused,
        Fault::None,
    ] {
        let before = now_ms();
        function.endpoint.send(&body, soon(), fault);
        let answer = function.endpoint.receive();
        check(
            &format!("{fault:?}"),
            &body,
            answer.failed,
            &answer.body,
            before,
        );
    }
}

/// The process ends with an error, as the runtime API requires, and the next one answers.
#[test]
fn the_function_ends_if_the_connection_is_cut() {
    for fault in [Fault::CutInvocation, Fault::CutAnswer] {
        let mut function = Function::start(&format!("{fault:?}"), "", &[]);
        let body = generate::batch(3, 1);
        let before = now_ms();
        let answer = function.invoke(&body);
        check("before", &body, answer.failed, &answer.body, before);

        function.endpoint.send(&body, soon(), fault);
        assert!(!function.process.wait().success(), "{fault:?}");

        let output = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let output = output.join(format!("function-{fault:?}-again.log"));
        let program = super::function::program();
        let _again = function.endpoint.run_with(program, &[], output);
        if fault == Fault::CutAnswer {
            // The answer that the endpoint has read before the cut.
            drop(function.endpoint.receive());
        }
        let before = now_ms();
        let answer = function.invoke(&body);
        check("after", &body, answer.failed, &answer.body, before);
    }
}

/// A slow invocation whose deadline passes while its body arrives.
#[test]
fn a_body_that_arrives_after_the_deadline_is_to_be_retried() {
    let mut function = Function::start("late", "", &[]);
    let fault = Fault::Slow(Duration::from_millis(400));
    function
        .endpoint
        .send(faulty("").as_bytes(), now_ms() + 300, fault);
    let answer = function.endpoint.receive();
    assert!(answer.failed);
    assert_eq!(
        super::function::value(&answer.body)["errorType"],
        "deadline_exceeded"
    );
}

#[test]
fn the_hook_runs_when_the_environment_ends() {
    let mut function = Function::start("shutdown", "shutdown", &[]);
    assert!(!function.invoke(faulty("emit").as_bytes()).failed);
    let process = function.process.process.id().to_string();
    let asked = std::process::Command::new("kill")
        .args(["-TERM", &process])
        .status();
    assert!(asked.unwrap().success());
    assert!(function.process.wait().success());
    let printed = function.process.output();
    let position = |text: &str| {
        printed
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {printed}"))
    };
    assert!(position("RECORD b") < position("CLOSED RECORD"));
    assert!(position("CLOSED RECORD") < position("HOOK"));
}
