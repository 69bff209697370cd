//! The [`Registration`]: the description of a module and of the data that it requests, as an owned
//! value with a builder (sections 3.2, 7 and 12).
//!
//! The trait [`Settings`] combines the description of settings with the code that reads their
//! values, and [`Engine::check`](crate::Engine::check) reports differences between the two.
//!
//! ```
//! use hydrant::message::{EventType, IdentityEncoding, MessageCommon, UserIdentityType};
//! use hydrant::registration::{
//!     Integer, Registration, SettingDescription, SettingValues, Settings, Text,
//! };
//!
//! struct Acme<'a> {
//!     api_key: &'a str,
//!     limit: i64,
//! }
//!
//! impl<'a> Settings<'a> for Acme<'a> {
//!     fn describe() -> Vec<SettingDescription> {
//!         vec![
//!             Text::new("api_key", "API key").required().confidential().into(),
//!             Integer::new("limit", "Limit").default(100).range(1..=1000).into(),
//!         ]
//!     }
//!     fn read(values: &mut SettingValues<'a>) -> Option<Self> {
//!         let api_key = values.required("api_key");
//!         let limit = values.or("limit", 100);
//!         Some(Self { api_key: api_key?, limit: limit? })
//!     }
//! }
//!
//! let registration = Registration::new("Acme Mail", "1.0")
//!     .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
//!     .user_attributes()
//!     .account_settings::<Acme<'_>>()
//!     .events([EventType::CustomEvent, EventType::ProductAction])
//!     .audiences(|audiences| {
//!         audiences.subscription_setting(Text::new("list_id", "List").invisible())
//!     })
//!     .erasure("dsr.acme.example");
//! let json = registration.to_json(MessageCommon::default());
//! let start = br#"{"type":"module_registration_response","sdk_version":"3.2.0","name":"Acme"#;
//! assert!(json.starts_with(start));
//! ```
//!
//! Every kind of processing has its own list of account settings (rule 17 of section 12). The
//! settings of the [`Registration`] are part of each list; settings for one kind are added to that
//! kind.

mod build;
mod builder;
mod check;
mod description;
mod kinds;
mod list;
mod oauth2;
mod permissions;
mod read;
mod setting;
#[cfg(test)]
mod tests;
mod values;

pub use builder::Registration;
pub use check::SETTING_RULES;
pub use description::{Boolean, Float, Integer, SettingDescription, Text};
pub use kinds::{AudienceRegistration, ErasureRegistration, EventRegistration};
pub use oauth2::Oauth2;
pub use setting::{FromSetting, SettingError, SettingFault};
pub use values::{SettingValues, Settings};

use std::borrow::Cow;

/// A text of a registration, which is usually a literal.
type Str = Cow<'static, str>;
