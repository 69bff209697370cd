//! The page, and what it requests.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::routing::any;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hydrant::json::Json;
use hydrant::write::JsonWriter;

use super::access::{Refusal, random};
use super::document::{self, Document};
use super::redact::{Restored, editable};
use super::ring::Entry;
use super::{Console, detail, samples, settings, stream};
use crate::place::Place;
use crate::service::{Incoming, Service};

/// The page, which `npm run build` in `crates/server/console` writes.
const PAGE: &str = include_str!("index.html");

/// What a text may grow by when it is written as a JSON string.
const ESCAPES: usize = 6;

type Answer = Result<Response<Body>, Refusal>;

pub(super) fn router(console: Console, service: Service) -> Router {
    let routes = Routes { console, service };
    let handler = move |request: Request<Body>| {
        let routes = routes.clone();
        async move { routes.answer(request).await }
    };
    Router::new()
        .route("/", any(handler.clone()))
        .route("/api/{*path}", any(handler))
}

#[derive(Clone)]
pub(super) struct Routes {
    pub(super) console: Console,
    pub(super) service: Service,
}

impl Routes {
    pub(super) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let answer = match parts.uri.path() {
            "/" => self.page(&parts),
            _ => self.api(&parts, body).await,
        };
        let mut response = answer.unwrap_or_else(|(status, text)| {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            let plain = HeaderValue::from_static("text/plain;charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            response
        });
        secure(response.headers_mut());
        response
    }

    /// The page, with a token for its requests.
    fn page(&self, request: &Parts) -> Answer {
        self.console.0.access.page(request)?;
        if request.method != Method::GET {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "the page is read with GET"));
        }
        let failed = (
            StatusCode::INTERNAL_SERVER_ERROR,
            "there are no random numbers",
        );
        let nonce = random().map_err(|_| failed)?;
        let page = PAGE.replace("{{nonce}}", &nonce);
        let page = page.replace("{{token}}", self.console.0.access.token());
        let mut response = Response::new(Body::from(page));
        let html = HeaderValue::from_static("text/html;charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        // The page has one script and one style, and loads nothing. `trusted-types` lets no text
        // become HTML.
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; \
             connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'"
        );
        let policy = HeaderValue::try_from(policy).map_err(|_| failed)?;
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    }

    async fn api(&self, request: &Parts, body: Body) -> Answer {
        self.console.0.access.api(request)?;
        let path = request.uri.path().trim_start_matches("/api/");
        if request.method == Method::GET {
            return self.get(path, after(request)).await;
        }
        if request.method != Method::POST {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "the page uses GET and POST"));
        }
        let limit = self.service.limits().max_body_bytes.saturating_mul(ESCAPES);
        let too_long = (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the message is longer than the program accepts",
        );
        let body = Limited::new(body, limit)
            .collect()
            .await
            .map_err(|_| too_long)?;
        let body = body.to_bytes();
        let no_json = (StatusCode::BAD_REQUEST, "the request is not a JSON object");
        let text = std::str::from_utf8(&body).map_err(|_| no_json)?;
        self.post(path, Json::new(text).ok_or(no_json)?).await
    }

    async fn get(&self, path: &str, after: u64) -> Answer {
        let routes = self.clone();
        match path {
            "state" => apart(move || routes.state()).await,
            "messages" => {
                let most = self.console.0.ring.bounds().messages;
                apart(move || stream::update(&routes.console, after, most).0.into_bytes()).await
            }
            "stream" => {
                let body = stream::body(self.console.clone(), self.service.clone(), after);
                let body = body.ok_or(TOO_MANY_PAGES)?;
                Ok(with_type(body, "text/event-stream"))
            }
            _ => {
                let message = path.strip_prefix("messages/").ok_or(NOT_FOUND)?;
                let (seq, edit) = match message.split_once('/') {
                    Some((seq, edit)) => (seq, Some(edit)),
                    None => (message, None),
                };
                let entry = self.entry(seq.parse().ok())?;
                let revealed = self.console.0.revealed.load(Ordering::Relaxed);
                let body = match edit {
                    None => {
                        return apart(move || object(|json| detail::write(json, &entry, revealed)))
                            .await;
                    }
                    Some("edit") => entry.exchange.body.clone(),
                    Some("inner") => inner(&entry.exchange.body).ok_or(NOTHING_INSIDE)?,
                    Some(_) => return Err(NOT_FOUND),
                };
                let write = move |json: &mut JsonWriter<'_>| {
                    json.text_field("body", &editable(&body));
                    json.bool_field("changed", std::str::from_utf8(&body).is_err());
                };
                apart(move || object(write)).await
            }
        }
    }

    async fn post(&self, path: &str, request: Json<'_>) -> Answer {
        let body = request.get("body").and_then(Json::text).unwrap_or_default();
        let number = |name| request.get(name).and_then(Json::integer);
        let number = |name| number(name).and_then(|seq| u64::try_from(seq).ok());
        let is_inner = request.get("inner").and_then(Json::boolean) == Some(true);
        match path {
            "check" => {
                let (routes, body, base) = (self.clone(), body.into_owned(), number("base"));
                apart(move || routes.check(&body, base, is_inner)).await
            }
            "unwrap" => {
                let inner = inner(body.as_bytes()).ok_or(NOTHING_INSIDE)?;
                let text = String::from_utf8_lossy(&inner).into_owned();
                Ok(json(object(|json| json.text_field("body", &text))))
            }
            "send" => {
                let base = number("base");
                let restored = self.restore(&body, base, is_inner);
                self.send(restored.text.into(), base).await
            }
            "resend" => {
                let seq = number("seq");
                let entry = self.entry(seq)?;
                if entry.too_long.is_some() || entry.refused.is_some() {
                    return Err((StatusCode::CONFLICT, "the message is not kept"));
                }
                self.send(entry.exchange.body.clone(), seq).await
            }
            "reveal" => {
                let on = request
                    .get("on")
                    .and_then(Json::boolean)
                    .unwrap_or_default();
                self.console.0.revealed.store(on, Ordering::Relaxed);
                Ok(json(object(|json| json.bool_field("revealed", on))))
            }
            _ => Err(NOT_FOUND),
        }
    }

    /// What is wrong with a text of the editor.
    fn check(&self, body: &str, base: Option<u64>, is_inner: bool) -> Vec<u8> {
        let restored = self.restore(body, base, is_inner);
        let read = document::read(&restored.text, self.service.limits().max_body_bytes);
        let mut document = Document::of(body.as_bytes(), &read, false);
        document.restored = Some(&restored);
        document.canonical = None;
        object(|json| document.write_fields(json))
    }

    /// A text of the editor, with the values that it did not get: those of the message `base`, or
    /// of the message inside it.
    fn restore(&self, text: &str, base: Option<u64>, is_inner: bool) -> Restored {
        let base = base.and_then(|seq| self.console.0.ring.get(seq));
        let base = base.map(|entry| entry.exchange.body.clone());
        let base = match is_inner {
            true => base.and_then(|body| inner(&body)),
            false => base,
        };
        Restored::new(text, &base.unwrap_or_default())
    }

    /// Processes a message as if it had come by the network.
    async fn send(&self, body: Bytes, base: Option<u64>) -> Answer {
        let exchange = self.service.process(Incoming::new(body)).await;
        let seq = self.console.0.ring.sent(exchange.sequence, base);
        let gone = (
            StatusCode::CONFLICT,
            "the message was sent, and is not kept any more",
        );
        let seq = seq.ok_or(gone)?;
        Ok(json(object(|json| json.uint_field("seq", seq))))
    }

    fn entry(&self, seq: Option<u64>) -> Result<Entry, Refusal> {
        let entry = seq.and_then(|seq| self.console.0.ring.get(seq));
        entry.ok_or((StatusCode::NOT_FOUND, "this message is not kept any more"))
    }

    /// What does not change, and what the page needs first.
    fn state(&self) -> Vec<u8> {
        let inner = &*self.console.0;
        let read = document::read(&inner.registration, usize::MAX);
        let revealed = inner.revealed.load(Ordering::Relaxed);
        let registration = Document {
            canonical: read.ok().map(|read| read.canonical),
            findings: inner.findings.clone(),
            ..Document::new(&inner.registration, Place::MESSAGE, revealed)
        };
        let mut form = Vec::new();
        settings::write(&mut JsonWriter::new(&mut form), &inner.registration);
        object(|json| {
            json.text_field("module", &inner.module);
            json.text_field("module_version", &inner.version);
            json.text_field("version", env!("CARGO_PKG_VERSION"));
            json.text_field("sink", &inner.sink);
            json.bool_field("revealed", revealed);
            json.object_field("registration", |json| registration.write_fields(json));
            json.raw_field("settings", &String::from_utf8_lossy(&form));
            json.list_field("samples", |json| {
                for sample in samples::all() {
                    json.object_element(|json| {
                        json.text_field("group", sample.group);
                        json.text_field("name", &sample.name);
                        json.text_field("body", &sample.body);
                    });
                }
            });
            json.uint_field("max_messages", inner.ring.bounds().messages as u64);
        })
    }
}

