//! Dead letters of a process that is killed. A file of its own: while another test starts a process,
//! that one has copies of the locks of this one for a moment.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use hydrant::delivery::DeadLetter;
use hydrant_runtime::{DeadLetters, FileDeadLetters, FileOptions};

fn letter(number: u32) -> Vec<u8> {
    let body = format!(r#"{{"type":"event_processing_request","mpid":"{number}"}}"#);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let mut line = Vec::new();
    DeadLetter::new(body.as_bytes(), None, "refused", 1, now as i64).write(&mut line);
    line
}

fn numbers(letters: &FileDeadLetters) -> Vec<u32> {
    let read = letters.read(None, usize::MAX).unwrap();
    let number = |line: &[u8]| -> u32 {
        let letter = DeadLetter::read(line).unwrap();
        let message = letter.message().unwrap();
        let (_, rest) = message.split_once("\"mpid\":\"").unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    read.iter().map(|(_, line)| number(line)).collect()
}

/// A child puts letters and prints the numbers of those that are stored, until it is killed. The
/// test runs itself as the child.
#[cfg(unix)]
#[test]
fn every_acknowledged_letter_survives_kill_9() {
    const FOLDER: &str = "DEAD_LETTERS_OF_THE_CHILD";
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap()
    };
    if let Some(folder) = std::env::var_os(FOLDER) {
        let options = FileOptions::default().file(5_000, Duration::from_secs(86_400));
        let letters = FileDeadLetters::open(folder, options).unwrap();
        let first = numbers(&letters).last().map_or(0, |last| last + 1);
        runtime().block_on(async {
            for number in (first..).step_by(4) {
                let put = |number| letters.put(letter(number));
                let (a, b, c, d) = tokio::join!(
                    put(number),
                    put(number + 1),
                    put(number + 2),
                    put(number + 3)
                );
                [a, b, c, d].into_iter().for_each(Result::unwrap);
                println!("\nstored {}", number + 3);
                std::io::stdout().flush().unwrap();
            }
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "every_acknowledged_letter_survives_kill_9",
                "--nocapture",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stored = lines.filter_map(|line| line.unwrap().strip_prefix("stored ")?.parse().ok());
        let mut stored = stored.peekable();
        for number in stored.by_ref().take(3 + 5 * round) {
            acknowledged = number;
        }
        child.kill().unwrap();
        acknowledged = stored.last().unwrap_or(acknowledged);
        child.wait().unwrap();
        let letters = FileDeadLetters::open(folder.path(), FileOptions::default()).unwrap();
        let found = numbers(&letters);
        let expected: Vec<u32> = (0..=acknowledged).collect();
        assert_eq!(found[..expected.len()], expected, "round {round}");
        assert_eq!(letters.stats().damaged, 0);
    }
    assert!(acknowledged > 100, "{acknowledged}");
}
