//! Finds the fields of a text that no model has. The complete path collects their keys, and a walk
//! over the text finds the path of each.

use super::scratch::Open;
use super::walker::Walker;
use super::{MAX_DEPTH, ParseOptions, Scratch, fault, tape};
use crate::error::Error;
use crate::input;
use crate::schema::{Decode, Describe, ModelInfo};

/// A field of a text that its model does not have, and which was skipped.
pub(crate) struct UnknownField<'a> {
    /// The JSON path of the object that it is in.
    pub(crate) path: String,
    /// Its name.
    pub(crate) name: &'a str,
    /// The model of the object.
    pub(crate) model: &'static ModelInfo,
}

/// The fields of a text that no model has, in the order of the text.
///
/// # Errors
///
/// Those of [`parse_as`](super::parse_as).
pub(crate) fn unknown_fields<'a, M: Decode<'a> + Describe>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Vec<UnknownField<'a>>, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    let Open {
        tape,
        arena,
        hasher,
        ..
    } = scratch.open();
    let keys =
        tape::parse_with_unknown_keys::<M>(framed.text, tape, arena.arena(), hasher, options)
            .map_err(|failed| fault::describe(body, framed.skipped, options, failed, M::KIND))?;
    let mut walker = Walker::new(framed.text, MAX_DEPTH);
    Ok(keys
        .into_iter()
        .map(|key| {
            // The text is well-formed, so the walk gets there.
            let _ = walker.run(key.offset, |_, _| {});
            UnknownField {
                path: walker.path(),
                name: key.name,
                model: key.model,
            }
        })
        .collect())
}
