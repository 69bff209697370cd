//! Dead letters in real files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hydrant::delivery::{DeadLetter, Fate};
use hydrant_runtime::{
    DeadLetters, FileDeadLetters, FileOptions, Pipeline, PipelineOptions, SinkDeadLetters,
};
use hydrant_testing::{Fault, MemorySink};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn now_ms() -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    now.as_millis().try_into().unwrap()
}

fn letter_at(number: u32, at: i64) -> Vec<u8> {
    let body = format!(
        r#"{{"type":"event_processing_request","account":{{"account_settings":{{"k":"s3cret"}}}},
            "user_identities":[{{"type":"email","encoding":"raw","value":"p{}@example.com"}}],
            "events":[{{"type":"custom_event","name":"number {number}"}}]}}"#,
        number % 10
    );
    let mut line = Vec::new();
    DeadLetter::new(body.as_bytes(), Some(0), "refused", 1, at).write(&mut line);
    line
}

fn letter(number: u32) -> Vec<u8> {
    letter_at(number, now_ms())
}

fn number(line: &[u8]) -> u32 {
    let text = std::str::from_utf8(line).unwrap();
    let (_, rest) = text.split_once("number ").unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

fn numbers(letters: &FileDeadLetters) -> Vec<u32> {
    let read = letters.read(None, usize::MAX).unwrap();
    read.iter().map(|(_, line)| number(line)).collect()
}

fn open(folder: &Path) -> FileDeadLetters {
    FileDeadLetters::open(folder, FileOptions::default()).unwrap()
}

/// The files of letters in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_kept_across_restarts_and_put_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/letters");
    let letters = open(&path);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let letters = letters.clone();
        tasks.spawn(async move { letters.put(letter(number)).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(letters.stats().stored, 200);
    let busy = FileDeadLetters::open(&path, FileOptions::default()).unwrap_err();
    assert!(busy.to_string().contains("in use"), "{busy}");
    drop(letters);
    let letters = open(&path);
    let mut found = numbers(&letters);
    found.sort_unstable();
    assert_eq!(found, (0..200).collect::<Vec<_>>());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert!(files(&path).iter().all(|file| mode(file) == 0o600));
        assert_eq!(mode(&path.join("lock")), 0o600);
    }
    assert!(
        !fs::read_to_string(&files(&path)[0])
            .unwrap()
            .contains("s3cret")
    );
}

#[tokio::test]
async fn files_rotate_and_old_letters_are_deleted_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let options = || FileOptions::default().file(1_000, Duration::from_secs(86_400));
    let letters = FileDeadLetters::open(folder.path(), options()).unwrap();
    let old = now_ms() - 20 * DAY_MS;
    for number in 0..9 {
        letters
            .put(letter_at(number, old + i64::from(number)))
            .await
            .unwrap();
    }
    // A file with an old first letter is full.
    assert_eq!(files(folder.path()).len(), 9);
    for number in 9..20 {
        letters.put(letter(number)).await.unwrap();
    }
    let count = files(folder.path()).len();
    assert!((10..20).contains(&count), "{count}");
    assert_eq!(numbers(&letters), (0..20).collect::<Vec<_>>());
    assert_eq!(letters.expire(now_ms() + 10 * DAY_MS - 60_000).unwrap(), 0);
    assert_eq!(letters.expire(now_ms() + 10 * DAY_MS + 60_000).unwrap(), 9);
    assert_eq!(numbers(&letters), (9..20).collect::<Vec<_>>());
    let stats = letters.stats();
    assert_eq!((stats.letters, stats.expired_letters), (11, 9));
    assert_eq!(stats.evicted_letters, 0);
    assert!(stats.expired_bytes > 0);
    // A folder that is too large.
    drop(letters);
    let letters = FileDeadLetters::open(folder.path(), options().max_bytes(1_500)).unwrap();
    let stats = letters.stats();
    assert!(stats.bytes <= 1_500 && stats.expired_letters > 0);
    assert_eq!(stats.evicted_letters, stats.expired_letters);
    assert_eq!(stats.letters as u64 + stats.expired_letters, 11);
    assert_eq!(numbers(&letters).last(), Some(&19));
}

