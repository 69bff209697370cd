//! Secret fields are not shown: not by `inspect`, not in `Debug`, not in the text of an error.

use std::collections::BTreeSet;

use hydrant::Error;
use hydrant::message::Message;
use hydrant::schema::{FieldInfo, Kind, ModelInfo};
use hydrant::{ParseOptions, Scratch, parse, write};
use serde_json::{Value, json};

use crate::declared::{each_field, enforced, key, plain};
use crate::support::*;

/// A unique value. It is a number, so that it can be sent as one, too.
const SECRET: &str = "7731994406625528";

#[test]
fn no_secret_is_shown() {
    let mut found = BTreeSet::new();
    let mut places = 0;
    each_field(&mut |place| {
        if !place.field.secret {
            return;
        }
        found.insert((place.model.name, place.field.name));
        places += 1;
        let path = place.path;
        let message = place.with(marked(&place.field.kind)).to_string();
        hidden_in_a_message(path, &message, !matches!(place.field.kind, Kind::Json));
        if matches!(place.field.kind, Kind::Text) {
            let number = place.with(json!(SECRET.parse::<u64>().unwrap()));
            hidden_in_a_message(path, &number.to_string(), true);
        }
        for wrong in wrong(&place.field.kind) {
            hidden_in_an_error(path, &place.with(wrong).to_string());
        }
    });
    assert_eq!(found, declared());
    assert!(found.len() > 20 && places > 60, "{places} of {found:?}");
}

/// It is not shown in place of a type or an encoding either.
#[test]
fn no_secret_is_shown_as_a_type() {
    for message in [
        json!({"type": "event_processing_request",
            "user_identities": [{"type": SECRET, "encoding": SECRET, "value": "v"}],
            "events": [{"type": "user_identity_change",
                "added": [{"type": SECRET, "encoding": SECRET, "value": "v"}]}],
            "runtime_environment": {"type": "ios",
                "identities": [{"type": SECRET, "encoding": SECRET, "value": "v"}]}}),
        json!({"type": "dsr_processing_request",
            "subject_identities": {SECRET: {"encoding": SECRET, "value": "v"}}}),
    ] {
        let shown = run(["inspect"], message.to_string()).good();
        assert!(
            !shown.contains(SECRET) && shown.contains("[redacted]"),
            "{shown}"
        );
    }
}

