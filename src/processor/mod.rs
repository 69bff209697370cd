//! The user's side: the trait a module implements, the contexts its handlers are given, and the outcomes they return.

mod context;
mod outcome;
mod records;

pub use context::{Context, EventContext, FoundIdentity, Invocation};
pub use outcome::{Failure, Handled, Outcome, OutcomeCounts};
pub use records::{Record, Records};

use crate::message::*;

/// What a module answers to an audience subscription. `Debug` does not show the settings.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AudienceSubscriptionReply {
    /// Setting values to store with the subscription, for example the id of the list made in the target system. Only
    /// settings declared at registration.
    pub settings: Vec<(String, String)>,
}

impl std::fmt::Debug for AudienceSubscriptionReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids = self.settings.iter().map(|(id, _)| id);
        f.debug_struct("AudienceSubscriptionReply")
            .field("settings", &ids.collect::<Vec<_>>())
            .finish()
    }
}

/// What a module answers to an audience membership change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudienceMembershipReply {
    /// Asks the sender to stop until a user resumes the connection: for permanent errors only.
    pub suspend_subscription: bool,
}

/// Declares the trait: one handler per event type and notification, each doing nothing by default.
macro_rules! processor {
    ($( $(#[$meta:meta])* $method:ident($argument:ident: $model:ident); )*) => {
        /// A Firehose module. Every method but [`register`](Processor::register) has a default that does nothing.
        ///
        /// Handlers take `&self` and run on several threads: batches in parallel, the events of one batch in order
        /// unless [`Order::Unordered`](crate::Order::Unordered) is chosen. The sender repeats a whole batch if it gets
        /// no answer, so handlers must be safe to repeat: the `id` of an event is its idempotency key.
        ///
        /// ```
        /// use hydrant::message::{CustomEvent, ModuleRegistrationResponse};
        /// use hydrant::{Engine, EventContext, Failure, Handled, Invocation, Processor};
        ///
        /// struct Shout;
        ///
        /// impl Processor for Shout {
        ///     fn register(&self) -> ModuleRegistrationResponse<'_> {
        ///         ModuleRegistrationResponse { name: Some("Shout"), version: Some("1.0"), ..Default::default() }
        ///     }
        ///     fn custom_event(&self, context: &mut EventContext<'_, '_>, event: &CustomEvent<'_>) -> Handled {
        ///         let name = event.name.ok_or(Failure::drop("no name"))?;
        ///         context.emit(name.to_uppercase().as_bytes());
        ///         Ok(())
        ///     }
        /// }
        ///
        /// let engine = Engine::new(Shout);
        /// let body = br#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"hello"}]}"#;
        /// let invocation = Invocation::new(1_714_592_744_066, hydrant::message::Uuid([7; 16]));
        /// let processed = engine.process(body, &invocation)?;
        /// assert_eq!(processed.records().iter().next().unwrap().payload, b"HELLO");
        /// assert!(processed.response().starts_with(br#"{"type":"event_processing_response","id":""#));
        /// # Ok::<(), hydrant::Error>(())
        /// ```
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is not a Firehose module",
            note = "implement `hydrant::Processor` for it; only `register` is required"
        )]
        pub trait Processor: Send + Sync {
            /// What the module is and wants: the answer to a registration request. Identifier, time stamp and versions
            /// are filled in by the engine.
            fn register(&self) -> ModuleRegistrationResponse<'_>;

            /// The event types that are wanted. Events of other types are skipped undecoded, which is faster. All by
            /// default.
            fn interests(&self) -> Interests {
                Interests::all()
            }

            /// Before the notifications and events of a batch: the place for what is done once per batch, such as
            /// updating the user. If it fails, so does every event of the batch. Heartbeats do not come here.
            fn begin_batch(&self, context: &mut EventContext<'_, '_>) -> Handled {
                let _ = context;
                Ok(())
            }

            /// After the events of a batch.
            fn end_batch(&self, context: &mut EventContext<'_, '_>, outcomes: &[Outcome]) -> Handled {
                let _ = (context, outcomes);
                Ok(())
            }

            $(
                $(#[$meta])*
                fn $method(&self, context: &mut EventContext<'_, '_>, $argument: &$model<'_>) -> Handled {
                    let _ = (context, $argument);
                    Ok(())
                }
            )*

            /// A customer connects, changes or disconnects an audience.
            ///
            /// # Errors
            ///
            /// A failure means no answer; the sender will come again.
            fn audience_subscription(
                &self,
                context: &mut Context<'_, '_>,
                request: &AudienceSubscriptionRequest<'_>,
            ) -> Result<AudienceSubscriptionReply, Failure> {
                let _ = (context, request);
                Ok(AudienceSubscriptionReply::default())
            }

            /// Users joined or left audiences. Heartbeats do not come here.
            ///
            /// # Errors
            ///
            /// A failure means no answer; the sender will come again.
            fn audience_membership_change(
                &self,
                context: &mut Context<'_, '_>,
                request: &AudienceMembershipChangeRequest<'_>,
            ) -> Result<AudienceMembershipReply, Failure> {
                let _ = (context, request);
                Ok(AudienceMembershipReply::default())
            }

            /// A request about the data of one person. The answer says that it was received.
            fn dsr(&self, context: &mut Context<'_, '_>, request: &DsrProcessingRequest<'_>) -> Handled {
                let _ = (context, request);
                Ok(())
            }
        }
    };
}

processor! {
    /// GDPR consent changed.
    gdpr_consent_state(notification: GdprConsentStateNotification);
    /// CCPA consent changed.
    ccpa_consent_state(notification: CcpaConsentStateNotification);
    /// A notification of a kind this version does not know.
    unknown_notification(notification: Unknown);
    /// A user session starts.
    session_start(event: SessionStartEvent);
    /// A session ended.
    session_end(event: SessionEndEvent);
    /// A named event.
    custom_event(event: CustomEvent);
    /// A screen or page was shown.
    screen_view(event: ScreenViewEvent);
    /// An exception.
    error(event: ErrorEvent);
    /// The user opted in or out.
    privacy_setting_change(event: PrivacySettingChangeEvent);
    /// User attributes changed.
    user_attribute_change(event: UserAttributeChangeEvent);
    /// User identities changed.
    user_identity_change(event: UserIdentityChangeEvent);
    /// A push token was registered or withdrawn.
    push_subscription(event: PushSubscriptionEvent);
    /// The application changed its state.
    application_state_transition(event: ApplicationStateTransitionEvent);
    /// The device received a push message.
    push_message_receipt(event: PushMessageReceiptEvent);
    /// Something was done to products.
    product_action(event: ProductActionEvent);
    /// A promotion was shown or clicked.
    promotion_action(event: PromotionActionEvent);
    /// Product lists were shown.
    impression(event: ImpressionEvent);
    /// An install or engagement was credited.
    attribution(event: AttributionEvent);
    /// The user opened a push message.
    push_message_open(event: PushMessageOpenEvent);
    /// An event of a type this version does not know.
    unknown_event(event: UnknownEvent);
}
