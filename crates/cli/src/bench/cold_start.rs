//! The cold start of `bench`: the program starts itself again as a child that processes one message,
//! and the time until its result is measured.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::{after, bounded, select};

use super::driver::Driver;
use crate::exit;
use crate::interrupt::Stop;
use hydrant::host::{Module, system_invocation};
use hydrant::{Engine, Output, Scratch};

/// The arguments of the child. It does not read a command line, which a host does not do either.
const ARGUMENTS: [&str; 2] = ["bench", "--first-answer"];

/// The line with which the child says that it is done. Whatever else it prints is skipped.
const DONE: &str = "hydrant bench: first answer";

/// How long a child may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Cold starts in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ColdStarts {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) count: usize,
}

/// Whether this process is a child that processes one message.
pub(crate) fn is_child() -> bool {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    arguments == ARGUMENTS
}

/// Processes the message on standard input, and says so.
pub(crate) fn answer<P: Module<Kind>, Kind>(engine: &Engine<P>) -> u8 {
    // The load reports panics; the text of one may contain personal data.
    std::panic::set_hook(Box::new(|_| {}));
    let answered = thread::scope(|scope| {
        let answered = scope.spawn(|| {
            let mut body = Vec::new();
            io::stdin().lock().read_to_end(&mut body)?;
            let (mut scratch, mut output) = (Scratch::new(), Output::new());
            let driver = Driver::of::<P, Kind>()?;
            let invocation = system_invocation();
            let processed = P::process(engine, &body, &mut scratch, &invocation, &mut output);
            let processed = driver.run(async {
                processed.await.map(|pending| {
                    pending.finish();
                })
            });
            if !matches!(processed, Some(Ok(()))) {
                return Err(io::Error::other("the message was not processed"));
            }
            let mut stdout = io::stdout().lock();
            stdout.write_all(format!("\n{DONE}\n").as_bytes())?;
            stdout.flush()
        });
        answered.join()
    });
    match answered {
        Ok(Ok(())) => exit::GOOD,
        _ => exit::OUTPUT,
    }
}

/// Measures this many cold starts with a message. `None` if a signal stopped it.
pub(super) fn measure(
    body: &[u8],
    count: usize,
    stop: &Stop,
) -> Result<Option<ColdStarts>, String> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        match once(body, stop).map_err(|error| error.to_string())? {
            Some(time) => times.push(time.as_secs_f64() * 1e3),
            None => return Ok(None),
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    let last = times.len().saturating_sub(1);
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Ok(Some(ColdStarts {
        median: (at(last / 2) + at(times.len() / 2)) / 2.0,
        min: at(0),
        max: at(last),
        count: times.len(),
    }))
}

fn once(body: &[u8], stop: &Stop) -> io::Result<Option<Duration>> {
    let program = env::current_exe()?;
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(ARGUMENTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (sender, receiver) = bounded(1);
    let ended = thread::scope(|scope| {
        scope.spawn(move || {
            // A child that ends early is reported below.
            let _ = stdin.map(|mut stdin| stdin.write_all(body));
            let lines = stdout.map(BufReader::new).into_iter();
            let mut lines = lines.flat_map(|stdout| stdout.split(b'\n'));
            let found = lines.any(|line| line.is_ok_and(|line| line == DONE.as_bytes()));
            let _ = sender.send(found.then(Instant::now));
        });
        let ended = select! {
            recv(receiver) -> answered => match answered.ok().flatten() {
                Some(at) => End::Answered(at),
                None => End::Early,
            },
            recv(stop.woken()) -> _ => End::Stopped,
            recv(after(LONGEST)) -> _ => End::Late,
        };
        // The thread ends with the child.
        end(
            &mut child,
            match ended {
                End::Answered(_) | End::Early => Duration::from_secs(5),
                End::Stopped | End::Late => Duration::ZERO,
            },
        );
        ended
    });
    match ended {
        End::Answered(at) => Ok(Some(at.duration_since(began))),
        End::Stopped => Ok(None),
        End::Late => Err(io::Error::other(format!(
            "no answer after {} s",
            LONGEST.as_secs()
        ))),
        End::Early => Err(io::Error::other(format!(
            "it ended early, {}",
            child.wait()?
        ))),
    }
}

/// How the wait for a child ended.
enum End {
    Answered(Instant),
    Early,
    Stopped,
    Late,
}

/// Waits this long for the end of the child, and then kills it.
fn end(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while matches!(child.try_wait(), Ok(None)) {
        if Instant::now() >= until {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
