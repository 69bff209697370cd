//! Values that are read as something else than they are: found with their paths, as many as are
//! counted, and nothing else is.

use hydrant::validate::{coercions, findings};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::generate::{Generator, Kind, Options};

use crate::shown;

/// The rules that the rows break.
pub(crate) const RULES: [&str; 10] = [
    "attribute-text",
    "attribute-list",
    "null-text",
    "null-element",
    "whole-number",
    "lone-surrogate",
    "real-time",
    "location-finite",
    "audience-id",
    "audience-list",
];

fn found(body: &str) -> Vec<String> {
    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    let counted = parse(body.as_bytes(), &mut scratch, &options)
        .map(|parsed| parsed.tally.coercions())
        .unwrap_or_else(|error| panic!("{error}: {body}"));
    let found = coercions(body.as_bytes(), &mut scratch, &options).unwrap();
    assert_eq!(found.len(), counted, "{body}");
    shown(&found)
}

#[rustfmt::skip]
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        (r#"{"type":"event_processing_request","user_attributes":{"a":"null","b":1.5},"events":[]}"#, vec![]),
        (
            r#"{"type":"event_processing_request","user_attributes":{"a":[1],"b c":{}},"events":[{"type":"custom_event","attributes":{"x":"y"},"custom_flags":{"z":[ ]}}]}"#,
            vec![
                "warning attribute-text user_attributes.a: an object or list for a text; its JSON text is kept",
                r#"warning attribute-text user_attributes["b c"]: an object or list for a text; its JSON text is kept"#,
                "warning attribute-text events[0].custom_flags.z: an object or list for a text; its JSON text is kept",
            ],
        ),
        (
            r#"{"type":"event_processing_request","account":{"account_id":"null"},"events":[{"type":"product_action","total_amount":" null ","products":[{},{"price":"null","position":"null","is_favorite":"null"}]}]}"#,
            vec![
                r#"warning null-text account.account_id: the text "null" is read as absent"#,
                r#"warning null-text events[0].total_amount: the text "null" is read as absent"#,
                r#"warning null-text events[0].products[1].price: the text "null" is read as absent"#,
                r#"warning null-text events[0].products[1].position: the text "null" is read as absent"#,
            ],
        ),
        (
            r#"{"type":"dsr_processing_request","submitted_time":"2016-12-31T23:59:60Z"}"#,
            vec!["warning real-time submitted_time: this time does not exist; the nearest one is read"],
        ),
        (
            r#"{"type":"dsr_processing_request","id":" null ","submitted_time":"null"}"#,
            vec![
                r#"warning null-text id: the text "null" is read as absent"#,
                r#"warning null-text submitted_time: the text "null" is read as absent"#,
            ],
        ),
        (
            r#"{"type":"event_processing_request","user_attribute_lists":{"a":"b","c":["d",null],"e":[]},"user_identities":[null],"events":[{"type":"error","session_id":5.7,"timestamp_ms":1714592744066.0,"breadcrumbs":7}]}"#,
            vec![
                "warning attribute-list user_attribute_lists.a: a single value for a list; it is read as the only element",
                "warning null-element user_attribute_lists.c[1]: null in a list, which is kept in a list of texts and dropped in others",
                "warning null-element user_identities[0]: null in a list, which is kept in a list of texts and dropped in others",
                "warning whole-number events[0].session_id: the fraction of this number is dropped",
                "warning attribute-list events[0].breadcrumbs: a single value for a list; it is read as the only element",
            ],
        ),
        // In values and keys, also in fields that are not read; a key counts for its object.
        (
            r#"{"type":"event_processing_request","\udc00":1,"x":{"\ud800":["a\ud800b\ud800",{"k":"\ud83d\ude00"}]},"account":{"account_settings":{"s3cret":"\ud800"}},"user_attributes":{"a":[null,"\ud800"]},"events":[{"type":"custom_event","name":"\ud800"}]}"#,
            vec![
                "warning lone-surrogate : an escaped surrogate without its pair is read as U+FFFD",
                "warning lone-surrogate x: an escaped surrogate without its pair is read as U+FFFD",
                "warning lone-surrogate x[\"…\"][0]: an escaped surrogate without its pair is read as U+FFFD",
                "warning lone-surrogate x[\"…\"][0]: an escaped surrogate without its pair is read as U+FFFD",
                "warning lone-surrogate account.account_settings[\"…\"]: an escaped surrogate without its pair is read as U+FFFD",
                "warning attribute-text user_attributes.a: an object or list for a text; its JSON text is kept",
                "warning lone-surrogate user_attributes.a[1]: an escaped surrogate without its pair is read as U+FFFD",
                "warning lone-surrogate events[0].name: an escaped surrogate without its pair is read as U+FFFD",
            ],
        ),
        // The location comes before what is in it.
        (
            r#"{"type":"event_processing_request","events":[{"type":"error","location":{"accuracy":"null","latitude":"NaN"}},{"location":{"longitude":1e400},"type":"session_start"},{"type":"error","location":{"latitude":null,"longitude":8}},{"type":"error","location":{"latitude":0,"longitude":0}}]}"#,
            vec![
                "warning location-finite events[0].location: a value is absent or not finite; the location is read as absent",
                r#"warning null-text events[0].location.accuracy: the text "null" is read as absent"#,
                "warning location-finite events[1].location: a value is absent or not finite; the location is read as absent",
                "warning location-finite events[2].location: a value is absent or not finite; the location is read as absent",
            ],
        ),
        (
            r#"{"type":"audience_subscription_request","audience_id":4739181022375519}"#,
            vec!["warning audience-id audience_id: an identifier of more than 32 bits, which the Java SDK refuses"],
        ),
        (
            r#"{"type":"audience_membership_change_request","user_profiles":[{},{"added_audiences":[{"audience_id":1},{"audience_id":4739181022375519}],"removed_audiences":[]}]}"#,
            vec![
                "warning audience-list user_profiles[1].added_audiences: a list of protocols before 2.0; it is read into `audiences`",
                "warning audience-id user_profiles[1].added_audiences[1].audience_id: an identifier of more than 32 bits, which the Java SDK refuses",
                "warning audience-list user_profiles[1].removed_audiences: a list of protocols before 2.0; it is read into `audiences`",
            ],
        ),
    ]
}

