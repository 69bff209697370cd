//! `hydrant process`.

use std::collections::BTreeSet;
use std::fs;

use crate::support::*;

/// The line for [`plain`] before the fields of its user.
const BEGINNING: &str =
    r#"{"event_type":"custom_event","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":7,"#;

const JANE_SHA256: &str = "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d";
const JANE_SHA1: &str = "0850a4cffb73cbc53fd33e8990c2184c915ff041";
const JANE_MD5: &str = "9e26471d35a78862c17e467d87cddedf";

#[test]
fn an_event_is_a_line_and_the_user_is_hashed() {
    let jane = batch(&identities(&email("raw", " Jane@Example.com ")));
    let out = run(["process", "-q"], &jane).good();
    let user = format!(r#""user":{{"type":"email","encoding":"sha256","value":"{JANE_SHA256}"}}"#);
    assert_eq!(out, format!("{BEGINNING}{user}}}\n"));

    let out = run(["process", "-q", "--show-identities"], &jane).good();
    let user = r#""user":{"type":"email","encoding":"raw","value":" Jane@Example.com "}"#;
    assert_eq!(out, format!("{BEGINNING}{user}}}\n"));
}

#[test]
fn absent_ids_times_and_users_are_null() {
    let message =
        r#"{"type":"event_processing_request","events":[{"type":"b\"rand new"},{"type":"error"}]}"#;
    let out = run(["process", "-q"], message).good();
    let expected = [r#"b\"rand new"#, "error"].map(|event_type| {
        format!(r#"{{"event_type":"{event_type}","id":null,"timestamp_ms":null,"user":null}}"#)
    });
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_user_is_the_first_of_the_chain() {
    let device = r#","runtime_environment":{"type":"ios","identities":[
        {"type":"ios_vendor_id","encoding":"raw","value":"vendor"}]}"#
        .replace('\n', "");
    let stamp = r#","device_application_stamp":"stamp""#;
    let mpid = r#","mpid":"777""#;
    let other = r#"{"type":"other2","encoding":"raw","value":"other"}"#;
    let customer =
        r#"{"type":"customer","encoding":"md5","value":"298a664f356e310dbaf9117a0d108b1e"}"#;
    let jane = email("raw", "jane@example.com");
    // A blank identity does not count.
    let blank = r#"{"type":"facebook","encoding":"raw","value":"  "}"#;
    for (fields, user) in [
        (stamp.to_owned(), "device_application_stamp"),
        (format!("{stamp}{device}"), "ios_vendor_id"),
        (format!("{stamp}{device}{mpid}"), "mpid"),
        (
            format!("{stamp}{mpid}{}", identities(&format!("{blank},{other}"))),
            "other2",
        ),
        (
            format!("{mpid}{}", identities(&format!("{other},{jane}"))),
            "email",
        ),
        (
            format!("{mpid}{}", identities(&format!("{jane},{customer}"))),
            "customer",
        ),
    ] {
        let ran = run(["process", "-q"], batch(&fields));
        assert_eq!(ran.json()[0]["user"]["type"], user, "{fields}");
    }
    let ran = run(["process", "-q"], batch(mpid));
    let digest = "eaf89db7108470dc3f6b23ea90618264b3e8f8b6145371667c4055e9c5ce9f52";
    assert_eq!(ran.json()[0]["user"]["value"], digest);
    // A value that arrives hashed is not hashed again.
    let ran = run(["process", "-q"], batch(&identities(customer)));
    assert_eq!(ran.json()[0]["user"]["encoding"], "md5");
    assert_eq!(
        ran.json()[0]["user"]["value"],
        "298a664f356e310dbaf9117a0d108b1e"
    );
}

