//! Unknown fields are reported with their object and the nearest known name, and known fields are
//! not reported.

use hydrant::validate::unknown_fields;
use hydrant::{ErrorKind, ParseOptions, Scratch};
use hydrant_testing::generate::{Generator, Kind, Options};

use crate::shown;

pub(crate) fn found(body: &str) -> Vec<String> {
    let mut scratch = Scratch::new();
    let found = unknown_fields(body.as_bytes(), &mut scratch, &ParseOptions::default());
    shown(&found.unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// A message and its findings.
#[rustfmt::skip]
pub(crate) fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        (r#"{"type":"event_processing_request","events":[]}"#, vec![]),
        (
            r#"{"type":"event_processing_request","evnets":[]}"#,
            vec![r#"warning unknown-field : unknown field "evnets" is skipped; is it `events`?"#],
        ),
        (
            r#"{"type":"event_processing_request","something_else":1}"#,
            vec![r#"warning unknown-field : unknown field "something_else" is skipped"#],
        ),
        // In the order of the text, with keys and values in any order.
        (
            r#"{"Id":1,"events":[{"nmae":"x","type":"custom_event"},{"type":"product_action","products":[{"id":"1"},{"sku":[{"a":"}"}],"\u0070rize":2}]}],"account":{"account":1},"type":"event_processing_request"}"#,
            vec![
                r#"warning unknown-field : unknown field "Id" is skipped; is it `id`?"#,
                r#"warning unknown-field events[0]: unknown field "nmae" is skipped; is it `name`?"#,
                r#"warning unknown-field events[1].products[1]: unknown field "sku" is skipped"#,
                r#"warning unknown-field events[1].products[1]: unknown field "prize" is skipped; is it `price`?"#,
                r#"warning unknown-field account: unknown field "account" is skipped"#,
            ],
        ),
        // Keys of maps are data, and unknown members are not searched.
        (
            r#"{"type":"event_processing_request","user_attributes":{"nmae":"x"},"events":[{"type":"new","nmae":"x"}],"consent_state":{"gdpr_consent_state":{"a b":{"consent":true}}}}"#,
            vec![r#"warning unknown-field consent_state.gdpr_consent_state["a b"]: unknown field "consent" is skipped; is it `consented`?"#],
        ),
        // A field of another platform.
        (
            r#"{"type":"event_processing_request","runtime_environment":{"screen_width":1,"brand":"x","type":"roku"}}"#,
            vec![r#"warning unknown-field runtime_environment: field "screen_width" is skipped: objects of this `type` do not have it"#],
        ),
        // Web environments have no application fields, but the fields are read (D19).
        (r#"{"type":"event_processing_request","runtime_environment":{"type":"mobileweb","application_name":"x"}}"#, vec![]),
        (
            r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":"a","valeu":"b"}]}"#,
            vec!["warning unknown-field user_identities[0]: unknown field is skipped; is it `value`?"],
        ),
        // In an object with secret fields, a name may be a misplaced value.
        (
            r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":"a","jane@example.com":1}]}"#,
            vec!["warning unknown-field user_identities[0]: unknown field is skipped"],
        ),
        // Only members of families have a `type`.
        (
            r#"{"type":"event_processing_request","account":{"type":"x","account_id":1}}"#,
            vec![r#"warning unknown-field account: unknown field "type" is skipped"#],
        ),
        (
            r#"{"Type":"x","type":"event_processing_request"}"#,
            vec![r#"warning unknown-field : unknown field "Type" is skipped; is it `type`?"#],
        ),
    ]
}

#[test]
fn unknown_fields_are_found() {
    for (body, expected) in rows() {
        assert_eq!(found(body), expected, "{body}");
    }
}

#[test]
fn messages_that_are_refused_give_an_error() {
    let body = br#"{"type":"event_processing_request","nmae":1,"account":7}"#;
    let refused = unknown_fields(body, &mut Scratch::new(), &ParseOptions::default());
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::UnexpectedType);
}

#[test]
fn ordinary_messages_have_no_unknown_fields() {
    for kind in Kind::ALL {
        let mut generator = Generator::new(Options::default().kind(kind).shuffle(true));
        for _ in 0..200 {
            let mut line = Vec::new();
            generator.next_line(&mut line);
            let line = String::from_utf8(line).unwrap();
            assert_eq!(found(&line), [""; 0], "{line}");
        }
    }
}

/// All paths are found in one pass, whatever the number of fields.
#[test]
fn many_unknown_fields_are_counted() {
    let fields: Vec<String> = (0..200_000)
        .map(|at| format!(r#""x{at}":[{at}]"#))
        .collect();
    let body = format!(
        r#"{{"type":"event_processing_request",{}}}"#,
        fields.join(",")
    );
    let found = found(&body);
    assert_eq!(found.len(), 10_001);
    assert_eq!(
        found[10_000],
        "warning more : 190000 more findings are not listed"
    );
}
