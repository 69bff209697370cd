//! Reads recordings: the requests, to be played again, and what became of them, to be compared.

use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hydrant::json::Json;

use crate::exit::Failure;
use crate::input::{Opener, Place};
use crate::interrupt::Stop;
use crate::terminal;

/// The newest version of the format that is known.
const VERSION: i64 = 1;

/// How each line begins.
const BEGINNING: &[u8] = b"{\"recording\":";

/// The longest line, in bytes: a message with its records.
const LONGEST_LINE: u64 = 256 << 20;

/// A line of a recording (`docs/guide/sending.md`).
#[derive(Clone, Copy)]
pub(crate) struct Line<'t>(Json<'t>);

impl<'t> Line<'t> {
    /// `None` if it is not a line of a recording.
    fn new(text: &'t [u8]) -> Option<Self> {
        let json = Json::new(std::str::from_utf8(text).ok()?)?;
        json.get("recording")?.integer()?;
        Some(Self(json))
    }

    fn version(self) -> i64 {
        self.integer("recording")
    }

    /// How many requests before this line are missing.
    pub(crate) fn left_out(self) -> u64 {
        u64::try_from(self.integer("left_out")).unwrap_or_default()
    }

    /// Whether it is about a request.
    pub(crate) fn is_request(self) -> bool {
        self.0.get("status").is_some()
    }

    /// The request; `None` if it was refused, because it is recorded without its text.
    pub(crate) fn request(self) -> Option<&'t str> {
        self.0.get("request").map(Json::raw)
    }

    /// A field that is a number; 0 if there is none.
    pub(crate) fn integer(self, name: &str) -> i64 {
        let field = self.0.get(name);
        field.and_then(Json::integer).unwrap_or_default()
    }

    /// A field that is a text; empty if there is none.
    pub(crate) fn text(self, name: &str) -> String {
        let field = self.0.get(name).and_then(Json::text);
        field.unwrap_or_default().into_owned()
    }

    /// The text of any field.
    pub(crate) fn raw(self, name: &str) -> &'t str {
        self.0.get(name).map_or("null", Json::raw)
    }
}

/// Calls `take` with every line of a recording: a file, or all files of a folder in the order of
/// their names.
pub(crate) fn read(
    path: &Path,
    stop: &Arc<Stop>,
    mut take: impl FnMut(Line<'_>),
) -> Result<(), Failure> {
    for path in files(path)? {
        let name = path.display().to_string();
        let unreadable = |error| Failure::Input {
            name: name.clone(),
            error,
        };
        let refused =
            |line: u64, reason: &str| Failure::Refused(format!("error: {name}:{line}: {reason}"));
        let place = match path.as_os_str() == "-" {
            true => Place::Stdin,
            false => Place::Path(path.clone()),
        };
        let stream = Opener::new(stop).open(&place).map_err(unreadable)?;
        let mut reader = BufReader::new(stream);
        let mut text = Vec::new();
        for number in 1.. {
            text.clear();
            let mut limited = (&mut reader).take(LONGEST_LINE);
            let read = limited.read_until(b'\n', &mut text).map_err(unreadable)?;
            if read == 0 || stop.raised() {
                break;
            }
            if read as u64 == LONGEST_LINE {
                let reason = format!(
                    "longer than {} MiB, which no line of a recording is",
                    read >> 20
                );
                return Err(refused(number, &reason));
            }
            match Line::new(&text) {
                Some(line) if line.version() <= VERSION => take(line),
                Some(_) => {
                    let reason = "recorded by a newer version of hydrant";
                    return Err(refused(number, reason));
                }
                // A host that was killed leaves a part of a line.
                None if !text.ends_with(b"\n") && is_beginning(&text) => {
                    terminal::complain(&format!(
                        "note: {name}:{number}: the last line is not complete and is left out"
                    ));
                }
                None => {
                    let reason = "not a line of a recording; a host writes them with --record";
                    return Err(refused(number, reason));
                }
            }
        }
    }
    Ok(())
}

/// Whether a text is the beginning of a line.
fn is_beginning(text: &[u8]) -> bool {
    let common = text.len().min(BEGINNING.len());
    text.get(..common) == BEGINNING.get(..common)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| Failure::Input {
        name: path.display().to_string(),
        error,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ends = [".ndjson", ".ndjson.gz", ".ndjson.zst"];
        if name.starts_with("recording-") && ends.iter().any(|end| name.ends_with(end)) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let name = path.display();
        return Err(Failure::Refused(format!(
            "error: there is no recording in {name}"
        )));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_absent_are_empty() {
        let line = Line::new(br#"{"recording":1,"request":{"a": 1.50},"status":200,"id":null}"#);
        let line = line.unwrap();
        assert!(line.is_request());
        assert_eq!(line.request(), Some(r#"{"a": 1.50}"#));
        assert_eq!(
            (line.text("id").as_str(), line.integer("received_ms")),
            ("", 0)
        );
        assert_eq!(line.raw("response"), "null");
        let left_out = Line::new(br#"{"recording":1,"left_out":7}"#).unwrap();
        assert!(!left_out.is_request() && left_out.left_out() == 7);
        for other in ["", "{}", "[]", r#"{"type":"event_processing_request"}"#] {
            assert!(Line::new(other.as_bytes()).is_none(), "{other}");
        }
    }
}
