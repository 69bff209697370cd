//! Group commit: one task writes all letters that are waiting, with one `fsync`.

use std::io::{self, Write};
use std::sync::{Arc, MutexGuard, PoisonError};

use hydrant::delivery::DeadLetter;
use tokio::sync::oneshot;

use super::{State, Store, now_ms};
use crate::dead_letters::DeadLetterError;
use crate::dead_letters::segment::Segment;

/// The letters that wait to be written.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Vec<Waiting>,
    /// Whether a task is writing. It takes what comes while it writes.
    writing: bool,
}

struct Waiting {
    line: Vec<u8>,
    timestamp_ms: i64,
    stored: oneshot::Sender<Result<(), String>>,
}

/// Stores a letter with those that wait.
pub(super) async fn put(store: &Arc<Store>, mut line: Vec<u8>) -> Result<(), DeadLetterError> {
    let read = DeadLetter::read(&line);
    let letter =
        read.map_err(|error| DeadLetterError::new("this is not a dead letter").with_source(error))?;
    if line.first() != Some(&b'{') || line.contains(&b'\n') {
        return Err(DeadLetterError::new("a dead letter is one line"));
    }
    let timestamp_ms = letter.timestamp_ms;
    line.push(b'\n');
    let (stored, result) = oneshot::channel();
    let begins = {
        let mut queue = store.queue();
        queue.waiting.push(Waiting {
            line,
            timestamp_ms,
            stored,
        });
        !std::mem::replace(&mut queue.writing, true)
    };
    if begins {
        let writer = Writer {
            store: Arc::clone(store),
            ended: false,
        };
        tokio::task::spawn_blocking(move || writer.run().send());
    }
    match result.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(message)) => Err(DeadLetterError::new(message)),
        Err(_) => Err(DeadLetterError::new(
            "the runtime ended before the dead letter was stored",
        )),
    }
}

/// The task that writes, also if it panics or never runs.
struct Writer {
    store: Arc<Store>,
    ended: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let mut queue = self.store.queue();
        queue.writing = false;
        // Those who wait see that nobody stores their letters.
        queue.waiting.clear();
    }
}

impl Writer {
    /// Writes until nobody waits, and returns the last replies. They are sent without the store,
    /// so that a caller that gets one and drops the store can open it again.
    fn run(mut self) -> Replies {
        loop {
            let waiting = std::mem::take(&mut self.store.queue().waiting);
            let result = self.store.append(&waiting);
            let replies = Replies {
                waiting,
                result: result.map_err(|error| error.to_string()),
            };
            let mut queue = self.store.queue();
            if queue.waiting.is_empty() {
                // Under the lock: who comes later begins another task.
                queue.writing = false;
                self.ended = true;
                drop(queue);
                return replies;
            }
            drop(queue);
            replies.send();
        }
    }
}

struct Replies {
    waiting: Vec<Waiting>,
    result: Result<(), String>,
}

impl Replies {
    fn send(self) {
        for one in self.waiting {
            let _ = one.stored.send(self.result.clone());
        }
    }
}

impl Store {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends letters durably, all or none.
    fn append(&self, letters: &[Waiting]) -> Result<(), DeadLetterError> {
        let mut state = self.state();
        self.rotate(&mut state)?;
        let lines: Vec<u8> = letters
            .iter()
            .flat_map(|it| it.line.iter().copied())
            .collect();
        // Closed unless everything succeeds.
        let Some((number, mut file)) = state.current.take() else {
            return Err(DeadLetterError::new("there is no file of dead letters"));
        };
        let Some(segment) = state.segments.get_mut(&number) else {
            return Err(DeadLetterError::new("there is no file of dead letters"));
        };
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // The lines may be there in part. After a failed `fsync` it is unknown what is on the
            // disk, so that the next letters go to a new file, and opening cuts off what is
            // incomplete if this fails.
            let _ = file.set_len(segment.bytes).and_then(|()| file.sync_data());
            let failed = DeadLetterError::io("write", &segment.path, error);
            if segment.bytes == 0 && segment.delete().is_ok() {
                state.segments.remove(&number);
            }
            return Err(failed);
        }
        segment.bytes += lines.len() as u64;
        segment.letters += letters.len();
        for letter in letters {
            segment.note(letter.timestamp_ms);
        }
        state.stored += letters.len() as u64;
        state.current = Some((number, file));
        Ok(())
    }

    /// Begins a new file if there is none, or if the current one is large or old enough.
    fn rotate(&self, state: &mut State) -> Result<(), DeadLetterError> {
        let now_ms = now_ms();
        if let Some((number, _)) = &state.current {
            let segment = state.segments.get(number);
            let age = i64::try_from(self.options.file_age.as_millis()).unwrap_or(i64::MAX);
            let is_full = segment.is_none_or(|segment| {
                let first = segment.oldest_ms;
                segment.bytes >= self.options.file_bytes
                    || first.is_some_and(|first| now_ms.saturating_sub(first) >= age)
            });
            if !is_full {
                return Ok(());
            }
            state.current = None;
        }
        self.expire(state, now_ms)?;
        let number = state.next;
        state.next += 1;
        let path = self.path(number);
        let created = Segment::create(path.clone());
        let failed = |error: io::Error| DeadLetterError::io("create", &path, error);
        let (segment, file) = created.map_err(failed)?;
        state.segments.insert(number, segment);
        state.current = Some((number, file));
        Ok(())
    }
}
