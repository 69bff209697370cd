//! A small emulator of a queue of Amazon SQS whose requests fail as a test specifies, for the tests of
//! this package and of the program.
//!
//! moto is none for the order of FIFO queues: if one message becomes visible again while it looks for
//! others, it hands over those of a group that has just become free from the middle on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use serde_json::{Value, json};

/// A message of the emulator.
struct Stored {
    id: usize,
    group: String,
    body: String,
    visible_at: Instant,
    receives: u32,
}

/// The answer to an action in place of the usual one.
pub(crate) type Fault = Box<dyn Fn(&str, usize) -> Option<HttpReply> + Send + Sync>;

/// A queue of Amazon SQS. The messages of a group of a FIFO queue are handed over in order, and none of
/// them while another is hidden.
pub(crate) struct Queue {
    server: HttpServer,
    state: Arc<Mutex<Vec<Stored>>>,
    fifo: bool,
}

impl Queue {
    /// With these messages: group and body.
    pub(crate) fn start(messages: &[(String, String)], fifo: bool, fault: Fault) -> Self {
        let stored = messages
            .iter()
            .enumerate()
            .map(|(id, (group, body))| Stored {
                id,
                group: group.clone(),
                body: body.clone(),
                visible_at: Instant::now(),
                receives: 0,
            });
        let state = Arc::new(Mutex::new(stored.collect::<Vec<_>>()));
        let shared = Arc::clone(&state);
        let server = HttpServer::start(move |request| {
            let action = request.header("x-amz-target").unwrap().to_owned();
            let action = action.strip_prefix("AmazonSQS.").unwrap();
            fault(action, request.number).unwrap_or_else(|| answer(action, request, &shared, fifo))
        });
        Self {
            server: server.unwrap(),
            state,
            fifo,
        }
    }

    pub(crate) fn address(&self) -> String {
        self.server.url()
    }

    pub(crate) fn url(&self) -> String {
        let name = if self.fifo { "q.fifo" } else { "q" };
        format!("{}/123456789012/{name}", self.server.url())
    }

    /// The number of messages, and of those that are visible.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let (state, now) = (self.state.lock().unwrap(), Instant::now());
        let visible = state.iter().filter(|it| it.visible_at <= now);
        (state.len(), visible.count())
    }
}

fn answer(
    action: &str,
    request: &HttpRequest,
    state: &Mutex<Vec<Stored>>,
    fifo: bool,
) -> HttpReply {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let mut state = state.lock().unwrap();
    let now = Instant::now();
    let seconds = |value: &Value| Duration::from_secs(value.as_u64().unwrap());
    let reply = match action {
        "ReceiveMessage" => {
            let hidden = state.iter().filter(|it| fifo && it.visible_at > now);
            let hidden: BTreeSet<String> = hidden.map(|it| it.group.clone()).collect();
            let ready = state
                .iter_mut()
                .filter(|it| it.visible_at <= now && !hidden.contains(&it.group));
            let messages = ready.take(10).map(|message| {
                message.visible_at = now + seconds(&body["VisibilityTimeout"]);
                message.receives += 1;
                json!({"MessageId": format!("m{}", message.id), "Body": message.body,
                    "ReceiptHandle": format!("{}/{}", message.id, message.receives),
                    "Attributes": {"MessageGroupId": message.group, "SentTimestamp": "7",
                        "ApproximateReceiveCount": message.receives.to_string()}})
            });
            let messages: Vec<Value> = messages.collect();
            if messages.is_empty() {
                drop(state);
                // A long poll, but shorter.
                std::thread::sleep(Duration::from_millis(50));
            }
            json!({"Messages": messages})
        }
        _ => {
            let (mut successful, mut failed) = (Vec::new(), Vec::new());
            for entry in body["Entries"].as_array().unwrap() {
                let receipt = entry["ReceiptHandle"].as_str().unwrap();
                let at = state.iter().position(|it| {
                    format!("{}/{}", it.id, it.receives) == receipt && it.visible_at > now
                });
                match at {
                    None => failed.push(json!({"Id": entry["Id"], "SenderFault": true,
                        "Code": "ReceiptHandleIsInvalid"})),
                    Some(at) => {
                        successful.push(json!({"Id": entry["Id"]}));
                        match action {
                            "DeleteMessageBatch" => drop(state.remove(at)),
                            _ => state[at].visible_at = now + seconds(&entry["VisibilityTimeout"]),
                        }
                    }
                }
            }
            json!({"Successful": successful, "Failed": failed})
        }
    };
    HttpReply::new(200)
        .with_header("Content-Type", "application/x-amz-json-1.0")
        .with_body(reply.to_string())
}
