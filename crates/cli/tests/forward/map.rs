//! `hydrant map`: the records of each connection, and how its settings are given.

use std::fs;

use serde_json::{Value, json};

use crate::support::*;

fn two_events() -> String {
    message(7, &[event(1), event(2)]) + "\n"
}

/// The numbers of the events of a record.
fn numbers(record: &Value) -> Vec<u64> {
    let events = record["events"].as_array().unwrap();
    events.iter().map(crate::target::number_of).collect()
}

fn map(input: impl AsRef<[u8]>, args: &[&str]) -> Ran {
    let setup = Setup::new(&[]);
    let path = setup.write("input", input);
    let mut command = setup.command("map", args);
    command.arg(path);
    setup.ran(command)
}

#[test]
fn events_are_mapped_alike_for_each_connection() {
    let mapped: Vec<_> = ["kinesis", "kafka", "http"]
        .iter()
        .map(|connection| {
            let ran = map(two_events(), &["--connection", connection]).exits(0);
            assert_eq!(ran.err, "");
            ran.out
        })
        .collect();
    assert!(mapped[0] == mapped[1] && mapped[0] == mapped[2]);
    let records = lines(&mapped[0]);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["mpid"], 7);
    assert_eq!(numbers(&records[0]), [1, 2]);
    assert!(!mapped[0].contains("s3cret"), "settings are not forwarded");

    let args = ["--connection", "kinesis", "--set", "send_as_batch=off"];
    let records = map(two_events(), &args).exits(0).json();
    let each: Vec<_> = records.iter().map(numbers).collect();
    assert_eq!(each, [[1], [2]]);
    let ids = [&records[0]["message_id"], &records[1]["message_id"]];
    assert_eq!(
        ids,
        [&event(1)["id"], &event(2)["id"]],
        "the id is that of the event"
    );
}

#[test]
fn the_key_is_the_mpid() {
    let anonymous = json!({"type": "event_processing_request", "events": [event(3)]});
    let input = two_events() + &anonymous.to_string();
    let args = ["--connection", "kafka", "--with-key"];
    let lines = map(&input, &args).exits(0).json();
    assert_eq!(lines[0]["key"], "7");
    assert_eq!(lines[1]["key"], Value::Null);
    let values: Vec<_> = lines.iter().map(|line| line["value"].clone()).collect();
    assert_eq!(values, map(&input, &args[..2]).exits(0).json());
}

/// They hold the settings of accounts.
#[test]
fn whole_messages_are_not_printed() {
    for connection in ["kinesis", "kafka", "sqs"] {
        let setup = Setup::new(&["records=raw", &format!("connection={connection}")]);
        let input = setup.write("input", messages([1], 1));
        let mut command = setup.command("map", &[]);
        command.arg(input);
        let ran = setup.ran(command).exits(2);
        assert_eq!(ran.out, "");
        assert!(
            ran.err
                .starts_with("error: map does not print `records=raw`")
                && ran.err.contains("`hydrant normalize` shows messages")
                && !ran.err.contains("s3cret"),
            "{}",
            ran.err
        );
    }
}

/// A membership of user 5 in audience 9.
fn membership(email: &str, action: &str) -> String {
    json!({"type": "audience_membership_change_request", "timestamp_ms": 1_716_200_000_000u64,
        "account": {"account_id": 7}, "user_profiles": [{"mpid": "5",
            "user_identities": [{"type": "email", "encoding": "raw", "value": email}],
            "audiences": [{"audience_id": 9, "audience_name": "a", "action": action}]}]})
    .to_string()
}

#[test]
fn memberships_are_mapped_for_audience_and_for_no_other() {
    let input = membership("a@example.com", "add") + "\n" + &two_events();
    let ran = map(&input, &["--connection", "audience"]).exits(0);
    let records = ran.json();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["AudienceId"], 9);
    assert_eq!(records[0]["IsMember"], true);
    let identities = json!({"Email": "a@example.com", "MPID": "5"});
    assert_eq!(records[0]["UserIdentities"], identities);
    assert!(
        ran.err
            .starts_with("note: former identities of members are not removed"),
        "{}",
        ran.err
    );
    let ran = map(&input, &["--connection", "kinesis"]).exits(0);
    assert_eq!((ran.json().len(), &*ran.err), (1, ""));
}

#[test]
fn the_flag_is_stronger_than_the_environment_and_that_than_the_file() {
    let text = "connection = \"kinesis\"\nsend_as_batch = false\n";
    let records = |environment: Option<&str>, flag: Option<&str>| {
        let mut setup = Setup::new(&[]);
        if let Some(value) = environment {
            setup = setup.env("HYDRANT_SEND_AS_BATCH", value);
        }
        if let Some(value) = flag {
            setup = setup.set(&format!("send_as_batch={value}"));
        }
        let (input, config) = (
            setup.write("input", two_events()),
            setup.write("forward.toml", text),
        );
        let mut command = setup.command("map", &["--config"]);
        command.arg(config).arg(input);
        setup.ran(command).exits(0).json().len()
    };
    assert_eq!(records(None, None), 2);
    assert_eq!(records(Some("on"), None), 1);
    assert_eq!(records(Some("on"), Some("off")), 2);
    assert_eq!(records(Some(""), None), 2, "an empty variable is not set");
}

