//! A module that notes who is called, and batches to call it with.

use std::sync::Mutex;

use hydrant::message::*;
use hydrant::processor::{AudienceMembershipReply, AudienceSubscriptionReply};
use hydrant::{
    Context, Engine, Error, EventContext, Failure, Handled, Invocation, Outcome, Output, Processor,
};

pub(crate) const INVOCATION: Invocation = Invocation {
    now_ms: 1_714_592_744_066,
    fresh_id: Uuid([0xab; 16]),
    deadline: None,
};
pub(crate) const FRESH_ID: &str = "abababab-abab-abab-abab-abababababab";

/// What a handler does, by its name and the position of what it is given.
pub(crate) type Behaviour = fn(&str, usize) -> Handled;

/// Notes who is called, and then does what the test says.
pub(crate) struct Recorder {
    pub(crate) calls: Mutex<Vec<String>>,
    pub(crate) interests: Interests,
    behave: Behaviour,
}

impl Recorder {
    pub(crate) fn new(behave: Behaviour) -> Self {
        Self {
            calls: Mutex::new(Vec::new()),
            interests: Interests::all(),
            behave,
        }
    }

    pub(crate) fn obedient() -> Self {
        Self::new(|_, _| Ok(()))
    }

    fn note(&self, call: &str) {
        self.calls.lock().unwrap().push(call.to_owned());
    }

    /// Emits a record that names the call, so that what vanishes can be seen.
    fn called(&self, context: &mut EventContext<'_, '_>, handler: &str) -> Handled {
        let call = format!("{handler} {}", context.index());
        self.note(&call);
        context.emit(call.as_bytes());
        (self.behave)(handler, context.index())
    }
}

macro_rules! recorded_events {
    ($($handler:ident: $model:ident),* $(,)?) => {$(
        fn $handler(&self, context: &mut EventContext<'_, '_>, event: &$model<'_>) -> Handled {
            let in_batch = context.request().events[context.index()];
            assert_eq!(in_batch.kind().as_str(), stringify!($handler));
            assert_eq!(event.common.id, in_batch.id());
            assert_eq!(event.common.timestamp_ms, Some(context.index() as i64));
            self.called(context, stringify!($handler))
        }
    )*};
}

impl Processor for Recorder {
    fn register(&self) -> ModuleRegistrationResponse<'_> {
        self.note("register");
        match (self.behave)("register", 0) {
            Ok(()) => {
                let mut registration = ModuleRegistrationResponse::default();
                registration.name = Some("Recorder");
                registration.version = Some("1.0");
                registration
            }
            Err(failure) => panic!("a registration cannot fail: {failure}"),
        }
    }

    fn interests(&self) -> Interests {
        self.interests
    }

    fn begin_batch(&self, context: &mut EventContext<'_, '_>) -> Handled {
        self.called(context, "begin_batch")
    }

    fn end_batch(&self, context: &mut EventContext<'_, '_>, outcomes: &[Outcome]) -> Handled {
        assert_eq!(outcomes.len(), context.request().events.len());
        let names: Vec<&str> = outcomes.iter().map(Outcome::name).collect();
        self.note(&format!("end_batch {}", names.join(",")));
        context.emit(b"end_batch");
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
        context: &mut EventContext<'_, '_>,
        event: &UnknownEvent<'_>,
    ) -> Handled {
        let in_batch = context.request().events[context.index()];
        assert_eq!(in_batch, Event::Unknown(event));
        self.called(context, event.unknown.type_name)
    }

    fn gdpr_consent_state(
        &self,
        context: &mut EventContext<'_, '_>,
        notification: &GdprConsentStateNotification<'_>,
    ) -> Handled {
        assert_eq!(notification.purpose, Some("analytics"));
        self.called(context, "gdpr_consent_state")
    }

    fn ccpa_consent_state(
        &self,
        context: &mut EventContext<'_, '_>,
        notification: &CcpaConsentStateNotification<'_>,
    ) -> Handled {
        assert_eq!(notification.purpose.0, DATA_SALE_OPT_OUT);
        self.called(context, "ccpa_consent_state")
    }

    fn unknown_notification(
        &self,
        context: &mut EventContext<'_, '_>,
        notification: &Unknown<'_>,
    ) -> Handled {
        self.called(context, notification.type_name)
    }

    fn audience_subscription(
        &self,
        context: &mut Context<'_, '_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<AudienceSubscriptionReply, Failure> {
        self.note("audience_subscription");
        context.emit(b"subscription");
        (self.behave)("audience_subscription", 0)?;
        Ok(AudienceSubscriptionReply {
            settings: vec![("list".into(), format!("list-{}", request.audience_id))],
        })
    }

    fn audience_membership_change(
        &self,
        context: &mut Context<'_, '_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<AudienceMembershipReply, Failure> {
        self.note(&format!(
            "audience_membership_change {}",
            request.user_profiles.len()
        ));
        context.emit(b"membership");
        (self.behave)("audience_membership_change", 0)?;
        Ok(AudienceMembershipReply {
            suspend_subscription: request.user_profiles.len() > 1,
        })
    }

    fn dsr(&self, context: &mut Context<'_, '_>, request: &DsrProcessingRequest<'_>) -> Handled {
        self.note(&format!(
            "dsr {}",
            request.subject_request_id.unwrap_or("-")
        ));
        context.emit(b"dsr");
        (self.behave)("dsr", 0)
    }
}

/// What came out of a message, and who was called.
pub(crate) struct Run {
    pub(crate) result: Result<Output, Error>,
    pub(crate) calls: Vec<String>,
}

impl Run {
    pub(crate) fn of(recorder: Recorder, body: &str) -> Self {
        let engine = Engine::new(recorder);
        let result = engine.process(body.as_bytes(), &INVOCATION);
        let calls = std::mem::take(&mut *engine.processor().calls.lock().unwrap());
        Self { result, calls }
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
        self.output().events().iter().map(Outcome::name).collect()
    }
}

/// A batch of events of these types. The time stamp of each is its position.
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

pub(crate) fn fatal(reason: &'static str) -> Outcome {
    Failure::fatal(reason).into_outcome()
}
