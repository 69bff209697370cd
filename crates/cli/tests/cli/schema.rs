//! `schema`: the printed JSON Schema, checked with an independent validator.

use std::fs;
use std::io::Write;
use std::path::Path;

use hydrant::message::{Message, MessageType};
use hydrant::schema::{Kind, Presence};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_reference::Json;
use jsonschema::{Validator, draft202012};
use serde_json::{Value, json};

use crate::declared::{each_field, key, plain};
use crate::support::*;

/// The output of the program for these messages.
fn printed(messages: &[&str]) -> Value {
    let text = run(["schema"].iter().chain(messages), "").good();
    serde_json::from_str(&text).unwrap()
}

fn validator(schema: &Value) -> Validator {
    let options = draft202012::options().should_validate_formats(true);
    options.build(schema).unwrap()
}

/// The validators of all messages, and of each one by its wire name.
struct Validators {
    all: Validator,
    each: Vec<(&'static str, Validator)>,
}

impl Validators {
    fn new() -> Self {
        let names = Message::INFO.members.iter().map(|member| member.tag);
        Self {
            all: validator(&printed(&[])),
            each: names
                .map(|name| (name, validator(&printed(&[name]))))
                .collect(),
        }
    }

    /// Whether the message is valid; the schema of all messages and that of its type must agree,
    /// and no other schema may accept it.
    #[track_caller]
    fn accept(&self, message: &Value, about: &str) -> bool {
        let valid = self.all.is_valid(message);
        for (name, validator) in &self.each {
            let expected = valid && message["type"] == *name;
            assert_eq!(validator.is_valid(message), expected, "{about}: {name}");
        }
        valid
    }

    /// Why a message is refused.
    fn reasons(&self, message: &Value) -> String {
        let name = message["type"].as_str().unwrap_or_default();
        let found = self.each.iter().find(|(known, _)| *known == name);
        let validator = found.map_or(&self.all, |(_, validator)| validator);
        let errors = validator.iter_errors(message);
        let errors = errors.map(|error| format!("{}: {error}", error.instance_path()));
        errors.collect::<Vec<_>>().join("\n")
    }
}

/// The messages of a file as the program writes them, one per line.
fn canonical(file: &Path) -> String {
    run(["normalize".as_ref(), file.as_os_str()], "").good()
}

/// A message as `serde_json` holds it, which has neither lone surrogates nor numbers beyond those
/// of a double. The schema says nothing of either.
fn value(message: &Json) -> Value {
    match message {
        Json::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| {
            let most = text.parse::<f64>().unwrap().clamp(f64::MIN, f64::MAX);
            json!(most)
        }),
        Json::Array(elements) => elements.iter().map(value).collect(),
        Json::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(key, field)| (key.clone(), value(field)))
                .collect()
        }
        other => serde_json::from_str(&other.to_text()).unwrap(),
    }
}

fn read(text: &[u8]) -> Value {
    value(&Json::read(text).unwrap())
}

#[test]
fn the_schemas_are_valid_against_the_meta_schema() {
    let names = MessageType::ALL.iter().map(|name| name.as_str());
    for name in [None].into_iter().chain(names.map(Some)) {
        let mut schema = printed(name.as_slice());
        let title = &schema["title"];
        assert_eq!(title, name.unwrap_or("Message"));
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(schema["$schema"], draft);
        if let Err(error) = draft202012::meta::validate(&schema) {
            panic!("{name:?}: {}: {error}", error.instance_path());
        }
        // The meta-schema looks into the definitions.
        let definitions = schema["$defs"].as_object_mut().unwrap();
        if let Some(definition) = definitions.values_mut().next() {
            *definition = json!({"type": "text"});
            assert!(!draft202012::meta::is_valid(&schema), "{name:?}");
        }
    }
}

