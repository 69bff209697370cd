//! F: text and framing.

use hydrant::message::{Event, Message};
use hydrant::{ErrorKind, ParseOptions, Scratch, normalize, parse};

use super::{MARK, accepts, batch, custom, dsr, normal, parsed, refuses, refuses_bytes, tally};

const TINY: &str = r#"{"type":"dsr_processing_response"}"#;

#[test]
fn f1_nothing_is_no_message() {
    for body in ["", " ", "\t\r\n \n", "\u{feff}", "\u{feff} \n"] {
        refuses_bytes(
            body.as_bytes(),
            ErrorKind::EmptyInput,
            body.len(),
            "",
            "empty input",
        );
    }
    // Other white space is no white space here.
    refuses(
        "⟦\u{a0}",
        ErrorKind::Syntax,
        "",
        "expected a value, found a character outside ASCII",
    );
    refuses(
        "⟦\u{c}",
        ErrorKind::Syntax,
        "",
        "expected a value, found control character or space 0x0C",
    );
}

#[test]
fn f2_a_byte_order_mark_is_skipped_and_counted() {
    accepts(format!("\u{feff}{TINY}"), TINY);
    accepts(format!("\u{feff} \n{TINY}"), TINY);
    refuses(
        &format!("\u{feff}{}", batch("\"account\":⟦7")),
        ErrorKind::UnexpectedType,
        "account",
        "expected an object, found a number",
    );
    refuses(
        &format!("\u{feff}⟦\u{feff}{TINY}"),
        ErrorKind::Syntax,
        "",
        "expected a value, found a character outside ASCII",
    );
    accepts(
        custom("\"name\":\"\u{feff}\""),
        &custom("\"name\":\"\u{feff}\""),
    );
    let marked = custom("\"name\":⟦\u{feff}1");
    let expected = "expected a value, found a character outside ASCII";
    refuses(&marked, ErrorKind::Syntax, "events[0].name", expected);
}

#[test]
fn f3_other_encodings_are_named() {
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    let utf32 = |text: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars().flat_map(|c| bytes(c as u32)).collect()
    };
    for text in [
        TINY.to_owned(),
        format!("\u{feff}{TINY}"),
        format!(" {TINY}"),
    ] {
        for (body, name) in [
            (utf16(&text, u16::to_le_bytes), "UTF-16 (little-endian)"),
            (utf16(&text, u16::to_be_bytes), "UTF-16 (big-endian)"),
            (utf32(&text, u32::to_le_bytes), "UTF-32 (little-endian)"),
            (utf32(&text, u32::to_be_bytes), "UTF-32 (big-endian)"),
        ] {
            let message = format!("expected UTF-8, found what looks like {name}");
            refuses_bytes(&body, ErrorKind::Encoding, 0, "", &message);
        }
    }
}

#[test]
fn f4_invalid_utf8_is_refused_at_the_first_wrong_byte() {
    let wrong: &[(&[u8], &str)] = &[
        (b"\xff", "0xFF"),
        (b"\x80", "0x80"),
        (b"\xc3", "0xC3"),
        (b"\xe2\x82", "0xE2"),
        (b"\xf0\x9f\x98", "0xF0"),
        (b"\xc0\xaf", "0xC0"),
        (b"\xe0\x80\xaf", "0xE0"),
        (b"\xf0\x80\x80\xaf", "0xF0"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "0xED"),
        (b"\xf4\x90\x80\x80", "0xF4"),
        (b"\xf8\x88\x80\x80\x80", "0xF8"),
    ];
    let text = custom("\"name\":\"né⟦\"");
    let (before, after) = text.split_once(MARK).unwrap();
    for (bytes, name) in wrong {
        let body = [before.as_bytes(), bytes, after.as_bytes()].concat();
        let message = format!("expected UTF-8, found byte {name}");
        let path = "events[0].name";
        refuses_bytes(&body, ErrorKind::InvalidUtf8, before.len(), path, &message);
    }
    // Outside strings, in unknown fields and at the very end too.
    let body = [TINY.as_bytes(), b" \xff"].concat();
    let message = "expected UTF-8, found byte 0xFF";
    refuses_bytes(&body, ErrorKind::InvalidUtf8, TINY.len() + 1, "", message);
    let body = b"{\"type\":\"dsr_processing_response\",\"x\":[\"\xfe\"]}";
    let message = "expected UTF-8, found byte 0xFE";
    refuses_bytes(body, ErrorKind::InvalidUtf8, 40, "x[0]", message);
}

