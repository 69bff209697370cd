//! `normalize`, `validate`, `inspect`, `hash` and `generate`.

use std::fs;

use hydrant::message::MessageType;
use hydrant::schema::Kind;

use crate::declared::each_field;
use crate::support::*;

#[test]
fn as_many_lines_come_out_of_normalize_as_go_in() {
    let input = hostile(500, "0..20", "9");
    let expected = run(["normalize", "--keep-going", "-t", "1"], &input);
    assert_eq!(expected.status, Some(1));
    assert_eq!(expected.err, "");
    let messages = expected.out.lines().count();
    let count = run(["validate", "--json"], &input).err;
    assert!(count.contains(&format!("messages {messages},")), "{count}");
    // Some lines contain two messages, or one and other text.
    let lines = input.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty()).count();
    assert!(
        (lines..lines + lines / 10).contains(&messages),
        "{lines} lines, {messages} messages"
    );
    // Numbers in messages may be beyond the range of serde_json; those in errors are not.
    let errors = expected.out.lines().filter_map(|line| {
        let error = line.strip_prefix(r#"{"error":"#)?.strip_suffix('}')?;
        Some(serde_json::from_str::<serde_json::Value>(error).unwrap())
    });
    let mut count = 0;
    for error in errors {
        count += 1;
        // A refusal of the whole message has no position.
        let whole = matches!(error["kind"].as_str(), Some("too_large" | "encoding"));
        for (key, is_right) in [
            ("kind", error["kind"].is_string()),
            ("message", error["message"].is_string()),
            ("offset", error["offset"].is_null() == whole),
            ("line", whole || error["line"].is_u64()),
            ("column", error["column"].is_null() == whole),
            ("path", error["path"].is_string()),
        ] {
            assert!(is_right, "{key} of {error}");
        }
    }
    assert!(count > 10 && count < messages / 2, "{count} of {messages}");
    for threads in ["2", "8"] {
        assert!(run(["normalize", "-k", "-t", threads], &input) == expected);
    }
}

#[test]
fn normalize_stops_at_a_refusal_unless_told_otherwise() {
    let spaced = r#" { "id" : null, "type" : "event_processing_response" } "#;
    let ran = run(["normalize"], [spaced, REFUSED, spaced].join("\n"));
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (Some(1), &*format!("{RESPONSE}\n"))
    );
    let place = "error: expected an object, found a number\n  --> <stdin>:2:46 (byte 45)";
    assert!(ran.err.starts_with(place), "{}", ran.err);
}

#[test]
fn what_is_canonical_stays_as_it_is() {
    let canonical = run(["normalize"], generated("--messages 200 --shuffle")).good();
    assert_eq!(run(["normalize"], &canonical).good(), canonical);
}

#[test]
fn validate_shows_everything_there_is() {
    let input = [REFUSED, &plain(), RESPONSE, REFUSED].join("\n");
    let ran = run(["validate", "-t", "1"], &input);
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.out.matches("error: expected an object").count(), 2);
    assert!(ran.out.contains("--> <stdin>:4:46"), "{}", ran.out);
    assert!(
        ran.out
            .contains("warning: missing field `account` (required-field)\n  --> <stdin>:2")
    );
    assert!(
        ran.err
            .starts_with("messages 4, refused 2, errors 0, warnings "),
        "{}",
        ran.err
    );
    assert!(run(["validate", "-t", "8"], &input) == ran);

    let ran = run(["validate", "--json", "--quiet"], &input);
    assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""));
    let found = ran.json();
    assert_eq!(found[0]["level"], "refused");
    assert_eq!(found[0]["rule"], "unexpected_type");
    assert_eq!(found[0]["path"], "account");
    assert_eq!(
        (&found[0]["line"], &found[0]["column"]),
        (&1.into(), &46.into())
    );
    let warning = found.iter().find(|one| one["level"] == "warning").unwrap();
    assert_eq!(
        (&warning["line"], &warning["rule"]),
        (&2.into(), &"required-field".into())
    );
}