/// Neither as a key where a value was expected, nor below a misspelt field, nor in a wrapper.
#[test]
fn no_secret_is_shown_as_a_key() {
    let secret = format!("\"{SECRET}\"");
    let escaped = format!("\"\\u0037{}\"", &SECRET[1..]);
    let batch = |fields: &str| format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    let bodies = [
        r#""user_identities":[{"type":"email","encoding":"raw",$}]"#,
        r#""account":{"account_settings":{$}}"#,
        r#""user_identities":[{"type":"email","encoding":"raw","value":{$:1}}]"#,
        r#""acount":{"account_settings":{$:1}},"events":7"#,
        r#""account":{"acount_settings":{$:1},"account_id":[]}"#,
        r#""user_identites":{$:1},"events":[7]"#,
        r#""user_attributes":{"x":{$:1}},"events":7"#,
        r#""events":[{"type":"user_identity_change","added":{$:1}}]"#,
    ];
    for body in bodies.map(batch) {
        let array = format!("[{body}]");
        for token in [&secret, &escaped] {
            for text in [body.replace('$', token), array.replace('$', token)] {
                let http = json!({"httpMethod": "POST", "body": text}).to_string();
                let nested = format!(r#"{{"body":{text},"headers":{{}}}}"#);
                for text in [text.clone(), json!(text).to_string(), http, nested] {
                    for args in [
                        &["process"][..],
                        &["normalize"],
                        &["normalize", "-k"],
                        &["validate"],
                        &["validate", "--json"],
                        &["inspect"],
                    ] {
                        for unwrap in [&[][..], &["--unwrap"]] {
                            let ran = run([args, unwrap].concat(), &text);
                            assert_ne!(ran.status, Some(0), "{text}");
                            let said = ran.out + &ran.err;
                            let shown = said.contains(&SECRET[1..]);
                            assert!(!said.is_empty() && !shown, "{text}\n{said}");
                        }
                    }
                }
            }
        }
    }
}

/// Every field that is declared secret, found without building messages.
fn declared() -> BTreeSet<(&'static str, &'static str)> {
    let mut fields = BTreeSet::new();
    Kind::Family(&Message::INFO).visit_models(&mut |model| {
        let secret = model.fields().filter(|field| field.secret);
        fields.extend(secret.map(|field| (model.name, field.name)));
    });
    fields
}

/// `written`: whether the canonical form contains the value, which shows that it was read.
#[track_caller]
fn hidden_in_a_message(path: &str, message: &str, written: bool) {
    assert!(message.contains(SECRET), "{path}: {message}");
    let mut scratch = Scratch::new();
    let parsed = parse(message.as_bytes(), &mut scratch, &ParseOptions::default());
    let parsed = parsed.unwrap_or_else(|error| panic!("{path}: {error}: {message}"));
    let mut canonical = Vec::new();
    write::message(&parsed.message, &mut canonical);
    let canonical = String::from_utf8(canonical).unwrap();
    assert_eq!(canonical.contains(SECRET), written, "{path}: {canonical}");
    for shown in [
        format!("{:?}", parsed.message),
        format!("{:#?}", parsed.message),
        run(["inspect"], message).good(),
    ] {
        assert!(
            !shown.is_empty() && !shown.contains(SECRET),
            "{path}: {shown}"
        );
    }
}

#[track_caller]
fn hidden_in_an_error(path: &str, message: &str) {
    assert!(message.contains(SECRET), "{path}: {message}");
    let mut scratch = Scratch::new();
    let options = ParseOptions::default();
    let error: Error = match parse(message.as_bytes(), &mut scratch, &options) {
        Err(error) => error,
        Ok(_) => panic!("{path}: not refused: {message}"),
    };
    let mut line = Vec::new();
    write::error(&error, &mut line);
    let ran = run(["inspect"], message);
    assert_eq!(ran.status, Some(1), "{path}");
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        error.pretty("message.json"),
        String::from_utf8(line).unwrap(),
        ran.out + &ran.err,
    ] {
        assert!(
            !shown.is_empty() && !shown.contains(SECRET),
            "{path}: {shown}"
        );
    }
}

/// A value of this type that contains the secret, in every possible field if it is an object.
fn marked(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!(SECRET),
        Kind::Json => json!({"note": SECRET}),
        Kind::Model(model) => filled(model, marked),
        Kind::List(element) => json!([marked(element)]),
        Kind::Map(map) => json!({ key(map): marked(&map.values) }),
        other => panic!("no secret of the type {other:?}"),
    }
}

/// An object with the enforced fields, and the secret ones with values that `make` generates.
fn filled(model: &ModelInfo, make: impl Fn(&Kind) -> Value) -> Value {
    let mut object = enforced(None, model.fields(), plain);
    for field in model.fields().filter(|field| field.secret) {
        object.insert(field.name.to_owned(), make(&field.kind));
    }
    Value::Object(object)
}

/// Values that are refused for this type, all with the secret.
fn wrong(kind: &Kind) -> Vec<Value> {
    match kind {
        // Any JSON is accepted.
        Kind::Json => Vec::new(),
        Kind::Text | Kind::Enum(_) => vec![json!([SECRET]), json!({"note": SECRET})],
        Kind::Model(model) => {
            let whole = filled(model, marked);
            let one = |field: &'static FieldInfo| {
                let whole = whole.clone();
                wrong(&field.kind).into_iter().map(move |value| {
                    let mut object = whole.clone();
                    object[field.name] = value;
                    object
                })
            };
            let fields = model.fields().flat_map(one);
            fields.chain([json!(SECRET), json!([SECRET])]).collect()
        }
        Kind::List(element) => {
            let elements = wrong(element).into_iter();
            let lists = elements.map(|element| json!([element]));
            lists
                .chain([json!(SECRET), json!({"note": SECRET})])
                .collect()
        }
        Kind::Map(map) => {
            // The values of a map of texts may be objects and lists.
            let values = match map.values {
                Kind::Text => Vec::new(),
                ref values => wrong(values),
            };
            let values = values.into_iter();
            let maps = values.map(|value| json!({ key(map): value }));
            maps.chain([json!(SECRET), json!([SECRET])]).collect()
        }
        other => panic!("no secret of the type {other:?}"),
    }
}
