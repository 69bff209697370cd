//! HTTP/2.

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use hydrant_server::Limits;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::support::*;

/// Opens a connection.
pub(crate) async fn open<S>(stream: S) -> SendRequest<Bytes>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    sender.ready().await.unwrap()
}

/// Sends a message, and returns the status.
pub(crate) async fn post<S>(stream: S, body: &str) -> u16
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut sender = open(stream).await;
    send(&mut sender, body).await.unwrap()
}

pub(crate) async fn send(sender: &mut SendRequest<Bytes>, body: &str) -> Result<u16, h2::Error> {
    let request = Request::post("http://localhost/").body(()).unwrap();
    let (response, mut stream) = sender.send_request(request, false)?;
    stream.send_data(Bytes::from(body.to_owned()), true)?;
    Ok(response.await?.status().as_u16())
}

pub(crate) async fn connect(host: &Running) -> SendRequest<Bytes> {
    open(TcpStream::connect(host.address).await.unwrap()).await
}

#[tokio::test]
async fn many_messages_share_a_connection() {
    let host = serve(|host| host).await;
    let sender = connect(&host).await;
    let replies = (0..50).map(|_| {
        let mut sender = sender.clone();
        tokio::spawn(async move { send(&mut sender, &batch("ok")).await })
    });
    for reply in replies.collect::<Vec<_>>() {
        assert_eq!(reply.await.unwrap().unwrap(), 200);
    }
}

#[tokio::test]
async fn a_rapid_reset_ends_the_connection_and_not_the_host() {
    let host = serve(|host| host).await;
    let mut sender = connect(&host).await;
    let mut resets = 0;
    for _ in 0..20_000 {
        let request = Request::post("http://localhost/").body(()).unwrap();
        let Ok(ready) = sender.clone().ready().await else {
            break;
        };
        sender = ready;
        let Ok((response, mut stream)) = sender.send_request(request, false) else {
            break;
        };
        stream.send_reset(h2::Reason::CANCEL);
        drop(response);
        resets += 1;
        if resets % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    host.assert_serves().await;
    eventually(|| host.service.in_progress() == 0).await;
}

#[tokio::test]
async fn huge_headers_are_refused() {
    let host = serve(|host| host).await;
    let mut sender = connect(&host).await;
    let request = Request::post("http://localhost/")
        .header("x-large", "a".repeat(20_000))
        .body(())
        .unwrap();
    let (response, _) = sender.send_request(request, true).unwrap();
    let refused = match response.await {
        Ok(response) => response.status() == 431,
        Err(_) => true,
    };
    assert!(refused);
    host.assert_serves().await;
}

#[tokio::test]
async fn a_connection_without_a_request_ends() {
    let limits = Limits::new().header_timeout(Duration::from_millis(100));
    let host = serve(|host| host.limits(limits)).await;
    let stream = TcpStream::connect(host.address).await.unwrap();
    let (_sender, connection) = h2::client::handshake(stream).await.unwrap();
    let ended = tokio::time::timeout(PATIENCE, connection).await;
    assert!(ended.is_ok());
}
