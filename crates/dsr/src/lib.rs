//! Data subject requests of mParticle Firehose: erasures that are done once, although the platform
//! repeats requests and processes restart, and verified status callbacks of OpenDSR.
//!
//! A module acknowledges a request after it is stored durably, and acknowledges a repeated request
//! without a second erasure (`lambda-and-http.md`, section 10.1). [`erase_once`] does both:
//!
//! ```
//! use hydrant::message::DsrProcessingRequest;
//! use hydrant::{AsyncProcessor, Call, Failure, Registration, ResultExt};
//! use hydrant_dsr::{ErasureStore, FileStore, erase_once};
//!
//! struct Acme<S> {
//!     erasures: S,
//! }
//! # impl<S> Acme<S> { async fn delete(&self, _: &str) -> Result<(), Failure> { Ok(()) } }
//!
//! impl<S: ErasureStore> AsyncProcessor for Acme<S> {
//!     type Batch = ();
//!     fn registration(&self) -> Registration {
//!         Registration::new("Acme", "1.0").erasure("dsr.acme.example")
//!     }
//!     async fn dsr(&self, call: &mut Call<'_>, request: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
//!         let email = request.email().and_then(|email| email.raw()).or_discard("no raw e-mail address")?;
//!         let now = call.invocation().now_ms();
//!         erase_once(&self.erasures, request, now, self.delete(email)).await
//!     }
//! }
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("erasures");
//! let module = Acme { erasures: FileStore::open(path)? };
//! # Ok::<(), hydrant_dsr::StoreError>(())
//! ```
//!
//! [`FileStore`] keeps erasures in a local file. It refuses to work in AWS Lambda, whose files are
//! lost: implement [`ErasureStore`] there with a database.
//!
//! With the feature `callback`, [`callback::Verifier`] verifies the callbacks of OpenDSR.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "callback")]
pub mod callback;
mod erasure;
mod file;
mod journal;
mod store;

pub use erasure::{Erasure, ErasureKey};
pub use file::FileStore;
pub use store::{Begun, ErasureStore, Resumed, StoreError, erase_once, resume};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
