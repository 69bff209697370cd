//! `hydrant send`, with modules behind a local HTTP server.

use std::fs;

use hydrant::engine::SubscriptionReply;
use hydrant::message::{
    AudienceMembershipChangeRequest, AudienceSubscriptionRequest, CustomEvent,
    DsrProcessingRequest, EventType, IdentityEncoding, ScreenViewEvent, UserIdentityType,
};
use hydrant::registration::Text;
use hydrant::{Call, Failure, Processor, Registration};
use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use hydrant_testing::{Harness, Value, json};

use crate::support::*;

/// A module with everything that can be registered.
struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let key = Text::new("api_key", "API key").description("Acme shows it once");
        let list = Text::new("list_id", "List").description("The list at Acme");
        Registration::new("Acme", "1.0")
            .user_identity(UserIdentityType::Email, IdentityEncoding::Sha256)
            .account_setting(key.required().confidential())
            .events([EventType::CustomEvent, EventType::ScreenView])
            .audiences(|it| it.subscription_setting(list.invisible()))
            .erasure("dsr.acme.example")
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        _: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        call.account().setting::<&str>("api_key")?;
        Ok(())
    }

    fn screen_view(
        &self,
        _: &mut Call<'_>,
        (): &mut (),
        _: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn audience_subscription(
        &self,
        _: &mut Call<'_>,
        _: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        Ok([("list_id", "s3cret-list")].into())
    }

    fn audience_membership_change(
        &self,
        _: &mut Call<'_>,
        _: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn dsr(&self, _: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

/// The answer of the module.
fn answer(request: &HttpRequest) -> HttpReply {
    let reply = Harness::new(Acme).answer(&request.body);
    HttpReply::new(reply.status).with_body(reply.body)
}

fn types(server: &HttpServer) -> Vec<String> {
    let requests = server.requests();
    let bodies = requests.iter().map(|it| body(it)["type"].clone());
    bodies.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

const BATCH: &str = r#"{"type":"event_processing_request","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1,"account":{"account_id":1},"events":[{"type":"screen_view","screen_name":"a"},{"type":"screen_view","screen_name":"b"}]}"#;

#[test]
fn everything_is_sent_that_the_registration_requests() {
    let server = HttpServer::start(answer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let ran = run(
        ["send", "--to", &server.url(), "--json", "--report-file"]
            .map(AsRef::as_ref)
            .into_iter()
            .chain([report.as_os_str()]),
        "",
    );
    assert_eq!(ran.status, Some(0), "{} {}", ran.out, ran.err);
    assert_eq!(
        types(&server),
        [
            "module_registration_request",
            // A heartbeat, each type, both types.
            "event_processing_request",
            "event_processing_request",
            "event_processing_request",
            "event_processing_request",
            // A heartbeat, the subscription, two changes, its end.
            "audience_membership_change_request",
            "audience_subscription_request",
            "audience_membership_change_request",
            "audience_membership_change_request",
            "audience_subscription_request",
            "dsr_processing_request",
        ]
    );
    let requests = server.requests();
    let custom = body(&requests[2]);
    assert_eq!(custom["events"][0]["type"], "custom_event");
    assert_eq!(
        custom["account"]["account_settings"],
        json!({"api_key": "sample"})
    );
    assert_eq!(custom["user_identities"][0]["encoding"], "sha256");
    assert_eq!(
        custom["user_identities"][0]["value"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    // The settings in the reply to the subscription.
    let change = body(&requests[7]);
    let audience = &change["user_profiles"][0]["audiences"][0];
    assert_eq!(
        audience["audience_subscription_settings"],
        json!({"list_id": "s3cret-list"})
    );
    // Fields are in the order in which the platform writes them.
    assert!(
        requests[7]
            .body
            .starts_with(br#"{"type":"audience_membership"#)
    );
    let lines = ran.json();
    assert_eq!(lines.len(), requests.len());
    assert!(lines.iter().all(|line| line["outcome"] == "answered"));
    assert_eq!(lines[4]["events"], 2);
    assert!(!ran.out.contains("s3cret") && !ran.err.contains("s3cret"));
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(
        (&report["messages"], &report["answered"]),
        (&11.into(), &11.into())
    );
    assert_eq!((&report["lost"], &report["events"]), (&0.into(), &4.into()));
}

#[test]
fn what_can_succeed_later_is_repeated_and_the_rest_is_lost() {
    let statuses = [408, 429, 500, 502, 503, 504];
    for status in statuses {
        let server = HttpServer::start(move |request| match request.number {
            0 => HttpReply::new(status),
            _ => answer(request),
        });
        let server = server.unwrap();
        let ran = run(
            [
                "send",
                "-",
                "--to",
                &server.url(),
                "--json",
                "--backoff-ms",
                "0",
            ],
            BATCH,
        );
        assert_eq!(ran.status, Some(0), "{status}: {}", ran.err);
        let line = &ran.json()[0];
        assert_eq!(line["attempts"][0]["end"], status.to_string());
        assert_eq!(line["attempts"][1]["end"], "200");
        assert_eq!(server.requests()[0].body, server.requests()[1].body);
    }
    for status in [400, 401, 404, 413, 204] {
        let server = HttpServer::start(move |_| HttpReply::new(status)).unwrap();
        let ran = run(["send", "-", "--to", &server.url(), "--json"], BATCH);
        assert_eq!(ran.status, Some(1), "{status}");
        assert_eq!(ran.json()[0]["outcome"], "lost");
        assert_eq!(server.requests().len(), 1);
        assert!(ran.err.contains("2 events would be lost"), "{}", ran.err);
    }
    let server = HttpServer::start(|_| HttpReply::new(503)).unwrap();
    let ran = run(
        [
            "send",
            "-",
            "--to",
            &server.url(),
            "--attempts",
            "3",
            "--backoff-ms",
            "0",
        ],
        BATCH,
    );
    assert_eq!((ran.status, server.requests().len()), (Some(1), 3));
    assert!(
        ran.out.contains("lost") && ran.out.contains("503, 503, 503"),
        "{}",
        ran.out
    );
}

#[test]
fn the_time_of_retry_after_is_waited() {
    let server = HttpServer::start(|request| match request.number {
        0 => HttpReply::new(429).with_header("Retry-After", "1"),
        _ => answer(request),
    });
    let server = server.unwrap();
    let ran = run(
        [
            "send",
            "-",
            "--to",
            &server.url(),
            "--json",
            "--backoff-ms",
            "0",
        ],
        BATCH,
    );
    assert_eq!(ran.status, Some(0));
    assert_eq!(ran.json()[0]["attempts"][1]["waited_ms"], 1000.0);
    let server = HttpServer::start(|_| HttpReply::new(429).with_header("Retry-After", "86400"));
    let server = server.unwrap();
    let url = server.url();
    let ran = run(["send", "-", "--to", &url, "--attempts", "1"], BATCH);
    assert!(ran.out.contains("longer than the 60 s"), "{}", ran.out);
}

#[test]
fn a_failed_invocation_is_repeated_and_never_lost() {
    let failed = HttpReply::new(200)
        .with_header("X-Amz-Function-Error", "Unhandled")
        .with_body(r#"{"errorType":"retry"}"#);
    let server = HttpServer::start(move |_| failed.clone()).unwrap();
    let target = format!("lambda:{}", server.url());
    let args = [
        "send",
        "-",
        "--to",
        &target,
        "--json",
        "--attempts",
        "2",
        "--backoff-ms",
        "0",
    ];
    let ran = run(args, BATCH);
    assert_eq!(ran.status, Some(1));
    let line = &ran.json()[0];
    assert_eq!(line["outcome"], "not_answered");
    assert_eq!(line["attempts"][1]["end"], "function error");
    // As the emulator of `cargo lambda watch` reports it.
    let failed = HttpReply::new(500).with_body(r#"{"errorType":"retry","errorMessage":"later"}"#);
    let emulator = HttpServer::start(move |_| failed.clone()).unwrap();
    let target = format!("lambda:{}", emulator.url());
    let once = ["send", "-", "--to", &target, "--json", "--attempts", "1"];
    let line = &run(once, BATCH).json()[0];
    assert_eq!(line["outcome"], "not_answered");
    assert_eq!(line["attempts"][0]["reason"], "later");
    // The header has a meaning only for functions.
    let plain = run(
        [
            "send",
            "-",
            "--to",
            &server.url(),
            "--json",
            "--attempts",
            "1",
        ],
        BATCH,
    );
    assert_eq!(plain.json()[0]["attempts"][0]["end"], "200");
}

#[test]
fn a_response_that_breaks_a_rule_is_a_problem_whose_text_is_not_shown() {
    let server = HttpServer::start(|_| {
        HttpReply::new(200).with_body(r#"{"type":"dsr_processing_response","note":"s3cret"}"#)
    });
    let server = server.unwrap();
    let ran = run(
        ["send", "-", "--to", &server.url(), "--attempts", "1"],
        BATCH,
    );
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.out.contains("has the type `dsr_processing_response`"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("s3cret") && !ran.err.contains("s3cret"));
}

#[test]
fn the_token_is_sent_with_everything_but_the_registration() {
    let server = HttpServer::start(answer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "t0ken\n").unwrap();
    let ran = run(
        [
            "send",
            "--to",
            &server.url(),
            "--token-file",
            file.to_str().unwrap(),
        ],
        "",
    );
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert!(!ran.out.contains("t0ken") && !ran.err.contains("t0ken"));
    let requests = server.requests();
    let tokens: Vec<Option<&str>> = requests
        .iter()
        .map(|it| it.header("authorization"))
        .collect();
    assert_eq!(tokens[0], None);
    assert!(
        tokens[1..].iter().all(|it| *it == Some("Token t0ken")),
        "{tokens:?}"
    );
}

#[test]
fn settings_of_a_file_are_put_in() {
    let server = HttpServer::start(answer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    fs::write(&file, r#"{"api_key":"k","1":{"region":"eu"}}"#).unwrap();
    let args = [
        "send",
        "-",
        "--to",
        &server.url(),
        "--settings",
        file.to_str().unwrap(),
    ];
    assert_eq!(run(args, BATCH).status, Some(0));
    let sent = body(&server.requests()[0]);
    assert_eq!(
        sent["account"]["account_settings"],
        json!({"api_key": "k", "region": "eu"})
    );
}

#[test]
fn nothing_is_sent_if_the_command_line_is_wrong() {
    let server = HttpServer::start(answer).unwrap();
    let url = server.url();
    let lambda = format!("lambda:{url}");
    for args in [
        &["send"][..],
        &["send", "--to", "acme"],
        &["send", "--to", "http://user:s3cret@127.0.0.1"],
        &["send", "--to", &url, "--attempts", "0"],
        &[
            "send",
            "--to",
            &url,
            "--token-env",
            "HYDRANT_TEST_NO_SUCH_VARIABLE",
        ],
        &["send", "--to", &lambda, "--token-file", file!()],
    ] {
        let ran = run(args, "");
        assert!(matches!(ran.status, Some(1 | 2)), "{args:?}");
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn a_module_that_does_not_register_gets_nothing_else() {
    let server = HttpServer::start(|_| HttpReply::new(404)).unwrap();
    let ran = run(["send", "--to", &server.url()], "");
    assert_eq!(ran.status, Some(1));
    assert_eq!(server.requests().len(), 1);
    assert!(ran.err.contains("registration request"), "{}", ran.err);
}

/// Reasons are those of the answer, without what the message has.
#[test]
fn the_reason_of_a_failure_is_shown_without_values_of_the_message() {
    let server = HttpServer::start(|_| {
        let text = r#"{"errorType":"x","errorMessage":"key s3cret of screen_view is wrong"}"#;
        HttpReply::new(500).with_body(text)
    });
    let server = server.unwrap();
    let batch = BATCH.replace("{\"account_id\":1", r#"{"account_settings":{"k":"s3cret"}"#);
    let url = server.url();
    let once = ["send", "-", "--to", &url, "--attempts", "1"];
    let ran = run(once, &batch);
    assert_eq!(ran.status, Some(1));
    let reason = "key *** of screen_view is wrong";
    assert!(
        ran.out.contains(&format!("      500: {reason}\n")),
        "{}",
        ran.out
    );
    // The type of both events.
    assert!(ran.out.contains("  2 screen_view  "), "{}", ran.out);
    let ran = run(once.into_iter().chain(["--json"]), &batch);
    let line = &ran.json()[0];
    assert_eq!(line["attempts"][0]["reason"], reason);
    assert_eq!(line["event_types"], json!(["screen_view"]));
    assert!(!ran.err.contains("token"), "{}", ran.err);
}

#[test]
#[cfg(unix)]
fn a_file_with_a_token_that_others_can_read_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let server = HttpServer::start(answer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "t0ken").unwrap();
    let (url, path) = (server.url(), file.to_str().unwrap());
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let ran = run(["send", "-", "--to", &url, "--token-file", path], BATCH);
        let warning =
            format!("warning: {path} holds secrets and can be read by other users; `chmod 600` it");
        assert_eq!(ran.err.contains(&warning), warned, "{mode:o}: {}", ran.err);
    }
}

#[test]
fn a_module_that_asks_for_a_token_is_explained() {
    let server = HttpServer::start(|_| HttpReply::new(401).with_body("t0ken?")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "t0ken").unwrap();
    let url = server.url();
    let args = ["send", "-", "--to", &url];
    let ran = run(args, BATCH);
    assert!(ran.err.contains("give it with --token-file"), "{}", ran.err);
    let ran = run(
        args.into_iter()
            .chain(["--token-file", file.to_str().unwrap()]),
        BATCH,
    );
    assert!(ran.err.contains("does not accept the token"), "{}", ran.err);
    assert!(ran.out.contains("401: ***?"), "{}", ran.out);
}

#[test]
fn what_cannot_be_read_does_not_stop_the_others() {
    let server = HttpServer::start(answer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = write("good.json", BATCH);
    let mixed = write("mixed.ndjson", &format!("{{\"type\":7}}\n{BATCH}\n"));
    let files = [
        folder
            .path()
            .join("missing.json")
            .to_str()
            .unwrap()
            .to_owned(),
        write("empty.json", ""),
        mixed,
        good,
    ];
    let url = server.url();
    let args = ["send", "--to", &url];
    let ran = run(args.into_iter().chain(files.iter().map(String::as_str)), "");
    assert_eq!(ran.status, Some(1));
    assert_eq!(server.requests().len(), 2);
    for text in ["missing.json", "empty.json", "mixed.ndjson:1"] {
        assert!(ran.err.contains(text), "{}", ran.err);
    }
    let places = ["mixed.ndjson:2", "good.json:1"];
    for (line, place) in ran.out.lines().zip(places) {
        assert!(line.ends_with(place), "{line}");
    }
    let json = run(
        args.into_iter()
            .chain(["--json"])
            .chain(files.iter().map(String::as_str)),
        "",
    )
    .json();
    let places: Vec<_> = json.iter().map(|it| (&it["file"], &it["line"])).collect();
    assert_eq!(
        places,
        [(&json!(files[2]), &json!(2)), (&json!(files[3]), &json!(1))]
    );
    let refused = ran
        .err
        .lines()
        .find(|line| line.trim_start().starts_with("refused"));
    assert!(refused.unwrap().contains(" 3 "), "{}", ran.err);
    let ran = run(args.into_iter().chain([files[1].as_str()]), "");
    assert_eq!((ran.status, server.requests().len()), (Some(1), 4));
}

#[test]
fn messages_in_events_of_other_services_are_extracted() {
    let server = HttpServer::start(answer).unwrap();
    let event = json!({"Records": [{"eventSource": "aws:sqs", "body": BATCH}]}).to_string();
    let url = server.url();
    let args = ["send", "-", "--to", &url];
    let ran = run(args, &event);
    assert!(ran.err.contains("--unwrap extracts"), "{}", ran.err);
    let ran = run(args.into_iter().chain(["--unwrap"]), &event);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(server.requests()[0].body, BATCH.as_bytes());
}
