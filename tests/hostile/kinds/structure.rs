//! Nesting, lists, missing fields, and text after the message.

use hydrant::ErrorKind;

use super::{Kind, NEW, batch, count, in_batch, nested, refused, repeated, same, too_deep};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "nested lists in an unknown field",
        make: |size| nested(size, "[", "]"),
        answer: |_, result| {
            let (offset, path) = too_deep("[0]", 1);
            refused(result, ErrorKind::TooDeep, offset, &path);
        },
    },
    Kind {
        name: "nested objects in an unknown field",
        make: |size| nested(size, r#"{"a":"#, "}"),
        answer: |_, result| {
            let (offset, path) = too_deep(r#"["…"]"#, 5);
            refused(result, ErrorKind::TooDeep, offset, &path);
        },
    },
    Kind {
        name: "nested lists and objects",
        make: |size| nested(size, r#"[{"a":"#, "}]"),
        answer: |_, result| {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep);
            assert!(error.path().starts_with(r#"["…"][0]["…"][0]["…"][0]"#));
        },
    },
    Kind {
        name: "lists that never close",
        make: |size| vec![b'['; size],
        answer: |_, result| refused(result, ErrorKind::TooDeep, 128, &"[0]".repeat(128)),
    },
    Kind {
        name: "objects that never close",
        make: |size| r#"{"a":"#.repeat(size / 5).into_bytes(),
        answer: |_, result| {
            let path = r#"["…"]"#.repeat(128);
            refused(result, ErrorKind::TooDeep, 128 * 5, &path);
        },
    },
    Kind {
        name: "empty lists in an unknown field",
        make: |size| in_batch(size, r#""new":["#, same("[]"), ",", "]"),
        answer: |_, result| assert!(batch(result).events.is_empty()),
    },
    Kind {
        name: "empty lists for events",
        make: |size| in_batch(size, r#""events":["#, same("[]"), ",", "]"),
        answer: |_, result| refused(result, ErrorKind::UnexpectedType, NEW + 4, "events[0]"),
    },
    Kind {
        name: "the last of many identities has no fields",
        make: |size| {
            let identity = r#"{"type":"email","encoding":"raw","value":"a"}"#;
            in_batch(size, r#""user_identities":["#, same(identity), ",", ",{}]")
        },
        answer: |text, result| {
            let path = format!("user_identities[{}]", count(text, "email"));
            refused(result, ErrorKind::MissingField, text.len() - 4, &path);
        },
    },
    Kind {
        name: "text after the message",
        make: |size| {
            repeated(
                size,
                r#"{"type":"dsr_processing_request"}"#,
                same("{}"),
                " ",
                "",
            )
        },
        answer: |_, result| refused(result, ErrorKind::TrailingText, 33, ""),
    },
];
