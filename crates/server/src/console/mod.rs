//! [`Console`]: a web page on the listener of the administrator, which shows the messages that the
//! service processes and sends others. `crates/server/console` has the source of the page, and its
//! build writes `index.html`.
//!
//! ```text
//!  Host ──► Exchange ──► Ring ──► summaries ──► stream of the page
//!                          └────► detail: text redacted, typed view, errors, records
//!  page ──► access ──► routes ──► Service::process
//! ```
//!
//! The page gets values of identities only if somebody has switched them on, and those of settings
//! never: `place` decides who may see a value, `walk` finds the values, `redact` hides them.

mod access;
mod declared;
mod detail;
mod document;
mod redact;
mod ring;
mod routes;
mod samples;
mod settings;
mod stream;
mod summary;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use hydrant::Engine;
use hydrant::message::MessageCommon;
use hydrant::validate::Finding;
use tokio::sync::Semaphore;

use crate::error::StartError;
use crate::exchange::{Exchange, Observer, RefusedRequest};
use crate::service::Service;
use access::Access;
use ring::{Bounds, Ring};

/// A web page that shows what happens to messages, and sends others: add it to the host as an
/// observer, and its routes to the listener of the administrator. Clones are handles of the same
/// console.
///
/// ```
/// use hydrant::Engine;
/// use hydrant_server::{Console, ConsoleOptions, Host, Server};
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let engine = Engine::new_async(Acme);
/// let console = Console::new(&engine, ConsoleOptions::new())?;
/// let service = Host::new(engine).observe(console.clone()).start()?;
/// let server = Server::new(service.clone(), ([127, 0, 0, 1], 8080).into())
///     .admin(([127, 0, 0, 1], 9090).into())
///     .admin_routes(console.routes(&service));
/// # let _ = server;
/// # Ok::<(), hydrant_server::StartError>(())
/// # }).unwrap();
/// ```
///
/// It keeps messages in memory, with identities and settings. The page gets identities only after
/// somebody has switched them on, and settings never. Requests with another host name than one of
/// the loopback interface are refused, those of other sites, and those without the token of the
/// page.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    ring: Ring,
    access: Access,
    revealed: AtomicBool,
    streams: Arc<Semaphore>,
    module: String,
    version: String,
    /// The text of the registration response.
    registration: Vec<u8>,
    findings: Vec<Finding>,
    sink: String,
}

/// Options of a [`Console`].
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct ConsoleOptions {
    messages: usize,
    memory: usize,
    hosts: Vec<String>,
    sink: String,
}

impl ConsoleOptions {
    /// A thousand messages, 64 MiB, loopback names only.
    pub fn new() -> Self {
        Self {
            messages: 1000,
            memory: 64 << 20,
            hosts: Vec::new(),
            sink: String::new(),
        }
    }

    /// Sets the number of messages that are kept.
    pub fn messages(mut self, most: usize) -> Self {
        self.messages = most;
        self
    }

    /// Sets the memory for them, in bytes. Of a message that needs more than a quarter of it, the
    /// text is not kept.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Allows another host name or address, without a port, beside those of the loopback interface.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Sets the name of the target of the records, which the page shows.
    pub fn sink(mut self, name: impl Into<String>) -> Self {
        self.sink = name.into();
        self
    }
}

impl Default for ConsoleOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl Console {
    /// A console for the module of this engine.
    ///
    /// # Errors
    ///
    /// The operating system has no random numbers for the token of the page.
    pub fn new<P>(engine: &Engine<P>, options: ConsoleOptions) -> Result<Self, StartError> {
        let registration = engine.registration();
        Ok(Self(Arc::new(Inner {
            ring: Ring::new(Bounds {
                messages: options.messages,
                bytes: options.memory,
            }),
            access: Access::new(&options.hosts)?,
            revealed: AtomicBool::new(false),
            streams: Arc::new(Semaphore::new(stream::STREAMS)),
            module: registration.name().unwrap_or_default().to_owned(),
            version: registration.version().unwrap_or_default().to_owned(),
            registration: registration.to_json(MessageCommon::default()),
            findings: engine.check(),
            sink: options.sink,
        })))
    }

    /// The page at `/`, and what it requests below `/api`. Messages that it sends are processed by
    /// this service.
    pub fn routes(&self, service: &Service) -> Router {
        routes::router(self.clone(), service.clone())
    }
}

impl Observer for Console {
    fn ended(&self, exchange: &Arc<Exchange>) {
        self.0.ring.push(exchange);
    }

    fn refused(&self, request: &Arc<RefusedRequest>) {
        self.0.ring.push_refused(request);
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("module", &self.0.module)
            .field("bounds", &self.0.ring.bounds())
            .finish_non_exhaustive()
    }
}
