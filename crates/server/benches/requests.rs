//! The rate of requests and their 99th percentile, at 100 connections.
//!
//! Input: the published sample batch of Android (5.7 KB), from the folder `firehose/examples` in
//! `HYDRANT_SHARED` (default `../shared`); without it a generated batch of the same size. The
//! contenders are this host, with and without a token and an observer, around a module that does
//! nothing, and a bare axum handler that reads the body and answers a fixed text of the same length.
//! All run in this process, each on a runtime of its own with two threads, and are loaded in turn by
//! 100 connections, each of which sends the next request when it has the answer. The generator takes
//! its share of the same processors, so that rates are to be compared with each other only.
//!
//! `cargo bench --package hydrant-server --bench requests`; with `-- --test` it only checks the
//! answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::header;
use hydrant::message::{EventProcessingRequest, EventType};
use hydrant::{Call, Engine, Failure, Processor, Registration};
use hydrant_server::{Exchange, Host, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 100;
const ROUNDS: usize = 11;
const TURN: Duration = Duration::from_millis(1000);

/// What the issue of the host demands.
const MIN_SHARE: f64 = 0.7;
const MAX_P99: Duration = Duration::from_millis(10);

struct Nothing;

impl Processor for Nothing {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Nothing", "1.0").events(EventType::ALL.iter().copied())
    }

    fn batch(&self, _: &mut Call<'_>, _: &EventProcessingRequest<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

/// A server on a runtime of its own.
struct Contender {
    name: &'static str,
    address: SocketAddr,
    request: Arc<[u8]>,
    _runtime: Runtime,
    rates: Vec<f64>,
    p99s: Vec<Duration>,
}

fn main() {
    let only_test = std::env::args().any(|argument| argument == "--test");
    let (body, name) = sample();
    let generator = runtime("generator");
    let mut contenders = contenders(&body, &generator);
    if only_test {
        println!("requests: the answers are right");
        return;
    }
    for contender in &contenders {
        generator.block_on(load(contender, TURN / 4));
    }
    for round in 0..ROUNDS {
        for turn in 0..contenders.len() {
            let at = (round + turn) % contenders.len();
            let (rate, p99) = generator.block_on(load(&contenders[at], TURN));
            contenders[at].rates.push(rate);
            contenders[at].p99s.push(p99);
        }
    }
    println!(
        "{name}, {} bytes, {CONNECTIONS} connections, {ROUNDS} rounds",
        body.len()
    );
    println!(
        "{:<28} {:>12} {:>8} {:>10}",
        "", "requests/s", "share", "p99 ms"
    );
    let bare = median(&contenders[0].rates);
    for contender in &contenders {
        let (rate, p99) = (median(&contender.rates), median(&contender.p99s));
        let (share, ms) = (rate / bare, p99.as_secs_f64() * 1e3);
        println!(
            "{:<28} {rate:>12.0} {share:>8.2} {ms:>10.2}",
            contender.name
        );
    }
    println!(
        "the engine alone: {:.1} us",
        engine_alone(&body).as_secs_f64() * 1e6
    );
    let (rate, p99) = (median(&contenders[1].rates), median(&contenders[1].p99s));
    let met = rate >= MIN_SHARE * bare && p99 <= MAX_P99;
    println!(
        "{}",
        if met {
            "the goals are met"
        } else {
            "the goals are NOT met"
        }
    );
}

/// The time that the engine takes for the message, which is a part of that of the host.
fn engine_alone(body: &[u8]) -> Duration {
    let engine = Engine::new(Nothing);
    let (mut scratch, mut output) = (hydrant::Scratch::new(), hydrant::Output::new());
    let invocation = hydrant::host::system_invocation();
    let mut times = Vec::new();
    for _ in 0..20_000 {
        let began = Instant::now();
        let pending = engine.process_into(body, &mut scratch, &invocation, &mut output);
        std::hint::black_box(pending.unwrap().finish());
        times.push(began.elapsed());
    }
    median(&times)
}

fn contenders(body: &[u8], generator: &Runtime) -> Vec<Contender> {
    let bare = runtime("bare axum");
    let listener = bare
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    let answer = generator.block_on(answer_of(body));
    let route = axum::routing::post(move |body: Bytes| {
        let answer = answer.clone();
        async move {
            drop(body);
            (
                [(header::CONTENT_TYPE, "application/json;charset=utf-8")],
                answer,
            )
        }
    });
    let app = axum::Router::new().route("/", route);
    bare.spawn(async { axum::serve(listener, app).await.unwrap() });
    let mut contenders = vec![Contender::new("bare axum", address, body, "", bare)];
    for (name, token, observed) in [
        ("hydrant-server", None, false),
        ("with a token", Some("secret"), false),
        ("with an observer", None, true),
    ] {
        let runtime = runtime(name);
        let address = runtime.block_on(async {
            let mut host = Host::new(Engine::new(Nothing));
            if let Some(token) = token {
                host = host.token(token);
            }
            if observed {
                host = host.observe(|exchange: &Arc<Exchange>| assert_eq!(exchange.status, 200));
            }
            let any = "127.0.0.1:0".parse().unwrap();
            let listening = Server::new(host.start().unwrap(), any).bind().unwrap();
            let address = listening.address().unwrap();
            tokio::spawn(listening.serve(std::future::pending()));
            address
        });
        let field = token.map_or(String::new(), |it| format!("Authorization: Token {it}\r\n"));
        contenders.push(Contender::new(name, address, body, &field, runtime));
    }
    for contender in &contenders {
        let reply = generator.block_on(async {
            let mut stream = TcpStream::connect(contender.address).await.unwrap();
            let mut buffer = Vec::new();
            exchange(&mut stream, &contender.request, &mut buffer).await;
            String::from_utf8(buffer).unwrap()
        });
        assert!(
            reply.starts_with("HTTP/1.1 200 "),
            "{}: {reply}",
            contender.name
        );
        assert!(
            reply.contains("event_processing_response"),
            "{}: {reply}",
            contender.name
        );
    }
    contenders
}

/// The answer of the module, which the bare handler gives, too.
async fn answer_of(body: &[u8]) -> Bytes {
    let service = Host::new(Engine::new(Nothing)).start().unwrap();
    let incoming = hydrant_server::Incoming::new(body.to_vec());
    let exchange = service.process(incoming).await;
    assert_eq!(exchange.status, 200, "{}", exchange.reason);
    exchange.response.clone()
}

impl Contender {
    fn new(
        name: &'static str,
        address: SocketAddr,
        body: &[u8],
        fields: &str,
        runtime: Runtime,
    ) -> Self {
        let length = body.len();
        let header =
            format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}Content-Length: {length}\r\n\r\n");
        Self {
            name,
            address,
            request: [header.as_bytes(), body].concat().into(),
            _runtime: runtime,
            rates: Vec::new(),
            p99s: Vec::new(),
        }
    }
}

/// Loads a contender for a time; returns the requests per second and the 99th percentile.
async fn load(contender: &Contender, time: Duration) -> (f64, Duration) {
    let began = Instant::now();
    let connections = (0..CONNECTIONS).map(|_| {
        let (address, request) = (contender.address, Arc::clone(&contender.request));
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut times, mut buffer) = (Vec::new(), Vec::with_capacity(4096));
            while began.elapsed() < time {
                let sent = Instant::now();
                exchange(&mut stream, &request, &mut buffer).await;
                times.push(sent.elapsed());
            }
            times
        })
    });
    let mut times = Vec::new();
    for connection in connections.collect::<Vec<_>>() {
        times.extend(connection.await.unwrap());
    }
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    (rate, times[times.len() * 99 / 100])
}

