//! [`Recorder`]: stores requests and their answers in files, to be played again and compared.

mod files;
#[cfg(test)]
mod hostile;
mod line;
mod redact;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::{Exchange, Observer};
use files::Files;
use redact::Redaction;

/// The most exchanges that wait to be written.
const WAITING: usize = 4096;

/// The most bytes of their texts.
const WAITING_BYTES: usize = 64 << 20;

/// How often old files are looked for if nothing is recorded.
const INTERVAL: Duration = Duration::from_secs(60);

/// What a [`Recorder`] stores, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordOptions {
    /// Whether identities are stored as they are, and with them the records of the module. Off by
    /// default: identities, attributes of users, and addresses and user agents of clients are
    /// replaced by texts of the same form, and of records only a digest is stored.
    pub identities: bool,
    /// Files whose last request is older are deleted. 7 days by default.
    pub max_age: Duration,
    /// The oldest files are deleted when all of them have more bytes. 1 GiB by default.
    pub max_bytes: u64,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self {
            identities: false,
            max_age: Duration::from_secs(7 * 24 * 60 * 60),
            max_bytes: 1 << 30,
        }
    }
}

impl RecordOptions {
    /// Sets [`identities`](Self::identities).
    #[must_use]
    pub fn identities(mut self, keep: bool) -> Self {
        self.identities = keep;
        self
    }

    /// Sets [`max_age`](Self::max_age).
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets [`max_bytes`](Self::max_bytes).
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// An [`Observer`] that stores every exchange as a line of JSON in a folder, on a thread of its own.
///
/// The settings of accounts are never stored, nor what the protocol does not declare, and
/// identities only if [`RecordOptions::identities`] says so. A message that was refused is stored
/// without its text, because its settings cannot be found with certainty. What comes faster than it
/// can be written, and what cannot be written, is left out, counted in [`left_out`](Self::left_out)
/// and by the metric `hydrant_unrecorded_messages_total`, and the number is a line of the
/// recording. A folder that is removed is created again.
///
/// ```
/// use hydrant_server::record::{RecordOptions, Recorder};
///
/// let folder = tempfile::tempdir()?;
/// let recorder = Recorder::start(folder.path(), RecordOptions::default())?;
/// assert_eq!(recorder.left_out(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Dropping the recorder writes what waits.
pub struct Recorder {
    /// `None` when it is dropped.
    sender: Mutex<Option<SyncSender<Arc<Exchange>>>>,
    writer: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    waiting_bytes: AtomicUsize,
    left_out: AtomicU64,
}

impl Recorder {
    /// Starts to record in this folder, which is created if necessary. Files of earlier recordings
    /// stay until they are too old or too many.
    ///
    /// # Errors
    ///
    /// If no file can be created there.
    pub fn start(folder: impl AsRef<Path>, options: RecordOptions) -> io::Result<Self> {
        let mut files = Files::open(folder.as_ref(), options)?;
        let shared = Arc::new(Shared::default());
        let (sender, receiver) = sync_channel::<Arc<Exchange>>(WAITING);
        let redaction = Redaction::new(options.identities);
        let of_writer = Arc::clone(&shared);
        let write = move || {
            let (mut out, mut reported) = (Vec::new(), 0);
            loop {
                match receiver.recv_timeout(INTERVAL) {
                    Ok(exchange) => {
                        // The lines of a file that was removed are lost as well.
                        let removed = files.removed();
                        let left_out = &of_writer.left_out;
                        let left_out = left_out.fetch_add(removed, Ordering::Relaxed) + removed;
                        if left_out > reported {
                            line::left_out(left_out - reported, &mut out);
                        }
                        line::exchange(&exchange, &redaction, &mut out);
                        match files.write(&out) {
                            true => reported = left_out,
                            false => drop(of_writer.left_out.fetch_add(1, Ordering::Relaxed)),
                        }
                        out.clear();
                        let size = size(&exchange);
                        of_writer.waiting_bytes.fetch_sub(size, Ordering::Relaxed);
                    }
                    Err(RecvTimeoutError::Timeout) => files.expire(),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            let left_out = of_writer.left_out.load(Ordering::Relaxed);
            if left_out > reported {
                line::left_out(left_out - reported, &mut out);
                files.write(&out);
            }
        };
        let writer = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(write)?;
        Ok(Self {
            sender: Mutex::new(Some(sender)),
            writer: Some(writer),
            shared,
        })
    }

    /// How many exchanges are not recorded, because they came faster than they could be written,
    /// could not be written at all, or were in a file that somebody has removed while it was
    /// written.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.shared.left_out.load(Ordering::Relaxed)
    }
}

impl Observer for Recorder {
    fn ended(&self, exchange: &Arc<Exchange>) {
        let size = size(exchange);
        let waiting = &self.shared.waiting_bytes;
        let before = waiting.fetch_add(size, Ordering::Relaxed);
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let is_taken = before < WAITING_BYTES
            && sender
                .as_ref()
                .is_some_and(|sender| sender.try_send(Arc::clone(exchange)).is_ok());
        if !is_taken {
            waiting.fetch_sub(size, Ordering::Relaxed);
            self.shared.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lost(&self) -> u64 {
        self.left_out()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let sender = self.sender.get_mut();
        *sender.unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(writer) = self.writer.take() {
            // A panic has been printed by its hook.
            let _ = writer.join();
        }
    }
}

fn size(exchange: &Exchange) -> usize {
    exchange.body.len() + exchange.response.len()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hydrant::host::system_invocation;
    use hydrant::json::Json;
    use hydrant::message::{EventType, ScreenViewEvent};
    use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt};

    use super::*;

    struct Screens;

    impl Processor for Screens {
        type Batch = ();

        fn registration(&self) -> Registration {
            Registration::new("Screens", "1.0").events([EventType::ScreenView])
        }

        fn screen_view(
            &self,
            call: &mut Call<'_>,
            (): &mut (),
            event: &ScreenViewEvent<'_>,
        ) -> Result<(), Failure> {
            let name = event.screen_name.or_discard("no name")?;
            call.emit_keyed(b"key of ada@example.com", name.as_bytes());
            Ok(())
        }
    }

    const BODY: &str = r#"{"type":"event_processing_request","id":"66062a39-ea83-450e-9d5e-92829b6e565d",
        "account":{"account_id":7,"account_settings":{"api_key":"s3cret"}},
        "user_identities":[{"type":"email","encoding":"raw","value":"ada@example.com"}],
        "events":[{"type":"screen_view","screen_name":"home"},{"type":"screen_view"}]}"#;

