//! The kinds of large hostile input. Each can have any size, and has a check of the result.

use hydrant::message::{EventProcessingRequest, Message};
use hydrant::{Error, ErrorKind, Parsed};

mod maps;
mod numbers;
mod strings;
mod structure;
mod validation;

/// All kinds.
pub(crate) fn all() -> impl Iterator<Item = &'static Kind> {
    [
        structure::KINDS,
        strings::KINDS,
        maps::KINDS,
        numbers::KINDS,
        validation::KINDS,
    ]
    .into_iter()
    .flatten()
}

/// A kind of hostile input.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Makes a text of about this many bytes.
    pub(crate) make: fn(usize) -> Vec<u8>,
    /// Checks the result of parsing the text.
    pub(crate) answer: fn(&[u8], Result<Parsed<Message<'_>>, Error>),
}

/// `before`, as many items as fit into `size`, and `after`.
fn repeated(
    size: usize,
    before: &str,
    item: impl Fn(usize) -> String,
    separator: &str,
    after: &str,
) -> Vec<u8> {
    let mut text = before.to_owned();
    for number in 0.. {
        if number > 0 {
            text.push_str(separator);
        }
        text.push_str(&item(number));
        if text.len() + after.len() >= size {
            break;
        }
    }
    text.push_str(after);
    text.into_bytes()
}

fn in_batch(
    size: usize,
    before: &str,
    item: impl Fn(usize) -> String,
    separator: &str,
    after: &str,
) -> Vec<u8> {
    let before = format!(r#"{{"type":"event_processing_request",{before}"#);
    repeated(size, &before, item, separator, &format!("{after}}}"))
}

fn same(item: &str) -> impl Fn(usize) -> String + use<'_> {
    move |_| item.to_owned()
}

fn nested(size: usize, open: &str, close: &str) -> Vec<u8> {
    let levels = size / (open.len() + close.len());
    let (open, close) = (open.repeat(levels), close.repeat(levels));
    format!(r#"{{"type":"event_processing_request","new":{open}0{close}}}"#).into_bytes()
}

fn batch<'a>(result: Result<Parsed<Message<'a>>, Error>) -> &'a EventProcessingRequest<'a> {
    match result.unwrap().message {
        Message::EventProcessingRequest(batch) => batch,
        other => panic!("{other:?}"),
    }
}

fn refused(result: Result<Parsed<Message<'_>>, Error>, kind: ErrorKind, offset: usize, path: &str) {
    let error = result.expect_err("refused");
    assert_eq!(
        (error.kind(), error.location().unwrap().offset, error.path()),
        (kind, offset, path),
        "{error}"
    );
}

fn count(text: &[u8], needle: &str) -> usize {
    let windows = text.windows(needle.len());
    windows
        .filter(|window| *window == needle.as_bytes())
        .count()
}

/// The length of the text before an unknown field of a batch.
const NEW: usize = r#"{"type":"event_processing_request","new":"#.len();

fn too_deep(path_of_level: &str, step: usize) -> (usize, String) {
    // The message is the first level, so 127 more are allowed.
    (
        NEW + 127 * step,
        format!("[\"…\"]{}", path_of_level.repeat(127)),
    )
}
