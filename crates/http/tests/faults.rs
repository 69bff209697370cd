//! Tests requests, and the fates of replies, failures and faults, on a local server.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hydrant::delivery::{Fate, OutgoingRecord, RecordAccount, Sink};
use hydrant_http::{
    Authentication, Batching, Compression, HttpConfig, HttpSink, Method, RecordErrors, Secret,
    Signature,
};
use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Long enough for any reply that a test waits for.
fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn server(reply: HttpReply) -> HttpServer {
    HttpServer::start(move |_| reply.clone()).unwrap()
}

/// A configuration that accepts the server of a test.
fn local(url: impl Into<String>) -> HttpConfig {
    HttpConfig::new(url)
        .with_allow_http(true)
        .with_allow_private_addresses(true)
}

fn sink(config: HttpConfig) -> HttpSink {
    HttpSink::new(config).unwrap()
}

fn records<const N: usize>(payloads: [&str; N]) -> [OutgoingRecord; N] {
    payloads.map(OutgoingRecord::new)
}

/// One letter for each fate: delivered, retry, rejected (X), halted.
fn letters(fates: &[Fate]) -> String {
    let letter = |fate: &Fate| match fate {
        Fate::Delivered => 'D',
        Fate::Retry { .. } => 'R',
        Fate::Rejected { .. } => 'X',
        Fate::Halted { .. } => 'H',
        other => panic!("{other:?}"),
    };
    fates.iter().map(letter).collect()
}

fn text(request: &HttpRequest) -> &str {
    std::str::from_utf8(&request.body).unwrap()
}

