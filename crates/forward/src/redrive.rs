//! Redelivery of dead letters.

use hydrant::ParseOptions;
use hydrant::delivery::DeadLetter;

use crate::dead_letters::Letters;
use crate::forwarder::{Forwarder, Prepared, Settled};
use crate::mapping::{MapError, Mapping};
use crate::parts::account_settings;

/// What became of dead letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redriven {
    /// Letters that were to be forwarded: those that were taken, and after an early end also those of
    /// a folder that were not.
    pub letters: u64,
    /// Letters that are delivered and no longer stored.
    pub delivered: u64,
    /// Letters that the target rejected again, and that are stored with the new reason.
    pub rejected: u64,
    /// The other letters, which stay: their message cannot be read or has nothing for this connection,
    /// or they were not delivered before the end.
    pub kept: u64,
}

/// How many letters are on their way together.
const TOGETHER: usize = 100;

/// A letter that was taken, and where it is stored.
struct Taken {
    place: Place,
    line: Vec<u8>,
}

enum Place {
    Folder(hydrant_runtime::LetterId),
    #[cfg(feature = "aws")]
    Queue(String),
}

impl Forwarder {
    /// Forwards up to `most` dead letters again, oldest first, each with the settings that the
    /// configuration has for its account. A letter is removed only after its records are delivered
    /// or stored again, so an interruption loses nothing.
    ///
    /// `stopped` is asked between groups of letters that are on their way together. `kept` gets the
    /// reason for each letter that stays, which names the message, but nothing in it.
    ///
    /// # Errors
    ///
    /// Why it ended early, with what was done until then: there are no dead letters, they cannot be
    /// read or written, or a record was not delivered, which names the account.
    pub async fn redrive(
        &self,
        most: u64,
        stopped: impl FnMut() -> bool,
        kept: impl FnMut(&str),
    ) -> Result<Redriven, (Redriven, String)> {
        let mut done = Redriven::default();
        let Some(letters) = self.letters() else {
            let what = "there are no dead letters: set `dead_letters` or `dead_letter_queue_url`";
            return Err((done, what.to_owned()));
        };
        let mut mapping = self.mapping().map_err(|error| (done, error.to_string()))?;
        let mut source = Source {
            letters,
            after: None,
            // Letters that are stored again come after these.
            left: letters.count().unwrap_or(u64::MAX).min(most),
            is_counted: letters.count().is_some(),
            #[cfg(feature = "aws")]
            began_ms: crate::forwarder::now_ms(),
        };
        let ended = self
            .redrive_from(&mut source, &mut mapping, &mut done, stopped, kept)
            .await;
        if source.is_counted {
            // After an early end.
            done.letters += source.left;
        }
        done.kept = done.letters - done.delivered - done.rejected;
        match ended {
            Ok(()) => Ok(done),
            Err(error) => Err((done, error)),
        }
    }

    async fn redrive_from(
        &self,
        source: &mut Source<'_>,
        mapping: &mut Mapping,
        done: &mut Redriven,
        mut stopped: impl FnMut() -> bool,
        mut kept: impl FnMut(&str),
    ) -> Result<(), String> {
        while !stopped() {
            let taken = source.next(TOGETHER).await?;
            if taken.is_empty() {
                source.left = 0;
                break;
            }
            done.letters += taken.len() as u64;
            let (mut submitted, mut failure) = (Vec::new(), None);
            for letter in taken {
                match self.prepare(mapping, &letter.line) {
                    Ok(Ready { prepared, account }) => {
                        let submission = self.submit(prepared).await;
                        submitted.push((submission, letter.place, account));
                    }
                    Err(Unready::Kept(reason)) => kept(&reason),
                    Err(Unready::Failed(reason)) => {
                        failure = Some(reason);
                        break;
                    }
                }
            }
            let mut settled = Vec::new();
            for (submission, place, account) in submitted {
                match self.settle(submission).await {
                    Settled::Acknowledged { dead_letters, .. } => {
                        match dead_letters {
                            0 => done.delivered += 1,
                            _ => done.rejected += 1,
                        }
                        settled.push(place);
                    }
                    Settled::Unacknowledged { reason } => {
                        failure.get_or_insert_with(|| of_account(account, reason));
                    }
                }
            }
            source.letters.remove(settled).await?;
            if let Some(reason) = failure {
                return Err(reason);
            }
        }
        Ok(())
    }

