//! Finds the values of a text that are coerced. The complete path collects their offsets, and a
//! walk over the text finds the path of each.

use super::scratch::Open;
use super::walker::Walker;
use super::{ParseOptions, Scratch, fault, memory, tape};
use crate::error::Error;
use crate::input;
use crate::schema::{Coercion, Decode, Describe, KeyOrigin};

/// The coerced values of a text: values that are read although they do not have the form that the
/// protocol declares.
pub(crate) struct Coercions {
    /// The JSON paths of the first ones, in the order of the text.
    pub(crate) listed: Vec<(String, Coercion)>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// The coerced values of a text; at most `most` are listed.
///
/// # Errors
///
/// Those of [`parse_as`](super::parse_as).
pub(crate) fn coercions<'a, M: Decode<'a> + Describe>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
    most: usize,
) -> Result<Coercions, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    memory::check_text(framed.text, options)?;
    let Open {
        tape,
        arena,
        hasher,
        ..
    } = scratch.open(framed.text.len());
    let (found, more) =
        tape::parse_with_coercions::<M>(framed.text, tape, arena.arena(), hasher, options, most)
            .map_err(|failed| fault::describe(body, framed.skipped, options, failed, M::KIND))?;
    let mut walker = Walker::new(framed.text, ParseOptions::MAX_DEPTH);
    let listed = found.into_iter().map(|(offset, coercion)| {
        // The text is well-formed, so the walk reaches the offset.
        let _ = walker.run(offset, |_, _| {});
        (walker.path(M::KIND, KeyOrigin::Sender).0, coercion)
    });
    Ok(Coercions {
        listed: listed.collect(),
        more,
    })
}