#[tokio::test]
async fn requests_as_configured() {
    let server = server(HttpReply::new(202));
    let account = RecordAccount::new(7, [("list", "a/b c"), ("key", "k&1"), ("token", "t0ken")]);
    let account = Arc::new(account);
    let config = local(format!("{}/v1/{{list}}/events?key={{key}}", server.url()))
        .with_method(Method::Put)
        .with_header("X-List", "list {list}")
        .with_authentication(Authentication::Bearer(Secret::setting("token")));
    let sink = sink(config);
    assert!(sink.limits().per_account);
    let records =
        records(["{\"a\":1}", "{\"b\":2}"]).map(|record| record.with_account(account.clone()));
    assert_eq!(letters(&sink.deliver(&records, soon()).await), "DD");

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "PUT");
    assert_eq!(request.target, "/v1/a%2Fb%20c/events?key=k%261");
    assert_eq!(request.header("x-list"), Some("list a/b c"));
    assert_eq!(request.header("authorization"), Some("Bearer t0ken"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(text(request), "[{\"a\":1},{\"b\":2}]");

    // An account without the settings, and a value that would inject a header.
    let without = records
        .clone()
        .map(|record| record.with_account(Arc::new(RecordAccount::new(8, [("list", "a")]))));
    let missing = Fate::halted("account 8: the account has no value for the setting `key`");
    let fates = sink.deliver(&without, soon()).await;
    assert_eq!(fates, [missing.clone(), missing]);
    let injects = RecordAccount::new(
        9,
        [("list", "a\r\nX-Admin: 1"), ("key", "k"), ("token", "t")],
    );
    let injects = [OutgoingRecord::new("{}").with_account(Arc::new(injects))];
    let fates = sink.deliver(&injects, soon()).await;
    let reason = "account 9: the value of the setting `list` cannot be sent in a header; expected \
                  printable ASCII";
    assert_eq!(fates, [Fate::halted(reason)]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn forms_and_compressions() {
    let server = server(HttpReply::new(200));
    let all = records(["{\"a\":1}", "{\"b\":2}"]);
    let body = "{\"a\":1}\n{\"b\":2}\n";
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let config = local(server.url())
            .with_batching(Batching::Ndjson)
            .with_compression(compression);
        assert_eq!(letters(&sink(config).deliver(&all, soon()).await), "DD");
        let requests = server.requests();
        let sent = requests.last().unwrap();
        assert_eq!(sent.header("content-type"), Some("application/x-ndjson"));
        let mut plain = String::new();
        let encoding = match compression {
            Compression::Gzip => {
                flate2::read::GzDecoder::new(&sent.body[..])
                    .read_to_string(&mut plain)
                    .unwrap();
                Some("gzip")
            }
            Compression::Zstd => {
                plain = String::from_utf8(zstd::decode_all(&sent.body[..]).unwrap()).unwrap();
                Some("zstd")
            }
            _ => {
                plain.push_str(text(sent));
                None
            }
        };
        assert_eq!(sent.header("content-encoding"), encoding);
        assert_eq!(plain, body);
    }

    let config = local(server.url())
        .with_batching(Batching::Single)
        .with_header("Content-Type", "text/plain");
    let single = sink(config);
    assert_eq!(single.limits().records, 1);
    assert!(!single.limits().per_account);
    assert_eq!(letters(&single.deliver(&all, soon()).await), "DD");
    let requests = server.requests();
    let [.., a, b] = &requests[..] else { panic!() };
    assert_eq!((text(a), text(b)), ("{\"a\":1}", "{\"b\":2}"));
    assert_eq!(a.header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn sizes_are_those_of_bodies() {
    for (batching, greatest) in [
        (Batching::JsonArray, 100),
        (Batching::Ndjson, 100),
        (Batching::Single, 100),
    ] {
        let server = server(HttpReply::new(200));
        let sink = sink(
            local(server.url())
                .with_batching(batching)
                .with_max_bytes(greatest),
        );
        let limits = sink.limits();
        let payload = vec![b'1'; 10];
        let mut all = Vec::new();
        let mut size = 0;
        while all.len() < limits.records {
            let record = OutgoingRecord::new(payload.clone());
            size += sink.size(&record);
            if size > limits.bytes {
                break;
            }
            all.push(record);
        }
        sink.deliver(&all, soon()).await;
        let sent = server.requests()[0].body.len();
        assert!(sent <= greatest, "{batching:?}: {sent} of {greatest}");
    }
}

#[tokio::test]
async fn signatures_are_of_the_compressed_body() {
    use hmac::{Hmac, KeyInit, Mac};
    let server = server(HttpReply::new(200));
    let signature = Signature::new("X-Signature", Secret::value("Jefe"))
        .with_prefix("sha256=")
        .with_timestamp_header("X-Timestamp");
    let config = local(server.url())
        .with_compression(Compression::Gzip)
        .with_authentication(Authentication::Hmac(signature));
    sink(config).deliver(&records(["{}"]), soon()).await;

    let sent = &server.requests()[0];
    let timestamp = sent.header("x-timestamp").unwrap();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(now.abs_diff(timestamp.parse().unwrap()) < 60);
    let code = sent
        .header("x-signature")
        .unwrap()
        .strip_prefix("sha256=")
        .unwrap();
    let code: Vec<u8> = (0..code.len() / 2)
        .map(|n| u8::from_str_radix(&code[2 * n..2 * n + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"Jefe").unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(&sent.body);
    mac.verify_slice(&code).unwrap();
}

#[tokio::test]
async fn each_reply_is_one_attempt_with_its_fate() {
    for (reply, expected) in [
        (HttpReply::new(200), "D"),
        (HttpReply::new(204), "D"),
        (HttpReply::new(200).with_body("not read").cut_after(3), "D"),
        (HttpReply::new(408), "R"),
        (HttpReply::new(429), "R"),
        (HttpReply::new(500), "R"),
        (HttpReply::new(504).with_body("<html>"), "R"),
        (HttpReply::cut(), "R"),
        (HttpReply::new(400).with_body("PAYLOAD"), "X"),
        (HttpReply::new(413), "X"),
        (HttpReply::new(422), "X"),
        (HttpReply::new(401), "H"),
        (HttpReply::new(403), "H"),
        (HttpReply::new(404), "H"),
        (HttpReply::new(409), "H"),
        (HttpReply::new(307).with_header("Location", "/other"), "H"),
    ] {
        let server = server(reply.clone());
        let sink = sink(local(format!("{}/?key=SECRET", server.url())));
        let fates = sink.deliver(&records(["PAYLOAD"]), soon()).await;
        assert_eq!(letters(&fates), expected, "{reply:?} {fates:?}");
        assert_eq!(server.requests().len(), 1, "{reply:?}");
        let text = format!("{fates:?} {sink:?}");
        assert!(
            !text.contains("SECRET") && !text.contains("PAYLOAD"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn throttling_names_the_time_to_wait() {
    let server = server(HttpReply::new(429).with_header("Retry-After", "7"));
    let fates = sink(local(server.url()))
        .deliver(&records(["a"]), soon())
        .await;
    let reason = "the server answered 429: too many requests";
    assert_eq!(fates, [Fate::retry_after(Duration::from_secs(7), reason)]);

    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
    let server = self::server(HttpReply::new(503).with_header("Retry-After", date));
    let fates = sink(local(server.url()))
        .deliver(&records(["a"]), soon())
        .await;
    let Fate::Retry {
        after: Some(after), ..
    } = &fates[0]
    else {
        panic!("{fates:?}");
    };
    assert!(
        (Duration::from_secs(30)..=Duration::from_secs(100)).contains(after),
        "{after:?}"
    );
}

#[tokio::test]
async fn deadlines_end_requests_and_prevent_them() {
    let server = server(HttpReply::never());
    let sink = sink(local(server.url()));
    let deadline = Instant::now() + Duration::from_millis(300);
    let fates = sink.deliver(&records(["a", "b"]), deadline).await;
    let late = Fate::retry("no reply before the deadline");
    assert_eq!(fates, [late.clone(), late]);
    let fates = sink.deliver(&records(["a"]), deadline).await;
    assert_eq!(fates, [Fate::retry("the deadline has passed")]);
    assert_eq!(server.requests().len(), 1);
}

/// What `deliver` and `check` say of a URL whose path and query are secrets, without the address.
async fn failures(origin: &str) -> [String; 2] {
    let sink = sink(local(format!("{origin}/SECRET?key=SECRET")));
    let delivered = sink.deliver(&records(["a"]), soon()).await.remove(0);
    let checked = sink.check(soon()).await.unwrap_err();
    [delivered, checked].map(|fate| {
        let Fate::Retry {
            reason,
            after: None,
        } = fate
        else {
            panic!("{fate:?}");
        };
        assert!(!reason.contains("SECRET"), "{reason}");
        let (_, authority) = origin.split_once("//").unwrap();
        assert!(reason.contains(authority), "{reason}");
        reason.replace(authority, "AT")
    })
}

/// A server that reads something, answers with these bytes and closes the connection: twice.
fn answering(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 10_000]);
            let _ = stream.write_all(answer);
        }
    });
    address.to_string()
}

#[tokio::test]
async fn failures_name_the_step_and_the_cause() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = "TCP: AT cannot be connected to (connection refused); check the port, that the \
                   server is running, and that firewalls let it pass";
    assert_eq!(failures(&format!("http://{free}")).await, [refused; 2]);
    assert_eq!(failures(&format!("https://{free}")).await, [refused; 2]);

    let unknown = "DNS: the name AT cannot be resolved; check `url` and the name server";
    assert_eq!(failures("https://hydrant.invalid").await, [unknown; 2]);

    let plain = answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let without = "TLS: AT answers without TLS; check that the port is one with TLS";
    assert_eq!(failures(&format!("https://{plain}")).await, [without; 2]);
    let closing = answering(b"");
    let closed = "TLS: AT closes the connection in the handshake; check that the port is one with \
                  TLS";
    assert_eq!(failures(&format!("https://{closing}")).await, [closed; 2]);
    // An alert: handshake_failure.
    let alert = [0x15, 3, 3, 0, 2, 2, 40];
    let refusing = answering(Box::leak(Box::new(alert)));
    let refused = "TLS: AT refuses the connection with the alert handshake_failure";
    assert_eq!(failures(&format!("https://{refusing}")).await, [refused; 2]);

    let with_tls = answering(Box::leak(Box::new(alert)));
    let other = "HTTP: AT answers with something else than HTTP/1.1; check the port, and whether it \
                 is one with TLS (https://)";
    assert_eq!(failures(&format!("http://{with_tls}")).await, [other; 2]);
    let silent = server(HttpReply::cut());
    for reason in failures(&silent.url()).await {
        let closed = "HTTP: AT closes the connection before its answer";
        assert!(reason.starts_with(closed), "{reason}");
    }
}

#[tokio::test]
async fn a_reply_that_is_cut_names_the_step() {
    let server = server(HttpReply::new(200).with_body("0123456789").cut_after(4));
    let config = local(server.url()).with_record_errors(RecordErrors::new("/errors", "/index"));
    let fates = sink(config).deliver(&records(["a"]), soon()).await;
    let Fate::Retry { reason, .. } = &fates[0] else {
        panic!("{fates:?}");
    };
    let at = server.address();
    let closed = format!("HTTP: {at} closes the connection in the middle of its answer");
    assert!(reason.starts_with(&closed), "{reason}");
}

/// The number of the account is part of what somebody has to mend, if its settings may be the cause.
#[tokio::test]
async fn refused_credentials_of_an_account_name_it() {
    let server = server(HttpReply::new(401));
    let account = Arc::new(RecordAccount::new(7, [("token", "SECRET")]));
    let record = [OutgoingRecord::new("1").with_account(account)];
    let refused = "the server answered 401: the credentials are wrong or lack a permission";
    let of_account = Fate::halted(format!("account 7: {refused}"));
    for (token, expected) in [
        (Secret::setting("token"), of_account),
        (Secret::value("SECRET"), Fate::halted(refused)),
    ] {
        let config = local(server.url()).with_authentication(Authentication::Bearer(token));
        assert_eq!(sink(config).deliver(&record, soon()).await, [expected]);
    }
    let injects = Arc::new(RecordAccount::new(8, [("token", "SECRET\n")]));
    let record = [OutgoingRecord::new("1").with_account(injects)];
    let config =
        local(server.url()).with_authentication(Authentication::Bearer(Secret::setting("token")));
    let fates = sink(config).deliver(&record, soon()).await;
    let reason = "account 8: the value of the setting `token` cannot be sent in a header; expected \
                  printable ASCII";
    assert_eq!(fates, [Fate::halted(reason)]);
}

#[tokio::test]
async fn successes_with_errors_of_records() {
    let errors = || RecordErrors::new("/errors", "/index").with_status("/status");
    let body = r#"{"errors":[{"index":1,"status":400},{"index":3,"status":503}]}"#;
    for (reply, expected) in [
        (HttpReply::new(200).with_body(body), "DXDR"),
        (HttpReply::new(200).with_body("{}"), "DDDD"),
        (HttpReply::new(204), "DDDD"),
        (HttpReply::new(200).with_body("<html>"), "RRRR"),
        (HttpReply::new(200).with_body(body).cut_after(20), "RRRR"),
        (HttpReply::new(200).with_body(" ".repeat(2000)), "RRRR"),
    ] {
        let server = server(reply.clone());
        let config = local(server.url())
            .with_record_errors(errors())
            .with_max_response_bytes(1000);
        let fates = sink(config)
            .deliver(&records(["a", "b", "c", "d"]), soon())
            .await;
        assert_eq!(letters(&fates), expected, "{reply:?}");
    }
}

#[tokio::test]
async fn large_replies_do_not_hide_their_status() {
    for (status, expected) in [(200, "D"), (401, "H")] {
        let server = server(HttpReply::new(status).with_body(vec![b'x'; 10 << 20]));
        let config = local(server.url()).with_max_response_bytes(1000);
        let fates = sink(config).deliver(&records(["a"]), soon()).await;
        assert_eq!(letters(&fates), expected);
    }
}

#[tokio::test]
async fn a_record_for_which_a_request_is_refused_is_found() {
    let server = HttpServer::start(|request| {
        let body = text(request);
        match () {
            () if body.contains("bad") => HttpReply::new(400),
            () if body.matches(',').count() > 3 => HttpReply::new(413),
            () => HttpReply::new(200),
        }
    })
    .unwrap();
    let sink = sink(local(server.url()));
    let all: Vec<_> = (0..20)
        .map(|n| {
            OutgoingRecord::new(if n == 6 || n == 17 {
                "\"bad\"".into()
            } else {
                n.to_string()
            })
        })
        .collect();
    let fates = sink.deliver(&all, soon()).await;
    assert_eq!(letters(&fates), "DDDDDDXDDDDDDDDDDXDD");
    // One after the other, on one connection.
    assert_eq!((server.most_in_flight(), server.connections()), (1, 1));
}

#[tokio::test]
async fn halving_ends_when_the_server_throttles() {
    let server = HttpServer::start(|request| match request.number {
        0 => HttpReply::new(400),
        1 => HttpReply::new(200),
        _ => HttpReply::new(429),
    })
    .unwrap();
    let fates = sink(local(server.url()))
        .deliver(&records(["a", "b", "c", "d"]), soon())
        .await;
    assert_eq!(letters(&fates), "DDRR");
    let server = self::server(HttpReply::new(401));
    let config = local(server.url()).with_batching(Batching::Single);
    assert_eq!(
        letters(&sink(config).deliver(&records(["a", "b"]), soon()).await),
        "HH"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = server(HttpReply::new(200).with_body("x".repeat(5000)));
    let sink = sink(local(server.url()).with_max_in_flight(2));
    for _ in 0..5 {
        sink.deliver(&records(["a"]), soon()).await;
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(sink.limits().in_flight, 2);
    let (one, two) = (records(["a"]), records(["b"]));
    for _ in 0..5 {
        let (one, two) = tokio::join!(sink.deliver(&one, soon()), sink.deliver(&two, soon()));
        assert_eq!(letters(&[one, two].concat()), "DD");
    }
    assert!(server.connections() <= 2 && server.most_in_flight() <= 2);
    assert_eq!(server.requests().len(), 15);
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused() {
    let server = server(HttpReply::new(200));
    let port = server.address().port();
    let refused = Fate::halted(
        "the host has an address that is not public; expected a public one, or \
         `allow_private_addresses`",
    );
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        // Names are checked after they are resolved.
        "localhost",
    ] {
        let config = HttpConfig::new(format!("http://{host}:{port}/")).with_allow_http(true);
        let sink = sink(config);
        let deadline = Instant::now() + Duration::from_secs(20);
        assert_eq!(
            sink.deliver(&records(["a"]), deadline).await,
            slice::from_ref(&refused),
            "{host}"
        );
        assert_eq!(sink.check(deadline).await, Err(refused.clone()), "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn redirects_keep_method_and_body_but_not_secrets() {
    let target = server(HttpReply::new(200));
    let elsewhere = target.url();
    let server = HttpServer::start(move |request| match &*request.target {
        "/first" => HttpReply::new(307).with_header("Location", "/second"),
        "/second" => HttpReply::new(308).with_header("Location", format!("{elsewhere}/third")),
        _ => HttpReply::new(500),
    })
    .unwrap();
    let config = local(format!("{}/first", server.url()))
        .with_header("X-Key", "SECRET")
        .with_authentication(Authentication::Bearer(Secret::value("SECRET")))
        .with_redirects(true);
    assert_eq!(
        letters(&sink(config).deliver(&records(["1"]), soon()).await),
        "D"
    );

    let same_host = server.requests();
    assert_eq!(same_host.len(), 2);
    for request in &same_host {
        assert_eq!(request.header("authorization"), Some("Bearer SECRET"));
        assert_eq!(request.header("x-key"), Some("SECRET"));
    }
    let other_host = &target.requests()[0];
    assert_eq!(
        (&*other_host.method, &*other_host.target),
        ("POST", "/third")
    );
    assert_eq!(text(other_host), "[1]");
    assert_eq!(other_host.header("content-type"), Some("application/json"));
    assert!(!format!("{:?}", other_host.headers).contains("SECRET"));
}

#[tokio::test]
async fn redirects_that_are_refused() {
    for location in [
        "",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:password@127.0.0.1/",
        "http://[::1",
        "/", // without an end
    ] {
        let server = server(HttpReply::new(307).with_header("Location", location));
        let config = local(server.url()).with_redirects(true);
        let fates = sink(config).deliver(&records(["1"]), soon()).await;
        assert_eq!(letters(&fates), "H", "{location}");
        assert!(server.requests().len() <= 6);
    }
    // Redirects that change the method would lose the records.
    for status in [301, 302, 303] {
        let server = server(HttpReply::new(status).with_header("Location", "/"));
        let config = local(server.url()).with_redirects(true);
        assert_eq!(
            letters(&sink(config).deliver(&records(["1"]), soon()).await),
            "H"
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_halts() {
    let certificates = include_bytes!("../../dsr/tests/data/processor.pem");
    let certificates = CertificateDer::pem_slice_iter(certificates);
    let key = include_bytes!("../../dsr/tests/data/processor.pk8");
    let key = PrivateKeyDer::Pkcs8(key.to_vec().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates.map(Result::unwrap).collect(), key)
        .unwrap();
    let tls = Arc::new(tls);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        // Of `deliver` and of `check`.
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut connection = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
            assert!(connection.complete_io(&mut stream).is_err());
        }
    });
    let sink = sink(local(format!("https://localhost:{port}")));
    let refused = Fate::halted(format!(
        "TLS: the certificate of localhost:{port} is not trusted; add that of its authority to the \
         certificates that the operating system trusts"
    ));
    assert_eq!(
        sink.deliver(&records(["a"]), soon()).await,
        slice::from_ref(&refused)
    );
    assert_eq!(sink.check(soon()).await, Err(refused));
    server.join().unwrap();
}

#[tokio::test]
async fn check_sends_no_record_and_no_secret() {
    for (reply, expected) in [
        (HttpReply::new(200), 'D'),
        (HttpReply::new(404), 'D'),
        (HttpReply::new(405), 'D'),
        (HttpReply::new(503), 'R'),
        (HttpReply::cut(), 'R'),
    ] {
        let server = server(reply);
        let config = local(format!("{}/v1?key={{key}}", server.url()))
            .with_authentication(Authentication::Bearer(Secret::value("SECRET")));
        let fate = sink(config)
            .check(soon())
            .await
            .err()
            .unwrap_or(Fate::Delivered);
        assert_eq!(letters(&[fate]), expected.to_string());
        let requests = server.requests();
        assert_eq!((&*requests[0].method, &*requests[0].target), ("HEAD", "/"));
        assert!(!format!("{requests:?}").contains("SECRET"));
    }
    let sink = sink(HttpConfig::new("https://{key}.api.example.com/"));
    assert_eq!(sink.check(soon()).await, Ok(()));
}
