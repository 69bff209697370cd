//! `hydrant settings` lists what the other commands accept.

use crate::support::*;

/// The first words of the lines that have one.
fn names(table: &str) -> Vec<&str> {
    let lines = table
        .lines()
        .skip(1)
        .map(|line| line.trim_start_matches(' '));
    // Lines that continue an effect are indented by more than the names.
    let first = table.lines().nth(1).unwrap();
    let indent = first.len() - first.trim_start().len();
    let own = table.lines().skip(1).zip(lines);
    own.filter(|(line, rest)| line.len() - rest.len() == indent)
        .map(|(_, rest)| rest.split(' ').next().unwrap())
        .collect()
}

#[test]
fn every_name_that_is_listed_is_a_setting() {
    for connection in ["kinesis", "kafka", "audience", "http"] {
        let args = ["settings", "--connection", connection];
        let listed = run(&args).exits(0).out;
        let names = names(&listed);
        assert!(names.len() > 15, "{listed}");
        for name in names {
            // Not `there is no setting`, nor is it without effect.
            let assignment = format!("{name}=?");
            let args = ["map", "--connection", connection, "--set", &assignment, "/"];
            let err = run(&args).err;
            assert!(!err.contains("no setting"), "{name}: {err}");
        }
    }
    let all = run(&["settings"]).exits(0).out;
    for name in [
        "send_push_registrations_and_receipts",
        "include_user_attribute_change_events",
        "delivery_stream_name",
        "identity_store",
        "url",
    ] {
        assert!(names(&all).contains(&name), "{name} is not in\n{all}");
    }
}

/// The readers of the list do not have the documents of the developers.
#[test]
fn effects_do_not_refer_to_documents_of_the_developers() {
    let all = run(&["settings"]).exits(0).out;
    let words = all.split(|c: char| !c.is_ascii_alphanumeric());
    let is_number = |digits: &str| digits.parse::<u32>().is_ok();
    let decisions = words.filter(|word| {
        let number = word.strip_prefix(['C', 'N', 'O', 'M']);
        number.is_some_and(is_number)
    });
    assert_eq!(decisions.collect::<Vec<_>>(), Vec::<&str>::new());
    let args = [
        "map",
        "--connection",
        "audience",
        "--set",
        "identities_to_exclude=telepathy",
        "/",
    ];
    let err = run(&args).exits(2).err;
    for text in [&all, &err] {
        assert!(!text.contains(".md") && !text.contains("section"), "{text}");
    }
}

#[test]
fn check_says_that_the_source_is_not_checked() {
    let source = "source_queue_url=https://sqs.eu-west-1.amazonaws.com/210987654321/raw";
    let setup = Setup::new(&["connection=http", "url=https://{host}.example.com/a"]);
    let note =
        |name: &str| format!("note: the source of `hydrant consume` (`{name}`) is not checked");
    let err = setup.ran(setup.command("check", &[])).exits(0).err;
    assert!(!err.contains("note:"), "{err}");
    for (setting, name) in [
        (source, "source_queue_url"),
        ("source_topic=t", "source_topic"),
    ] {
        let err = setup
            .ran(setup.command("check", &["--set", setting]))
            .exits(0)
            .err;
        assert_eq!(err.lines().last(), Some(&*note(name)));
    }
}

#[test]
fn each_connection_has_its_own() {
    let of = |connection| {
        let listed = run(&["settings", "--connection", connection]).exits(0).out;
        let names: Vec<_> = names(&listed).iter().map(|it| (*it).to_owned()).collect();
        names
    };
    let has = |connection, name: &str| of(connection).iter().any(|it| it == name);
    assert!(has("http", "url") && !has("kinesis", "url"));
    assert!(has("audience", "identity_store") && !has("http", "identity_store"));
    assert!(has("kinesis", "send_as_batch") && !has("audience", "send_as_batch"));
    for connection in ["kinesis", "kafka", "audience", "http"] {
        assert!(has(connection, "max_memory"), "{connection}");
    }
}

/// An error that nobody has classified neither acknowledges nor drops a record.
#[test]
fn a_failed_record_without_a_status_is_sent_again() {
    let listed = run(&["settings", "--connection", "http"]).exits(0).out;
    let listed = listed.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, after) = listed.split_once("error_status_pointer").unwrap();
    let (about, _) = after.split_once("error_retry_codes").unwrap();
    assert!(
        about.contains("one without a status is sent again"),
        "{about}"
    );
}

#[test]
fn other_connections_are_refused() {
    let ran = run(&["settings", "--connection", "pigeon"]).exits(2);
    assert!(
        ran.err
            .contains("expected kinesis, kafka, audience, http or sqs"),
        "{}",
        ran.err
    );
}
