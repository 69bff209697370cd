//! Long strings, escapes, lone surrogates, control characters, white space.

use hydrant::ErrorKind;

use super::{Kind, NEW, batch, count, in_batch, refused, same};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "a long string",
        make: |size| in_batch(size, r#""mpid":""#, same("aé"), "", "\""),
        answer: |text, result| {
            let mpid = batch(result).mpid.unwrap();
            assert!(mpid.len() + 60 > text.len() && mpid.ends_with("aé"));
        },
    },
    Kind {
        name: "a long key",
        make: |size| in_batch(size, "\"", same("k"), "", "\":0"),
        answer: |_, result| assert!(batch(result).mpid.is_none()),
    },
    Kind {
        name: "a long key on the way to an error",
        make: |size| {
            in_batch(
                size,
                r#""user_attribute_lists":{""#,
                same("k"),
                "",
                "\":{}}",
            )
        },
        answer: |text, result| {
            let error = result.unwrap_err();
            assert_eq!(error.location().unwrap().offset, text.len() - 4);
            assert!(error.path().len() < 200);
        },
    },
    Kind {
        name: "escaped line feeds",
        make: |size| in_batch(size, r#""mpid":""#, same(r"\n"), "", "\""),
        answer: |text, result| {
            let mpid = batch(result).mpid.unwrap();
            assert_eq!(mpid, "\n".repeat(count(text, r"\n")));
        },
    },
    Kind {
        name: "escaped backslashes and quotes",
        make: |size| in_batch(size, r#""mpid":""#, same(r#"\\\""#), "", "\""),
        answer: |text, result| {
            let mpid = batch(result).mpid.unwrap();
            assert_eq!(mpid, r#"\""#.repeat(count(text, r#"\\\""#)));
        },
    },
    Kind {
        name: "unicode escapes",
        make: |size| in_batch(size, r#""mpid":""#, same(r"\u00e9\ud83d\ude00"), "", "\""),
        answer: |text, result| {
            let mpid = batch(result).mpid.unwrap();
            assert_eq!(mpid, "é😀".repeat(count(text, "e9")));
        },
    },
    Kind {
        name: "lone surrogates in one string",
        make: |size| in_batch(size, r#""mpid":""#, same(r"\ud800"), "", "\""),
        answer: |text, result| {
            let parsed = result.unwrap();
            let lone = count(text, "ud800");
            assert_eq!(parsed.tally.lone_surrogates, lone);
            assert_eq!(batch(Ok(parsed)).mpid.unwrap(), "\u{fffd}".repeat(lone));
        },
    },
    Kind {
        name: "lone surrogates in many strings and keys",
        make: |size| {
            in_batch(
                size,
                r#""user_attributes":{"#,
                |n| format!(r#""\udc00{n}":"x\ud83dy""#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            let parsed = result.unwrap();
            assert_eq!(parsed.tally.lone_surrogates, 2 * count(text, "d83d"));
            let attributes = batch(Ok(parsed)).user_attributes;
            assert_eq!(attributes.get("\u{fffd}7"), Some(&"x\u{fffd}y"));
        },
    },
    Kind {
        name: "NULs",
        make: |size| vec![0; size],
        answer: |_, result| refused(result, ErrorKind::Syntax, 0, ""),
    },
    Kind {
        name: "NULs in a string",
        make: |size| in_batch(size, r#""new":""#, same("\0"), "", "\""),
        answer: |_, result| refused(result, ErrorKind::Syntax, NEW + 1, r#"["…"]"#),
    },
    Kind {
        name: "spaces",
        make: |size| vec![b' '; size],
        answer: |text, result| refused(result, ErrorKind::EmptyInput, text.len(), ""),
    },
    Kind {
        name: "lines, and an error in the last one",
        make: |size| in_batch(size, "\"new\":[", same("\n0"), ",", "],\n\"mpid\":{}"),
        answer: |text, result| {
            let error = result.unwrap_err();
            let lines = text.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(
                (error.path(), error.location().unwrap().line),
                ("mpid", lines + 1)
            );
        },
    },
    Kind {
        name: "an error at the end of one long line of strings",
        make: |size| in_batch(size, r#""new":["#, same(r#""a\"b""#), ",", ",]"),
        answer: |text, result| {
            let path = format!(r#"["…"][{}]"#, count(text, r#"a\"b"#));
            refused(result, ErrorKind::Syntax, text.len() - 2, &path);
        },
    },
    Kind {
        name: "a string that never closes",
        make: |size| in_batch(size, "\"", same("a"), "", ""),
        answer: |_, result| refused(result, ErrorKind::Syntax, NEW - 6, ""),
    },
];