#[test]
fn f5_lone_surrogates_are_replaced_and_counted() {
    for (text, read, count) in [
        (r"\ud800", "\u{fffd}", 1),
        (r"\uDFFF", "\u{fffd}", 1),
        (r"a\ud83db", "a\u{fffd}b", 1),
        (r"\ud83d\ud83d\ude00", "\u{fffd}😀", 1),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}", 2),
        (r"\ud83d\n", "\u{fffd}\\n", 1),
        (r"\ud83d\u0041", "\u{fffd}A", 1),
        (r"\\ud83d", r"\\ud83d", 0),
        (r"\ud83d\ude00", "😀", 0),
    ] {
        let body = custom(&format!(
            r#""name":"{text}","attributes":{{"k{text}":"v"}}"#
        ));
        accepts(
            &body,
            &custom(&format!(
                r#""name":"{read}","attributes":{{"k{read}":"v"}}"#
            )),
        );
        assert_eq!(tally(&body).lone_surrogates, 2 * count, "{text}");
    }
    // Numbers keep their digits in a message that had to be repaired.
    let body = custom(r#""name":"\ud800","timestamp_ms":1714592744066,"session_id":7.9"#);
    let expected = "\"timestamp_ms\":1714592744066,\"session_id\":7,\"name\":\"\u{fffd}\"";
    accepts(body, &custom(expected));
}

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
        ("{\"a\"⟦ 1}", "`:`", "`1`"),
        ("{\"a\"⟦,1}", "`:`", "`,`"),
        ("{\"a\":⟦}", "a value", "`}`"),
        ("{\"a\":1⟦ \"b\":2}", end, "`\"`"),
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
        let (before, _) = body.split_once(MARK).unwrap();
        let kind = ErrorKind::Syntax;
        let error = refuses_at(&body.replace("⟦ ", " ⟦"), kind, &expected);
        assert!(error.starts_with('x'), "path {error}, {before}");
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
        refuses_at(
            body,
            ErrorKind::Syntax,
            &format!("expected {expected}, found the end of the input"),
        );
    }
    let never_ends = r#"{"type":"dsr_processing_response","x":⟦"abc\"}"#;
    let expected = "expected a closing quote for this string, found `\"`";
    refuses_at(never_ends, ErrorKind::Syntax, expected);
    refuses_at("⟦\"abc", ErrorKind::Syntax, expected);
}

/// Like `refuses`, for any path, which is returned.
#[track_caller]
fn refuses_at(marked: &str, kind: ErrorKind, message: &str) -> String {
    let (before, after) = marked.split_once(MARK).unwrap();
    let error = normal(format!("{before}{after}")).unwrap_err();
    let found = (error.kind(), error.message(), error.offset());
    assert_eq!(found, (kind, message, before.len()), "{marked}");
    error.path().to_owned()
}

#[test]
fn f7_text_after_the_message_is_refused() {
    accepts(format!("\r\n\t {TINY} \t\r\n"), TINY);
    for rest in ["x", "]", "}", ",", "null", "\u{a0}", "0"] {
        let error = normal(format!("{TINY} {rest}")).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (ErrorKind::TrailingText, TINY.len() + 1)
        );
    }
    let message = "expected the end of the message, found `x`";
    refuses(&format!("{TINY}⟦x"), ErrorKind::TrailingText, "", message);
}

#[test]
fn f8_two_messages_are_refused_unless_they_are_lines() {
    let message = "expected the end of the message, found `{`";
    refuses(
        &format!("{TINY}⟦{TINY}"),
        ErrorKind::TrailingText,
        "",
        message,
    );
    refuses(
        &format!("{TINY}\n⟦{TINY}"),
        ErrorKind::TrailingText,
        "",
        message,
    );
    let stream = format!("{TINY}\n{TINY}\n");
    let mut reader = hydrant::input::LineReader::new(stream.as_bytes(), 1024);
    let mut block = hydrant::input::Block::default();
    assert!(reader.read_block(&mut block).unwrap());
    assert_eq!(
        block
            .lines()
            .filter(|(_, line)| normal(line).is_ok())
            .count(),
        2
    );
}

