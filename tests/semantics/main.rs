//! Tests of `docs/semantics.md`: every test is named after its row, `f1_...`, `t24_...`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod coercions;
mod families;
mod framing;
mod hashing;
mod instants;
mod limits;
mod objects;
mod presence;
mod refusals;
mod strict;
mod syntax;
mod targets;
mod writing;

use hydrant::{Error, ErrorKind, ParseOptions, Scratch, Tally, normalize, parse};

/// Marks the byte in a body at which it must be refused.
const MARK: char = '⟦';

/// The normal form of a body.
fn normal(body: impl AsRef<[u8]>) -> Result<String, Error> {
    let mut out = b"before ".to_vec();
    let result = normalize(body.as_ref(), &mut out);
    let written = String::from_utf8(out).unwrap();
    let written = written.strip_prefix("before ").expect("normalize appends");
    match result {
        Ok(()) => {
            let without = hydrant::internals::complete_path_only(ParseOptions::new());
            let mut scratch = Scratch::new();
            let read = parse(body.as_ref(), &mut scratch, &without).unwrap();
            let mut out = Vec::new();
            hydrant::write::message(&read.message, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), written, "the slow path");
            assert_eq!(read.tally, tally(body.as_ref()), "the slow path");
            Ok(written.to_owned())
        }
        Err(error) => {
            assert_eq!(written, "", "a refusal leaves the output as it was (W1)");
            Err(error)
        }
    }
}

/// Asserts that the body is accepted with this normal form, and that the normal form is a fixed
/// point (W17).
#[track_caller]
fn accepts(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    match normal(body) {
        Ok(written) => {
            assert_eq!(written, expected, "{:.500}", String::from_utf8_lossy(body));
            assert_eq!(normal(&written).unwrap(), written);
        }
        Err(error) => panic!("{error}: {:.500}", String::from_utf8_lossy(body)),
    }
}

/// Asserts that the body, which contains [`MARK`], is refused at the mark.
#[track_caller]
fn refuses(marked: &str, kind: ErrorKind, path: &str, message: &str) -> Error {
    let (before, after) = marked.split_once(MARK).expect("no mark");
    let body = format!("{before}{after}");
    refuses_bytes(body.as_bytes(), kind, before.len(), path, message)
}

#[track_caller]
fn refuses_bytes(
    body: &[u8],
    kind: ErrorKind,
    offset: impl Into<Option<usize>>,
    path: &str,
    message: &str,
) -> Error {
    let shown = String::from_utf8_lossy(body);
    let error = match normal(body) {
        Ok(written) => panic!("accepted as {written:.500}: {shown:.500}"),
        Err(error) => error,
    };
    let location = error.location();
    let found = (error.kind(), error.message(), error.path());
    assert_eq!(found, (kind, message, path), "{shown:.500}");
    assert_eq!(location.map(|at| at.offset), offset.into(), "{shown:.500}");
    if let Some(at) = location {
        // Line and column, computed from the lines of the text before the offset.
        let before = String::from_utf8_lossy(&body[..at.offset]);
        let lines: Vec<&str> = before.split('\n').collect();
        let column = 1 + lines.last().unwrap().chars().count();
        assert_eq!(
            (at.line, at.column),
            (lines.len(), column),
            "E1 {shown:.500}"
        );
    }
    let display = error.to_string();
    assert!(display.starts_with(message) && display.contains(path));
    assert!(error.pretty("body").contains(message));
    error
}

/// The tally or the error of `parse` with these options.
fn parsed(body: impl AsRef<[u8]>, options: &ParseOptions) -> Result<Tally, Error> {
    let mut scratch = Scratch::new();
    parse(body.as_ref(), &mut scratch, options).map(|parsed| parsed.tally)
}

fn tally(body: impl AsRef<[u8]>) -> Tally {
    parsed(body, &ParseOptions::default()).unwrap()
}

/// A batch with these fields.
fn batch(fields: &str) -> String {
    format!(r#"{{"type":"event_processing_request",{fields}}}"#)
}

/// A batch of one custom event with these fields.
fn custom(fields: &str) -> String {
    batch(&format!(r#""events":[{{"type":"custom_event",{fields}}}]"#))
}

/// A registration response with these fields.
fn registration(fields: &str) -> String {
    format!(r#"{{"type":"module_registration_response",{fields}}}"#)
}

fn dsr(fields: &str) -> String {
    format!(r#"{{"type":"dsr_processing_request",{fields}}}"#)
}

#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    const SOURCES: &[&str] = &[
        include_str!("coercions.rs"),
        include_str!("families.rs"),
        include_str!("framing.rs"),
        include_str!("hashing.rs"),
        include_str!("instants.rs"),
        include_str!("limits.rs"),
        include_str!("objects.rs"),
        include_str!("presence.rs"),
        include_str!("refusals.rs"),
        include_str!("strict.rs"),
        include_str!("syntax.rs"),
        include_str!("writing.rs"),
    ];
    let document = include_str!("../../docs/semantics.md");
    let rows: Vec<String> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| <a id=\"")?.split('"').next())
        .map(str::to_owned)
        .collect();
    for row in &rows {
        let shown = format!("| <a id=\"{row}\"></a>{} |", row.to_uppercase());
        assert_eq!(
            document.matches(&shown).count(),
            1,
            "the number of row {row}"
        );
        let name = format!("fn {row}_");
        assert!(
            SOURCES.iter().any(|source| source.contains(&name)),
            "no test of row {row}"
        );
    }
    for source in SOURCES {
        for test in source.split("#[test]\nfn ").skip(1) {
            let row = test.split('_').next().unwrap();
            assert!(
                rows.iter().any(|known| known == row),
                "no row for the test {row}"
            );
        }
    }
    assert!(rows.len() > 100, "the rows were not found");
}
