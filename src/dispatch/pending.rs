//! [`Pending`]: from the outcomes of the handlers to the verdict and the response.

use std::borrow::BorrowMut;

use super::Shared;
use super::observer::Report;
use crate::message::{
    AudienceMembershipChangeResponse, AudienceSubscriptionResponse, DsrProcessingResponse,
    EventProcessingResponse, Map, Message, MessageType,
};
use crate::processor::{Failure, Outcome, Output, Subject, Verdict, contained, one_each};
use crate::write;

/// A message whose handlers have returned and whose response is not written yet. The host delivers
/// the records, settles what it could not deliver, and calls [`finish`](Self::finish).
///
/// It owns the [`Output`] or borrows that of the caller. If it is dropped without a call of
/// `finish`, there is no response, and the message is to be retried.
///
/// ```
/// # use hydrant::message::{CustomEvent, EventType, Uuid};
/// # use hydrant::{Call, Engine, Failure, Invocation, Processor, Registration, Verdict};
/// # struct Module;
/// # impl Processor for Module {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration {
/// #         Registration::new("Acme", "1.0").events([EventType::CustomEvent])
/// #     }
/// #     fn custom_event(
/// #         &self,
/// #         call: &mut Call<'_>,
/// #         _: &mut (),
/// #         event: &CustomEvent<'_>,
/// #     ) -> Result<(), Failure> {
/// #         call.emit(event.name.unwrap_or_default().as_bytes());
/// #         Ok(())
/// #     }
/// # }
/// # fn deliver(_: &[u8]) -> Result<(), Failure> { Err(Failure::retry()) }
/// # let engine = Engine::new(Module);
/// # let body = br#"{"type":"event_processing_request",
/// #     "events":[{"type":"custom_event","name":"hello"}]}"#;
/// # let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]));
/// let mut pending = engine.process(body, &invocation)?;
/// let delivered: Vec<Result<(), Failure>> =
///     pending.output().records().iter().map(|record| deliver(record.payload)).collect();
/// pending.settle_records(delivered);
/// let output = pending.finish();
/// assert_eq!(output.verdict(), Verdict::Retry { after: None });
/// # Ok::<(), hydrant::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is answered until the message is finished"]
pub struct Pending<'e, O: BorrowMut<Output> = Output> {
    pub(super) shared: &'e Shared,
    pub(super) output: O,
}

impl<O: BorrowMut<Output>> Pending<'_, O> {
    /// The outcomes and records so far.
    pub fn output(&self) -> &Output {
        self.output.borrow()
    }

    /// Changes the outcome of an event, for example because its record could not be delivered.
    ///
    /// A failure for a position outside the batch makes the whole message fail with *retry*,
    /// because it is unknown which event failed.
    pub fn settle(&mut self, event: usize, outcome: impl Into<Outcome>) {
        let output = self.output.borrow_mut();
        output.effects.settle(event, outcome.into());
        if let Err(failure) = output.effects.settle_elsewhere() {
            output.message = Outcome::Failed(failure);
        }
    }

    /// Changes the outcome of the message as a whole. Outcomes of events stay as they are.
    pub fn settle_message(&mut self, outcome: impl Into<Outcome>) {
        self.output.borrow_mut().message = outcome.into();
    }

    /// Settles the events from which the records were emitted: one outcome per record, in the order
    /// of [`Output::records`].
    ///
    /// The outcome of an event becomes the worst of those of its handler and its records: *retry*
    /// is worse than *rejected*, which is worse than *discarded*. Records without an event affect
    /// the outcome of the message. If there are more or fewer outcomes than records, they cannot be
    /// matched: the message and every event with a record is to be retried.
    pub fn settle_records<R: Into<Outcome>>(&mut self, outcomes: impl IntoIterator<Item = R>) {
        let output = self.output.borrow_mut();
        let records = &output.effects.records;
        let mut outcomes: Vec<Outcome> = outcomes.into_iter().map(Into::into).collect();
        if let Err(failure) = one_each("records", records.len(), outcomes.len()) {
            outcomes = vec![Outcome::Failed(failure.clone()); records.len()];
            output.message.worsen(failure.into());
        }
        let events: Vec<Option<usize>> = records.iter().map(|record| record.event).collect();
        for (event, outcome) in events.into_iter().zip(outcomes) {
            let settled = match event {
                Some(event) => output.effects.event(event),
                None => Some(&mut output.message),
            };
            if let Some(settled) = settled {
                settled.worsen(outcome);
            }
        }
    }

    /// Asks the sender to suspend this subscription, as
    /// [`Call::suspend_subscription`](crate::Call::suspend_subscription) does.
    pub fn suspend_subscription(&mut self) {
        self.output.borrow_mut().effects.suspend = true;
    }

    /// Sets the settings in the response to an audience subscription. Other responses have none.
    pub fn set_settings<I: Into<String>, V: Into<String>>(
        &mut self,
        settings: impl IntoIterator<Item = (I, V)>,
    ) {
        let settings = settings.into_iter();
        self.output.borrow_mut().settings = settings
            .map(|(id, value)| (id.into(), value.into()))
            .collect();
    }

    /// Finishes the message: decides the verdict, calls the observer for everything that failed,
    /// and writes the response if the verdict is to answer.
    pub fn finish(mut self) -> O {
        let output = self.output.borrow_mut();
        self.shared.finish(output);
        self.output
    }
}

