//! Runs the function against an endpoint of the runtime API and an HTTP server.
#![cfg(all(unix, feature = "http"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../../lambda/tests/function/endpoint.rs"]
mod endpoint;
#[path = "../../lambda/tests/function/http.rs"]
mod http;
#[path = "../../lambda/tests/function/watch.rs"]
mod watch;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use endpoint::{Answer, Endpoint, Fault, Running};
use hydrant_forward::config::settings;
use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hydrant-lambda-forward");

/// A function that forwards to a server.
struct Function {
    endpoint: Endpoint,
    process: Running,
    server: HttpServer,
}

impl Function {
    fn start(
        name: &str,
        variables: &[(&str, &str)],
        answer: impl Fn(&HttpRequest) -> HttpReply + Send + Sync + 'static,
    ) -> Self {
        let server = HttpServer::start(answer).unwrap();
        let endpoint = Endpoint::start();
        let url = format!("{}/v1/{{workspace}}", server.url());
        let variables = [&settings_of(&url), variables].concat();
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("forward-{name}.log"));
        let process = endpoint.run_with(PROGRAM.as_ref(), &variables, output);
        Self {
            endpoint,
            process,
            server,
        }
    }

    fn invoke(&mut self, body: &Value, time: Duration) -> (Answer, Value) {
        let answer = self
            .endpoint
            .invoke(body.to_string().as_bytes(), within(time));
        let value = serde_json::from_slice(&answer.body).unwrap();
        (answer, value)
    }
}

/// The settings of a target at this URL.
fn settings_of(url: &str) -> [(&str, &str); 5] {
    [
        ("HYDRANT_CONNECTION", "http"),
        ("HYDRANT_URL", url),
        ("HYDRANT_HEADERS", "X-Key={api_key}"),
        ("HYDRANT_ALLOW_HTTP", "on"),
        ("HYDRANT_ALLOW_PRIVATE_ADDRESSES", "on"),
    ]
}

/// The deadline after this time.
fn within(time: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from((now + time).as_millis()).unwrap()
}

const MINUTE: Duration = Duration::from_secs(60);

/// A batch of one user, whose account has the settings of the target.
fn batch(names: &[&str]) -> Value {
    let events = names.iter().enumerate().map(|(index, name)| {
        json!({
            "type": "custom_event", "name": name, "timestamp_ms": 1_700_000_000_000_u64,
            "id": format!("00000000-0000-4000-8000-{index:012}"),
        })
    });
    json!({
        "type": "event_processing_request",
        "id": "b4d1a6f0-5f0e-4a0c-8c65-2f6c1b9d1a11",
        "timestamp_ms": 1_700_000_000_000_u64,
        "mpid": "-42",
        "user_identities": [{"type": "email", "encoding": "raw", "value": "ada@example.com"}],
        "account": {"account_id": 7, "account_settings": {"workspace": "acme", "api_key": "S3CRET"}},
        "events": events.collect::<Vec<_>>(),
    })
}

#[test]
fn a_message_is_answered_when_it_is_delivered() {
    let mut function = Function::start("delivers", &[], |_| HttpReply::new(202));
    let (answer, response) = function.invoke(&batch(&["a", "b"]), MINUTE);
    assert!(!answer.failed, "{response}");
    assert_eq!(response["type"], "event_processing_response");
    assert_eq!(response["id"], "b4d1a6f0-5f0e-4a0c-8c65-2f6c1b9d1a11");
    let requests = function.server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].target, "/v1/acme");
    assert_eq!(requests[0].header("x-key"), Some("S3CRET"));
    let records: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(records[0]["mpid"], -42);
    let names = records.as_array().unwrap().iter();
    let names = names.flat_map(|record| record["events"].as_array().unwrap());
    let names: Vec<_> = names
        .map(|event| event["data"]["event_name"].clone())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let text = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(
        !text.contains("S3CRET") && !text.contains("workspace"),
        "{text}"
    );
    let printed = function.process.output();
    for private in ["S3CRET", "ada@example.com"] {
        assert!(!printed.contains(private), "{printed}");
    }
    assert!(printed.contains("message answered"), "{printed}");
}

#[test]
fn a_message_is_forwarded_under_cargo_lambda_watch() {
    let Some(program) = watch::cargo_lambda() else {
        return;
    };
    let server =
        HttpServer::start(|request| HttpReply::new(if request.number == 0 { 202 } else { 400 }))
            .unwrap();
    let url = format!("{}/v1/{{workspace}}", server.url());
    let watch = watch::Watch::start(&program, PROGRAM.as_ref(), &settings_of(&url));
    let (status, answer) = watch.invoke(batch(&["a"]).to_string().as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["type"], "event_processing_response");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("x-key"), Some("S3CRET"));
    let records: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(records[0]["events"][0]["data"]["event_name"], "a");
    // A failure is an error of the function.
    let (status, answer) = watch.invoke(batch(&["b"]).to_string().as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_ne!(status, 200);
    assert_eq!(answer["errorType"], "retry", "{answer}");
}

