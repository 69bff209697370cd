//! Audience records: one for each user who joins or leaves an audience (`connections.md section
//! 3`).
//!
//! [`AudienceMapper`] maps membership changes and ended subscriptions to records in an
//! [`AudienceOutput`], by the rules of [`AudienceSettings`]. [`AudienceRecord`] is the model of a
//! record. If a member's identities change, a record that removes the former identities comes first
//! (N7); for this, a store that implements [`SentIdentities`] keeps the identities that were sent.
//!
//! ```
//! use hydrant::message::Message;
//! use hydrant::outgoing::audience::{AudienceMapper, AudienceOutput, AudienceSettings};
//! use hydrant::{ParseOptions, Scratch, parse};
//!
//! let body = br#"{"type":"audience_membership_change_request","timestamp_ms":1714592744066,
//!     "user_profiles":[{"mpid":"-7","user_identities":[
//!         {"type":"customer","encoding":"raw","value":"ada"}],"audiences":[
//!         {"audience_id":13,"audience_name":"Buyers","action":"add"}]}]}"#;
//! let mut scratch = Scratch::new();
//! let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
//! let Message::AudienceMembershipChangeRequest(request) = parsed.message else {
//!     panic!("another message");
//! };
//! let mapper = AudienceMapper::new(AudienceSettings::default())?;
//! let mut output = AudienceOutput::new();
//! mapper.map(request, &mut output)?;
//! let record = output.records().next().unwrap();
//! assert_eq!(record.key, Some(&b"-7"[..]));
//! let expected = concat!(
//!     r#"{"MembershipChangedTimestamp":"1714592744","AudienceId":13,"AudienceName":"Buyers","#,
//!     r#""IsMember":true,"UserIdentities":{"CustomerId":"ada","MPID":"-7"}}"#
//! );
//! assert_eq!(record.payload, expected.as_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod identity;
mod mapper;
mod output;
mod record;
mod selection;
mod sent;
mod settings;
mod updates;
mod warning;

pub use error::{AudienceError, AudienceErrorKind};
pub use identity::AudienceIdentity;
pub use mapper::AudienceMapper;
pub use output::{AudienceOutput, EncodedAudienceRecord};
pub use record::AudienceRecord;
pub use sent::{NoSentIdentities, SentIdentities, SentKey, SentList, StoreFailure};
pub use settings::{AudienceSettingInfo, AudienceSettingKind, AudienceSettings};
pub use updates::{SentUpdate, SentUpdates, SentUpdatesIter};
pub use warning::{AudienceWarning, AudienceWarnings};
