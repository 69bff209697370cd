//! The reason in the answer to a message that failed, without the values of the message, which the
//! answer may repeat.

use std::cmp::Reverse;

use serde_json::Value;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 << 10;

/// The longest reason, in characters.
const LONGEST: usize = 200;

/// In place of a value of the message.
const MASK: &str = "***";

/// Values of fewer characters are hidden only where they are words.
const SHORT: usize = 4;

/// Parts of a message, and their fields with words of the protocol, which are shown.
const PARTS: [&str; 3] = ["events", "user_identities", "device_identities"];
const WORDS: [&str; 2] = ["type", "encoding"];

/// The `errorMessage` of an answer, its texts if it is other JSON, or its text. The values of the
/// message and the token are hidden.
pub(super) fn reason(answer: &[u8], message: &[u8], token: Option<&str>) -> Option<String> {
    let answer = str::from_utf8(answer).ok()?;
    if answer.len() > LONGEST_ANSWER {
        return None;
    }
    let mut text = match serde_json::from_str::<Value>(answer) {
        Ok(answer) => match answer.get("errorMessage").and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => {
                let mut texts = Vec::new();
                values(&answer, &mut texts);
                texts.join("; ")
            }
        },
        Err(_) => answer.to_owned(),
    };
    let mut hidden: Vec<String> = token.map(str::to_owned).into_iter().collect();
    match serde_json::from_slice(message) {
        Ok(Value::Object(message)) => {
            for (name, value) in &message {
                match value {
                    _ if name == "type" => {}
                    Value::Array(parts) if PARTS.contains(&name.as_str()) => {
                        let parts = parts.iter().filter_map(Value::as_object).flatten();
                        let fields = parts.filter(|(name, _)| !WORDS.contains(&name.as_str()));
                        fields.for_each(|(_, value)| values(value, &mut hidden));
                    }
                    value => values(value, &mut hidden),
                }
            }
        }
        _ => return None,
    }
    // A value can be a part of another one.
    hidden.sort_by_key(|value| Reverse(value.len()));
    hidden.dedup();
    for value in hidden.iter().filter(|value| !value.is_empty()) {
        text = hide(&text, value);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push_str("...");
    }
    Some(text).filter(|text| !text.is_empty())
}

/// The texts and numbers in a value.
fn values(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| values(value, out)),
        Value::Object(map) => map.values().for_each(|value| values(value, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The text with a mask for a value, in any letter case of ASCII.
fn hide(text: &str, value: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), value.to_ascii_lowercase());
    let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
    for (at, _) in lower.match_indices(&wanted) {
        let end = at + wanted.len();
        let (before, after) = (text.get(..at), text.get(end..));
        let is_inner = before.is_some_and(|it| it.ends_with(char::is_alphanumeric))
            || after.is_some_and(|it| it.starts_with(char::is_alphanumeric));
        if value.chars().count() < SHORT && is_inner {
            continue;
        }
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(MASK);
        copied = end;
    }
    out + text.get(copied..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"type":"event_processing_request","account":{"account_id":7,
        "account_settings":{"key":"s3cret"}},"mpid":-1234567890,
        "user_identities":[{"type":"email","value":"Ada@example.com"}],
        "user_attributes":{"name":"Al"},"events":[{"type":"screen_view","screen_name":"a \"b\""}]}"#;

    fn of(answer: &str) -> Option<String> {
        reason(answer.as_bytes(), MESSAGE.as_bytes(), Some("t0ken"))
    }

    #[test]
    fn values_of_the_message_are_hidden() {
        for (answer, expected) in [
            (
                r#"{"errorType":"retry","errorMessage":"no key s3cret for email ada@example.com (t0ken)"}"#,
                "no key *** for email *** (***)",
            ),
            (
                r#"{"code":"E12","error":"the screen_view a \"b\" of Al, also","n":-1234567890}"#,
                "E12; the screen_view *** of ***, also; ***",
            ),
            ("<p>\n  bad\u{a0}key: S3CRET\n</p>", "<p> bad key: *** </p>"),
            ("\"\\u0073\\u0033cret\"", "***"),
        ] {
            let shown = of(answer).unwrap();
            let words: Vec<&str> = shown.split(char::is_whitespace).collect();
            assert_eq!(words.join(" "), expected);
        }
    }

    #[test]
    fn reasons_are_short_or_absent() {
        assert_eq!(of(&"é".repeat(999)).unwrap(), "é".repeat(200) + "...");
        assert_eq!(of(""), None);
        assert_eq!(of("{}"), None);
        assert_eq!(of(&" x".repeat(LONGEST_ANSWER)), None);
        // It is not known what would have to be hidden.
        assert_eq!(reason(b"s3cret", b"{\"key\":\"s3cret\"", None), None);
        assert_eq!(reason(b"\xff", MESSAGE.as_bytes(), None), None);
    }
}
