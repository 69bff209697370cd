//! What becomes a dead letter, what is in it, and what happens if it cannot be stored.

use std::fs;
use std::path::Path;
use std::process::Command;

use hydrant_testing::http_server::HttpReply;

use crate::support::*;
use crate::target::*;

/// Refuses every request with one of these events.
fn refusing(status: u16, poison: &'static [u64]) -> Target {
    Target::start(move |_, records| {
        let is_poisoned = |record| poison.iter().any(|number| has(record, *number));
        match records.iter().any(is_poisoned) {
            true => Answer::Reply(HttpReply::new(status)),
            false => Answer::Accept,
        }
    })
}

#[test]
fn one_poisoned_record_is_stored_and_the_others_arrive() {
    for (status, reason) in [
        (400, "the server answered 400: the content is refused"),
        (413, "the server answered 413: the request is too large"),
        (422, "the server answered 422: the content is refused"),
    ] {
        let target = refusing(status, &[55]);
        let setup = Setup::http(&target.url())
            .with_letters()
            .set("send_as_batch=off");
        let together: Vec<_> = (0..30)
            .map(|user| {
                let events: Vec<_> = (0..4).map(|it| event(user * 4 + it)).collect();
                message(user, &events)
            })
            .collect();
        let ran = setup.forwards(together.join("\n"), &[]).exits(1);
        let others: Vec<_> = (0..120).filter(|number| *number != 55).collect();
        assert_eq!(target.distinct(), others);
        assert_eq!(
            (ran.count("delivered"), ran.count("dead_letters")),
            (119, 1)
        );
        let letters = setup.letters();
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!(letter["reason"], reason);
        assert_eq!(
            (&letter["attempts"], &letter["event"]),
            (&1.into(), &3.into())
        );
        assert_eq!(letter["message_id"], "10000000-0000-4000-8000-000000000052");
        assert_eq!(letter["message"]["events"].as_array().unwrap().len(), 1);
        assert_eq!(setup.letter_numbers(), [Some(55)]);
        assert_eq!(
            letter["message"]["account"],
            serde_json::json!({"account_id": 7})
        );
        assert!(!letter.to_string().contains("s3cret"));
    }
}

#[test]
fn a_batch_that_is_refused_is_stored_as_a_whole() {
    let target = refusing(422, &[2]);
    let setup = Setup::http(&target.url()).with_letters();
    let input = message(1, &[event(1), event(2)]) + "\n" + &messages([3], 1);
    setup.forwards(&input, &[]).exits(1);
    assert_eq!(target.numbers(), [3]);
    let letters = setup.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0]["event"].is_null());
    assert_eq!(letters[0]["message"]["events"].as_array().unwrap().len(), 2);
}

#[test]
fn without_dead_letters_the_run_stops_at_a_rejection() {
    let target = refusing(422, &[30]);
    let setup = Setup::http(&target.url()).set("batch_records=5");
    let input = setup.write("input", messages(0..100, 1));
    let ran = setup.continues(&input).exits(3);
    assert!(
        ran.err
            .contains("the content is refused; with `dead_letters` such records are stored"),
        "{}",
        ran.err
    );
    assert_eq!(setup.settled(), 30, "what is before it counts");
    let setup = setup.with_letters();
    setup.continues(&input).exits(1);
    let others: Vec<_> = (0..100).filter(|number| *number != 30).collect();
    assert_eq!(target.distinct(), others);
    assert_eq!(setup.letter_numbers(), [Some(30)]);
}

#[test]
fn events_that_are_too_large() {
    let target = Target::good();
    let mut large = event(2);
    large["attributes"]["text"] = "x".repeat(20_000).into();
    let input = message(1, &[event(1), large, event(3)]) + "\n" + &messages([4], 1);
    let setup = Setup::http(&target.url()).set("batch_bytes=10000");
    let ran = setup.forwards(&input, &[]).exits(3);
    assert!(ran.err.contains("exceeds the limit"), "{}", ran.err);
    let target = Target::good();
    let setup = Setup::http(&target.url())
        .set("batch_bytes=10000")
        .with_letters();
    let ran = setup.forwards(&input, &[]).exits(1);
    assert_eq!(target.distinct(), [1, 3, 4]);
    assert_eq!(setup.letter_numbers(), [Some(2)]);
    let letter = &setup.letters()[0];
    assert_eq!(
        (&letter["event"], &letter["attempts"]),
        (&1.into(), &0.into())
    );
    assert_eq!(letter["message"]["events"].as_array().unwrap().len(), 1);
    assert_eq!(ran.count("dead_letters"), 1);
}

