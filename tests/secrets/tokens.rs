//! The token at every structural position in and around the values of secret fields, in whole and
//! in broken texts.

use hydrant::message::Message;
use hydrant::schema::{FieldInfo, Kind as Shape};
use hydrant::{ParseOptions, Scratch, parse, validate};
use hydrant_reference::mutate::{Node, nodes};
use hydrant_testing::generate::{Kind, Options};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::named::{Named, corpus, generated};
use crate::{TOKEN, assert_hidden, secret_names};

/// What was reported: a value without its key, and a key inside the value.
#[test]
fn values_in_the_place_of_keys() {
    for body in [
        r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw",$}]}"#,
        r#"{"type":"event_processing_request","account":{"account_settings":{$}}}"#,
        r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":{$:1}}]}"#,
        r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw","value":"v"},{$:1}]}"#,
        r#"{"type":"event_processing_request","user_identities":[{$:[1,2}]}"#,
        r#"{"type":"event_processing_request","user_identities":{$:"v"}}"#,
        r#"{"type":"event_processing_request","user_identities":[{"type":$,"encoding":$,"value":"v"}]}"#,
        r#"{"type":"event_processing_request","mpid":{$:{$:1}}}"#,
        r#"{"type":"event_processing_request","mpid":[{"value":{$:1}}]}"#,
        r#"{"type":"event_processing_request","mpid" $}"#,
        r#"{"type":"event_processing_request","mpid":"" $}"#,
        r#"{"type":"event_processing_request","partner_identities":[{"type":$,"encoding":"raw","value":"v"}]}"#,
        r#"{"type":"event_processing_request","runtime_environment":{"type":"ios","identities":[{"type":"x","encoding":$,"value":"v"}]}}"#,
        r#"{"type":"event_processing_request","consent_state":{"gdpr_consent_state":{"a":{"hardware_id":{$:[]}}}}}"#,
        r#"{"type":"event_processing_request","events":[{"type":"push_subscription","token":{$:1}}]}"#,
        r#"{"type":"event_processing_request","events":[{"type":"hologram","user_identities":[{$:}]}]}"#,
        r#"{"type":"event_processing_request","unknown":{"account_settings":{$:1}},"events":7}"#,
        r#"{"type":"event_processing_request","unknown":{"account_settings":{$:{"a":[}}}}"#,
        r#"{"type":"hologram","account":{"account_settings":{$:1}}}"#,
        r#"{"account":{"account_settings":{$:1}}}"#,
        r#"{"type":"dsr_processing_request","subject_identities":{$:{"encoding":$,"value":"v"}}}"#,
        r#"{"type":"dsr_processing_request","subject_identities":{$:7}}"#,
        r#"{"type":"dsr_processing_request","extensions":{$:1},"submitted_time":{}}"#,
        r#"{"type":"audience_subscription_response","audience_subscription_settings":{$:"a"}}"#,
        r#"{"type":"audience_subscription_request","previous_audience_subscription_settings":{$:{}}}"#,
        r#"{"type":"module_registration_response","event_processing_registration":{"account_settings":[{"type":"text","id":"key","default_value":{$:1}}]}}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{"mpid":{$:1}}]}"#,
    ] {
        for token in forms() {
            let body = body.replace('$', &token);
            assert_hidden(body.as_bytes());
            // On lines of its own, so that the excerpt does not begin far before.
            assert_hidden(body.replace(['{', ','], "{\n").as_bytes());
            assert_hidden(body.replace(':', " : ").as_bytes());
            for cut in 1..40.min(body.len()) {
                assert_hidden(&body.as_bytes()[..body.len() - cut]);
            }
        }
    }
}

