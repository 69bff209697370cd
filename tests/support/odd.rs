//! Unusual values and keys for mutations: edge cases of the coercion rules, and others that no rule
//! covers.
//!
//! They are JSON text, because a tree cannot represent some of them: lone surrogates, minus zero,
//! duplicate keys.

/// Replacements of a node.
pub(crate) fn odd_values() -> Vec<String> {
    let plain = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-7",
        "1.5",
        "1.0",
        "-0.0",
        "1e3",
        "1E+3",
        "5e-1",
        "1e400",
        "-1e-400",
        "2147483648",
        "9223372036854775808",
        "18446744073709551616",
        "1234567890123456789012345678901234567890",
        "1716200000123",
        "{}",
        "[]",
        "[null]",
        "[[]]",
        "[{}]",
        "[0]",
        "[\"a\"]",
        "{\"a\":\"b\"}",
        "{\"a\":null}",
        "{\"a\":{}}",
        "{\"a\":[]}",
        "{\"type\":null}",
        "{\"type\":\"unheard_of\",\"type\":1}",
        "{\"type\":\"error\"}",
        "{\"type\":\"ios\"}",
        "{\"type\":\"email\",\"encoding\":\"raw\",\"value\":1}",
        "{\"x\":[1.50, -0 ,\"\\u0041\"]}",
        "[ 1 , {\"a b\" :\t\"c \\\" d\" } ]",
        "[{\"audience_id\":4739181022375519,\"action\":\"delete\"},null]",
        "{\"latitude\":\"NaN\",\"longitude\":\"null\"}",
        "4739181022375519",
        "-2147483649",
        "1e39",
        "1e40",
        "1e998",
        "-0e-40",
    ];
    let texts = [
        "",
        " ",
        "null",
        "Null",
        "true",
        "TRUE",
        "tRUE",
        "0",
        "1",
        "1.5",
        " 12 ",
        "+7",
        "-007",
        ".5",
        "5.",
        "1e3",
        "1e400",
        "NaN",
        "-Infinity",
        " inf ",
        "+.5e998",
        "-007.e40",
        " null ",
        "2016-12-31T23:59:60Z",
        "1990-12-31T15:59:60.5-08:00",
        "2021-11-01T24:00:00.0Z",
        "2021-11-01T24:00:01Z",
        "9223372036854775808",
        "x",
        "raw",
        " email ",
        "session_start",
        "Session_Start",
        "0AF1CC2E-9A1D-4F3B-8F00-A1B2C3D4E5F6",
        " 0af1cc2e-9a1d-4f3b-8f00-a1b2c3d4e5f6 ",
        "2024-05-20T10:13:20Z",
        "2024-05-20 10:13:20.5+0230",
        "2024-05-20",
        "\\ud800",
        "a\\udc00b",
        "\\ud83d\\udcda",
        "\\u0000",
        "\\u00a0x",
        "é📚",
        "\\\"\\\\",
    ];
    let quoted = texts.into_iter().map(|text| format!("\"{text}\""));
    let long =
        ["x".repeat(70), "9".repeat(1001), "é".repeat(300)].map(|text| format!("\"{text}\""));
    let deep = "[".repeat(120) + &"]".repeat(120);
    plain
        .map(str::to_owned)
        .into_iter()
        .chain(quoted)
        .chain(long)
        .chain([deep])
        .collect()
}

/// Replacements of a key, with quotes.
pub(crate) fn odd_keys() -> Vec<String> {
    let keys: &[&str] = &[
        "type",
        "\\u0074ype",
        "Type",
        "",
        "id",
        "name",
        "value",
        "encoding",
        "events",
        "products",
        "attributes",
        "action",
        "mpid",
        "price",
        "timestamp_ms",
        "identities",
        "location",
        "latitude",
        "audiences",
        "added_audiences",
        "removed_audiences",
        "audience_id",
        "user_identities",
        "account",
        "email",
        "\\ud800",
        "a b",
    ];
    keys.iter().map(|key| format!("\"{key}\"")).collect()
}