#[test]
fn the_canonical_form_of_the_corpus_is_valid() {
    let validators = Validators::new();
    let (mut valid, mut newer) = (0, 0);
    let mut scratch = Scratch::new();
    for file in fs::read_dir(repository("corpus/valid")).unwrap() {
        let file = file.unwrap().path();
        let about = file.display().to_string();
        for line in canonical(&file).lines() {
            let message = read(line.as_bytes());
            let parsed = parse(line.as_bytes(), &mut scratch, &ParseOptions::default()).unwrap();
            // Values and objects that this version does not know are kept, and are not in its
            // schema.
            let known = parsed.tally.unknown_values + parsed.tally.unknown_members == 0;
            let accepted = validators.accept(&message, &about);
            assert_eq!(accepted, known, "{about}: {}", validators.reasons(&message));
            if known {
                valid += 1;
            } else {
                newer += 1;
            }
        }
    }
    assert!(valid > 200 && newer > 10, "{valid} valid, {newer} newer");
}

#[test]
fn the_published_samples_are_valid() {
    let shared = std::env::var_os("HYDRANT_SHARED").unwrap_or_else(|| "../shared".into());
    let folder = repository(&shared.to_string_lossy()).join("firehose/examples");
    let Ok(entries) = fs::read_dir(&folder) else {
        let line = format!(
            "SKIPPED: no samples in {}; set HYDRANT_SHARED to the folder that holds `firehose/examples`\n",
            folder.display()
        );
        // Not `eprintln!`: the output of a passing test is captured, and this must be seen.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    let validators = Validators::new();
    let mut count = 0;
    for file in entries {
        let file = file.unwrap().path();
        let about = file.display().to_string();
        for message in [fs::read(&file).unwrap(), canonical(&file).into_bytes()] {
            let message = read(&message);
            let accepted = validators.accept(&message, &about);
            assert!(accepted, "{about}: {}", validators.reasons(&message));
        }
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn generated_messages_are_valid() {
    let validators = Validators::new();
    let lines = run(
        ["normalize"],
        generated("--messages 200 --events 0..20 --shuffle"),
    );
    let messages = lines.json();
    assert_eq!(messages.len(), 200);
    for message in messages {
        let accepted = validators.accept(&message, "generated");
        assert!(accepted, "{message}: {}", validators.reasons(&message));
    }
}

#[test]
fn wrong_messages_are_not_valid() {
    let validators = Validators::new();
    let identity = batch(&identities(&email("raw", "jane@example.com")));
    let good: Value = serde_json::from_str(&identity).unwrap();
    assert!(validators.accept(&good, "good"));
    for (place, wrong) in [
        ("/type", json!("event_processing_requests")),
        ("/events", json!({})),
        ("/events/0/type", json!("custom")),
        ("/events/0/id", json!("9daa09f0")),
        ("/events/0/timestamp_ms", json!("7")),
        ("/events/0/name", json!(7)),
        ("/events/0", json!(null)),
        ("/user_identities/0/type", json!("e-mail")),
        ("/user_identities/0/encoding", json!("sha512")),
        ("/user_identities/0/value", json!(7)),
        (
            "/user_identities/0",
            json!({"type": "email", "encoding": "raw"}),
        ),
    ] {
        let mut message = good.clone();
        *message.pointer_mut(place).unwrap() = wrong.clone();
        assert!(!validators.accept(&message, place), "{place}: {wrong}");
    }
    for message in [json!({}), json!([good]), json!("text"), json!(null)] {
        assert!(!validators.accept(&message, "no message"), "{message}");
    }
}

/// Every field in turn: its type, the values of its enumeration, and its presence.
#[test]
fn every_declared_field_is_in_the_schema() {
    let validators = Validators::new();
    let mut scratch = Scratch::new();
    let strict = ParseOptions::new().strict(true);
    let (mut fields, mut refused) = (0, 0);
    each_field(&mut |place| {
        let (path, kind) = (place.path, &place.field.kind);
        let good = place.with(plain(kind));
        assert!(
            validators.all.is_valid(&good),
            "{path}: {}",
            validators.reasons(&good)
        );
        let text = good.to_string();
        if let Err(error) = parse(text.as_bytes(), &mut scratch, &strict) {
            panic!("{path}: {error}");
        }
        for value in wrong(kind) {
            let bad = place.with(value);
            assert!(!validators.all.is_valid(&bad), "{path}: {bad}");
            refused += 1;
        }
        let optional = place.field.presence != Presence::Enforced;
        let without = place.without();
        assert_eq!(validators.all.is_valid(&without), optional, "{path}");
        let text = without.to_string();
        let parsed = parse(text.as_bytes(), &mut scratch, &strict);
        assert_eq!(parsed.is_ok(), optional, "{path}");
        fields += 1;
    });
    assert!(
        fields > 800 && refused > 2 * fields,
        "{fields} fields, {refused} refused"
    );
}

/// Values that the canonical writer does not write where this type is declared.
fn wrong(kind: &Kind) -> Vec<Value> {
    let mut values = match kind {
        Kind::Json => return Vec::new(),
        Kind::Nullable(value) => {
            let mut values = wrong(value);
            values.retain(|value| !value.is_null());
            return values;
        }
        Kind::Text => vec![json!(7), json!(true)],
        Kind::Int32 => vec![json!("7"), json!(7.5), json!(1_i64 << 31)],
        Kind::Int64 => vec![json!("7"), json!(7.5), json!(1_u64 << 63)],
        Kind::Double | Kind::Decimal => vec![json!("12.5"), json!(true)],
        Kind::Bool => vec![json!("true"), json!(1)],
        Kind::Uuid => vec![json!("no uuid"), json!(7)],
        Kind::Timestamp => vec![json!(true)],
        Kind::Enum(_) => vec![json!("no such value"), json!(7)],
        Kind::Model(_) => vec![json!("text"), json!([{}])],
        Kind::Family(_) => vec![json!({"type": "no such type"}), json!({}), json!("text")],
        Kind::List(element) => {
            let elements = wrong(element).into_iter();
            let lists = elements.map(|element| json!([element]));
            lists.chain([json!({}), json!("text")]).collect()
        }
        Kind::Map(map) => {
            let values = wrong(&map.values).into_iter();
            let maps = values.map(|value| json!({ key(map): value }));
            let unknown_key = map.keys.map(|_| json!({"no such key": plain(&map.values)}));
            let maps = maps.chain(unknown_key);
            maps.chain([json!([]), json!("text")]).collect()
        }
        other => panic!("no wrong value of the type {other:?}"),
    };
    values.push(json!(null));
    values
}

#[test]
fn a_wrong_name_is_answered_with_the_right_ones() {
    for (wrong, nearest) in [
        ("event_procesing_request", Some("event_processing_request")),
        ("DsrProcessingRequest", None),
        ("dsr_processing_reqest", Some("dsr_processing_request")),
        ("custom_event", None),
        ("", None),
    ] {
        let ran = run(["schema", wrong], "");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{wrong}");
        for name in MessageType::ALL {
            assert!(ran.err.contains(name.as_str()), "{name}: {}", ran.err);
        }
        if let Some(nearest) = nearest {
            let tip = ran.err.lines().find(|line| line.contains("tip:"));
            assert!(tip.is_some_and(|tip| tip.contains(nearest)), "{}", ran.err);
        }
    }
    let two = [
        "schema",
        "dsr_processing_request",
        "dsr_processing_response",
    ];
    assert_eq!(run(two, "").status, Some(2));
}

#[test]
fn the_schema_goes_where_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("firehose.schema.json");
    let to = |output: &Path| {
        let args = ["schema", "dsr_processing_response", "--output"].map(AsRef::as_ref);
        run(args.into_iter().chain([output.as_os_str()]), "")
    };
    assert_eq!(to(&file).good(), "");
    let printed = run(["schema", "dsr_processing_response"], "").good();
    assert_eq!(fs::read_to_string(file).unwrap(), printed);
    assert_eq!(to(Path::new("-")).good(), printed);
    assert_eq!(to(Path::new("null")).good(), "");
    let missing = to(&folder.path().join("missing/file.json"));
    assert_eq!((missing.status, missing.out.as_str()), (Some(3), ""));
}
