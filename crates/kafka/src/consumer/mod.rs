//! [`KafkaSource`]: a member of a consumer group that commits only what its handler has settled.
//!
//! ```text
//!  broker ──► poll ──► queue of the partition ──► Lane::accept ──► Pending ──► Outcome
//!     ▲    (a thread)   (a task per partition)                                   │
//!     └── commit ◄──────── Progress: the settled prefix of the partition ◄───────┘
//! ```
//!
//! The thread polls all the time, so that back-pressure never costs the membership: a partition whose
//! window is full is paused. The task of a partition keeps the records that are not settled, and
//! hands them over again after a failure; nothing is fetched twice.

mod config;
mod context;
mod error;
mod member;
mod progress;
mod source;
mod task;

pub use config::KafkaSourceConfig;
pub use source::KafkaSource;
