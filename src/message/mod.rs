//! The models of the protocol: ten messages, sixteen events and their parts, as plain `Copy`
//! structs that borrow from the message that they were read from. Strings are slices, lists are
//! slices, maps are ordered slices of pairs.
//!
//! Each field is declared once, in a `model!` of [`schema`](crate::schema): its name, type,
//! default, writing rule, presence and secrecy. This module contains declarations and lookups; it
//! depends neither on JSON nor on the arena. It also contains the peculiarities of the Firehose
//! dialect: the notation of points in time ([`Timestamp`]), the set of event types to decode
//! ([`Interests`]), and the count of events without an identifier.
//!
//! Unknown values are kept: an enumeration value with its text, which `as_str` and `unknown`
//! return, and a member of a polymorphic family as `Unknown` with its raw text. `Debug` never shows
//! identity values, setting values, tokens and addresses.
//!
//! Any release may add fields to the models, so outside the crate they are created with `Default`
//! and assignment:
//!
//! ```
//! use hydrant::message::{CustomEvent, CustomEventType, Event, EventType};
//!
//! let mut event = CustomEvent::default();
//! event.name = Some("signed up");
//! event.custom_event_type = Some(CustomEventType::from("telepathy"));
//!
//! let event = Event::CustomEvent(&event);
//! assert_eq!(event.kind(), EventType::CustomEvent);
//! let Event::CustomEvent(event) = event else { panic!("another event") };
//! assert!(event.custom_event_type.is_some_and(|value| !value.is_known() && value == "telepathy"));
//! ```

mod account;
mod attribute;
mod audience;
mod batch;
mod commerce;
mod consent;
mod dsr;
mod event;
mod event_models;
mod identity;
mod lookup;
mod membership;
#[allow(
    clippy::module_inception,
    clippy::allow_attributes,
    reason = "the type is called after its module"
)]
mod message;
mod registration;
mod runtime;
#[cfg(feature = "serde")]
mod serialize;
mod timestamp;
mod view;

pub use account::*;
pub use attribute::{Attribute, FromAttribute};
pub use audience::*;
pub use batch::*;
pub use commerce::*;
pub use consent::*;
pub use dsr::*;
pub use event::*;
pub use event_models::*;
pub use identity::*;
pub use membership::MembershipGroup;
pub use message::*;
pub use registration::*;
pub use runtime::*;
pub use timestamp::*;
pub(crate) use view::{FEWEST_ZEROS, Placeholder, is_blank};
pub use view::{Identity, IdentityKey};

// Values that the codec defines. This is their public path.
pub use crate::schema::decimal::{Decimal, ParseDecimalError};
pub use crate::schema::map::Map;
#[cfg(feature = "rust_decimal")]
pub use crate::schema::rust_decimal::TryFromDecimalError;
pub use crate::schema::unknown::Unknown;
pub use crate::schema::uuid::{ParseUuidError, Uuid};
