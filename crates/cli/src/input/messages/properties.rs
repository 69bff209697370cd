//! The messages found depend only on the text: not on how it is divided into reads, not on the size
//! of blocks, and not on whether lines are taken without a scan.

use super::MessageReader;
use crate::input::block::Block;
use crate::input::framing::{Framer, SpanKind, split};
use crate::input::trickle::Pieces;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The line, column and text of a message.
type Found = (u64, u64, Vec<u8>);

/// All messages, read in pieces. Lines that the parser refuses are split.
fn read(text: &[u8], sizes: &[usize], block_bytes: usize, max: usize) -> Vec<Found> {
    let (rest, next) = (text, 0);
    let mut reader = MessageReader::new(Pieces { rest, sizes, next }, max).block_bytes(block_bytes);
    let (mut block, mut found, mut bytes) = (Block::default(), Vec::new(), 0);
    while reader.read_block(&mut block).unwrap() {
        bytes += block.read();
        for (span, body) in block.messages() {
            match span.kind {
                SpanKind::Line => found.extend(split(body, max).map(|part| {
                    let column = span.column + part.column - 1;
                    (span.line, column, part.body(body).to_vec())
                })),
                _ => found.push((span.line, span.column, body.to_vec())),
            }
        }
    }
    assert_eq!(bytes, text.len() as u64);
    found
}

/// All messages, scanned in one piece.
fn scanned(text: &[u8], max: usize) -> Vec<Found> {
    let mut framer = Framer::new(max);
    framer.scan_all();
    let mut spans = Vec::new();
    framer.frame(text, true, usize::MAX, &mut spans);
    let found = spans.iter();
    found
        .map(|span| (span.line, span.column, span.body(text).to_vec()))
        .collect()
}

const WHOLE: &[&str] = &[
    "{}",
    r#"{"a":{"b":[1,{"c":"}"}]}}"#,
    r#"{"a":"\"{\\","é":[{},[],{}]}"#,
    "{\n \"a\": [\n  {\n   \"b\": 1\n  },\n  { \"c\": {} }\n ]\n}",
    "{ \"a\": {}\n, \"b\": {\"c\":{}}\n, \"d\": [{}\n]}",
    "{\"a\":[\n{\"b\":1},\n{\"b\":2}\n]}",
    "{\r\n\t\"a\" : \"]\"\r\n}",
];

const BETWEEN: &[&str] = &["\n", "\r\n", "", " ", "\n\n \n", "\u{feff}", "\t", "\r"];

const PIECES: &[&str] = &[
    "[",
    "]",
    ",",
    "{",
    "}",
    ":",
    "\"",
    "\\",
    "\n[",
    "\n{",
    "\n {",
    "oops",
    "null",
    "17",
    "\"a\"",
    "\n",
    "{\"a\":",
    "{\"a\":[",
    "{\"a\":\"",
    "{\"a\":{}\n",
    "[{},",
    ",{}",
    "[{\"a\":[",
    "{},{\"b\":[\n",
    "é",
    "{}}",
    "{\"type\":\"x_request\"",
    "{ \"type\" :\"x_request\",\"a\":",
    "{\"a\"",
    "\0",
];

fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(WHOLE),
        4 => select(BETWEEN),
        4 => select(PIECES),
    ];
    let piece = piece.prop_map(|text| text.as_bytes().to_vec());
    let bytes = vec(select(&b"{}[]\",:\\ \n\xef\xbb\xbfa1\0\xff"[..]), 0..6);
    vec(prop_oneof![9 => piece, 1 => bytes], 0..20).prop_map(|pieces| pieces.concat())
}

/// Messages with text between them, in an array or not.
fn good_text() -> impl Strategy<Value = (Vec<&'static str>, String)> {
    let message = (select(WHOLE), select(BETWEEN));
    let messages = (vec(message, 1..8), any::<bool>(), any::<bool>());
    vec(messages, 1..4).prop_map(|groups| {
        let (mut messages, mut text) = (Vec::new(), String::new());
        for (group, is_array, lines) in groups {
            if is_array {
                // On a line that begins with a message, an array must end on that line.
                text.push('\n');
            }
            let open = ["", "["][usize::from(is_array)];
            text.push_str(open);
            for (index, (message, between)) in group.iter().enumerate() {
                let comma = ["", ","][usize::from(is_array && index > 0)];
                text.extend([comma, between, message]);
                messages.push(*message);
            }
            text.push_str(["", "]"][usize::from(is_array)]);
            text.push_str(["", "\n"][usize::from(lines)]);
        }
        (messages, text)
    })
}