#[test]
fn messages_that_cannot_be_read() {
    let input = messages(0..3, 1) + GARBAGE + "\n" + &messages(3..6, 1);
    // Without dead letters, the run stops there, or leaves them out.
    let target = Target::good();
    let ran = Setup::http(&target.url()).forwards(&input, &[]).exits(1);
    assert_eq!(target.numbers(), [0, 1, 2]);
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    let target = Target::good();
    let ran = Setup::http(&target.url()).forwards(&input, &["--keep-going"]);
    assert_eq!(ran.exits(1).count("refused"), 1);
    assert_eq!(target.numbers(), (0..6).collect::<Vec<_>>());
    // With dead letters, they are stored and the run continues.
    let target = Target::good();
    let setup = Setup::http(&target.url()).with_letters();
    let ran = setup.forwards(&input, &[]).exits(1);
    assert_eq!(target.numbers(), (0..6).collect::<Vec<_>>());
    assert_eq!((ran.count("refused"), ran.count("dead_letters")), (1, 1));
    let letters = setup.letters();
    assert_eq!(letters[0]["unparsed"], GARBAGE);
    assert_eq!(letters[0]["attempts"], 0);
}

/// Settings in a message that cannot be read are cut out; where it is unknown where they end,
/// nothing is stored, and the run stops rather than lose the message.
#[test]
fn messages_that_cannot_be_read_and_hold_settings() {
    let settings = r#""account":{"account_id":7,"account_settings":{"api_key":"s3cret"}}"#;
    let whole = format!(r#"{{"type":"event_processing_request",{settings},"events":7}}"#);
    let cut =
        r#"{"type":"event_processing_request","account":{"account_settings":{"api_key":"s3cret"#;
    let target = Target::good();
    let setup = Setup::http(&target.url()).with_letters();
    setup.forwards(&whole, &[]).exits(1);
    let letter = setup.letters().remove(0);
    let text = letter["unparsed"].as_str().unwrap();
    assert!(text.contains(r#""account_settings":{}"#) && !text.contains("s3cret"));

    let setup = Setup::http(&target.url()).with_letters();
    let target = Target::slow();
    let setup = setup.set(&format!("url={}/events", target.url()));
    let input = setup.write("input", messages(0..100, 1) + cut);
    let ran = setup.continues(&input).exits(3);
    let reason = format!(
        "{}:101: a message that cannot be read is not stored as a dead letter, because it could hold \
         secret settings",
        input.display()
    );
    assert!(ran.err.contains(&reason), "{}", ran.err);
    assert!(ran.report["failure"].as_str().unwrap().contains(&reason));
    assert!(!ran.err.contains("s3cret"));
    assert!(setup.letters().is_empty());
    // What was read before it is delivered and counts.
    assert_eq!(target.numbers(), (0..100).collect::<Vec<_>>());
    assert_eq!((ran.count("delivered"), setup.settled()), (100, 100));
    // The user accepts the loss with --keep-going.
    let mut command = setup.forward(&["--keep-going", "--checkpoint"]);
    command.arg(setup.path("checkpoint")).arg(&input);
    let ran = setup.ran(command).exits(1);
    assert_eq!(ran.count("refused"), 1);
    assert_eq!(setup.settled(), 101);
    assert_eq!(target.numbers().len(), 100);
}

/// Letters that the limits delete are reported. Those that had to make room were not to be deleted, so
/// the run does not look complete.
#[test]
fn letters_that_are_deleted_because_of_a_limit() {
    for (limit, status) in [
        ("dead_letter_retention=1ms", 0),
        ("dead_letter_max_bytes=65536", 1),
    ] {
        let target = refusing(422, &[]);
        let refused = Target::start(|_, _| Answer::Reply(HttpReply::new(422)));
        let setup = Setup::http(&refused.url()).with_letters();
        setup.forwards(messages(0..250, 5), &[]).exits(1);
        let setup = setup.set(&format!("url={}", target.url())).set(limit);
        let ran = setup.forwards(messages(250..260, 5), &[]).exits(status);
        assert!(
            ran.err
                .starts_with("warning: dead letters that were deleted")
                && ran.err.ends_with("dead_letter_max_bytes: 250\n"),
            "{limit}: {}",
            ran.err
        );
        assert_eq!(ran.count("delivered"), 10);
        // The next run deletes nothing.
        setup.forwards(messages(260..270, 5), &[]).exits(0);
    }
}

#[test]
fn reasons_of_dead_letters_are_shown_with_their_counts() {
    let target = Target::start(|_, records| {
        let number = number_of(&records[0]["events"][0]);
        let codes = (0..records.len()).map(|at| (at, 480 + u16::try_from(number % 7).unwrap()));
        match number {
            // More often than the others.
            0..100 if number < 20 => Answer::Reply(HttpReply::new(422)),
            0..100 => Answer::Partly(codes.collect()),
            _ => Answer::Accept,
        }
    });
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("batch_records=1")
        .set("errors_pointer=/errors")
        .set("error_status_pointer=/status");
    let input = setup.write("input", messages(0..103, 5) + GARBAGE + "\n");
    let mut command = setup.command("forward", &[]);
    command.arg(&input);
    let ran = setup.ran(command).exits(1);
    let lines: Vec<_> = ran.err.lines().collect();
    let shown: Vec<_> = lines
        .iter()
        .filter(|it| it.starts_with("dead letters, "))
        .collect();
    assert_eq!(shown.len(), 6, "{}", ran.err);
    assert_eq!(
        *shown[0],
        "dead letters, 20: the server answered 422: the content is refused"
    );
    let count = |line: &str| -> u64 {
        let (count, _) = line["dead letters, ".len()..].split_once(':').unwrap();
        count.parse().unwrap()
    };
    assert_eq!(
        shown.iter().map(|line| count(line)).sum::<u64>(),
        101,
        "{}",
        ran.err
    );
    assert!(shown[5].ends_with(": 4 other reasons"), "{}", ran.err);
    // Not with --quiet.
    let ran = setup.forwards_file(&input, &[]).exits(1);
    assert!(!ran.err.contains("dead letters, "), "{}", ran.err);
}

/// Every message is on one line of the summary.
#[test]
fn the_summary_adds_up() {
    let target = refusing(422, &[2]);
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("send_batches_without_events=off");
    let empty = message(9, &[]);
    let other = r#"{"type":"module_registration_request"}"#;
    let input = [
        &messages(0..5, 1),
        &*empty,
        "\n",
        &empty,
        "\n",
        other,
        "\n",
        GARBAGE,
    ]
    .concat();
    let ran = setup.forwards(input, &[]).exits(1);
    let names = [
        "messages",
        "refused",
        "not_forwarded",
        "without_records",
        "acknowledged",
    ];
    assert_eq!(names.map(|name| ran.count(name)), [9, 1, 1, 2, 5]);
}

/// A folder on a very small disk, which is unmounted at the end.
struct SmallDisk<'p>(&'p Path);

impl<'p> SmallDisk<'p> {
    /// `None` if this user may not mount one.
    fn mount(path: &'p Path) -> Option<Self> {
        fs::create_dir(path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(path)
            .output();
        mounted
            .is_ok_and(|it| it.status.success())
            .then_some(Self(path))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Nothing counts as forwarded whose dead letter could not be stored.
#[test]
fn dead_letters_on_a_full_disk() {
    let target = Target::start(|_, records| match records.len() {
        1 => Answer::Reply(HttpReply::new(422)),
        _ => Answer::Reply(HttpReply::new(413)),
    });
    let setup = Setup::http(&target.url()).with_letters();
    let input = setup.write("input", messages(0..500, 1));
    let folder = setup.path("letters");
    let disk = SmallDisk::mount(&folder);
    let ran = match &disk {
        Some(_) => {
            eprintln!("the disk is a tmpfs of 64 KiB");
            setup.continues(&input)
        }
        None => {
            eprintln!("no tmpfs could be mounted: `ulimit -f` limits the size of files");
            let mut limited = Command::new("sh");
            limited.args(["-c", "ulimit -f 32; exec \"$0\" \"$@\""]);
            let command = {
                let mut command = setup.forward(&["--checkpoint"]);
                command.arg(setup.path("checkpoint")).arg(&input);
                command
            };
            limited.arg(command.get_program()).args(command.get_args());
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => limited.env(name, value),
                    None => limited.env_remove(name),
                };
            }
            setup.ran(limited)
        }
    };
    let ran = ran.exits(3);
    assert!(
        ran.err.contains("cannot store a dead letter"),
        "{}",
        ran.err
    );
    let stored: Vec<_> = setup.letter_numbers().into_iter().flatten().collect();
    let settled = setup.settled();
    assert!(settled > 0 && settled < 500, "{settled}");
    assert_eq!(settled, stored.len() as u64);
    assert_eq!(stored, (0..settled).collect::<Vec<_>>());
    // With room again, the rest is stored, and nothing is lost.
    let kept = setup.path("kept");
    fs::create_dir(&kept).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), kept.join(entry.file_name())).unwrap();
    }
    drop(disk);
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&kept, &folder).unwrap();
    setup.continues(&input).exits(1);
    let stored: Vec<_> = setup.letter_numbers().into_iter().flatten().collect();
    assert_eq!(stored, (0..500).collect::<Vec<_>>());
}

#[test]
fn the_folder_is_for_one_process_and_must_be_a_folder() {
    let target = Target::good();
    for path in ["/dev/full", "/dev/null/letters"] {
        let setup = Setup::http(&target.url()).set(&format!("dead_letters={path}"));
        let ran = setup.forwards(messages([1], 1), &[]).exits(2);
        assert!(ran.err.contains("`dead_letters`"), "{}", ran.err);
    }
    let url = "dead_letter_queue_url=https://sqs.eu-west-1.amazonaws.com/210987654321/dead";
    let setup = Setup::http(&target.url()).with_letters().set(url);
    let ran = setup.forwards(messages([1], 1), &[]).exits(2);
    assert!(ran.err.contains("only one of"), "{}", ran.err);
    assert!(target.numbers().is_empty());
}
