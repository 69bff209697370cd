//! Messages that cannot be parsed, without the settings of the account, which hold secrets.

use crate::json::reader;

/// The letters of the name of the settings. Case, separators and escapes do not matter, because the
/// text is not what it should be.
const NAME: &[u8] = b"accountsettings";

/// As much of a text as certainly has no settings, and the number of bytes that were left out.
///
/// From a text whose brackets and strings are complete, the values of the settings are cut out
/// wherever they are. In any other text it is unknown where they end, so that everything from their
/// name on is left out. A text that is not UTF-8, or has NULs as UTF-16 does, is left out as a whole.
pub(super) fn without_settings(body: &[u8]) -> (String, usize) {
    let text = match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => text,
        _ => return (String::new(), body.len()),
    };
    let Some(mention) = mention(text) else {
        return (text.to_owned(), 0);
    };
    if let Some(kept) = cut_out(text) {
        return (kept, 0);
    }
    let kept = text.get(..mention).unwrap_or_default();
    (kept.to_owned(), text.len() - kept.len())
}

/// The text with `{}` for the values of settings; `None` if a bracket or a string is not complete, or
/// if the name is elsewhere than before a value, for example in JSON that is inside a string.
fn cut_out(text: &str) -> Option<String> {
    reader::single(text.as_bytes())?;
    let (mut kept, mut outside, mut rest) = (String::new(), String::new(), text);
    while let Some(quote) = rest.find('"') {
        let (before, from) = rest.split_at(quote);
        kept.push_str(before);
        outside.push_str(before);
        let string = reader::first(from.as_bytes())?.len();
        let (string, after) = from.split_at_checked(string)?;
        kept.push_str(string);
        rest = after;
        if mention(string).is_some() {
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            rest = value.get(reader::first(value.as_bytes())?.len()..)?;
            kept.push_str(":{}");
        }
    }
    kept.push_str(rest);
    outside.push_str(rest);
    mention(&outside).is_none().then_some(kept)
}

/// Where a text first has the name of the settings.
fn mention(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut starts = memchr::memchr3_iter(b'a', b'A', b'\\', bytes);
    starts.find(|start| bytes.get(*start..).is_some_and(has_name))
}

/// Whether a text begins with the name.
fn has_name(mut rest: &[u8]) -> bool {
    let mut wanted = NAME;
    while let Some((letter, others)) = wanted.split_first() {
        let Some((byte, length)) = character(rest) else {
            return false;
        };
        if byte.eq_ignore_ascii_case(letter) {
            wanted = others;
        } else if wanted.len() == NAME.len() || !b"_-. ".contains(&byte) {
            return false;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

/// The character at the beginning, which may be escaped once or several times, and its length.
fn character(rest: &[u8]) -> Option<(u8, usize)> {
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    let after = rest.get(slashes..)?;
    match after {
        [b'u', b'0', b'0', high, low, ..] if slashes > 0 => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            let value = digit(high)? * 16 + digit(low)?;
            Some((u8::try_from(value).ok()?, slashes + 5))
        }
        [byte, ..] => Some((*byte, slashes + 1)),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_cut_out_of_complete_texts() {
        let body = br#"{"type":"new","account":{"account_settings": {"key":"s3}\"cret"} ,"n":1.50},"x":[1]}"#;
        let (kept, withheld) = without_settings(body);
        let expected = r#"{"type":"new","account":{"account_settings":{} ,"n":1.50},"x":[1]}"#;
        assert_eq!((kept.as_str(), withheld), (expected, 0));
        assert_eq!(without_settings(b"{\"a\":"), ("{\"a\":".to_owned(), 0));
    }

    #[test]
    fn what_may_hold_settings_is_withheld() {
        for (body, before) in [
            (
                &br#"{"a":1,"account_settings":{"key":"s3cret"}"#[..],
                r#"{"a":1,""#,
            ),
            (br#"{"account_settings" {"key":"s3cret"}}"#, "{\""),
            (br#"{"x":1,AccountSettings:{"key":"s3cret"}}"#, r#"{"x":1,"#),
            (br#"{"\u0061ccount\u005Fsettings":{"key":"s3cret"}"#, "{\""),
            (
                br#"{"b":"{\"account_settings\":{\"key\":\"s3cret\"}}"}"#,
                r#"{"b":"{\""#,
            ),
            (
                br#"{"b":"{\"account\\u005fsettings\":{\"key\":\"s3cret\"}}"}"#,
                r#"{"b":"{\""#,
            ),
            (b"{\0\"\0s3cret", ""),
            (b"s3cret\xff", ""),
        ] {
            let (kept, withheld) = without_settings(body);
            assert_eq!(
                (kept.as_str(), withheld),
                (before, body.len() - before.len())
            );
        }
    }

    #[test]
    fn an_escaped_name_in_a_complete_text_is_cut_out() {
        let body = br#"{"Account-\u0053ettings":"s3cret","b":2}"#;
        let (kept, withheld) = without_settings(body);
        assert_eq!(
            (kept.as_str(), withheld),
            (r#"{"Account-\u0053ettings":{},"b":2}"#, 0)
        );
    }
}
