//! `hydrant redrive`: dead letters are forwarded again.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hydrant_testing::http_server::HttpReply;
use serde_json::Value;

use crate::support::*;
use crate::target::*;

/// A configuration with dead letters of these events, whose target is now another.
fn with_letters_of(numbers: std::ops::Range<u64>, target: &Target) -> Setup {
    let refusing = Target::start(|_, _| Answer::Reply(HttpReply::new(422)));
    let count = numbers.end - numbers.start;
    let setup = Setup::http(&refusing.url()).with_letters();
    let ran = setup.forwards(messages(numbers, 5), &[]).exits(1);
    assert_eq!(ran.count("dead_letters"), count);
    setup.set(&format!("url={}/redriven", target.url()))
}

fn redrive(setup: &Setup, args: &[&str]) -> Ran {
    setup.ran(setup.command("redrive", args))
}

#[test]
fn delivered_letters_vanish() {
    let target = Target::good();
    let setup = with_letters_of(0..250, &target);
    let ran = redrive(&setup, &["--limit", "10"]).exits(0);
    let counts = "dead letters 10, delivered 10, rejected again 0, kept 0\n";
    assert_eq!(ran.err, counts);
    assert_eq!(target.distinct(), (0..10).collect::<Vec<_>>(), "the oldest");
    assert_eq!(setup.letters().len(), 240);
    redrive(&setup, &["--quiet"]).exits(0);
    assert_eq!(target.distinct(), (0..250).collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 250);
    assert!(setup.letters().is_empty());
    let ran = redrive(&setup, &[]).exits(0);
    assert!(ran.err.starts_with("dead letters 0,"), "{}", ran.err);
}

#[test]
fn letters_that_are_rejected_again_stay_with_the_new_reason() {
    let target = Target::start(|_, records| {
        let is_refused = |record: &Value| number_of(&record["events"][0]).is_multiple_of(3);
        match records.iter().any(is_refused) {
            true => Answer::Reply(HttpReply::new(413)),
            false => Answer::Accept,
        }
    });
    let setup = with_letters_of(0..150, &target);
    let ran = redrive(&setup, &[]).exits(1);
    let counts = "dead letters 150, delivered 100, rejected again 50, kept 0\n";
    let reason = "the server answered 413: the request is too large";
    assert_eq!(ran.err, format!("dead letters, 50: {reason}\n{counts}"));
    let mut left: Vec<_> = setup.letter_numbers().into_iter().flatten().collect();
    left.sort_unstable();
    assert_eq!(left, (0..50).map(|it| it * 3).collect::<Vec<_>>());
    for letter in setup.letters() {
        assert_eq!(
            letter["reason"],
            "the server answered 413: the request is too large"
        );
        assert!(letter["message_id"].is_string());
    }
}

#[test]
fn settings_of_the_account_are_those_of_the_configuration() {
    let wrong = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&wrong);
    let target = Target::start(move |request, _| {
        let is_right = request.header("authorization") == Some("Bearer n3w");
        noted.fetch_or(!is_right, Ordering::SeqCst);
        Answer::Accept
    });
    let setup = with_letters_of(0..20, &target)
        .set("authentication=bearer")
        .set("token_setting=api_key");
    // Without them, nothing is sent and every letter stays.
    let ran = redrive(&setup, &[]).exits(3);
    assert!(
        ran.err
            .contains("account 7: the account has no value for the setting `api_key`"),
        "{}",
        ran.err
    );
    assert_eq!(ran.err.matches("account 7").count(), 1, "{}", ran.err);
    assert_eq!(setup.letters().len(), 20);
    assert!(target.server.requests().is_empty());
    let setup = setup.env("HYDRANT_ACCOUNT_SETTINGS", "8.api_key=other,7.api_key=n3w");
    redrive(&setup, &[]).exits(0);
    assert_eq!(target.distinct(), (0..20).collect::<Vec<_>>());
    assert!(!wrong.load(Ordering::SeqCst));
}

#[test]
fn letters_of_messages_that_cannot_be_read_stay() {
    let target = Target::good();
    let setup = Setup::http(&target.url()).with_letters();
    setup.forwards(format!("{GARBAGE}\n"), &[]).exits(1);
    let ran = redrive(&setup, &[]).exits(1);
    assert!(ran.err.contains("kept 1"), "{}", ran.err);
    let reason =
        "warning: a dead letter stays: the dead letter has a message that could not be parsed";
    assert!(ran.err.starts_with(reason), "{}", ran.err);
    assert_eq!(setup.letters().len(), 1);
}

#[test]
fn a_target_that_halts_keeps_all_letters() {
    let target = Target::start(|_, _| Answer::Reply(HttpReply::new(401)));
    // Some are not even taken.
    for (letters, limit, kept) in [(20, "1000", 20), (250, "1000", 250), (250, "220", 220)] {
        let setup = with_letters_of(0..letters, &target);
        let before = setup.letters();
        let ran = redrive(&setup, &["--limit", limit]).exits(3);
        let counts = format!("dead letters {kept}, delivered 0, rejected again 0, kept {kept}\n");
        assert!(ran.err.starts_with(&counts), "{}", ran.err);
        assert_eq!(setup.letters(), before);
    }
    let none = Setup::http(&target.url());
    let ran = redrive(&none, &[]).exits(3);
    assert!(ran.err.contains("there are no dead letters"), "{}", ran.err);
}

/// Nothing is deleted that was not tried, however old it is and however much there is.
#[test]
fn old_letters_are_tried_before_they_are_deleted() {
    for limit in ["dead_letter_retention=1ms", "dead_letter_max_bytes=65536"] {
        let target = Target::good();
        let setup = with_letters_of(0..250, &target);
        let size: usize = setup.letters().iter().map(|it| it.to_string().len()).sum();
        assert!(size > 65_536);
        let setup = setup.set(limit);
        let ran = redrive(&setup, &["--limit", "100"]).exits(0);
        let counts = "dead letters 100, delivered 100, rejected again 0, kept 0\n";
        assert_eq!(ran.err, counts, "{limit}");
        redrive(&setup, &[]).exits(0);
        assert_eq!(target.distinct(), (0..250).collect::<Vec<_>>(), "{limit}");
        assert!(setup.letters().is_empty());
    }
}

/// The process is killed by the target, while it answers one of the first requests.
#[test]
fn a_redrive_that_is_killed_loses_nothing() {
    for fatal in 0..4 {
        let process = Arc::new(AtomicU32::new(0));
        let victim = Arc::clone(&process);
        let target = Target::start(move |request, _| {
            if request.number == fatal {
                // The test stores the number right after the start.
                let id = loop {
                    match victim.load(Ordering::SeqCst) {
                        0 => std::thread::yield_now(),
                        id => break id,
                    }
                };
                crate::crashes::kill(id);
            }
            Answer::Accept
        });
        let setup = with_letters_of(0..60, &target)
            .set("batch_records=20")
            .set("max_in_flight=1");
        let mut command = setup.command("redrive", &["--quiet"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        process.store(child.id(), Ordering::SeqCst);
        let status = child.wait().unwrap();
        let left = setup.letter_numbers();
        let accepted = target.distinct();
        let kept = |number| left.contains(&Some(number)) || accepted.contains(&number);
        assert!(
            (0..60).all(kept),
            "{fatal}, {status}: {left:?} {accepted:?}"
        );
        redrive(&setup, &[]).exits(0);
        assert_eq!(target.distinct(), (0..60).collect::<Vec<_>>());
        assert!(setup.letters().is_empty());
    }
}
