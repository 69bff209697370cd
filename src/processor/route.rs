//! The default of `batch`: calls the handlers in order. The match over the events has no wildcard,
//! so that a new event type without a handler is a compile error.

use super::asynchronous::AsyncProcessor;
use super::call::Call;
use super::failure::Failure;
use super::guard::{Contained, guarded, guarded_async};
use super::outcome::Outcome;
use super::sync::Processor;
use crate::message::{Event, EventProcessingRequest, SystemNotification};

/// Matches an event, and calls the macro `$handle` with the name of the handler and the event.
macro_rules! event_handler {
    ($event:expr, $handle:ident) => {
        match *$event {
            Event::SessionStart(event) => $handle!(session_start, event),
            Event::SessionEnd(event) => $handle!(session_end, event),
            Event::CustomEvent(event) => $handle!(custom_event, event),
            Event::ScreenView(event) => $handle!(screen_view, event),
            Event::Error(event) => $handle!(error, event),
            Event::PrivacySettingChange(event) => $handle!(privacy_setting_change, event),
            Event::UserAttributeChange(event) => $handle!(user_attribute_change, event),
            Event::UserIdentityChange(event) => $handle!(user_identity_change, event),
            Event::PushSubscription(event) => $handle!(push_subscription, event),
            Event::ApplicationStateTransition(event) => {
                $handle!(application_state_transition, event)
            }
            Event::PushMessageReceipt(event) => $handle!(push_message_receipt, event),
            Event::ProductAction(event) => $handle!(product_action, event),
            Event::PromotionAction(event) => $handle!(promotion_action, event),
            Event::Impression(event) => $handle!(impression, event),
            Event::Attribution(event) => $handle!(attribution, event),
            Event::PushMessageOpen(event) => $handle!(push_message_open, event),
            Event::Unknown(event) => $handle!(unknown_event, event),
            Event::Skipped(_) => Ok(()),
        }
    };
}

/// Matches a notification, and calls the macro `$handle` with the name of the handler and the
/// notification.
macro_rules! notification_handler {
    ($notification:expr, $handle:ident) => {
        match *$notification {
            SystemNotification::GdprConsentState(notification) => {
                $handle!(gdpr_consent_state, notification)
            }
            SystemNotification::CcpaConsentState(notification) => {
                $handle!(ccpa_consent_state, notification)
            }
            SystemNotification::Unknown(notification) => {
                $handle!(unknown_notification, notification)
            }
        }
    };
}

/// Handles a batch in order.
pub(super) fn batch<P: Processor + ?Sized>(
    processor: &P,
    call: &mut Call<'_>,
    batch: &EventProcessingRequest<'_>,
) -> Result<(), Failure> {
    let mut state = Contained::<P::Batch>::default();
    begin(processor, call, state.get(), batch)?;
    events(processor, call, state.get(), 0, batch.events)?;
    end(processor, call, state.take())
}

/// Calls `begin_batch` and the handlers of the notifications.
pub(crate) fn begin<P: Processor + ?Sized>(
    processor: &P,
    call: &mut Call<'_>,
    state: &mut P::Batch,
    batch: &EventProcessingRequest<'_>,
) -> Result<(), Failure> {
    call.in_time()?;
    atomically(call, |call| processor.begin_batch(call, state))?;
    for (index, notification) in batch.system_notifications.iter().enumerate() {
        call.in_time()?;
        call.set_notification(index);
        let handled = atomically(call, |call| {
            macro_rules! handle {
                ($handler:ident, $notification:ident) => {
                    processor.$handler(call, state, $notification)
                };
            }
            notification_handler!(notification, handle)
        });
        settle_notification(call, index, handled);
    }
    Ok(())
}

