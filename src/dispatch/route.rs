//! Which handler gets what: the one big match. It has no wildcard, so a new event type does not compile until it is
//! routed.

use super::guard::guarded;
use crate::message::{Event, SystemNotification};
use crate::processor::{EventContext, Failure, Handled, Outcome, Processor};

/// Hands an event to its handler. Records of a handler that fails are taken back.
///
/// # Errors
///
/// What becomes of the event if it is not done.
pub(super) fn event<P: Processor + ?Sized>(
    processor: &P,
    context: &mut EventContext<'_, '_>,
    event: &Event<'_>,
) -> Result<(), Outcome> {
    if matches!(event, Event::Skipped(_)) {
        return Err(Outcome::Skipped);
    }
    let handled = atomically(context, |context| match *event {
        Event::SessionStart(event) => processor.session_start(context, event),
        Event::SessionEnd(event) => processor.session_end(context, event),
        Event::CustomEvent(event) => processor.custom_event(context, event),
        Event::ScreenView(event) => processor.screen_view(context, event),
        Event::Error(event) => processor.error(context, event),
        Event::PrivacySettingChange(event) => processor.privacy_setting_change(context, event),
        Event::UserAttributeChange(event) => processor.user_attribute_change(context, event),
        Event::UserIdentityChange(event) => processor.user_identity_change(context, event),
        Event::PushSubscription(event) => processor.push_subscription(context, event),
        Event::ApplicationStateTransition(event) => {
            processor.application_state_transition(context, event)
        }
        Event::PushMessageReceipt(event) => processor.push_message_receipt(context, event),
        Event::ProductAction(event) => processor.product_action(context, event),
        Event::PromotionAction(event) => processor.promotion_action(context, event),
        Event::Impression(event) => processor.impression(context, event),
        Event::Attribution(event) => processor.attribution(context, event),
        Event::PushMessageOpen(event) => processor.push_message_open(context, event),
        Event::Unknown(event) => processor.unknown_event(context, event),
        Event::Skipped(_) => Ok(()),
    });
    handled.map_err(Failure::into_outcome)
}

/// Hands a notification to its handler.
pub(super) fn notification<P: Processor + ?Sized>(
    processor: &P,
    context: &mut EventContext<'_, '_>,
    notification: &SystemNotification<'_>,
) -> Handled {
    atomically(context, |context| match *notification {
        SystemNotification::GdprConsentState(notification) => {
            processor.gdpr_consent_state(context, notification)
        }
        SystemNotification::CcpaConsentState(notification) => {
            processor.ccpa_consent_state(context, notification)
        }
        SystemNotification::Unknown(notification) => {
            processor.unknown_notification(context, notification)
        }
    })
}

/// Runs a handler whose records count only if it succeeds.
pub(super) fn atomically(
    context: &mut EventContext<'_, '_>,
    handler: impl FnOnce(&mut EventContext<'_, '_>) -> Handled,
) -> Handled {
    let mark = context.records().mark();
    let handled = guarded(|| handler(context));
    if handled.is_err() {
        context.records().rewind(mark);
    }
    handled
}
