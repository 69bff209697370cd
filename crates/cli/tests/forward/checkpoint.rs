//! Continuing after an end: what a checkpoint counts, and which ones are refused.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

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

    let mut damaged: Vec<_> = [1, checkpoint.len() / 2, checkpoint.len() - 3]
        .map(|length| String::from_utf8(checkpoint[..length].to_vec()).unwrap())
        .into();
    damaged.push(r#"{"version":1,"files":[]}"#.to_owned());
    for text in damaged {
        fs::write(setup.path("checkpoint"), &text).unwrap();
        let ran = refused(&setup, &[&input]).exits(1);
        assert!(
            ran.err.contains("not a checkpoint of hydrant forward"),
            "{text}: {}",
            ran.err
        );
        // It stays for the user to look at.
        assert_eq!(fs::read_to_string(setup.path("checkpoint")).unwrap(), text);
    }
    fs::write(setup.path("checkpoint"), &checkpoint).unwrap();
    refused(&setup, &[&input]).exits(0);
    assert_eq!(target.server.requests().len(), requests);
    assert_eq!(fs::read(setup.path("checkpoint")).unwrap(), checkpoint);
}

/// The difference is after the first block of the input, and nothing before it is forwarded again.
#[test]
fn another_file_with_the_same_beginning_is_noticed() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let text = messages(0..2_000, 3);
    assert!(text.len() > 300 << 10);
    let input = setup.write("input", &text);
    setup.continues(&input).exits(0);
    let checkpoint = fs::read(setup.path("checkpoint")).unwrap();
    let requests = target.server.requests().len();

    let changed = messages((0..1_999).chain([5_000]), 3);
    fs::write(&input, changed + &messages(2_000..2_100, 3)).unwrap();
    let ran = refused(&setup, &[&input]).exits(2);
    let reason = format!(
        "{} is not the file that {} is about: its first 2000 messages are others; remove the \
         checkpoint to forward all of it",
        input.display(),
        setup.path("checkpoint").display()
    );
    assert!(
        ran.err.starts_with(&format!("error: {reason}\n")),
        "{}",
        ran.err
    );
    assert_eq!(ran.report["failure"], reason);
    assert_eq!(target.server.requests().len(), requests);
    assert_eq!(fs::read(setup.path("checkpoint")).unwrap(), checkpoint);

    // The same messages in another form are the same file: compressed, or with an added line end.
    let packed = setup.write("packed.ndjson.gz", gzip(&text));
    fs::rename(packed, &input).unwrap();
    assert_eq!(refused(&setup, &[&input]).exits(0).count("resumed"), 2_000);
    fs::write(
        &input,
        text.trim_end().to_owned() + "\n\n" + &messages([2_000], 1),
    )
    .unwrap();
    assert_eq!(refused(&setup, &[&input]).exits(0).count("messages"), 1);
    assert_eq!(target.distinct(), (0..2_001).collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 2_001);
}

/// It was read while its last message was written. What completes the message would be left out with
/// it.
#[test]
fn a_message_that_has_grown_is_another() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let text = messages(0..4, 1);
    let input = setup.write("input", &text[..text.len() - 20]);
    let run = || {
        let mut command = setup.forward(&["--keep-going", "--checkpoint"]);
        command.arg(setup.path("checkpoint")).arg(&input);
        setup.ran(command)
    };
    let ran = run().exits(1);
    assert_eq!((ran.count("refused"), setup.settled()), (1, 4));
    fs::write(&input, text).unwrap();
    let ran = run().exits(2);
    assert!(
        ran.err.contains("its first 4 messages are others"),
        "{}",
        ran.err
    );
    assert_eq!(target.numbers(), [0, 1, 2]);
}

#[test]
fn a_file_that_has_become_shorter_is_noticed() {
    let target = Target::good();
    let setup = Setup::http(&target.url());
    let inputs = ["one", "two", "three"].map(|name| setup.path(name));
    let inputs = inputs.each_ref().map(|path| path.as_path());
    let write = |counts: [u64; 3]| {
        for (at, (path, count)) in (0..).zip(inputs.iter().zip(counts)) {
            fs::write(path, messages(at * 100..at * 100 + count, 1)).unwrap();
        }
    };
    write([10; 3]);
    refused(&setup, &inputs).exits(0);
    let numbers = target.numbers();
    for (short, counts) in [
        (0, [9, 10, 10]),
        (1, [10, 3, 10]),
        (2, [10, 10, 9]),
        (0, [0, 10, 10]),
        (1, [10, 0, 10]),
        (2, [10, 10, 0]),
    ] {
        write(counts);
        let ran = refused(&setup, &inputs).exits(2);
        let reason = format!(
            "error: {} is not the file that {} is about: it has only {} messages, and 10 are \
             settled; remove the checkpoint to forward all of it\n",
            inputs[short].display(),
            setup.path("checkpoint").display(),
            counts[short]
        );
        assert!(ran.err.contains(&reason), "{counts:?}: {}", ran.err);
        assert_eq!(setup.settled(), 30);
    }
    assert_eq!(target.numbers(), numbers);
}

/// What was read before the file counts, and nothing after it is forwarded.
#[test]
fn another_file_does_not_undo_the_progress_of_those_before_it() {
    let target = Target::slow();
    let setup = Setup::http(&target.url());
    let inputs = ["one", "two", "three"].map(|name| setup.path(name));
    let inputs = inputs.each_ref().map(|path| path.as_path());
    for (at, path) in (0..).zip(inputs) {
        fs::write(path, messages(at * 100..at * 100 + 10, 1)).unwrap();
    }
    refused(&setup, &inputs).exits(0);
    fs::write(inputs[0], messages(0..60, 1)).unwrap();
    fs::write(inputs[1], messages(101..120, 1)).unwrap();
    fs::write(inputs[2], messages(200..220, 1)).unwrap();
    refused(&setup, &inputs).exits(2);
    assert_eq!(setup.settled(), 80);
    fs::write(inputs[1], messages(100..120, 1)).unwrap();
    refused(&setup, &inputs).exits(0);
    let all = (0..60).chain(100..120).chain(200..220);
    assert_eq!(target.distinct(), all.collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 100);
}

#[test]
fn a_checkpoint_is_for_one_process() {
    let target = Target::start(|_, _| Answer::Reply(HttpReply::new(503)));
    let setup = Setup::http(&target.url()).set("retry_attempts=1000000");
    let input = setup.write("input", messages(0..10, 1));
    let mut first = setup.starts(&input, &[]);
    while target.server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let other = setup.write("other", messages(0..10, 1));
    for input in [&input, &other] {
        let ran = refused(&setup, &[input]).exits(3);
        let checkpoint = setup.path("checkpoint");
        let reason = format!(
            "error: {} is in use by another process\n",
            checkpoint.display()
        );
        assert_eq!(ran.err, reason);
    }
    // A process that is killed leaves no lock.
    first.kill().unwrap();
    first.wait().unwrap();
    let good = Target::good();
    let setup = setup.set(&format!("url={}", good.url()));
    setup.continues(&input).exits(0);
    assert_eq!(good.numbers(), (0..10).collect::<Vec<_>>());
    let names = fs::read_dir(setup.path(".")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let locks = names.filter(|name| name.contains("lock") || name.ends_with(".new"));
    assert_eq!(locks.count(), 0);
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
