//! The lines of a journal: an erasure begins, or is done.

use hydrant::json::Json;
use hydrant::write::JsonWriter;

use crate::{Erasure, ErasureKey};

/// One line.
#[derive(Debug, PartialEq)]
pub(crate) enum Entry {
    Begin(Erasure),
    Done(ErasureKey, i64),
}

impl Entry {
    /// Appends the entry as a line.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let (key, at, request) = match self {
            Self::Begin(erasure) => (&erasure.key, erasure.received_ms, Some(&erasure.request)),
            Self::Done(key, at) => (key, *at, None),
        };
        JsonWriter::new(out).object(|json| {
            json.text_field("id", &key.subject_request_id);
            match key.account_id {
                Some(id) => json.int_field("account", id.into()),
                None => json.null_field("account"),
            }
            json.int_field("at", at);
            json.bool_field("done", request.is_none());
        });
        if let Some(request) = request {
            // Another member of the object. Canonical JSON has no line ends.
            out.pop();
            out.extend_from_slice(b",\"request\":");
            out.extend_from_slice(request);
            out.push(b'}');
        }
        out.push(b'\n');
    }

    /// Whether an entry may begin in this way: what a crash leaves of a line.
    pub(crate) fn may_begin(rest: &[u8]) -> bool {
        const START: &[u8] = br#"{"id":""#;
        rest.starts_with(START) || START.starts_with(rest)
    }

    /// Reads a line; `None` if it is not an entry.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        let json = Json::new(std::str::from_utf8(line).ok()?)?;
        let account_id = match json.get("account") {
            Some(id) => Some(id.integer()?.try_into().ok()?),
            None => None,
        };
        let key = ErasureKey {
            account_id,
            subject_request_id: json.get("id")?.text()?.into_owned(),
        };
        let at = json.get("at")?.integer()?;
        Some(match json.get("done")?.boolean()? {
            true => Self::Done(key, at),
            false => Self::Begin(Erasure {
                key,
                received_ms: at,
                request: json.get("request")?.raw().into(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_are_lines(id in ".*", account in any::<Option<i32>>(), at: i64, request: Option<u32>) {
            let key = ErasureKey { account_id: account, subject_request_id: id };
            let entry = match request {
                None => Entry::Done(key, at),
                Some(number) => Entry::Begin(Erasure {
                    key,
                    received_ms: at,
                    request: format!(r#"{{"n":"{number}\\n"}}"#).into_bytes(),
                }),
            };
            let mut line = Vec::new();
            entry.write(&mut line);
            let (end, line) = line.split_last().unwrap();
            prop_assert!(*end == b'\n' && !line.contains(&b'\n'));
            prop_assert_eq!(Entry::read(line), Some(entry));
            for cut in 0..line.len() {
                prop_assert_eq!(Entry::read(&line[..cut]), None);
                prop_assert!(Entry::may_begin(&line[..cut]));
            }
        }

        #[test]
        fn any_line_is_survived(line in any::<Vec<u8>>()) {
            let _ = Entry::read(&line);
        }
    }
}
