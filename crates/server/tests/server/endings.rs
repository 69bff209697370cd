//! The end of a host, and senders that disconnect: nothing that was accepted is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::support::*;

#[tokio::test]
async fn a_message_is_processed_to_its_end_although_the_sender_disconnects() {
    let mut host = serve(|host| host).await;
    let mut client = host.connect().await;
    let body = batch("wait");
    let length = body.len();
    client
        .send(&format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await;
    host.begun(1).await;
    drop(client);
    host.end();
    host.state.gate.add_permits(1);
    let state = Arc::clone(&host.state);
    assert!(host.ended().await);
    assert_eq!(state.done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn requests_in_progress_are_answered_at_the_end() {
    let mut host = serve(|host| host).await;
    let mut client = host.connect().await;
    let reply = tokio::spawn(async move { client.post("/", "", &batch("wait")).await });
    host.begun(1).await;
    host.end();
    let address = host.address;
    let refused = async || tokio::net::TcpStream::connect(address).await.is_err();
    while !refused().await {
        tokio::task::yield_now().await;
    }
    host.state.gate.add_permits(1);
    assert_eq!(reply.await.unwrap().status, 200);
    assert!(host.ended().await);
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let grace = Duration::from_millis(100);
    let mut host = serve_with(
        Acme::default(),
        |host| host,
        |server| server.shutdown_grace(grace),
    )
    .await;
    let mut client = host.connect().await;
    let ended = tokio::spawn(async move { client.post("/", "", &batch("never")).await.status });
    host.begun(1).await;
    host.end();
    assert!(!host.ended().await);
    ended.abort();
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let mut host = serve(|host| host).await;
    let mut client = host.connect().await;
    assert_eq!(client.post("/", "", &batch("ok")).await.status, 200);
    host.end();
    assert!(client.ends().await);
    assert!(host.ended().await);
}

/// Whatever was acknowledged was processed, and whatever was processed was acknowledged unless the
/// connection was refused before: the sender repeats exactly what has no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_under_load_loses_nothing() {
    let mut host = serve(|host| host).await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let unanswered = Arc::new(AtomicUsize::new(0));
    let mut senders = Vec::new();
    for _ in 0..32 {
        let (address, acknowledged) = (host.address, Arc::clone(&acknowledged));
        let unanswered = Arc::clone(&unanswered);
        senders.push(tokio::spawn(async move {
            let Ok(stream) = tokio::net::TcpStream::connect(address).await else {
                return;
            };
            let mut client = Client::new(stream);
            let body = batch("ok");
            let length = body.len();
            loop {
                let header = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n");
                client.send(&format!("{header}\r\n{body}")).await;
                match client.try_reply().await {
                    Some(reply) => {
                        assert_eq!(reply.status, 200);
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    None => {
                        unanswered.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                }
            }
        }));
    }
    eventually(|| acknowledged.load(Ordering::SeqCst) > 2000).await;
    host.end();
    let state = Arc::clone(&host.state);
    assert!(host.ended().await);
    for sender in senders {
        sender.await.unwrap();
    }
    let done = state.done.load(Ordering::SeqCst);
    assert_eq!(done, acknowledged.load(Ordering::SeqCst), "{unanswered:?}");
}
