//! Checks that apply to the result of every input. serde_json decides whether the input is JSON.

use hydrant::internals::complete_path_only;
use hydrant::{Error, ErrorKind, ParseOptions, Scratch, normalize, parse, write};
use serde_json::value::RawValue;

/// Parses the text, checks the result, and returns it.
pub(crate) fn check(text: &[u8]) -> Result<(), Error> {
    check_with(text, &mut Scratch::new(), &ParseOptions::default())
}

pub(crate) fn check_with(
    text: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
) -> Result<(), Error> {
    let mut read = |options: &ParseOptions| {
        parse(text, scratch, options).map(|parsed| {
            let mut written = Vec::new();
            write::message(&parsed.message, &mut written);
            (written, parsed.tally)
        })
    };
    let result = read(options);
    let complete = read(&complete_path_only(options.clone()));
    assert_eq!(result, complete, "{}", shown(text));
    match result {
        Ok((written, _)) => {
            assert!(is_json(text), "accepted: {}", shown(text));
            assert_is_fixed_point(&written);
            Ok(())
        }
        Err(error) => {
            assert_is_usable(&error, text);
            let refused_as_text = matches!(
                error.kind(),
                ErrorKind::EmptyInput
                    | ErrorKind::Encoding
                    | ErrorKind::InvalidUtf8
                    | ErrorKind::Syntax
                    | ErrorKind::TrailingText
            );
            // serde_json does not have these limits, and text beyond them has not been parsed.
            if !matches!(error.kind(), ErrorKind::TooDeep | ErrorKind::TooLarge) {
                assert_eq!(is_json(text), !refused_as_text, "{error}: {}", shown(text));
            }
            Err(error)
        }
    }
}

/// Whether serde_json accepts the text as JSON (RFC 8259) in UTF-8, with any nesting, numbers of
/// any size and lone surrogates. A byte order mark is skipped, as the engine does.
pub(crate) fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice::<&RawValue>(text).is_ok()
}

/// Asserts that normalizing the output again does not change it.
fn assert_is_fixed_point(written: &[u8]) {
    let mut again = Vec::new();
    match normalize(written, &mut again) {
        Ok(()) => assert!(again == written, "{}", shown(written)),
        Err(error) => panic!("{error}: {}", shown(written)),
    }
}

fn assert_is_usable(error: &Error, text: &[u8]) {
    let location = error.location();
    if let Some(at) = location {
        assert!(at.offset <= text.len(), "{error}");
        assert!(at.line >= 1 && at.column >= 1, "{error}");
    }
    assert!(!error.message().is_empty());
    let line = error.to_string();
    assert!(line.starts_with(error.message()) && line.contains(error.path()));
    assert!(!line.contains(char::is_control), "{line:?}");
    // Long values are truncated, because errors are logged.
    assert!(line.len() < 20_000, "{} bytes", line.len());
    let pretty = error.pretty("input");
    let place = location.map(|at| format!(":{}:{} ", at.line, at.column));
    let place = format!("--> input{}", place.unwrap_or_default());
    assert!(pretty.contains(&place), "{pretty}");
    assert!(!pretty.contains(|c: char| c.is_control() && c != '\n'));
    let mut json = Vec::new();
    write::error(error, &mut json);
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(value["error"]["path"], error.path());
    let offset = location.map(|at| at.offset);
    assert_eq!(value["error"]["offset"], serde_json::json!(offset));
    let _ = format!("{error:?}");
}

fn shown(text: &[u8]) -> String {
    let end = text.len().min(2000);
    String::from_utf8_lossy(&text[..end]).into_owned()
}
