//! The tables of `docs/outcomes.md`: each row is a test case, with every policy.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::Instant;

use hydrant::engine::{RejectPolicy, SettingErrorPolicy, Subject};
use hydrant::message::*;
use hydrant::registration::{Integer, Text};
use hydrant::{Call, Engine, Failure, Outcome, Output, Processor, Registration, Scratch, Verdict};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

const POLICIES: [RejectPolicy; 3] = [
    RejectPolicy::Fail,
    RejectPolicy::DeadLetter,
    RejectPolicy::Acknowledge,
];

/// A module that does what the name of a row describes.
pub(crate) struct Module(pub(crate) String);

impl Module {
    fn suspend(&self, call: &mut Call<'_>) {
        if self.0.starts_with("suspended") {
            call.suspend_subscription();
        }
    }

    /// The result of the handler with this name.
    fn act(&self, handler: &str, call: &Call<'_>) -> Result<(), Failure> {
        let row = self.0.as_str();
        if !row.starts_with(handler) {
            return Ok(());
        }
        match row.rsplit(' ').next().unwrap() {
            "done" => Ok(()),
            "discards" | "discarded" => Err(Failure::discard("not wanted")),
            "rejects" | "rejected" => Err(Failure::reject("never")),
            "retries" | "again" | "retry" => Err(Failure::retry()),
            "panics" | "panic" => panic_on_purpose(),
            "wrong" | "setting" => {
                call.account().setting::<i64>("limit")?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Processor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Module", "1.0")
            .account_setting(Integer::new("limit", "Limit"))
            .audiences(|it| it.subscription_setting(Text::new("list", "List").invisible()))
    }

    fn begin_batch(&self, call: &mut Call<'_>, (): &mut ()) -> Result<(), Failure> {
        self.suspend(call);
        self.act("suspended", call)?;
        self.act("a setting", call)?;
        self.act("begin_batch", call)
    }

    fn end_batch(&self, call: &mut Call<'_>, (): ()) -> Result<(), Failure> {
        self.act("end_batch", call)
    }

    /// The name of the event is its outcome.
    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        match event.name.unwrap_or("done") {
            "discarded" => return Err(Failure::discard("not wanted")),
            "rejected" => return Err(Failure::reject("never")),
            "retry" => return Err(Failure::retry()),
            _ => {}
        }
        if self.0 == "a handler panics" && call.index() == 1 {
            panic_on_purpose();
        }
        while self.0 == "the deadline passes" && Instant::now() < call.deadline().unwrap() {}
        call.emit(b"record");
        if self.0 == "one of two records is not delivered" {
            call.emit(b"record");
        }
        Ok(())
    }

    fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        _: &AudienceSubscriptionRequest<'_>,
    ) -> Result<hydrant::engine::SubscriptionReply, Failure> {
        self.act("a subscription", call)?;
        let unknown = self.0.ends_with("not registered");
        Ok([(if unknown { "lsit" } else { "list" }, "1")].into())
    }

    fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        if self.0.ends_with("fills in") {
            request.user_profiles[0].audiences[0].setting::<&str>("list")?;
        }
        self.act("a membership change", call)
    }

    fn dsr(&self, call: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        self.act("a data subject request", call)
    }
}

pub(crate) fn events(names: &[&str]) -> String {
    let events: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"type":"custom_event","name":"{name}"}}"#))
        .collect();
    let events = events.join(",");
    format!(
        r#"{{"type":"event_processing_request","account":{{"account_id":7}},"events":[{events}]}}"#
    )
}

const HEARTBEAT: &str = r#"{"type":"event_processing_request","account":{"account_id":7}}"#;

fn body(row: &str) -> String {
    if row.starts_with("a subscription") {
        return r#"{"type":"audience_subscription_request"}"#.into();
    }
    if row.starts_with("a membership change") {
        return r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{}]}]}"#.into();
    }
    if row.starts_with("a data subject request") {
        return r#"{"type":"dsr_processing_request"}"#.into();
    }
    let kinds = ["done", "discarded", "rejected", "retry"];
    let names: Vec<&str> = row.split(", ").collect();
    if names.iter().all(|name| kinds.contains(name)) {
        return events(&names);
    }
    events(&["done", "done"])
}