#[test]
fn warnings_are_denied_on_demand() {
    let ran = run(["validate"], plain());
    assert_eq!(ran.status, Some(0), "{}", ran.out);
    assert!(ran.out.contains("warning: "));
    assert_eq!(
        run(["validate", "--deny-warnings"], plain()).status,
        Some(1)
    );
    let whole = run(
        ["validate", "--deny-warnings"],
        generated("--messages 50 --kind dsr"),
    );
    assert_eq!(whole.good(), "");
}

#[test]
fn the_corpus_is_accepted_and_refused_as_it_says() {
    // One of the valid registrations breaks a rule of the platform.
    for (folder, refused) in [("corpus/valid", false), ("corpus/invalid", true)] {
        let folder = repository(folder);
        let ran = run(["validate".as_ref(), folder.as_os_str()], "");
        assert_eq!(ran.status, Some(1), "{}", ran.err);
        assert_eq!(!ran.err.contains("refused 0,"), refused, "{}", ran.err);
    }
}

#[test]
fn inspect_shows_a_message_without_its_secrets() {
    let message = batch(
        r#","mpid":"secret-mpid","account":{"account_id":42,"account_settings":{"api_key":"secret-key"}},"#,
    )
    .replace(",}", &format!(r#","user_attributes":{{"plan":"secret-plan"}},{}}}"#, concat!(
        r#""user_identities":[{"type":"email","encoding":"raw","value":"secret@example.com"}],"#,
        r#""user_attribute_lists":{"genres":["secret-genre"]}"#,
    )));
    let out = run(["inspect"], &message).good();
    assert!(!out.contains("secret"), "{out}");
    for part in [
        "event_processing_request",
        "42",
        "api_key = [redacted]",
        "email",
        "plan",
        "genres",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let row = "0  custom_event  9daa09f0-0c61-4b46-a16a-272c8cdd47e8  1970-01-01T00:00:00.007Z  n";
    assert!(out.contains(row), "{out}");
    assert!(!out.contains('\u{1b}'), "colours without a terminal");

    let out = run(["inspect", "--show-identities"], &message).good();
    for shown in [
        "secret-mpid",
        "secret@example.com",
        "secret-plan",
        "secret-genre",
    ] {
        assert!(out.contains(shown), "{shown} in {out}");
    }
    assert!(!out.contains("secret-key"), "{out}");
}

#[test]
fn inspect_has_a_view_of_every_message() {
    let folder = repository("corpus/valid");
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let out = run(["inspect".as_ref(), file.as_os_str()], "").good();
        let kind = MessageType::from(out.lines().next().unwrap());
        assert!(kind.is_known(), "{file:?}: {out}");
    }
}

/// The program has its own names for the permissions; every declared permission must have one.
#[test]
fn inspect_shows_every_permission() {
    let mut count = 0;
    each_field(&mut |place| {
        if place.model.name != "Permissions" || !matches!(place.field.kind, Kind::Bool) {
            return;
        }
        let [refused, allowed] = [false, true]
            .map(|value| run(["inspect"], place.with(value.into()).to_string()).good());
        assert_ne!(refused, allowed, "{}", place.path);
        count += 1;
    });
    assert!(count > 10, "{count} permissions");
}

