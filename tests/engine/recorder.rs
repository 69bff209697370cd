//! A module that records which handlers are called, with synchronous and async handlers, and
//! batches for it.

use std::sync::Mutex;
use std::task::Poll;

use hydrant::engine::SubscriptionReply;
use hydrant::message::*;
use hydrant::registration::Text;
use hydrant::{
    AsyncProcessor, Call, Engine, Error, Failure, Invocation, Outcome, Output, Processor,
    Registration,
};

pub(crate) use hydrant_testing::block_on;

pub(crate) static INVOCATION: Invocation = Invocation::new(1_714_592_744_066, Uuid([0xab; 16]));
pub(crate) const FRESH_ID: &str = "abababab-abab-abab-abab-abababababab";

/// The result of a handler, from its name and the position of the event or notification.
pub(crate) type Behaviour = fn(&str, usize) -> Result<(), Failure>;

/// Records each call, and then returns what the test specifies.
pub(crate) struct Recorder {
    pub(crate) calls: Mutex<Vec<String>>,
    pub(crate) registered: Vec<EventType<'static>>,
    pub(crate) interests: Interests,
    behave: Behaviour,
}

impl Recorder {
    pub(crate) fn new(behave: Behaviour) -> Self {
        Self {
            calls: Mutex::new(Vec::new()),
            registered: EventType::ALL.to_vec(),
            interests: Interests::all(),
            behave,
        }
    }

    pub(crate) fn succeeding() -> Self {
        Self::new(|_, _| Ok(()))
    }

    fn again(&self) -> Self {
        Self {
            registered: self.registered.clone(),
            interests: self.interests,
            ..Self::new(self.behave)
        }
    }

    fn note(&self, call: &str) {
        self.calls.lock().unwrap().push(call.to_owned());
    }

    /// Emits a record that names the call, so that a test can check which records are removed.
    fn called(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<String>,
        handler: &str,
    ) -> Result<(), Failure> {
        let name = format!("{handler} {}", call.index());
        self.note(&name);
        call.emit(name.as_bytes());
        (self.behave)(handler, call.index())?;
        state.push(name);
        Ok(())
    }
}

macro_rules! recorded_events {
    ($($handler:ident: $model:ident),* $(,)?) => {$(
        fn $handler(
            &self,
            call: &mut Call<'_>,
            state: &mut Vec<String>,
            event: &$model<'_>,
        ) -> Result<(), Failure> {
            let in_batch = call.batch().events[call.index()];
            assert_eq!(in_batch.kind().as_str(), stringify!($handler));
            assert_eq!(event.common.id, in_batch.id());
            assert_eq!(event.common.timestamp_ms, Some(call.index() as i64));
            self.called(call, state, stringify!($handler))
        }
    )*};
}

impl Processor for Recorder {
    type Batch = Vec<String>;

    fn registration(&self) -> Registration {
        Registration::new("Recorder", "1.0")
            .events(self.registered.iter().copied())
            .audiences(|it| it.subscription_setting(Text::new("list", "List").invisible()))
    }

    fn interests(&self) -> Interests {
        self.interests
    }

    fn begin_batch(&self, call: &mut Call<'_>, state: &mut Vec<String>) -> Result<(), Failure> {
        assert!(state.is_empty());
        self.called(call, state, "begin_batch")
    }

    fn end_batch(&self, call: &mut Call<'_>, state: Vec<String>) -> Result<(), Failure> {
        assert_eq!(call.outcomes().len(), call.batch().events.len());
        let names: Vec<&str> = call.outcomes().iter().map(Outcome::as_str).collect();
        self.note(&format!("end_batch {}", names.join(",")));
        call.emit(format!("end_batch after {}", state.join(", ")).as_bytes());
        (self.behave)("end_batch", 0)
    }

    recorded_events! {
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
        push_message_open: PushMessageOpenEvent,
    }

    fn unknown_event(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<String>,
        event: &UnknownEvent<'_>,
    ) -> Result<(), Failure> {
        let in_batch = call.batch().events[call.index()];
        assert_eq!(in_batch, Event::Unknown(event));
        self.called(call, state, event.unknown.type_name)
    }

    fn gdpr_consent_state(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<String>,
        notification: &GdprConsentStateNotification<'_>,
    ) -> Result<(), Failure> {
        assert_eq!(notification.purpose, Some("analytics"));
        self.called(call, state, "gdpr_consent_state")
    }

    fn ccpa_consent_state(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<String>,
        notification: &CcpaConsentStateNotification<'_>,
    ) -> Result<(), Failure> {
        assert_eq!(notification.purpose.0, DATA_SALE_OPT_OUT);
        self.called(call, state, "ccpa_consent_state")
    }

    fn unknown_notification(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<String>,
        notification: &Unknown<'_>,
    ) -> Result<(), Failure> {
        self.called(call, state, notification.type_name)
    }

    fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        self.note("audience_subscription");
        call.emit(b"subscription");
        (self.behave)("audience_subscription", 0)?;
        Ok([("list", format!("list-{}", request.audience_id))].into())
    }

    fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        let users = request.user_profiles.len();
        self.note(&format!("audience_membership_change {users}"));
        call.emit(b"membership");
        if users > 1 {
            call.suspend_subscription();
        }
        (self.behave)("audience_membership_change", 0)
    }

    fn dsr(&self, call: &mut Call<'_>, request: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        let id = request.subject_request_id.unwrap_or("-");
        self.note(&format!("dsr {id}"));
        call.emit(b"dsr");
        (self.behave)("dsr", 0)
    }
}

