//! The engine: it parses a message, calls the handlers of the module, and writes the response.

mod accounts;
mod check;
mod cost;
mod observer;
mod pending;
mod policy;
mod schedule;
mod shared;

use std::fmt;

use crate::error::Error;
use crate::message::*;
use crate::parse::{ParseOptions, Scratch};
use crate::processor::{
    AsyncProcessor, Call, Failure, Invocation, Merge, Outcome, Output, Processor, Received,
    SubscriptionReply, guarded, guarded_async,
};
use crate::registration::Registration;
use schedule::Unordered;
use shared::Shared;

pub use check::MODULE_RULES;
pub use observer::{Observer, Report};
pub use pending::Pending;
pub use policy::{RejectPolicy, SettingErrorPolicy};

/// Parses messages, calls the handlers of a [`Processor`] or an [`AsyncProcessor`], and writes
/// responses. Create one engine and use it from all threads. Between messages it keeps only, per
/// account, a requested suspension that no response has carried yet and the setting faults that
/// were reported.
///
/// See [`Processor`] and [`AsyncProcessor`] for examples.
pub struct Engine<P> {
    processor: P,
    shared: Shared,
    unordered: Option<Unordered<P>>,
}

impl<P: Processor> Engine<P> {
    /// Creates an engine for a module with synchronous handlers and default options: events in
    /// order, the limits of [`ParseOptions`].
    pub fn new(processor: P) -> Self {
        let shared = Shared::new(processor.registration(), processor.interests());
        Self {
            processor,
            shared,
            unordered: None,
        }
    }

    /// Handles the events of one batch in parallel on up to `threads` threads, including the
    /// calling one, if the measured run time of the handlers is long enough for that to be faster.
    /// Otherwise, and with one thread, events are handled in order. Either way, records, outcomes
    /// and the state of the batch are merged in event order.
    ///
    /// With any number of threads, the engine calls the handlers of the module and not its
    /// [`batch`](Processor::batch). An event without a handler is rejected, even if the
    /// registration lists no event types. Each part of a batch that is split starts with the
    /// `Default` state; `begin_batch` and `end_batch` run on the calling thread.
    ///
    /// A batch that is handled on a thread of a rayon pool is not split, because a thread that
    /// waits takes other jobs of its pool.
    #[must_use]
    pub fn unordered(mut self, threads: usize) -> Self
    where
        P::Batch: Merge,
    {
        self.unordered = Some(Unordered::new(threads));
        self.shared.require_event_handlers();
        self
    }

    /// Processes one message with a [`Processor`], using buffers that the engine owns. The
    /// counterpart for an [`AsyncProcessor`] is [`process_async`](Self::process_async).
    ///
    /// # Errors
    ///
    /// If [`parse`](fn@crate::parse) refuses the message, or if modules do not receive messages of
    /// its type. No handler has run in these cases.
    pub fn process(&self, body: &[u8], invocation: &Invocation) -> Result<Pending<'_>, Error> {
        let mut scratch = self.shared.lease();
        let mut output = Output::new();
        self.handle(body, &mut scratch, invocation, &mut output)?;
        Ok(self.shared.pending(output))
    }

    /// Processes one message using buffers of the caller. Once they have grown, a batch causes no
    /// heap allocation. `output` is cleared first.
    ///
    /// # Errors
    ///
    /// The same as those of [`process`](Self::process).
    pub fn process_into<'e>(
        &'e self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
        output: &'e mut Output,
    ) -> Result<Pending<'e, &'e mut Output>, Error> {
        self.handle(body, scratch, invocation, output)?;
        Ok(self.shared.pending(output))
    }

    fn handle(
        &self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
        output: &mut Output,
    ) -> Result<(), Error> {
        let message = self.shared.begin(body, scratch, invocation, output)?;
        output.parsed_at = invocation.clock();
        let received = Received { body, invocation };
        let processor = &self.processor;
        let ended = match message {
            _ if output.message.is_done() => return Ok(()),
            _ if invocation.is_late_at(output.parsed_at) => Err(Failure::late()),
            Message::EventProcessingRequest(batch) => {
                let effects = &mut output.effects;
                match &self.unordered {
                    Some(unordered) => {
                        guarded(|| unordered.batch(processor, batch, received, effects))
                    }
                    None => guarded(|| {
                        let mut call = Call::part_of_batch(batch, received, effects);
                        processor.batch(&mut call, batch)
                    }),
                }
            }
            Message::AudienceSubscriptionRequest(request) => {
                let account = request.account.as_ref();
                let replied = guarded(|| {
                    let mut call = Call::of_message(account, received, output);
                    processor.audience_subscription(&mut call, request)
                });
                output.reply(replied)
            }
            Message::AudienceMembershipChangeRequest(request) => guarded(|| {
                let mut call = Call::of_message(request.account.as_ref(), received, output);
                processor.audience_membership_change(&mut call, request)
            }),
            Message::DsrProcessingRequest(request) => guarded(|| {
                let mut call = Call::of_message(request.account.as_ref(), received, output);
                processor.dsr(&mut call, request)
            }),
            _ => Ok(()),
        };
        self.shared.end(output, ended);
        Ok(())
    }
}

