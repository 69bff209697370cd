//! The interface of modules: the traits that they implement, the call that their handlers get, and
//! the outcomes that they return.

mod asynchronous;
mod call;
mod effects;
mod event_counts;
mod events;
mod failure;
mod guard;
mod invocation;
mod merge;
mod outcome;
mod output;
mod pointers;
mod records;
mod reply;
mod requests;
mod route;
mod sync;

pub use asynchronous::AsyncProcessor;
pub use call::Call;
pub(crate) use call::Received;
pub(crate) use effects::{ByName, Effects, one_each};
pub use event_counts::EventCounts;
pub use events::Events;
pub use failure::{Failure, FailureKind, ResultExt};
pub(crate) use guard::{Contained, contained, guarded, guarded_async};
pub use invocation::Invocation;
pub use merge::Merge;
pub use outcome::{Outcome, OutcomeCounts};
pub use output::{Output, Subject, Verdict};
pub use records::{Record, Records, RecordsIter};
pub use reply::SubscriptionReply;
pub use requests::split_requests;
pub(crate) use route::{begin, end, events};
pub use sync::Processor;