#[test]
fn identities_are_hashed_as_asked_and_never_twice() {
    let asked = |plan: &str, identities: &str| {
        let args = ["process", "--hash", plan];
        let ran = run(args, batch(identities));
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        (ran.json()[0]["identities"].to_string(), ran.err)
    };
    let raw = identities(&email("raw", "JANE@example.com"));
    for (algorithm, digest) in [
        ("md5", JANE_MD5),
        ("sha1", JANE_SHA1),
        ("sha256", JANE_SHA256),
    ] {
        let (found, _) = asked(&format!("customer=md5,email={algorithm}"), &raw);
        let expected = format!(r#"{{"email":{{"encoding":"{algorithm}","value":"{digest}"}}}}"#);
        assert_eq!(found, expected);
    }
    let hashed = identities(&email("md5", "9E26471D35A78862C17E467D87CDDEDF"));
    let (found, err) = asked("email=md5", &hashed);
    assert_eq!(
        found,
        format!(r#"{{"email":{{"encoding":"md5","value":"{JANE_MD5}"}}}}"#)
    );
    assert!(!err.contains("left out"));
    let (found, err) = asked("email=sha256", &hashed);
    assert_eq!(found, "{}");
    assert!(err.contains("identities left out      1"), "{err}");

    let device = r#","runtime_environment":{"type":"android","identities":[
        {"type":"android_id","encoding":"raw","value":"Jane@example.com"}]}"#
        .replace('\n', "");
    let (found, _) = asked("android_id=sha1", &device);
    assert_eq!(
        found,
        format!(r#"{{"android_id":{{"encoding":"sha1","value":"{JANE_SHA1}"}}}}"#)
    );
}

#[test]
fn identities_are_normalized_as_ad_platforms_do() {
    let message = batch(&identities(concat!(
        r#"{"type":"email","encoding":"raw","value":"Jane.Saoirse+Work@gmail.com"},"#,
        r#"{"type":"mobile_number","encoding":"raw","value":"(650)555-1212"},"#,
        r#"{"type":"phone_number_2","encoding":"raw","value":"555-1212"},"#,
        r#"{"type":"phone_number_3","encoding":"sha1","value":"0850a4cffb73cbc53fd33e8990c2184c915ff041"},"#,
        r#"{"type":"other","encoding":"raw","value":" Jane@Example.com"}"#
    )));
    let plan = "email=sha256:email-gmail,mobile_number=sha256:phone-digits:US,\
                phone_number_2=sha256:phone-e164:US,phone_number_3=sha256:phone-e164,other=sha256";
    let ran = run(["process", "--hash", plan, "--report", "json"], &message);
    let found = &ran.json()[0]["identities"];
    let digests = [
        (
            "email",
            "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f",
        ),
        (
            "mobile_number",
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
        ),
        ("other", JANE_SHA256),
    ];
    for (name, digest) in digests {
        let expected = serde_json::json!({"encoding": "sha256", "value": digest});
        assert_eq!(found[name], expected, "{name}");
    }
    assert_eq!(
        found.as_object().map(|found| found.len()),
        Some(3),
        "{found}"
    );
    let report: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(report["identities_invalid"], 1);
    assert_eq!(report["identities_left_out"], 1);

    let ran = run(["process", "--hash", plan], &message);
    assert!(
        ran.err.contains("identities invalid       1"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("1212") && !ran.out.contains("1212"));
}

/// Unknown encodings, and values that are not digests.
#[test]
fn what_is_neither_raw_nor_a_digest_is_left_out_and_counted() {
    for (encoding, value) in [
        ("RAW", "jane@example.com"),
        ("", "jane@example.com"),
        (r#"\"sha-256\""#, "jane@example.com"),
        ("sha256", "jane@example.com"),
        ("sha256", JANE_MD5),
        ("md5", JANE_SHA256),
    ] {
        let message = batch(&format!(
            r#","mpid":"777"{}"#,
            identities(&email(encoding, value))
        ));
        let args = ["process", "--hash", "email=sha256", "--report", "json"];
        let ran = run(args, &message);
        let line = &ran.json()[0];
        assert!(!ran.out.contains(value), "{encoding}: {}", ran.out);
        // The next identity of the chain is used.
        assert_eq!(line["user"]["type"], "mpid", "{encoding}");
        assert_eq!(line["identities"].to_string(), "{}", "{encoding}");
        let report: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(report["identities_left_out"], 2, "{encoding}");

        let ran = run(["process", "-q", "--show-identities"], &message);
        assert_eq!(ran.json()[0]["user"]["value"], value, "it is asked for");
    }
    let digest = format!(" {} ", JANE_SHA256.to_uppercase());
    let ran = run(
        ["process", "-q"],
        batch(&identities(&email("sha256", &digest))),
    );
    assert_eq!(ran.json()[0]["user"]["value"], JANE_SHA256);
}

/// The declared encoding decides.
#[test]
fn a_raw_value_of_digest_form_is_hashed_and_counted() {
    let message = batch(&identities(&email("raw", &JANE_SHA256.to_uppercase())));
    let ran = run(["process", "--report", "json"], &message);
    // sha256sum of those 64 digits.
    let of_digest = "6a2f1064f0f8a66b4c42208204fe233d14bd6fc181f718270e4d136c38709da0";
    assert_eq!(ran.json()[0]["user"]["value"], of_digest);
    let report: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(report["identities_like_digests"], 1);
    let ran = run(["process", "--output", "null"], &message);
    assert!(
        ran.err.contains("raw values like digests      1"),
        "{}",
        ran.err
    );
}

#[test]
fn values_in_place_of_identities_stand_for_nobody() {
    let zeros = "00000000-0000-0000-0000-000000000000";
    for (encoding, value) in [
        ("raw", r"\u00a0\u2003"),
        ("raw", r"\u200b \ufeff"),
        ("raw", zeros),
        ("md5", " D41D8CD98F00B204E9800998ECF8427E "),
        (
            "sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ] {
        let nobody = identities(&format!(
            r#"{{"type":"customer","encoding":"{encoding}","value":"{value}"}}"#
        ));
        let devices = ["ios_advertising_id", "ios_vendor_id"]
            .map(|it| format!(r#"{{"type":"{it}","encoding":"{encoding}","value":"{value}"}}"#));
        let devices = devices.join(",");
        let fields = format!(
            r#"{nobody},"runtime_environment":{{"type":"ios","identities":[{devices}]}},"mpid":"0","device_application_stamp":"{zeros}""#
        );
        for show in [&["--show-identities"][..], &[]] {
            let args = ["process", "-q", "--hash"];
            let plan = "customer=md5,ios_advertising_id=md5,ios_vendor_id=sha256";
            let ran = run([&args[..], &[plan], show].concat(), batch(&fields));
            let line = &ran.json()[0];
            assert!(line["user"].is_null(), "{line}");
            assert_eq!(line["identities"].to_string(), "{}");
        }
    }
}

#[test]
fn nobody_is_shown_who_was_not_asked_for() {
    let jane = batch(&format!(
        r#","mpid":"jane-mpid","device_application_stamp":"jane-stamp"{},"runtime_environment":{}"#,
        identities(&email("raw", "jane@example.com")),
        r#"{"type":"ios","identities":[{"type":"ios_vendor_id","encoding":"raw","value":"jane-phone"}]}"#
    ));
    let ran = run(["process", "--hash", "email=md5,ios_vendor_id=sha1"], &jane);
    assert!(
        !ran.out.contains("jane") && !ran.err.contains("jane"),
        "{ran:?}"
    );
}

#[test]
fn every_message_type_of_the_corpus_is_processed() {
    let corpus = repository("corpus/valid");
    let ran = run(["process".as_ref(), corpus.as_os_str()], "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let types: BTreeSet<String> = ran
        .json()
        .iter()
        .map(|line| line["event_type"].as_str().unwrap().to_owned())
        .collect();
    for known in hydrant::message::EventType::ALL {
        assert!(types.contains(known.as_str()), "{known}");
    }
    assert!(ran.err.contains("not for modules"), "{}", ran.err);
}

#[test]
fn the_report_counts() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let unknown =
        r#"{"type":"event_processing_request","events":[{"type":"new"},{"type":"error"}]}"#;
    let input = [&plain(), "", unknown, REFUSED, RESPONSE, &plain()].join("\n");
    let args = [
        "process",
        "--keep-going",
        "--report",
        "json",
        "--output",
        "null",
        "--interests",
        "custom_event",
        "--report-file",
    ];
    let args = args
        .map(AsRef::as_ref)
        .into_iter()
        .chain([report.as_os_str()]);
    let ran = run(args, &input);
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""));
    let (complaint, line) = ran.err.trim_end().rsplit_once('\n').unwrap();
    assert!(complaint.starts_with("error: expected an object, found a number\n  --> <stdin>:4:"));
    assert_eq!(fs::read_to_string(report).unwrap().trim_end(), line);

    let report: serde_json::Value = serde_json::from_str(line).unwrap();
    let keys: BTreeSet<&str> = report
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "messages",
        "events",
        "events_by_type",
        "unknown",
        "coerced",
        "outcomes",
        "identities_left_out",
        "identities_like_digests",
        "identities_invalid",
        "refused",
        "errors_by_kind",
        "bytes",
        "seconds",
        "mb_per_s",
        "events_per_s",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    assert_eq!(report["messages"], 5);
    assert_eq!(report["refused"], 1);
    assert_eq!(report["events"], 4);
    assert_eq!(report["events_by_type"]["custom_event"], 2);
    assert_eq!(report["events_by_type"]["error"], 1);
    assert_eq!(report["events_by_type"]["unknown"], 1);
    assert_eq!(report["events_by_type"].as_object().unwrap().len(), 17);
    assert_eq!(report["unknown"], 1);
    assert_eq!(report["outcomes"]["done"], 3);
    assert_eq!(report["outcomes"]["skipped"], 1);
    for none in ["retry", "discarded", "rejected"] {
        assert_eq!(report["outcomes"][none], 0, "{none}");
    }
    assert_eq!(report["bytes"], input.len());
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_summary_is_for_people_and_can_be_turned_off() {
    let ran = run(["process"], plain());
    assert!(
        ran.err.contains("messages") && ran.err.contains("MB/s"),
        "{}",
        ran.err
    );
    assert_eq!(run(["process", "--quiet"], plain()).err, "");
    // A report for machines is written also with --quiet.
    let ran = run(["process", "--quiet", "--report", "json"], plain());
    assert!(
        ran.err.starts_with(r#"{"messages":1,"events":1,"#),
        "{}",
        ran.err
    );
}

#[test]
fn output_does_not_depend_on_threads_and_order() {
    let input = hostile(400, "0..200", "5");
    let process = |more: &[&str]| {
        let args = ["process", "-q", "--keep-going", "--hash", "email=sha256"];
        run(args.iter().chain(more), &input)
    };
    let expected = process(&["--threads", "1"]);
    assert_eq!(expected.status, Some(1));
    assert!(expected.out.lines().count() > 1000 && expected.err.lines().count() > 100);
    for threads in ["2", "8"] {
        assert!(process(&["--threads", threads]) == expected, "{threads}");
        assert!(
            process(&["--threads", threads, "--order", "unordered"]) == expected,
            "{threads}"
        );
    }
}

#[test]
fn the_first_refusal_ends_it_after_all_lines_before() {
    let input = [&plain(), &plain(), REFUSED, &plain()].join("\n");
    for threads in ["1", "4"] {
        let ran = run(["process", "-q", "--threads", threads], &input);
        assert_eq!(ran.status, Some(1));
        assert_eq!(ran.out.lines().count(), 2);
        assert!(ran.err.contains("<stdin>:3:46"), "{}", ran.err);
    }
}

#[test]
fn limits_and_strictness_are_those_asked_for() {
    let long = batch(&format!(r#","mpid":"{}""#, "7".repeat(2000)));
    let deep = format!(
        r#"{{"type":"event_processing_request","new":{}{}}}"#,
        "[".repeat(99),
        "]".repeat(99)
    );
    let unknown = r#"{"type":"event_processing_request","events":[{"type":"new"}]}"#.to_owned();
    for (message, option) in [
        (long, &["--max-bytes", "1K"][..]),
        (deep, &["--max-depth", "50"]),
        (unknown, &["--strict"]),
    ] {
        assert_eq!(
            run(["process", "-q"], &message).status,
            Some(0),
            "{option:?}"
        );
        let ran = run(["process", "-q"].iter().chain(option), &message);
        assert_eq!(ran.status, Some(1), "{option:?}");
    }
}

#[test]
fn inputs_are_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("message.json");
    fs::write(&file, plain()).unwrap();
    let args = ["process", "--repeat", "3", "-q"].map(AsRef::as_ref);
    let out = run(args.into_iter().chain([file.as_os_str()]), "").good();
    assert_eq!(out.lines().count(), 3);
    let lines = [plain(), plain()].join("\n");
    let out = run(["process", "--repeat", "3", "-q", "-"], lines).good();
    assert_eq!(out.lines().count(), 6);
}