/// A secret below a misspelt field is still a secret, and so is one in the value of an attribute or
/// in a wrapper.
#[test]
fn keys_that_nothing_declares() {
    let batch = |fields: &str| format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    for body in [
        batch(r#""account":{"acount_settings":{$:"v"},"account_id":[]}"#),
        batch(r#""account":{"acount_settings":{$:{"a":[,]}}}"#),
        batch(r#""acount":{"account_settings":{$:{"a":[,]}}},"events":7"#),
        batch(r#""acount":{"account_setings":[{$:[,]}]},"events":7"#),
        batch(r#""user_identites":{$:"v"},"events":7"#),
        batch(r#""user_identites":{$:{$:[1,2}}"#),
        batch(r#""user_identites":[{"type":"email",$:[1,2}]"#),
        batch(r#""user_identites":{$:{$:[1,2}}"#),
        batch(r#""User_Identities":{$:{$:[1,2}}"#),
        batch(r#""user_attributes":{"x":{$:1}},"events":7"#),
        batch(r#""user_attributes":{"x":[{$:[,]}]}"#),
        batch(r#""user_attribute_lists":{"x":[{$:[,]}]}"#),
        batch(r#""user_attribute_lists":{"x":[{$:1}]},"events":7"#),
        batch(r#""user_attribute_lists":{"x":{$:1}},"events":7"#),
        batch(r#""user_attributes":[{$:1}],"events":7"#),
        batch(r#""events":{$:1}"#),
        batch(r#""events":[[{$:1}]]"#),
        batch(r#""source_id":{$:1},"events":7"#),
        batch(r#""events":[{"type":"custom_event","attributes":{"x":{$:[1,2}}}]"#),
        batch(r#""events":[{"type":"custom_event","atributes":{$:{$:[1,2}}}]"#),
        batch(r#""events":[{"type":"user_attribute_change","added":{"x":{$:1}}},7]"#),
        batch(r#""events":[{"type":"user_identity_change","added":{$:1}}]"#),
        batch(r#""events":[{"added":{$:1},"type":"user_identity_change"}]"#),
        batch(r#""events":[{"added":{$:1},"type":"user_identity_change","removed":[,]}]"#),
        batch(r#""events":[{"added":{$:[,]},"type":"user_attribute_change"}]"#),
        batch(r#""events":[{"added":{$:1},"type":"hologram"},7]"#),
        batch(r#""events":[{"type":"user_identity_change","type":"user_attribute_change","added":{$:1}}]"#),
        r#"{"httpMethod":"POST","body":{$:1},$:1}"#.to_owned(),
        r#"{"httpMethod":"POST","body":{"type":"event_processing_request","events":{$:1}}}"#.to_owned(),
        r#"{"body":{"user_identites":{$:1}}}"#.to_owned(),
        r#"{"body":[{$:1}],"headers":{$:1}}"#.to_owned(),
        r#"{"Records":[{"eventSource":"aws:sqs",$:1,"body":7}]}"#.to_owned(),
        r#"{"eventSource":"aws:kafka","records":{$:7}}"#.to_owned(),
        r#"{"logEvents":{$:1}}"#.to_owned(),
        r#"{"specversion":"1.0","source":"s","type":"acme","data":{"type":"event_processing_request","account":[{$:1}]},$:1}"#.to_owned(),
        r#"{"Message":{$:1},"Type":"Notification","TopicArn":{$:1}}"#.to_owned(),
    ] {
        for token in forms() {
            let body = body.replace('$', &token);
            assert_hidden(body.as_bytes());
            assert_hidden(body.replace(['{', ','], "{\n").as_bytes());
            assert_hidden(body.replace(':', " : ").as_bytes());
        }
    }
}

/// What the protocol declares is shown, so that an error can be found, and what the sender names is
/// not.
#[test]
fn keys_that_are_declared_or_named_by_the_sender() {
    let batch = |fields: &str| format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    for (fields, path) in [
        (r#""acount":[,]"#, r#"["…"][0]"#),
        (r#""acount":{"account_id":[,]}"#, r#"["…"]["…"][0]"#),
        (
            r#""user_attributes":{"$Age":[,]}"#,
            r#"user_attributes["…"][0]"#,
        ),
        (
            r#""events":[{"type":"user_attribute_change","added":{"$Age":[,]}}]"#,
            r#"events[0].added["…"][0]"#,
        ),
        (
            r#""events":[{"type":"user_identity_change","added":{"$Age":[,]}}]"#,
            r#"events[0].added["…"][0]"#,
        ),
        (
            r#""events":[{"type":"user_identity_change","added":[{"encoding":[,]}]}]"#,
            "events[0].added[0].encoding[0]",
        ),
        (r#""mpid":{"value":[,]}"#, r#"mpid["…"][0]"#),
    ] {
        let body = batch(fields);
        let mut scratch = Scratch::new();
        let error = parse(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap_err();
        assert_eq!(error.path(), path, "{body}");
    }
    // In an accepted message, `type` may come later.
    let body = batch(
        r#""events":[{"added":{"$Age":{}},"removed":{"a b":[]},"type":"user_attribute_change"}]"#,
    );
    let mut scratch = Scratch::new();
    let found = validate::coercions(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(
        paths,
        [r#"events[0].added["$Age"]"#, r#"events[0].removed["a b"]"#]
    );
}

/// The token as a string in different spellings, and as a bare word.
fn forms() -> Vec<String> {
    let escaped: String = TOKEN.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let padding = "p".repeat(90);
    vec![
        format!("\"{TOKEN}\""),
        format!("\"{escaped}\""),
        format!("\"{padding}{TOKEN}\""),
        format!("\"{TOKEN}{padding}\\\"{TOKEN}\""),
        format!("\"\u{e9}{TOKEN}\\ud800\""),
        format!("\"{TOKEN}"),
        format!("'{TOKEN}'"),
        TOKEN.to_owned(),
    ]
}

/// A secret field of a message and a node at or below its value.
struct Spot {
    /// The value of the field.
    field: Node,
    /// What the token is put into.
    inside: Node,
}

fn spots(text: &str) -> Vec<Spot> {
    let all = nodes(text);
    let mut spots = Vec::new();
    let root = Node {
        value: 0..text.len(),
        key: None,
    };
    let kind = Shape::Family(&Message::INFO);
    for field in secret_fields(text, &root, &kind, &all) {
        let below = |node: &&Node| {
            field.value.start <= node.value.start && node.value.end <= field.value.end
        };
        spots.extend(all.iter().filter(below).map(|inside| Spot {
            field: field.clone(),
            inside: inside.clone(),
        }));
    }
    spots
}

/// The nodes of secret fields at or below a node of this type. Names alone do not tell: some fields
/// that are not secret have the name of one that is.
fn secret_fields(text: &str, node: &Node, kind: &Shape, all: &[Node]) -> Vec<Node> {
    let inside = |one: &Node| {
        one.value != node.value
            && node.value.start <= one.value.start
            && one.value.end <= node.value.end
    };
    let inner: Vec<Node> = all.iter().filter(|one| inside(one)).cloned().collect();
    // The list is in the order of the text, a value before what is in it.
    let mut children: Vec<&Node> = Vec::new();
    for one in &inner {
        if children
            .last()
            .is_none_or(|last| one.value.start >= last.value.end)
        {
            children.push(one);
        }
    }
    let fields: Vec<&'static FieldInfo> = match kind {
        Shape::Model(model) => model.fields().collect(),
        Shape::Family(family) => {
            let tag = children.iter().find(|child| name_of(text, child) == "type");
            let tag = tag.map_or("", |tag| text[tag.value.clone()].trim_matches('"'));
            let member = family.members.iter().find(|member| member.tag == tag);
            member.map_or_else(Vec::new, |member| member.fields().collect())
        }
        Shape::List(element) | Shape::Nullable(element) => {
            let each = children.into_iter();
            return each
                .flat_map(|child| secret_fields(text, child, element, &inner))
                .collect();
        }
        Shape::Map(map) => {
            let each = children.into_iter();
            return each
                .flat_map(|child| secret_fields(text, child, &map.values, &inner))
                .collect();
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for child in children {
        let name = name_of(text, child);
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            found.extend(field.secret.then(|| child.clone()));
            found.extend(secret_fields(text, child, &field.kind, &inner));
        }
    }
    found
}

/// The key of a node as it is in the text, without quotes.
fn name_of<'t>(text: &'t str, node: &Node) -> &'t str {
    let key = node.key.map_or("", |key| &text[key..node.value.start]);
    let name = key.trim_end_matches([':', ' ', '\n', '\r', '\t']);
    name.trim_matches('"')
}

/// How the token is put there.
#[derive(Clone, Copy, Debug)]
enum Place {
    Value,
    Key,
    KeyWithoutValue,
    NestedKey,
    Element,
    DuplicateKey,
    /// Right before and after the value, without a comma.
    Before,
    After,
}

const PLACES: [Place; 8] = [
    Place::Value,
    Place::Key,
    Place::KeyWithoutValue,
    Place::NestedKey,
    Place::Element,
    Place::DuplicateKey,
    Place::Before,
    Place::After,
];

/// The text with the token, and where the value of the secret field begins and the token ends.
fn with_token(text: &str, spot: &Spot, place: Place, token: &str) -> (String, usize, usize) {
    let inside = &spot.inside;
    // A key is below the field unless it is that of the field itself.
    let own_key = inside.key.filter(|key| *key >= spot.field.value.start);
    let (range, new) = match (place, own_key) {
        (Place::Value, _) => (inside.value.clone(), token.to_owned()),
        (Place::Key, Some(key)) => (key..inside.value.start, format!("{token}:")),
        (Place::KeyWithoutValue, Some(key)) => (key..inside.value.end, token.to_owned()),
        (Place::DuplicateKey, Some(key)) => {
            let item = &text[key..inside.value.end];
            (key..inside.value.end, format!("{item},{token}:1,{item}"))
        }
        (Place::Element, _) => (inside.value.clone(), format!("[{token},[{token}]]")),
        (Place::Before, _) => (inside.value.start..inside.value.start, format!("{token} ")),
        (Place::After, _) => (inside.value.end..inside.value.end, format!(" {token}")),
        _ => (inside.value.clone(), format!("{{{token}:{{{token}:1}}}}")),
    };
    let text = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
    (text, spot.field.value.start, range.start + new.len())
}

/// A change that breaks the text.
#[derive(Clone, Debug)]
enum Break {
    Nothing,
    Cut(Index),
    /// Of bytes after the token.
    Remove(Index, usize),
    Insert(Index, &'static str),
    /// Between the beginning of the field's value and the token. Nothing that closes the value.
    InsertBefore(Index, &'static str),
}

fn breaks() -> impl Strategy<Value = Break> {
    let after = proptest::sample::select(vec![
        "}", "]", "{", "[", ":", ",", "\"", "\\", "1", "x", "\n", "\u{1}", "null", ",,", "{}",
        "\\ud8",
    ]);
    let before =
        proptest::sample::select(vec!["{", "[", ":", ",", "\"", "1", "x", "\n", "\u{1}", " "]);
    prop_oneof![
        1 => Just(Break::Nothing),
        2 => any::<Index>().prop_map(Break::Cut),
        2 => (any::<Index>(), 1..9_usize).prop_map(|(at, count)| Break::Remove(at, count)),
        3 => (any::<Index>(), after).prop_map(|(at, text)| Break::Insert(at, text)),
        3 => (any::<Index>(), before).prop_map(|(at, text)| Break::InsertBefore(at, text)),
    ]
}

/// Near the token more often than far from it.
fn near(at: &Index, end: usize, length: usize) -> usize {
    let left = length.saturating_sub(end) + 1;
    let distance = at.index(left);
    end + if distance.is_multiple_of(2) {
        distance % 50
    } else {
        distance
    }
    .min(left - 1)
}

fn broken(text: &str, start: usize, end: usize, how: &Break) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    match how {
        Break::Nothing => {}
        Break::Cut(at) => bytes.truncate(near(at, end.saturating_sub(3), text.len())),
        Break::Remove(at, count) => {
            let at = near(at, end, text.len());
            bytes.drain(at..(at + count).min(text.len()));
        }
        Break::Insert(at, new) => {
            let at = near(at, end, text.len());
            bytes.splice(at..at, new.bytes());
        }
        Break::InsertBefore(at, new) => {
            let length = end.saturating_sub(TOKEN.len() + 2).saturating_sub(start);
            let at = start + at.index(length.max(1));
            bytes.splice(at..at, new.bytes());
        }
    }
    bytes
}

fn messages() -> Vec<String> {
    let mut all = corpus("valid");
    for kind in Kind::ALL {
        all.extend(generated(&Options::default().kind(kind), 4));
    }
    all.extend(generated(&Options::default().pretty(true).seed(3), 8));
    let text = |message: Named| String::from_utf8(message.text).ok();
    let texts = all.into_iter().filter_map(text);
    texts
        .filter(|text| text.len() < 20_000 && !spots(text).is_empty())
        .collect()
}

#[test]
fn tokens_in_secret_fields_are_never_shown() {
    let messages = messages();
    assert!(messages.len() > 100, "{}", messages.len());
    let config = ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let choice = (
        any::<Index>(),
        any::<Index>(),
        proptest::sample::select(PLACES.to_vec()),
        proptest::sample::select(forms()),
        breaks(),
        any::<bool>(),
    );
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&choice, |(message, spot, place, token, how, misspelt)| {
            let text = message.get(&messages);
            let spots = spots(text);
            let spot = spot.get(&spots);
            let (mut text, mut start, mut end) = with_token(text, spot, place, &token);
            if misspelt {
                // Without its first letter.
                text.remove(spot.field.key.unwrap() + 1);
                (start, end) = (start - 1, end - 1);
            }
            assert_hidden(&broken(&text, start, end, &how));
            Ok(())
        })
        .unwrap();
}

/// Every secret field of every message, each kind of place once.
#[test]
fn every_place_of_every_secret_field() {
    let mut seen = std::collections::BTreeSet::new();
    let token = &forms()[0];
    for text in messages() {
        for spot in spots(&text) {
            let key = spot.field.key.unwrap();
            let name = text[key..spot.field.value.start].to_owned();
            for place in PLACES {
                let new = seen.insert((
                    name.clone(),
                    spot.inside.key.is_some(),
                    format!("{place:?}"),
                ));
                if new {
                    assert_hidden(with_token(&text, &spot, place, token).0.as_bytes());
                }
            }
        }
    }
    let names = secret_names();
    let missing: Vec<_> = names
        .iter()
        .filter(|name| {
            !seen
                .iter()
                .any(|(seen, _, _)| seen.contains(&format!("\"{name}\"")))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
