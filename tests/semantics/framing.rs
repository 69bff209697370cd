//! F: text and framing.

use hydrant::ErrorKind;

use super::{MARK, accepts, batch, custom, normal, refuses, refuses_bytes, tally};

pub(super) const TINY: &str = r#"{"type":"dsr_processing_response"}"#;

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
    // Other Unicode white space is not JSON white space.
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
            refuses_bytes(&body, ErrorKind::Encoding, None, "", &message);
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
    // Also after the message and in unknown fields.
    let body = [TINY.as_bytes(), b" \xff"].concat();
    let message = "expected UTF-8, found byte 0xFF";
    refuses_bytes(&body, ErrorKind::InvalidUtf8, TINY.len() + 1, "", message);
    let body = b"{\"type\":\"dsr_processing_response\",\"x\":[\"\xfe\"]}";
    let message = "expected UTF-8, found byte 0xFE";
    refuses_bytes(body, ErrorKind::InvalidUtf8, 40, r#"["…"][0]"#, message);
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
        let found = tally(&body);
        assert_eq!(
            (found.lone_surrogates, found.coercions()),
            (2 * count, 2 * count),
            "{text}"
        );
    }
    // Numbers keep their digits in a message in which surrogates are replaced.
    let body = custom(r#""name":"\ud800","timestamp_ms":1714592744066,"session_id":7.9"#);
    let expected = "\"timestamp_ms\":1714592744066,\"session_id\":7,\"name\":\"\u{fffd}\"";
    accepts(body, &custom(expected));
}

#[test]
fn f7_text_after_the_message_is_refused() {
    accepts(format!("\r\n\t {TINY} \t\r\n"), TINY);
    for rest in ["x", "]", "}", ",", "null", "\u{a0}", "0"] {
        let error = normal(format!("{TINY} {rest}")).unwrap_err();
        assert_eq!(
            (error.kind(), error.location().unwrap().offset),
            (ErrorKind::TrailingText, TINY.len() + 1)
        );
    }
    let message = "expected the end of the message, found `x`";
    refuses(&format!("{TINY}⟦x"), ErrorKind::TrailingText, "", message);
}

#[test]
fn f8_two_messages_in_one_body_are_refused() {
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
        ("true", "a bool"),
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
    // Also numbers in strings.
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
}

#[test]
fn f17_events_of_other_services_are_named() {
    let secret = r#"{\"type\":\"dsr_processing_response\"}"#;
    for (event, found) in [
        (
            format!(r#"{{"httpMethod":"POST","body":"{secret}"}}"#),
            "an API Gateway event, which wraps it in `body`",
        ),
        (
            format!(r#"{{"Records":[{{"eventSource":"aws:sqs","body":"{secret}"}}]}}"#),
            "an SQS event, which wraps it in `Records[].body`",
        ),
        (
            r#"{"Records":[{"eventSource":"aws:s3"}]}"#.to_owned(),
            "an S3 event, which has none",
        ),
        (
            format!("\"{secret}\""),
            "a JSON string, which holds one as its text",
        ),
    ] {
        let expected = format!("expected a message, found {found}");
        refuses(&format!("⟦{event}"), ErrorKind::Wrapped, "", &expected);
    }
    // With a `type` it is another message.
    let typed = br#"{"type":"x","httpMethod":"POST","body":""}"#;
    let error = hydrant::normalize(typed, &mut Vec::new()).unwrap_err();
    assert_ne!(error.kind(), ErrorKind::Wrapped);
}
