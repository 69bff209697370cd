//! [`Processor`]: a module with synchronous handlers.

use super::call::Call;
use super::failure::Failure;
use super::reply::SubscriptionReply;
use super::route;
use crate::message::{
    ApplicationStateTransitionEvent, AttributionEvent, AudienceMembershipChangeRequest,
    AudienceSubscriptionRequest, CcpaConsentStateNotification, CustomEvent, DsrProcessingRequest,
    ErrorEvent, EventProcessingRequest, GdprConsentStateNotification, ImpressionEvent, Interests,
    PrivacySettingChangeEvent, ProductActionEvent, PromotionActionEvent, PushMessageOpenEvent,
    PushMessageReceiptEvent, PushSubscriptionEvent, ScreenViewEvent, SessionEndEvent,
    SessionStartEvent, Unknown, UnknownEvent, UserAttributeChangeEvent, UserIdentityChangeEvent,
};
use crate::registration::Registration;

/// A Firehose module with synchronous handlers: they compute and emit records, which the host
/// delivers. For handlers that await a reply see [`AsyncProcessor`](crate::AsyncProcessor), which
/// has the same methods.
///
/// Every handler has a default. It rejects membership changes, data subject requests, and the
/// events and notifications whose types the registration lists. All other defaults do nothing.
/// Handlers take `&self` and may run on several threads: batches in parallel, the events of one
/// batch in order unless the engine is [`unordered`](crate::Engine::unordered). The sender repeats
/// a whole batch if it gets no response, so handlers must be idempotent: the `id` of an event is
/// its idempotency key.
///
/// ```
/// use hydrant::message::{CustomEvent, EventType, Uuid};
/// use hydrant::{Call, Engine, Failure, Invocation, Processor, Registration, ResultExt};
///
/// struct Shout;
///
/// impl Processor for Shout {
///     type Batch = ();
///
///     fn registration(&self) -> Registration {
///         Registration::new("Shout", "1.0").events([EventType::CustomEvent])
///     }
///     fn custom_event(
///         &self,
///         call: &mut Call<'_>,
///         _: &mut (),
///         event: &CustomEvent<'_>,
///     ) -> Result<(), Failure> {
///         let name = event.name.or_discard("no name")?;
///         call.emit(name.to_uppercase().as_bytes());
///         Ok(())
///     }
/// }
///
/// let engine = Engine::new(Shout);
/// let body = br#"{"type":"event_processing_request",
///     "events":[{"type":"custom_event","name":"hello"}]}"#;
/// let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]));
/// let pending = engine.process(body, &invocation)?;
/// assert_eq!(pending.output().records().iter().next().unwrap().payload, b"HELLO");
/// // Here the host delivers the records, and settles events whose records it could not deliver.
/// let output = pending.finish();
/// assert!(output.response().starts_with(br#"{"type":"event_processing_response","id":""#));
/// # Ok::<(), hydrant::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Firehose module with synchronous handlers",
    note = "implement `hydrant::Processor` for it; \
            only `type Batch` and `registration` are required",
    note = "pass a `hydrant::AsyncProcessor` to `Engine::new_async`"
)]
pub trait Processor: Send + Sync {
    /// State of one batch: [`begin_batch`](Self::begin_batch) initializes it, every handler can
    /// change it, and [`end_batch`](Self::end_batch) consumes it. Use `()` if there is none.
    type Batch: Default + Send;

    /// The description of the module, with which the engine answers registration requests. It also
    /// decides which events are decoded. The engine calls it once.
    fn registration(&self) -> Registration;

    /// The registered event types to decode: all of them by default.
    fn interests(&self) -> Interests {
        Interests::all()
    }

    /// Handles a whole batch. The default calls [`begin_batch`](Self::begin_batch), the handlers of
    /// the notifications and events in order, and [`end_batch`](Self::end_batch). It is called for
    /// batches without events, but not for heartbeats. An [`unordered`](crate::Engine::unordered)
    /// engine does not call it.
    ///
    /// # Errors
    ///
    /// The [`Failure`] becomes the outcome of everything in the batch that is unsettled. With `Ok`
    /// the outcome is *done*.
    fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        route::batch(self, call, batch)
    }

    /// Is called before the handlers of the notifications and events of a batch: for work that is
    /// done once per batch, such as finding the user.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the batch. The handlers and `end_batch` are not
    /// called.
    fn begin_batch(&self, call: &mut Call<'_>, state: &mut Self::Batch) -> Result<(), Failure> {
        let _ = (call, state);
        Ok(())
    }

    /// Is called after the handlers of the events of a batch.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the message. Outcomes of settled events do not
    /// change.
    fn end_batch(&self, call: &mut Call<'_>, state: Self::Batch) -> Result<(), Failure> {
        let _ = (call, state);
        Ok(())
    }

    /// GDPR consent changed.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the notification.
    fn gdpr_consent_state(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        notification: &GdprConsentStateNotification<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, notification);
        call.unhandled_notification()
    }

    /// CCPA consent changed.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the notification.
    fn ccpa_consent_state(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        notification: &CcpaConsentStateNotification<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, notification);
        call.unhandled_notification()
    }

    /// A notification of a type that this version does not know.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the notification.
    fn unknown_notification(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        notification: &Unknown<'_>,
    ) -> Result<(), Failure> {
        let _ = (call, state, notification);
        Ok(())
    }

    /// A user session started.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn session_start(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &SessionStartEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// A session ended.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn session_end(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &SessionEndEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// A named event.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn custom_event(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// A screen or page was shown.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn screen_view(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The app reported an error, crash or exception of its own.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn error(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &ErrorEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The user opted in or out.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn privacy_setting_change(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &PrivacySettingChangeEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// User attributes changed.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn user_attribute_change(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &UserAttributeChangeEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// User identities changed.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn user_identity_change(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &UserIdentityChangeEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// A push token was registered or withdrawn.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn push_subscription(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &PushSubscriptionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The application changed its state.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn application_state_transition(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &ApplicationStateTransitionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The device received a push message.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn push_message_receipt(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &PushMessageReceiptEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The user acted on products, for example bought them.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn product_action(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &ProductActionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// A promotion was shown or clicked.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn promotion_action(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &PromotionActionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// Lists of products were shown.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn impression(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &ImpressionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// An install or an engagement was attributed.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn attribution(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &AttributionEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// The user opened a push message.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn push_message_open(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &PushMessageOpenEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (state, event);
        call.unhandled_event()
    }

    /// An event of a type that this version does not know.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the event.
    fn unknown_event(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
        event: &UnknownEvent<'_>,
    ) -> Result<(), Failure> {
        let _ = (call, state, event);
        Ok(())
    }

    /// A customer connects, changes or disconnects an audience. The reply holds values of settings
    /// to store with the subscription.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the request.
    fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        let _ = (call, request);
        Ok(SubscriptionReply::default())
    }

    /// Users joined or left audiences. It is not called for heartbeats.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the change.
    fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        let _ = (call, request);
        Err(Failure::unhandled())
    }

    /// A request about the data of one person. The response confirms that it was received.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the request.
    fn dsr(&self, call: &mut Call<'_>, request: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        let _ = (call, request);
        Err(Failure::unhandled())
    }
}
