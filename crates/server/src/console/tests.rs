//! The console by its requests: who may use it, what it shows, and how much it keeps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod wrong;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{Call, Engine, Failure, Processor, Registration};
use hydrant_testing::MemorySink;

use super::ring::{Bounds, Ring};
use super::routes::Routes;
use super::{Console, ConsoleOptions};
use crate::exchange::Exchange;
use crate::host::Host;
use crate::service::{Incoming, Service};

struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let key = hydrant::registration::Text::new("apiKey", "API key");
        let key = key
            .description("Of Acme")
            .required()
            .confidential()
            .default("d3fault");
        Registration::new("Acme", "1.0")
            .account_setting(key)
            .events([EventType::CustomEvent])
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        if event.name == Some("reject") {
            return Err(Failure::reject("not wanted at all"));
        }
        call.emit_json(|json| json.text_field("key", "s3cret"));
        Ok(())
    }
}

/// A console with its service.
struct Page {
    console: Console,
    service: Service,
    routes: Routes,
}

impl Page {
    fn new(options: ConsoleOptions) -> Self {
        let engine = Engine::new(Acme);
        let console = Console::new(&engine, options).unwrap();
        let host = Host::new(engine).deliver_to(MemorySink::new());
        let service = host.observe(console.clone()).start().unwrap();
        let routes = Routes {
            console: console.clone(),
            service: service.clone(),
        };
        Self {
            console,
            service,
            routes,
        }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = self.routes.answer(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }

    /// A request as the page makes it.
    fn request(&self, path: &str, body: Option<&str>) -> Request<Body> {
        Request::builder()
            .method(if body.is_some() {
                Method::POST
            } else {
                Method::GET
            })
            .uri(path)
            .header("host", "127.0.0.1:9090")
            .header("origin", "http://127.0.0.1:9090")
            .header("sec-fetch-site", "same-origin")
            .header("x-hydrant-console", self.console.0.access.token())
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let (status, _, text) = self.ask(self.request(path, None)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    async fn post(&self, path: &str, body: &str) -> String {
        let (status, _, text) = self.ask(self.request(path, Some(body))).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    async fn send(&self, body: &str) {
        self.service.process(Incoming::new(body.to_owned())).await;
    }
}

fn page() -> Page {
    Page::new(ConsoleOptions::new().host("Console.example"))
}

const BATCH: &str = concat!(
    r#"{"type":"event_processing_request","account":{"account_id":7,"account_settings":{"apiKey":"s3cret"}},"#,
    r#""user_identities":[{"type":"email","encoding":"raw","value":"ada@example.com"}],"#,
    r#""events":[{"type":"custom_event","name":"fine"},{"type":"custom_event","name":"reject"},{"type":"error"}]}"#
);

fn with(mut request: Request<Body>, name: &'static str, value: &'static str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

fn without(mut request: Request<Body>, names: &[&str]) -> Request<Body> {
    for name in names {
        request.headers_mut().remove(*name);
    }
    request
}

#[tokio::test]
async fn the_page_has_a_token_and_a_strict_policy() {
    let page = page();
    let (status, headers, text) = page.ask(page.request("/", None)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains(page.console.0.access.token()));
    assert!(!text.contains("{{"), "a place-holder is left");
    let policy = headers["content-security-policy"].to_str().unwrap();
    for rule in [
        "default-src 'none'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    let (_, nonce) = policy.split_once("script-src 'nonce-").unwrap();
    let (nonce, _) = nonce.split_once('\'').unwrap();
    assert_eq!(text.matches(&format!("nonce=\"{nonce}\"")).count(), 2);
    assert_eq!(headers["cache-control"], "no-store");
    let again = page.ask(page.request("/", None)).await.1;
    assert_ne!(
        again["content-security-policy"],
        headers["content-security-policy"]
    );
    assert_ne!(
        self::page().console.0.access.token(),
        page.console.0.access.token()
    );
}

#[tokio::test]
async fn only_the_page_may_ask() {
    let page = page();
    let state = || page.request("/api/state", None);
    let refused = [
        without(state(), &["x-hydrant-console"]),
        with(
            state(),
            "x-hydrant-console",
            "00000000000000000000000000000000",
        ),
        with(state(), "x-hydrant-console", ""),
        with(state(), "origin", "http://evil.example"),
        with(state(), "origin", "null"),
        with(state(), "origin", "http://127.0.0.1:9091"),
        with(state(), "sec-fetch-site", "cross-site"),
        with(state(), "sec-fetch-site", "same-site"),
        with(state(), "host", "evil.example"),
        with(state(), "host", "127.0.0.1.evil.example:9090"),
        with(state(), "host", "localhost.evil.example"),
        with(state(), "host", "10.0.0.7:9090"),
        without(state(), &["host"]),
        with(page.request("/", None), "host", "evil.example"),
        with(page.request("/", None), "origin", "http://evil.example"),
        with(page.request("/", None), "sec-fetch-site", "cross-site"),
    ];
    for request in refused {
        let shown = format!("{request:?}");
        let (status, _, text) = page.ask(request).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{shown}");
        assert!(!text.contains("Acme"), "{text}");
    }
    let mut twice = state();
    twice
        .headers_mut()
        .append("host", "evil.example".parse().unwrap());
    assert_eq!(page.ask(twice).await.0, StatusCode::FORBIDDEN);

    let no_origin = || without(state(), &["origin", "sec-fetch-site"]);
    let link = with(page.request("/", None), "sec-fetch-site", "cross-site");
    let link = with(
        with(link, "sec-fetch-mode", "navigate"),
        "sec-fetch-dest",
        "document",
    );
    for request in [
        no_origin(),
        with(no_origin(), "host", "localhost:9090"),
        with(no_origin(), "host", "[::1]:9090"),
        with(no_origin(), "host", "hydrant.localhost"),
        with(no_origin(), "host", "console.EXAMPLE:80"),
        without(link, &["origin"]),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(page.ask(request).await.0, StatusCode::OK, "{shown}");
    }
}

#[tokio::test]
async fn a_message_is_sent_and_can_be_opened() {
    let page = page();
    let request = format!(r#"{{"body":{}}}"#, quoted(BATCH));
    assert_eq!(page.post("/api/send", &request).await, r#"{"seq":1}"#);
    assert_eq!(
        page.post("/api/resend", r#"{"seq":1}"#).await,
        r#"{"seq":2}"#
    );
    let list = page.get("/api/messages?after=1").await;
    assert!(
        list.contains(r#""seq":2"#) && !list.contains(r#""seq":1,"#),
        "{list}"
    );
    assert!(
        list.contains(r#""base":1"#) && list.contains(r#""outcome":"rejected""#),
        "{list}"
    );
    assert!(list.contains(r#""messages":2,"events":6"#), "{list}");
    let detail = page.get("/api/messages/1").await;
    assert!(
        detail.contains(r#""outcome":"rejected","reason":"rejected: not wanted at all""#),
        "{detail}"
    );
    assert!(detail.contains(r#""outcome":"skipped""#), "{detail}");
    assert!(detail.contains(r#""outgoing":{"note":null"#), "{detail}");
    assert!(serde_json::from_str::<serde_json::Value>(&detail).is_ok());
}

#[tokio::test]
async fn settings_are_never_shown_and_identities_only_on_request() {
    let page = page();
    page.send(BATCH).await;
    page.send(&BATCH.replace(r#""events":[{"#, r#""events":[{ "a" "b", "#))
        .await;
    for reveal in [false, true] {
        page.post("/api/reveal", &format!(r#"{{"on":{reveal}}}"#))
            .await;
        for path in [
            "/api/messages/1",
            "/api/messages/2",
            "/api/messages?after=0",
            "/api/state",
        ] {
            let text = page.get(path).await;
            assert!(
                !text.contains("s3cret") && !text.contains("d3fault"),
                "{path}: {text}"
            );
            let shows = text.contains("ada@example.com");
            assert_eq!(
                shows,
                reveal && path.contains("messages/"),
                "{path}: {text}"
            );
        }
        let edit = page.get("/api/messages/1/edit").await;
        assert!(!edit.contains("s3cret") && !edit.contains("ada@"), "{edit}");
    }
}

#[tokio::test]
async fn an_edited_message_is_checked_and_sent_with_its_hidden_values() {
    let page = page();
    page.send(BATCH).await;
    let edit = page.get("/api/messages/1/edit").await;
    let edit: serde_json::Value = serde_json::from_str(&edit).unwrap();
    let text = edit["body"].as_str().unwrap().replace("fine", "finer");
    let request = format!(r#"{{"body":{},"base":1}}"#, quoted(&text));
    assert_eq!(page.post("/api/send", &request).await, r#"{"seq":2}"#);
    let sent = page.console.0.ring.get(2).unwrap();
    assert_eq!(sent.exchange.body, BATCH.replace("fine", "finer"));
    assert_eq!(sent.base, Some(1));

    let broken = text.replace(r#""finer""#, "7 7");
    let request = format!(r#"{{"body":{},"base":1}}"#, quoted(&broken));
    let check: serde_json::Value =
        serde_json::from_str(&page.post("/api/check", &request).await).unwrap();
    let index = check["error"]["index"].as_u64().unwrap() as usize;
    let units: Vec<u16> = broken.encode_utf16().collect();
    assert_eq!(String::from_utf16_lossy(&units[index - 2..=index]), "7 7");
}

#[tokio::test]
async fn an_error_has_its_position_and_what_is_declared_there() {
    let page = page();
    page.send(r#"{"mpid":"é","type":"event_processing_request","account":7}"#)
        .await;
    let detail: serde_json::Value =
        serde_json::from_str(&page.get("/api/messages/1").await).unwrap();
    let error = &detail["message"]["error"];
    let text = detail["message"]["text"].as_str().unwrap();
    let index = error["index"].as_u64().unwrap() as usize;
    let units: Vec<u16> = text.encode_utf16().collect();
    // In place of an object, the number may describe an account.
    assert_eq!(
        String::from_utf16_lossy(&units[index - 1..]),
        ":•}",
        "{text}"
    );
    assert_eq!(error["declared"]["type"], "an object, Account");
    assert_eq!(error["declared"]["fields"][0]["name"], "account_id");
    assert_eq!(detail["summary"]["type"], "event_processing_request");

    for (body, path, expected) in [
        (r#"{"type":"hello"}"#, "type", "the type of a Message"),
        (
            r#"{"type":"event_processing_request","events":[{"type":"error","timestamp_ms":[]}]}"#,
            "events[0].timestamp_ms",
            "an integer",
        ),
        (
            r#"{"type":"event_processing_request","user_identities":[{"type":"email"}]}"#,
            "user_identities[0]",
            "an object, UserIdentity",
        ),
    ] {
        let request = format!(r#"{{"body":{}}}"#, quoted(body));
        let check: serde_json::Value =
            serde_json::from_str(&page.post("/api/check", &request).await).unwrap();
        assert_eq!(check["error"]["path"], path, "{check}");
        assert_eq!(check["error"]["declared"]["type"], expected, "{check}");
    }
}

#[tokio::test]
async fn bad_requests_are_answered() {
    let page = page();
    for (path, body, expected) in [
        ("/api/messages/9", None, StatusCode::NOT_FOUND),
        ("/api/messages/x", None, StatusCode::NOT_FOUND),
        ("/api/other", None, StatusCode::NOT_FOUND),
        ("/api/other", Some("{}"), StatusCode::NOT_FOUND),
        ("/api/send", Some("no JSON"), StatusCode::BAD_REQUEST),
        ("/api/resend", Some(r#"{"seq":-1}"#), StatusCode::NOT_FOUND),
        ("/", Some(""), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        assert_eq!(
            page.ask(page.request(path, body)).await.0,
            expected,
            "{path}"
        );
    }
}

/// Pages that are forgotten in tabs leave connections for probes.
#[tokio::test]
async fn streams_are_limited() {
    let page = page();
    let mut open = Vec::new();
    for _ in 0..super::stream::STREAMS {
        let response = page.routes.answer(page.request("/api/stream", None)).await;
        assert_eq!(response.status(), StatusCode::OK);
        open.push(response);
    }
    let (status, _, text) = page.ask(page.request("/api/stream", None)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
    const { assert!(super::stream::STREAMS < 64) };
    open.pop();
    let again = async {
        while page
            .routes
            .answer(page.request("/api/stream", None))
            .await
            .status()
            != StatusCode::OK
        {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, again).await.unwrap();
}

#[tokio::test]
async fn messages_are_streamed() {
    let page = page();
    let response = page
        .routes
        .answer(page.request("/api/stream?after=0", None))
        .await;
    let mut body = response.into_body();
    page.send(BATCH).await;
    let mut text = String::new();
    while !text.contains("data:") {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert!(
        text.contains("event: messages\ndata: {\"messages\":[{\"seq\":1,"),
        "{text}"
    );
}

#[test]
fn memory_is_bounded() {
    let bounds = Bounds {
        messages: 10,
        bytes: 100_000,
    };
    let ring = Ring::new(bounds);
    let push = |sequence, length: usize| {
        let exchange = Exchange {
            sequence,
            body: Bytes::from(vec![b'x'; length]),
            ..Exchange::default()
        };
        ring.push(&Arc::new(exchange));
        assert!(ring.bytes() <= bounds.bytes, "{}", ring.bytes());
    };
    for sequence in 1..=25 {
        push(sequence, 10);
    }
    let (entries, totals, oldest) = ring.after(0, usize::MAX);
    assert_eq!((entries.len(), totals.messages, oldest), (10, 25, [16, 0]));
    assert!(ring.get(15).is_none());
    for sequence in 26..=40 {
        push(sequence, 20_000);
    }
    assert!(ring.after(0, usize::MAX).0.len() < 6);
    // A message that would push out the others is kept without its text.
    let before = ring.after(0, usize::MAX).0.len();
    push(41, 1_000_000);
    let huge = ring.get(41).unwrap();
    assert_eq!(
        (huge.too_long, huge.exchange.body.len()),
        (Some(1_000_000), 0)
    );
    assert!(ring.after(0, usize::MAX).0.len() >= before);
    assert_eq!(ring.sent(41, Some(40)), Some(41));
}

#[tokio::test]
async fn a_message_that_is_too_long_to_be_kept_is_said_to_be() {
    let page = Page::new(ConsoleOptions::new().memory(20_000).messages(3));
    let body = BATCH.replace("fine", &"x".repeat(8_000));
    page.send(&body).await;
    let detail = page.get("/api/messages/1").await;
    assert!(
        detail.contains(&format!(r#""too_long":{}"#, body.len())),
        "{detail}"
    );
    let (status, ..) = page
        .ask(page.request("/api/resend", Some(r#"{"seq":1}"#)))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
