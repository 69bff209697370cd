//! Serves a [hydrant](https://docs.rs/hydrant) module over HTTP and HTTPS.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod activity;
mod admin;
mod authorization;
mod body;
mod connection;
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
mod refusal;
mod router;
mod running;
mod server;
mod service;
mod tls;
mod tokens;

pub use error::StartError;
pub use exchange::{Exchange, NotDone, Observer, Part, Source};
pub use host::Host;
pub use kinds::Endpoint;
pub use limits::Limits;
pub use server::{Listening, Server};
pub use service::{Incoming, Service};
pub use tls::TlsFiles;

use axum::Router;
use hydrant::host::Module;

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
