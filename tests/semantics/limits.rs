//! F: limits, and what is accepted within them.

use hydrant::message::{Event, Message};
use hydrant::{ErrorKind, ParseOptions, Scratch, parse};

use super::framing::TINY;
use super::{accepts, batch, custom, dsr, normal, parsed};

#[test]
fn f9_depth_is_limited() {
    let shapes: [([&str; 2], usize); 3] = [
        (["[", "]"], 1),
        ([r#"{"a":"#, "}"], 1),
        ([r#"[{"a":"#, "}]"], 2),
    ];
    // This many levels in an unknown field of the message: lists, objects, or both alternately.
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
            let options = ParseOptions::new().max_depth(limit);
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
        (error.kind(), error.location().unwrap().offset),
        (ErrorKind::TooDeep, first + 127)
    );
    assert_eq!(error.path(), format!("[\"…\"]{}", "[0]".repeat(127)));
    // The maximum is 1000, whatever the option. A million levels are refused like 1001.
    let options = ParseOptions::new().max_depth(usize::MAX);
    assert!(parsed(nested(999), &options).is_ok());
    for levels in [1000, 1_000_000] {
        assert_eq!(
            parsed(nested(levels), &options).unwrap_err().kind(),
            ErrorKind::TooDeep
        );
    }
    let open = "[".repeat(1_000_000);
    assert_eq!(normal(open).unwrap_err().kind(), ErrorKind::TooDeep);
    // Also in the raw text of unknown members and in opaque fields.
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
    let options = ParseOptions::new().max_bytes(TINY.len());
    assert!(parsed(TINY, &options).is_ok());
    // The size is checked first: these bodies are also invalid in other ways.
    for body in [
        format!("{TINY} "),
        format!("\u{feff}{TINY}"),
        "\u{ff}".repeat(100),
    ] {
        let error = parsed(&body, &options).unwrap_err();
        assert_eq!(
            (error.kind(), error.location(), error.path()),
            (ErrorKind::TooLarge, None, "")
        );
        let message = format!("the message has more than {} bytes", TINY.len());
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
    let products = "{},".repeat(1000);
    let body = batch(&format!(
        r#""events":[{{"type":"product_action","products":[{products}{{}}]}}]"#
    ));
    let with = |max_memory| parsed(&body, &ParseOptions::new().max_memory(max_memory));
    assert!(with(1 << 20).is_ok());
    let error = with(150 << 10).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::TooLarge, "events[0].products")
    );
    assert_eq!(
        error.message(),
        "the lists of the message need more memory than allowed"
    );
    // What its text takes is known before anything is read.
    let structurals =
        body.matches(['{', '}', '[', ']', ':', ',']).count() + body.matches('"').count() / 2;
    let text = body.len() * 8 + structurals * 28;
    assert_ne!(with(text).unwrap_err().location(), None);
    let error = with(text - 1).unwrap_err();
    assert_eq!(
        (error.kind(), error.location()),
        (ErrorKind::TooLarge, None)
    );
    assert_eq!(
        error.message(),
        "the structure of the message needs more memory than allowed"
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
    // With escapes at both ends, so that the text cannot be a slice of the input.
    let escaped = custom(&format!(r#""name":"\u0041{value}\n""#));
    accepts(escaped, &custom(&format!(r#""name":"A{value}\n""#)));

    let attributes: Vec<String> = (0..100_000)
        .map(|n| format!(r#""attribute {n}":"{n}""#))
        .collect();
    let body = custom(&format!(r#""attributes":{{{}}}"#, attributes.join(",")));
    accepts(&body, &body);
    // With duplicates of all keys: first positions, last values.
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
