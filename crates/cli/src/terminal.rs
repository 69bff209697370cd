//! Output for a terminal: escaping of untrusted text, messages on standard error, and whether to
//! use colours.

use std::borrow::Cow;
use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
#[cfg(any(feature = "http", feature = "serve"))]
use std::path::Path;

/// Text of unknown origin, with control and invisible characters escaped.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, characters that change the direction of text or break lines, and invisible
/// ones: general category Cf and the property Default_Ignorable_Code_Point of Unicode 17.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || (c >= '\u{ad}'
            && matches!(
                c,
                '\u{ad}'
                    | '\u{34f}'
                    | '\u{600}'..='\u{605}'
                    | '\u{61c}'
                    | '\u{6dd}'
                    | '\u{70f}'
                    | '\u{890}'..='\u{891}'
                    | '\u{8e2}'
                    | '\u{115f}'..='\u{1160}'
                    | '\u{17b4}'..='\u{17b5}'
                    | '\u{180b}'..='\u{180f}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{3164}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{feff}'
                    | '\u{ffa0}'
                    | '\u{fff0}'..='\u{fffb}'
                    | '\u{110bd}'
                    | '\u{110cd}'
                    | '\u{13430}'..='\u{1343f}'
                    | '\u{1bca0}'..='\u{1bca3}'
                    | '\u{1d173}'..='\u{1d17a}'
                    | '\u{e0000}'..='\u{e0fff}'
            ))
}

/// The same for the JSON text that begins at this offset: such characters occur in strings and are
/// escaped as in JSON, so that the text keeps its meaning.
pub(super) fn harmless_json(out: &mut Vec<u8>, start: usize) {
    let Some(Ok(text)) = out.get(start..).map(str::from_utf8) else {
        return;
    };
    if !text.chars().any(is_harmful) {
        return;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    out.truncate(start);
    out.extend_from_slice(escaped.as_bytes());
}

/// The same for text that may have line breaks.
pub(super) fn harmless_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(harmless).collect();
    Cow::Owned(lines.join("\n"))
}

/// Writes a message to standard error with one write. An error of that write is ignored.
pub(super) fn complain(text: &str) {
    let mut line = harmless_lines(text).into_owned();
    line.push('\n');
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Warns of a file with secrets that other users can read.
#[cfg(any(feature = "http", feature = "serve"))]
pub(super) fn warn_if_exposed(path: &Path) {
    if let Some(warning) = hydrant_forward::config::exposed(path) {
        complain(&format!("warning: {warning}"));
    }
}

/// Whether standard output is a terminal whose user did not ask for plain text
/// (<https://no-color.org>).
pub(super) fn wants_colours() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || env::var_os("TERM").is_some_and(|value| value == "dumb");
    !refused && io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_given_orders() {
        assert_eq!(harmless("caf\u{e9} \u{1f600}"), "caf\u{e9} \u{1f600}");
        assert_eq!(
            harmless("\u{1b}[2Jx\r\n\u{9b}\u{202e}\0"),
            "\\u{1b}[2Jx\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{0}"
        );
        assert_eq!(harmless_lines("a\n\u{7}b"), "a\n\\u{7}b");
        assert_eq!(
            harmless("a\u{200b}b\u{feff}\u{2028}\u{e0041}"),
            "a\\u{200b}b\\u{feff}\\u{2028}\\u{e0041}"
        );
        let mut json = "\"\u{202e}\" {\"a\":\"\u{202e}\u{e0041}é\"}"
            .as_bytes()
            .to_vec();
        harmless_json(&mut json, 6);
        let escaped = "\"\u{202e}\" {\"a\":\"\\u202e\\udb40\\udc41é\"}";
        assert_eq!(String::from_utf8(json).unwrap(), escaped);
    }
}
