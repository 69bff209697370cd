//! HTTPS.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hydrant_server::{Host, Limits, Server, TlsFiles};
use rcgen::CertifiedKey;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::support::*;

/// Writes a new certificate, and returns it.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("chain.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

fn files(folder: &Path) -> TlsFiles {
    TlsFiles::new(folder.join("chain.pem"), folder.join("key.pem"))
}

async fn handshake(
    host: &Running,
    certificate: &CertificateDer<'static>,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|it| it.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(host.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn messages_are_received_by_https() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certificate(folder.path());
    let tls = files(folder.path());
    let host = serve_with(Acme::default(), |host| host, |server| server.tls(tls)).await;
    for alpn in [&[][..], &["http/1.1"]] {
        let stream = handshake(&host, &certificate, alpn).await.unwrap();
        let reply = Client::new(stream).post("/", "", &batch("ok")).await;
        assert_eq!(reply.status, 200);
    }
    let stream = handshake(&host, &certificate, &["h2", "http/1.1"])
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(super::http2::post(stream, &batch("ok")).await, 200);
}

#[tokio::test]
async fn a_certificate_changes_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let old = certificate(folder.path());
    let tls = files(folder.path());
    let soon = Duration::from_millis(10);
    let server = |server: Server| server.tls(tls).reload_every(soon);
    let host = serve_with(Acme::default(), |host| host, server).await;
    let stream = handshake(&host, &old, &[]).await.unwrap();
    let mut former = Client::new(stream);
    // A key without its certificate is not used.
    std::fs::write(folder.path().join("chain.pem"), "none").unwrap();
    tokio::time::sleep(5 * soon).await;
    assert!(handshake(&host, &old, &[]).await.is_ok());
    let new = certificate(folder.path());
    while handshake(&host, &new, &[]).await.is_err() {}
    assert!(handshake(&host, &old, &[]).await.is_err());
    assert_eq!(former.post("/", "", &batch("ok")).await.status, 200);
}

#[tokio::test]
async fn what_is_not_tls_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certificate(folder.path());
    let tls = files(folder.path());
    let limits = Limits::new().header_timeout(Duration::from_millis(100));
    let host = serve_with(
        Acme::default(),
        |host| host.limits(limits),
        |server| server.tls(tls),
    )
    .await;
    for bytes in [
        &b"POST / HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01\x40\x00\x01",
        b"\x16\x03\x01\x00\x05hello",
        b"",
    ] {
        let mut client = host.connect().await;
        client.send_bytes(bytes).await;
        // rustls sends an alert, and then the connection ends.
        let mut rest = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut client.stream, &mut rest);
        let _ = tokio::time::timeout(PATIENCE, read).await.unwrap();
        assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
    }
    let stream = handshake(&host, &certificate, &[]).await.unwrap();
    assert_eq!(
        Client::new(stream).post("/", "", &batch("ok")).await.status,
        200
    );
    let metrics = host.get_admin("/metrics").await.body;
    assert!(
        metrics.contains("hydrant_failed_handshakes_total 4"),
        "{metrics}"
    );
}

#[tokio::test]
async fn plain_http_stays_on_the_machine_unless_it_is_asked_for() {
    let service = Host::new(hydrant::Engine::new_async(Acme::default()))
        .start()
        .unwrap();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = Server::new(service.clone(), everywhere).bind().unwrap_err();
    assert!(refused.to_string().contains("use TLS"), "{refused}");
    assert!(
        Server::new(service, everywhere)
            .plain_behind_proxy()
            .bind()
            .is_ok()
    );
}

#[tokio::test]
async fn wrong_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let other = tempfile::tempdir().unwrap();
    certificate(other.path());
    let service = Host::new(hydrant::Engine::new_async(Acme::default()))
        .start()
        .unwrap();
    let (chain, key) = (
        folder.path().join("chain.pem"),
        folder.path().join("key.pem"),
    );
    for (chain, key, expected) in [
        (
            &key,
            &key,
            "chain.pem: no certificate in PEM".replace("chain", "key"),
        ),
        (
            &chain,
            &chain,
            "chain.pem: no private key in PEM".to_owned(),
        ),
        (
            &chain,
            &other.path().join("key.pem"),
            "does not fit".to_owned(),
        ),
        (
            &other.path().join("none"),
            &key,
            "none: cannot be read".to_owned(),
        ),
    ] {
        let server = Server::new(service.clone(), "127.0.0.1:0".parse().unwrap());
        let refused = server
            .tls(TlsFiles::new(chain, key))
            .bind()
            .unwrap_err()
            .to_string();
        assert!(refused.contains(&expected), "{refused}");
        assert!(!refused.contains("PRIVATE"), "{refused}");
    }
}
