//! Erasures that are done once, also if processes end at any moment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::cell::Cell;
use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hydrant::Failure;
use hydrant::message::{DsrProcessingRequest, Message};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_dsr::{Begun, Erasure, ErasureStore, FileStore, Resumed, erase_once, resume};
use proptest::prelude::*;

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

/// A request with this number, from this account.
fn with_request<T>(
    number: u32,
    account: i32,
    then: impl FnOnce(&DsrProcessingRequest<'_>) -> T,
) -> T {
    let body = format!(
        r#"{{"type":"dsr_processing_request","account":{{"account_id":{account},
            "account_settings":{{"api_key":"s3cret"}}}},"subject_request_id":"Request-{number}",
            "subject_identities":{{"email":{{"encoding":"raw","value":"ada@example.com"}}}}}}"#
    );
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    let Message::DsrProcessingRequest(request) = parsed.message else {
        panic!("another message");
    };
    then(request)
}

/// Handles a request; returns whether the data was erased.
fn handle(store: &FileStore, number: u32, result: Result<(), Failure>) -> (bool, bool) {
    let erased = Cell::new(false);
    let handled = with_request(number, 1, |request| {
        ready(erase_once(store, request, 1_000, async {
            erased.set(true);
            result
        }))
    });
    (handled.is_ok(), erased.get())
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn an_erasure_is_done_once_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let store = FileStore::open(&path).unwrap();
    assert_eq!(handle(&store, 1, Err(Failure::retry())), (false, true));
    assert!(text(&path).contains("ada@example.com") && !text(&path).contains("s3cret"));
    drop(store);
    let store = FileStore::open(&path).unwrap();
    assert_eq!(handle(&store, 1, Ok(())), (true, true));
    assert_eq!(handle(&store, 1, Ok(())), (true, false));
    drop(store);
    let store = FileStore::open(&path).unwrap();
    assert!(!text(&path).contains("ada@example.com"));
    assert_eq!(handle(&store, 1, Ok(())), (true, false));
    assert_eq!(handle(&store, 2, Ok(())), (true, true));
    // The same request for another account.
    let begun = with_request(1, 2, |request| {
        ready(store.begin(&Erasure::new(request, 0).unwrap()))
    });
    assert_eq!(begun.unwrap(), Begun::New);
    let debug = format!(
        "{store:?} {:?}",
        with_request(1, 2, |it| Erasure::new(it, 0))
    );
    assert!(!debug.contains("ada"), "{debug}");
}

#[test]
fn a_discarded_erasure_is_not_repeated_and_its_request_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let store = FileStore::open(&path).unwrap();
    assert_eq!(
        handle(&store, 1, Err(Failure::discard("unknown user"))),
        (false, true)
    );
    assert_eq!(handle(&store, 1, Ok(())), (true, false));
    // Requests that are done are removed after a day.
    let day = 24 * 60 * 60 * 1000;
    for (number, at, removed) in [(2, 1_000, false), (3, 1_000 + day, true)] {
        let erasure = with_request(number, 1, |request| Erasure::new(request, at).unwrap());
        ready(store.begin(&erasure)).unwrap();
        ready(store.complete(erasure.key(), at)).unwrap();
        assert_eq!(!text(&path).contains("ada@example.com"), removed);
    }
}

#[test]
fn what_was_interrupted_is_resumed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let store = FileStore::open(&path).unwrap();
    for (number, at) in [(1, 30), (2, 10), (3, 20)] {
        let erasure = with_request(number, 1, |request| Erasure::new(request, at).unwrap());
        ready(store.begin(&erasure)).unwrap();
    }
    drop(store);
    let store = FileStore::open(&path).unwrap();
    let mut order = Vec::new();
    let resumed = ready(resume(&store, 40, async |erasure: &Erasure| {
        order.push(erasure.key().subject_request_id().to_owned());
        let mut scratch = Scratch::new();
        let parsed = parse(erasure.request(), &mut scratch, &ParseOptions::new())?;
        let Message::DsrProcessingRequest(request) = parsed.message else {
            panic!("another message");
        };
        assert_eq!(request.email().unwrap().raw(), Some("ada@example.com"));
        if erasure.received_ms() == 20 {
            Err(Failure::retry())
        } else {
            Ok(())
        }
    }));
    let Resumed { done, failed, .. } = resumed.unwrap();
    assert_eq!(
        (order.join(" "), done, failed),
        ("request-2 request-3 request-1".to_owned(), 2, 1)
    );
    assert_eq!(ready(store.pending()).unwrap().len(), 1);
}