const NOTHING_INSIDE: Refusal = (
    StatusCode::CONFLICT,
    "no message was found inside: it is missing, compressed, or not what the event says",
);

/// The first message inside an event of another service.
fn inner(body: &[u8]) -> Option<Bytes> {
    hydrant::wrapper::recognize(body)?;
    let mut messages = hydrant::wrapper::messages(body).into_iter();
    let message = messages.next()?.ok()?;
    Some(Bytes::copy_from_slice(&message))
}

const TOO_MANY_PAGES: Refusal = (
    StatusCode::SERVICE_UNAVAILABLE,
    "too many pages show the messages; close some",
);

const NOT_FOUND: Refusal = (StatusCode::NOT_FOUND, "the console has no such page");

/// The number of the last message that the page has: `?after=12`.
fn after(request: &Parts) -> u64 {
    let query = request.uri.query().unwrap_or_default();
    let number = query
        .strip_prefix("after=")
        .and_then(|number| number.parse().ok());
    number.unwrap_or_default()
}

/// Makes an answer on another thread: those of the runtime process messages, and a long text takes
/// long.
async fn apart(write: impl FnOnce() -> Vec<u8> + Send + 'static) -> Answer {
    let failed = (StatusCode::INTERNAL_SERVER_ERROR, "the console failed");
    let text = tokio::task::spawn_blocking(write).await;
    text.map(json).map_err(|_| failed)
}

fn object(fields: impl FnOnce(&mut JsonWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    JsonWriter::new(&mut out).object(fields);
    out
}

fn json(text: Vec<u8>) -> Response<Body> {
    with_type(Body::from(text), "application/json")
}

fn with_type(body: Body, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

/// Headers of every answer: nothing is stored, guessed, embedded or sent to others.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