/// Lines, some truncated or garbage, and which of them are whole messages.
fn damaged_lines() -> impl Strategy<Value = Vec<(bool, String)>> {
    let one_line = || select(WHOLE).prop_map(|text| text.replace(['\n', '\r', '\t'], " "));
    let good = one_line().prop_map(|text| (true, text));
    let cut = (one_line(), any::<prop::sample::Index>()).prop_map(|(text, at)| {
        let at = (1..text.len())
            .rfind(|end| *end <= at.index(text.len()) && text.is_char_boundary(*end));
        (false, text[..at.unwrap_or(1)].to_owned())
    });
    let garbage = select(&["oops", "}", "]", "", "null", "\"", "<html>"][..]);
    let garbage = garbage.prop_map(|text| (false, text.to_owned()));
    vec(prop_oneof![3 => good, 2 => cut], 0..12).prop_flat_map(move |lines| {
        // Garbage that closes a truncated message would complete it.
        let garbage = garbage.clone();
        (Just(lines), garbage).prop_map(|(mut lines, garbage)| {
            lines.insert(0, garbage);
            lines
        })
    })
}

/// Messages on one line, some truncated, in an array or not, and the whole ones in their order.
fn damaged_line() -> impl Strategy<Value = (Vec<String>, String)> {
    let message = (select(WHOLE), any::<Option<prop::sample::Index>>());
    let message = message.prop_map(|(body, cut)| {
        let body = body.replace(['\n', '\r', '\t'], " ");
        let text = format!("{{\"type\":\"x_request\",\"é\":{body}}}");
        match cut {
            Some(cut) => {
                let ends = (1..text.len()).filter(|end| text.is_char_boundary(*end));
                let ends: Vec<usize> = ends.collect();
                (false, text[..ends[cut.index(ends.len())]].to_owned())
            }
            None => (true, text),
        }
    });
    let between = select(&["", " ", ",", ", ", "\0", "\u{1e}", " ,\t"][..]);
    (vec((message, between), 1..10), any::<bool>()).prop_map(|(messages, is_array)| {
        let text: String = messages
            .iter()
            .flat_map(|((_, text), between)| [text, *between])
            .collect();
        let whole = messages.into_iter().filter(|((whole, _), _)| *whole);
        let whole = whole.map(|((_, text), _)| text).collect();
        (
            whole,
            if is_array {
                format!("[{text}]\n")
            } else {
                text
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn messages_do_not_depend_on_how_they_arrive(
        text in any_text(),
        sizes in vec(1..40usize, 1..8),
        block_bytes in 1..50usize,
        max in prop_oneof![1..60usize, Just(1 << 20)],
    ) {
        let expected = scanned(&text, max);
        prop_assert!(expected.iter().all(|(_, _, body)| body.len() <= max + 1));
        prop_assert_eq!(read(&text, &sizes, block_bytes, max), expected);
    }

    #[test]
    fn messages_are_found_however_they_are_written(
        (messages, text) in good_text(),
        sizes in vec(1..40usize, 1..8),
        block_bytes in 1..50usize,
    ) {
        let found = read(text.as_bytes(), &sizes, block_bytes, 1 << 20);
        let bodies: Vec<&str> = found.iter().map(|(_, _, body)| str::from_utf8(body).unwrap()).collect();
        prop_assert_eq!(bodies, messages);
    }

    #[test]
    fn what_is_damaged_does_not_cost_its_neighbours(lines in damaged_lines()) {
        let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        let text = text.join("\n");
        let found = read(text.as_bytes(), &[7], 50, 1 << 20);
        for (index, (whole, line)) in lines.iter().enumerate() {
            let line = line.trim_end();
            let number = index as u64 + 1;
            if *whole {
                prop_assert!(found.contains(&(number, 1, line.as_bytes().to_vec())), "line {}", number);
            } else if !line.is_empty() {
                prop_assert!(found.iter().any(|(at, ..)| *at == number), "line {} is not refused", number);
            }
        }
    }

    #[test]
    fn what_is_damaged_does_not_cost_what_follows_on_its_line(
        (whole, text) in damaged_line(),
        sizes in vec(1..40usize, 1..8),
    ) {
        let found = read(text.as_bytes(), &sizes, 50, 1 << 20);
        let found = found.into_iter().map(|(_, _, body)| String::from_utf8(body).unwrap());
        let found: Vec<String> = found.filter(|body| whole.contains(body)).collect();
        prop_assert_eq!(found, whole, "{}", text);
    }
}