#[test]
fn coerced_values_are_found() {
    for (body, expected) in rows() {
        assert_eq!(found(body), expected, "{body}");
    }
    let all: String = rows().into_iter().flat_map(|(_, found)| found).collect();
    assert!(RULES.iter().all(|rule| all.contains(rule)));
}

#[test]
fn the_lists_before_2_0_are_not_unknown() {
    let body = r#"{"type":"audience_membership_change_request","user_profiles":[{"added_audiences":[{"audience_id":1,"audience_name":"A"}]}]}"#;
    assert_eq!(crate::unknown::found(body), [""; 0]);
    // They have no action of their own, and what is read has one.
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::default()).unwrap();
    let found = shown(&findings(&parsed.message));
    assert!(
        found
            .iter()
            .all(|finding| !finding.contains("user_profiles")),
        "{found:?}"
    );
}

#[test]
fn ordinary_messages_are_not_coerced() {
    for kind in Kind::ALL {
        let mut generator = Generator::new(Options::default().kind(kind));
        for _ in 0..200 {
            let mut line = Vec::new();
            generator.next_line(&mut line);
            assert_eq!(found(std::str::from_utf8(&line).unwrap()), [""; 0]);
        }
    }
}

#[test]
fn a_flood_is_counted() {
    let attributes: Vec<String> = (0..20_000)
        .map(|number| format!("\"{number}\":[]"))
        .collect();
    let body = format!(
        r#"{{"type":"event_processing_request","user_attributes":{{{}}}}}"#,
        attributes.join(",")
    );
    let found = coercions(
        body.as_bytes(),
        &mut Scratch::new(),
        &ParseOptions::default(),
    )
    .unwrap();
    assert_eq!(found.len(), 10_001);
    assert_eq!(found[10_000].message, "10000 more findings are not listed");
    assert_eq!(found[9_999].path, "user_attributes.9999");
    let body = format!(
        r#"{{"type":"event_processing_request","x":"{}","user_attributes":{{"a":[]}}}}"#,
        r"\ud800".repeat(20_000)
    );
    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    let found = coercions(body.as_bytes(), &mut scratch, &options).unwrap();
    assert_eq!(found[10_000].message, "10001 more findings are not listed");
    assert_eq!(
        (found[9_999].rule, &*found[9_999].path),
        ("lone-surrogate", "x")
    );
}
