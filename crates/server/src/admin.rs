//! The routes of the administrator.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::service::Service;

/// The format of `/metrics`.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Service {
    /// `/healthz`, which says that the process runs; `/readyz`, which says whether it accepts
    /// messages; and `/metrics`. They show nothing of messages, but must not be public.
    pub fn admin_router(&self) -> Router {
        let (ready, measured) = (self.clone(), self.clone());
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route(
                "/readyz",
                get(move || std::future::ready(readiness(&ready))),
            )
            .route(
                "/metrics",
                get(move || std::future::ready(metrics(&measured))),
            )
    }
}

fn readiness(service: &Service) -> Response {
    match service.is_ready() {
        true => "ready\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n").into_response(),
    }
}

fn metrics(service: &Service) -> Response {
    ([(header::CONTENT_TYPE, OPENMETRICS)], service.metrics()).into_response()
}
