//! Findings on outgoing batches, by the rules that [`validate`](crate::validate) has for messages:
//! required fields, known values, limits (outgoing-json.md, section 11), plausible times and
//! identities.
//!
//! The functions correspond to those of [`validate`](crate::validate) with the same names. Findings
//! never contain the value of an identity.

mod batch;
mod event;
mod text;

use super::OutgoingBatch;
use crate::error::Error;
use crate::parse::{self, ParseOptions, Scratch};
use crate::validate::Finding;
use crate::validate::report::{MAX_LISTED, Place, Report};

/// All findings on a batch, in the order of its fields. After 10,000 findings the rest is counted,
/// in a last finding with the rule `more`.
///
/// ```
/// use hydrant::outgoing::{self, validate::findings};
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"batch_id":1,"events":[{"event_type":"profile","data":{"current_mpid":7,"profile_event_type":"login"}}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = outgoing::parse(body, &mut scratch, &ParseOptions::new())?;
/// let found = findings(&parsed.message);
/// assert_eq!((found[0].rule, found[0].path.as_str()), ("required-field", "events[0].data"));
/// assert_eq!(found[0].message, "missing field `previous_mpid`");
/// # Ok::<(), hydrant::Error>(())
/// ```
#[must_use]
pub fn findings(batch: &OutgoingBatch<'_>) -> Vec<Finding> {
    let mut report = Report::default();
    batch::batch(&mut report, &Place::TOP, batch);
    report.finish()
}

/// The fields of a batch that no model has: misspelt, internal to the platform, or newer than this
/// version. Parsing skips them. Those beside `event_type` and `data` of an event come last.
///
/// # Errors
///
/// Those of [`parse`](super::parse).
///
/// ```
/// use hydrant::outgoing::validate::unknown_fields;
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"events":[{"event_type":"screen_view","data":{"screen_nmae":"home"}}]}"#;
/// let found = unknown_fields(body, &mut Scratch::new(), &ParseOptions::new())?;
/// assert_eq!((found[0].rule, found[0].path.as_str()), ("unknown-field", "events[0].data"));
/// assert_eq!(found[0].message, "unknown field \"screen_nmae\" is skipped; is it `screen_name`?");
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn unknown_fields(
    body: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Result<Vec<Finding>, Error> {
    let mut report = Report::default();
    let found = parse::unknown_fields::<OutgoingBatch<'_>>(body, scratch, options, MAX_LISTED)?;
    report.unknown_fields(found);
    text::unknown_event_fields(&mut report, body);
    Ok(report.finish())
}

/// The values of a batch that are read although they do not have the declared form, and those that
/// are documented in two forms and do not have the one that is written (O7), which come last.
///
/// # Errors
///
/// Those of [`parse`](super::parse).
///
/// ```
/// use hydrant::outgoing::validate::coercions;
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"source_info":{"is_historical":"true"},"user_attributes":{"tags":["a",null]}}"#;
/// let found = coercions(body, &mut Scratch::new(), &ParseOptions::new())?;
/// assert_eq!((found[0].rule, found[0].path.as_str()), ("null-element", "user_attributes.tags[1]"));
/// assert_eq!((found[1].rule, found[1].path.as_str()), ("value-form", "source_info.is_historical"));
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn coercions(
    body: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Result<Vec<Finding>, Error> {
    let mut report = Report::default();
    let found = parse::coercions::<OutgoingBatch<'_>>(body, scratch, options, MAX_LISTED)?;
    report.coercions(found);
    text::forms(&mut report, body);
    Ok(report.finish())
}