/// The outcomes of the events and the answer to the sender, in the words of the tables.
fn answer(row: &str, policy: RejectPolicy, waiting: bool) -> (String, String) {
    let body = body(row);
    let invocation = if row == "the deadline passes" {
        INVOCATION
            .clone()
            .with_deadline(Instant::now() + std::time::Duration::from_millis(20))
    } else {
        INVOCATION.clone()
    };
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let plain = Engine::new(Module(row.to_owned())).with_reject_policy(policy);
    let other = Engine::new_async(Waiting(Module(row.to_owned()))).with_reject_policy(policy);
    let dropped = row == "the future is dropped";
    if dropped {
        let mut future =
            pin!(other.process_into_async(body.as_bytes(), &mut scratch, &invocation, &mut output));
        for _ in 0..3 {
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
    } else {
        let mut pending = if waiting {
            block_on(other.process_async(body.as_bytes(), &invocation)).unwrap()
        } else {
            plain.process(body.as_bytes(), &invocation).unwrap()
        };
        if row.ends_with("not delivered") {
            let records = pending.output().records().iter().enumerate();
            let delivered: Vec<Result<(), Failure>> = records
                .map(|(index, _)| {
                    if index == 1 {
                        Err(Failure::retry())
                    } else {
                        Ok(())
                    }
                })
                .collect();
            pending.settle_records(delivered);
        }
        output = pending.finish();
    }
    let is_there = |name: &&str| output.events().iter().any(|o| o.as_str() == *name);
    let names = ["done", "discarded", "rejected", "retry", "unsettled"];
    let names: Vec<&str> = names.into_iter().filter(is_there).collect();

    let response = std::str::from_utf8(output.response()).unwrap();
    let suspends = |response: &str| response.contains(r#""suspend_subscription":true"#);
    let mut answered = "answered".to_owned();
    if suspends(response) {
        answered += " with the suspension";
    }
    let parts = |failures: Vec<(Subject, &Failure)>| {
        let names = failures
            .into_iter()
            .map(|(subject, failure)| match subject {
                Subject::Message => "message",
                _ => Outcome::from(failure.clone()).as_str(),
            });
        names
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let mut answer = match output.verdict() {
        Verdict::Answer => {
            let rejects = |outcome: &Outcome| {
                outcome.as_str() == "rejected"
                    && !(outcome.failure().unwrap().setting_error().is_some() && suspends(response))
            };
            if output.events().iter().any(rejects) {
                format!("{answered}, rejected lost")
            } else if rejects(output.message()) {
                format!("{answered}, message lost")
            } else {
                answered
            }
        }
        Verdict::DeadLetter => {
            let stored = parts(output.dead_letters().collect());
            format!("{stored} stored, then {answered}")
        }
        Verdict::Retry { .. } | Verdict::Fail => "not answered, all is repeated".to_owned(),
        _ => panic!("another verdict"),
    };
    assert_eq!(response.is_empty(), answer.starts_with("not"));
    assert_eq!(output.dead_letters().count() > 0, answer.contains("stored"));

    // Whether the next heartbeat suspends, but not the one after it.
    let heartbeat = || {
        let output = if waiting || dropped {
            block_on(other.process_async(HEARTBEAT.as_bytes(), &INVOCATION)).unwrap()
        } else {
            plain.process(HEARTBEAT.as_bytes(), &INVOCATION).unwrap()
        };
        suspends(std::str::from_utf8(output.finish().response()).unwrap())
    };
    if heartbeat() {
        answer += "; the next heartbeat suspends";
        assert!(!heartbeat());
    }
    (names.join(", "), answer)
}

/// The rows of the tables whose first column has this header.
fn rows(document: &str, header: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with(&format!("| {header} |")) {
            continue;
        }
        lines.next();
        rows.extend(
            lines
                .by_ref()
                .take_while(|line| line.starts_with('|'))
                .map(cells),
        );
    }
    rows
}

#[test]
fn the_tables_of_the_guide_are_correct() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/outcomes.md");
    let document = std::fs::read_to_string(document).unwrap();
    let events = rows(&document, "the events are");
    assert_eq!(events.len(), 15, "every combination of four outcomes");
    let others = rows(&document, "what happens");
    assert_eq!(others.len(), 13 + 4 + 15);
    let names: BTreeSet<&String> = events.iter().chain(&others).map(|row| &row[0]).collect();
    assert_eq!(names.len(), 15 + 13 + 4 + 15);

    for row in events.iter().chain(&others) {
        let cells = &row[row.len() - 3..];
        for (policy, cell) in POLICIES.into_iter().zip(cells) {
            for waiting in [false, true] {
                let (ends, answer) = answer(&row[0], policy, waiting);
                assert_eq!(&answer, cell, "{} with {policy:?}", row[0]);
                if row.len() == 5 {
                    assert_eq!(ends, row[1], "{}", row[0]);
                } else if row[0].starts_with(|first: char| "dr".contains(first)) {
                    assert_eq!(ends, row[0]);
                }
            }
        }
    }
}

/// A requested suspension is kept until a response carries it, whatever happens to messages in
/// between.
#[test]
fn a_suspension_is_kept_until_a_response_carries_it() {
    let engine = Engine::new(Module("suspended, then retry".into()));
    let suspends = |output: Output| {
        std::str::from_utf8(output.response())
            .unwrap()
            .contains("suspend")
    };
    let process = |body: &str| engine.process(body.as_bytes(), &INVOCATION).unwrap();
    assert!(!suspends(process(&events(&["done"])).finish()));
    drop(process(HEARTBEAT));
    let registration = r#"{"type":"module_registration_request"}"#;
    assert!(!suspends(process(registration).finish()));
    // The message is done, but the host could not deliver it.
    let mut pending = process(r#"{"type":"dsr_processing_request","account":{"account_id":7}}"#);
    pending.settle_message(Failure::retry());
    assert!(!suspends(pending.finish()));
    assert!(suspends(process(HEARTBEAT).finish()));
    assert!(!suspends(process(HEARTBEAT).finish()));
}

/// A message with unsettled parts is not answered, unless they are stored.
#[test]
fn parts_that_the_host_leaves_unsettled_are_to_be_retried() {
    let engine = Engine::new(Module(String::new())).with_reject_policy(RejectPolicy::DeadLetter);
    let body = events(&["done", "rejected"]);
    let mut pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
    pending.suspend_subscription();
    pending.settle(0, Outcome::Unsettled);
    let output = pending.finish();
    assert_eq!(output.verdict(), Verdict::DeadLetter);
    let stored: Vec<String> = output
        .dead_letters()
        .map(|(_, failure)| failure.to_string())
        .collect();
    assert_eq!(stored, ["retry: nobody settled it", "rejected: never"]);
}

/// If a handler suspends and then fails, neither the event nor the suspension is lost.
#[test]
fn an_error_after_a_suspension_is_not_acknowledged_and_the_suspension_is_not_lost() {
    let engine = Engine::new(Module("suspended, then retry".into()));
    let mut answers = Vec::new();
    for body in [events(&["done"]), HEARTBEAT.into(), HEARTBEAT.into()] {
        let output = engine
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish();
        let response = std::str::from_utf8(output.response()).unwrap();
        answers.push((output.verdict(), response.contains("suspend")));
    }
    let retry = Verdict::Retry { after: None };
    let expected = [
        (retry, false),
        (Verdict::Answer, true),
        (Verdict::Answer, false),
    ];
    assert_eq!(answers, expected);

    // If a batch succeeds in between, the suspension is dropped, because its cause is gone.
    struct Corrected(Mutex<bool>);
    impl Processor for Corrected {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Corrected", "1.0")
        }
        fn begin_batch(&self, call: &mut Call<'_>, (): &mut ()) -> Result<(), Failure> {
            if std::mem::replace(&mut *self.0.lock().unwrap(), true) {
                return Ok(());
            }
            call.suspend_subscription();
            Err(Failure::retry())
        }
    }
    let engine = Engine::new(Corrected(Mutex::new(false)));
    for (body, verdict) in [
        (events(&["done"]), retry),
        (events(&["done"]), Verdict::Answer),
        (HEARTBEAT.into(), Verdict::Answer),
    ] {
        let output = engine
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish();
        assert_eq!(output.verdict(), verdict);
        let response = std::str::from_utf8(output.response()).unwrap();
        assert!(!response.contains("suspend"), "{response}");
    }
}

#[test]
fn the_policies_for_settings_can_be_changed() {
    let batch = events(&["done"]);
    let membership = body("a membership change is done");
    let engine = || Engine::new(Module("a setting is wrong".into()));
    let other = || Engine::new(Module("a membership change has a wrong setting".into()));
    let verdict = |engine: Engine<Module>, body: &str| {
        let output = engine
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish();
        (output.verdict(), output.is_suspended())
    };
    let retry = Verdict::Retry { after: None };
    for (policy, batches, audiences) in [
        (
            SettingErrorPolicy::Suspend,
            (Verdict::Fail, true),
            (Verdict::Answer, true),
        ),
        (
            SettingErrorPolicy::Reject,
            (Verdict::Fail, false),
            (Verdict::Fail, false),
        ),
        (SettingErrorPolicy::Retry, (retry, false), (retry, false)),
    ] {
        let engine = engine().with_setting_errors_in_batches(policy);
        assert_eq!(verdict(engine, &batch), batches, "{policy:?}");
        let other = other().with_setting_errors_in_audiences(policy);
        assert_eq!(verdict(other, &membership), audiences, "{policy:?}");
    }
}
