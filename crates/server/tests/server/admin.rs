//! The listener of the administrator.

use std::time::Duration;

use axum::routing::get;
use hydrant_server::record::{RecordOptions, Recorder};

use super::support::*;

#[tokio::test]
async fn probes_follow_the_end() {
    let delay = Duration::from_millis(500);
    let mut host = serve_with(
        Acme::default(),
        |host| host,
        |server| server.shutdown_delay(delay),
    )
    .await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(host.get_admin(path).await.status, 200, "{path}");
    }
    host.end();
    while host.get_admin("/readyz").await.status != 503 {}
    assert_eq!(host.get_admin("/healthz").await.status, 200);
    host.assert_serves().await;
    assert!(host.ended().await);
}

#[tokio::test]
async fn metrics_count_messages_and_refusals() {
    let host = serve(|host| host.token("secret")).await;
    let field = "Authorization: Token secret\r\n";
    for name in ["ok", "ok", "later"] {
        host.connect().await.post("/", field, &batch(name)).await;
    }
    host.post(&batch("ok")).await;
    let reply = host.get_admin("/metrics").await;
    let kind = reply.field("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    for line in [
        r#"hydrant_messages_total{type="event_processing_request",ended="answered"} 2"#,
        r#"hydrant_messages_total{type="event_processing_request",ended="retry"} 1"#,
        r#"hydrant_refused_requests_total{status="401",reason="unauthorized"} 1"#,
        r#"hydrant_events_total{type="custom_event"} 3"#,
        r#"hydrant_event_outcomes_total{outcome="done"} 2"#,
        "hydrant_service_seconds_count 3",
    ] {
        assert!(
            reply.body.lines().any(|it| it == line),
            "{line}\n{}",
            reply.body
        );
    }
}

/// A probe of an orchestrator passes in time although others hold connections.
#[tokio::test]
async fn connections_that_hold_the_listener_make_room_for_probes() {
    let host = serve(|host| host).await;
    let mut held = Vec::new();
    for number in 0..200 {
        let stream = tokio::net::TcpStream::connect(host.admin).await.unwrap();
        let mut client = Client::new(stream);
        match number % 3 {
            0 => {}
            1 => client.send("GET /healthz HTTP/1.1\r\nHo").await,
            // Of a request with a body that does not end, only the header is read.
            _ => {
                let header = "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n";
                client.send(header).await;
            }
        }
        held.push(client);
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        let probe = tokio::time::timeout(Duration::from_secs(5), host.get_admin(path));
        assert_eq!(probe.await.expect(path).status, 200);
    }
}

#[tokio::test]
async fn messages_that_are_not_recorded_are_counted() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("recordings");
    let recorder = Recorder::start(&folder, RecordOptions::default()).unwrap();
    let host = serve(|host| host.observe(recorder)).await;
    let has = async |line: &str| {
        let reply = host.get_admin("/metrics").await;
        reply.body.lines().any(|it| it == line)
    };
    host.post(&batch("ok")).await;
    assert!(has("hydrant_unrecorded_messages_total 0").await);
    // A file in place of the folder. The message before may still wait to be written.
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    host.post(&batch("ok")).await;
    let lost = async {
        while !has("hydrant_unrecorded_messages_total 2").await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), lost)
        .await
        .unwrap();
}

#[tokio::test]
async fn routes_can_be_added() {
    let routes = axum::Router::new().route("/console", get(async || "console"));
    let host = serve_with(
        Acme::default(),
        |host| host,
        |server| server.admin_routes(routes),
    )
    .await;
    assert_eq!(host.get_admin("/console").await.body, "console");
    assert_eq!(host.get_admin("/metrics").await.status, 200);
    // They are not public.
    let mut client = host.connect().await;
    client
        .send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    assert_eq!(client.reply().await.status, 404);
}
