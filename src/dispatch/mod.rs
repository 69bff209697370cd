//! The engine: one message in, the user's handlers called, the response and the records out.

mod cost;
mod guard;
mod output;
mod route;
mod schedule;

pub use output::{EventCounts, Output, Verdict};
pub use schedule::Order;

use crossbeam_queue::ArrayQueue;

use crate::error::{Error, ErrorKind};
use crate::firehose::parse;
use crate::message::*;
use crate::parse::{ParseOptions, Scratch};
use crate::processor::{Context, EventContext, Failure, Invocation, Outcome, Processor};
use guard::guarded;

pub use crate::message::FIREHOSE_VERSION;

/// How many scratches wait for reuse at most.
const POOLED: usize = 64;

/// Scratches that saw a message larger than this are not kept at that size.
const POOLED_BYTES: usize = 1 << 20;

/// Parses messages, calls the handlers of a [`Processor`] and writes responses. It is `Send + Sync`, holds no state of
/// any message, and is meant to be made once and used from every thread.
///
/// See [`Processor`] for an example.
#[derive(Debug)]
pub struct Engine<P> {
    processor: P,
    options: ParseOptions,
    order: Order,
    pool: Option<rayon::ThreadPool>,
    threads: usize,
    cost: cost::Cost,
    scratches: ArrayQueue<Box<Scratch>>,
}

impl<P: Processor> Engine<P> {
    /// An engine with default options: events in order, limits as in [`ParseOptions`].
    pub fn new(processor: P) -> Self {
        let options = ParseOptions {
            interests: processor.interests().into(),
            ..ParseOptions::default()
        };
        Self {
            processor,
            options,
            order: Order::InOrder,
            pool: None,
            threads: usize::MAX,
            cost: cost::Cost::default(),
            scratches: ArrayQueue::new(POOLED),
        }
    }

    /// Sets the limits and strictness. The interests stay those of the processor.
    #[must_use]
    pub fn with_options(mut self, options: ParseOptions) -> Self {
        self.options = ParseOptions {
            interests: self.options.interests,
            ..options
        };
        self
    }