#[test]
fn what_is_not_delivered_is_repeated_by_the_sender() {
    let mut function =
        Function::start(
            "repeats",
            &[("HYDRANT_RETRY_BASE", "10ms")],
            |request| match request.number {
                0 => HttpReply::new(503),
                1 => HttpReply::new(400),
                2 => HttpReply::never(),
                3 => HttpReply::new(401),
                _ => HttpReply::new(200),
            },
        );
    // 503 is retried within the invocation; 400 is a rejection, and there are no dead letters.
    let (answer, error) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(answer.failed);
    assert_eq!(error["errorType"], "retry");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("400") && message.contains("`dead_letter_queue_url`"),
        "{message}"
    );
    // The function answers before it is killed.
    let (answer, error) = function.invoke(&batch(&["a"]), Duration::from_secs(2));
    assert!(
        answer.failed && answer.elapsed < Duration::from_secs(2),
        "{:?}",
        answer.elapsed
    );
    assert_eq!(error["errorType"], "retry", "{error}");
    // Credentials that are refused halt the connection, which is tried again after a second.
    let (answer, error) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(answer.failed);
    assert!(
        error["errorMessage"].as_str().unwrap().contains("401"),
        "{error}"
    );
    let mut again = 0..1000;
    assert!(again.any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !function.invoke(&batch(&["a"]), MINUTE).0.failed
    }));
}

#[test]
fn a_repeated_event_is_forwarded_once() {
    let window = [("HYDRANT_DEDUPLICATION_WINDOW", "100")];
    let mut function = Function::start("deduplicates", &window, |request| {
        HttpReply::new(if request.number == 0 { 400 } else { 200 })
    });
    let (answer, _) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(answer.failed, "it does not enter the window");
    for names in [&["a"][..], &["a", "b"], &["a", "b"]] {
        let (answer, error) = function.invoke(&batch(names), MINUTE);
        assert!(!answer.failed, "{error}");
    }
    let requests = function.server.requests();
    let events = |at: usize| -> usize {
        let records: Value = serde_json::from_slice(&requests[at].body).unwrap();
        let records = records.as_array().unwrap().iter();
        records
            .map(|record| record["events"].as_array().unwrap().len())
            .sum()
    };
    assert_eq!(requests.len(), 3);
    assert_eq!([events(0), events(1), events(2)], [1, 1, 1]);
}

/// The sender repeats a message while its first call is running: if the second call was answered
/// because the first one forwards the events, they would be lost when the first one fails.
#[test]
fn an_event_on_its_way_is_not_acknowledged() {
    let variables = [
        ("HYDRANT_DEDUPLICATION_WINDOW", "100"),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "2"),
    ];
    let mut function = Function::start("concurrent", &variables, |_| HttpReply::never());
    let body = batch(&["a"]).to_string();
    let first =
        function
            .endpoint
            .send(body.as_bytes(), within(Duration::from_secs(3)), Fault::None);
    while function.server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (answer, error) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(answer.failed && answer.id != first);
    assert!(
        error["errorMessage"]
            .as_str()
            .unwrap()
            .contains("another call"),
        "{error}"
    );
    let answer = function.endpoint.receive();
    assert!(answer.failed && answer.id == first);
}

/// Zero is a placeholder, which different events have.
#[test]
fn an_event_with_the_identifier_zero_is_not_a_repeated_one() {
    let window = [("HYDRANT_DEDUPLICATION_WINDOW", "100")];
    let mut function = Function::start("zero", &window, |_| HttpReply::new(200));
    for name in ["a", "b"] {
        let mut body = batch(&[name]);
        body["events"][0]["id"] = json!("00000000-0000-0000-0000-000000000000");
        let (answer, error) = function.invoke(&body, MINUTE);
        assert!(!answer.failed, "{error}");
    }
    assert_eq!(function.server.requests().len(), 2);
}

/// Each part of a batch repeats the attributes of the user.
#[test]
fn the_records_of_a_message_have_a_limit() {
    let small = [
        ("HYDRANT_BATCH_BYTES", "20000"),
        ("HYDRANT_MAX_MEMORY", "1M"),
    ];
    let mut function = Function::start("limit", &small, |_| HttpReply::new(200));
    let names: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut body = batch(&names);
    body["user_attributes"] = json!({"long": "x".repeat(19_000)});
    let (answer, error) = function.invoke(&body, MINUTE);
    assert!(answer.failed);
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("`max_memory` is 1048576"), "{message}");
    assert_eq!(function.server.requests().len(), 0);
    let (answer, _) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(!answer.failed);
}

