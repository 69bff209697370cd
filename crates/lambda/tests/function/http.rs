//! A minimal HTTP/1.1 client: a library would be a large dependency for one POST.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Posts a body on a new connection, and returns the status and the body of the response.
pub(crate) fn post(port: u16, target: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    // The first invocation waits for a build.
    stream.set_read_timeout(Some(Duration::from_secs(600)))?;
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    let end = response.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&response)));
    let head = String::from_utf8(response[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok((status, response[end + 4..].to_vec()))
}
