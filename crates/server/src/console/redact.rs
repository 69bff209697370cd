//! What the page may show of a text: personal values as dots unless they are switched on, and never
//! the values of settings. Each character becomes one dot, so that positions stay.

use std::fmt::Write as _;
use std::ops::Range;

use super::walk::walk;
use crate::place::{Class, Place};

/// The most bytes of a text that are shown.
const LIMIT: usize = 1 << 20;
const DOT: char = '•';

/// A text for the page.
pub(super) struct Shown {
    pub(super) text: String,
    /// Bytes at the end that are not shown.
    pub(super) cut: usize,
    /// Values that are hidden, and how many of them are never shown.
    pub(super) hidden: usize,
    pub(super) secret: usize,
    /// The position of the byte that was asked for, in UTF-16 units of `text`.
    pub(super) index: Option<usize>,
}

impl Shown {
    /// `at` is the offset of a byte, for example of an error.
    pub(super) fn new(text: &[u8], root: Place, revealed: bool, at: Option<usize>) -> Self {
        let mut masked = Vec::new();
        let mut secret = 0;
        walk(text, root, |range, class| {
            if is_hidden(class, revealed) && !range.is_empty() {
                secret += usize::from(class == Class::Setting);
                masked.push(range);
            }
        });
        let end = text.len().min(LIMIT);
        let mut shown = Self {
            text: String::with_capacity(end),
            cut: text.len() - end,
            hidden: masked.len(),
            secret,
            index: None,
        };
        let (mut from, mut units) = (0, 0);
        for range in masked.into_iter().chain(std::iter::once(end..end)) {
            let (start, stop) = (range.start.min(end), range.end.min(end));
            shown.push(text, from..start, false, at, &mut units);
            shown.push(text, start..stop, true, at, &mut units);
            from = stop;
        }
        shown.index = at.map(|_| shown.index.unwrap_or(units));
        shown
    }

    fn push(
        &mut self,
        text: &[u8],
        range: Range<usize>,
        hides: bool,
        at: Option<usize>,
        units: &mut usize,
    ) {
        let mut offset = range.start;
        for chunk in text.get(range).unwrap_or_default().utf8_chunks() {
            let valid = chunk.valid().chars().map(|it| (it, it.len_utf8()));
            let invalid = chunk
                .invalid()
                .iter()
                .map(|_| (char::REPLACEMENT_CHARACTER, 1));
            for (character, bytes) in valid.chain(invalid) {
                if self.index.is_none() && at.is_some_and(|at| at < offset + bytes) {
                    self.index = Some(*units);
                }
                let dot = hides && character != '\n';
                let character = if dot { DOT } else { character };
                self.text.push(character);
                *units += character.len_utf16();
                offset += bytes;
            }
        }
    }
}

pub(super) fn is_hidden(class: Class, revealed: bool) -> bool {
    match class {
        Class::Plain | Class::Name | Class::Word(_) => false,
        Class::Personal | Class::Undeclared => !revealed,
        Class::Setting => true,
    }
}

/// The values that the editor does not get, in order: personal values and settings, whatever is
/// switched on, so that their numbers stay.
fn withheld(text: &[u8]) -> Vec<(Range<usize>, Class)> {
    let mut ranges = Vec::new();
    walk(text, Place::MESSAGE, |range, class| {
        if class >= Class::Personal && !range.is_empty() {
            ranges.push((range, class));
        }
    });
    ranges
}

const BEFORE: &str = "«hidden ";
const AFTER: &str = "»";

/// The text to edit: what is hidden is a place-holder with a number.
pub(super) fn editable(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (index, (range, _)) in withheld(text).into_iter().enumerate() {
        let before = text.get(from..range.start).unwrap_or_default();
        out.push_str(&String::from_utf8_lossy(before));
        let is_quoted = before.last() == Some(&b'"');
        let quote = if is_quoted { "" } else { "\"" };
        // Writing to a string does not fail.
        let _ = write!(out, "{quote}{BEFORE}{}{AFTER}{quote}", index + 1);
        from = range.end;
    }
    out.push_str(&String::from_utf8_lossy(
        text.get(from..).unwrap_or_default(),
    ));
    out
}

