//! The routes of a service, and a request from its header to its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, header};
use axum::routing::any;
use bytes::Bytes;
use http_body::Body as HttpBody;
use tokio::sync::OwnedSemaphorePermit;

use crate::authorization::permission;
use crate::body::{self, Coding, Reserved};
use crate::exchange::{RefusedRequest, Source};
use crate::kinds::Kinds;
use crate::refusal::Refusal;
use crate::service::{Incoming, Processed, Service};

/// The most characters of a method and of a path that observers get.
const MOST_CHARACTERS: usize = 200;

impl Service {
    /// The routes of the service, to be mounted in a program that has others. That program has the
    /// listener, and with it the time-outs of headers and connections; this has the others.
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        for (path, endpoint) in &self.shared.endpoints {
            let (service, kinds) = (self.clone(), endpoint.kinds());
            let handler = move |request: Request<Body>| {
                let service = service.clone();
                async move { service.respond(kinds, request).await }
            };
            router = router.route(path, any(handler));
        }
        let service = self.clone();
        router
            .fallback(move |request: Request<Body>| std::future::ready(service.not_found(&request)))
    }

    /// Answers a request of the host's own listener.
    pub(crate) async fn route<B: HttpBody<Data = Bytes>>(
        &self,
        request: Request<B>,
    ) -> Response<Body> {
        let path = request.uri().path();
        let mut endpoints = self.shared.endpoints.iter();
        match endpoints.find(|(known, _)| known == path) {
            Some((_, endpoint)) => self.respond(endpoint.kinds(), request).await,
            None => self.not_found(&request),
        }
    }

    fn not_found<B>(&self, request: &Request<B>) -> Response<Body> {
        self.refuse(Refusal::NOT_FOUND, self.seen(request))
    }

    async fn respond<B: HttpBody<Data = Bytes>>(
        &self,
        endpoint: Kinds,
        request: Request<B>,
    ) -> Response<Body> {
        let seen = self.seen(&request);
        let received = match request.method() == Method::POST {
            true => self.receive(endpoint, request).await,
            false => Err(Refusal::METHOD),
        };
        match received {
            Ok(processed) => processed.response(),
            Err(refusal) => self.refuse(refusal, seen),
        }
    }

    /// What observers are told about a request if it is refused.
    fn seen<B>(&self, request: &Request<B>) -> Option<RefusedRequest> {
        let cut = |text: &str| text.chars().take(MOST_CHARACTERS).collect();
        let length = request.headers().get(header::CONTENT_LENGTH);
        (!self.shared.observers.is_empty()).then(|| RefusedRequest {
            refused_ms: 0,
            method: cut(request.method().as_str()),
            path: cut(request.uri().path()),
            declared_bytes: length.and_then(|length| length.to_str().ok()?.parse().ok()),
            status: 0,
            kind: "",
            reason: "",
        })
    }

    fn refuse(&self, refusal: Refusal, seen: Option<RefusedRequest>) -> Response<Body> {
        let refusal = match refusal == Refusal::UNAUTHORIZED && self.shared.tokens.in_grace() {
            true => Refusal::TOKENS_CHANGE,
            false => refusal,
        };
        self.shared.refused(refusal);
        if let Some(seen) = seen {
            let request = Arc::new(RefusedRequest {
                refused_ms: hydrant::host::system_invocation().now_ms(),
                status: refusal.status,
                kind: refusal.kind,
                reason: refusal.text,
                ..seen
            });
            self.shared.tell(|observer| observer.refused(&request));
        }
        let limits = &self.shared.limits;
        let seconds = limits.retry_after.as_millis().div_ceil(1000);
        refusal.response(u64::try_from(seconds).unwrap_or(u64::MAX))
    }

    async fn receive<B: HttpBody<Data = Bytes>>(
        &self,
        endpoint: Kinds,
        request: Request<B>,
    ) -> Result<Processed, Refusal> {
        let (parts, body) = request.into_parts();
        let (shared, headers) = (&self.shared, &parts.headers);
        let permission = permission(headers, &shared.tokens, &shared.oauth);
        let authorized = permission.kinds != Kinds::REGISTRATION;
        let most = shared.limits.max_body_bytes;
        let (most, too_long) = match authorized {
            true => (most, Refusal::TOO_LARGE),
            false => {
                let short = shared.limits.max_registration_bytes;
                (short.min(most), Refusal::UNAUTHORIZED)
            }
        };
        let mut reserved = Reserved::nothing(shared, authorized);
        let coding = match self.before_body(headers, most, too_long, &reserved) {
            Ok(coding) => coding,
            Err(refusal) => {
                let drained = body::is_drained(headers);
                // Headers are not kept while a body arrives: they do not count as memory for
                // bodies.
                drop(parts);
                if drained {
                    body::drain(body, &shared.limits).await;
                }
                return Err(refusal);
            }
        };
        let path = parts.uri.path().to_owned();
        drop(parts);
        let body = body::receive(body, most, too_long, &mut reserved, shared).await?;
        let slot = self.slot().await?;
        let body: Bytes = match coding {
            Coding::Identity => body,
            coding => body::decompress(&body, coding, most, &mut reserved)?,
        };
        let incoming = Incoming {
            body,
            path,
            source: Source::Network,
            access_token: permission.access_token,
            endpoint,
            authorized: permission.kinds,
            _reserved: Some(reserved),
        };
        self.answer(incoming, slot).await
    }

    /// What can be refused before the body is read.
    fn before_body(
        &self,
        headers: &HeaderMap,
        most: usize,
        too_long: Refusal,
        reserved: &Reserved,
    ) -> Result<Coding, Refusal> {
        let shared = &self.shared;
        if shared.closed.load(Ordering::Relaxed) {
            return Err(Refusal::CLOSED);
        }
        if shared.waiting.load(Ordering::Relaxed) >= shared.limits.concurrency {
            return Err(Refusal::NO_SLOT);
        }
        if reserved.is_full() {
            return Err(Refusal::NO_MEMORY);
        }
        if body::too_long(headers, most) {
            return Err(too_long);
        }
        Coding::of(headers)
    }

    /// Takes a slot, for which it waits a little: bursts of short messages pass.
    async fn slot(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let shared = &self.shared;
        if let Ok(slot) = Arc::clone(&shared.slots).try_acquire_owned() {
            return Ok(slot);
        }
        let _waiting = Waiting::new(&shared.waiting);
        let slot = Arc::clone(&shared.slots).acquire_owned();
        match tokio::time::timeout(shared.limits.slot_wait, slot).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(Refusal::NO_SLOT),
        }
    }
}

/// Counts a message that waits, also if its future is dropped.
struct Waiting<'s>(&'s AtomicUsize);

impl<'s> Waiting<'s> {
    fn new(waiting: &'s AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