/// Calls the handlers of these events in order. `first` is the position of the first one in the
/// batch.
///
/// # Errors
///
/// If the deadline passes.
pub(crate) fn events<P: Processor + ?Sized>(
    processor: &P,
    call: &mut Call<'_>,
    state: &mut P::Batch,
    first: usize,
    events: &[Event<'_>],
) -> Result<(), Failure> {
    for (index, event) in (first..).zip(events) {
        if !is_unsettled(call, index) {
            continue;
        }
        call.in_time()?;
        call.set_event(index);
        let mark = call.mark();
        let handled = atomically(call, |call| {
            macro_rules! handle {
                ($handler:ident, $event:ident) => {
                    processor.$handler(call, state, $event)
                };
            }
            event_handler!(event, handle)
        });
        settle(call, index, mark, handled);
    }
    call.set_notification(0);
    Ok(())
}

/// Calls `end_batch`.
pub(crate) fn end<P: Processor + ?Sized>(
    processor: &P,
    call: &mut Call<'_>,
    state: P::Batch,
) -> Result<(), Failure> {
    call.in_time()?;
    atomically(call, |call| processor.end_batch(call, state))
}

/// Handles a batch in order.
pub(super) async fn batch_async<P: AsyncProcessor + ?Sized>(
    processor: &P,
    call: &mut Call<'_>,
    batch: &EventProcessingRequest<'_>,
) -> Result<(), Failure> {
    /// Awaits a handler whose records are kept only if it succeeds.
    macro_rules! handle {
        ($handler:ident, $given:expr) => {{
            let mark = call.mark();
            let handled = {
                let call = &mut *call;
                guarded_async(move || processor.$handler(call, $given)).await
            };
            call.keep_if(mark, &handled);
            handled
        }};
        ($handler:ident, $state:ident, $given:ident) => {{
            let mark = call.mark();
            let handled = {
                let (call, state) = (&mut *call, &mut *$state);
                guarded_async(move || processor.$handler(call, state, $given)).await
            };
            call.keep_if(mark, &handled);
            handled
        }};
    }
    let mut of_batch = Contained::<P::Batch>::default();
    let state = of_batch.get();
    macro_rules! handle_part {
        ($handler:ident, $given:ident) => {
            handle!($handler, state, $given)
        };
    }
    call.in_time()?;
    {
        let state = &mut *state;
        handle!(begin_batch, state)?;
    }
    for (index, notification) in batch.system_notifications.iter().enumerate() {
        call.in_time()?;
        call.set_notification(index);
        let handled = notification_handler!(notification, handle_part);
        settle_notification(call, index, handled);
    }
    for (index, event) in batch.events.iter().enumerate() {
        if !is_unsettled(call, index) {
            continue;
        }
        call.in_time()?;
        call.set_event(index);
        let mark = call.mark();
        let handled = event_handler!(event, handle_part);
        settle(call, index, mark, handled);
    }
    call.set_notification(0);
    call.in_time()?;
    let state = of_batch.take();
    handle!(end_batch, state)
}

/// Runs a handler whose records are kept only if it succeeds.
fn atomically(
    call: &mut Call<'_>,
    handler: impl FnOnce(&mut Call<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mark = call.mark();
    let handled = guarded(|| handler(call));
    call.keep_if(mark, &handled);
    handled
}

#[inline]
fn is_unsettled(call: &mut Call<'_>, index: usize) -> bool {
    call.effects()
        .event(index)
        .is_some_and(|outcome| outcome.is_unsettled())
}

/// Sets the outcome to the one that the handler set with [`Call::settle`] or to its result if that
/// is worse. The records of an event that failed are removed.
#[inline]
fn settle(call: &mut Call<'_>, index: usize, mark: usize, handled: Result<(), Failure>) {
    match call.effects().event(index) {
        Some(outcome @ Outcome::Unsettled) => *outcome = handled.into(),
        Some(outcome) => {
            outcome.worsen(handled.into());
            if outcome.failure().is_some() {
                call.effects().records.rewind(mark);
            }
        }
        None => {}
    }
}

fn settle_notification(call: &mut Call<'_>, index: usize, handled: Result<(), Failure>) {
    if let Some(outcome) = call.effects().notifications.get_mut(index) {
        *outcome = handled.into();
    }
}
