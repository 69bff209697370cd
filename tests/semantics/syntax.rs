//! F: input that is not JSON.

use hydrant::ErrorKind;

use super::{MARK, normal};

#[test]
fn f6_what_is_no_json_is_refused_where_it_is_wrong() {
    let end = "`,` or the end of the list or object";
    for (value, expected, found) in [
        ("⟦/* c */1", "a value", "`/`"),
        ("1⟦/* c */", end, "`/`"),
        ("⟦// c\n1", "a value", "`/`"),
        ("⟦# c\n1", "a value", "`#`"),
        ("⟦'a'", "a value", "`'`"),
        ("{⟦'a':1}", "a key in double quotes or `}`", "`'`"),
        ("{⟦a:1}", "a key in double quotes or `}`", "`a`"),
        ("{⟦1:1}", "a key in double quotes or `}`", "`1`"),
        ("{\"a\" ⟦1}", "`:`", "`1`"),
        ("{\"a\"⟦,1}", "`:`", "`,`"),
        ("{\"a\":⟦}", "a value", "`}`"),
        ("{\"a\":1 ⟦\"b\":2}", end, "`\"`"),
        ("{\"a\":1,⟦}", "a key in double quotes", "`}`"),
        ("{⟦,}", "a key in double quotes or `}`", "`,`"),
        ("[1,⟦]", "a value", "`]`"),
        ("[⟦,1]", "a value or `]`", "`,`"),
        ("[1 ⟦2]", end, "`2`"),
        ("[1⟦}", end, "`}`"),
        ("{\"a\":1⟦]", end, "`]`"),
        ("⟦NaN", "a value", "`N`"),
        ("⟦Infinity", "a value", "`I`"),
        ("-⟦Infinity", "a digit", "`I`"),
        ("⟦+5", "a value", "`+`"),
        ("⟦.5", "a value", "`.`"),
        ("5.⟦,\"y\":1", "a digit", "`,`"),
        ("-⟦.5", "a digit", "`.`"),
        ("0⟦123", "a number without leading zeros", "`1`"),
        ("-0⟦0", "a number without leading zeros", "`0`"),
        ("1e⟦,\"y\":1", "a digit", "`,`"),
        ("1e+⟦]", "a digit", "`]`"),
        ("0⟦x1", end, "`x`"),
        ("1⟦_000", end, "`_`"),
        ("⟦True", "a value", "`T`"),
        ("⟦truex", "a value", "`t`"),
        ("⟦nul", "a value", "`n`"),
        ("⟦undefined", "a value", "`u`"),
        (
            "\"a⟦\nb\"",
            "an escape for this control character",
            "control character or space 0x0A",
        ),
        (
            "\"a⟦\tb\"",
            "an escape for this control character",
            "control character or space 0x09",
        ),
        (
            "\"a⟦\0b\"",
            "an escape for this control character",
            "control character or space 0x00",
        ),
        ("⟦\u{b}1", "a value", "control character or space 0x0B"),
        ("\"a⟦\\x41\"", "a valid escape", "`\\`"),
        ("\"a⟦\\'\"", "a valid escape", "`\\`"),
        ("\"a⟦\\u12g4\"", "four hexadecimal digits after \\u", "`\\`"),
        ("\"a⟦\\u{41}\"", "four hexadecimal digits after \\u", "`\\`"),
    ] {
        let expected = format!("expected {expected}, found {found}");
        let body = format!("{{\"type\":\"dsr_processing_response\",\"x\":{value}}}");
        let path = refuses_somewhere(&body, &expected);
        assert!(path.starts_with(r#"["…"]"#), "{path}: {body}");
    }
    for (body, expected) in [
        (r#"{"type":"dsr_processing_response"⟦"#, end),
        (
            r#"{"type":"dsr_processing_response",⟦"#,
            "a key in double quotes",
        ),
        (r#"{"type":⟦"#, "a value"),
        (r#"{"type"⟦"#, "`:`"),
        ("{⟦", "a key in double quotes or `}`"),
    ] {
        refuses_somewhere(
            body,
            &format!("expected {expected}, found the end of the input"),
        );
    }
    let never_ends = r#"{"type":"dsr_processing_response","x":⟦"abc\"}"#;
    let expected = "expected a closing quote for this string, found the end of the input";
    refuses_somewhere(never_ends, expected);
    refuses_somewhere("⟦\"abc", expected);
}

/// Like `refuses`, but returns the path instead of comparing it.
#[track_caller]
fn refuses_somewhere(marked: &str, message: &str) -> String {
    let (before, after) = marked.split_once(MARK).unwrap();
    let error = normal(format!("{before}{after}")).unwrap_err();
    let found = (
        error.kind(),
        error.message(),
        error.location().unwrap().offset,
    );
    assert_eq!(
        found,
        (ErrorKind::Syntax, message, before.len()),
        "{marked}"
    );
    error.path().to_owned()
}
