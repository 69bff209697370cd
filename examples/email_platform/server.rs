//! A small local HTTP server that simulates the API of the target system: it sends scripted
//! replies, one per request, and records the requests.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use flate2::read::GzDecoder;
use serde_json::Value;

/// The reply of the server to a request.
pub(crate) enum Reply {
    /// This status and JSON.
    Json(u16, Value),
    /// This status and header, without a body.
    Header(u16, &'static str),
    /// No reply: the connection stays open.
    Never,
}

pub(crate) struct Server {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    requests: Vec<(String, Value)>,
    /// Connections that are kept open without a reply.
    open: Vec<TcpStream>,
}

impl Server {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let script = Arc::<Mutex<Script>>::default();
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let served = stream.and_then(|stream| serve(stream, &mut lock(&shared)));
                if let Err(error) = served {
                    eprintln!("test server: {error}");
                }
            }
        });
        Ok(Self { address, script })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds replies to the script.
    pub(crate) fn script(&self, replies: Vec<Reply>) {
        lock(&self.script).replies.extend(replies);
    }

    /// The requests since the last call: path and authorization, and body.
    pub(crate) fn requests(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut lock(&self.script).requests)
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads one request and sends its reply. The connection is closed afterwards.
fn serve(mut stream: TcpStream, script: &mut Script) -> io::Result<()> {
    let request = read(&mut BufReader::new(&stream))?;
    script.requests.push(request);
    let (status, header, body) = match script.replies.pop_front() {
        Some(Reply::Json(status, body)) => {
            (status, "Content-Type: application/json", body.to_string())
        }
        Some(Reply::Header(status, header)) => (status, header, String::new()),
        Some(Reply::Never) => {
            script.open.push(stream);
            return Ok(());
        }
        None => (500, "X-Reason: no reply is left", String::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} \r\n{header}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn read(reader: &mut impl BufRead) -> io::Result<(String, Value)> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut authorization, mut length, mut compressed) = (String::new(), 0, false);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut authorization),
            "content-encoding" => compressed = value == "gzip",
            "content-length" => length = value.parse().map_err(io::Error::other)?,
            _ => {}
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    if compressed {
        let mut plain = Vec::new();
        GzDecoder::new(&*body).read_to_end(&mut plain)?;
        body = plain;
    }
    let body = serde_json::from_slice(&body)?;
    Ok((format!("{path} {authorization}"), body))
}
