//! Parse and write in one call: any message as canonical JSON.

use crate::error::Error;
use crate::parse::{ParseOptions, Scratch, parse};
use crate::write;

/// Appends the message in `body` to `out` as one line of canonical Firehose JSON, without the line end.
///
/// This is the easy rung: it makes a [`Scratch`] for every call. Whoever normalizes many messages keeps one and calls
/// [`parse`](fn@crate::parse) and [`write::message`].
///
/// # Errors
///
/// Those of [`parse`](fn@crate::parse); `out` is left as it was then.
///
/// ```
/// let body = br#" { "timestamp_ms": 1, "type": "module_registration_request", "id": null, "new": [] } "#;
/// let mut out = Vec::new();
/// hydrant::normalize(body, &mut out)?;
/// assert_eq!(out, br#"{"type":"module_registration_request","timestamp_ms":1}"#);
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn normalize(body: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
    write::message(&parsed.message, out);
    Ok(())
}
