//! The forms of streams.

use std::io;
use std::time::Instant;

use super::MessageReader;
use crate::input::block::Block;
use crate::input::framing::{SpanKind, split};
use crate::input::trickle::{Hiccups, Trickle};

/// The messages with their positions, read in pieces of several sizes.
#[track_caller]
fn messages(text: &str, max: usize) -> Vec<(u64, u64, String)> {
    let mut results = Vec::new();
    for step in [1, 5, 1 << 20] {
        let stream = Trickle(text.as_bytes(), step);
        let mut reader = MessageReader::new(stream, max).block_bytes(step);
        let (mut block, mut found) = (Block::default(), Vec::new());
        while reader.read_block(&mut block).unwrap() {
            for (span, body) in block.messages() {
                let parts = match span.kind {
                    SpanKind::Line => split(body, max).collect(),
                    _ => Vec::new(),
                };
                let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
                if parts.is_empty() {
                    found.push((span.line, span.column, text(body)));
                }
                for part in parts {
                    let column = span.column + part.column - 1;
                    found.push((span.line, column, text(part.body(body))));
                }
            }
        }
        results.push(found);
    }
    assert!(results.iter().all(|found| *found == results[0]), "{text}");
    results.swap_remove(0)
}

#[track_caller]
fn check(text: &str, expected: &[(u64, u64, &str)]) {
    let found = messages(text, 1 << 20);
    let found: Vec<_> = found
        .iter()
        .map(|(l, c, body)| (*l, *c, body.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn messages_on_lines_over_lines_and_without_lines() {
    check(
        "{}\n\n {\"a\":1} \r\n{}",
        &[(1, 1, "{}"), (3, 2, "{\"a\":1}"), (4, 1, "{}")],
    );
    check(
        "{\n \"a\": {}\n}\n{\n}",
        &[(1, 1, "{\n \"a\": {}\n}"), (4, 1, "{\n}")],
    );
    check(
        "{}{\"é\":\"}{\"}{}",
        &[(1, 1, "{}"), (1, 3, "{\"é\":\"}{\"}"), (1, 13, "{}")],
    );
    // The line end may be anywhere, also after a closing bracket.
    check("{\"a\":{}\n,\"b\":1}\n", &[(1, 1, "{\"a\":{}\n,\"b\":1}")]);
    check(
        "\u{feff}{}\n\u{feff}{}\u{feff}",
        &[(1, 1, "{}"), (2, 1, "{}")],
    );
    check("", &[]);
    check(" \r\n\t", &[]);
}

#[test]
fn the_elements_of_an_array_are_messages() {
    check("[]", &[]);
    check(
        "\u{feff}[ {} , {\"a\":[1,{}]}\n,{}]\n",
        &[(1, 3, "{}"), (1, 8, "{\"a\":[1,{}]}"), (2, 2, "{}")],
    );
    check(
        "[\n{},\n{}\n]\n[{}][{}]{}",
        &[
            (2, 1, "{}"),
            (3, 1, "{}"),
            (5, 2, "{}"),
            (5, 6, "{}"),
            (5, 9, "{}"),
        ],
    );
    // Each element is a message, whatever it is.
    check(
        "[1,\"a,]\",null,[{},{}],{}]",
        &[
            (1, 2, "1"),
            (1, 4, "\"a,]\""),
            (1, 10, "null"),
            (1, 15, "[{},{}]"),
            (1, 23, "{}"),
        ],
    );
    // A line end may replace a comma.
    check("[{}\n{}]", &[(1, 2, "{}"), (2, 1, "{}")]);
}

#[test]
fn arrays_with_faults_are_refused_where_the_fault_is() {
    check("[{}", &[(1, 2, "{}"), (1, 1, "[")]);
    check("[{},]", &[(1, 2, "{}"), (1, 5, "]")]);
    check("[,{}]", &[(1, 2, ","), (1, 3, "{}")]);
    check("[{} {}]\n{}", &[(1, 2, "{}"), (1, 5, "{}"), (2, 1, "{}")]);
    check(
        "[{}}, {},{}]{}",
        &[
            (1, 2, "{}"),
            (1, 4, "},"),
            (1, 7, "{}"),
            (1, 10, "{}"),
            (1, 13, "{}"),
        ],
    );
    check(
        "[{},\n{\"a\":[}},\n{}\n]\n{}",
        &[
            (1, 2, "{}"),
            (2, 1, "{\"a\":[}},"),
            (3, 1, "{}"),
            (5, 1, "{}"),
        ],
    );
    // After a message on the same line an array ends with the line, unless the line says that it
    // goes on.
    check(
        "{}[\n{}\n]{}\n",
        &[(1, 1, "{}"), (2, 1, "{}"), (3, 2, "{}")],
    );
    check(
        "{} [\n{},\n{}\n]\n",
        &[(1, 1, "{}"), (2, 1, "{}"), (3, 1, "{}")],
    );
    check(
        "{}[{}\n{}",
        &[(1, 1, "{}"), (1, 4, "{}"), (1, 3, "["), (2, 1, "{}")],
    );
    check(
        "{}[{\n}\n]{}",
        &[(1, 1, "{}"), (1, 4, "{\n}"), (3, 2, "{}")],
    );
    check("{}[{}\n,{}]", &[(1, 1, "{}"), (1, 4, "{}"), (2, 2, "{}")]);
}

#[test]
fn what_cannot_be_a_message_ends_with_its_line_or_before_a_message() {
    check("oops\n{}\n", &[(1, 1, "oops"), (2, 1, "{}")]);
    check("{\"a\":\"\n{}", &[(1, 1, "{\"a\":\""), (2, 1, "{}")]);
    check("{\"a\":[}\n  {\n}", &[(1, 1, "{\"a\":[}"), (2, 3, "{\n}")]);
    for garbage in [
        "oops", ",", "\0", "}", "]", "}}, ]", "\"a\"", "1 2", ":", "{a}",
    ] {
        check(
            &format!("{{}}{garbage} {{}}\n{{}}"),
            &[
                (1, 1, "{}"),
                (1, 3, garbage),
                (1, 4 + garbage.len() as u64, "{}"),
                (2, 1, "{}"),
            ],
        );
    }
    check(
        "{}\0[{},{}]",
        &[(1, 1, "{}"), (1, 3, "\0"), (1, 5, "{}"), (1, 8, "{}")],
    );
    // A line that has lost its beginning is one fault, up to what cannot be a part of it.
    check(
        "oops\":[{},{}]}\n{}",
        &[(1, 1, "oops\":[{},{}]}"), (2, 1, "{}")],
    );
    check(
        "ps\":[{},{}]} {\"a\":1}\n{}",
        &[(1, 1, "ps\":[{},{}]}"), (1, 14, "{\"a\":1}"), (2, 1, "{}")],
    );
    check(
        "INFO {\"type\":\"x_request\"} oops\n{}",
        &[
            (1, 1, "INFO"),
            (1, 6, "{\"type\":\"x_request\"}"),
            (1, 27, "oops"),
            (2, 1, "{}"),
        ],
    );
}

/// Objects that Amazon Data Firehose writes to S3 have one line.
#[test]
fn what_is_cut_off_in_a_line_does_not_swallow_what_follows() {
    const MESSAGE: &str = r#"{"type":"x_request","a":{"b":[1,{"c":"}"}]}}"#;
    for cut in 1..MESSAGE.len() {
        for (open, between, close) in [
            ("", "", ""),
            ("", " ", ""),
            ("[", ",", "]"),
            ("[ ", " , ", " ]"),
        ] {
            let text = format!(
                "{open}{MESSAGE}{between}{}{between}{MESSAGE}{between}{MESSAGE}{close}",
                &MESSAGE[..cut]
            );
            let found = messages(&text, 1 << 20);
            let whole = found.iter().filter(|(_, _, body)| body == MESSAGE).count();
            assert_eq!((whole, found.len()), (3, 4), "{text}\n{found:?}");
        }
    }
    // A line end in a string, and pretty-printed messages that do not begin lines.
    for (open, between, close) in [("", " ", ""), ("[ ", ", ", " ]"), ("", "", "")] {
        let pretty = MESSAGE.replace("}\"", "b\"");
        let pretty = pretty.replace('{', "{\n  ").replace('}', "\n}");
        for (message, broken) in [
            (MESSAGE, MESSAGE.replace("c\"", "c\n\"")),
            (MESSAGE, MESSAGE.replace("c\"", "\nc\"")),
            (&pretty, pretty.replace("x_request\"", "x_request")),
            (&pretty, pretty.replace("c\"", "c\n\"")),
            (&pretty, pretty.replace(']', "")),
            (&pretty, pretty[20..].to_owned()),
            (&pretty, pretty[..30].to_owned()),
        ] {
            let text = format!(
                "{open}{message}{between}{broken}{between}{message}{between}{message}{close}"
            );
            let found = messages(&text, 1 << 20);
            let whole = found.iter().filter(|(_, _, body)| body == message).count();
            assert_eq!(whole, 3, "{text}\n{found:?}");
        }
    }
    // Without a type in front, an object is one where it cannot be a part of another.
    check(
        "{\"a\":[{\"b\":1}{\"a\":2}{\"a\":3}",
        &[
            (1, 1, "{\"a\":[{\"b\":1}"),
            (1, 14, "{\"a\":2}"),
            (1, 21, "{\"a\":3}"),
        ],
    );
    check(
        "{\"a\":\"b{\"a\":2} {\"a\":3}",
        &[(1, 1, "{\"a\":\"b{\"a\":2}"), (1, 16, "{\"a\":3}")],
    );
    // What cannot begin an object does not.
    check("{{{{\n{}", &[(1, 1, "{{{{"), (2, 1, "{}")]);
    // Over several lines.
    check(
        "{\n\"a\":[\n 1{\"type\":\"x_request\"}\n{}",
        &[
            (1, 1, "{\n\"a\":[\n 1"),
            (3, 3, "{\"type\":\"x_request\"}"),
            (4, 1, "{}"),
        ],
    );
    check(
        "{\n\"a\":[\n 1{\n}\n{}",
        &[(1, 1, "{\n\"a\":[\n 1"), (3, 3, "{\n}"), (5, 1, "{}")],
    );
}

#[test]
fn what_is_cut_off_does_not_swallow_what_follows() {
    for cut in [
        "{\"a\":",
        "{\"a\":[",
        "{\"a\":[{},",
        "{\"a\"",
        "{\"a\":{}",
        "{",
        "{\"a\":[[",
    ] {
        check(
            &format!("{{}}\n{cut}\n{{}}\n{{}}\n{{}}"),
            &[
                (1, 1, "{}"),
                (2, 1, cut),
                (3, 1, "{}"),
                (4, 1, "{}"),
                (5, 1, "{}"),
            ],
        );
        check(&format!("{cut}\n  {{}}"), &[(1, 1, cut), (2, 3, "{}")]);
    }
    // A broken message over several lines ends before the next one that begins at the beginning of
    // a line.
    let broken = "{\n  \"a\": [\n    {\n      \"b\": \"\n    }\n  ]\n}";
    check(
        &format!("{broken}\n{{\n}}\n"),
        &[(1, 1, broken), (8, 1, "{\n}")],
    );
}

#[test]
fn the_limit_is_that_of_one_message() {
    let found = |text: &str| -> Vec<(u64, u64, String)> { messages(text, 10) };
    let long = "{\"a\":\"0123456789\"}";
    let cut = "{\"a\":\"01234".to_owned();
    for between in ["", "\n", " "] {
        let after = 1 + u64::from(between == "\n");
        let column = |length: u64| match between {
            "\n" => 1,
            _ => length + between.len() as u64 + 1,
        };
        assert_eq!(
            found(&format!("{long}{between}{{}}")),
            [(1, 1, cut.clone()), (after, column(18), "{}".to_owned()),]
        );
    }
    assert_eq!(found(&format!("[{},{{}}]", ["{}"; 20].join(","))).len(), 21);
    assert_eq!(
        found(&format!("[\n{long},\n{{}}]"))[1],
        (3, 1, "{}".to_owned())
    );
    // Over several lines, and garbage.
    assert_eq!(
        found("{\n\"a\":\n\"0123456789\"\n}\n{}")[1],
        (5, 1, "{}".to_owned())
    );
    assert_eq!(found("0123456789012345\n{}\n")[1], (2, 1, "{}".to_owned()));
    assert_eq!(
        found("{\n\"a\":1,\n\"b\n012345678901234567890\n{}\n").len(),
        2
    );
    // A truncated message is not too long because of the one after it.
    for between in ["", "\n", ",\n", " "] {
        let message = "{\"type\":\"x_request\"}";
        let text = format!("{{\"a\":[{between}{message}{between}{message}");
        let found = messages(&text, message.len() + 2);
        let whole = found.iter().filter(|(_, _, body)| body == message).count();
        assert_eq!(whole, 2, "{text}\n{found:?}");
    }
    // White space at the limit does not hide that it is too long.
    for text in [
        "{\"a\":\"           \"}",
        "{\"a\":           1}",
        "oops              oops",
    ] {
        assert_eq!(found(text)[0].2.len(), 11, "{text}");
    }
    let long = "0123456789012345";
    assert_eq!(found(&format!("{{}}{long}{{}}{long}{{}}\n{{}}")).len(), 6);
    assert_eq!(found(&format!("{{\"a\":\"{long}\"{{}}{{}}")).len(), 3);
    // White space is not a message, whatever its length, and does not count.
    assert_eq!(
        found(&format!("{}\n{0}{{}}{0}\n", " ".repeat(100))),
        [(2, 101, "{}".to_owned())]
    );
}

#[test]
fn other_encodings_are_one_message_that_tells_which() {
    for text in [
        &b"\xff\xfe{\0}\0\n\0{\0}\0\n\0"[..],
        b"{\0}\0\n\0",
        b"\0{\0}\0\n",
        b"{\0\0\0}\0\0\0\n",
    ] {
        for step in [1, 100] {
            let mut reader = MessageReader::new(Trickle(text, step), 100);
            let (mut block, mut found) = (Block::default(), Vec::new());
            while reader.read_block(&mut block).unwrap() {
                found.extend(block.messages().map(|(_, body)| body.to_vec()));
            }
            assert_eq!(found, [text[..4].to_vec()]);
        }
    }
}

#[test]
fn a_stream_that_fails_for_a_moment_loses_nothing() {
    let text = b"{\"a\":1}\n{\n}{\"too long\":1}[{},{}]";
    let mut reader = MessageReader::new(Hiccups(Trickle(text, 4), false), 8).block_bytes(4);
    let (mut block, mut found) = (Block::default(), Vec::new());
    loop {
        match reader.read_block(&mut block) {
            Ok(true) => found.extend(block.messages().map(|(_, body)| body.to_vec())),
            Ok(false) => break,
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
    }
    assert_eq!(
        found,
        [&b"{\"a\":1}"[..], b"{\n}", b"{\"too lon", b"{}", b"{}"]
    );
}

/// Each of these makes many scans fail late unless the result of the first is remembered.
#[test]
fn separating_takes_linear_time() {
    let slow = [
        "{\"a\":[\n",
        "{\"a\":\n",
        "[\n",
        "[{},\n{},{\"x\":[",
        "{\"a\":[\n{},{\"x\":[\n",
        "{\n\"a\":[{},\n",
        "{\"type\":\"x_request\",\"a\":\"",
        "{\"type\":\"x_request\",\"a\":[",
        "{\"type\":\"x_request\"{\"a\":\"",
        "{\"type\":\"x_request\"} {\"a\":[{} {\"b\":\"",
        "}{\"a\":[",
        "}{\"a\":{\"b\"}\n",
        "a,{\"type\":\"x_request\",\"b\":[\n",
        "{} {\"a{",
        "{                                                ",
        // A message in a string of the scan before it, which both scans survive, or only one.
        "{\"a\":\"{\"type\":\"x_request\"\\\"\",\"b\":[\n",
        "\"{\"type\":\"x_request\"\\\"\",\n",
        "{\"a\":\"{\"type\":\"x_request\"]\",\"b\":[\n",
    ];
    for line in slow {
        let seconds = |bytes: usize| {
            let text = line.repeat(bytes / line.len());
            let began = Instant::now();
            let mut reader = MessageReader::new(Trickle(text.as_bytes(), 1 << 20), 16 << 20);
            let (mut block, mut count) = (Block::default(), 0);
            while reader.read_block(&mut block).unwrap() {
                count += block.messages().count();
            }
            assert!(count > 0);
            began.elapsed().as_secs_f64()
        };
        let (small, large) = (seconds(1 << 18), seconds(1 << 20));
        // Four times as much text: quadratic time would be 16 times as long.
        assert!(
            large < 1.0 + 8.0 * small,
            "{line:?}: {small} s, then {large} s"
        );
    }
}
