//! Time-outs, and what happens when there is no room.

use std::time::Duration;

use hydrant_server::Limits;

use super::support::*;

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn the_concurrency_ceiling_sheds_before_the_body() {
    let limits = Limits::new().concurrency(2).slot_wait(SHORT);
    let mut host = serve(|host| host.limits(limits.retry_after(Duration::from_millis(2500)))).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut client = host.connect().await;
        let body = batch("wait");
        waiting.push(tokio::spawn(
            async move { client.post("/", "", &body).await },
        ));
    }
    host.begun(2).await;
    // It waits for a slot, and then gives up.
    let reply = host.post(&batch("ok")).await;
    assert_eq!((reply.status, reply.field("retry-after")), (429, Some("3")));
    host.state.gate.add_permits(2);
    for reply in waiting {
        assert_eq!(reply.await.unwrap().status, 200);
    }
    host.assert_serves().await;
    host.end();
    assert!(host.ended().await);
}

#[tokio::test]
async fn a_burst_waits_for_a_slot() {
    let host = serve(|host| host.limits(Limits::new().concurrency(1).slot_wait(PATIENCE))).await;
    let mut client = host.connect().await;
    let first = tokio::spawn(async move { client.post("/", "", &batch("wait")).await });
    host.begun(1).await;
    let mut client = host.connect().await;
    let second = tokio::spawn(async move { client.post("/", "", &batch("ok")).await });
    tokio::task::yield_now().await;
    host.state.gate.add_permits(1);
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(second.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_message_that_takes_too_long_is_repeated() {
    let host = serve(|host| host.limits(Limits::new().response_timeout(SHORT))).await;
    let reply = host.post(&batch("never")).await;
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("deadline_exceeded"), "{reply:?}");
    host.assert_serves().await;
}

#[tokio::test]
async fn a_slow_body_does_not_hold_a_slot() {
    let limits = Limits::new().concurrency(1).body_timeout(SHORT);
    let host = serve(|host| host.limits(limits)).await;
    let mut slow = host.connect().await;
    slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        .await;
    host.assert_serves().await;
    let reply = slow.reply().await;
    assert_eq!(
        (reply.status, reply.field("connection")),
        (408, Some("close"))
    );
    assert!(slow.ends().await);
}

#[tokio::test]
async fn bytes_of_all_messages_together_are_limited() {
    let limits = Limits::new()
        .max_buffered_bytes(1 << 20)
        .body_timeout(PATIENCE);
    let host = serve(|host| host.limits(limits)).await;
    let mut large = host.connect().await;
    large
        .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n")
        .await;
    large.send(&" ".repeat(1 << 20)).await;
    large.send(&" ".repeat(2_000_000 - (1 << 20))).await;
    let reply = large.reply().await;
    assert_eq!((reply.status, reply.field("retry-after")), (429, Some("1")));
    host.assert_serves().await;
}

#[tokio::test]
async fn connections_without_a_request_make_room_for_others() {
    let host = serve(|host| host.limits(Limits::new().max_connections(3))).await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        let mut client = host.connect().await;
        assert_eq!(client.post("/", "", &batch("ok")).await.status, 200);
        idle.push(client);
    }
    host.assert_serves().await;
    for mut client in idle {
        assert!(client.ends().await);
    }
}

#[tokio::test]
async fn a_slow_header_ends_the_connection_and_an_idle_connection_stays() {
    let limits = Limits::new().header_timeout(SHORT).idle_timeout(PATIENCE);
    let host = serve(|host| host.limits(limits)).await;
    let mut idle = host.connect().await;
    assert_eq!(idle.post("/", "", &batch("ok")).await.status, 200);
    // Before the first request, and after one.
    let mut silent = host.connect().await;
    let mut slow = host.connect().await;
    slow.send("POST / HTTP/1.1\r\nHos").await;
    let mut later = host.connect().await;
    assert_eq!(later.post("/", "", &batch("ok")).await.status, 200);
    later.send("POST / HTTP/1.1\r\nHos").await;
    assert!(silent.ends().await && slow.ends().await && later.ends().await);
    assert_eq!(idle.post("/", "", &batch("ok")).await.status, 200);
}

#[tokio::test]
async fn idle_connections_end() {
    let host = serve(|host| host.limits(Limits::new().idle_timeout(SHORT))).await;
    let mut idle = host.connect().await;
    assert_eq!(idle.post("/", "", &batch("ok")).await.status, 200);
    assert!(idle.ends().await);
}
