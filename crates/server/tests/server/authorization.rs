//! Who may send what.

use std::sync::Arc;
use std::time::Duration;

use hydrant::Registration;
use hydrant::message::EventType;
use hydrant::registration::Oauth2;
use hydrant_server::Limits;

use super::support::*;

fn token(value: &str) -> String {
    format!("Authorization: {value}\r\n")
}

#[tokio::test]
async fn only_known_tokens_are_accepted() {
    let host = serve(|host| host.token("one token").token("another")).await;
    for (field, status) in [
        (token("Token one token"), 200),
        (token("token another"), 200),
        (token("TOKEN   another  "), 200),
        (String::new(), 401),
        (token("Token one toke"), 401),
        (token("Token one tokens"), 401),
        (token("Token"), 401),
        (token("Token "), 401),
        (token("another"), 401),
        (token("Bearer another"), 401),
        (token("Basic another"), 401),
        (token("Token another") + &token("Token wrong"), 401),
        (token("Token wrong") + &token("Token another"), 401),
        ("Authorization: Token \u{e9}\r\n".to_owned(), 401),
    ] {
        let reply = host.connect().await.post("/", &field, &batch("ok")).await;
        assert_eq!(reply.status, status, "{field}: {reply:?}");
        assert_eq!(
            reply.field("www-authenticate"),
            (status == 401).then_some("Token")
        );
    }
}

#[tokio::test]
async fn a_registration_is_answered_to_everybody() {
    let host = serve(|host| host.token("secret")).await;
    for field in [String::new(), token("Token wrong"), token("Token secret")] {
        let reply = host.connect().await.post("/", &field, REGISTRATION).await;
        assert_eq!(reply.status, 200, "{field}");
    }
    // The type that counts is that which the engine reads.
    for body in [
        r#"{"type":"module_registration_request","type":"event_processing_request","events":[]}"#,
        r#"{"type":"event_processing_request","events":[],"type":"module_registration_request"}"#,
    ] {
        let reply = host.connect().await.post("/", "", body).await;
        let answered = reply.body.contains("module_registration_response");
        assert_eq!(
            reply.status,
            if answered { 200 } else { 401 },
            "{body}: {reply:?}"
        );
    }
}