#[test]
fn inspect_finds_its_message_in_a_stream() {
    let stream = format!("\n{RESPONSE}\n{}\n", plain());
    let first = run(["inspect"], &stream).good();
    assert!(first.starts_with("event_processing_response\n"), "{first}");
    assert!(first.contains("the first of several messages"), "{first}");
    assert!(!run(["inspect"], plain()).good().contains("several"));
    let second = run(["inspect", "--line", "3"], &stream).good();
    assert!(second.starts_with("event_processing_request\n"), "{second}");
    for line in ["1", "4"] {
        assert_eq!(run(["inspect", "--line", line], &stream).status, Some(1));
    }
    for stream in [
        stream,
        format!("[{RESPONSE},{}]", plain()),
        format!("{RESPONSE}{}", plain()),
    ] {
        let second = run(["inspect", "--number", "2"], &stream).good();
        assert!(second.starts_with("event_processing_request\n"), "{second}");
        assert_eq!(run(["inspect", "-n", "3"], &stream).status, Some(1));
    }
    for nothing in ["", " \n", "[]"] {
        let ran = run(["inspect"], nothing);
        assert_eq!(ran.status, Some(1));
        assert!(ran.err.contains("it contains no message"), "{}", ran.err);
    }
    let over_lines = plain().replace(',', ",\n");
    assert!(run(["inspect"], over_lines).good().contains("custom_event"));
    assert_eq!(run(["inspect"], REFUSED).status, Some(1));
    assert_eq!(run(["inspect", "."], "").status, Some(2));
}