impl Shared {
    fn finish(&self, output: &mut Output) {
        output.settle_rest();
        self.check_reply(output);
        let verdict = self.policies.verdict(&self.registration, output);
        output.verdict = Some(verdict);
        let answers = matches!(verdict, Verdict::Answer | Verdict::DeadLetter);
        self.remember(output, answers && output.can_suspend());
        if self.observer.is_some() {
            self.report(output, verdict);
        }
        if answers {
            self.respond(output);
        }
    }

    /// Keeps a requested suspension until a response carries it.
    fn remember(&self, output: &mut Output, answers: bool) {
        let account = output.account_id;
        if !output.handled {
            output.effects.suspend |= answers && self.accounts.take_suspension(account);
        } else if output.effects.suspend {
            if answers {
                self.accounts.take_suspension(account);
            } else {
                self.accounts.suspend(account);
            }
        } else if self.accounts.any() && output.failures().next().is_none() {
            self.accounts.done(account);
        }
    }

    /// Rejects a subscription if its reply has an unregistered setting: the sender would not store
    /// the setting, and every membership change would lack it (protocol, section 12, rule 18).
    fn check_reply(&self, output: &mut Output) {
        if output.message_type != Some(MessageType::AudienceSubscriptionRequest) {
            return;
        }
        let mut ids = output.settings.iter().map(|(id, _)| id);
        let unknown = ids.find(|id| !self.registration.has_subscription_setting(id));
        if let (Outcome::Done, Some(id)) = (&output.message, unknown) {
            let reason = format!("the reply has the setting `{id}`, which is not registered");
            output.message = Failure::reject(reason).into();
        }
    }

    /// Calls the observer for everything that failed.
    fn report(&self, output: &Output, verdict: Verdict) {
        let Some(observer) = &self.observer else {
            return;
        };
        let account_id = output.account_id;
        for (subject, failure) in output.failures() {
            if let Some(error) = failure.setting_error() {
                let fault = error.to_string();
                if !self.accounts.is_new_fault(account_id, &fault) {
                    continue;
                }
            }
            let events = match subject {
                Subject::Event(_) => 1,
                Subject::Notification(_) => 0,
                Subject::Message => output.events_of_message(),
            };
            let report = Report {
                account_id,
                message_type: output.message_type,
                subject,
                failure,
                events,
                verdict,
            };
            contained(|| observer.0.observe(&report));
        }
    }

    fn respond(&self, output: &mut Output) {
        let common = output.common;
        let suspend_subscription = output.effects.suspend;
        let out = &mut output.response;
        match output.message_type {
            Some(MessageType::ModuleRegistrationRequest) => {
                self.registration.with_response(common, |response| {
                    write::message(&Message::ModuleRegistrationResponse(response), out);
                });
            }
            Some(MessageType::EventProcessingRequest) => {
                let response = EventProcessingResponse {
                    common,
                    suspend_subscription,
                };
                write::message(&Message::EventProcessingResponse(&response), out);
            }
            Some(MessageType::AudienceSubscriptionRequest) => {
                let settings = output.settings.iter();
                let settings: Vec<(&str, &str)> = settings
                    .map(|(id, value)| (id.as_str(), value.as_str()))
                    .collect();
                let response = AudienceSubscriptionResponse {
                    common,
                    audience_subscription_settings: Map::new(&settings),
                };
                write::message(&Message::AudienceSubscriptionResponse(&response), out);
            }
            Some(MessageType::AudienceMembershipChangeRequest) => {
                let response = AudienceMembershipChangeResponse {
                    common,
                    suspend_subscription,
                };
                write::message(&Message::AudienceMembershipChangeResponse(&response), out);
            }
            Some(MessageType::DsrProcessingRequest) => {
                let response = DsrProcessingResponse { common };
                write::message(&Message::DsrProcessingResponse(&response), out);
            }
            _ => {}
        }
    }
}

impl Output {
    /// The number of events that failed because the message did.
    fn events_of_message(&self) -> usize {
        let failed = self.events().iter().filter_map(Outcome::failure);
        failed.filter(|failure| self.message.holds(failure)).count()
    }

    /// Everything that is still unsettled is to be retried.
    fn settle_rest(&mut self) {
        let effects = &mut self.effects;
        let parts = effects.notifications.iter_mut().chain(&mut effects.events);
        for outcome in parts.chain([&mut self.message]) {
            if outcome.is_unsettled() {
                *outcome = Failure::retry().with_reason("nobody settled it").into();
            }
        }
    }
}
