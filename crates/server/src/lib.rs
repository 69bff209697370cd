//! Serves a [hydrant](https://docs.rs/hydrant) module over HTTP and HTTPS.
//!
//! - [`Host`]: a module with its options: targets, tokens, URLs, limits, observers
//! - [`Service`]: the running module; [`Service::router`] mounts it in another program
//! - [`Server`]: the public listener, with TLS, and that of the administrator
//! - [`Exchange`]: everything about one message, for observers
//!
//! ```text
//!  connection ──► header ──► permission ──► body ──► slot ──► decompressed ──► Processing ──► answer
//!  time-outs      limits     by token       limits   or 429   within limits    (runtime)  └──► observers
//! ```
//!
//! A message is answered with 200 only after its records are delivered. It is processed to its end
//! although the sender disconnects, and at the end of the process. A body is received before it takes
//! a slot, so that slow senders hold none; a request for which there is no room is refused before its
//! body is received.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod activity;
mod admin;
mod authorization;
mod body;
mod connection;
#[cfg(feature = "console")]
mod console;
mod continued;
mod error;
mod exchange;
#[cfg(feature = "acknowledge-first")]
mod first;
mod host;
mod kinds;
mod limits;
mod log;
mod metrics;
mod place;
pub mod record;
mod refusal;
mod router;
mod running;
mod server;
mod service;
mod tls;
mod tokens;

#[cfg(feature = "console")]
#[cfg_attr(docsrs, doc(cfg(feature = "console")))]
pub use console::{Console, ConsoleOptions};
pub use error::StartError;
pub use exchange::{Exchange, NotDone, Observer, Part, RefusedRequest, Source};
pub use host::Host;
pub use kinds::Endpoint;
pub use limits::Limits;
pub use server::{Listening, Server};
pub use service::{Incoming, Service};
pub use tls::TlsFiles;

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use hydrant::host::Module;

/// Serves a module with default options until `shutdown` is ready, by HTTP on an address of the
/// machine: [`Host`] and [`Server`] have the options. Returns whether everything that was received was
/// answered.
///
/// ```no_run
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// # async fn run() -> Result<(), hydrant_server::StartError> {
/// let address = ([127, 0, 0, 1], 8080).into();
/// hydrant_server::serve(Acme, address, hydrant_server::interrupted()).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// See [`Host::start`] and [`Server::bind`].
pub async fn serve<P: Module<K> + 'static, K: 'static>(
    module: P,
    listen: SocketAddr,
    shutdown: impl Future<Output = ()>,
) -> Result<bool, StartError> {
    let service = Host::new(module.into_engine()).start()?;
    Ok(Server::new(service, listen).bind()?.serve(shutdown).await)
}

/// The routes of a module with default options, to be mounted in a program that has others: [`Host`]
/// has the options.
///
/// ```
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// let app: axum::Router = axum::Router::new().nest("/firehose", hydrant_server::router(Acme)?);
/// # let _ = app;
/// # Ok::<(), hydrant_server::StartError>(())
/// ```
///
/// # Errors
///
/// See [`Host::start`].
pub fn router<P: Module<K> + 'static, K: 'static>(module: P) -> Result<Router, StartError> {
    Ok(Host::new(module.into_engine()).start()?.router())
}

/// Waits until the process is asked to end: by SIGINT (Ctrl-C), or on Unix by SIGTERM, which
/// container platforms send first. For [`serve`] and [`Listening::serve`].
///
/// If the operating system refuses to report a signal, it keeps its usual effect.
///
/// # Panics
///
/// Outside of a tokio runtime with its drivers.
pub async fn interrupted() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
