//! The built-in processor: one line of JSON per event.
//!
//! All lines of a batch end with the user and the identities. So [`Lines`] builds that [`Tail`]
//! once, before the batch, and emits the beginnings of the lines as records; [`append`] joins them.

use std::cell::RefCell;

use super::identities::{Identities, IdentityCounts, Tail};
use hydrant::engine::Merge;
use hydrant::hash::{DeferredDigests, MisplacedDigests, Platform};
use hydrant::message::*;
use hydrant::write::Append;
use hydrant::{Call, Failure, Output, Processor, Registration};

thread_local! {
    /// All threads share the engine and its processor, but the thread that processes a chunk
    /// computes its digests; `begin_batch` and `end_batch` run on that thread.
    static CHUNK: RefCell<Chunk> = RefCell::default();
}

#[derive(Default)]
struct Chunk {
    digests: DeferredDigests,
    /// The tail of the last batch. The next one reuses its memory.
    tail: Tail,
}

/// Prepares this thread for its first chunk.
pub(super) fn start(platform: Platform) {
    CHUNK.set(Chunk {
        digests: DeferredDigests::with_platform(platform),
        tail: Tail::default(),
    });
}

/// Appends the lines of the message that this thread has just processed, and returns the counts of
/// its tail.
pub(super) fn append(output: &Output, lines: &mut Vec<u8>) -> IdentityCounts {
    CHUNK.with_borrow_mut(|Chunk { digests, tail }| {
        for record in output.records().iter() {
            lines.extend_from_slice(record.payload);
            tail.append(lines, digests);
        }
        tail.take_counts()
    })
}

/// Fills in the digests of all lines since the last call.
pub(super) fn finish(lines: &mut [u8]) -> Result<(), MisplacedDigests> {
    CHUNK.with_borrow_mut(|chunk| chunk.digests.fill(lines))
}

/// Writes the lines of events.
pub(super) struct Lines {
    pub(super) interests: Interests,
    pub(super) identities: Identities,
}

macro_rules! lines {
    ($($event_type:ident: $model:ident),*) => {
        impl Processor for Lines {
            type Batch = Tail;

            fn registration(&self) -> Registration {
                Registration::new("hydrant", env!("CARGO_PKG_VERSION"))
            }

            fn interests(&self) -> Interests {
                self.interests
            }

            fn begin_batch(&self, call: &mut Call<'_>, tail: &mut Tail) -> Result<(), Failure> {
                CHUNK.with_borrow_mut(|chunk| {
                    *tail = std::mem::take(&mut chunk.tail);
                    tail.fill(call.batch(), &self.identities, &mut chunk.digests);
                });
                Ok(())
            }

            fn end_batch(&self, _: &mut Call<'_>, tail: Tail) -> Result<(), Failure> {
                CHUNK.with_borrow_mut(|chunk| chunk.tail = tail);
                Ok(())
            }

            $(
                fn $event_type(&self, call: &mut Call<'_>, _: &mut Tail, event: &$model<'_>) -> Result<(), Failure> {
                    let common = &event.common;
                    emit(call, common.id, common.timestamp_ms, |out| {
                        out.push(concat!("\"", stringify!($event_type), "\"").as_bytes());
                    })
                }
            )*

            fn unknown_event(&self, call: &mut Call<'_>, _: &mut Tail, event: &UnknownEvent<'_>) -> Result<(), Failure> {
                emit(call, event.id, event.timestamp_ms, |out| out.json().text(event.unknown.type_name))
            }

            fn audience_membership_change(&self, _: &mut Call<'_>, _: &AudienceMembershipChangeRequest<'_>) -> Result<(), Failure> {
                Ok(())
            }

            fn dsr(&self, _: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
                Ok(())
            }
        }
    };
}

lines! {
    session_start: SessionStartEvent,
    session_end: SessionEndEvent,
    custom_event: CustomEvent,
    screen_view: ScreenViewEvent,
    error: ErrorEvent,
    privacy_setting_change: PrivacySettingChangeEvent,
    user_attribute_change: UserAttributeChangeEvent,
    user_identity_change: UserIdentityChangeEvent,
    push_subscription: PushSubscriptionEvent,
    application_state_transition: ApplicationStateTransitionEvent,
    push_message_receipt: PushMessageReceiptEvent,
    product_action: ProductActionEvent,
    promotion_action: PromotionActionEvent,
    impression: ImpressionEvent,
    attribution: AttributionEvent,
    push_message_open: PushMessageOpenEvent
}

/// `begin_batch` completes the tail before events are shared among threads; the tails of the other
/// threads stay empty.
impl Merge for Tail {
    fn merge(&mut self, _: Self) {}
}

/// Emits `{"event_type":…,"id":…,"timestamp_ms":…`.
fn emit(
    call: &mut Call<'_>,
    id: Option<Uuid>,
    timestamp_ms: Option<i64>,
    event_type: impl FnOnce(&mut Append<'_>),
) -> Result<(), Failure> {
    call.emit_with(None, |out| {
        out.push(b"{\"event_type\":");
        event_type(out);
        let mut json = out.json();
        match id {
            Some(id) => json.uuid_field("id", id),
            None => json.null_field("id"),
        }
        match timestamp_ms {
            Some(timestamp_ms) => json.int_field("timestamp_ms", timestamp_ms),
            None => json.null_field("timestamp_ms"),
        }
    });
    Ok(())
}
