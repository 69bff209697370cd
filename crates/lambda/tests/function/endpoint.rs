//! The part of the AWS Lambda runtime API that one function needs, with faults: the requests for the
//! next invocation and for the answer, and the registration of an extension. AWS describes the
//! protocol in "Using the Lambda runtime API for custom runtimes".
//!
//! The tests need it because an emulator does not fail and does not allow to choose the deadline of
//! an invocation, and the benches because they must not measure an emulator.
#![allow(dead_code)] // tests and benches use different parts

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Timeout of an invocation.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The runtime API for one function.
pub(crate) struct Endpoint {
    address: SocketAddr,
    invocations: Sender<Invocation>,
    answers: Receiver<Answer>,
    count: usize,
}

struct Invocation {
    id: String,
    body: Vec<u8>,
    deadline_ms: u64,
    fault: Fault,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// The body of the invocation arrives in two parts, with this time in between.
    Slow(Duration),
    /// The connection is closed in the middle of the body of the invocation.
    CutInvocation,
    /// The answer gets the status 500.
    AnswerRefused,
    /// The connection is closed in place of a reply to the answer.
    CutAnswer,
}

/// The answer of the function: a response or an error.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) failed: bool,
    pub(crate) body: Vec<u8>,
    /// From the first byte of the invocation to the last of the answer.
    pub(crate) elapsed: Duration,
}

/// A function that is killed when this is dropped.
pub(crate) struct Running {
    pub(crate) process: Child,
    output: Option<PathBuf>,
}

impl Running {
    /// Waits until the process ends.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < TIMEOUT, "the function does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it has printed, on both outputs.
    pub(crate) fn output(&self) -> String {
        let bytes = std::fs::read(self.output.as_ref().unwrap()).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Endpoint {
    /// Listens on a free port.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (invocations, waiting) = channel();
        let (given, answers) = channel();
        let state = State {
            waiting: Arc::new(Mutex::new(waiting)),
            sent: Arc::default(),
            given,
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = state.clone();
                // A connection ends with the function or the test.
                thread::spawn(move || state.serve(stream.unwrap()));
            }
        });
        Self {
            address,
            invocations,
            answers,
            count: 0,
        }
    }

    /// Starts the function with the variables that Lambda sets, and ignores what it prints.
    pub(crate) fn run(&self, program: &Path, arguments: &[String]) -> Running {
        let process = self
            .command(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running {
            process: process.unwrap(),
            output: None,
        }
    }

    /// Starts the function with more variables, and keeps what it prints in this file.
    pub(crate) fn run_with(
        &self,
        program: &Path,
        variables: &[(&str, &str)],
        output: PathBuf,
    ) -> Running {
        let file = File::create(&output).unwrap();
        let process = self
            .command(program)
            .envs(variables.iter().copied())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn();
        Running {
            process: process.unwrap(),
            output: Some(output),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("AWS_LAMBDA_RUNTIME_API", self.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env_remove("AWS_LAMBDA_LOG_LEVEL")
            .stdin(Stdio::null());
        command
    }

    /// Invokes the function. The deadline is in milliseconds since the epoch.
    pub(crate) fn invoke(&mut self, body: &[u8], deadline_ms: u64) -> Answer {
        self.send(body, deadline_ms, Fault::None);
        self.receive()
    }

    /// Gives the function an invocation, and returns its identifier.
    pub(crate) fn send(&mut self, body: &[u8], deadline_ms: u64, fault: Fault) -> String {
        self.count += 1;
        let id = format!("request-{}", self.count);
        let invocation = Invocation {
            id: id.clone(),
            body: body.to_vec(),
            deadline_ms,
            fault,
        };
        self.invocations.send(invocation).unwrap();
        id
    }

    /// The next answer, of any invocation.
    pub(crate) fn receive(&self) -> Answer {
        self.answers.recv_timeout(TIMEOUT).unwrap()
    }
}

#[derive(Clone)]
struct State {
    waiting: Arc<Mutex<Receiver<Invocation>>>,
    /// The invocations that are not answered: when they were sent, and their faults.
    sent: Arc<Mutex<HashMap<String, (Instant, Fault)>>>,
    given: Sender<Answer>,
}

impl State {
    /// Answers the requests of one connection until it is closed.
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut to_function = stream.try_clone().unwrap();
        let mut from_function = BufReader::new(stream);
        while let Some((target, body)) = request(&mut from_function) {
            let keep = if target.ends_with("/invocation/next") {
                self.next(&mut to_function)
            } else if target.ends_with("/extension/register") {
                let head = "HTTP/1.1 200 OK\r\nlambda-extension-identifier: 1\r\ncontent-type: application/json";
                respond(
                    &mut to_function,
                    head,
                    br#"{"functionName":"function","functionVersion":"1","handler":"h"}"#,
                )
            } else if target.ends_with("/extension/event/next") {
                // Nothing happens until the environment ends.
                thread::park();
                false
            } else {
                self.answered(&target, body, &mut to_function)
            };
            if !keep {
                return;
            }
        }
    }

    fn next(&self, to_function: &mut TcpStream) -> bool {
        let Ok(invocation) = self.waiting.lock().unwrap().recv() else {
            return false;
        };
        let Invocation {
            id,
            body,
            deadline_ms,
            fault,
        } = invocation;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nlambda-runtime-aws-request-id: {id}\r\n\
             lambda-runtime-deadline-ms: {deadline_ms}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.sent
            .lock()
            .unwrap()
            .insert(id, (Instant::now(), fault));
        let (first, second) = match fault {
            Fault::Slow(_) | Fault::CutInvocation => body.split_at(body.len() / 2),
            _ => (&body[..], &b""[..]),
        };
        let mut sent = to_function
            .write_all(&[head.as_bytes(), first].concat())
            .is_ok();
        if let Fault::Slow(time) = fault {
            thread::sleep(time);
        }
        if fault == Fault::CutInvocation {
            let _ = to_function.shutdown(std::net::Shutdown::Both);
            return false;
        }
        sent &= to_function.write_all(second).is_ok();
        sent
    }

    fn answered(&self, target: &str, body: Vec<u8>, to_function: &mut TcpStream) -> bool {
        let now = Instant::now();
        let (rest, end) = target.rsplit_once('/').unwrap();
        let (_, id) = rest.rsplit_once('/').unwrap();
        let sent = self.sent.lock().unwrap().remove(id);
        let (start, fault) = sent.unwrap_or((now, Fault::None));
        let kept = match fault {
            Fault::CutAnswer => {
                let _ = to_function.shutdown(std::net::Shutdown::Both);
                false
            }
            Fault::AnswerRefused => respond(to_function, "HTTP/1.1 500 Internal Server Error", b""),
            _ => respond(to_function, "HTTP/1.1 202 Accepted", b""),
        };
        let _ = self.given.send(Answer {
            id: id.to_owned(),
            failed: end == "error",
            body,
            elapsed: now.saturating_duration_since(start),
        });
        kept
    }
}

fn respond(stream: &mut TcpStream, head: &str, body: &[u8]) -> bool {
    let head = format!("{head}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).is_ok()
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
