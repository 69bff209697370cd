//! What can only be tested from the inside: the environment, and disks that are full.
#![allow(clippy::unwrap_used)]

use super::*;

fn letter(number: u32) -> Vec<u8> {
    let body = format!(r#"{{"type":"event_processing_request","mpid":"{number}"}}"#);
    let mut line = Vec::new();
    DeadLetter::new(body.as_bytes(), None, "refused", 1, now_ms()).write(&mut line);
    line
}

fn put(letters: &FileDeadLetters, number: u32) -> Result<(), DeadLetterError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(letters.put(letter(number)))
}

#[test]
fn files_of_lambda_are_refused() {
    let folder = tempfile::tempdir().unwrap().path().join("letters");
    let is_set = |name: &str| name == "AWS_LAMBDA_FUNCTION_NAME";
    let opened = FileDeadLetters::open_in(&folder, FileOptions::default(), is_set);
    assert!(opened.unwrap_err().to_string().contains("AWS Lambda"));
    assert!(!folder.exists());
}

/// `/dev/full` fails as a full disk does, and cannot be truncated.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_files_stay_consistent() {
    let folder = tempfile::tempdir().unwrap();
    let letters = FileDeadLetters::open(folder.path(), FileOptions::default()).unwrap();
    put(&letters, 1).unwrap();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for _ in 0..3 {
        let mut state = letters.0.state();
        let current = state.current.as_mut().unwrap();
        current.1 = full();
        drop(state);
        let error = put(&letters, 2).unwrap_err();
        assert!(error.to_string().contains("cannot write"), "{error}");
        put(&letters, 3).unwrap();
    }
    let numbers = |letters: &FileDeadLetters| -> Vec<Vec<u8>> {
        let read = letters.read(None, 100).unwrap();
        read.into_iter().map(|(_, line)| line).collect()
    };
    let before = numbers(&letters);
    assert_eq!(before.len(), 4);
    assert!(
        before
            .iter()
            .all(|line| !String::from_utf8_lossy(line).contains("\"2\""))
    );
    drop(letters);
    let letters = FileDeadLetters::open(folder.path(), FileOptions::default()).unwrap();
    assert_eq!(numbers(&letters), before);
    assert_eq!(letters.stats().damaged, 0);
}
