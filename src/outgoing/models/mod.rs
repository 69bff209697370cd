//! The models of the outgoing batch, in the order in which they are written. They are declared as
//! those of Firehose messages are ([`schema`](crate::schema)).

mod batch;
mod commerce;
mod common;
mod device;
mod event;
mod event_data;
#[cfg(feature = "serde")]
mod serialize;
mod user;
mod values;

pub use batch::*;
pub use commerce::*;
pub use common::*;
pub use device::*;
pub use event::*;
pub use event_data::*;
pub use user::*;
pub use values::*;
