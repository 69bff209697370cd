//! Delivery of records to another system: what a [`Sink`] is, and the decisions that all sinks
//! share. Everything here is a pure state machine over a clock that is passed in; the package
//! `hydrant-runtime` drives it on tokio, and one package per target implements the sink.

mod ack;
mod dead_letter;
mod dedup;
mod fate;
mod record;
mod retry;
mod scheduler;
mod sink;

pub use ack::{Resolved, worst};
pub use dead_letter::DeadLetter;
pub use dedup::Window;
pub use fate::Fate;
pub use record::{OutgoingRecord, RecordAccount};
pub use retry::RetryPolicy;
pub use scheduler::{
    AccountState, Action, LaneId, Resolution, Room, Scheduler, SchedulerOptions, SchedulerStats,
    SubmissionId, Ticket,
};
pub use sink::{BatchLimits, Sink};
