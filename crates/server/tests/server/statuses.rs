//! Each status, as `lambda-and-http.md` specifies it.

use hydrant_server::Endpoint;

use super::support::*;

#[tokio::test]
async fn a_message_is_answered_with_the_response_of_the_module() {
    let host = serve(|host| host).await;
    let reply = host.post(&batch("ok")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.field("content-type"),
        Some("application/json;charset=utf-8")
    );
    assert!(
        reply
            .body
            .starts_with(r#"{"type":"event_processing_response""#),
        "{reply:?}"
    );
}

#[tokio::test]
async fn any_content_type_is_accepted() {
    let host = serve(|host| host).await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "", "?"] {
        let field = format!("Content-Type: {content_type}\r\n");
        let reply = host.connect().await.post("/", &field, &batch("ok")).await;
        assert_eq!(reply.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn each_end_has_its_status() {
    let host = serve(|host| host).await;
    for (body, status, kind) in [
        (batch("later"), 503, "retry"),
        (batch("reject"), 500, "rejected"),
        (batch("panic"), 500, "rejected"),
        ("{".to_owned(), 400, "syntax"),
        (String::new(), 400, "empty_input"),
        (
            r#"{"type":"event_processing_response"}"#.to_owned(),
            400,
            "unsupported_message",
        ),
    ] {
        let reply = host.post(&body).await;
        assert_eq!(reply.status, status, "{body}");
        let expected = format!(r#"{{"errorType":"{kind}","#);
        assert!(reply.body.starts_with(&expected), "{body}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_delay_that_a_handler_requests_is_rounded_up() {
    let host = serve(|host| host).await;
    let reply = host.post(&batch("later")).await;
    assert_eq!((reply.status, reply.field("retry-after")), (503, Some("2")));
}

#[tokio::test]
async fn paths_and_methods_are_exact() {
    let host = serve(|host| host.endpoint("/firehose", Endpoint::All)).await;
    for path in [
        "/",
        "/firehose/",
        "//firehose",
        "/Firehose",
        "/firehose/../firehose",
        "/%66irehose",
        "/firehose%00",
        "/firehose;a",
        "/./firehose",
        "/firehose%2f",
    ] {
        let reply = host.connect().await.post(path, "", &batch("ok")).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    for path in ["/firehose", "/firehose?a=b", "http://other/firehose"] {
        let reply = host.connect().await.post(path, "", &batch("ok")).await;
        assert_eq!(reply.status, 200, "{path}");
    }
    for method in [
        "GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "POST2", "post",
    ] {
        let mut client = host.connect().await;
        client
            .send(&format!("{method} /firehose HTTP/1.1\r\nHost: a\r\n\r\n"))
            .await;
        let reply = client.reply().await;
        assert_eq!(
            (reply.status, reply.field("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn separate_urls_refuse_other_types() {
    let host = serve(|host| {
        host.endpoint("/events", Endpoint::Events)
            .endpoint("/registration", Endpoint::Registration)
    })
    .await;
    for (path, body, status) in [
        ("/events", batch("ok"), 200),
        ("/registration", REGISTRATION.to_owned(), 200),
        ("/events", REGISTRATION.to_owned(), 400),
        ("/registration", batch("ok"), 400),
        ("/events", "{".to_owned(), 400),
    ] {
        let reply = host.connect().await.post(path, "", &body).await;
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.body);
    }
    assert_eq!(host.state.done.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_router_can_be_mounted() {
    use axum::body::Body;
    use hyper::service::Service as _;
    let router = hydrant_server::router(Acme::default()).unwrap();
    let app = axum::Router::new().nest("/acme", router);
    let app = hyper_util::service::TowerToHyperService::new(app);
    let request = http::Request::post("/acme")
        .body(Body::from(batch("ok")))
        .unwrap();
    assert_eq!(app.call(request).await.unwrap().status(), 200);
}
