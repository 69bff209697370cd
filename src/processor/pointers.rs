//! [`Processor`] for references, boxes and `Arc`s of processors, including
//! `dyn Processor<Batch = ..>`.

use std::sync::Arc;

use super::call::Call;
use super::failure::Failure;
use super::reply::SubscriptionReply;
use super::sync::Processor;
use crate::message::{
    ApplicationStateTransitionEvent, AttributionEvent, AudienceMembershipChangeRequest,
    AudienceSubscriptionRequest, CcpaConsentStateNotification, CustomEvent, DsrProcessingRequest,
    ErrorEvent, EventProcessingRequest, GdprConsentStateNotification, ImpressionEvent, Interests,
    PrivacySettingChangeEvent, ProductActionEvent, PromotionActionEvent, PushMessageOpenEvent,
    PushMessageReceiptEvent, PushSubscriptionEvent, ScreenViewEvent, SessionEndEvent,
    SessionStartEvent, Unknown, UnknownEvent, UserAttributeChangeEvent, UserIdentityChangeEvent,
};
use crate::registration::Registration;

/// Implements the trait for pointers by forwarding every method.
macro_rules! forward {
    ($([$($generics:tt)*] $pointer:ty {
        $($method:ident($argument:ident: $model:ident);)*
    })*) => {$(
        impl<$($generics)*> Processor for $pointer {
            type Batch = P::Batch;

            fn registration(&self) -> Registration {
                (**self).registration()
            }
            fn interests(&self) -> Interests {
                (**self).interests()
            }
            fn batch(
                &self,
                call: &mut Call<'_>,
                batch: &EventProcessingRequest<'_>,
            ) -> Result<(), Failure> {
                (**self).batch(call, batch)
            }
            fn begin_batch(
                &self,
                call: &mut Call<'_>,
                state: &mut P::Batch,
            ) -> Result<(), Failure> {
                (**self).begin_batch(call, state)
            }
            fn end_batch(&self, call: &mut Call<'_>, state: P::Batch) -> Result<(), Failure> {
                (**self).end_batch(call, state)
            }
            $(
                fn $method(
                    &self,
                    call: &mut Call<'_>,
                    state: &mut P::Batch,
                    $argument: &$model<'_>,
                ) -> Result<(), Failure> {
                    (**self).$method(call, state, $argument)
                }
            )*
            fn audience_subscription(
                &self,
                call: &mut Call<'_>,
                request: &AudienceSubscriptionRequest<'_>,
            ) -> Result<SubscriptionReply, Failure> {
                (**self).audience_subscription(call, request)
            }
            fn audience_membership_change(
                &self,
                call: &mut Call<'_>,
                request: &AudienceMembershipChangeRequest<'_>,
            ) -> Result<(), Failure> {
                (**self).audience_membership_change(call, request)
            }
            fn dsr(
                &self,
                call: &mut Call<'_>,
                request: &DsrProcessingRequest<'_>,
            ) -> Result<(), Failure> {
                (**self).dsr(call, request)
            }
        }
    )*};
}

macro_rules! forward_all {
    ($($handlers:tt)*) => {
        forward! {
            [P: Processor + ?Sized] &P { $($handlers)* }
            [P: Processor + ?Sized] Box<P> { $($handlers)* }
            [P: Processor + ?Sized] Arc<P> { $($handlers)* }
        }
    };
}

forward_all! {
    gdpr_consent_state(notification: GdprConsentStateNotification);
    ccpa_consent_state(notification: CcpaConsentStateNotification);
    unknown_notification(notification: Unknown);
    session_start(event: SessionStartEvent);
    session_end(event: SessionEndEvent);
    custom_event(event: CustomEvent);
    screen_view(event: ScreenViewEvent);
    error(event: ErrorEvent);
    privacy_setting_change(event: PrivacySettingChangeEvent);
    user_attribute_change(event: UserAttributeChangeEvent);
    user_identity_change(event: UserIdentityChangeEvent);
    push_subscription(event: PushSubscriptionEvent);
    application_state_transition(event: ApplicationStateTransitionEvent);
    push_message_receipt(event: PushMessageReceiptEvent);
    product_action(event: ProductActionEvent);
    promotion_action(event: PromotionActionEvent);
    impression(event: ImpressionEvent);
    attribution(event: AttributionEvent);
    push_message_open(event: PushMessageOpenEvent);
    unknown_event(event: UnknownEvent);
}