/// The sender of a registration with a fault has no token, and needs to know the fault.
#[tokio::test]
async fn a_registration_with_a_fault_is_malformed() {
    let host = serve(|host| host.token("secret")).await;
    for (body, status, kind) in [
        (
            r#"{"type":"module_registration_request","id":}"#,
            400,
            "syntax",
        ),
        (r#"{"type" : "module_registration_request""#, 400, "syntax"),
        (r#"{"id":5,"type":"module_registration_request"}"#, 400, ""),
        // The first type counts.
        (
            r#"{"type":"event_processing_request","a":{"type":"module_registration_request"},"#,
            401,
            "unauthorized",
        ),
        (r#"{"type":"module_registration_requ"#, 401, "unauthorized"),
        (
            r#"{"type":"event_processing_request","events":[}"#,
            401,
            "unauthorized",
        ),
        (r#"["type""#, 401, "unauthorized"),
        ("module_registration_request", 401, "unauthorized"),
        ("", 401, "unauthorized"),
    ] {
        let reply = host.post(body).await;
        assert_eq!(reply.status, status, "{body}: {reply:?}");
        let expected = format!(r#"{{"errorType":"{kind}"#);
        assert!(reply.body.starts_with(&expected), "{body}: {reply:?}");
    }
}

#[tokio::test]
async fn a_body_without_a_token_is_short() {
    let host = serve(|host| host.token("secret")).await;
    let long = format!("{REGISTRATION}{}", " ".repeat(70_000));
    let reply = host.connect().await.post("/", "", &long).await;
    assert_eq!(reply.status, 401);
    let reply = host
        .connect()
        .await
        .post("/", &token("Token secret"), &long)
        .await;
    assert_eq!(reply.status, 200);
}

/// Senders without a token hold bodies open until there is no memory for more: those with a token
/// do not notice.
#[tokio::test]
async fn bodies_without_a_token_do_not_take_the_memory_of_others() {
    // A sixteenth, 64 KiB, is for requests without a token.
    let limits = Limits::new()
        .max_buffered_bytes(1 << 20)
        .body_timeout(PATIENCE);
    let host = serve(|host| host.token("secret").limits(limits)).await;
    let mut open = Vec::new();
    let mut refused = 0;
    for _ in 0..40 {
        let mut client = host.connect().await;
        client
            .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
            .await;
        client.send(&" ".repeat(59_999)).await;
        let reply = tokio::time::timeout(Duration::from_millis(200), client.reply()).await;
        match reply {
            Ok(reply) => {
                assert_eq!((reply.status, reply.field("retry-after")), (429, Some("1")));
                refused += 1;
            }
            Err(_) => open.push(client),
        }
    }
    assert!(refused >= 38 && !open.is_empty(), "{refused}");
    let valid = token("Token secret");
    let large = batch("ok") + &" ".repeat(500_000);
    let reply = host.connect().await.post("/", &valid, &large).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    // The other way around, registrations are answered although messages have taken their memory.
    let mut full = host.connect().await;
    full.send(&format!(
        "POST / HTTP/1.1\r\nHost: a\r\n{valid}Content-Length: 1100000\r\n\r\n"
    ))
    .await;
    full.send(&" ".repeat(1_000_000)).await;
    for mut client in open {
        client.send(" ").await;
        assert_eq!(client.reply().await.status, 401);
    }
    assert_eq!(host.post(REGISTRATION).await.status, 200);
}

#[tokio::test]
async fn tokens_of_a_file_change_without_a_restart() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "# the sender\nold\n\n").unwrap();
    let soon = Duration::from_millis(10);
    let host = serve_with(
        Acme::default(),
        |host| host.tokens_file(file.path()),
        |server| server.reload_every(soon),
    )
    .await;
    let status = async |value: &str| {
        let field = token(&format!("Token {value}"));
        host.connect()
            .await
            .post("/", &field, &batch("ok"))
            .await
            .status
    };
    assert_eq!((status("old").await, status("new").await), (200, 401));
    std::fs::write(file.path(), "old\nnew\n").unwrap();
    while status("new").await != 200 {}
    assert_eq!(status("old").await, 200);
    // A file without tokens would open the host to everybody.
    std::fs::write(file.path(), "# none\n").unwrap();
    tokio::time::sleep(5 * soon).await;
    assert_eq!((status("new").await, status("none").await), (200, 401));
    std::fs::write(file.path(), "new\n").unwrap();
    while status("old").await != 401 {}
    assert_eq!(status("new").await, 200);
}

#[tokio::test]
async fn a_host_does_not_start_without_the_tokens_it_was_promised() {
    use hydrant::Engine;
    use hydrant_server::Host;
    let empty = tempfile::NamedTempFile::new().unwrap();
    let host = || Host::new(Engine::new_async(Acme::default()));
    let refused = host().tokens_file(empty.path()).start().unwrap_err();
    assert!(refused.to_string().contains("has no token"), "{refused}");
    let refused = host().tokens_file("/no/such/file").start().unwrap_err();
    assert!(
        refused.to_string().contains("cannot read the tokens"),
        "{refused}"
    );
    assert!(host().token(" ").start().is_err());
}

#[tokio::test]
async fn wrong_tokens_are_repeated_while_tokens_change() {
    let host = serve(|host| host.token("secret").auth_grace(Duration::MAX)).await;
    let reply = host.post(&batch("ok")).await;
    assert_eq!((reply.status, reply.field("retry-after")), (503, Some("1")));
    let reply = host
        .connect()
        .await
        .post("/", &token("Token secret"), &batch("ok"))
        .await;
    assert_eq!(reply.status, 200);
}

fn with_oauth(oauth: Oauth2) -> Acme {
    let registration = Registration::new("Acme", "1.0")
        .events_with([EventType::CustomEvent], |events| events.oauth2(oauth));
    Acme(Arc::new(State {
        registration,
        ..State::default()
    }))
}

fn oauth() -> Oauth2 {
    Oauth2::new(
        "https://acme.example/authorize",
        "https://acme.example/token",
        "id",
    )
}

#[tokio::test]
async fn access_tokens_are_handed_to_the_handlers() {
    let dsr = r#"{"type":"dsr_processing_request"}"#;
    for (oauth, field) in [
        (oauth(), token("Bearer customer")),
        (
            oauth().custom_header("X-Acme"),
            "x-acme: customer\r\n".to_owned(),
        ),
    ] {
        let host = serve_with(with_oauth(oauth), |host| host.token("secret"), |it| it).await;
        let post = async |field: &str, body: &str| {
            host.connect().await.post("/", field, body).await.status
        };
        assert_eq!(post(&field, &batch("token")).await, 200, "{field}");
        // It is for events only, and is worth nothing beside a wrong token.
        assert_eq!(post(&field, dsr).await, 401, "{field}");
        assert_eq!(post("", &batch("ok")).await, 401, "{field}");
        assert_eq!(
            post(&token("Token wrong"), &batch("ok")).await,
            401,
            "{field}"
        );
        assert_eq!(
            post(&token("Token secret"), &batch("ok")).await,
            200,
            "{field}"
        );
    }
    let host = serve_with(
        with_oauth(oauth().custom_header("X-Acme")),
        |host| host.token("secret"),
        |it| it,
    )
    .await;
    let both = token("Token wrong") + "X-Acme: customer\r\n";
    assert_eq!(
        host.connect()
            .await
            .post("/", &both, &batch("token"))
            .await
            .status,
        401
    );
    let both = token("Token secret") + "X-Acme: customer\r\n";
    assert_eq!(
        host.connect()
            .await
            .post("/", &both, &batch("token"))
            .await
            .status,
        200
    );
}
