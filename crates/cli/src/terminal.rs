//! What people see: text that cannot play tricks on their terminal, messages on standard error, and whether colours are
//! welcome.

use std::borrow::Cow;
use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

/// Text of unknown origin, with what a terminal would obey made visible: control characters, and the characters that
/// turn the direction of writing.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same, where lines may break.
pub(super) fn harmless_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(harmless).collect();
    Cow::Owned(lines.join("\n"))
}

/// Says something on standard error, in one piece. If nobody listens, that is not our business.
pub(super) fn complain(text: &str) {
    let mut line = harmless_lines(text).into_owned();
    line.push('\n');
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Whether standard output is a terminal whose user did not ask for plain text (<https://no-color.org>).
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
    }
}