    /// Sets whether the events of one batch may be handled at the same time.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Takes the threads that help with unordered batches from this pool instead of rayon's global one. There are as many
    /// at work on a batch as the pool has threads, the calling one among them.
    #[must_use]
    pub fn with_pool(mut self, pool: rayon::ThreadPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets how many threads handle one batch at most, the calling one included. With one, no pool is started.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The processor.
    pub fn processor(&self) -> &P {
        &self.processor
    }

    /// Processes one message: the easy rung, on buffers of the engine's own.
    ///
    /// # Errors
    ///
    /// What [`parse`](fn@crate::parse) refuses, and messages that a module does not receive. No handler has run then.
    pub fn process(&self, body: &[u8], invocation: &Invocation) -> Result<Output, Error> {
        let mut scratch = self.scratches.pop().unwrap_or_default();
        let mut output = Output::new();
        let result = self.process_into(body, &mut scratch, invocation, &mut output);
        scratch.shrink_to(POOLED_BYTES);
        // A full queue drops it.
        let _ = self.scratches.push(scratch);
        result.map(|()| output)
    }

    /// Processes one message on buffers of the caller: the fast rung. `output` is cleared first.
    ///
    /// # Errors
    ///
    /// Those of [`process`](Self::process).
    pub fn process_into(
        &self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
        output: &mut Output,
    ) -> Result<(), Error> {
        output.clear();
        let parsed = parse(body, scratch, &self.options)?;
        output.tally = parsed.tally;
        let kind = parsed.message.kind();
        output.message_type = MessageType::ALL
            .iter()
            .find(|known| **known == kind)
            .copied();
        match parsed.message {
            Message::EventProcessingRequest(request) => self.batch(request, invocation, output),
            Message::ModuleRegistrationRequest(request) => {
                let common = request.common;
                respond(output, common, invocation, |common, output| {
                    let mut response = self.processor.register();
                    response.common = common;
                    response.sdk_version = response.sdk_version.or(Some(FIREHOSE_VERSION));
                    output.respond(&Message::ModuleRegistrationResponse(&response));
                    Ok(())
                });
            }
            Message::AudienceSubscriptionRequest(request) => {
                self.subscription(request, invocation, output);
            }
            Message::AudienceMembershipChangeRequest(request) => {
                respond(output, request.common, invocation, |common, output| {
                    // A heartbeat is answered without anybody being asked (section 14).
                    let reply = if request.user_profiles.is_empty() {
                        Default::default()
                    } else {
                        let account = request.account.as_ref();
                        let mut context = Context::new(account, invocation, &mut output.records);
                        self.processor
                            .audience_membership_change(&mut context, request)?
                    };
                    let suspend_subscription = reply.suspend_subscription;
                    let response = AudienceMembershipChangeResponse {
                        common,
                        suspend_subscription,
                    };
                    output.respond(&Message::AudienceMembershipChangeResponse(&response));
                    Ok(())
                });
            }
            Message::DsrProcessingRequest(request) => {
                respond(output, request.common, invocation, |common, output| {
                    let account = request.account.as_ref();
                    let mut context = Context::new(account, invocation, &mut output.records);
                    self.processor.dsr(&mut context, request)?;
                    let response = DsrProcessingResponse { common };
                    output.respond(&Message::DsrProcessingResponse(&response));
                    Ok(())
                });
            }
            Message::ModuleRegistrationResponse(_)
            | Message::EventProcessingResponse(_)
            | Message::AudienceSubscriptionResponse(_)
            | Message::AudienceMembershipChangeResponse(_)
            | Message::DsrProcessingResponse(_)
            | Message::Unknown(_) => return Err(unsupported(kind)),
        }
        Ok(())
    }

    fn batch(
        &self,
        request: &EventProcessingRequest<'_>,
        invocation: &Invocation,
        output: &mut Output,
    ) {
        for event in request.events {
            output.event_counts.add(event.event_type());
        }
        let mut suspend_subscription = false;
        if !request.is_heartbeat() {
            output.failure =
                self.handle_batch(request, invocation, output, &mut suspend_subscription);
        }
        let common = response_common(request.common, invocation);
        let response = EventProcessingResponse {
            common,
            suspend_subscription,
        };
        if output.failure.is_none() {
            output.respond(&Message::EventProcessingResponse(&response));
        }
    }

    /// Steps 2 and 3 of section 10, between the hooks. Returns why the batch as a whole failed.
    fn handle_batch(
        &self,
        request: &EventProcessingRequest<'_>,
        invocation: &Invocation,
        output: &mut Output,
        suspend: &mut bool,
    ) -> Option<Outcome> {
        let processor = &self.processor;
        let mut context = EventContext::new(request, invocation, &mut output.records, suspend);
        let begun = route::atomically(&mut context, |context| processor.begin_batch(context));
        if let Err(failure) = begun {
            let begun = failure.into_outcome();
            output
                .notifications
                .resize(request.system_notifications.len(), begun.clone());
            output.events.resize(request.events.len(), begun.clone());
            return Some(begun);
        }
        for (index, notification) in request.system_notifications.iter().enumerate() {
            context.set_notification(index);
            let handled = route::notification(processor, &mut context, notification);
            output.notifications.push(handled.into());
        }
        let batch = schedule::Batch {
            processor,
            request,
            invocation,
        };
        let crew = schedule::Crew {
            order: self.order,
            pool: self.pool.as_ref(),
            threads: self.threads,
            cost: &self.cost,
        };
        let mut run = schedule::Run {
            records: &mut output.records,
            outcomes: &mut output.events,
            suspend,
        };
        schedule::events(&batch, &crew, &mut run);
        let mut context = EventContext::new(request, invocation, &mut output.records, suspend);
        let events = &output.events;
        let ended = route::atomically(&mut context, |context| processor.end_batch(context, events));
        ended.err().map(Failure::into_outcome)
    }

    fn subscription(
        &self,
        request: &AudienceSubscriptionRequest<'_>,
        invocation: &Invocation,
        output: &mut Output,
    ) {
        let mut context = Context::new(request.account.as_ref(), invocation, &mut output.records);
        match guarded(|| self.processor.audience_subscription(&mut context, request)) {
            Ok(reply) => {
                let settings: Vec<(&str, &str)> = reply
                    .settings
                    .iter()
                    .map(|(id, value)| (id.as_str(), value.as_str()))
                    .collect();
                let response = AudienceSubscriptionResponse {
                    common: response_common(request.common, invocation),
                    audience_subscription_settings: Map::new(&settings),
                };
                output.respond(&Message::AudienceSubscriptionResponse(&response));
            }
            Err(failure) => fail(output, failure),
        }
    }
}

/// Lets user code make a response and writes it, or notes why there is none.
fn respond(
    output: &mut Output,
    request: MessageCommon<'_>,
    invocation: &Invocation,
    make: impl FnOnce(MessageCommon<'static>, &mut Output) -> Result<(), Failure>,
) {
    let common = response_common(request, invocation);
    if let Err(failure) = guarded(|| make(common, output)) {
        fail(output, failure);
    }
}

fn fail(output: &mut Output, failure: Failure) {
    output.records.clear();
    output.response.clear();
    output.failure = Some(failure.into_outcome());
}

/// The identifier is that of the request, so that the logs of both sides can be joined (section 11).
fn response_common(request: MessageCommon<'_>, invocation: &Invocation) -> MessageCommon<'static> {
    MessageCommon {
        id: Some(request.id.unwrap_or(invocation.fresh_id)),
        timestamp_ms: Some(invocation.now_ms),
        firehose_version: Some(FIREHOSE_VERSION),
    }
}

/// The error of a message whose type is not for a module.
fn unsupported(kind: MessageType<'_>) -> Error {
    Error::plain(
        ErrorKind::UnsupportedMessage,
        format!("a module does not receive messages of type `{kind}`"),
    )
}
