//! Finds the fields of a text that no model has. The complete path collects their keys, and a walk
//! over the text finds the path of each.

use super::scratch::Open;
use super::walker::Walker;
use super::{ParseOptions, Scratch, fault, memory, tape};
use crate::error::Error;
use crate::input;
use crate::schema::{Decode, Describe, KeyOrigin, ModelInfo};

/// The fields of a text that their models do not have, and that were skipped.
pub(crate) struct UnknownFields<'a> {
    /// The first ones, in the order of the text.
    pub(crate) listed: Vec<UnknownField<'a>>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// A field of a text that its model does not have.
pub(crate) struct UnknownField<'a> {
    /// The JSON path of the object that contains it.
    pub(crate) path: String,
    /// Its name.
    pub(crate) name: &'a str,
    /// Whether it is below a field that is declared secret, where a name may be a secret, too.
    pub(crate) secret: bool,
    /// The model of the object.
    pub(crate) model: &'static ModelInfo,
    /// Whether the object has a `type`, which is not among the fields of its model.
    pub(crate) tagged: bool,
}

/// The fields of a text that no model has; at most `most` are listed.
///
/// # Errors
///
/// Those of [`parse_as`](super::parse_as).
pub(crate) fn unknown_fields<'a, M: Decode<'a> + Describe>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
    most: usize,
) -> Result<UnknownFields<'a>, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    memory::check_text(framed.text, options)?;
    let Open {
        tape,
        arena,
        hasher,
        ..
    } = scratch.open(framed.text.len());
    let found =
        tape::parse_with_unknown_keys::<M>(framed.text, tape, arena.arena(), hasher, options, most)
            .map_err(|failed| fault::describe(body, framed.skipped, options, failed, M::KIND))?;
    let mut walker = Walker::new(framed.text, ParseOptions::MAX_DEPTH);
    let listed = found.listed.into_iter().map(|key| {
        // The text is well-formed, so the walk reaches the offset.
        let _ = walker.run(key.offset, |_, _| {});
        let (path, place) = walker.path(M::KIND, KeyOrigin::Sender);
        UnknownField {
            path,
            name: key.name,
            secret: place.secret,
            model: key.model,
            tagged: key.tagged,
        }
    });
    Ok(UnknownFields {
        listed: listed.collect(),
        more: found.more,
    })
}