    /// The records of a letter.
    fn prepare(&self, mapping: &mut Mapping, line: &[u8]) -> Result<Ready, Unready> {
        let letter = DeadLetter::read(line).map_err(|error| Unready::Kept(error.to_string()))?;
        let stays = |reason: String| {
            Unready::Kept(match (letter.message_id, letter.event) {
                (Some(id), Some(event)) => format!("message {id}, event {event}: {reason}"),
                (Some(id), None) => format!("message {id}: {reason}"),
                (None, _) => reason,
            })
        };
        let account = letter.account_id();
        let settings = account_settings(self.config(), account);
        let restored = letter.restore(&settings);
        let body = restored.map_err(|error| stays(error.to_string()))?;
        // The limits were applied when the message was received.
        let options = ParseOptions::new()
            .max_bytes(ParseOptions::MAX_BYTES)
            .max_depth(ParseOptions::MAX_DEPTH)
            .max_memory(usize::MAX);
        let mut prepared = Prepared::default();
        let mapped = mapping.map(&body, &options, |_| true, |record| prepared.add(record));
        let mut mapped = mapped.map_err(|error| match error {
            MapError::Refused(error) => stays(error.to_string()),
            error => Unready::Failed(error.to_string()),
        })?;
        prepared.finish(&mut mapped, &body);
        match prepared.is_empty() {
            false => Ok(Ready { prepared, account }),
            true => Err(stays(
                "the connection forwards nothing of the message".to_owned(),
            )),
        }
    }
}

/// A reason with the account of the letter, which it may name already.
fn of_account(account: Option<i32>, reason: String) -> String {
    match account.map(|account| format!("account {account}: ")) {
        Some(named) if !reason.contains(&named) => named + &reason,
        _ => reason,
    }
}

/// A letter that can be forwarded.
struct Ready {
    prepared: Prepared,
    account: Option<i32>,
}

/// Why a letter cannot be forwarded.
enum Unready {
    /// It stays.
    Kept(String),
    /// The store of the identities sent has failed.
    Failed(String),
}

/// Takes letters.
struct Source<'l> {
    letters: &'l Letters,
    after: Option<hydrant_runtime::LetterId>,
    /// How many letters are to be taken.
    left: u64,
    /// Whether there are so many.
    is_counted: bool,
    #[cfg(feature = "aws")]
    began_ms: i64,
}

/// The deadline of a request to the queue.
#[cfg(feature = "aws")]
fn soon() -> std::time::Instant {
    std::time::Instant::now() + std::time::Duration::from_secs(30)
}

impl Source<'_> {
    async fn next(&mut self, most: usize) -> Result<Vec<Taken>, String> {
        let most = most.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(Vec::new());
        }
        let taken: Vec<Taken> = match self.letters {
            Letters::Folder(folder) => {
                let letters = folder.read(self.after, most);
                let letters = letters.map_err(|error| error.to_string())?;
                self.after = letters.last().map(|(id, _)| *id).or(self.after);
                let taken = letters.into_iter().map(|(id, line)| Taken {
                    place: Place::Folder(id),
                    line,
                });
                taken.collect()
            }
            #[cfg(feature = "aws")]
            Letters::Queue(queue) => {
                let wait = std::time::Duration::from_secs(1);
                let deadline = soon();
                let sink = queue.pipeline().sink();
                let received = sink.receive(most, wait, deadline).await;
                let received =
                    received.map_err(|fate| format!("the queue of dead letters: {fate}"))?;
                let is_old = |line: &str| {
                    let letter = DeadLetter::read(line.as_bytes());
                    letter.map_or(true, |letter| letter.timestamp_ms < self.began_ms)
                };
                let old = received.into_iter().filter(|message| is_old(&message.body));
                let taken = old.map(|message| Taken {
                    place: Place::Queue(message.receipt),
                    line: message.body.into_bytes(),
                });
                taken.collect()
            }
        };
        self.left = self.left.saturating_sub(taken.len() as u64);
        Ok(taken)
    }
}

impl Letters {
    /// The number of letters, if it is known.
    fn count(&self) -> Option<u64> {
        match self {
            Self::Folder(folder) => Some(folder.stats().letters as u64),
            #[cfg(feature = "aws")]
            Self::Queue(_) => None,
        }
    }

    /// Removes letters.
    async fn remove(&self, places: Vec<Place>) -> Result<(), String> {
        match self {
            Self::Folder(folder) => {
                let mut ids = Vec::new();
                for place in places {
                    match place {
                        Place::Folder(id) => ids.push(id),
                        #[cfg(feature = "aws")]
                        Place::Queue(_) => {}
                    }
                }
                let removed = folder.remove(&ids);
                removed.map(|_| ()).map_err(|error| error.to_string())
            }
            #[cfg(feature = "aws")]
            Self::Queue(queue) => {
                let receipts: Vec<_> = places
                    .iter()
                    .filter_map(|place| match place {
                        Place::Queue(receipt) => Some(receipt.as_str()),
                        Place::Folder(_) => None,
                    })
                    .collect();
                for receipts in receipts.chunks(10) {
                    let deadline = soon();
                    let sink = queue.pipeline().sink();
                    let fates = sink.delete(receipts.iter().copied(), deadline).await;
                    if let Some(fate) = fates.into_iter().find(|fate| !fate.is_delivered()) {
                        return Err(format!("the queue of dead letters: {fate}"));
                    }
                }
                Ok(())
            }
        }
    }
}
