//! SIGTERM: the run ends soon, and what it has not settled is forwarded by the next one.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use hydrant_testing::http_server::HttpReply;

use crate::support::*;
use crate::target::*;

fn terminate(child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn an_interrupted_run_delivers_what_it_has_taken_and_the_next_one_the_rest() {
    // A little latency, so that there is a middle.
    let target = Target::start(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Answer::Accept
    });
    let setup = Setup::http(&target.url())
        .set("batch_records=5")
        .set("max_memory=1M");
    let input = setup.write("input", messages(0..20_000, 50));
    let child = setup.starts(&input, &[]);
    assert!(target.wait_for(500));
    terminate(&child);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{err}");
    let before = target.numbers().len() as u64;
    let settled = setup.settled();
    assert!(before < 20_000);
    // What was taken is delivered and counts. Only the record that got room at the moment of the
    // signal may not.
    assert!(
        settled == before || settled + 1 == before,
        "{settled} of {before}"
    );
    setup.continues(&input).exits(0);
    assert_eq!(target.distinct(), (0..20_000).collect::<Vec<_>>());
    assert!(target.numbers().len() <= 20_001);
}

/// All input is read, and the target does not answer.
#[test]
fn an_interruption_does_not_wait_longer_than_the_grace() {
    let target = Target::start(|_, _| Answer::Reply(HttpReply::never()));
    for messages_of_file in [1, 20_000] {
        let setup = Setup::http(&target.url())
            .with_letters()
            .set("max_memory=1M");
        let input = setup.write("input", messages(0..messages_of_file, 10));
        let before = target.server.requests().len();
        let child = setup.starts(&input, &["--grace", "1"]);
        let begun = Instant::now();
        while target.server.requests().len() == before {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::yield_now();
        }
        let begun = Instant::now();
        terminate(&child);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(begun.elapsed() < Duration::from_secs(20), "{err}");
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.contains("the run was interrupted; messages"), "{err}");
        assert!(err.contains("the same command continues there"), "{err}");
        assert!(!err.contains("pipeline"), "{err}");
        let report = std::fs::read_to_string(setup.path("report.json")).unwrap();
        let stopped = "delivery was stopped before the record was delivered";
        assert!(report.contains(stopped), "{report}");
        if messages_of_file == 1 {
            assert!(err.contains("are not settled: 1;"), "{err}");
        }
        assert_eq!(setup.settled(), 0);
        assert!(setup.letters().is_empty());
    }
}

/// A target that is down is reported while the run waits for it, and again at the interruption.
#[test]
fn a_run_that_delivers_nothing_says_why() {
    let target = Target::start(|_, _| Answer::Reply(HttpReply::new(503)));
    let setup = Setup::http(&target.url()).set("retry_attempts=1000000");
    let input = setup.write("input", messages(0..3, 1));
    let mut child = setup.starts(&input, &["--grace", "0"]);
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    let begin = "warning: nothing has been delivered for 1";
    assert!(line.starts_with(begin), "{line}");
    let end = "records that wait: 3: the server answered 503";
    assert!(line.contains(end), "{line}");
    terminate(&child);
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(
        rest.contains("are not settled: 3 (the server answered 503"),
        "{rest}"
    );
}

#[test]
fn an_interrupted_redrive_ends_within_the_grace_and_keeps_the_letters() {
    let refusing = Target::start(|_, _| Answer::Reply(HttpReply::new(422)));
    let setup = Setup::http(&refusing.url()).with_letters();
    setup.forwards(messages(0..5, 1), &[]).exits(1);
    let stuck = Target::start(|_, _| Answer::Reply(HttpReply::never()));
    let setup = setup.set(&format!("url={}", stuck.url()));
    let mut command = setup.command("redrive", &["--quiet", "--grace", "1"]);
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while stuck.server.requests().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::yield_now();
    }
    let begun = Instant::now();
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(setup.letters().len(), 5);
}
