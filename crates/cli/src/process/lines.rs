//! The built-in processor: one line of JSON per event.
//!
//! All events of a batch end alike, with the user and the identities, which take hashing. So the hook before the batch
//! makes that end, once, as the first record, and says which digests belong into it; the handlers emit the beginnings;
//! and [`Ends`](super::ends::Ends) puts them together. This keeps the processor free of state that would have to be
//! shared among threads.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ends;
use super::hashes::{Digests, Found, Plan};
use hydrant::message::*;
use hydrant::processor::{EventContext, Handled, Processor};
use hydrant::write::JsonWriter;

/// Makes lines of events.
pub(super) struct Lines {
    pub(super) interests: Interests,
    /// Without one, no identities are written.
    pub(super) plan: Option<Plan>,
    pub(super) show_identities: bool,
    /// Identities left out because they came in another encoding than asked for.
    pub(super) left_out: AtomicU64,
}

macro_rules! lines {
    ($($event_type:ident: $model:ident),*) => {
        impl Processor for Lines {
            fn register(&self) -> ModuleRegistrationResponse<'_> {
                let mut registration = ModuleRegistrationResponse::default();
                registration.name = Some("hydrant");
                registration.version = Some(env!("CARGO_PKG_VERSION"));
                registration
            }

            fn interests(&self) -> Interests {
                self.interests
            }

            fn begin_batch(&self, context: &mut EventContext<'_, '_>) -> Handled {
                if !context.request().events.is_empty() {
                    self.emit_end(context);
                }
                Ok(())
            }

            $(
                fn $event_type(&self, context: &mut EventContext<'_, '_>, event: &$model<'_>) -> Handled {
                    let common = &event.common;
                    emit_beginning(context, common.id, common.timestamp_ms, |out| {
                        out.extend_from_slice(concat!("\"", stringify!($event_type), "\"").as_bytes());
                    });
                    Ok(())
                }
            )*

            fn unknown_event(&self, context: &mut EventContext<'_, '_>, event: &UnknownEvent<'_>) -> Handled {
                emit_beginning(context, event.id, event.timestamp_ms, |out| {
                    JsonWriter::new(out).text(event.unknown.type_name);
                });
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

/// Emits `{"event_type":…,"id":…,"timestamp_ms":…`.
fn emit_beginning(
    context: &mut EventContext<'_, '_>,
    id: Option<Uuid>,
    timestamp_ms: Option<i64>,
    event_type: impl FnOnce(&mut Vec<u8>),
) {
    context.emit_with(None, |out| {
        out.reserve(160);
        out.extend_from_slice(b"{\"event_type\":");
        event_type(out);
        let mut json = JsonWriter::new(out);
        match id {
            Some(id) => json.uuid_field("id", id),
            None => json.null_field("id"),
        }
        match timestamp_ms {
            Some(timestamp_ms) => json.int_field("timestamp_ms", timestamp_ms),
            None => json.null_field("timestamp_ms"),
        }
    });
}

impl Lines {
    /// Emits `,"user":…,"identities":…}` and the line end.
    fn emit_end(&self, context: &mut EventContext<'_, '_>) {
        let plan = self.plan.as_ref();
        let found = Found::in_batch(context, plan);
        let mut left_out = 0;
        let mut digests = None;
        context.emit_with(None, |out| {
            let mut json = JsonWriter::new(out);
            let missing = digests.insert(Digests::new(&json));
            found.write_user(&mut json, missing, self.show_identities);
            if let Some(plan) = plan {
                left_out = found.write_planned(&mut json, missing, plan);
            }
            out.extend_from_slice(b"}\n");
        });
        for missing in digests.iter().flat_map(Digests::iter) {
            ends::missing(context, missing);
        }
        if left_out > 0 {
            self.left_out.fetch_add(left_out, Ordering::Relaxed);
        }
    }
}
