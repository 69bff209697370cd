//! [`Running`]: processes messages with a module, and tells metrics, logs and observers about them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hydrant::host::Module;
use hydrant::message::{EventType, Message, MessageType};
use hydrant::write::Append;
use hydrant::{Error, Invocation, Outcome, Output, ParseOptions, Scratch, Tally, parse};
use hydrant_runtime::{Buffers, Ended, Processing};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

use crate::continued::caught;
use crate::exchange::{Exchange, NotDone, Part};
use crate::log;
use crate::refusal::Refusal;
use crate::service::{Incoming, Processed, Shared};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A module whose type is not known.
pub(crate) trait Run: Send + Sync {
    /// Processes a message, and makes an exchange if `observed`.
    fn run(
        self: Arc<Self>,
        incoming: Incoming,
        slot: Option<OwnedSemaphorePermit>,
        observed: bool,
    ) -> Boxed<Result<Processed, Refusal>>;

    /// Ends the connections of the targets.
    fn close(&self, grace: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

pub(crate) struct Running<P, K> {
    pub(crate) processing: Processing<P, K>,
    pub(crate) shared: Arc<Shared>,
    /// Whether handlers block their thread.
    pub(crate) blocking: bool,
    #[cfg(feature = "acknowledge-first")]
    pub(crate) first: Option<hydrant_forward::AcknowledgeFirst>,
}

impl<P: Module<K> + 'static, K: 'static> Run for Running<P, K> {
    fn run(
        self: Arc<Self>,
        incoming: Incoming,
        slot: Option<OwnedSemaphorePermit>,
        observed: bool,
    ) -> Boxed<Result<Processed, Refusal>> {
        let blocking = self.blocking;
        let processed = async move {
            let processed = self.process(incoming, observed).await;
            drop(slot);
            processed
        };
        if !blocking {
            return Box::pin(processed);
        }
        Box::pin(async move {
            let runtime = Handle::current();
            let thread = tokio::task::spawn_blocking(move || runtime.block_on(processed));
            // Everything that can panic is caught.
            thread.await.unwrap_or_else(|_| Ok(Processed::panicked()))
        })
    }

    fn close(&self, grace: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.processing.close(grace))
    }
}

impl<P: Module<K>, K> Running<P, K> {
    async fn process(&self, incoming: Incoming, observed: bool) -> Result<Processed, Refusal> {
        let started = Instant::now();
        let deadline = started + self.shared.limits.response_timeout;
        let mut invocation = hydrant::host::system_invocation().with_deadline(deadline);
        if let Some(token) = &incoming.access_token {
            invocation = invocation.with_access_token(token.as_str());
        }
        let mut buffers = self.processing.take_buffers();
        let fault = match self.check(&incoming, &mut buffers.scratch) {
            Ok(fault) => fault,
            Err(refusal) => {
                self.processing.put_buffers(buffers);
                return Err(refusal);
            }
        };
        let sequence = self.shared.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let mut processed = match fault {
            None => self.handle(&incoming, &invocation, &mut buffers).await,
            // A store that parses in another way must not get it.
            Some(error) => {
                buffers.output.clear();
                Processed::of(Ended::Refused(error), b"")
            }
        };
        let times = Times::of(started, &buffers.output, invocation.now_ms());
        self.shared
            .metrics
            .message(&processed, &buffers.output, times);
        self.log(&incoming, &processed, &mut buffers, times);
        if observed {
            let mut exchange = Exchange {
                sequence,
                received_ms: invocation.now_ms(),
                service_time: times.total,
                parse_time: times.parse,
                ..Exchange::of(&incoming, &processed, &buffers.output)
            };
            self.details(&mut exchange, &mut buffers);
            let exchange = Arc::new(exchange);
            self.shared.tell(|observer| observer.ended(&exchange));
            processed.exchange = Some(exchange);
        }
        self.processing.put_buffers(buffers);
        Ok(processed)
    }

    /// Refuses what the endpoint or the authorization does not permit, and returns what is wrong
    /// with a message that cannot be parsed. Its type is that which the engine will read: another
    /// parser could be deceived, for example by a second `type`.
    fn check(&self, incoming: &Incoming, scratch: &mut Scratch) -> Result<Option<Error>, Refusal> {
        let (endpoint, authorized) = (incoming.endpoint, incoming.authorized);
        if endpoint.is_all() && authorized.is_all() {
            return Ok(None);
        }
        let parsed = parse(&incoming.body, scratch, self.processing.engine().options());
        match parsed.map(|parsed| parsed.message.kind()) {
            Ok(kind) if !authorized.permit(kind) => Err(Refusal::UNAUTHORIZED),
            Ok(kind) if !endpoint.permit(kind) => Err(Refusal::WRONG_ENDPOINT),
            Ok(_) => Ok(None),
            Err(error) => match authorized.is_all() || authorized.permit_fault(&incoming.body) {
                true => Ok(Some(error)),
                false => Err(Refusal::UNAUTHORIZED),
            },
        }
    }

    async fn handle(
        &self,
        incoming: &Incoming,
        invocation: &Invocation,
        buffers: &mut Buffers,
    ) -> Processed {
        let deadline = invocation.deadline().unwrap_or_else(Instant::now);
        #[cfg(feature = "acknowledge-first")]
        if let Some(first) = &self.first
            && let Some(processed) =
                crate::first::store(first, &incoming.body, invocation, deadline).await
        {
            buffers.output.clear();
            return processed;
        }
        let processing = self
            .processing
            .process(&incoming.body, invocation, deadline, buffers);
        let ended = caught(processing).await.unwrap_or(Ended::Panicked);
        Processed::of(ended, buffers.output.response())
    }

