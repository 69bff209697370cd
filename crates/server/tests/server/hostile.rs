//! Attacks: the host keeps serving, its memory is bounded, and nothing accepted is lost.

use std::time::Duration;

use hydrant_server::Limits;

use super::support::*;

#[tokio::test]
async fn slowloris_does_not_keep_others_from_being_served() {
    let limits = Limits::new()
        .header_timeout(Duration::from_millis(200))
        .max_connections(50);
    let host = serve(|host| host.limits(limits)).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut client = host.connect().await;
        client.send("POST / HTTP/1.1\r\nX-A: b\r\n").await;
        slow.push(client);
    }
    // One byte at a time does not extend the time.
    let drip = tokio::spawn(async move {
        for client in &mut slow {
            client.send("X").await;
        }
        let mut ended = 0;
        for mut client in slow {
            ended += usize::from(client.ends().await);
        }
        ended
    });
    host.assert_serves().await;
    assert_eq!(drip.await.unwrap(), 50);
}

#[tokio::test]
async fn huge_headers_are_refused() {
    let host = serve(|host| host).await;
    for header in [
        format!("X: {}\r\n", "a".repeat(100_000)),
        "X: a\r\n".repeat(10_000),
        format!("{}: a\r\n", "X".repeat(100_000)),
    ] {
        let mut client = host.connect().await;
        client
            .send(&format!("POST / HTTP/1.1\r\nHost: a\r\n{header}\r\n"))
            .await;
        let reply = client.try_reply().await;
        assert!(reply.is_none_or(|reply| reply.status == 431));
    }
    let mut client = host.connect().await;
    client
        .send(&format!(
            "POST /{} HTTP/1.1\r\nHost: a\r\n\r\n",
            "a".repeat(100_000)
        ))
        .await;
    let reply = client.try_reply().await;
    assert!(reply.is_none_or(|reply| matches!(reply.status, 414 | 431)));
    host.assert_serves().await;
}

#[tokio::test]
async fn truncated_bodies_are_not_processed() {
    let host = serve(|host| host).await;
    for framing in [
        format!("Content-Length: 1000\r\n\r\n{}", batch("ok")),
        format!("Transfer-Encoding: chunked\r\n\r\nff\r\n{}", batch("ok")),
        format!(
            "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n",
            batch("ok").len(),
            batch("ok")
        ),
    ] {
        let mut client = host.connect().await;
        client
            .send(&format!("POST / HTTP/1.1\r\nHost: a\r\n{framing}"))
            .await;
        tokio::io::AsyncWriteExt::shutdown(&mut client.stream)
            .await
            .unwrap();
        let reply = client.try_reply().await;
        assert!(reply.is_none_or(|reply| reply.status == 408), "{framing}");
    }
    host.assert_serves().await;
    assert_eq!(
        host.state.begun.load(std::sync::atomic::Ordering::SeqCst),
        1
    );
}

/// However the upload ends, it is counted, and the answer, if there is one, lets the sender repeat.
#[tokio::test]
async fn uploads_that_are_cut_off_are_counted() {
    let host = serve(|host| host).await;
    let header = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{";
    // The sender waits for the answer.
    let mut client = host.connect().await;
    client.send(header).await;
    tokio::io::AsyncWriteExt::shutdown(&mut client.stream)
        .await
        .unwrap();
    let reply = client.reply().await;
    assert_eq!(reply.status, 408);
    assert!(reply.body.contains("broken_body"), "{reply:?}");
    // The sender has gone.
    for abort in [false, true] {
        let mut client = host.connect().await;
        client
            .send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
            .await;
        // The host asks for the body: it is being received.
        assert_eq!(client.reply().await.status, 100);
        if abort {
            client.stream.set_zero_linger().unwrap();
        }
        drop(client);
    }
    let mut sender = super::http2::connect(&host).await;
    let request = http::Request::post("http://localhost/").body(()).unwrap();
    let (response, mut stream) = sender.send_request(request, false).unwrap();
    stream.send_data("{".into(), false).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.send_reset(h2::Reason::CANCEL);
    assert!(response.await.is_err());
    let counted = r#"hydrant_refused_requests_total{status="408",reason="broken_body"} 4"#;
    eventually(|| host.service.metrics().contains(counted)).await;
    host.assert_serves().await;
}

/// Two lengths, or two ways to say it: hosts and proxies that disagree would see different requests.
#[tokio::test]
async fn ambiguous_requests_are_refused() {
    let host = serve(|host| host).await;
    let smuggled = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}",
        batch("wait").len(),
        batch("wait")
    );
    for framing in [
        "Content-Length: 0\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 \t6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 5\nTransfer-Encoding: chunked\n",
        " Content-Length: 5\r\n",
        "Content-Length\r\n: 5\r\n",
    ] {
        let mut client = host.connect().await;
        client
            .send(&format!(
                "POST / HTTP/1.1\r\nHost: a\r\n{framing}\r\n0\r\n\r\n{smuggled}"
            ))
            .await;
        if let Some(reply) = client.try_reply().await {
            assert_eq!(reply.status, 400, "{framing}: {reply:?}");
        }
    }
    host.assert_serves().await;
    // What was smuggled would have begun.
    assert_eq!(
        host.state.begun.load(std::sync::atomic::Ordering::SeqCst),
        1
    );
}