/// An edited text with its hidden values, and where they are.
pub(super) struct Restored {
    pub(super) text: Vec<u8>,
    /// For each place-holder: its end in the edited text and that of the value in `text`.
    ends: Vec<(usize, usize)>,
}

impl Restored {
    /// Puts the values of the text `base` back into an edited text. A place-holder with a number
    /// that `base` does not have stays. All stay if one was moved to where its value would be shown.
    pub(super) fn new(edited: &str, base: &[u8]) -> Self {
        let values = withheld(base);
        let mut classes = Vec::new();
        let mut restored = Self {
            text: Vec::with_capacity(edited.len()),
            ends: Vec::new(),
        };
        let mut rest = edited;
        while let Some((before, after)) = rest.split_once(BEFORE) {
            restored.text.extend_from_slice(before.as_bytes());
            let found = after.split_once(AFTER).and_then(|(number, after)| {
                let index = number.parse::<usize>().ok()?.checked_sub(1)?;
                Some((values.get(index)?.clone(), after))
            });
            rest = match found {
                Some(((range, class), after)) => {
                    let length = range.len();
                    let rest = restored.put(base, range, edited.len() - after.len(), after);
                    let end = restored.text.len();
                    classes.push((end - length..end, class));
                    rest
                }
                None => {
                    restored.text.extend_from_slice(BEFORE.as_bytes());
                    after
                }
            };
        }
        restored.text.extend_from_slice(rest.as_bytes());
        let hidden = withheld(&restored.text);
        let stays_hidden = |(value, class): &(Range<usize>, Class)| {
            let mut places = hidden.iter();
            places.any(|(range, at)| {
                at >= class && range.start <= value.start && value.end <= range.end
            })
        };
        if !classes.iter().all(stays_hidden) {
            restored.text = edited.as_bytes().to_vec();
            restored.ends.clear();
        }
        restored
    }

