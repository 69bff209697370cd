//! Raw records: a message is stored as it is, to be processed later by `hydrant consume`.

use hydrant::message::Message;

/// What a message says about its record.
#[derive(Clone, Copy, Default)]
pub(crate) struct RawRecord<'m> {
    /// The user, so that the messages of a user are processed in order.
    pub(crate) key: Option<&'m str>,
    /// When the message was made.
    pub(crate) timestamp_ms: Option<i64>,
}

impl<'m> RawRecord<'m> {
    /// The record of a message; `None` for registrations, which say nothing that is to be processed
    /// later, and for responses.
    pub(crate) fn of(message: &Message<'m>) -> Option<Self> {
        let (common, key) = match message {
            Message::EventProcessingRequest(request) => (&request.common, request.mpid),
            Message::AudienceMembershipChangeRequest(request) => {
                // Several users have no common order.
                let key = match request.user_profiles {
                    [profile] => profile.mpid,
                    _ => None,
                };
                (&request.common, key)
            }
            Message::AudienceSubscriptionRequest(request) => (&request.common, None),
            // It has identities, but no `mpid`.
            Message::DsrProcessingRequest(request) => (&request.common, None),
            _ => return None,
        };
        Some(Self {
            key: key.filter(|key| !key.is_empty()),
            timestamp_ms: common.timestamp_ms,
        })
    }

    /// The size that counts towards the limit of the target.
    pub(crate) fn size(&self, body: &[u8]) -> usize {
        body.len() + self.key.map_or(0, str::len)
    }
}
