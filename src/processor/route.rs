//! The default of `batch`: which handler gets what, in which order. The match over the events has no wildcard, so a new
//! event type does not compile until it is routed.

use super::asynchronous::AsyncProcessor;
use super::call::Call;
use super::failure::Failure;
use super::guard::{guarded, guarded_async};
use super::outcome::Outcome;
use super::sync::Processor;
use crate::message::{Event, EventProcessingRequest, SystemNotification};

/// Calls the handler of an event; `.await` at the end makes it the async one.
macro_rules! event_handler {
    ($processor:ident, $call:ident, $state:ident, $event:expr $(, $wait:tt $keyword:tt)?) => {
        match *$event {
            Event::SessionStart(event) => $processor.session_start($call, $state, event) $($wait $keyword)?,
            Event::SessionEnd(event) => $processor.session_end($call, $state, event) $($wait $keyword)?,
            Event::CustomEvent(event) => $processor.custom_event($call, $state, event) $($wait $keyword)?,
            Event::ScreenView(event) => $processor.screen_view($call, $state, event) $($wait $keyword)?,
            Event::Error(event) => $processor.error($call, $state, event) $($wait $keyword)?,
            Event::PrivacySettingChange(event) => {
                $processor.privacy_setting_change($call, $state, event) $($wait $keyword)?
            }
            Event::UserAttributeChange(event) => {
                $processor.user_attribute_change($call, $state, event) $($wait $keyword)?
            }
            Event::UserIdentityChange(event) => {
                $processor.user_identity_change($call, $state, event) $($wait $keyword)?
            }
            Event::PushSubscription(event) => $processor.push_subscription($call, $state, event) $($wait $keyword)?,
            Event::ApplicationStateTransition(event) => {
                $processor.application_state_transition($call, $state, event) $($wait $keyword)?
            }
            Event::PushMessageReceipt(event) => {
                $processor.push_message_receipt($call, $state, event) $($wait $keyword)?
            }
            Event::ProductAction(event) => $processor.product_action($call, $state, event) $($wait $keyword)?,
            Event::PromotionAction(event) => $processor.promotion_action($call, $state, event) $($wait $keyword)?,
            Event::Impression(event) => $processor.impression($call, $state, event) $($wait $keyword)?,
            Event::Attribution(event) => $processor.attribution($call, $state, event) $($wait $keyword)?,
            Event::PushMessageOpen(event) => $processor.push_message_open($call, $state, event) $($wait $keyword)?,
            Event::Unknown(event) => $processor.unknown_event($call, $state, event) $($wait $keyword)?,
            Event::Skipped(_) => Ok(()),
        }
    };
}

macro_rules! notification_handler {
    ($processor:ident, $call:ident, $state:ident, $notification:expr $(, $wait:tt $keyword:tt)?) => {
        match *$notification {
            SystemNotification::GdprConsentState(notification) => {
                $processor.gdpr_consent_state($call, $state, notification) $($wait $keyword)?
            }
            SystemNotification::CcpaConsentState(notification) => {
                $processor.ccpa_consent_state($call, $state, notification) $($wait $keyword)?
            }
            SystemNotification::Unknown(notification) => {
                $processor.unknown_notification($call, $state, notification) $($wait $keyword)?
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
    let mut state = P::Batch::default();
    begin(processor, call, &mut state, batch)?;
    events(processor, call, &mut state, 0, batch.events)?;
    end(processor, call, state)
}

/// What comes before the events.
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
            notification_handler!(processor, call, state, notification)
        });
        settle_notification(call, index, handled);
    }
    Ok(())
}

/// Events from the position `first` on, in order. Outcomes are those of their handlers.
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
        let handled = atomically(call, |call| event_handler!(processor, call, state, event));
        settle(call, index, handled);
    }
    call.set_notification(0);
    Ok(())
}

/// What comes after the events.
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
    let state = &mut P::Batch::default();
    call.in_time()?;
    let mark = call.mark();
    let begun = guarded_async(async { processor.begin_batch(call, state).await }).await;
    call.keep_if(mark, &begun);
    begun?;
    for (index, notification) in batch.system_notifications.iter().enumerate() {
        call.in_time()?;
        call.set_notification(index);
        let mark = call.mark();
        let handled = guarded_async(async {
            notification_handler!(processor, call, state, notification, . await)
        });
        let handled = handled.await;
        call.keep_if(mark, &handled);
        settle_notification(call, index, handled);
    }
    for (index, event) in batch.events.iter().enumerate() {
        if !is_unsettled(call, index) {
            continue;
        }
        call.in_time()?;
        call.set_event(index);
        let mark = call.mark();
        let handled =
            guarded_async(async { event_handler!(processor, call, state, event, . await) }).await;
        call.keep_if(mark, &handled);
        settle(call, index, handled);
    }
    call.set_notification(0);
    call.in_time()?;
    let (mark, state) = (call.mark(), std::mem::take(state));
    let ended = guarded_async(async { processor.end_batch(call, state).await }).await;
    call.keep_if(mark, &ended);
    ended
}

/// Runs a handler whose records count only if it succeeds.
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

/// What the handler settled itself stays.
#[inline]
fn settle(call: &mut Call<'_>, index: usize, handled: Result<(), Failure>) {
    if let Some(outcome @ Outcome::Unsettled) = call.effects().event(index) {
        *outcome = handled.into();
    }
}

fn settle_notification(call: &mut Call<'_>, index: usize, handled: Result<(), Failure>) {
    if let Some(outcome) = call.effects().notifications.get_mut(index) {
        *outcome = handled.into();
    }
}