#[tokio::test]
async fn letters_are_read_in_pages_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let options = FileOptions::default().file(1_500, Duration::from_secs(86_400));
    let letters = FileDeadLetters::open(folder.path(), options).unwrap();
    for number in 0..30 {
        letters.put(letter(number)).await.unwrap();
    }
    let before = files(folder.path()).len();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = letters.read(after, 7).unwrap();
        assert!(page.len() <= 7);
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        // Every second one is delivered; the page after it begins behind one that is removed.
        let delivered: Vec<_> = page.iter().step_by(2).map(|(id, _)| *id).collect();
        assert_eq!(letters.remove(&delivered).unwrap(), delivered.len());
        assert_eq!(letters.remove(&delivered).unwrap(), 0, "they are removed");
        found.extend(page.iter().map(|(_, line)| number(line)));
    }
    assert_eq!(found, (0..30).collect::<Vec<_>>());
    let left = numbers(&letters);
    assert_eq!(left.len(), 13);
    let all: Vec<_> = letters
        .read(None, 100)
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(letters.remove(&all).unwrap(), 13);
    assert!(numbers(&letters).is_empty());
    // Only the file that is written to is left.
    assert!(before > 2 && files(folder.path()).len() == 1);
    letters.put(letter(30)).await.unwrap();
    drop(letters);
    assert_eq!(numbers(&open(folder.path())), [30]);
}

#[tokio::test]
async fn the_letters_of_a_person_are_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    for number in 0..50 {
        letters.put(letter(number)).await.unwrap();
    }
    let erased = letters
        .erase(|letter| letter.concerns(&["P3@example.com"]))
        .unwrap();
    assert_eq!((erased.letters, erased.unreadable), (5, 0));
    let text = fs::read_to_string(&files(folder.path())[0]).unwrap();
    assert!(!text.contains("p3@example.com") && text.contains("p4@example.com"));
    assert_eq!(letters.stats().letters, 45);
    letters.put(letter(50)).await.unwrap();
    drop(letters);
    let letters = open(folder.path());
    assert!(numbers(&letters).iter().all(|number| number % 10 != 3));
    assert_eq!(letters.stats().letters, 46);
}

#[tokio::test]
async fn what_is_not_a_letter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    let mut two = letter(1);
    two.push(b'\n');
    let mut blank = letter(1);
    blank.insert(0, b' ');
    for line in [Vec::new(), b"{}".to_vec(), two, blank] {
        assert!(letters.put(line).await.is_err());
    }
    assert_eq!(
        (letters.stats().letters, files(folder.path()).len()),
        (0, 0)
    );
}

/// Every state that a crash can leave: the last line cut anywhere, and a line half overwritten.
#[tokio::test]
async fn files_recover_from_any_crash() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    for number in 0..3 {
        letters.put(letter(number)).await.unwrap();
    }
    drop(letters);
    let file = files(folder.path()).remove(0);
    let whole = fs::read(&file).unwrap();
    let line = whole.len() / 3;
    for cut in (0..whole.len()).step_by(7) {
        fs::write(&file, &whole[..cut]).unwrap();
        let letters = open(folder.path());
        let expected: Vec<u32> = (0..3).take(cut / line).collect();
        assert_eq!(numbers(&letters), expected, "{cut}");
        assert_eq!(letters.stats().damaged, 0);
        fs::write(&file, b"").unwrap();
    }
    for blank in (1..line).step_by(5) {
        let mut text = whole.clone();
        text[line..line + blank].fill(b' ');
        fs::write(&file, &text).unwrap();
        let letters = open(folder.path());
        assert_eq!(numbers(&letters), [0, 2]);
        drop(letters);
        let left = fs::read_to_string(&file).unwrap();
        assert!(!left.contains("number 1"), "{blank}");
    }
    // Something else changed the file.
    fs::write(&file, [b"what is this\n", whole.as_slice()].concat()).unwrap();
    let letters = open(folder.path());
    let stats = letters.stats();
    assert_eq!((stats.letters, stats.damaged), (4, 1));
    assert_eq!(letters.erase(|_| false).unwrap().unreadable, 1);
}

#[tokio::test(start_paused = true)]
async fn any_sink_can_store_dead_letters() {
    let sink = MemorySink::new()
        .fail(1..=1, Fault::lost_reply())
        .fail(3..=3, Fault::from(Fate::rejected("too large")))
        .fail(4.., Fault::hang());
    let pipeline = Pipeline::new(sink.clone(), PipelineOptions::default());
    let letters = SinkDeadLetters::new(pipeline, Duration::from_secs(20));
    letters.put(letter(1)).await.unwrap();
    assert_eq!(sink.payloads().len(), 2);
    let refused = letters.put(letter(2)).await.unwrap_err();
    assert!(refused.to_string().contains("too large"));
    assert!(letters.put(letter(3)).await.is_err());
}
