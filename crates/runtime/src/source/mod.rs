//! What sources of records have in common: a consumer group of Apache Kafka (`hydrant-kafka`) and a
//! queue of Amazon SQS (`hydrant-aws`).
//!
//! A source hands each record to a [`Lane`] of a [`Handler`], in order, and takes it as processed
//! when its [`Outcome`] says so.

mod event;
mod handler;
mod record;
mod wait;

pub use event::{SourceError, SourceEvent};
pub use handler::{Handler, Lane, Outcome, Pending};
pub use record::{Place, SourceRecord};
pub use wait::wait_after;