#[test]
fn wrong_settings_are_named_and_secrets_are_not_printed() {
    let kinesis = ["--connection", "kinesis"];
    for (args, environment, expected) in [
        (&[][..], None, "`connection` is missing"),
        (&["--connection", "kinesys"], None, "kinesis"),
        (
            &["--set", "send_as_batsh=on"],
            None,
            "did you mean `send_as_batch`?",
        ),
        (&["--set", "send_as_batch=perhaps"], None, "send_as_batch"),
        (
            &["--set", "send_as_batch"],
            None,
            "--set: expected name=value",
        ),
        (
            &["--set", "secret_access_key=hunter2"],
            None,
            "HYDRANT_SECRET_ACCESS_KEY",
        ),
        (
            &[],
            Some(("HYDRANT_SEND_AS_BATSH", "hunter2")),
            "did you mean HYDRANT_SEND_AS_BATCH?",
        ),
        (
            &["--config", "/nowhere/forward.toml"],
            None,
            "cannot read /nowhere/forward.toml",
        ),
    ] {
        let mut setup = Setup::new(&[]);
        if let Some((name, value)) = environment {
            setup = setup.env(name, value);
        }
        let input = setup.write("input", two_events());
        let mut all = args.to_vec();
        if expected != "`connection` is missing" && !args.contains(&"--connection") {
            all.extend(kinesis);
        }
        let mut command = setup.command("map", &all);
        command.arg(input);
        let ran = setup.ran(command).exits(2);
        assert!(ran.err.contains(expected), "{expected}: {}", ran.err);
        assert!(ran.out.is_empty() && !ran.err.contains("hunter2"));
    }
    let setup = Setup::new(&[]);
    let text = "connection = \"http\"\ntoken = \"hunter2\" oops\n";
    let config = setup.write("forward.toml", text);
    let mut command = setup.command("map", &["--config"]);
    command.arg(config);
    let ran = setup.ran(command).exits(2);
    assert!(ran.err.contains("line 2") && !ran.err.contains("hunter2"));
}

#[test]
fn a_file_with_secrets_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new(&[]);
    let input = setup.write("input", two_events());
    let config = setup.write(
        "forward.toml",
        "connection = \"http\"\ntoken = \"hunter2\"\n",
    );
    for (mode, expected) in [(0o644, true), (0o600, false)] {
        fs::set_permissions(&config, fs::Permissions::from_mode(mode)).unwrap();
        let mut command = setup.command("map", &["--config"]);
        command.arg(&config).arg(&input);
        let ran = setup.ran(command).exits(0);
        assert_eq!(ran.err.contains("chmod 600"), expected, "{}", ran.err);
        assert!(!ran.err.contains("hunter2"));
    }
}

#[test]
fn values_without_a_counterpart_are_counted() {
    let mut unknown = event(1);
    unknown["type"] = "hologram".into();
    let input = message(1, &[event(1), unknown]).replace(r#""timestamp_ms":7,"#, "");
    let ran = map(&input, &["--connection", "kinesis"]).exits(0);
    assert_eq!(numbers(&ran.json()[0]), [1]);
    assert!(
        ran.err
            .starts_with("warning: values without a counterpart: ")
            && ran.err.contains("unknown_event"),
        "{}",
        ran.err
    );
}

#[test]
fn events_that_are_too_large_are_reported_and_the_others_written() {
    let mut large = event(2);
    large["attributes"]["text"] = "x".repeat(1 << 20).into();
    let input = message(1, &[event(1), large.clone(), event(3)]) + "\n" + &messages([4], 1);
    let limits = [
        ("kinesis", "the target accepts 1024000"),
        ("kafka", "`max_record_bytes` leaves 1047532 for a record"),
    ];
    for (connection, limit) in limits {
        let ran = map(&input, &["--connection", connection]).exits(1);
        let found: Vec<_> = ran.json().iter().flat_map(numbers).collect();
        assert_eq!(found, [1, 3, 4]);
        let expected = "input:1: 1 record is too large for the target: ";
        let (_, sizes) = ran.err.split_once(expected).unwrap();
        let (bytes, rest) = sizes.split_once(" bytes, and ").unwrap();
        assert!(bytes.parse::<usize>().unwrap() > 1 << 20, "{bytes}");
        assert_eq!(rest, format!("{limit}\n"));
    }
    let input_of_two = message(1, &[large.clone(), event(1), large]);
    let ran = map(&input_of_two, &["--connection", "kinesis"]).exits(1);
    let expected = "input:1: 2 records are too large for the target: up to ";
    assert!(ran.err.contains(expected), "{}", ran.err);
    // The requests of an API may be larger.
    map(&input, &["--connection", "http"]).exits(0);
}

#[test]
fn refused_messages_end_the_run_unless_it_is_to_go_on() {
    let input = messages([1], 1) + GARBAGE + "\n" + &messages([2], 1);
    let ran = map(&input, &["--connection", "kinesis"]).exits(1);
    assert_eq!(ran.out.lines().count(), 1);
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    let ran = map(&input, &["--connection", "kinesis", "--keep-going"]).exits(1);
    assert_eq!(ran.out.lines().count(), 2);
    map("", &["--connection", "kinesis"]).exits(1);
}

#[test]
fn the_number_of_threads_does_not_change_the_output() {
    let args = [
        "generate",
        "--messages",
        "300",
        "--events",
        "3",
        "--seed",
        "7",
    ];
    let input = run(&args).exits(0).out;
    let one = map(&input, &["--connection", "kinesis", "-t", "1"]).exits(0);
    let three = map(&input, &["--connection", "kinesis", "-t", "3"]).exits(0);
    assert!(one.out.lines().count() > 100);
    assert_eq!((one.out, one.err), (three.out, three.err));
}