    /// What a host tells its observers about the message.
    fn exchange() -> Exchange {
        let engine = Engine::new(Screens);
        let output = engine.process(BODY.as_bytes(), &system_invocation());
        let output = output.unwrap().finish();
        Exchange {
            sequence: 3,
            received_ms: 1_714_592_744_066,
            path: "/firehose".to_owned(),
            body: Bytes::from_static(BODY.as_bytes()),
            status: 200,
            response: Bytes::copy_from_slice(output.response()),
            service_time: Duration::from_micros(1500),
            ended: "answered",
            message_type: output.message_type(),
            message_id: output.message_id(),
            account_id: output.account_id(),
            outcomes: output.outcome_counts(),
            message_outcome: output.message().clone(),
            records: output.records().clone(),
            ..Exchange::default()
        }
    }

    /// What is in the files after these exchanges.
    fn recorded(options: RecordOptions, exchanges: &[Exchange]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::start(folder.path(), options).unwrap();
        for exchange in exchanges {
            recorder.ended(&Arc::new(exchange.clone()));
        }
        drop(recorder);
        let files = std::fs::read_dir(folder.path()).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        texts.collect()
    }

    #[test]
    fn a_line_has_the_request_and_what_became_of_it() {
        let text = recorded(RecordOptions::default(), &[exchange()]);
        assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
        let line = Json::new(&text).unwrap();
        let raw = |path: &[&str]| line.path(path).unwrap().raw();
        assert_eq!(raw(&["recording"]), "1");
        assert_eq!(raw(&["received_ms"]), "1714592744066");
        assert_eq!(raw(&["path"]), r#""/firehose""#);
        assert_eq!(raw(&["type"]), r#""event_processing_request""#);
        assert_eq!(raw(&["account_id"]), "7");
        assert_eq!(raw(&["bytes"]), BODY.len().to_string());
        assert_eq!(raw(&["request", "account", "account_settings"]), "{}");
        assert_eq!(raw(&["service_us"]), "1500");
        assert_eq!(raw(&["outcomes", "done"]), "1");
        assert_eq!(raw(&["outcomes", "discarded"]), "1");
        assert_eq!(raw(&["response", "type"]), r#""event_processing_response""#);
        let record = line.get("records").unwrap().at(0).unwrap();
        assert_eq!(record.get("bytes").unwrap().raw(), "4");
        assert!(record.get("sha256").is_some() && record.get("payload").is_none());
        for secret in ["s3cret", "ada@example.com"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }

    #[test]
    fn identities_are_kept_if_they_are_wanted_and_settings_are_not() {
        let text = recorded(RecordOptions::default().identities(true), &[exchange()]);
        assert!(!text.contains("s3cret"), "{text}");
        let line = Json::new(&text).unwrap();
        let record = line.get("records").unwrap().at(0).unwrap();
        assert_eq!(record.get("payload").unwrap().raw(), r#""home""#);
        assert_eq!(text.matches("ada@example.com").count(), 2, "{text}");
    }

    #[test]
    fn a_refused_message_is_recorded_without_its_text() {
        let body =
            br#"{"type":"event_processing_request","account":{"account_settings":{"k":"s3cret""#;
        let engine = Engine::new(Screens);
        let error = engine.process(body, &system_invocation());
        let refused = Exchange {
            body: Bytes::from_static(body),
            status: 400,
            response: Bytes::from_static(b"not a message"),
            ended: "refused",
            error: Some(error.err().unwrap()),
            ..Exchange::default()
        };
        let text = recorded(RecordOptions::default().identities(true), &[refused]);
        assert!(!text.contains("s3cret"), "{text}");
        let line = Json::new(&text).unwrap();
        assert!(line.get("request").is_none() && line.get("response").is_none());
        assert_eq!(line.get("status").unwrap().raw(), "400");
        assert!(line.get("error").is_some());
    }

    #[test]
    fn what_cannot_wait_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::start(folder.path(), RecordOptions::default()).unwrap();
        // As if so many bytes were waiting.
        let waiting = &recorder.shared.waiting_bytes;
        waiting.fetch_add(WAITING_BYTES, Ordering::Relaxed);
        recorder.ended(&Arc::new(exchange()));
        assert_eq!(recorder.left_out(), 1);
        waiting.fetch_sub(WAITING_BYTES, Ordering::Relaxed);
        recorder.ended(&Arc::new(exchange()));
        drop(recorder);
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], r#"{"recording":1,"left_out":1}"#);
    }

    /// Messages are lost only while the folder cannot be created again.
    #[cfg(unix)]
    #[test]
    fn what_cannot_be_written_is_counted_and_recording_recovers() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("recordings");
        let recorder = Recorder::start(&folder, RecordOptions::default()).unwrap();
        let record = || recorder.ended(&Arc::new(exchange()));
        let wait = |lost| {
            let deadline = std::time::Instant::now() + Duration::from_secs(20);
            while recorder.lost() < lost {
                assert!(std::time::Instant::now() < deadline, "{}", recorder.lost());
                thread::yield_now();
            }
        };
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
        for lost in 1..=3 {
            record();
            wait(lost);
        }
        std::fs::remove_file(&folder).unwrap();
        record();
        drop(recorder);
        let file = std::fs::read_dir(&folder).unwrap().next().unwrap();
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0], r#"{"recording":1,"left_out":3}"#);
    }
}
