//! The part of the engine that does not depend on the kind of module: options, policies, and the
//! steps before and after the handlers.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crossbeam_queue::ArrayQueue;

use super::accounts::Accounts;
use super::observer::Observer;
use super::pending::Pending;
use super::policy::Policies;
use crate::error::{Error, ErrorKind};
use crate::firehose::parse;
use crate::message::*;
use crate::parse::{ParseOptions, Scratch};
use crate::processor::{ByName, Failure, Invocation, Outcome, Output};
use crate::registration::Registration;

/// Maximum number of scratches that are kept for reuse.
const POOLED: usize = 64;

/// The size in bytes to which scratches are shrunk before they are kept.
const POOLED_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) registration: Registration,
    /// The interests of the processor.
    pub(super) narrowed: Interests,
    /// The registered event types that are among the interests of the processor.
    interests: Interests,
    by_name: ByName,
    options: ParseOptions,
    pub(super) policies: Policies,
    pub(super) observer: Option<Hook>,
    pub(super) accounts: Accounts,
    scratches: ArrayQueue<Box<Scratch>>,
}

/// An observer. The wrapper implements `Debug`, which observers need not do.
pub(super) struct Hook(pub(super) Box<dyn Observer>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

impl Shared {
    pub(super) fn new(registration: Registration, narrowed: Interests) -> Self {
        let registered = registration.interests();
        let unwanted = EventType::ALL
            .iter()
            .filter(|event_type| !narrowed.contains(**event_type));
        let interests = unwanted.fold(registered, |interests, event_type| {
            interests.without(*event_type)
        });
        let by_name = ByName {
            events: registration.lists_events(),
            notifications: registration.lists_notifications(),
        };
        let mut shared = Self {
            registration,
            narrowed,
            interests,
            by_name,
            options: ParseOptions::default(),
            policies: Policies::default(),
            observer: None,
            accounts: Accounts::default(),
            scratches: ArrayQueue::new(POOLED),
        };
        shared.set_options(ParseOptions::default());
        shared
    }

    pub(super) fn options(&self) -> &ParseOptions {
        &self.options
    }

    pub(super) fn set_options(&mut self, options: ParseOptions) {
        self.options = ParseOptions {
            interests: self.interests.into(),
            ..options
        };
    }

    /// Makes every event without a handler a fault, even if the registration lists no event types.
    pub(super) fn require_event_handlers(&mut self) {
        self.by_name.events = true;
    }

    /// Parses a message and prepares the output. The outcome of the message is already *done* if no
    /// handler is to be called.
    pub(super) fn begin<'a>(
        &self,
        body: &'a [u8],
        scratch: &'a mut Scratch,
        invocation: &Invocation,
        output: &mut Output,
    ) -> Result<Message<'a>, Error> {
        output.clear();
        let parsed = parse(body, scratch, &self.options)?;
        output.tally = parsed.tally;
        let (message_type, common, account) = match parsed.message {
            Message::ModuleRegistrationRequest(request) => {
                output.message = Outcome::Done;
                (MessageType::ModuleRegistrationRequest, request.common, None)
            }
            Message::EventProcessingRequest(request) => {
                for event in request.events {
                    output.event_counts.add(event.kind());
                }
                let notifications = request.system_notifications.len();
                output.effects.begin(notifications, 0, request.events);
                output.effects.by_name = self.by_name;
                if request.is_heartbeat() {
                    output.message = Outcome::Done;
                }
                let account = request.account.as_ref();
                (MessageType::EventProcessingRequest, request.common, account)
            }
            Message::AudienceSubscriptionRequest(request) => {
                let account = request.account.as_ref();
                (
                    MessageType::AudienceSubscriptionRequest,
                    request.common,
                    account,
                )
            }
            Message::AudienceMembershipChangeRequest(request) => {
                // A heartbeat is answered without a call of a handler (section 14).
                if request.user_profiles.is_empty() {
                    output.message = Outcome::Done;
                }
                let account = request.account.as_ref();
                (
                    MessageType::AudienceMembershipChangeRequest,
                    request.common,
                    account,
                )
            }
            Message::DsrProcessingRequest(request) => {
                let account = request.account.as_ref();
                (MessageType::DsrProcessingRequest, request.common, account)
            }
            _ => {
                let kind = parsed.message.kind();
                let mut known = MessageType::ALL.iter();
                output.message_type = known.find(|known| **known == kind).copied();
                return Err(unsupported(kind));
            }
        };
        output.message_type = Some(message_type);
        output.account_id = account.map(|account| account.account_id);
        output.message_id = common.id;
        output.timestamp_ms = common.timestamp_ms;
        output.common = response_common(common, invocation);
        Ok(parsed.message)
    }

    /// Settles everything that the handlers left unsettled.
    pub(super) fn end(&self, output: &mut Output, ended: Result<(), Failure>) {
        let ended = output.effects.settle_elsewhere().and(ended);
        output.effects.end(&ended);
        let batch = output.message_type == Some(MessageType::EventProcessingRequest);
        if ended.is_err() && !batch {
            output.effects.records.clear();
        }
        output.message = ended.into();
        output.handled = true;
    }

    pub(super) fn pending<O: std::borrow::BorrowMut<Output>>(&self, output: O) -> Pending<'_, O> {
        Pending {
            shared: self,
            output,
        }
    }

    /// Takes a scratch from the pool, or creates one.
    pub(super) fn lease(&self) -> Lease<'_> {
        Lease {
            scratch: self.scratches.pop().unwrap_or_default(),
            scratches: &self.scratches,
        }
    }
}

/// Guard of a scratch, which returns to the pool when the guard is dropped.
pub(super) struct Lease<'e> {
    scratch: Box<Scratch>,
    scratches: &'e ArrayQueue<Box<Scratch>>,
}

impl Deref for Lease<'_> {
    type Target = Scratch;
    fn deref(&self) -> &Scratch {
        &self.scratch
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.shrink_to(POOLED_BYTES);
        // If the queue is full, the scratch is dropped.
        let _ = self.scratches.push(scratch);
    }
}

/// The identifier is that of the request, so that logs of both sides can be correlated (section
/// 11).
fn response_common(request: MessageCommon<'_>, invocation: &Invocation) -> MessageCommon<'static> {
    MessageCommon {
        id: Some(request.id.unwrap_or(invocation.fresh_id())),
        timestamp_ms: Some(invocation.now_ms()),
        firehose_version: Some(FIREHOSE_VERSION),
    }
}

/// The error for a message type that modules do not receive.
fn unsupported(kind: MessageType<'_>) -> Error {
    Error::plain(
        ErrorKind::UnsupportedMessage,
        format!("a module does not receive messages of type `{kind}`"),
    )
}
