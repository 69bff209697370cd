//! The nouns of the protocol: ten messages, sixteen events and everything inside them, as plain `Copy` structs that
//! borrow from the message they were read from. Strings are slices, lists are slices, maps are ordered slices of pairs.
//!
//! This room holds data only. It knows neither JSON nor the arena: how a field is called, typed, defaulted and written
//! stands in one table per model (`table`), and the two traits in `wire` are the seam through which `parse` fills the
//! models and `write` empties them.
//!
//! What this version does not know is kept as `Unknown` with its raw text, in every enumeration and every polymorphic
//! family. `Debug` never shows identity values, setting values, tokens and addresses.

mod table;
mod wire;

mod decimal;
mod instant;
mod value;

mod account;
mod audience;
mod batch;
mod commerce;
mod consent;
mod dsr;
mod environment;
mod event;
mod identity;
mod registration;

#[cfg(feature = "rust_decimal")]
mod rust_decimal;

pub use account::*;
pub use audience::*;
pub use batch::*;
pub use commerce::*;
pub use consent::*;
pub use decimal::*;
pub use dsr::*;
pub use environment::*;
pub use event::*;
pub use identity::*;
pub use instant::*;
pub use registration::*;
pub use value::*;

pub(crate) use wire::{Key, Read, Sink, Source, WireValue, Word, key, trim};

use table::{family, wire_enum};

wire_enum! {
    /// What kind of message.
    pub enum MessageType {
        /// Asks a module what it wants.
        ModuleRegistrationRequest = "module_registration_request",
        /// What a module is and wants.
        ModuleRegistrationResponse = "module_registration_response",
        /// A batch of events.
        EventProcessingRequest = "event_processing_request",
        /// Answer to a batch.
        EventProcessingResponse = "event_processing_response",
        /// An audience is connected, changed or disconnected.
        AudienceSubscriptionRequest = "audience_subscription_request",
        /// Answer to a subscription request.
        AudienceSubscriptionResponse = "audience_subscription_response",
        /// Users joined or left audiences.
        AudienceMembershipChangeRequest = "audience_membership_change_request",
        /// Answer to a membership change.
        AudienceMembershipChangeResponse = "audience_membership_change_response",
        /// A request about the data of one person.
        DsrProcessingRequest = "dsr_processing_request",
        /// Answer to a data subject request.
        DsrProcessingResponse = "dsr_processing_response",
    }
}

family! {
    /// A message (section 3). Reading refuses unknown types, so `Unknown` never comes from `parse`.
    pub enum Message: MessageType, null refused {
        /// Asks a module what it wants.
        ModuleRegistrationRequest(ModuleRegistrationRequest),
        /// What a module is and wants.
        ModuleRegistrationResponse(ModuleRegistrationResponse),
        /// A batch of events.
        EventProcessingRequest(EventProcessingRequest),
        /// Answer to a batch.
        EventProcessingResponse(EventProcessingResponse),
        /// An audience is connected, changed or disconnected.
        AudienceSubscriptionRequest(AudienceSubscriptionRequest),
        /// Answer to a subscription request.
        AudienceSubscriptionResponse(AudienceSubscriptionResponse),
        /// Users joined or left audiences.
        AudienceMembershipChangeRequest(AudienceMembershipChangeRequest),
        /// Answer to a membership change.
        AudienceMembershipChangeResponse(AudienceMembershipChangeResponse),
        /// A request about the data of one person.
        DsrProcessingRequest(DsrProcessingRequest),
        /// Answer to a data subject request.
        DsrProcessingResponse(DsrProcessingResponse),
    }
}
