//! The configuration of a forwarder: settings by name, from a TOML file, the environment and the
//! command line. A later layer replaces the values of an earlier one.
//!
//! ```text
//!  file.toml ──► HYDRANT_NAME ──► --set name=value ──► Config ──► the types of each part
//! ```
//!
//! The names are one flat list ([`Setting`]), so that a setting has the same name in all three
//! places. Values are texts, lists or maps; the part that uses a setting gives it its type.

mod error;
mod layers;
mod read;
mod secrets;
mod setting;
mod table;

pub use error::ConfigError;
pub use layers::{Config, Origin, exposed};
pub use secrets::{Secret, SecretProvider};
pub use setting::{Kind, Setting, Users, settings};

pub(crate) use read::Reader;