/// Sends a request, and reads the answer into the buffer.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    loop {
        assert!(
            stream.read_buf(buffer).await.unwrap() > 0,
            "the connection ended"
        );
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let header = std::str::from_utf8(&buffer[..end]).unwrap();
        let length = header.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().ok())?
        });
        let length: usize = length.expect("a length");
        if buffer.len() >= end + 4 + length {
            return;
        }
    }
}

fn sample() -> (Vec<u8>, &'static str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var("HYDRANT_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let folder = root.join(shared).join("firehose/examples");
    let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = files.map(|file| file.path()).collect();
    files.sort();
    let android = files.iter().find(|path| {
        let name = path.to_string_lossy().to_lowercase();
        name.contains("android") && name.contains("request")
    });
    match android.and_then(|path| std::fs::read(path).ok()) {
        Some(body) => (body, "published Android sample"),
        None => {
            println!("no published samples: set HYDRANT_SHARED; a generated batch replaces them");
            (hydrant_testing::generate::batch(5, 1), "generated batch")
        }
    }
}

/// The name of its threads tells a profiler which contender they serve.
fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread()
        .thread_name(name)
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn median<T: Copy + PartialOrd>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_unstable_by(|one, other| one.partial_cmp(other).expect("comparable"));
    values[values.len() / 2]
}