impl<P: AsyncProcessor> Engine<P> {
    /// Creates an engine for a module with async handlers and default options: the limits of
    /// [`ParseOptions`].
    pub fn new_async(processor: P) -> Self {
        let shared = Shared::new(processor.registration(), processor.interests());
        Self {
            processor,
            shared,
            unordered: None,
        }
    }

    /// Processes one message, using buffers that the engine owns.
    ///
    /// The future may be dropped at any point: there is then no response, and the engine remains
    /// usable.
    ///
    /// # Errors
    ///
    /// If [`parse`](fn@crate::parse) refuses the message, or if modules do not receive messages of
    /// its type. No handler has run in these cases.
    pub async fn process_async(
        &self,
        body: &[u8],
        invocation: &Invocation,
    ) -> Result<Pending<'_>, Error> {
        let mut scratch = self.shared.lease();
        let mut output = Output::new();
        self.handle_async(body, &mut scratch, invocation, &mut output)
            .await?;
        Ok(self.shared.pending(output))
    }

    /// Processes one message using buffers of the caller. `output` is cleared first.
    ///
    /// The future may be dropped at any point: engine and scratch remain usable, and `output` has
    /// the outcomes so far and the verdict *retry*.
    ///
    /// # Errors
    ///
    /// The same as those of [`process_async`](Self::process_async).
    pub async fn process_into_async<'e>(
        &'e self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
        output: &'e mut Output,
    ) -> Result<Pending<'e, &'e mut Output>, Error> {
        self.handle_async(body, scratch, invocation, output).await?;
        Ok(self.shared.pending(output))
    }

    async fn handle_async(
        &self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
        output: &mut Output,
    ) -> Result<(), Error> {
        let message = self.shared.begin(body, scratch, invocation, output)?;
        output.parsed_at = invocation.clock();
        let received = Received { body, invocation };
        let processor = &self.processor;
        let ended = match message {
            _ if output.message.is_done() => return Ok(()),
            _ if invocation.is_late_at(output.parsed_at) => Err(Failure::late()),
            Message::EventProcessingRequest(batch) => {
                let mut call = Call::part_of_batch(batch, received, &mut output.effects);
                guarded_async(|| processor.batch(&mut call, batch)).await
            }
            Message::AudienceSubscriptionRequest(request) => {
                let mut call = Call::of_message(request.account.as_ref(), received, output);
                let replied =
                    guarded_async(|| processor.audience_subscription(&mut call, request)).await;
                output.reply(replied)
            }
            Message::AudienceMembershipChangeRequest(request) => {
                let mut call = Call::of_message(request.account.as_ref(), received, output);
                guarded_async(|| processor.audience_membership_change(&mut call, request)).await
            }
            Message::DsrProcessingRequest(request) => {
                let mut call = Call::of_message(request.account.as_ref(), received, output);
                guarded_async(|| processor.dsr(&mut call, request)).await
            }
            _ => Ok(()),
        };
        self.shared.end(output, ended);
        Ok(())
    }
}

/// Options and accessors for both kinds of modules.
impl<P> Engine<P> {
    /// Sets the limits and the strictness of parsing.
    #[must_use]
    pub fn with_options(mut self, options: ParseOptions) -> Self {
        self.shared.set_options(options);
        self
    }

    /// The limits and the strictness of parsing.
    pub fn options(&self) -> &ParseOptions {
        self.shared.options()
    }

    /// Sets how a message in which something was rejected is answered: by default not at all
    /// ([`RejectPolicy::Fail`]).
    #[must_use]
    pub fn with_reject_policy(mut self, policy: RejectPolicy) -> Self {
        self.shared.policies.reject = policy;
        self
    }

    /// Sets what happens to batches, subscriptions and data subject requests of a customer with
    /// missing or invalid settings: [`SettingErrorPolicy::Reject`] by default.
    #[must_use]
    pub fn with_setting_errors_in_batches(mut self, policy: SettingErrorPolicy) -> Self {
        self.shared.policies.setting_error_in_batch = policy;
        self
    }

    /// Sets what happens to audience membership changes of a customer with missing or invalid
    /// settings: [`SettingErrorPolicy::Suspend`] by default, as the protocol requires
    /// (`lambda-and-http.md`, section 5).
    #[must_use]
    pub fn with_setting_errors_in_audiences(mut self, policy: SettingErrorPolicy) -> Self {
        self.shared.policies.setting_error_in_audience = policy;
        self
    }

    /// Sets the observer, which is called for everything that failed.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.shared.observer = Some(shared::Hook(Box::new(observer)));
        self
    }

    /// The module.
    pub fn processor(&self) -> &P {
        &self.processor
    }

    /// The registration of the module.
    pub fn registration(&self) -> &Registration {
        &self.shared.registration
    }
}

impl Output {
    /// Stores the settings of the reply to a subscription.
    fn reply(&mut self, replied: Result<SubscriptionReply, Failure>) -> Result<(), Failure> {
        self.settings = replied?.settings;
        Ok(())
    }
}

impl Outcome {
    fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

impl<P: fmt::Debug> fmt::Debug for Engine<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("processor", &self.processor)
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}
