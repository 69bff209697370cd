//! A host on a free port, and a client that writes whatever a test specifies.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hydrant::host::AsyncHandlers;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{AsyncProcessor, Call, Engine, Failure, Registration};
use hydrant_server::{Host, Server, Service};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// Longer than anything takes that a test waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What a registration request looks like.
pub(crate) const REGISTRATION: &str = r#"{"type":"module_registration_request"}"#;

/// A batch with one event of this name.
pub(crate) fn batch(name: &str) -> String {
    format!(
        r#"{{"type":"event_processing_request","events":[{{"type":"custom_event","name":"{name}"}}]}}"#
    )
}

/// A module that does what the name of an event says.
#[derive(Clone, Default)]
pub(crate) struct Acme(pub(crate) Arc<State>);

pub(crate) struct State {
    /// Events `wait` wait for a permit.
    pub(crate) gate: Semaphore,
    /// Events whose handler has begun, and has ended.
    pub(crate) begun: AtomicUsize,
    pub(crate) done: AtomicUsize,
    pub(crate) registration: Registration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            gate: Semaphore::new(0),
            begun: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            registration: Registration::new("Acme", "1.0").events([EventType::CustomEvent]),
        }
    }
}

impl AsyncProcessor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        self.0.registration.clone()
    }

    async fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        match event.name.unwrap_or_default() {
            "wait" => self.0.gate.acquire().await.unwrap().forget(),
            "never" => std::future::pending().await,
            "later" => return Err(Failure::retry_after(Duration::from_millis(1500))),
            "reject" => return Err(Failure::reject("no")),
            "panic" => panic!("a handler"),
            "token" => assert_eq!(call.access_token(), Some("customer")),
            _ => {}
        }
        self.0.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

pub(crate) type AcmeHost = Host<Acme, AsyncHandlers>;

/// A host that serves.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) service: Service,
    pub(crate) state: Arc<State>,
    shutdown: Option<oneshot::Sender<()>>,
    served: JoinHandle<bool>,
}

/// Options of the module's host, and of its listeners.
pub(crate) async fn serve_with(
    module: Acme,
    host: impl FnOnce(AcmeHost) -> AcmeHost,
    server: impl FnOnce(Server) -> Server,
) -> Running {
    let state = Arc::clone(&module.0);
    let service = host(Host::new(Engine::new_async(module))).start().unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let listening = server(Server::new(service.clone(), any).admin(any));
    let listening = listening.bind().unwrap();
    let (shutdown, signal) = oneshot::channel();
    Running {
        address: listening.address().unwrap(),
        admin: listening.admin_address().unwrap().unwrap(),
        service,
        state,
        shutdown: Some(shutdown),
        served: tokio::spawn(listening.serve(async {
            let _ = signal.await;
        })),
    }
}

pub(crate) async fn serve(host: impl FnOnce(AcmeHost) -> AcmeHost) -> Running {
    serve_with(Acme::default(), host, |server| server).await
}

impl Running {
    pub(crate) async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends one POST in a connection of its own.
    pub(crate) async fn post(&self, body: &str) -> Reply {
        self.connect().await.post("/", "", body).await
    }

    pub(crate) async fn get_admin(&self, path: &str) -> Reply {
        let mut client = Client::new(TcpStream::connect(self.admin).await.unwrap());
        client
            .send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"))
            .await;
        client.reply().await
    }

    /// Begins the end.
    pub(crate) fn end(&mut self) {
        let _ = self.shutdown.take().unwrap().send(());
    }

    /// Waits for the end, and returns whether everything was answered.
    pub(crate) async fn ended(self) -> bool {
        tokio::time::timeout(PATIENCE, self.served)
            .await
            .unwrap()
            .unwrap()
    }

    /// Waits until this number of handlers has begun.
    pub(crate) async fn begun(&self, count: usize) {
        eventually(|| self.state.begun.load(Ordering::SeqCst) >= count).await;
    }

    /// A host that was attacked still answers.
    pub(crate) async fn assert_serves(&self) {
        let reply = self.post(&batch("ok")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

/// Waits until something is so.
pub(crate) async fn eventually(is: impl Fn() -> bool) {
    let wait = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("it does not happen");
}

/// A connection of HTTP/1.1 without any rules.
pub(crate) struct Client<S> {
    pub(crate) stream: S,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) header: String,
    pub(crate) body: String,
}

impl Reply {
    /// The value of a field of the header.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.header.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The host may have ended the connection, which the next answer shows.
    pub(crate) async fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes()).await;
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    /// `fields` are whole lines of the header.
    pub(crate) async fn post(&mut self, path: &str, fields: &str, body: &str) -> Reply {
        self.post_bytes(path, fields, body.as_bytes()).await
    }

    pub(crate) async fn post_bytes(&mut self, path: &str, fields: &str, body: &[u8]) -> Reply {
        let length = body.len();
        let header =
            format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{fields}\r\n");
        self.send_bytes(&[header.as_bytes(), body].concat()).await;
        self.reply().await
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        self.try_reply()
            .await
            .expect("the connection ended without an answer")
    }

    /// The next answer; `None` if the host ends the connection.
    pub(crate) async fn try_reply(&mut self) -> Option<Reply> {
        tokio::time::timeout(PATIENCE, self.read_reply())
            .await
            .expect("no answer")
    }

    async fn read_reply(&mut self) -> Option<Reply> {
        let end = loop {
            let at = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            match at {
                Some(at) => break at + 4,
                None => self.more().await?,
            }
        };
        let header: Vec<u8> = self.buffer.drain(..end).collect();
        let header = String::from_utf8(header).unwrap();
        let status = header.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply {
            status,
            header,
            body: String::new(),
        };
        let length = reply
            .field("content-length")
            .map_or(0, |it| it.parse().unwrap());
        while self.buffer.len() < length {
            self.more().await?;
        }
        let body: Vec<u8> = self.buffer.drain(..length).collect();
        reply.body = String::from_utf8(body).unwrap();
        Some(reply)
    }

    async fn more(&mut self) -> Option<()> {
        let mut chunk = [0; 4096];
        let length = self.stream.read(&mut chunk).await.ok()?;
        self.buffer.extend_from_slice(&chunk[..length]);
        (length > 0).then_some(())
    }

    /// Waits until the host ends the connection, and returns whether there was no answer.
    pub(crate) async fn ends(&mut self) -> bool {
        self.try_reply().await.is_none()
    }
}