#[test]
fn old_erasures_are_forgotten_and_the_file_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let store = FileStore::open_with_retention(&path, Duration::from_millis(500)).unwrap();
    for number in 0..5_000 {
        let erasure = with_request(number, 1, |it| Erasure::new(it, i64::from(number)).unwrap());
        ready(store.begin(&erasure)).unwrap();
        ready(store.complete(erasure.key(), i64::from(number))).unwrap();
    }
    let lines = text(&path).lines().count();
    assert!(lines < 4_000, "{lines}");
    drop(store);
    let store = FileStore::open_with_retention(&path, Duration::from_millis(500)).unwrap();
    assert!(text(&path).lines().count() <= 501);
    let first = with_request(0, 1, |it| Erasure::new(it, 0).unwrap());
    assert_eq!(ready(store.begin(&first)).unwrap(), Begun::New);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes");
    fs::write(&path, "ada@example.com is a customer\n").unwrap();
    let error = FileStore::open(&path).unwrap_err().to_string();
    assert!(
        error.contains("line 1") && !error.contains("ada"),
        "{error}"
    );
    assert_eq!(text(&path), "ada@example.com is a customer\n");
    let error = FileStore::open(folder.path().join("missing/store")).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn other_files_and_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("other"), r#"{"precious":1}"#).unwrap();
    assert!(FileStore::open(at("other")).is_err());
    assert_eq!(text(&at("other")), r#"{"precious":1}"#);
    assert!(FileStore::open(folder.path()).is_err());
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        assert!(FileStore::open("/dev/null").is_err());
        let store = FileStore::open(at("store")).unwrap();
        symlink(at("store"), at("link")).unwrap();
        assert!(FileStore::open(at("link")).is_err(), "it is open");
        drop(store);
        // What a crash left, or somebody put there, is not followed.
        symlink(at("other"), at("store.new")).unwrap();
        handle(&FileStore::open(at("link")).unwrap(), 1, Ok(()));
        assert_eq!(text(&at("other")), r#"{"precious":1}"#);
        fs::hard_link(at("store"), at("second")).unwrap();
        assert!(FileStore::open(at("second")).is_err());
    }
}

#[test]
fn a_wrong_clock_does_not_forget_erasures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let year = 365 * 24 * 60 * 60 * 1000;
    for (number, at) in [(1, 56 * year), (2, 126 * year)] {
        let store =
            FileStore::open_with_retention(&path, Duration::from_secs(3600 * 24 * 3650)).unwrap();
        let erasure = with_request(number, 1, |request| Erasure::new(request, at).unwrap());
        ready(store.begin(&erasure)).unwrap();
        ready(store.complete(erasure.key(), at)).unwrap();
    }
    let store =
        FileStore::open_with_retention(&path, Duration::from_secs(3600 * 24 * 3650)).unwrap();
    assert_eq!(handle(&store, 1, Ok(())), (true, false));
}

#[test]
fn only_erasures_erase() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path().join("erasures")).unwrap();
    let mut request = DsrProcessingRequest::default();
    request.subject_request_id = Some("1");
    request.subject_request_type = Some("access".into());
    let handled = erase_once(&store, &request, 0, async { panic!("it erases") });
    assert!(ready(handled).is_err());
    assert!(ready(store.pending()).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let store = FileStore::open(&path).unwrap();
    handle(&store, 1, Ok(()));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_request_without_an_identifier_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path().join("erasures")).unwrap();
    let request = DsrProcessingRequest::default();
    let handled = erase_once(&store, &request, 0, async { Ok(()) });
    assert!(ready(handled).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The process ends at any byte of the journal: what was acknowledged is remembered.
    #[test]
    fn a_truncated_journal_keeps_all_whole_lines(count in 1u32..6, cut in 0usize..4_000) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erasures");
        let store = FileStore::open(&path).unwrap();
        for number in 0..count {
            handle(&store, number, if number % 2 == 0 { Ok(()) } else { Err(Failure::retry()) });
        }
        drop(store);
        let whole = fs::read(&path).unwrap();
        let kept = whole.get(..cut % whole.len()).unwrap();
        let text = String::from_utf8_lossy(kept);
        let done = text.split_inclusive('\n').filter(|line| line.ends_with('\n') && line.contains(r#""done":true"#));
        let begun = text.split_inclusive('\n').filter(|line| line.ends_with('\n') && line.contains(r#""done":false"#));
        let (done, begun) = (done.count(), begun.count());
        fs::write(&path, kept).unwrap();
        let store = FileStore::open(&path).unwrap();
        prop_assert_eq!(ready(store.pending()).unwrap().len(), begun - done);
        for number in 0..count {
            let (handled, erased) = handle(&store, number, Ok(()));
            prop_assert!(handled);
            // In this journal number 0 is the first that was done.
            prop_assert!(number != 0 || erased == (done == 0));
        }
        prop_assert_eq!(ready(store.pending()).unwrap().len(), 0);
    }
}
