//! The mapping of a Firehose request to outgoing batches (`docs/protocol/outgoing-mapping.md` and
//! `outgoing-decisions.md`), with the settings of a connection applied in the order of
//! connections.md, section 5:
//!
//! ```text
//!  mapper, job          one request, and what its parts share
//!  header               the batch without its events
//!  events, commerce     the events, and the switches
//!  sessions             look-up of session starts
//!  identities           identities of users and partners, and their changes
//!  attributes           user attributes, and their changes
//!  device               the runtime environment
//!  consent              consent and notifications
//!  records              JSON, split by event and by size (N1, N10)
//!  ids, warnings        identifiers, and what could not be converted
//! ```
//!
//! Everything is allocated in an arena, and takes time `n log n` in the size of the request.

mod attributes;
mod commerce;
mod consent;
mod device;
mod events;
mod header;
mod identities;
mod ids;
mod job;
mod mapper;
mod records;
mod sessions;
mod warnings;

pub(crate) use ids::uuid5;
pub use mapper::{Mapped, Mapper};
pub use records::BatchRecord;
pub use warnings::{Warning, WarningKind, Warnings};