/// The bodies of the messages in a request to a queue.
#[cfg(feature = "aws")]
fn letters(request: &HttpRequest) -> Vec<Value> {
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    let entries = sent["Entries"].as_array().unwrap().iter();
    let text = |entry: &Value| entry["MessageBody"].as_str().unwrap().to_owned();
    entries
        .map(|entry| serde_json::from_str(&text(entry)).unwrap())
        .collect()
}

/// The reply of a queue.
#[cfg(feature = "aws")]
fn queue_reply(status: u16, reply: &Value) -> HttpReply {
    let reply = HttpReply::new(status).with_body(reply.to_string());
    reply.with_header("Content-Type", "application/x-amz-json-1.0")
}

/// The queue stores the messages.
#[cfg(feature = "aws")]
fn stored(request: &HttpRequest) -> HttpReply {
    let ids = 0..letters(request).len();
    let entries =
        ids.map(|id| json!({"Id": id.to_string(), "MessageId": "m", "MD5OfMessageBody": ""}));
    let stored = json!({"Successful": entries.collect::<Vec<_>>(), "Failed": []});
    queue_reply(200, &stored)
}

/// A function whose target refuses everything, with a queue for dead letters that only its URL names.
#[cfg(feature = "aws")]
fn with_queue(
    name: &str,
    reply: impl Fn(&HttpRequest) -> HttpReply + Send + Sync + 'static,
) -> (Function, HttpServer) {
    let queue = HttpServer::start(reply).unwrap();
    let url = format!("{}/123456789012/letters", queue.url());
    let variables = [
        ("HYDRANT_DEAD_LETTER_QUEUE_URL", &*url),
        ("HYDRANT_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("HYDRANT_SECRET_ACCESS_KEY", "S3CRET"),
    ];
    let function = Function::start(name, &variables, |_| HttpReply::new(400));
    (function, queue)
}

/// The reason is not lost, although the queue has the time of the whole invocation.
#[cfg(feature = "aws")]
#[test]
fn a_slow_queue_for_dead_letters_is_named() {
    let (mut function, queue) = with_queue("slow-queue", |_| HttpReply::never());
    let (answer, error) = function.invoke(&batch(&["a"]), Duration::from_secs(2));
    assert!(answer.failed && answer.elapsed < Duration::from_secs(2));
    assert_eq!(error["errorType"], "retry", "{error}");
    let message = error["errorMessage"].as_str().unwrap();
    for part in ["400", "`dead_letter_queue_url`", "the deadline passed"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(queue.requests().len(), 1);
}

/// A queue accepts letters of 1 MiB.
#[cfg(feature = "aws")]
#[test]
fn a_large_message_is_stored_in_letters_of_one_event() {
    let (mut function, queue) = with_queue("large-letters", stored);
    let large = |sizes: &[usize]| {
        let mut body = batch(&vec!["a"; sizes.len()]);
        for (at, size) in sizes.iter().enumerate() {
            body["events"][at]["attributes"] = json!({"text": "x".repeat(*size)});
        }
        body
    };
    let (answer, response) = function.invoke(&large(&[400_000, 400_000]), MINUTE);
    assert!(!answer.failed, "{response}");
    let (answer, response) = function.invoke(&large(&[600_000, 600_000]), MINUTE);
    assert!(!answer.failed, "{response}");
    let letters: Vec<Value> = queue.requests().iter().flat_map(letters).collect();
    let events = letters.iter().map(|letter| letter["event"].clone());
    assert_eq!(
        events.collect::<Vec<_>>(),
        [json!(null), json!(0), json!(1)],
        "one letter if possible"
    );
    // One event that is too large cannot be stored, and is not acknowledged.
    let (answer, error) = function.invoke(&large(&[1_100_000]), MINUTE);
    assert!(answer.failed);
    let message = error["errorMessage"].as_str().unwrap();
    for part in ["`dead_letter_queue_url`", "accepts 1048576", "bytes"] {
        assert!(message.contains(part), "{message}");
    }
}

/// A dead letter is answered, but neither the log nor the metrics call the event done.
#[cfg(feature = "aws")]
#[test]
fn dead_letters_are_visible() {
    let (mut function, queue) = with_queue("visible-letters", stored);
    let (answer, response) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(!answer.failed, "{response}");
    assert_eq!(queue.requests().len(), 1);
    let printed = function.process.output();
    for part in [
        "stored as dead letters",
        "\"DeadLetters\":1",
        "\"discarded\":1",
        "\"done\":0",
        "stored as a dead letter: ",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

/// Events that are in no record are answered, with a reason; so are those that are delivered although
/// the registration does not request them.
#[test]
fn events_that_are_left_out_are_discarded() {
    let mut function = Function::start("left-out", &[], |_| HttpReply::new(200));
    let mut body = batch(&["a", "b", "c", "d"]);
    body["events"][1]["type"] = json!("hologram");
    body["events"][2]["type"] = json!("user_attribute_change");
    body["events"][3]["type"] = json!("push_message_receipt");
    let (answer, response) = function.invoke(&body, MINUTE);
    assert!(!answer.failed, "{response}");
    let printed = function.process.output();
    for part in [
        "\"done\":2",
        "\"discarded\":2",
        "\"skipped\":0",
        "not forwarded: unknown event type",
        "not forwarded: its type is switched off",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let requests = function.server.requests();
    let text = String::from_utf8_lossy(&requests[0].body).into_owned();
    assert!(text.contains("push_message"), "{text}");
}

/// A queue that refuses the credentials once is tried again.
#[cfg(feature = "aws")]
#[test]
fn a_queue_for_dead_letters_is_tried_again() {
    let queue = HttpServer::start(|request| match request.number {
        0 => queue_reply(403, &json!({"__type": "AccessDenied"})),
        _ => stored(request),
    })
    .unwrap();
    let url = queue.url();
    let variables = [
        (
            "HYDRANT_DEAD_LETTER_QUEUE_URL",
            "https://sqs.us-east-1.amazonaws.com/123456789012/letters",
        ),
        ("HYDRANT_ENDPOINT_URL", &url),
        ("HYDRANT_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("HYDRANT_SECRET_ACCESS_KEY", "S3CRET"),
    ];
    let mut function = Function::start("letters", &variables, |_| HttpReply::new(400));
    let (answer, error) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(answer.failed);
    assert!(
        error["errorMessage"]
            .as_str()
            .unwrap()
            .contains("dead letter"),
        "{error}"
    );
    let mut again = 0..1000;
    assert!(again.any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !function.invoke(&batch(&["a"]), MINUTE).0.failed
    }));
}

#[test]
fn the_registration_names_the_settings_of_the_target() {
    let variables = [
        ("HYDRANT_MODULE_NAME", "Acme"),
        ("HYDRANT_MODULE_DESCRIPTION", "Events to Acme"),
    ];
    let mut function = Function::start("registers", &variables, |_| HttpReply::new(200));
    let request = json!({"type": "module_registration_request"});
    let (answer, response) = function.invoke(&request, MINUTE);
    assert!(!answer.failed, "{response}");
    assert_eq!(response["name"], "Acme");
    assert_eq!(response["description"], "Events to Acme");
    let printed = function.process.output();
    assert!(!printed.contains("no description"), "{printed}");
    let events = &response["event_processing_registration"];
    let settings = events["account_settings"].as_array().unwrap();
    let of = |setting: &Value| {
        let confidential = setting["confidential"].as_bool() == Some(true);
        (setting["id"].as_str().unwrap().to_owned(), confidential)
    };
    let settings: Vec<_> = settings.iter().map(of).collect();
    let expected = [
        ("workspace".to_owned(), false),
        ("api_key".to_owned(), true),
    ];
    assert_eq!(settings, expected);
    assert!(response["audience_processing_registration"].is_null());
    // What is not registered is not lost either.
    let change = json!({
        "type": "audience_membership_change_request",
        "user_profiles": [{"mpid": "1", "audiences": [
            {"audience_id": 1, "audience_name": "x", "action": "add"}]}],
    });
    let (answer, error) = function.invoke(&change, MINUTE);
    assert!(answer.failed);
    assert_eq!(error["errorType"], "rejected", "{error}");
}

#[test]
fn records_of_a_queue_fail_one_by_one() {
    let trigger = [("HYDRANT_TRIGGER", "sqs")];
    let mut function = Function::start("queue", &trigger, |request| {
        let text = String::from_utf8_lossy(&request.body);
        HttpReply::new(if text.contains("\"bad\"") { 400 } else { 200 })
    });
    let records = ["good", "bad"].map(|name| {
        json!({"messageId": name, "eventSource": "aws:sqs", "body": batch(&[name]).to_string()})
    });
    let (answer, response) = function.invoke(&json!({"Records": records}), MINUTE);
    assert!(!answer.failed, "{response}");
    assert_eq!(
        response,
        json!({"batchItemFailures": [{"itemIdentifier": "bad"}]})
    );
    // Both are in one request, which is refused, and then each alone.
    assert_eq!(function.server.requests().len(), 3);
}

/// Status and standard error of a start that fails.
fn refused(variables: &[(&str, &str)]) -> String {
    let output = Command::new(PROGRAM)
        .envs(variables.iter().copied())
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        .env("AWS_LAMBDA_FUNCTION_NAME", "function")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_wrong_configuration_ends_the_start() {
    let http = [
        ("HYDRANT_CONNECTION", "http"),
        ("HYDRANT_URL", "https://api.example.com/"),
    ];
    let with = |more: &[(&'static str, &'static str)]| refused(&[&http[..], more].concat());
    assert!(
        refused(&[]).contains("`connection` is missing"),
        "{}",
        refused(&[])
    );
    let misspelt = with(&[("HYDRANT_HEADRS", "a=b")]);
    assert!(misspelt.contains("HYDRANT_HEADERS"), "{misspelt}");
    // Local files are lost with the environment.
    let folder = std::env::temp_dir().join("hydrant-lambda-forward-letters");
    let folder = folder.to_str().unwrap().to_owned().leak();
    let letters = with(&[("HYDRANT_DEAD_LETTERS", folder)]);
    assert!(letters.contains("AWS Lambda"), "{letters}");
    assert!(!Path::new(folder).exists());
    let trigger = with(&[("HYDRANT_TRIGGER", "kafka")]);
    assert!(trigger.contains("neither invoke nor sqs"), "{trigger}");
    // A secret in the place of a path is not printed, and what is not a setting is named.
    let colon = with(&[
        ("HYDRANT_AUTHENTICATION", "basic"),
        ("HYDRANT_USER", "a:b"),
        ("HYDRANT_PASSWORD", "c"),
    ]);
    assert!(colon.contains("user name with a colon"), "{colon}");
    let pointer = with(&[("HYDRANT_ERRORS_POINTER", "errors")]);
    assert!(pointer.contains("`errors_pointer`"), "{pointer}");
    let mistaken = with(&[("HYDRANT_TOKEN_FILE", "S3CRET"), ("HYDRANT_TRIGER", "sqs")]);
    assert!(
        !mistaken.contains("S3CRET") && mistaken.contains("TOKEN_FILE"),
        "{mistaken}"
    );
    assert!(
        mistaken.contains("did you mean HYDRANT_TRIGGER?"),
        "{mistaken}"
    );
    let unknown = with(&[("HYDRANT_CONFG", "a.toml"), ("HYDRANT_OF_MY_TEAM", "a")]);
    assert!(
        unknown.contains("did you mean HYDRANT_CONFIG?"),
        "{unknown}"
    );
    assert!(
        unknown.contains("note: HYDRANT_OF_MY_TEAM is not a setting"),
        "{unknown}"
    );
    let file = with(&[("HYDRANT_CONFIG", "absent.toml")]);
    assert!(file.contains("cannot read absent.toml"), "{file}");
}

#[test]
fn a_file_of_the_package_configures_it() {
    let server = HttpServer::start(|_| HttpReply::new(200)).unwrap();
    let file: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forward.toml");
    let text = format!(
        "connection = \"http\"\nurl = \"{}/v1\"\nallow_http = true\nallow_private_addresses = true\n",
        server.url()
    );
    std::fs::write(&file, text).unwrap();
    let endpoint = Endpoint::start();
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forward-file.log");
    let variables = [("HYDRANT_CONFIG", file.to_str().unwrap())];
    let process = endpoint.run_with(PROGRAM.as_ref(), &variables, output);
    let mut function = Function {
        endpoint,
        process,
        server,
    };
    let (answer, error) = function.invoke(&batch(&["a"]), MINUTE);
    assert!(!answer.failed, "{error}");
    assert_eq!(function.server.requests().len(), 1);
}

#[test]
fn the_templates_and_the_readme_name_settings_that_exist() {
    let others = ["HYDRANT_CONFIG", "HYDRANT_TRIGGER"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "deploy/main.tf",
        "deploy/stack.ts",
        "deploy/template.yaml",
        "README.md",
    ] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
        let variables = words.filter(|word| word.starts_with("HYDRANT_"));
        let mut count = 0;
        for variable in variables {
            let name = variable["HYDRANT_".len()..].to_ascii_lowercase();
            let known = settings().any(|setting| setting.name == name);
            assert!(known || others.contains(&variable), "{file}: {variable}");
            count += 1;
        }
        assert!(count > 4, "{file}");
    }
}
