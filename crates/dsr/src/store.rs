//! [`ErasureStore`], and what is done with any store.

use std::fmt;
use std::future::Future;

use hydrant::engine::FailureKind;
use hydrant::message::{DsrProcessingRequest, DsrRequestType};
use hydrant::{Failure, ResultExt};

use crate::{Erasure, ErasureKey};

/// The state of an erasure before it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begun {
    /// It was not stored: this is the first request.
    New,
    /// It is stored and not done: it is being done, or the process that did it ended.
    Pending,
    /// It is done.
    Done,
}

/// A durable store of erasures.
///
/// An implementation must have stored an erasure durably when `begin` returns, and must be shared by
/// all processes that receive requests. It should forget erasures that are done after some months,
/// and must keep no identities of them.
pub trait ErasureStore: Send + Sync {
    /// Stores an erasure unless it is stored already.
    ///
    /// # Errors
    ///
    /// If it is unknown whether the erasure is stored.
    fn begin(&self, erasure: &Erasure) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// Marks an erasure as done at this time (milliseconds since the epoch) and deletes its request.
    ///
    /// # Errors
    ///
    /// If it is unknown whether this is stored.
    fn complete(
        &self,
        key: &ErasureKey,
        now_ms: i64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The erasures that are not done, oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn pending(&self) -> impl Future<Output = Result<Vec<Erasure>, StoreError>> + Send;
}

/// A failure of a store. It contains no identities.
#[derive(Debug)]
pub struct StoreError {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// A failure with this text, which must contain no identities.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_deref()?)
    }
}

/// Erases the data of a person unless that is done already: stores the request, awaits `erase`, and
/// marks it as done. For a request that is done, `erase` is not polled.
///
/// If `erase` asks for a retry or rejects, or the process ends, the erasure stays pending: the
/// platform repeats the request, and [`resume`] finds it after a restart. So `erase` must tolerate
/// that it is repeated after it was interrupted, and that it runs twice if the same request arrives
/// again before it is done. A discarded erasure counts as done.
///
/// # Errors
///
/// The failure of `erase`; *retry* if the store fails; *reject* if the request is not an erasure, or
/// has no `subject_request_id`, without which repetitions cannot be recognized.
pub async fn erase_once<S: ErasureStore>(
    store: &S,
    request: &DsrProcessingRequest<'_>,
    now_ms: i64,
    erase: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    if request
        .subject_request_type
        .is_some_and(|kind| kind != DsrRequestType::Erasure)
    {
        return Err(Failure::reject("the request is not an erasure"));
    }
    let erasure = Erasure::new(request, now_ms).or_reject("no subject_request_id")?;
    if store.begin(&erasure).await? == Begun::Done {
        return Ok(());
    }
    let erased = erase.await;
    if is_final(&erased) {
        store.complete(erasure.key(), now_ms).await?;
    }
    erased
}

/// Whether an erasure is done, or discarded, which is answered and not repeated.
fn is_final(erased: &Result<(), Failure>) -> bool {
    match erased {
        Ok(()) => true,
        Err(failure) => failure.kind() == FailureKind::Discard,
    }
}

/// The number of erasures by result.
#[must_use = "erasures can fail"]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resumed {
    /// Erasures that are done now, or discarded.
    pub done: usize,
    /// Erasures that failed and stay pending.
    pub failed: usize,
}

/// Does the erasures that are pending, oldest first, for example after a restart, or regularly if
/// `dsr` only stores them. A failure does not affect the others.
///
/// A stored request has no settings of the account; `erase` gets them from the configuration of the
/// module.
///
/// # Errors
///
/// If the store fails.
///
/// ```
/// use hydrant::message::Message;
/// use hydrant::{Failure, ParseOptions, Scratch, parse};
/// use hydrant_dsr::{Erasure, ErasureStore, StoreError, resume};
///
/// async fn after_a_restart(store: &impl ErasureStore, now_ms: i64) -> Result<(), StoreError> {
///     let resumed = resume(store, now_ms, async |erasure: &Erasure| {
///         let mut scratch = Scratch::new();
///         let parsed = parse(erasure.request(), &mut scratch, &ParseOptions::new())?;
///         let Message::DsrProcessingRequest(request) = parsed.message else {
///             return Err(Failure::reject("another message"));
///         };
///         let _ = request.email(); // Delete the data of this person.
///         Ok(())
///     });
///     let resumed = resumed.await?;
///     println!("{} erasures done, {} failed", resumed.done, resumed.failed);
///     Ok(())
/// }
/// ```
pub async fn resume<S: ErasureStore>(
    store: &S,
    now_ms: i64,
    mut erase: impl AsyncFnMut(&Erasure) -> Result<(), Failure>,
) -> Result<Resumed, StoreError> {
    let mut resumed = Resumed::default();
    for erasure in store.pending().await? {
        if is_final(&erase(&erasure).await) {
            store.complete(erasure.key(), now_ms).await?;
            resumed.done += 1;
        } else {
            resumed.failed += 1;
        }
    }
    Ok(resumed)
}
