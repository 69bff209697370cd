//! The live list: server-sent events with the messages that have ended since the last one.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use hydrant::write::JsonWriter;
use tokio::sync::mpsc;

use super::{Console, summary};
use crate::service::Service;

/// The time between two events, in which messages are collected.
const PAUSE: Duration = Duration::from_millis(100);
/// The time after which an event is sent without messages, so that a lost connection is noticed.
const IDLE: Duration = Duration::from_secs(1);
/// How long an answer goes on. The page then asks again, so that no limit on connections ends it.
const LIFE: Duration = Duration::from_secs(60);
/// The most messages, and the most refused requests, of an event: the newest. A page cannot show more in the time of a pause.
pub(super) const MOST: usize = 200;

/// The text of an event for the messages after `seq`, and the newest of them.
pub(super) fn update(console: &Console, seq: u64, most: usize) -> (String, u64) {
    let ring = &console.0.ring;
    let (entries, totals, [oldest, oldest_refused]) = ring.after(seq, most);
    let newest = entries.first().map_or(seq, |entry| entry.seq);
    let mut out = Vec::new();
    JsonWriter::new(&mut out).object(|json| {
        json.list_field("messages", |json| {
            for entry in &entries {
                json.object_element(|json| summary::write(json, entry));
            }
        });
        json.object_field("totals", |json| {
            json.uint_field("messages", totals.messages);
            json.uint_field("events", totals.events);
            json.uint_field("answered", totals.answered);
            json.uint_field("retry", totals.retry);
            json.uint_field("rejected", totals.rejected);
            json.uint_field("refused", totals.refused);
        });
        json.uint_field("oldest", oldest);
        json.uint_field("oldest_refused", oldest_refused);
        json.bool_field("revealed", console.0.revealed.load(Ordering::Relaxed));
    });
    (String::from_utf8_lossy(&out).into_owned(), newest)
}

/// The most streams at the same time: fewer than the connections of the administrator's listener,
/// so that probes pass.
pub(super) const STREAMS: usize = 16;

/// A body that goes on until the page or the service is closed; `None` if there are too many.
pub(super) fn body(console: Console, service: Service, seq: u64) -> Option<Body> {
    let permit = Arc::clone(&console.0.streams).try_acquire_owned().ok()?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        feed(console, service, seq, sender).await;
        drop(permit);
    });
    Some(Body::new(Events(receiver)))
}

async fn feed(console: Console, service: Service, mut seq: u64, sender: mpsc::Sender<Bytes>) {
    let mut newest = console.0.ring.subscribe();
    let mut text = ": connected\n\n".to_owned();
    let end = Instant::now() + LIFE;
    // Ends when the page has gone, so that nobody receives.
    while service.is_ready() && Instant::now() < end && sender.send(Bytes::from(text)).await.is_ok()
    {
        let more = async { newest.wait_for(|newest| *newest > seq).await.is_ok() };
        text = match tokio::time::timeout(IDLE, more).await {
            Ok(true) => {
                tokio::time::sleep(PAUSE).await;
                let console = console.clone();
                let update = move || update(&console, seq, MOST);
                let Ok((update, last)) = tokio::task::spawn_blocking(update).await else {
                    return;
                };
                seq = last;
                format!("event: messages\ndata: {update}\n\n")
            }
            _ => ":\n\n".to_owned(),
        };
    }
}

struct Events(mpsc::Receiver<Bytes>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let received = self.0.poll_recv(context);
        received.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
