//! Tests of the walk: what it accepts, where it stops, and its paths.

use super::path::find_type;
use super::*;
use crate::message::Message;
use crate::schema::{Describe, KeyOrigin};

fn validate(text: &str) -> Result<(), (usize, ErrorKind)> {
    Walker::new(text.as_bytes(), 4)
        .run(usize::MAX, |_, _| {})
        .map_err(|failed| match failed.problem {
            Problem::Syntax { kind, .. } => (failed.offset, kind),
            problem => panic!("{problem:?}"),
        })
}

#[test]
fn accepts_json() {
    for text in [
        "0",
        "-0.5e+10",
        "[]",
        "{}",
        " [1, \"a\\u00e9\\ud83d\\ude00\" , null,true , false, {\"a\":[{}]}] \n",
        "\"\\ud800\"",
    ] {
        assert_eq!(validate(text), Ok(()), "{text}");
    }
}

#[test]
fn says_where_it_is_wrong() {
    use ErrorKind::*;
    for (text, offset, kind) in [
        ("", 0, EmptyInput),
        (" \n", 2, EmptyInput),
        ("[1,]", 3, Syntax),
        ("{\"a\":1,}", 7, Syntax),
        ("{a:1}", 1, Syntax),
        ("{\"a\" 1}", 5, Syntax),
        ("[1}", 2, Syntax),
        ("[01]", 2, Syntax),
        ("[1.]", 3, Syntax),
        ("[.5]", 1, Syntax),
        ("[+5]", 1, Syntax),
        ("[NaN]", 1, Syntax),
        ("[nulla]", 1, Syntax),
        ("[\"a\nb\"]", 3, Syntax),
        ("[\"a\\x\"]", 3, Syntax),
        ("[\"\\u12g4\"]", 2, Syntax),
        ("[\"abc", 1, Syntax),
        ("{} {}", 3, TrailingText),
        ("[[[[[]]]]]", 4, TooDeep),
        ("[1", 2, Syntax),
        ("/* c */ {}", 0, Syntax),
    ] {
        assert_eq!(validate(text), Err((offset, kind)), "{text}");
    }
}

#[test]
fn paths() {
    let text = r#"{"type":"event_processing_request",
        "events":[{},{"type":"error","a b":{"c\u0064":[1,2]}},{"a b":[7],"id":8}],"x":3,
        "user_attributes":{"a b":4,"y":{"z":5}},"mpid":{"m":[6]}}"#;
    let path_at = |needle: &str| {
        let mut walker = Walker::new(text.as_bytes(), 128);
        walker.run(text.find(needle).unwrap(), |_, _| {}).unwrap();
        let mut path = |shown| walker.path(<Message<'_> as Describe>::KIND, shown);
        let ((in_errors, place), (in_findings, _)) =
            (path(KeyOrigin::Protocol), path(KeyOrigin::Sender));
        (in_errors, in_findings, place.secret)
    };
    for (needle, in_errors, in_findings, secret) in [
        (
            "2]",
            "events[1][\"…\"][\"…\"][1]",
            "events[1][\"a b\"][\"…\"][1]",
            true,
        ),
        ("3,", "[\"…\"]", "x", true),
        ("7]", "events[2][\"…\"][0]", "events[2][\"…\"][0]", true),
        ("8}", "events[2].id", "events[2].id", false),
        ("{}", "events[0]", "events[0]", false),
        (
            "4,",
            "user_attributes[\"…\"]",
            "user_attributes[\"a b\"]",
            false,
        ),
        (
            "5}",
            "user_attributes[\"…\"][\"…\"]",
            "user_attributes.y[\"…\"]",
            true,
        ),
        ("6]", "mpid[\"…\"][0]", "mpid[\"…\"][0]", true),
    ] {
        let expected = (in_errors.to_owned(), in_findings.to_owned(), secret);
        assert_eq!(path_at(needle), expected);
    }
}

#[test]
fn the_first_type_of_an_object_names_its_model() {
    for (text, found) in [
        (r#"{"type":"a","type":"b"}"#, Some("a")),
        (
            r#"{"x":{"type":"b"},"y":["type",{"type":"b"}],"z":"type", "t\u0079pe" : "a" }"#,
            Some("a"),
        ),
        (r#"{"x":"},{\"type\":\"b\"","type":"a"}"#, Some("a")),
        (r#"{"x":"type"},{"type":"b"}"#, None),
        (r#"{"type":7,"type":"b"}"#, None),
        (r#"{"type":"#, None),
        (r#"{"type"#, None),
        (r#"{"x":1"#, None),
    ] {
        let bounds = find_type(text.as_bytes(), 0, "type");
        assert_eq!(
            bounds.map(|(start, end)| &text[start..end]),
            found,
            "{text}"
        );
    }
}
