//! What the console tells about messages and requests that went wrong.

use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::*;

#[tokio::test]
async fn refused_requests_are_kept_apart_without_their_bodies_and_tokens() {
    let page = page();
    page.send(BATCH).await;
    let router = TowerToHyperService::new(page.service.router());
    for number in 0..500 {
        let request = Request::get(format!("/{number}{}?key=s3cret", "x".repeat(1000)))
            .header("authorization", "Token s3cret")
            .header("content-length", "6")
            .body(Body::from("s3cret"))
            .unwrap();
        let response = router.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
    let list = page.get("/api/messages?after=0").await;
    assert!(!list.contains("s3cret") && list.len() < 200_000, "{list}");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let messages = list["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 201);
    assert_eq!(
        (&messages[0]["seq"], &messages[200]["seq"]),
        (&501.into(), &1.into())
    );
    assert_eq!(messages[0]["request"]["bytes"], 6);
    assert_eq!(messages[0]["request"]["kind"], "not_found");
    assert_eq!(messages[0]["status"], 404);
    assert_eq!(list["totals"]["messages"], 1);
    assert_eq!(list["totals"]["refused"], 500);
    let detail = page.get("/api/messages/501").await;
    assert!(serde_json::from_str::<serde_json::Value>(&detail).is_ok());
    let resend = page.request("/api/resend", Some(r#"{"seq":501}"#));
    assert_eq!(page.ask(resend).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_event_that_nothing_has_processed_is_not_a_success() {
    let page = page();
    let batch = BATCH.replace(r#"{"type":"error"}"#, r#"{"type":"sreen_view"}"#);
    page.send(&batch).await;
    let list: serde_json::Value =
        serde_json::from_str(&page.get("/api/messages?after=0").await).unwrap();
    let row = &list["messages"][0];
    assert_eq!(row["unhandled"], 1);
    let text = r#"unknown type "sreen_view"; is it `screen_view`?"#;
    assert_eq!(row["note"], format!("events[2]: {text}"));
    assert!(row["words"].as_str().unwrap().contains("fine\n"), "{row}");
    let detail: serde_json::Value =
        serde_json::from_str(&page.get("/api/messages/1").await).unwrap();
    let unhandled = |index: usize| detail["parts"][index]["unhandled"].as_bool().unwrap();
    assert_eq!([0, 1, 2].map(unhandled), [false, false, true]);
    assert_eq!(detail["parts"][2]["reason"], text);
}

#[tokio::test]
async fn a_message_inside_an_event_is_edited_with_its_hidden_values() {
    let page = page();
    let event = format!(
        r#"{{"httpMethod":"POST","headers":{{}},"isBase64Encoded":false,"body":{}}}"#,
        quoted(BATCH)
    );
    page.send(&event).await;
    let inner = page.get("/api/messages/1/inner").await;
    assert!(
        !inner.contains("s3cret") && !inner.contains("ada@"),
        "{inner}"
    );
    let inner: serde_json::Value = serde_json::from_str(&inner).unwrap();
    let body = inner["body"].as_str().unwrap();
    let request = format!(r#"{{"body":{},"base":1,"inner":true}}"#, quoted(body));
    assert_eq!(page.post("/api/send", &request).await, r#"{"seq":2}"#);
    assert_eq!(page.console.0.ring.get(2).unwrap().exchange.body, BATCH);

    let request = format!(r#"{{"body":{}}}"#, quoted(&event));
    let inner = page.post("/api/unwrap", &request).await;
    assert_eq!(inner, format!(r#"{{"body":{}}}"#, quoted(BATCH)));
    for body in [
        "{}",
        r#"{"httpMethod":"POST","headers":{},"isBase64Encoded":true,"body":"~"}"#,
    ] {
        let request = format!(r#"{{"body":{}}}"#, quoted(body));
        let (status, ..) = page.ask(page.request("/api/unwrap", Some(&request))).await;
        assert_eq!(status, StatusCode::CONFLICT, "{body}");
    }
}

/// What is hidden in the text of a message is nowhere else on the page.
#[tokio::test]
async fn values_in_the_wrong_place_are_in_no_row_and_no_finding() {
    let page = page();
    for wrong in [
        r#"{"type":"custom_event","name":"{\"account_settings\":{\"k\":\"s3cret\"}}"}"#,
        r#"{"type":"s3cret@example.com"}"#,
        r#"{"type":"custom_event","name":"n","custom_type":"s3cret@example.com"}"#,
        r#"{"type":"custom_event","name":"n","s3cret@example.com":1}"#,
        r#"{"type":"custom_event","name":"n","timestamp_ms":"s3cret"}"#,
    ] {
        page.send(&BATCH.replace(r#"{"type":"error"}"#, wrong))
            .await;
    }
    let list = page.get("/api/messages?after=0").await;
    assert_eq!(list.matches("\"seq\"").count(), 5, "{list}");
    assert!(
        !list.contains("s3cret") && list.contains("fine\\n"),
        "{list}"
    );
    assert!(list.contains(r#"unknown type \"…\""#), "{list}");
    for number in 1..=5 {
        let detail = page.get(&format!("/api/messages/{number}")).await;
        assert!(!detail.contains("s3cret"), "{detail}");
    }
}

#[tokio::test]
async fn refused_requests_hide_no_message() {
    let page = page();
    page.send(BATCH).await;
    let router = TowerToHyperService::new(page.service.router());
    for _ in 0..super::super::stream::MOST {
        let request = Request::get("/nowhere").body(Body::empty()).unwrap();
        router.call(request).await.unwrap();
    }
    let most = super::super::stream::MOST;
    let (update, _) = super::super::stream::update(&page.console, 0, most);
    let update: serde_json::Value = serde_json::from_str(&update).unwrap();
    let messages = update["messages"].as_array().unwrap();
    assert_eq!(messages.len(), most + 1);
    assert_eq!(
        (&messages[most]["seq"], &messages[most]["status"]),
        (&1.into(), &500.into())
    );
    assert_eq!(
        (&update["oldest"], &update["oldest_refused"]),
        (&1.into(), &2.into())
    );
}