/// With both, `Transfer-Encoding` counts, and the connection is not used again (RFC 9112, section 6.3).
#[tokio::test]
async fn a_length_beside_chunks_does_not_count() {
    let host = serve(|host| host).await;
    let body = batch("ok");
    let mut client = host.connect().await;
    client
        .send(&format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n\
             {:x}\r\n{body}\r\n0\r\n\r\n",
            body.len(),
        ))
        .await;
    let reply = client.try_reply().await;
    assert!(reply.is_none_or(|reply| matches!(reply.status, 200 | 400)));
    host.assert_serves().await;
}

#[tokio::test]
async fn malformed_chunks_are_refused() {
    let host = serve(|host| host).await;
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}garbage\r\n0\r\n\r\n",
    ] {
        let mut client = host.connect().await;
        client
            .send(&format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
            ))
            .await;
        let reply = client.try_reply().await;
        assert!(reply.is_none_or(|reply| reply.status == 408), "{chunks}");
    }
    // Extensions of chunks are read and dropped, but not without end.
    let mut client = host.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;")
        .await;
    client.send(&"a".repeat(100_000)).await;
    client.send("\r\n{}\r\n0\r\n\r\n").await;
    let reply = client.try_reply().await;
    assert!(reply.is_none_or(|reply| reply.status == 408));
    host.assert_serves().await;
}

#[tokio::test]
async fn garbage_is_ended() {
    let host = serve(|host| host).await;
    for garbage in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"\r\n\r\n\r\n\r\nPOST / HTTP/1.1 \r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    ] {
        let mut client = host.connect().await;
        client.send_bytes(garbage).await;
        tokio::io::AsyncWriteExt::shutdown(&mut client.stream)
            .await
            .unwrap();
        let reply = client.try_reply().await;
        assert!(reply.is_none_or(|reply| reply.status == 400), "{garbage:?}");
    }
    host.assert_serves().await;
}

/// Connections that are open at the same time: 10,000 if the process may have as many files.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections() {
    // Both ends are files of this process.
    let wanted = 10_000;
    let limits = Limits::new()
        .header_timeout(PATIENCE)
        .max_connections(20_000);
    let host = serve(|host| host.limits(limits)).await;
    let mut clients = Vec::new();
    // Other tests of this process need files, too.
    while clients.len() < wanted && spare_files() > 500 {
        for _ in 0..100 {
            clients.push(host.connect().await);
        }
        // Those before it are accepted, and have their files.
        let last = clients.last_mut().unwrap();
        assert_eq!(last.post("/", "", &batch("ok")).await.status, 200);
    }
    let opened = clients.len();
    if opened < wanted {
        println!(
            "only {opened} connections: raise `ulimit -n` above {}",
            2 * wanted + 500
        );
    }
    assert!(opened >= 100, "{opened}");
    host.assert_serves().await;
    for client in clients.iter_mut().step_by(opened / 100) {
        assert_eq!(client.post("/", "", &batch("ok")).await.status, 200);
    }
}

/// How many more files this process may open. Where the system does not say it, a few.
fn spare_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| {
        let values = line.strip_prefix("Max open files")?;
        values.split_whitespace().next()?.parse().ok()
    });
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    limit.unwrap_or(1024_usize).saturating_sub(open)
}
