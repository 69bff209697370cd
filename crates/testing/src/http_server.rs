//! [`HttpServer`]: a local HTTP server for tests of clients, which fails as a test specifies. It
//! uses only the standard library, and speaks as much HTTP/1.1 as clients in tests need.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Greatest size of a request body that the server reads, in bytes.
const LARGEST_BODY: usize = 64 << 20;

/// A local HTTP server that a function answers for. It listens on `127.0.0.1`, stores every
/// request, and ends when it is dropped. There is no TLS.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use hydrant_testing::http_server::{HttpReply, HttpServer};
///
/// let server = HttpServer::start(|request| match request.number {
///     0 => HttpReply::new(503).with_header("Retry-After", "1"),
///     _ => HttpReply::new(200).with_body("{}"),
/// })?;
/// let mut client = TcpStream::connect(server.address())?;
/// client.write_all(b"POST /v1 HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")?;
/// let mut reply = String::new();
/// client.read_to_string(&mut reply)?;
/// assert!(reply.starts_with("HTTP/1.1 503 "));
/// assert_eq!(server.requests()[0].body, b"hi");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct HttpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

type Answer = dyn Fn(&HttpRequest) -> HttpReply + Send + Sync;

struct Shared {
    answer: Box<Answer>,
    /// Whether requests are not stored.
    forgets: bool,
    ended: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    count: usize,
    requests: Vec<HttpRequest>,
    connections: Vec<TcpStream>,
    in_flight: usize,
    most_in_flight: usize,
}

/// A request that an [`HttpServer`] received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// How many requests the server received before.
    pub number: usize,
    /// The method.
    pub method: String,
    /// The path and the query, as they were sent.
    pub target: String,
    /// Names and values of the headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The value of a header; upper and lower case do not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// How an [`HttpServer`] answers a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    KeepAlive,
    /// Sends nothing, and waits until the client gives up.
    Never,
    /// Closes the connection without an answer.
    Cut,
    /// Closes it after so many bytes of the body.
    CutAfter(usize),
}

impl HttpReply {
    /// A reply with this status and an empty body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            ending: Ending::KeepAlive,
        }
    }

    /// Closes the connection without an answer.
    #[must_use]
    pub fn cut() -> Self {
        Self {
            ending: Ending::Cut,
            ..Self::new(0)
        }
    }

    /// Never answers; the client has to give up.
    #[must_use]
    pub fn never() -> Self {
        Self {
            ending: Ending::Never,
            ..Self::new(0)
        }
    }

    /// Adds a header. `Content-Length` is added by the server.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Closes the connection after this number of bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.ending = Ending::CutAfter(bytes);
        self
    }
}

impl HttpServer {
    /// Listens on a free port. The function is called for each request, at the same time for
    /// requests of several connections.
    ///
    /// # Errors
    ///
    /// That of the operating system, if there is no port.
    pub fn start(
        answer: impl Fn(&HttpRequest) -> HttpReply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::listen(Box::new(answer), false)
    }

    /// The same for long runs: it does not store requests, so that [`requests`](Self::requests) is
    /// empty.
    ///
    /// # Errors
    ///
    /// That of the operating system, if there is no port.
    pub fn start_forgetful(
        answer: impl Fn(&HttpRequest) -> HttpReply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::listen(Box::new(answer), true)
    }

    fn listen(answer: Box<Answer>, forgets: bool) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            answer,
            forgets,
            ended: AtomicBool::new(false),
            state: Mutex::default(),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || of_thread.accept(&listener));
        Ok(Self { address, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.shared.state().requests.clone()
    }

    /// The number of connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.state().connections.len()
    }

    /// The greatest number of requests that waited for their reply at the same time.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.shared.state().most_in_flight
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Ends the wait for the next connection.
        drop(TcpStream::connect(self.address));
        for connection in &self.shared.state().connections {
            // Fails if the client has closed it.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.ended.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            if let Ok(other) = stream.try_clone() {
                self.state().connections.push(other);
            }
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // An error ends the connection, as the end of the client does.
                let _ = shared.serve(&stream);
                let _ = stream.shutdown(Shutdown::Both);
            });
        }
    }

    /// Answers the requests of one connection.
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some(mut request) = read(&mut reader)? {
            {
                let mut state = self.state();
                request.number = state.count;
                state.count += 1;
                if !self.forgets {
                    state.requests.push(request.clone());
                }
                state.in_flight += 1;
                state.most_in_flight = state.most_in_flight.max(state.in_flight);
            }
            let reply = (self.answer)(&request);
            // Before the reply, because after it the client may send the next request.
            if reply.ending != Ending::Never {
                self.state().in_flight -= 1;
            }
            let close = reply.ending != Ending::KeepAlive || wants_close(&request);
            write(stream, &reply, close)?;
            if reply.ending == Ending::Never {
                let _ = reader.read(&mut [0]);
                self.state().in_flight -= 1;
            }
            if close {
                break;
            }
        }
        Ok(())
    }
}

fn wants_close(request: &HttpRequest) -> bool {
    request
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"))
}

fn write(mut stream: &TcpStream, reply: &HttpReply, close: bool) -> io::Result<()> {
    let length = match reply.ending {
        Ending::Never | Ending::Cut => return Ok(()),
        Ending::CutAfter(bytes) => bytes.min(reply.body.len()),
        Ending::KeepAlive => reply.body.len(),
    };
    let mut bytes = format!("HTTP/1.1 {} Reply\r\n", reply.status).into_bytes();
    for (name, value) in &reply.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if close {
        bytes.extend_from_slice(b"Connection: close\r\n");
    }
    let total = reply.body.len();
    bytes.extend_from_slice(format!("Content-Length: {total}\r\n\r\n").as_bytes());
    bytes.extend_from_slice(reply.body.get(..length).unwrap_or_default());
    stream.write_all(&bytes)
}

/// The next request, or nothing at the end of the connection.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<HttpRequest>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    };
    let mut request = HttpRequest {
        number: 0,
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        let header = (name.to_owned(), value.trim().to_owned());
        request.headers.push(header);
    }
    let length = request.header("content-length").unwrap_or("0").parse();
    let length = length.ok().filter(|&length| length <= LARGEST_BODY);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}