#[test]
fn terminals_are_not_given_orders_by_messages() {
    let message = plain().replace(r#""n""#, r#""\u001b[2Jname\u202e""#);
    let out = run(["inspect"], message).good();
    assert!(out.contains(r"\u{1b}[2Jname\u{202e}"), "{out}");
    let ran = run(["normalize"], r#"{"type":"\u001b[2J"}"#);
    assert_eq!(ran.status, Some(1));
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
}

#[test]
fn hash_gives_a_digest_a_line() {
    let input = " Jane@Example.com\t\r\n\njane@example.com\n  ";
    for (algorithm, digest) in [
        ("md5", "9e26471d35a78862c17e467d87cddedf"),
        ("sha1", "0850a4cffb73cbc53fd33e8990c2184c915ff041"),
        (
            "SHA-256",
            "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d",
        ),
    ] {
        let out = run(["hash", "--algorithm", algorithm], input).good();
        assert_eq!(out, format!("{digest}\n\n{digest}\n\n"));
    }
    let verbatim = ["hash", "-a", "md5", "--no-trim", "--no-lower-case"];
    let out = run(verbatim, "  \nJANE\n").good();
    assert_eq!(
        out,
        "23b58def11b45727d3351702515f86af\ndfa6ee1dee4bcd95e43f1431258d3aee\n"
    );
    assert_eq!(run(["hash", "-a", "md5"], "").good(), "");

    // Many lines, over many blocks.
    let many: String = (0..50_000)
        .map(|number| format!("User{number}@Example.com\n"))
        .collect();
    let out = run(["hash", "-a", "sha1"], &many).good();
    assert_eq!(out.lines().count(), 50_000);
    for (value, digest) in many.lines().zip(out.lines()).step_by(997) {
        use hydrant::hash::{Algorithm, Normalization, hash_one};
        assert_eq!(
            hash_one(Algorithm::Sha1, Normalization::STANDARD, value),
            digest
        );
    }
}

#[test]
fn hash_refuses_what_is_no_text_without_showing_it() {
    let ran = run(["hash", "-a", "md5"], b"jane\nsecret\xff\njane\n");
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.out.lines().count(), 1);
    assert_eq!(ran.err, "error: <stdin>:2: the line is not UTF-8\n");
}

/// Digests of the documents of the ad platforms, and lines that have none.
#[test]
fn hash_normalizes_as_ad_platforms_do() {
    let jane = "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f";
    let meta = "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176";
    let google = "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30";
    let asked = |profile: &str, input: &str| {
        let ran = run(["hash", "-a", "sha256", "--normalize", profile], input);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        (ran.out, ran.err)
    };
    let lines =
        "JANE.SAOIRSE@gmail.com\r\n\nJaneSaoirse+Work@gmail.com\nJane Saoirse\n+x@gmail.com\n ";
    let (out, err) = asked("email-gmail", lines);
    assert_eq!(out, format!("{jane}\n\n{jane}\n\n\n\n"));
    let warning = "2 lines are not e-mail addresses: empty lines take the place of their digests";
    assert_eq!(err, format!("warning: {warning}\n"));

    let long = "1".repeat(100_000);
    let lines = format!(
        "(650)555-1212\n+1 650 555 1212 ext. 99\n+１６５０５５５１２１２\n\n+\n555-1212\nunknown\n{long}\n"
    );
    let (out, err) = asked("phone-digits:US", &lines);
    assert_eq!(out, format!("{meta}\n{meta}\n{meta}\n\n\n\n\n\n"));
    let warning =
        "4 lines are not valid telephone numbers: empty lines take the place of their digests";
    assert_eq!(err, format!("warning: {warning}\n"));

    let (out, err) = asked("phone-e164", "+1 (800)555-0100\n(800)555-0100\n");
    assert_eq!(out, format!("{google}\n\n"));
    assert!(err.starts_with("warning: 1 line is not "), "{err}");

    // As without the option.
    let plain = run(["hash", "-a", "sha256"], "Jane Saoirse\n").good();
    assert_eq!(asked("standard", "Jane Saoirse\n"), (plain, String::new()));
    let args = ["hash", "-a", "md5", "--normalize", "standard", "--no-trim"];
    assert_ne!(
        run(args, " a\n").good(),
        run(["hash", "-a", "md5"], " a\n").good()
    );

    // Many lines, over many blocks.
    let many = "Ada.Lovelace@gmail.com\nAda\n".repeat(50_000);
    let (out, err) = asked("email-gmail", &many);
    assert_eq!(out.lines().count(), 100_000);
    assert_eq!(out.lines().filter(|line| line.len() == 64).count(), 50_000);
    assert!(err.starts_with("warning: 50000 lines are not "), "{err}");
}

#[test]
fn hash_explains_profiles_that_it_does_not_have() {
    let refused = |args: &[&str]| {
        let ran = run([&["hash", "-a", "md5"], args].concat(), "jane\n");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{args:?}");
        ran.err
    };
    let err = refused(&["--normalize", "email-gmial"]);
    for part in [
        "unknown profile `email-gmial`",
        "standard, email-gmail, phone-e164, phone-digits",
        "is it `email-gmail`?",
    ] {
        assert!(err.contains(part), "{err}");
    }
    for flag in ["--no-trim", "--no-lower-case"] {
        let err = refused(&["--normalize", "email-gmail", flag]);
        assert!(err.contains("only for --normalize standard"), "{err}");
    }
    assert!(refused(&["--normalize", "phone-e164:UK"]).contains("unknown country `UK`"));
}

#[test]
fn generate_repeats_itself() {
    let one = generated("--messages 30 --events 2..4 --seed 3");
    assert_eq!(one, generated("--messages 30 --events 2..=4 --seed 3"));
    assert_ne!(one, generated("--messages 30 --events 2..4 --seed 4"));
    assert_eq!(one.lines().count(), 30);
    assert_eq!(generated("-n 0"), "");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream.ndjson");
    let args = [
        "generate", "-n", "30", "--events", "2..4", "--seed", "3", "--output",
    ];
    let args = args.map(AsRef::as_ref);
    assert_eq!(
        run(args.into_iter().chain([file.as_os_str()]), "").good(),
        ""
    );
    assert_eq!(fs::read_to_string(file).unwrap(), one);
    for kind in hydrant_testing::generate::Kind::ALL {
        let lines = generated(&format!("--kind {kind} --messages 5"));
        run(["normalize"], lines).good();
    }
}

#[test]
fn the_readme_shows_a_message_and_its_error() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let block = |kind: &str| {
        let (_, block) = readme.split_once(&format!("```{kind}\n")).unwrap();
        block.split_once("```").unwrap().0
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("message.json"), block("json")).unwrap();
    let mut command = hydrant(["validate", "message.json"]);
    let ran = Ran::of(command.current_dir(&folder).output().unwrap());
    assert_eq!(ran.out + &ran.err, block("text"));
}
