//! The [`Registration`]: the description of a module and of the data that it requests, as an owned
//! value with a builder (sections 3.2, 7 and 12).
//!
//! A type that implements [`Settings`] describes the settings that a customer fills in, and reads
//! their values. [`settings!`](crate::settings) and the derive macro `Settings` (feature `derive`)
//! implement it from one statement per setting. In code that is written by hand
//! [`SettingValues::field`] has the same effect, and [`Engine::check`](crate::Engine::check)
//! reports differences if descriptions and reading code are separate.
//!
//! ```
//! use hydrant::message::{EventType, IdentityEncoding, MessageCommon, UserIdentityType};
//! use hydrant::registration::{Registration, Text};
//!
//! hydrant::settings! {
//!     struct Acme<'a> {
//!         /// Acme shows it once
//!         #[setting(name = "API key", secret)]
//!         api_key: &'a str,
//!         /// Events per request
//!         #[setting(name = "Limit", default = 100, range = 1..=1000)]
//!         limit: i64,
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
mod field;
mod kinds;
mod list;
mod macros;
mod oauth2;
mod permissions;
mod read;
mod setting;
mod types;
mod url;
mod values;

pub use builder::Registration;
pub use check::SETTING_RULES;
pub use description::{Boolean, Float, Integer, SettingDescription, Text};
#[doc(hidden)]
pub use field::RangeOf;
pub use field::SettingField;
#[cfg(feature = "derive")]
pub use hydrant_derive::{FromSetting, Settings};
pub use kinds::{AudienceRegistration, ErasureRegistration, EventRegistration};
pub use oauth2::Oauth2;
pub use setting::{FromSetting, SettingError, SettingFault};
pub use url::{HttpUrl, HttpsUrl};
pub use values::{SettingValues, Settings};

use std::borrow::Cow;

/// A text of a registration, which is usually a literal.
type Str = Cow<'static, str>;

#[cfg(test)]
mod tests;