/// The same module with async handlers, each of which is pending once.
pub(crate) struct Waiting<P>(pub(crate) P);

macro_rules! waiting {
    ($($handler:ident: $model:ident),* $(,)?) => {
        impl<P: Processor> AsyncProcessor for Waiting<P> {
            type Batch = P::Batch;

            fn registration(&self) -> Registration {
                self.0.registration()
            }

            fn interests(&self) -> Interests {
                self.0.interests()
            }

            async fn begin_batch(
                &self,
                call: &mut Call<'_>,
                state: &mut P::Batch,
            ) -> Result<(), Failure> {
                wait().await;
                self.0.begin_batch(call, state)
            }

            async fn end_batch(&self, call: &mut Call<'_>, state: P::Batch) -> Result<(), Failure> {
                wait().await;
                self.0.end_batch(call, state)
            }

            $(
                async fn $handler(
                    &self,
                    call: &mut Call<'_>,
                    state: &mut P::Batch,
                    given: &$model<'_>,
                ) -> Result<(), Failure> {
                    wait().await;
                    self.0.$handler(call, state, given)
                }
            )*

            async fn audience_subscription(
                &self,
                call: &mut Call<'_>,
                request: &AudienceSubscriptionRequest<'_>,
            ) -> Result<SubscriptionReply, Failure> {
                wait().await;
                self.0.audience_subscription(call, request)
            }

            async fn audience_membership_change(
                &self,
                call: &mut Call<'_>,
                request: &AudienceMembershipChangeRequest<'_>,
            ) -> Result<(), Failure> {
                wait().await;
                self.0.audience_membership_change(call, request)
            }

            async fn dsr(
                &self,
                call: &mut Call<'_>,
                request: &DsrProcessingRequest<'_>,
            ) -> Result<(), Failure> {
                wait().await;
                self.0.dsr(call, request)
            }
        }

        /// The names of the handlers of both traits, in the order of the protocol.
        pub(crate) const HANDLERS: &[&str] = &[$(stringify!($handler)),*];
    };
}

waiting! {
    gdpr_consent_state: GdprConsentStateNotification,
    ccpa_consent_state: CcpaConsentStateNotification,
    unknown_notification: Unknown,
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
    push_message_open: PushMessageOpenEvent,
    unknown_event: UnknownEvent,
}

/// A future that is pending at the first poll and ready at the second.
pub(crate) async fn wait() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// The result of a message, and the calls of handlers.
pub(crate) struct Run {
    pub(crate) result: Result<Output, Error>,
    pub(crate) calls: Vec<String>,
}

impl Run {
    /// Processes the message with both kinds of handlers, and checks that calls and results are
    /// equal.
    pub(crate) fn of(recorder: Recorder, body: &str) -> Self {
        Self::with(recorder, body, |engine| engine, |engine| engine)
    }

    pub(crate) fn with(
        recorder: Recorder,
        body: &str,
        plain: impl FnOnce(Engine<Recorder>) -> Engine<Recorder>,
        waiting: impl FnOnce(Engine<Waiting<Recorder>>) -> Engine<Waiting<Recorder>>,
    ) -> Self {
        let other = waiting(Engine::new_async(Waiting(recorder.again())));
        let engine = plain(Engine::new(recorder));
        let run = Self {
            result: engine
                .process(body.as_bytes(), &INVOCATION)
                .map(|pending| pending.finish()),
            calls: std::mem::take(&mut *engine.processor().calls.lock().unwrap()),
        };
        let waited = Self {
            result: block_on(other.process_async(body.as_bytes(), &INVOCATION))
                .map(|pending| pending.finish()),
            calls: std::mem::take(&mut *other.processor().0.calls.lock().unwrap()),
        };
        assert_eq!(run.calls, waited.calls, "{body}");
        match (&run.result, &waited.result) {
            (Ok(left), Ok(right)) => {
                assert_eq!(format!("{left:?}"), format!("{right:?}"), "{body}");
                assert!(left.records() == right.records() && left.response() == right.response());
            }
            (left, right) => assert_eq!(left.as_ref().unwrap_err(), right.as_ref().unwrap_err()),
        }
        run
    }

    pub(crate) fn output(&self) -> &Output {
        self.result.as_ref().unwrap()
    }

    pub(crate) fn response(&self) -> &str {
        std::str::from_utf8(self.output().response()).unwrap()
    }

    pub(crate) fn records(&self) -> Vec<(Option<usize>, &str)> {
        let records = self.output().records().iter();
        records
            .map(|record| (record.event, std::str::from_utf8(record.payload).unwrap()))
            .collect()
    }

    pub(crate) fn outcomes(&self) -> Vec<&'static str> {
        self.output().events().iter().map(Outcome::as_str).collect()
    }
}

/// The texts of outcomes, with their reasons.
pub(crate) fn texts(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().map(ToString::to_string).collect()
}

/// A batch of events of these types. The timestamp of each is its position.
pub(crate) fn batch(types: &[&str]) -> String {
    batch_with("", types)
}

pub(crate) fn batch_with(fields: &str, types: &[&str]) -> String {
    let events: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!(
                r#"{{"timestamp_ms":{at},"id":"00000000-0000-0000-0000-{at:012}","type":"{name}"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"type":"event_processing_request",{fields}"events":[{}]}}"#,
        events.join(",")
    )
}

pub(crate) const NOTIFICATIONS: &str = r#""system_notifications":[{"type":"ccpa_consent_state"},
    {"type":"new_notification","x":1},{"type":"gdpr_consent_state","purpose":"analytics"}],"#;
