//! The routes of a service.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::routing::post;
use http_body_util::{BodyExt as _, Limited};

use crate::exchange::Source;
use crate::kinds::Kinds;
use crate::service::{Incoming, Processed, Service};

/// What the documentation of the platform shows (`lambda-and-http.md`, section 4).
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

impl Service {
    /// The routes of the service, to be mounted in a program that has others.
    #[must_use]
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        for (path, endpoint) in &self.shared.endpoints {
            let (service, kinds) = (self.clone(), endpoint.kinds());
            let handler = move |request: Request<Body>| {
                let service = service.clone();
                async move { service.receive(kinds, request).await }
            };
            router = router.route(path, post(handler));
        }
        router
    }

    async fn receive(&self, endpoint: Kinds, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let limit = self.shared.limits.max_body_bytes;
        let Ok(body) = Limited::new(body, limit).collect().await else {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let slot = self.shared.slots.clone().acquire_owned().await;
        let Ok(slot) = slot else {
            return status(StatusCode::SERVICE_UNAVAILABLE);
        };
        let incoming = Incoming {
            endpoint,
            ..Incoming::new(body.to_bytes())
                .source(Source::Network)
                .path(parts.uri.path())
        };
        response(self.answer(incoming, slot).await)
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

fn response(processed: Processed) -> Response<Body> {
    let mut response = Response::new(Body::from(processed.response));
    *response.status_mut() =
        StatusCode::from_u16(processed.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    if let Some(seconds) = processed.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