#[test]
fn f9_depth_is_limited() {
    let shapes: [([&str; 2], usize); 3] = [
        (["[", "]"], 1),
        ([r#"{"a":"#, "}"], 1),
        ([r#"[{"a":"#, "}]"], 2),
    ];
    // So many levels below the message, in an unknown field: lists, objects, or both in turn.
    let nested = |levels: usize, ([open, close], each): ([&str; 2], usize)| {
        let times = levels / each;
        format!(
            r#"{{"type":"dsr_processing_response","x":{}1{}}}"#,
            open.repeat(times),
            close.repeat(times)
        )
    };
    for shape in shapes {
        for limit in [2, 3, 128, 129, 999, 1000] {
            let options = ParseOptions {
                max_depth: limit,
                ..ParseOptions::default()
            };
            let inside = (limit - 1) / shape.1 * shape.1;
            assert!(
                parsed(nested(inside, shape), &options).is_ok(),
                "{shape:?} {limit}"
            );
            let error = parsed(nested(inside + shape.1, shape), &options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep, "{shape:?} {limit}");
            let message = format!("expected fewer levels of nesting, found more than {limit}");
            assert_eq!(error.message(), message);
        }
        assert!(normal(nested(126, shape)).is_ok());
    }
    let nested = |levels| nested(levels, shapes[0]);
    accepts(nested(127), TINY);
    let error = normal(nested(128)).unwrap_err();
    let first = TINY.len() - 1 + ",\"x\":".len();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::TooDeep, first + 127)
    );
    assert_eq!(error.path(), format!("x{}", "[0]".repeat(127)));
    // No more than 1000, whatever is asked for; and a million levels are no more dangerous than one too many.
    let options = ParseOptions {
        max_depth: usize::MAX,
        ..ParseOptions::default()
    };
    assert!(parsed(nested(999), &options).is_ok());
    for levels in [1000, 1_000_000] {
        assert_eq!(
            parsed(nested(levels), &options).unwrap_err().kind(),
            ErrorKind::TooDeep
        );
    }
    let open = "[".repeat(1_000_000);
    assert_eq!(normal(open).unwrap_err().kind(), ErrorKind::TooDeep);
    // Also where the text is known to be read: raw text of what is unknown, opaque fields.
    let lists = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let raw = lists(125);
    accepts(
        batch(&format!(r#""events":[{{"type":"new","x":{raw}}}]"#)),
        &batch(&format!(r#""events":[{{"type":"new","x":{raw}}}]"#)),
    );
    accepts(
        dsr(&format!(r#""extensions":{},"api_version":"3""#, lists(127))),
        &dsr(r#""api_version":"3""#),
    );
}

#[test]
fn f10_size_is_limited() {
    let options = ParseOptions {
        max_bytes: TINY.len(),
        ..ParseOptions::default()
    };
    assert!(parsed(TINY, &options).is_ok());
    // Before anything is looked at: these are no JSON either.
    for body in [
        format!("{TINY} "),
        format!("\u{feff}{TINY}"),
        "\u{ff}".repeat(100),
    ] {
        let error = parsed(&body, &options).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset(), error.path()),
            (ErrorKind::TooLarge, 0, "")
        );
        let message = format!(
            "the message has {} bytes, the limit is {}",
            body.len(),
            TINY.len()
        );
        assert_eq!(error.message(), message);
    }
    let fill = |bytes: usize| format!("{TINY}{}", " ".repeat(bytes - TINY.len()));
    assert!(normal(fill(16 << 20)).is_ok());
    assert_eq!(
        normal(fill((16 << 20) + 1)).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn f11_memory_is_limited() {
    let body = batch(&format!(
        r#""user_attributes":{{{}"k":""}}"#,
        r#""a":"","#.repeat(1000)
    ));
    let with = |max_memory| {
        parsed(
            &body,
            &ParseOptions {
                max_memory,
                ..ParseOptions::default()
            },
        )
    };
    assert!(with(1 << 20).is_ok());
    let error = with(1 << 10).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::TooLarge, "user_attributes")
    );
    assert_eq!(
        error.message(),
        "the lists of the message need more memory than allowed"
    );
}

#[test]
fn f12_huge_values_are_accepted() {
    let value = "v\u{e9}".repeat(5_000_000 / 3);
    let key = "k".repeat(60_000);
    let body = custom(&format!(
        r#""name":"{value}","attributes":{{"{key}":"{value}"}}"#
    ));
    accepts(&body, &body);
    // Escaped at both ends, so that neither is a slice of the input.
    let escaped = custom(&format!(r#""name":"\u0041{value}\n""#));
    accepts(escaped, &custom(&format!(r#""name":"A{value}\n""#)));

    let attributes: Vec<String> = (0..100_000)
        .map(|n| format!(r#""attribute {n}":"{n}""#))
        .collect();
    let body = custom(&format!(r#""attributes":{{{}}}"#, attributes.join(",")));
    accepts(&body, &body);
    // All twice: the first places, the last values.
    let twice = format!(
        "{},{}",
        attributes.join(",").replace(":\"", ":\"old "),
        attributes.join(",")
    );
    accepts(custom(&format!(r#""attributes":{{{twice}}}"#)), &body);

    let body = batch(&format!(
        r#""events":[{}]"#,
        vec![r#"{"type":"session_start"}"#; 100_000].join(",")
    ));
    accepts(&body, &body);
    let mut scratch = Scratch::new();
    let options = ParseOptions::default();
    let Message::EventProcessingRequest(read) = parse(body.as_bytes(), &mut scratch, &options)
        .unwrap()
        .message
    else {
        panic!("another message")
    };
    assert_eq!(read.events.len(), 100_000);
    assert!(matches!(read.events[99_999], Event::SessionStart(_)));
}

#[test]
fn f13_a_message_is_an_object() {
    for (body, found) in [
        ("null", "null"),
        ("[]", "a list"),
        (r#"[{"type":"dsr_processing_response"}]"#, "a list"),
        (r#""dsr_processing_response""#, "a string"),
        ("1", "a number"),
        ("-1.5e3", "a number"),
        ("true", "bool true"),
    ] {
        let message = format!("expected an object, found {found}");
        refuses(
            &format!(" \n⟦{body} "),
            ErrorKind::UnexpectedType,
            "",
            &message,
        );
    }
}

#[test]
fn f14_escapes_are_read_before_anything_is_compared() {
    accepts(r#"{"\u0074ype":"dsr\u005fprocessing_response"}"#, TINY);
    accepts(
        custom(
            r#""n\u0061me":"\"\\\/\b\f\n\r\t\u00e9\u00E9\uD83D\uDE00\u0001","custom_event_type":"s\u0065arch""#,
        ),
        &custom(r#""name":"\"\\/\b\f\n\r\téé😀\u0001","custom_event_type":"search""#),
    );
    accepts(
        custom(r#""attributes":{"\u0061":"1","a":"2"}"#),
        &custom(r#""attributes":{"a":"2"}"#),
    );
    // Numbers in strings too.
    accepts(
        custom(r#""timestamp_ms":"\u0031\u0030""#),
        &custom(r#""timestamp_ms":10"#),
    );
}

#[test]
fn f15_all_characters_are_part_of_strings() {
    let text = "\u{7f}\u{80}\u{85}\u{a0}\u{2028}\u{2029}\u{d7ff}\u{e000}\u{fffe}\u{ffff}\u{10ffff}";
    let body = custom(&format!(
        r#""name":"\u0000{text}","attributes":{{"\u0000{text}":"{text}\u0000"}}"#
    ));
    accepts(&body, &body);
}

#[test]
fn f16_numbers_of_any_size_are_fine_where_only_their_text_counts() {
    for number in [
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "-1e-400",
        "123456789012345678901234567890.123456789012345678901234567890",
        "1e99999999999999999999",
    ] {
        accepts(
            custom(&format!(
                r#""x":{number},"name":{number},"attributes":{{"k":{number}}},"y":[{number}]"#
            )),
            &custom(&format!(
                r#""name":"{number}","attributes":{{"k":"{number}"}}"#
            )),
        );
    }
    let thousand = "7".repeat(1000);
    let price = |number: &str| {
        batch(&format!(
            r#""events":[{{"type":"product_action","total_amount":{number}}}]"#
        ))
    };
    accepts(price(&thousand), &price(&thousand));
    // The easy rung has the limits of the default options.
    assert!(normalize(b"{}", &mut Vec::new()).is_err());
}