    /// Appends a value, without the quotes of the place-holder if the value had none, and returns
    /// the rest of the edited text.
    fn put<'e>(&mut self, base: &[u8], range: Range<usize>, end: usize, after: &'e str) -> &'e str {
        let had_quotes = range.start > 0 && base.get(range.start - 1) == Some(&b'"');
        let bare = (!had_quotes && self.text.last() == Some(&b'"'))
            .then(|| after.strip_prefix('"'))
            .flatten();
        let (end, after) = match bare {
            Some(after) => {
                self.text.pop();
                (end + 1, after)
            }
            None => (end, after),
        };
        self.text
            .extend_from_slice(base.get(range).unwrap_or_default());
        self.ends.push((end, self.text.len()));
        after
    }

    /// The position in the edited text of a position in the restored one.
    pub(super) fn edited(&self, position: usize) -> usize {
        let before = self.ends.iter().rev().find(|(_, end)| *end <= position);
        let (edited, restored) = before.copied().unwrap_or_default();
        edited + position - restored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = concat!(
        r#"{"type":"event_processing_request","account":{"account_id":7,"account_settings":{"apiKey":"s3cret"},"acount_setings":"k3y"},"#,
        r#""mpid":"42","user_identities":[{"type":"email","encoding":"raw","value":"ada@example.com"},{"type":"ada","value":"x"}],"#,
        r#""user_attributes":{"$Age":"36","lists":["é😀"]},"unknown":{"ada@example.com":1},"#,
        r#""events":[{"type":"screen_view","screen_name":"home"},{"type":"user_attribute_change","added":{"$Zip":"99"}}]}"#
    );

    fn shown(body: &str, revealed: bool) -> Shown {
        Shown::new(body.as_bytes(), Place::MESSAGE, revealed, None)
    }

    #[test]
    fn personal_values_and_settings_are_dots() {
        let all = shown(BODY, false);
        for value in ["s3cret", "k3y", "42", "ada", "36", "é", "99"] {
            assert!(!all.text.contains(value), "{value}: {}", all.text);
        }
        for kept in [
            "apiKey",
            r#""account_id":7"#,
            r#""email","encoding":"raw""#,
            "$Age",
            "home",
        ] {
            assert!(all.text.contains(kept), "{kept}: {}", all.text);
        }
        assert_eq!(all.text.chars().count(), BODY.chars().count());
        assert_eq!(all.secret, 2);
    }

    #[test]
    fn settings_stay_hidden_when_personal_values_are_shown() {
        let some = shown(BODY, true);
        for value in ["s3cret", "k3y"] {
            assert!(!some.text.contains(value), "{}", some.text);
        }
        assert!(some.text.contains("ada@example.com") && some.text.contains("é😀"));
        assert_eq!((some.hidden, some.secret), (2, 2));
    }

    #[test]
    fn what_is_known_of_a_person_or_not_declared_is_hidden() {
        let hidden = shown(
            r#"{"type":"event_processing_request","ada@example.com":1,"source_id":["ada"],
            "runtime_environment":{"type":"ios","name":"Ada's phone","http_header_user_agent":"Ada/1.0","os_version":"17.4"},
            "integration_attributes":{"kit":"ada"},"partner_identities":[{"type":"ada@example.com","encoding":"raw","value":"ada"}],
            "events":[{"type":"custom_event","name":"home","attributes":{"a":"{\"name\":\"ada\"}","b":"blue"}}]}"#,
            false,
        );
        assert!(
            !hidden.text.to_lowercase().contains("ada"),
            "{}",
            hidden.text
        );
        for kept in [
            "http_header_user_agent",
            "ios",
            "17.4",
            "home",
            "blue",
            "kit",
        ] {
            assert!(hidden.text.contains(kept), "{kept}: {}", hidden.text);
        }
        let batch =
            r#"{"device_info":{"device":"Ada's phone","http_header_user_agent":"Ada/1.0"}}"#;
        let hidden = Shown::new(batch.as_bytes(), Place::BATCH, false, None);
        assert!(!hidden.text.contains("Ada"), "{}", hidden.text);
    }

    #[test]
    fn nothing_is_known_after_a_syntax_error() {
        for (broken, secret) in [
            (
                r#"{"type":"screen_view" "x":"ada@example.com","account":{"account_settings":{"k":"s3cret"}}}"#,
                true,
            ),
            (
                r#"{'mpid':'ada@example.com', account_settings: {k: 's3cret'}}"#,
                true,
            ),
            (r#"{"account":{"account_settings":{"k":"s3cret"#, true),
            (r#"{"account":{"account_settings":{"k" "s3cret"}}}"#, true),
            (
                r#"{"account":{"\u0061ccount_settings" : : {"k":"s3cret"}}}"#,
                true,
            ),
            (r#"{"mpid":"ada@example.com"#, false),
            (r#"{"mpid":{"ada@example.com":"ada@example.com"}}]"#, false),
        ] {
            assert!(!shown(broken, false).text.contains("ada"), "{broken}");
            let revealed = shown(broken, true).text;
            assert!(!revealed.contains("s3cret"), "{broken}");
            assert_eq!(revealed.contains("ada"), !secret, "{broken}: {revealed}");
        }
        let broken = r#"{"type":"event_processing_request" "events":[]}"#;
        assert_eq!(shown(broken, false).text, broken);
    }

    #[test]
    fn a_message_inside_another_text_is_never_shown() {
        for body in [
            r#"[{"type":"event_processing_request","account":{"account_settings":{"k":"s3cret"}}}]"#,
            r#""{\"account\":{\"account_settings\":{\"k\":\"s3cret\"}}}""#,
            r#"{"body":"{\"account_settings\":{\"k\":\"s3cret\"}}"}"#,
            r#"{"isBase64Encoded":true,"body":"s3cret"}"#,
            r#"{"type":"new","data":{"k":"s3cret"}}"#,
            r#"{"type":"new","account":{"account_settings":{"k":"s3cret"}}}"#,
            r#"{"type":"event_processing_request","account":"s3cret"}"#,
            r#"{"type":"event_processing_request","account":["s3cret"]}"#,
            r#"{"type":"event_processing_request","account":{"account_settings":"s3cret"}}"#,
            r#"{"type":"event_processing_request","account":{"account_settings":["s3cret"]}}"#,
            r#"{"type":"event_processing_request","other":{"x":{"accountSettings":{"k":"s3cret"}}}}"#,
            r#"{"type":"event_processing_request","other":["{\"account_settings\":\"s3cret\"}"]}"#,
            r#"{"type":"audience_subscription_response","audience_subscription_settings":{"k":"s3cret"}}"#,
        ] {
            let revealed = shown(body, true).text;
            assert!(!revealed.contains("s3cret"), "{revealed}");
        }
    }

    #[test]
    fn positions_are_those_of_the_text_that_is_shown() {
        let body = "{\"mpid\":\"é😀\",\n\"source_id\":7}";
        let at = body.find('7');
        let hidden = Shown::new(body.as_bytes(), Place::MESSAGE, false, at);
        let units: Vec<u16> = hidden.text.encode_utf16().collect();
        assert_eq!(units[hidden.index.unwrap()], u16::from(b'7'));
        let revealed = Shown::new(body.as_bytes(), Place::MESSAGE, true, at);
        assert_eq!(revealed.index, hidden.index.map(|index| index + 1));
        let end = Shown::new(b"{", Place::MESSAGE, false, Some(1));
        assert_eq!(end.index, Some(1));
        assert_eq!(
            Shown::new(b"\xff\xfe{", Place::MESSAGE, true, Some(2)).index,
            Some(2)
        );
    }

    #[test]
    fn a_hidden_value_is_not_put_where_it_would_be_shown() {
        let base = r#"{"mpid":"42","account":{"account_settings":{"k":"s3cret"}}}"#.as_bytes();
        for edited in [
            r#"{"type":"«hidden 2»"}"#,
            r#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"«hidden 2»"}]}"#,
            r#"{"account":{"account_settings":{"«hidden 2»":"x"}}}"#,
            r#"{"mpid":"«hidden 2»"}"#,
            r#"{"source_id":"«hidden 1»"}"#,
            r#"{"mpid":"«hidden 1»","id":"«hidden 2»"}"#,
        ] {
            let restored = Restored::new(edited, base).text;
            assert_eq!(String::from_utf8(restored).unwrap(), edited);
        }
        let moved = r#"{"account":{"account_settings":{"other":"«hidden 2»"}}}"#;
        let expected = r#"{"account":{"account_settings":{"other":"s3cret"}}}"#;
        assert_eq!(Restored::new(moved, base).text, expected.as_bytes());
    }

    #[test]
    fn an_edited_text_gets_its_values_back() {
        let body = r#"{"mpid":42,"account":{"account_settings":{"k":"s\"3"}},"mpid":"-1"}"#;
        let text = editable(body.as_bytes());
        let expected = r#"{"mpid":"«hidden 1»","account":{"account_settings":{"k":"«hidden 2»"}},"mpid":"«hidden 3»"}"#;
        assert_eq!(text, expected);
        assert_eq!(Restored::new(&text, body.as_bytes()).text, body.as_bytes());
        let edited = text.replace(r#"{"mpid""#, r#"{"new":"«hidden 9»","mpid""#);
        let restored = Restored::new(&edited, body.as_bytes());
        let expected = body.replace(r#"{"mpid""#, r#"{"new":"«hidden 9»","mpid""#);
        assert_eq!(String::from_utf8(restored.text.clone()).unwrap(), expected);
        for word in ["account_settings", "-1", "new"] {
            let there = restored.edited(expected.find(word).unwrap());
            let here = edited.find(if word == "-1" { "«hidden 3" } else { word });
            assert_eq!(Some(there), here, "{word}");
        }
    }
}
