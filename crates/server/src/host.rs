//! [`Host`]: options of a module as a service, and its start.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

use hydrant::Engine;
use hydrant::delivery::Sink;
use hydrant::host::Module;
use hydrant_runtime::{DeadLetters, Processing, Targets};
use tokio::sync::Semaphore;

use crate::authorization::Oauth;
use crate::error::StartError;
use crate::exchange::Observer;
use crate::kinds::Endpoint;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::running::Running;
use crate::service::{Service, Shared};
use crate::tokens::Tokens;

/// The length of messages, in bytes, for which buffers are kept.
const KEPT_BYTES: usize = 256 << 10;

/// A module with the options of a service.
///
/// ```
/// use hydrant::Engine;
/// use hydrant_server::{Endpoint, Host, Limits};
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let service = Host::new(Engine::new_async(Acme))
///     .limits(Limits::new().concurrency(400))
///     .token("a token of the sender")
///     .endpoint("/firehose", Endpoint::All)
///     .start()?;
/// let router: axum::Router = service.router();
/// # let _ = router;
/// # Ok::<(), hydrant_server::StartError>(())
/// # }).unwrap();
/// ```
#[must_use = "nothing runs until `start` is called"]
pub struct Host<P, K> {
    engine: Engine<P>,
    targets: Targets,
    limits: Limits,
    endpoints: Vec<(String, Endpoint)>,
    observers: Vec<Box<dyn Observer>>,
    tokens: Vec<String>,
    tokens_file: Option<PathBuf>,
    grace: Duration,
    blocking: bool,
    #[cfg(feature = "acknowledge-first")]
    first: Option<hydrant_forward::AcknowledgeFirst>,
    kind: PhantomData<fn() -> K>,
}

impl<P: Module<K> + 'static, K: 'static> Host<P, K> {
    /// A host with this engine and its policies.
    pub fn new(engine: Engine<P>) -> Self {
        Self {
            engine,
            targets: Targets::new(),
            limits: Limits::new(),
            endpoints: Vec::new(),
            observers: Vec::new(),
            tokens: Vec::new(),
            tokens_file: None,
            grace: Duration::ZERO,
            blocking: false,
            #[cfg(feature = "acknowledge-first")]
            first: None,
            kind: PhantomData,
        }
    }

    /// Delivers the records that handlers emit to this target, and settles the events that they are
    /// from, before the message is answered. Without a target a message with records is not
    /// answered, because they would be lost.
    pub fn deliver_to(mut self, sink: impl Sink + 'static) -> Self {
        self.targets = self.targets.records(sink);
        self
    }

    /// Stores what is rejected in this target, and then answers the message.
    pub fn dead_letters_to(mut self, sink: impl Sink + 'static) -> Self {
        self.targets = self.targets.letters_to(sink);
        self
    }

    /// Like [`dead_letters_to`](Self::dead_letters_to), for any other destination.
    pub fn dead_letters(mut self, letters: impl DeadLetters + 'static) -> Self {
        self.targets = self.targets.letters(letters);
        self
    }

    /// Sets the limits and the time-outs.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a URL, by its path, and what it receives; a message of another type gets 400. Without a
    /// call of this, the path `/` receives everything.
    pub fn endpoint(mut self, path: impl Into<String>, endpoint: Endpoint) -> Self {
        self.endpoints.push((path.into(), endpoint));
        self
    }

    /// Adds an observer of all messages.
    pub fn observe(mut self, observer: impl Observer) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Adds a token of the sender. Without tokens, everybody may send messages.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Adds the tokens in a file: one per line; lines that begin with `#` are left out. The file is
    /// read again every ten seconds, so that tokens can change without a restart: add the new one,
    /// change it at the sender, and remove the old one.
    pub fn tokens_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tokens_file = Some(path.into());
        self
    }

    /// Answers 503 instead of 401 for this long after the start and after each change of the tokens.
    /// The sender does not repeat after 401, so that its data is lost; `Duration::MAX` is always.
    pub fn auth_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs each message on a thread that may block, for synchronous handlers that wait for a disk or
    /// a network. It costs a message about 10 µs.
    pub fn blocking_handlers(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Stores messages durably and answers them with 202 before they are processed, for modules that
    /// take longer than the sender waits: `hydrant consume` processes them later. What cannot be
    /// stored, such as registrations, goes to the module.
    #[cfg(feature = "acknowledge-first")]
    #[cfg_attr(docsrs, doc(cfg(feature = "acknowledge-first")))]
    pub fn acknowledge_first(mut self, first: hydrant_forward::AcknowledgeFirst) -> Self {
        self.first = Some(first);
        self
    }

    /// Starts the service, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Tokens that cannot be read, and a path that is not one or that is given twice.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, if there are targets.
    pub fn start(mut self) -> Result<Service, StartError> {
        if self.endpoints.is_empty() {
            self.endpoints.push(("/".to_owned(), Endpoint::All));
        }
        check_paths(&self.endpoints)?;
        let options = self.engine.options().clone();
        let bytes = options.max_bytes.min(self.limits.max_body_bytes);
        let engine = self.engine.with_options(options.max_bytes(bytes));
        let shared = Arc::new(Shared {
            slots: Arc::new(Semaphore::new(self.limits.concurrency)),
            limits: self.limits,
            endpoints: self.endpoints,
            observers: self.observers,
            metrics: Metrics::new(),
            tokens: Tokens::new(&self.tokens, self.tokens_file, self.grace)?,
            sequence: AtomicU64::new(0),
            oauth: Oauth::of(engine.registration()),
            buffered: AtomicUsize::new(0),
            unauthorized: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let module = Arc::new(Running {
            processing: Processing::<P, K>::start(engine, self.targets, KEPT_BYTES),
            shared: Arc::clone(&shared),
            blocking: self.blocking,
            #[cfg(feature = "acknowledge-first")]
            first: self.first,
        });
        Ok(Service { shared, module })
    }
}

fn check_paths(endpoints: &[(String, Endpoint)]) -> Result<(), StartError> {
    for (at, (path, _)) in endpoints.iter().enumerate() {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if !path.starts_with('/') || !path.bytes().all(plain) {
            let expected = "expected `/` and then letters, digits, `/`, `-`, `.`, `_` or `~`";
            return Err(StartError::new(format!(
                "`{path}` is not a path: {expected}"
            )));
        }
        if endpoints.iter().take(at).any(|(other, _)| other == path) {
            return Err(StartError::new(format!("the path `{path}` is given twice")));
        }
    }
    Ok(())
}

impl<P, K> fmt::Debug for Host<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("targets", &self.targets)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
