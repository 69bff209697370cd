//! Events of Amazon SQS: several records per invocation, and an answer that lists those that failed
//! ("Implementing partial batch responses").

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use hydrant::host::Module;
use hydrant_runtime::Ended;
use lambda_runtime::{Context, Diagnostic};
use serde::{Deserialize, Serialize};

use crate::function::{Answer, Call, Function, internal};

/// Records that are handled at the same time. An event has ten unless the batch window is set.
const CONCURRENT: usize = 16;

/// An event, as far as it matters. Bodies without escapes are borrowed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    message_id: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
    #[serde(borrow, default)]
    attributes: Attributes<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes<'a> {
    /// Only records of FIFO queues have one.
    #[serde(borrow)]
    message_group_id: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    batch_item_failures: Vec<Failure<'a>>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    item_identifier: &'a str,
}

impl<P: Module<K> + 'static, K: 'static> Function<P, K> {
    /// Handles an event with records of a queue.
    pub(crate) async fn invoke_sqs(&self, body: Bytes, context: Context) -> Answer {
        let call = Call::new(context, self.margin);
        let Some(event) = event(&body) else {
            tracing::error!(request_id = call.request_id, "not an event of Amazon SQS");
            return Err(Diagnostic {
                error_type: "not_sqs".to_owned(),
                // The text of the error of serde may contain data.
                error_message:
                    "expected an event of Amazon SQS with `Records[].messageId` and `body`"
                        .to_owned(),
            });
        };
        // At the same time, so that a record whose target is slow does not use up the time of others.
        let lanes = lanes(&event.records).into_iter();
        let lanes: Vec<_> = lanes.map(|lane| self.lane(lane, &call)).collect();
        let lanes = stream::iter(lanes).buffer_unordered(CONCURRENT);
        let mut failed: Vec<(usize, Failure<'_>)> = lanes.collect::<Vec<_>>().await.concat();
        failed.sort_unstable_by_key(|(at, _)| *at);
        let response = Response {
            batch_item_failures: failed.into_iter().map(|(_, failure)| failure).collect(),
        };
        serde_json::value::to_raw_value(&response).map_err(|error| internal(&error))
    }

    /// Handles records in order, and returns those that failed with their positions: the first one,
    /// and all after it.
    async fn lane<'r>(
        &self,
        records: Vec<(usize, &'r Record<'r>)>,
        call: &Call,
    ) -> Vec<(usize, Failure<'r>)> {
        let mut failed = Vec::new();
        for (at, record) in records {
            if failed.is_empty() && self.record(&record.body, call).await {
                continue;
            }
            let item_identifier = &*record.message_id;
            failed.push((at, Failure { item_identifier }));
        }
        failed
    }

    /// Handles a record, and returns whether all of its messages are answered.
    async fn record(&self, body: &str, call: &Call) -> bool {
        let handled = AssertUnwindSafe(async {
            let mut answered = true;
            for message in hydrant::wrapper::messages(body.as_bytes()) {
                let mut buffers = self.processing.take_buffers();
                let call = call.again();
                let (message, ended) = match message {
                    Ok(message) => {
                        let ended = self.process(&message, None, &call, &mut buffers).await;
                        (message, ended)
                    }
                    Err(error) => {
                        buffers.output.clear();
                        (Cow::Borrowed(&b""[..]), Ended::Refused(error))
                    }
                };
                self.observe(&message, "sqs", &call, &ended, &mut buffers);
                answered &= ended.is_answered();
                self.processing.put_buffers(buffers);
            }
            answered
        });
        handled.catch_unwind().await.unwrap_or_else(|_| {
            self.telemetry.panicked(call);
            false
        })
    }
}

/// The records of each message group of a FIFO queue, in order; others are alone.
fn lanes<'r>(records: &'r [Record<'r>]) -> Vec<Vec<(usize, &'r Record<'r>)>> {
    let mut lanes: Vec<Vec<(usize, &Record<'_>)>> = Vec::new();
    let mut groups: HashMap<&str, usize> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        let lane = match record.attributes.message_group_id.as_deref() {
            Some(group) => *groups.entry(group).or_insert(lanes.len()),
            None => lanes.len(),
        };
        match lanes.get_mut(lane) {
            Some(lane) => lane.push((at, record)),
            None => lanes.push(vec![(at, record)]),
        }
    }
    lanes
}

/// Reads an event. A record without an identifier could not be reported, so that it is no event.
fn event(body: &[u8]) -> Option<Event<'_>> {
    let event: Event<'_> = serde_json::from_slice(body).ok()?;
    let named = event
        .records
        .iter()
        .all(|record| !record.message_id.is_empty());
    named.then_some(event)
}
