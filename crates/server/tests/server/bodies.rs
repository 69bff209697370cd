//! Bodies: lengths, chunks, compression, and what is refused.

use std::io::Write as _;

use hydrant_server::Limits;
use proptest::prelude::*;

use super::support::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 19).unwrap()
}

#[tokio::test]
async fn compressed_bodies_are_read() {
    let host = serve(|host| host).await;
    let message = batch("ok");
    let whole = message.as_bytes();
    let (first, second) = whole.split_at(30);
    for (coding, body) in [
        ("gzip", gzip(whole)),
        ("x-gzip", gzip(whole)),
        ("GZIP", [gzip(first), gzip(second)].concat()),
        ("zstd", zstd(whole)),
        ("zstd", [zstd(first), zstd(second)].concat()),
        ("identity", whole.to_vec()),
    ] {
        let field = format!("Content-Encoding: {coding}\r\n");
        let reply = host.connect().await.post_bytes("/", &field, &body).await;
        assert_eq!(reply.status, 200, "{coding}: {reply:?}");
    }
}

#[tokio::test]
async fn other_encodings_are_refused() {
    let host = serve(|host| host).await;
    for fields in [
        "Content-Encoding: br\r\n",
        "Content-Encoding: gzip, gzip\r\n",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding: \r\n",
    ] {
        let reply = host.connect().await.post("/", fields, &batch("ok")).await;
        assert_eq!(
            (reply.status, reply.field("accept-encoding")),
            (415, Some("gzip, zstd"))
        );
    }
}

#[tokio::test]
async fn damaged_compression_is_refused() {
    let host = serve(|host| host).await;
    let message = batch("ok");
    for (coding, body) in [
        ("gzip", gzip(message.as_bytes())),
        ("zstd", zstd(message.as_bytes())),
    ] {
        let field = format!("Content-Encoding: {coding}\r\n");
        for body in [&body[..body.len() / 2], &body[1..], b"{}"] {
            let reply = host.connect().await.post_bytes("/", &field, body).await;
            assert_eq!(reply.status, 400, "{coding} {reply:?}");
        }
    }
}

/// As `zstd --ultra -22` and `zstd --long` write them (RFC 9659 forbids both in HTTP).
#[tokio::test]
async fn a_large_window_of_zstandard_is_refused_by_name() {
    let host = serve(|host| host).await;
    let message = batch("ok");
    for (window, status) in [(23, 200), (24, 415), (27, 415)] {
        let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(window).unwrap();
        encoder.write_all(message.as_bytes()).unwrap();
        let body = encoder.finish().unwrap();
        let field = "Content-Encoding: zstd\r\n";
        let reply = host.connect().await.post_bytes("/", field, &body).await;
        assert_eq!(reply.status, status, "{window}: {reply:?}");
        let named = reply.body.contains("zstd_window") && reply.body.contains("8 MiB");
        assert_eq!(named, status == 415, "{reply:?}");
    }
}

#[tokio::test]
async fn a_bomb_is_refused_and_its_memory_is_given_back() {
    let host = serve(|host| host.limits(Limits::new().max_buffered_bytes(20 << 20))).await;
    let zeros = vec![b' '; 64 << 20];
    for (coding, body) in [("gzip", gzip(&zeros)), ("zstd", zstd(&zeros))] {
        let field = format!("Content-Encoding: {coding}\r\n");
        for _ in 0..3 {
            let reply = host.connect().await.post_bytes("/", &field, &body).await;
            assert_eq!(reply.status, 413, "{coding} {}: {reply:?}", body.len());
        }
    }
    // 100 times the body, and always 64 KiB.
    let spaces = |count| format!("{}{}", batch("ok"), " ".repeat(count));
    for (count, status) in [(60_000, 200), (8_000_000, 413)] {
        let reply = host
            .connect()
            .await
            .post_bytes(
                "/",
                "Content-Encoding: gzip\r\n",
                &gzip(spaces(count).as_bytes()),
            )
            .await;
        assert_eq!(reply.status, status, "{count}");
    }
    host.assert_serves().await;
}

#[tokio::test]
async fn long_bodies_are_refused_before_they_are_read() {
    let host = serve(|host| host.limits(Limits::new().max_body_bytes(1000))).await;
    let long = " ".repeat(1001);
    assert_eq!(host.post(&long).await.status, 413);
    let mut client = host.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        .await;
    assert_eq!(client.reply().await.status, 413);
    // Without a declared length.
    let mut client = host.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    for _ in 0..3 {
        client
            .send(&format!("190\r\n{}\r\n", " ".repeat(0x190)))
            .await;
    }
    assert_eq!(client.reply().await.status, 413);
    host.assert_serves().await;
}

#[tokio::test]
async fn a_body_is_asked_for_only_if_it_may_come() {
    let host = serve(|host| host.limits(Limits::new().max_body_bytes(1000))).await;
    let mut client = host.connect().await;
    let message = batch("ok");
    let header = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    client.send(&header).await;
    assert_eq!(client.reply().await.status, 100);
    client.send(&message).await;
    assert_eq!(client.reply().await.status, 200);
    let mut client = host.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n")
        .await;
    assert_eq!(client.reply().await.status, 413);
}

#[tokio::test]
async fn chunks_are_put_together() {
    let host = serve(|host| host).await;
    let mut client = host.connect().await;
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    for byte in batch("ok").bytes() {
        client.send(&format!("1\r\n{}\r\n", char::from(byte))).await;
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 200);
    let refused = client.post("/", "Content-Encoding: br\r\n", "{}").await;
    assert_eq!(refused.status, 415);
    assert_eq!(client.post("/", "", &batch("ok")).await.status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a body and its encoding are, there is an answer, and the host serves.
    #[test]
    fn any_body_is_answered(
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            proptest::collection::vec(any::<u8>(), 0..100).prop_map(|it| gzip(&it)),
            proptest::collection::vec(any::<u8>(), 0..100).prop_map(|it| zstd(&it)),
        ],
        flip in any::<(usize, u8)>(),
        coding in prop_oneof![Just(""), Just("gzip"), Just("zstd"), Just("identity")],
    ) {
        let mut body = body;
        let length = body.len();
        if let Some(byte) = body.get_mut(flip.0 % length.max(1)) {
            *byte ^= flip.1;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let host = serve(|host| host).await;
            let field = match coding {
                "" => String::new(),
                coding => format!("Content-Encoding: {coding}\r\n"),
            };
            let mut client = host.connect().await;
            let reply = client.post_bytes("/", &field, &body).await;
            assert!(matches!(reply.status, 200 | 400 | 413), "{reply:?}");
            assert_eq!(client.post("/", "", &batch("ok")).await.status, 200);
        });
    }
}
