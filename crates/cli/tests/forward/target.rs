//! The API of a partner, on a local server, which fails as a test specifies and counts what it
//! accepted.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use serde_json::{Value, json};

use crate::support::number;

/// How the API answers a request with records.
pub(crate) enum Answer {
    /// It has all records.
    Accept,
    /// It has none.
    Reply(HttpReply),
    /// It has all records, and answers something else.
    AcceptAndReply(HttpReply),
    /// It has all records but those at these positions, whose status it names.
    Partly(Vec<(usize, u16)>),
}

/// An event that the API accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) mpid: i64,
    pub(crate) number: u64,
}

pub(crate) struct Target {
    pub(crate) server: HttpServer,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    accepted: Mutex<Vec<Accepted>>,
    changed: Condvar,
}

impl Shared {
    fn accepted(&self) -> MutexGuard<'_, Vec<Accepted>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Target {
    /// Starts an API that this function answers for. It gets the records of the body.
    pub(crate) fn start(
        answer: impl Fn(&HttpRequest, &[Value]) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let state = Arc::clone(&shared);
        let server = HttpServer::start(move |request| {
            let (accepted, reply) = reply(request, &answer);
            state.accepted().extend(accepted);
            state.changed.notify_all();
            reply
        })
        .unwrap();
        Self { server, shared }
    }

    /// One that accepts everything.
    pub(crate) fn good() -> Self {
        Self::start(|_, _| Answer::Accept)
    }

    /// The same with some latency, so that messages wait when the input ends.
    pub(crate) fn slow() -> Self {
        Self::start(|_, _| {
            std::thread::sleep(Duration::from_millis(20));
            Answer::Accept
        })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// What it accepted, in order.
    pub(crate) fn accepted(&self) -> Vec<Accepted> {
        self.shared.accepted().clone()
    }

    /// The numbers of the events that it accepted, in order.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let accepted = self.shared.accepted();
        accepted.iter().map(|it| it.number).collect()
    }

    /// The same, sorted and each once.
    pub(crate) fn distinct(&self) -> Vec<u64> {
        let mut numbers = self.numbers();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Waits until it has accepted this many events; `false` after a minute.
    pub(crate) fn wait_for(&self, events: usize) -> bool {
        let minute = Duration::from_secs(60);
        let accepted = self.shared.accepted();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(accepted, minute, |it| it.len() < events);
        !waited.unwrap().1.timed_out()
    }
}

/// What the API accepts of a request, and its reply.
pub(crate) fn reply(
    request: &HttpRequest,
    answer: impl Fn(&HttpRequest, &[Value]) -> Answer,
) -> (Vec<Accepted>, HttpReply) {
    if request.method == "HEAD" {
        return (Vec::new(), HttpReply::new(200));
    }
    let records: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
    let all = |failed: &[usize]| {
        let records = records.iter().enumerate();
        let accepted = records.filter(|(position, _)| !failed.contains(position));
        accepted.flat_map(|(_, record)| events(record)).collect()
    };
    match answer(request, &records) {
        Answer::Accept => (all(&[]), HttpReply::new(200)),
        Answer::Reply(reply) => (Vec::new(), reply),
        Answer::AcceptAndReply(reply) => (all(&[]), reply),
        Answer::Partly(errors) => {
            let list = errors
                .iter()
                .map(|(index, status)| json!({"index": index, "status": status}));
            let body = json!({"errors": list.collect::<Vec<_>>()}).to_string();
            let failed: Vec<_> = errors.iter().map(|(index, _)| *index).collect();
            (all(&failed), HttpReply::new(200).with_body(body))
        }
    }
}

/// The events of a record.
fn events(record: &Value) -> Vec<Accepted> {
    let mpid = record["mpid"].as_i64().unwrap_or_default();
    let events = record["events"].as_array().unwrap().iter();
    events
        .map(|event| Accepted {
            mpid,
            number: number_of(event),
        })
        .collect()
}

/// The number of an event of a record.
pub(crate) fn number_of(event: &Value) -> u64 {
    number(event["data"]["custom_attributes"].get("n")).unwrap()
}

/// Whether a record has the event with this number.
pub(crate) fn has(record: &Value, number: u64) -> bool {
    let events = record["events"].as_array().unwrap();
    events.iter().any(|event| number_of(event) == number)
}
