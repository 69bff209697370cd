//! The ten messages (section 3): the family, and the fields that its members share.

use super::{
    AudienceMembershipChangeRequest, AudienceMembershipChangeResponse, AudienceSubscriptionRequest,
    AudienceSubscriptionResponse, DsrProcessingRequest, DsrProcessingResponse, Event,
    EventProcessingRequest, EventProcessingResponse, ModuleRegistrationRequest,
    ModuleRegistrationResponse, Uuid,
};
use crate::schema::{family, model, wire_enum};

/// The protocol version in responses: that of the SDK whose wire format this is.
pub const FIREHOSE_VERSION: &str = "3.2.0";

wire_enum! {
    /// The type of a message.
    pub enum MessageType {
        /// Asks a module for its registration.
        ModuleRegistrationRequest = "module_registration_request",
        /// The registration of a module.
        ModuleRegistrationResponse = "module_registration_response",
        /// A batch of events.
        EventProcessingRequest = "event_processing_request",
        /// Response to a batch.
        EventProcessingResponse = "event_processing_response",
        /// An audience is connected, changed or disconnected.
        AudienceSubscriptionRequest = "audience_subscription_request",
        /// Response to a subscription request.
        AudienceSubscriptionResponse = "audience_subscription_response",
        /// Users joined or left audiences.
        AudienceMembershipChangeRequest = "audience_membership_change_request",
        /// Response to a membership change.
        AudienceMembershipChangeResponse = "audience_membership_change_response",
        /// A request about the data of one person.
        DsrProcessingRequest = "dsr_processing_request",
        /// Response to a data subject request.
        DsrProcessingResponse = "dsr_processing_response",
    }
}

family! {
    /// A message (section 3). Reading refuses unknown types, so `Unknown` never comes from `parse`.
    pub enum Message: MessageType, null absent, unknown refused "one of the ten message types" {
        /// Asks a module for its registration.
        ModuleRegistrationRequest(ModuleRegistrationRequest),
        /// The registration of a module.
        ModuleRegistrationResponse(ModuleRegistrationResponse),
        /// A batch of events.
        EventProcessingRequest(EventProcessingRequest),
        /// Response to a batch.
        EventProcessingResponse(EventProcessingResponse),
        /// An audience is connected, changed or disconnected.
        AudienceSubscriptionRequest(AudienceSubscriptionRequest),
        /// Response to a subscription request.
        AudienceSubscriptionResponse(AudienceSubscriptionResponse),
        /// Users joined or left audiences.
        AudienceMembershipChangeRequest(AudienceMembershipChangeRequest),
        /// Response to a membership change.
        AudienceMembershipChangeResponse(AudienceMembershipChangeResponse),
        /// A request about the data of one person.
        DsrProcessingRequest(DsrProcessingRequest),
        /// Response to a data subject request.
        DsrProcessingResponse(DsrProcessingResponse),
    }
}

model! {
    /// The fields that all ten messages share (section 3.1).
    pub struct MessageCommon<'a> {
        /// Identifier of this message; absent if the sender did not set it.
        "id" id: Option<Uuid> = None, set, required;
        /// When the message was made, in milliseconds since the epoch; never invented on reading.
        "timestamp_ms" timestamp_ms: Option<i64> = None, set, required;
        /// SDK version of the side that wrote the message.
        "firehose_version" firehose_version: Option<&'a str> = None, set, required, since "2.0.0";
    }
}

impl Message<'_> {
    /// The number of events without an identifier, and so without an idempotency key.
    pub(crate) fn events_without_id(&self) -> usize {
        let Self::EventProcessingRequest(batch) = self else {
            return 0;
        };
        let nameless =
            |event: &&Event<'_>| !matches!(event, Event::Skipped(_)) && event.id().is_none();
        batch.events.iter().filter(nameless).count()
    }
}
