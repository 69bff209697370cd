//! The program in a pipeline: output while the input continues, and the end after a closed output
//! or a signal.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::*;

struct Running {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

fn start(args: &[&str]) -> Running {
    let mut child = hydrant_with_signals(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Running {
        stdin: child.stdin.take().unwrap(),
        stdout: BufReader::new(child.stdout.take().unwrap()),
        child,
    }
}

impl Running {
    fn say(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
        self.stdin.flush().unwrap();
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }
}

/// Writes the line until the reader closes the stream.
fn endless(mut stdin: ChildStdin, line: String) -> JoinHandle<()> {
    let lines = format!("{line}\n").repeat(100);
    thread::spawn(move || while stdin.write_all(lines.as_bytes()).is_ok() {})
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
}

fn errors(child: &mut Child) -> String {
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

const LINE_COMMANDS: [&[&str]; 5] = [
    &["process", "-q", "-t", "1"],
    &["process", "-q", "-t", "3"],
    &["normalize", "-t", "1"],
    &["normalize", "-t", "3"],
    &["hash", "-a", "md5"],
];

#[test]
fn every_line_is_answered_before_the_next_comes() {
    for args in LINE_COMMANDS {
        let mut running = start(args);
        for round in 0..5 {
            running.say(&plain());
            let answer = running.answer();
            assert!(
                answer.len() > 20 && answer.ends_with('\n'),
                "{args:?} {round}"
            );
        }
        drop(running.stdin);
        assert_eq!(running.child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let commands = [
        &["process", "-t", "2"][..],
        &["normalize", "-t", "1"],
        &["hash", "-a", "sha1"],
    ];
    for args in commands {
        let mut running = start(args);
        let writer = endless(running.stdin, plain());
        let mut line = String::new();
        running.stdout.read_line(&mut line).unwrap();
        drop(running.stdout);
        assert_eq!(running.child.wait().unwrap().code(), Some(0), "{args:?}");
        assert_eq!(errors(&mut running.child), "");
        writer.join().unwrap();
    }
    // The schema of all messages is larger than the buffer of a pipe.
    for args in [&["generate", "--messages", "1000000000"][..], &["schema"]] {
        let mut running = start(args);
        running.answer();
        drop(running.stdout);
        assert_eq!(running.child.wait().unwrap().code(), Some(0), "{args:?}");
        assert_eq!(errors(&mut running.child), "");
    }
}

#[test]
fn a_closed_output_is_noticed_though_the_input_stays_open() {
    for threads in ["1", "4"] {
        let mut running = start(&["normalize", "-t", threads]);
        running.say(&plain());
        running.answer();
        drop(running.stdout);
        // Another test that is starting a process may briefly keep the closed end open: a later
        // line fails.
        let status = loop {
            if let Some(status) = running.child.try_wait().unwrap() {
                break status;
            }
            let _ = writeln!(running.stdin, "{}", plain());
            thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(0));
    }
}

#[test]
fn a_refusal_ends_it_though_the_input_stays_open() {
    for threads in ["1", "4"] {
        let mut running = start(&["process", "-q", "-t", threads]);
        running.say(REFUSED);
        assert_eq!(running.child.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn an_interrupt_ends_it_with_whole_lines_and_the_summary() {
    for threads in ["1", "2", "8"] {
        let mut running = start(&["process", "-t", threads]);
        let writer = endless(running.stdin, plain());
        let mut out = String::new();
        running.stdout.read_line(&mut out).unwrap();
        interrupt(&running.child);
        running.stdout.read_to_string(&mut out).unwrap();
        assert_eq!(running.child.wait().unwrap().code(), Some(130));
        assert!(out.ends_with('\n'));
        let first = out.lines().next().unwrap();
        assert!(out.lines().all(|line| line == first));
        assert!(errors(&mut running.child).contains("MB/s"));
        writer.join().unwrap();
    }
}

#[test]
fn an_interrupt_is_noticed_while_the_input_is_silent() {
    for args in LINE_COMMANDS {
        let mut running = start(args);
        running.say(&plain());
        running.answer();
        interrupt(&running.child);
        assert_eq!(running.child.wait().unwrap().code(), Some(130), "{args:?}");
    }
    let mut running = start(&["generate", "--messages", "1000000000"]);
    running.answer();
    interrupt(&running.child);
    let mut rest = String::new();
    running.stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with('\n'));
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}

#[test]
fn half_a_line_is_not_a_message_when_interrupted() {
    let mut running = start(&["normalize", "--keep-going"]);
    running.say(RESPONSE);
    running.answer();
    running.stdin.write_all(br#"{"type":"event_proc"#).unwrap();
    running.stdin.flush().unwrap();
    interrupt(&running.child);
    assert_eq!(running.answer(), "");
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}

#[test]
fn named_pipes_are_read_like_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let mut running = start(&["normalize", pipe.to_str().unwrap()]);
    let mut writer = std::fs::File::options().write(true).open(&pipe).unwrap();
    writeln!(writer, "{RESPONSE}").unwrap();
    assert_eq!(running.answer(), format!("{RESPONSE}\n"));
    drop(writer);
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}
