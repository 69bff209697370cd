//! [`Targets`]: where the records and the dead letters of a module go.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use hydrant::delivery::Sink;

use crate::{DeadLetterError, DeadLetters, DynSink};

/// Where the records and the dead letters of a module go. Without a target a message with records is
/// not answered, because they would be lost.
///
/// ```
/// use hydrant_runtime::Targets;
/// use hydrant_testing::MemorySink;
///
/// let targets = Targets::new().records(MemorySink::new()).letters_to(MemorySink::new());
/// # let _ = targets;
/// ```
#[derive(Default)]
#[must_use]
pub struct Targets {
    pub(super) records: Option<DynSink>,
    pub(super) letters: Option<LetterTarget>,
}

pub(super) enum LetterTarget {
    Store(Box<dyn Letters>),
    Sink(DynSink),
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`DeadLetters`] with a boxed future.
pub(super) trait Letters: Send + Sync {
    fn put_boxed(
        &self,
        letter: Vec<u8>,
        deadline: Instant,
    ) -> Boxed<'_, Result<(), DeadLetterError>>;
}

impl<D: DeadLetters> Letters for D {
    fn put_boxed(
        &self,
        letter: Vec<u8>,
        deadline: Instant,
    ) -> Boxed<'_, Result<(), DeadLetterError>> {
        Box::pin(self.put_until(letter, deadline))
    }
}

impl Targets {
    /// No target.
    pub fn new() -> Self {
        Self::default()
    }

    /// Delivers records to this sink, and settles the events that they are from, before the message
    /// is answered. They have the key that the handler gave them, the time of the message, and its
    /// account with the settings, which a sink may need for its address or its authentication.
    pub fn records(mut self, sink: impl Sink + 'static) -> Self {
        self.records = Some(DynSink::new(sink));
        self
    }

    /// Stores what is rejected in this sink, and then answers the message. It sets
    /// [`RejectPolicy::DeadLetter`](hydrant::engine::RejectPolicy::DeadLetter).
    pub fn letters_to(mut self, sink: impl Sink + 'static) -> Self {
        self.letters = Some(LetterTarget::Sink(DynSink::new(sink)));
        self
    }

    /// Like [`letters_to`](Self::letters_to), for any other destination.
    pub fn letters(mut self, letters: impl DeadLetters + 'static) -> Self {
        self.letters = Some(LetterTarget::Store(Box::new(letters)));
        self
    }

    /// Whether there is a destination of dead letters.
    #[must_use]
    pub fn stores_letters(&self) -> bool {
        self.letters.is_some()
    }

    /// Whether there is a target of records.
    #[must_use]
    pub fn delivers_records(&self) -> bool {
        self.records.is_some()
    }
}

impl fmt::Debug for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Targets")
            .field("records", &self.records.is_some())
            .field("letters", &self.letters.is_some())
            .finish()
    }
}
