//! Continuing after an end: what a checkpoint counts, and which ones are refused.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::write::GzEncoder;
use hydrant_testing::http_server::HttpReply;

use crate::support::*;
use crate::target::*;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Accepts so many requests, and then has an outage.
fn failing_after(requests: usize) -> Target {
    Target::start(move |request, _| match request.number < requests {
        true => Answer::Accept,
        false => Answer::Reply(HttpReply::new(401)),
    })
}

#[test]
fn a_run_that_has_ended_is_not_repeated() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let input = setup.write("input", messages(0..50, 3));
    setup.continues(&input).exits(0);
    let requests = target.server.requests().len();
    let ran = setup.continues(&input).exits(0);
    assert_eq!(target.server.requests().len(), requests);
    assert_eq!((ran.count("resumed"), ran.count("messages")), (50, 0));
    // What was appended is new.
    fs::write(&input, messages(0..60, 3)).unwrap();
    let ran = setup.continues(&input).exits(0);
    assert_eq!((ran.count("resumed"), ran.count("messages")), (50, 10));
    assert_eq!(target.distinct(), (0..60).collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 60);
}

/// It does not matter where the blocks of the input end, so compressed input continues, too.
#[test]
fn it_continues_at_the_first_message_that_was_not_settled() {
    let lines = |numbers: std::ops::Range<u64>| messages(numbers, 1);
    // A line with several messages counts as one, and refused messages count.
    let several = messages(400..403, 1).replace('\n', " ") + "\n";
    let text = [&lines(0..400), &several, GARBAGE, "\n", &lines(403..3_000)].concat();
    for (name, content) in [
        ("input.ndjson", text.clone().into_bytes()),
        ("input.ndjson.gz", gzip(&text)),
    ] {
        for requests in [3, 43, 200] {
            let target = failing_after(requests);
            let setup = Setup::http(&target.url())
                .with_letters()
                .set("batch_records=10")
                .set("max_in_flight=1");
            let input = setup.write(name, &content);
            setup.continues(&input).exits(3);
            let before = target.numbers();
            let good = Target::good();
            let setup = setup.set(&format!("url={}", good.url()));
            setup.continues(&input);
            let after = good.numbers();
            let all: Vec<_> = before.iter().chain(&after).copied().collect();
            assert!(before.len() <= 10 * requests && !before.is_empty());
            assert_eq!(before, (0..before.len() as u64).collect::<Vec<_>>());
            // One user has one record on its way, and a line is settled as a whole.
            let (first, next) = (after[0], before.len() as u64);
            assert!(
                first == next || first == 400 && next < 403,
                "{name}: continues with {first} after {next}"
            );
            assert_eq!(after, (first..3_000).collect::<Vec<_>>());
            assert!(all.len() >= 3_000);
            let letters = setup.letters();
            assert!(letters.iter().all(|letter| letter["unparsed"] == GARBAGE));
            assert!((1..=2).contains(&letters.len()));
        }
    }
}

#[test]
fn the_progress_of_files_that_are_not_named_stays() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let (one, other) = (
        setup.write("one", messages(0..10, 1)),
        setup.write("other", messages(10..20, 1)),
    );
    for input in [&one, &other, &one, &other] {
        setup.continues(input).exits(0);
    }
    assert_eq!(target.distinct(), (0..20).collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 20);
}

/// The program with this checkpoint and file, which it does not accept.
fn refused(setup: &Setup, inputs: &[&Path]) -> Ran {
    let mut command = setup.forward(&["--checkpoint"]);
    command.arg(setup.path("checkpoint")).args(inputs);
    setup.ran(command)
}

#[test]
fn checkpoints_of_other_files_and_damaged_ones_are_refused() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let input = setup.write("input", messages(0..10, 1));
    setup.continues(&input).exits(0);
    let checkpoint = fs::read(setup.path("checkpoint")).unwrap();
    let requests = target.server.requests().len();

    fs::write(&input, messages(1..10, 1)).unwrap();
    let ran = refused(&setup, &[&input]).exits(2);
    assert!(
        ran.err.contains("is not the file that") && ran.err.contains("remove the checkpoint"),
        "{}",
        ran.err
    );
    fs::write(&input, messages(0..5, 1)).unwrap();
    refused(&setup, &[&input]).exits(2);
    fs::write(&input, messages(0..10, 1)).unwrap();
    refused(&setup, &[&input]).exits(0);

    for length in [0, 1, checkpoint.len() / 2, checkpoint.len() - 3] {
        fs::write(setup.path("checkpoint"), &checkpoint[..length]).unwrap();
        let ran = refused(&setup, &[&input]).exits(1);
        assert!(
            ran.err.contains("not a checkpoint of hydrant forward"),
            "{length}: {}",
            ran.err
        );
    }
    fs::write(setup.path("checkpoint"), &checkpoint).unwrap();
    refused(&setup, &[&input]).exits(0);
    assert_eq!(target.server.requests().len(), requests);
    assert_eq!(fs::read(setup.path("checkpoint")).unwrap(), checkpoint);
}

#[test]
fn inputs_that_cannot_be_continued_are_refused() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let input = setup.write("input", messages(0..10, 1));
    let ran = refused(&setup, &[Path::new("-")]).exits(2);
    assert!(
        ran.err.contains("standard input cannot be read again"),
        "{}",
        ran.err
    );
    refused(&setup, &[]).exits(2);
    let ran = refused(&setup, &[&input, &input]).exits(2);
    assert!(ran.err.contains("named twice"), "{}", ran.err);
    let again = setup.path(".").join("input");
    let ran = refused(&setup, &[&input, &again]).exits(2);
    assert!(ran.err.contains("named twice"), "{}", ran.err);
    // The next stream of a pipe is another one.
    let pipe = setup.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let ran = refused(&setup, &[&pipe]).exits(2);
    assert!(ran.err.contains("cannot be read again"), "{}", ran.err);
    assert!(target.numbers().is_empty());
}

/// Nothing is sent that could not be noted.
#[test]
fn a_checkpoint_that_cannot_be_written_is_noticed_at_the_start() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let input = setup.write("input", messages(0..10, 1));
    let mut command = setup.forward(&["--checkpoint"]);
    command.arg(setup.path("missing/checkpoint")).arg(&input);
    let ran = setup.ran(command).exits(3);
    assert!(ran.err.contains("cannot write"), "{}", ran.err);
    assert!(target.numbers().is_empty());
}

#[test]
fn several_files_continue_in_their_order() {
    let target = failing_after(5);
    let setup = Setup::http(&target.url())
        .set("batch_records=10")
        .set("max_in_flight=1");
    let files: Vec<_> = (0..4)
        .map(|file| {
            let numbers = file * 25..(file + 1) * 25;
            setup.write(&format!("{file}.ndjson"), messages(numbers, 1))
        })
        .collect();
    let files: Vec<_> = files.iter().map(|path| path.as_path()).collect();
    refused(&setup, &files).exits(3);
    let before = target.numbers();
    let good = Target::good();
    let setup = setup.set(&format!("url={}", good.url()));
    refused(&setup, &files).exits(0);
    let all: Vec<_> = before.into_iter().chain(good.numbers()).collect();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}
