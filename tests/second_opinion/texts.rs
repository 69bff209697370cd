//! Text before meaning: surrogates, white space, depth, comparison.

use crate::twin::decimal::Decimal;
use crate::twin::{Json, equal, identical, normalize, surrogates, text};

#[test]
fn only_lone_surrogates_are_repaired() {
    let cases = [
        (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#, 0),
        (r#""\ud83d""#, r#""\ufffd""#, 1),
        (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#, 2),
        (r#""\uD83D\uD83D\uDE00""#, r#""\ufffd\uD83D\uDE00""#, 1),
        (r#""\\ud83d""#, r#""\\ud83d""#, 0),
        (r#""\ud83d\\ude00""#, r#""\ufffd\\ude00""#, 1),
        (r#"{"\ud800":"a"}"#, r#"{"\ufffd":"a"}"#, 1),
    ];
    for (input, repaired, count) in cases {
        assert_eq!(surrogates::repair(input), (repaired.to_owned(), count));
    }
}

#[test]
fn compaction_leaves_strings_alone() {
    let text = "{ \"a b\" : [ 1.50 , \"\\\" \\\\\" , {\n} ],\t\"\\u0041\":\"\\ud800\" }";
    assert_eq!(
        text::compact(text),
        r#"{"a b":[1.50,"\" \\",{}],"\u0041":"\ud800"}"#
    );
}

#[test]
fn depth_is_counted_from_the_message() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"type":"dsr_processing_response","x":{open}{close}}}"#)
    };
    assert!(normalize(nested(128).as_bytes()).is_ok());
    assert_eq!(
        normalize(nested(129).as_bytes()).unwrap_err().reason,
        "nested deeper than 128"
    );
    assert!(text::Document::read_within(nested(900).as_bytes(), 10_000, 1000).is_ok());
    assert!(text::Document::read_within(b"{}", 1, 128).is_err());
}

#[test]
fn comparison_sees_what_it_should_and_nothing_else() {
    let same = |a: &str, b: &str| {
        equal(
            &Json::read(a.as_bytes()).unwrap(),
            &Json::read(b.as_bytes()).unwrap(),
        )
    };
    assert_eq!(same(r#"{"a":1.50}"#, r#"{"a":15E-1}"#), Ok(()));
    assert_eq!(
        same(r#"{"latitude":0.1}"#, r#"{"latitude":0.10000000000000001}"#),
        Ok(())
    );
    assert!(same(r#"{"price":0.1}"#, r#"{"price":0.10000000000000001}"#).is_err());
    assert!(same(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).is_err());
    assert!(same(r#"{"a":1}"#, r#"{"a":1,"a":1}"#).is_err());
    assert!(same(r#"{"a":[1]}"#, r#"{"a":[1,null]}"#).is_err());
    assert!(same(r#"{"a":"1"}"#, r#"{"a":1}"#).is_err());
    let number = |text: &str| Json::Number(text.to_owned());
    assert!(identical(&number("1.50"), &number("1.5")).is_err());
    assert_eq!(identical(&number("15E-1"), &number("1.5")), Ok(()));
    assert_eq!(Decimal::parse("--1"), None);
}
