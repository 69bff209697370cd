//! Findings on accepted messages. Reading is lenient (section 2.3, D8): it refuses only messages
//! that cannot be understood. This module checks the other rules of the protocol: declared-required
//! fields, known values, limits, and the rules of registrations (section 12).
//!
//! [`findings`] is a pure function of the model, [`unknown_fields`] and [`coercions`] of the text.
//! [`outgoing::validate`](crate::outgoing::validate) checks outgoing batches by the same rules.
//! They change nothing: the caller decides which findings matter. Duplicate keys and the notation
//! of numbers are not checked. Findings never contain the value of an identity or a setting.

mod audience;
pub(crate) mod batch;
mod dsr;
pub(crate) mod event;
mod finding;
pub(crate) mod identity;
pub(crate) mod limits;
mod nearest;
mod permissions;
mod registration;
pub(crate) mod report;
pub(crate) mod rules;
mod settings;

pub use finding::{Finding, Level};
pub use rules::RULES;

pub(crate) use nearest::nearest;

use crate::error::Error;
use crate::firehose::name_wrapper;
use crate::message::{
    AudienceSubscriptionResponse, Message, MessageCommon, ModuleRegistrationResponse,
};
use crate::parse::{self, ParseOptions, Scratch};
use report::{MAX_LISTED, Place, Report};

/// All findings on a message, in the order of its fields. After 10,000 findings the rest is
/// counted, in a last finding with the rule `more`.
///
/// ```
/// use hydrant::validate::{Level, findings};
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"module_registration_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d",
///     "timestamp_ms":1714592744066,"firehose_version":"3.2.0","name":"Acme","version":"1.0",
///     "audience_processing_registration":{"bulk_configuration":{"bulk_forward_wait_in_minutes":0}}}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let found = findings(&parsed.message);
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].level, found[0].rule), (Level::Error, "registration-19"));
/// assert_eq!(
///     found[0].path,
///     "audience_processing_registration.bulk_configuration.bulk_forward_wait_in_minutes"
/// );
/// # Ok::<(), hydrant::Error>(())
/// ```
#[must_use]
pub fn findings(message: &Message<'_>) -> Vec<Finding> {
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
        Message::Unknown(unknown) => found.unknown_member(top, &Message::INFO, unknown.type_name),
    }
    report.finish()
}

/// The settings in the response to a subscription that the module did not declare when it
/// registered: an error by rule 18 of section 12, which needs both messages. Paths are those of the
/// response; they do not show an undeclared id, because it may be a value in the wrong place.
///
/// ```
/// use hydrant::message::{
///     AudienceProcessingRegistration, AudienceSubscriptionResponse, Map, ModuleRegistrationResponse, Setting,
///     TextSetting,
/// };
/// use hydrant::validate::undeclared_settings;
///
/// let mut list_id = TextSetting::default();
/// list_id.common.id = Some("list_id");
/// list_id.common.visible = false;
/// let settings = [Setting::Text(&list_id)];
/// let mut audiences = AudienceProcessingRegistration::default();
/// audiences.audience_subscription_settings = &settings;
/// let mut registration = ModuleRegistrationResponse::default();
/// registration.audience_processing_registration = Some(audiences);
///
/// let mut answer = AudienceSubscriptionResponse::default();
/// answer.audience_subscription_settings = Map::new(&[("list_id", "7"), ("list", "7")]);
/// let found = undeclared_settings(&registration, &answer);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].path, "audience_subscription_settings[\"…\"]");
/// assert_eq!(found[0].message, "setting 2 was not declared at registration");
/// ```
#[must_use]
pub fn undeclared_settings(
    registration: &ModuleRegistrationResponse<'_>,
    answer: &AudienceSubscriptionResponse<'_>,
) -> Vec<Finding> {
    let mut report = Report::default();
    settings::undeclared(&mut report, registration, answer);
    report.finish()
}

/// The differences from the previous registration of the module that the platform refuses: rule 5
/// of section 12. [`Registration::lint_against`](crate::Registration::lint_against) applies it to
/// owned registrations.
///
/// ```
/// use hydrant::message::{IdentityEncoding, ModuleRegistrationResponse, PartnerIdentityPermission, Permissions};
/// use hydrant::validate::registration_changes;
///
/// let mut partner = PartnerIdentityPermission::default();
/// (partner.identity_type, partner.encoding) = ("Acme_Id", IdentityEncoding::Raw);
/// let partners = [partner];
/// let mut permissions = Permissions::default();
/// permissions.partner_identities = &partners;
/// let mut previous = ModuleRegistrationResponse::default();
/// previous.permissions = Some(permissions);
///
/// assert!(registration_changes(&previous, &previous).is_empty());
/// let found = registration_changes(&previous, &ModuleRegistrationResponse::default());
/// assert_eq!(found[0].rule_number(), Some(5));
/// ```
#[must_use]
pub fn registration_changes(
    previous: &ModuleRegistrationResponse<'_>,
    current: &ModuleRegistrationResponse<'_>,
) -> Vec<Finding> {
    let mut report = Report::default();
    registration::changes(&mut report, previous, current);
    report.finish()
}

/// The fields of a message that no model has: misspelt, or newer than this version. Parsing skips
/// them.
///
/// The parsed message does not contain them, so this parses `body` again, on the complete path.
/// After 10,000 findings the rest is counted.
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
) -> Result<Vec<Finding>, Error> {
    let mut report = Report::default();
    let found = parse::unknown_fields::<Message<'_>>(body, scratch, options, MAX_LISTED)
        .map_err(|error| name_wrapper(error, body))?;
    report.unknown_fields(found);
    Ok(report.finish())
}

/// The coerced values of a message, which are read although they do not have the form that the
/// protocol declares, because refusing them would refuse the whole message: objects and lists as
/// attributes, the text `null` for a number, and the others that
/// [`Tally::coercions`](crate::Tally::coercions) counts.
///
/// The parsed message does not show them, so this parses `body` again, on the complete path; if the
/// tally has none, there is nothing to find. After 10,000 findings the rest is counted.
///
/// # Errors
///
/// Those of [`parse`](fn@crate::parse).
///
/// ```
/// use hydrant::validate::coercions;
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"type":"event_processing_request","user_attributes":{"tags":["a","b"]}}"#;
/// let found = coercions(body, &mut Scratch::new(), &ParseOptions::default())?;
/// assert_eq!((found[0].rule, found[0].path.as_str()), ("attribute-text", "user_attributes.tags"));
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn coercions(
    body: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Result<Vec<Finding>, Error> {
    let mut report = Report::default();
    let found = parse::coercions::<Message<'_>>(body, scratch, options, MAX_LISTED)
        .map_err(|error| name_wrapper(error, body))?;
    report.coercions(found);
    Ok(report.finish())
}

/// Section 3.1.
fn common(found: &mut Report, at: &Place<'_>, common: &MessageCommon<'_>) {
    found.required(at, common);
    found.time(&at.key("timestamp_ms"), common.timestamp_ms);
}
