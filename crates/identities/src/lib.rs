//! A durable store of the identities that were sent to audiences, in a local file. With it,
//! [`AudienceMapper`] removes the former identities of a member when they change (N7).
//!
//! [`AudienceMapper`]: hydrant::outgoing::audience::AudienceMapper
//!
//! ```
//! use hydrant::message::Message;
//! use hydrant::outgoing::audience::{
//!     AudienceMapper, AudienceOutput, AudienceSettings, SentIdentities,
//! };
//! use hydrant::{ParseOptions, Scratch, parse};
//! use hydrant_identities::IdentityStore;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("identities");
//! let store = IdentityStore::open(&path)?;
//! let mapper = AudienceMapper::with_store(AudienceSettings::default(), &store);
//! let mut output = AudienceOutput::new();
//! for (customer, records) in [("ada", 1), ("grace", 2)] {
//!     let body = format!(
//!         r#"{{"type":"audience_membership_change_request","user_profiles":[{{"mpid":"7",
//!             "user_identities":[{{"type":"customer","encoding":"raw","value":"{customer}"}}],
//!             "audiences":[{{"audience_id":1,"audience_name":"Buyers","action":"add"}}]}}]}}"#
//!     );
//!     let mut scratch = Scratch::new();
//!     let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::default())?;
//!     let Message::AudienceMembershipChangeRequest(request) = parsed.message else {
//!         panic!("another message");
//!     };
//!     mapper.map(request, &mut output)?;
//!     // The second message removes "ada" and adds "grace".
//!     assert_eq!(output.records().len(), records);
//!     // Deliver the records here. Then store what was sent, and acknowledge the message.
//!     store.apply(output.updates(), 1_714_592_744_066)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! The content is personal data: [`IdentityStore`] says how it is protected, bounded and erased.

mod error;
mod file;
mod options;
mod store;
mod tables;

pub use error::StoreError;
pub use options::StoreOptions;
pub use store::IdentityStore;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