    fn log(&self, incoming: &Incoming, processed: &Processed, buffers: &mut Buffers, times: Times) {
        let Buffers {
            scratch, output, ..
        } = buffers;
        log::message(incoming, processed, output, times);
        if output.failures().next().is_some() && log::has_parts() {
            let options = self.processing.engine().options();
            let parts = not_done(&incoming.body, output, scratch, options);
            log::parts(output, &parts);
        }
    }

    /// Reads the message again for what only observers want to know.
    fn details(&self, exchange: &mut Exchange, buffers: &mut Buffers) {
        let Buffers {
            scratch, output, ..
        } = buffers;
        // Without the interests of the module, so that skipped events are read, too.
        let limits = self.processing.engine().options();
        let options = ParseOptions::new()
            .max_bytes(limits.max_bytes)
            .max_depth(limits.max_depth)
            .max_memory(limits.max_memory);
        exchange.not_done = not_done(&exchange.body, output, scratch, &options);
        if exchange.message_type.is_none() && exchange.error.is_none() {
            // A message that was stored and not processed.
            let parsed = parse(&exchange.body, scratch, &options);
            let kind = parsed.map(|parsed| parsed.message.kind());
            let mut known = MessageType::ALL.iter().copied();
            exchange.message_type = known.find(|known| kind.as_ref() == Ok(known));
        }
        if exchange.tally != Tally::default() {
            let coercions = hydrant::validate::coercions(&exchange.body, scratch, &options);
            exchange.coercions = coercions.unwrap_or_default();
        }
    }
}

/// The notifications and the events that are not done.
fn not_done(
    body: &[u8],
    output: &Output,
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Vec<NotDone> {
    let is_open = |(_, outcome): &(usize, &Outcome)| !matches!(outcome, Outcome::Done);
    let part = |part| {
        move |(index, outcome): (usize, &Outcome)| NotDone {
            part,
            index,
            event_id: None,
            event_type: None,
            outcome: outcome.clone(),
        }
    };
    let notifications = output.notifications().iter().enumerate().filter(is_open);
    let mut parts: Vec<NotDone> = notifications.map(part(Part::Notification)).collect();
    let first = parts.len();
    let events = output.events().iter().enumerate().filter(is_open);
    parts.extend(events.map(part(Part::Event)));
    if parts.len() > first
        && let Ok(parsed) = parse(body, scratch, options)
        && let Message::EventProcessingRequest(batch) = parsed.message
    {
        for part in parts.iter_mut().skip(first) {
            let Some(event) = batch.events.get(part.index) else {
                continue;
            };
            part.event_id = event.id();
            let kind = event.kind();
            part.event_type = EventType::ALL.iter().copied().find(|known| *known == kind);
        }
    }
    parts
}

/// How long the parts of a message took.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// `None` if the message was refused.
    pub(crate) parse: Option<Duration>,
    pub(crate) total: Duration,
    /// The age of the message.
    pub(crate) lag_ms: Option<i64>,
}

impl Times {
    fn of(started: Instant, output: &Output, now_ms: i64) -> Self {
        let parsed = output.parsed_at();
        let sent = output.timestamp_ms();
        Self {
            parse: parsed.map(|at| at.saturating_duration_since(started)),
            total: started.elapsed(),
            lag_ms: sent.map(|sent| now_ms.saturating_sub(sent)),
        }
    }
}

impl Processed {
    pub(crate) fn of(ended: Ended, response: &[u8]) -> Self {
        let response = match ended.is_answered() {
            true => Bytes::copy_from_slice(response),
            false => error_text(ended.as_str(), &ended.message()),
        };
        Self {
            status: ended.status(),
            retry_after: ended.retry_after(),
            response,
            ended,
            exchange: None,
        }
    }

    pub(crate) fn panicked() -> Self {
        Self::of(Ended::Panicked, b"")
    }
}

impl Exchange {
    fn of(incoming: &Incoming, processed: &Processed, output: &Output) -> Self {
        let error = match &processed.ended {
            Ended::Refused(error) => Some(error.clone()),
            _ => None,
        };
        Self {
            source: incoming.source,
            path: incoming.path.clone(),
            body: incoming.body.clone(),
            status: processed.status,
            response: processed.response.clone(),
            retry_after: processed.retry_after,
            ended: processed.ended.as_str(),
            reason: processed.ended.message(),
            error,
            message_type: output.message_type(),
            message_id: output.message_id(),
            account_id: output.account_id(),
            event_counts: *output.event_counts(),
            outcomes: output.outcome_counts(),
            message_outcome: output.message().clone(),
            records: output.records().clone(),
            is_suspended: output.is_suspended(),
            tally: output.tally(),
            ..Self::default()
        }
    }
}

/// The body of an answer without a response: the same fields as a failed invocation of AWS Lambda has.
pub(crate) fn error_text(kind: &str, message: &str) -> Bytes {
    let mut text = Vec::with_capacity(64 + message.len());
    Append::new(&mut text).json().object(|json| {
        json.text_field("errorType", kind);
        json.text_field("errorMessage", message);
    });
    text.into()
}
