//! Findings on messages that were read without an error. Reading is lenient (section 2.3, D8): it refuses only messages
//! that it cannot make sense of. This module checks the other rules of the protocol: declared-required fields, known
//! values, limits, and the rules of registrations (section 12).
//!
//! [`warnings`] is a pure function of the model, [`unknown_fields`] of the text. Neither changes anything: whether
//! a finding matters is up to the caller. Duplicate keys and the notation of numbers are not checked. Findings never hold the value of an identity or a setting.

mod audience;
mod batch;
mod dsr;
mod event;
mod identity;
mod limits;
mod nearest;
mod permissions;
mod registration;
mod report;
mod rules;
mod settings;

pub use rules::RULES;

use crate::error::Error;
use crate::message::{
    AudienceSubscriptionResponse, Message, MessageCommon, ModuleRegistrationResponse,
};
use crate::parse::{self, ParseOptions, Scratch};
use report::{MAX_LISTED, Place, Report};

/// How bad a finding is.
///
/// ```
/// use hydrant::validate::Level;
/// assert!(Level::Error > Level::Warning);
/// assert_eq!(Level::Error.name(), "error");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Legal, but probably a mistake.
    Warning,
    /// The registration will be refused or is useless (section 12).
    Error,
}

impl Level {
    /// The name for machines: `warning` or `error`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where, as JSON path from the top of the message: `events[3].products[0].price`. Where a field is missing, the
    /// path of the object that lacks it. Empty at the top.
    pub path: String,
    /// The rule, one of [`RULES`].
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, for people. It never holds the value of an identity or a setting.
    pub message: String,
}

/// `warning: missing field `name` at events[3] (required-field)`
impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.level.name(), self.message)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        write!(f, " ({})", self.rule)
    }
}

/// All findings on a message, in the order of its fields. After 10,000 findings the rest is counted, in a
/// last one with the rule `more`.
///
/// ```
/// use hydrant::validate::{Level, warnings};
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"module_registration_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d",
///     "timestamp_ms":1714592744066,"firehose_version":"3.2.0","name":"Acme","version":"1.0",
///     "audience_processing_registration":{"bulk_configuration":{"bulk_forward_wait_in_minutes":0}}}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let found = warnings(&parsed.message);
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].level, found[0].rule), (Level::Error, "registration-19"));
/// assert_eq!(
///     found[0].path,
///     "audience_processing_registration.bulk_configuration.bulk_forward_wait_in_minutes"
/// );
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn warnings(message: &Message<'_>) -> Vec<Warning> {
    let mut report = Report::default();
    let (found, top) = (&mut report, &Place::TOP);
    match message {
        Message::ModuleRegistrationRequest(message) => common(found, top, &message.common),
        Message::ModuleRegistrationResponse(message) => registration::response(found, top, message),
        Message::EventProcessingRequest(message) => batch::request(found, top, message),
        Message::EventProcessingResponse(message) => common(found, top, &message.common),
        Message::AudienceSubscriptionRequest(message) => {
            audience::subscription(found, top, message)
        }
        Message::AudienceSubscriptionResponse(message) => common(found, top, &message.common),
        Message::AudienceMembershipChangeRequest(message) => {
            audience::membership(found, top, message)
        }
        Message::AudienceMembershipChangeResponse(message) => common(found, top, &message.common),
        Message::DsrProcessingRequest(message) => dsr::request(found, top, message),
        Message::DsrProcessingResponse(message) => common(found, top, &message.common),
        Message::Unknown(unknown) => found.unknown_member(top, unknown.type_name),
    }
    report.finish()
}

/// The settings in the answer to a subscription that the module did not declare when it registered: an error by rule 18
/// of section 12, which needs both messages. Paths are those of the answer.
///
/// ```
/// use hydrant::message::{
///     AudienceProcessingRegistration, AudienceSubscriptionResponse, Map, ModuleRegistrationResponse, Setting,
///     SettingCommon, TextSetting,
/// };
/// use hydrant::validate::undeclared_settings;
///
/// let list_id = TextSetting {
///     common: SettingCommon { id: Some("list_id"), visible: false, ..SettingCommon::EMPTY },
///     ..TextSetting::EMPTY
/// };
/// let registration = ModuleRegistrationResponse {
///     audience_processing_registration: Some(AudienceProcessingRegistration {
///         audience_subscription_settings: &[Setting::Text(&list_id)],
///         ..AudienceProcessingRegistration::EMPTY
///     }),
///     ..ModuleRegistrationResponse::EMPTY
/// };
/// let answer = AudienceSubscriptionResponse {
///     audience_subscription_settings: Map::new(&[("list_id", "7"), ("list", "7")]),
///     ..AudienceSubscriptionResponse::EMPTY
/// };
/// let found = undeclared_settings(&registration, &answer);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].path, "audience_subscription_settings.list");
/// ```
pub fn undeclared_settings(
    registration: &ModuleRegistrationResponse<'_>,
    answer: &AudienceSubscriptionResponse<'_>,
) -> Vec<Warning> {
    let mut report = Report::default();
    settings::undeclared(&mut report, registration, answer);
    report.finish()
}

/// The fields of a message that no model has: misspelt, or newer than this version. Reading skips them.
///
/// The parsed message does not have them, so this reads `body` again, on the complete path. After 10,000 findings the rest
/// is counted.
///
/// # Errors
///
/// Those of [`parse`](fn@crate::parse).
///
/// ```
/// use hydrant::validate::unknown_fields;
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"type":"event_processing_request","events":[{"type":"custom_event","nmae":"signed up"}]}"#;
/// let found = unknown_fields(body, &mut Scratch::new(), &ParseOptions::default())?;
/// assert_eq!((found[0].rule, found[0].path.as_str()), ("unknown-field", "events[0]"));
/// assert_eq!(found[0].message, "unknown field \"nmae\" is skipped; is it `name`?");
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn unknown_fields(
    body: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Result<Vec<Warning>, Error> {
    let mut report = Report::default();
    let found = parse::unknown_fields::<Message<'_>>(body, scratch, options, MAX_LISTED)?;
    report.unknown_fields(found);
    Ok(report.finish())
}

/// Section 3.1.
fn common(found: &mut Report, at: &Place<'_>, common: &MessageCommon<'_>) {
    found.required(at, common);
    found.time(&at.key("timestamp_ms"), common.timestamp_ms);
}
