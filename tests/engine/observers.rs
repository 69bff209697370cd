//! The reports to an observer.

use std::sync::{Arc, Mutex};

use hydrant::engine::Report;
use hydrant::{Engine, Verdict};

use crate::panics::panic_on_purpose;
use crate::recorder::INVOCATION;
use crate::verdicts::{Module, events};

/// The reports so far.
type Seen = Arc<Mutex<Vec<String>>>;

fn observed(module: &str) -> (Engine<Module>, Seen) {
    let seen = Seen::default();
    let list = Arc::clone(&seen);
    let engine =
        Engine::new(Module(module.to_owned())).with_observer(move |report: &Report<'_>| {
            let Report {
                account_id,
                subject,
                failure,
                events,
                verdict,
                ..
            } = report;
            let account = account_id.unwrap_or_default();
            let line = format!("{account} {subject:?} {failure} {events} {verdict:?}");
            list.lock().unwrap().push(line);
        });
    (engine, seen)
}

fn take(seen: &Seen) -> Vec<String> {
    std::mem::take(&mut *seen.lock().unwrap())
}

#[test]
fn an_observer_is_called_once_for_everything_that_failed() {
    let (engine, seen) = observed("");
    let body = events(&["done", "retry", "discarded", "rejected"]);
    let pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
    assert_eq!(take(&seen), [""; 0], "not before it is finished");
    drop(pending.finish());
    assert_eq!(
        take(&seen),
        [
            "7 Event(1) retry 1 Retry { after: None }",
            "7 Event(2) discarded: not wanted 1 Retry { after: None }",
            "7 Event(3) rejected: never 1 Retry { after: None }",
        ]
    );

    let (engine, seen) = observed("begin_batch rejects");
    let body = events(&["done", "done", "done"]);
    drop(
        engine
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish(),
    );
    assert_eq!(take(&seen), ["7 Message rejected: never 3 Fail"]);

    // A panic in the observer is ignored.
    let engine = Engine::new(Module("begin_batch rejects".into()))
        .with_observer(|_: &Report<'_>| panic_on_purpose());
    let output = engine
        .process(body.as_bytes(), &INVOCATION)
        .unwrap()
        .finish();
    assert_eq!(output.verdict(), Verdict::Fail);
}

#[test]
fn a_fault_in_settings_is_reported_once_per_account() {
    let (engine, seen) = observed("a setting is wrong");
    let process = |account: i32, settings: &str| {
        let body = events(&["done", "done"]).replace(
            r#""account_id":7"#,
            &format!(r#""account_id":{account},"account_settings":{{{settings}}}"#),
        );
        drop(
            engine
                .process(body.as_bytes(), &INVOCATION)
                .unwrap()
                .finish(),
        );
        take(&seen).len()
    };
    let (missing, wrong, right) = ("", r#""limit":"many""#, r#""limit":"3""#);
    assert_eq!(process(1, missing), 1);
    assert_eq!(process(1, missing), 0);
    assert_eq!(process(2, missing), 1);
    assert_eq!(process(1, wrong), 1, "another fault");
    assert_eq!(process(1, wrong), 0);
    assert_eq!(process(1, right), 0);
    assert_eq!(process(1, wrong), 1, "it was corrected in between");
}
