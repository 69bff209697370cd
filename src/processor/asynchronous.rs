//! [`AsyncProcessor`]: a module whose handlers await.

use std::future::Future;

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

/// A Firehose module with async handlers: typically they send one request per batch to the API of
/// the target system. For handlers that do not await see [`Processor`](crate::Processor), which has
/// the same methods.
///
/// Implement the methods as `async fn`. They borrow the message and work with any runtime; their
/// futures are `Send` and are not boxed. There are two ways to handle events:
///
/// - [`batch`](Self::batch), which handles the whole batch at once, or
/// - one handler per event type, which the default of `batch` calls, with a [state](Self::Batch)
///   from [`begin_batch`](Self::begin_batch) to [`end_batch`](Self::end_batch).
///
/// Every handler has a default. It rejects membership changes, data subject requests, and the
/// events and notifications whose types the registration lists. All other defaults do nothing. The
/// events of one batch are handled in order; batches may be handled in parallel. The sender repeats
/// a whole batch if it gets no response, so handlers must be idempotent: the `id` of an event is
/// its idempotency key. A handler must not block the thread: `block_on` panics in most runtimes,
/// and a panic rejects the event.
///
/// A future may be dropped at any point, for example by a timeout: everything that is unsettled is
/// then to be retried.
///
/// ```
/// use hydrant::message::{Event, EventProcessingRequest, EventType, Uuid};
/// use hydrant::{AsyncProcessor, Call, Engine, Failure, Invocation, Registration, ResultExt};
///
/// struct Names;
///
/// impl AsyncProcessor for Names {
///     type Batch = ();
///
///     fn registration(&self) -> Registration {
///         Registration::new("Names", "1.0").events([EventType::CustomEvent])
///     }
///     async fn batch(
///         &self,
///         call: &mut Call<'_>,
///         batch: &EventProcessingRequest<'_>,
///     ) -> Result<(), Failure> {
///         let names = call.by_time().translate(|event| match event {
///             Event::CustomEvent(event) => event.name.or_discard("no name"),
///             _ => Err(Failure::discard("not a custom event")),
///         });
///         let refused = send(batch.mpid, &names).await?;
///         call.settle_each(refused.into_iter().map(|event| (event, Failure::reject("refused"))));
///         Ok(())
///     }
/// }
///
/// /// A stub of the request to the target system. The reply has the positions of refused events.
/// async fn send(
///     _user: Option<&str>,
///     _names: &[(usize, &str)],
/// ) -> Result<Vec<usize>, std::io::Error> {
///     Ok(vec![])
/// }
///
/// # let main = async {
/// let engine = Engine::new_async(Names);
/// let body = br#"{"type":"event_processing_request",
///     "events":[{"type":"custom_event","name":"hello"}]}"#;
/// let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]));
/// let output = engine.process_async(body, &invocation).await?.finish();
/// assert!(output.response().starts_with(br#"{"type":"event_processing_response","id":""#));
/// # Ok::<(), hydrant::Error>(()) };
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # let poll = std::pin::pin!(main).poll(&mut context);
/// # let std::task::Poll::Ready(done) = poll else { panic!() };
/// # done?;
/// # Ok::<(), hydrant::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Firehose module with async handlers",
    note = "implement `hydrant::AsyncProcessor` for it; \
            only `type Batch` and `registration` are required",
    note = "pass a `hydrant::Processor` to `Engine::new`"
)]
pub trait AsyncProcessor: Send + Sync {
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
    /// batches without events, but not for heartbeats.
    ///
    /// # Errors
    ///
    /// The [`Failure`] becomes the outcome of everything in the batch that is unsettled. With `Ok`
    /// the outcome is *done*.
    fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        route::batch_async(self, call, batch)
    }

    /// Is called before the handlers of the notifications and events of a batch: for work that is
    /// done once per batch, such as finding the user.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the batch. The handlers and `end_batch` are not
    /// called.
    fn begin_batch(
        &self,
        call: &mut Call<'_>,
        state: &mut Self::Batch,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, state);
        async { Ok(()) }
    }

    /// Is called after the handlers of the events of a batch.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the message. Outcomes of settled events do not
    /// change.
    fn end_batch(
        &self,
        call: &mut Call<'_>,
        state: Self::Batch,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, state);
        async { Ok(()) }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, notification);
        async { call.unhandled_notification() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, notification);
        async { call.unhandled_notification() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, state, notification);
        async { Ok(()) }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (state, event);
        async { call.unhandled_event() }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, state, event);
        async { Ok(()) }
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
    ) -> impl Future<Output = Result<SubscriptionReply, Failure>> + Send {
        let _ = (call, request);
        async { Ok(SubscriptionReply::default()) }
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
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, request);
        async { Err(Failure::unhandled()) }
    }

    /// A request about the data of one person. The response confirms that it was received.
    ///
    /// # Errors
    ///
    /// The [`Failure`] decides what happens to the request.
    fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (call, request);
        async { Err(Failure::unhandled()) }
    }
}
