//! The part of the AWS Lambda runtime API that one function needs: the requests for the next
//! invocation and for the answer. AWS describes the protocol in "Using the Lambda runtime API for
//! custom runtimes".
//!
//! The tests need it because an emulator does not allow to choose the deadline of an invocation,
//! and the benches because they must not measure an emulator.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Timeout of an invocation.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The runtime API for one function.
pub(crate) struct Endpoint {
    address: SocketAddr,
    invocations: Sender<Invocation>,
    answers: Receiver<Answer>,
}

struct Invocation {
    body: Vec<u8>,
    deadline_ms: u64,
}

/// The answer of the function: a response or an error.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) failed: bool,
    pub(crate) body: Vec<u8>,
}

/// A process that is killed when this is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the process has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Endpoint {
    /// Listens on a free port.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (invocations, waiting) = channel();
        let (given, answers) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (waiting, given) = (waiting.clone(), given.clone());
                // A connection ends with the function or the test.
                thread::spawn(move || serve(stream.unwrap(), &waiting, &given));
            }
        });
        Self {
            address,
            invocations,
            answers,
        }
    }

    /// Starts the function with the variables that Lambda sets.
    pub(crate) fn run(&self, program: &Path) -> Running {
        let mut command = Command::new(program);
        command
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{}", self.address))
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running(command.spawn().unwrap())
    }

    /// Invokes the function. The deadline is in milliseconds since the epoch.
    pub(crate) fn invoke(&self, body: &[u8], deadline_ms: u64) -> Answer {
        let body = body.to_vec();
        let invocation = Invocation { body, deadline_ms };
        self.invocations.send(invocation).unwrap();
        self.answers.recv_timeout(TIMEOUT).unwrap()
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: TcpStream, waiting: &Mutex<Receiver<Invocation>>, given: &Sender<Answer>) {
    stream.set_nodelay(true).unwrap();
    let mut to_function = stream.try_clone().unwrap();
    let mut from_function = BufReader::new(stream);
    while let Some((target, body)) = request(&mut from_function) {
        let response = if target.ends_with("/invocation/next") {
            let Ok(invocation) = waiting.lock().unwrap().recv() else {
                return;
            };
            next(&invocation)
        } else {
            let failed = target.ends_with("/error");
            let _ = given.send(Answer { failed, body });
            b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec()
        };
        if to_function.write_all(&response).is_err() {
            return;
        }
    }
}

fn next(invocation: &Invocation) -> Vec<u8> {
    let Invocation { body, deadline_ms } = invocation;
    let mut response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: 156cb537-e2d4-11e8-9b34-d36013741fb9\r\n\
         lambda-runtime-deadline-ms: {deadline_ms}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    response.extend_from_slice(body);
    response
}

/// The target and the body of the next request of a connection.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((target, body))
}
