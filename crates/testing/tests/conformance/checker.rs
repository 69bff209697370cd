//! Checks messages by the declarations of `hydrant` and by a few rules of the protocol that the
//! declarations do not contain.

use std::collections::BTreeSet;

use hydrant::message::Message;
use hydrant::schema::{FamilyInfo, FieldInfo, Kind, Presence, Written};

use super::node::Node;

/// The type of a message.
const MESSAGE: Kind = Kind::Family(&Message::INFO);

/// An object and a field of it.
type Place = (&'static str, &'static str);

/// A field that is read for logging and never written (section 3.6).
const NEVER_WRITTEN: Place = ("Message(dsr_processing_request)", "extensions");

/// A field that is always written, because its default is not empty (section 5.9).
const WRITTEN_WITH_DEFAULT: Place = ("SystemNotification(ccpa_consent_state)", "purpose");

/// A field that is plain text with a documented list of values (section 8).
const SOURCE_CHANNEL: Place = ("Message(event_processing_request)", "source_channel");
const SOURCE_CHANNELS: &[&str] = &[
    "unknown",
    "native",
    "javascript",
    "pixel",
    "partner",
    "server_to_server",
];

/// Checks messages and records what occurs in them: objects (`Account`, `Event(error)`), fields
/// (`Account.account_id`) and values of enumerations (`ProductAction=refund`).
pub(super) struct Checker {
    expected: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Checker {
    pub(super) fn new() -> Self {
        let mut expected = BTreeSet::new();
        expect(&MESSAGE, &mut expected);
        // Every exception must name a declared field.
        let at = |(name, field): Place| format!("{name}.{field}");
        assert!(expected.remove(&at(NEVER_WRITTEN)));
        assert!(expected.contains(&at(WRITTEN_WITH_DEFAULT)));
        assert!(expected.contains(&at(SOURCE_CHANNEL)));
        expect_values(SOURCE_CHANNEL.1, SOURCE_CHANNELS, &mut expected);
        Self {
            expected,
            found: BTreeSet::new(),
        }
    }

    /// Checks one message.
    pub(super) fn message(&mut self, line: &[u8]) {
        let node: Node = serde_json::from_slice(line).unwrap();
        self.value(&node, &MESSAGE, "message");
    }

    /// The fields, objects and values that no message had.
    pub(super) fn missing(&self) -> Vec<&String> {
        self.expected.difference(&self.found).collect()
    }

    /// The models and members of families that no message had.
    pub(super) fn missing_objects(&self) -> Vec<&String> {
        let mut objects = self.missing();
        objects.retain(|name| !name.contains(['.', '=']));
        objects
    }

    /// Checks the fields of an object, without its discriminator.
    fn object(
        &mut self,
        fields: &[(String, Node)],
        name: &str,
        declared: impl Iterator<Item = &'static FieldInfo>,
    ) {
        self.found.insert(name.to_owned());
        let mut next = declared.map(|field| (field, must_be_there(name, field)));
        for (key, value) in fields {
            // The field must be declared after the previous one, and the declared fields between
            // them must be optional.
            let (field, _) = next
                .by_ref()
                .inspect(|(field, required)| {
                    assert!(
                        field.name == key || !required,
                        "{name}: no {} before {key} in {fields:?}",
                        field.name
                    );
                })
                .find(|(field, _)| field.name == key)
                .unwrap_or_else(|| {
                    panic!("{name}: {key} unknown, twice or out of order in {fields:?}")
                });
            let at = format!("{name}.{key}");
            assert!((name, field.name) != NEVER_WRITTEN, "{at} is written");
            assert!(!value.is_empty(), "{at} is empty");
            assert!(
                field.written != Written::IfTrue || matches!(value, Node::Bool(true)),
                "{at} is written though it is false"
            );
            self.value(value, &field.kind, &at);
            if (name, field.name) == SOURCE_CHANNEL
                && let Node::Text(text) = value
            {
                self.enumeration(text, SOURCE_CHANNEL.1, SOURCE_CHANNELS, &at);
            }
            self.found.insert(at);
        }
        if let Some((field, _)) = next.find(|(_, required)| *required) {
            panic!("{name}: no {} in {fields:?}", field.name);
        }
    }

    /// Checks a value whose place is `at`.
    fn value(&mut self, node: &Node, kind: &Kind, at: &str) {
        match (kind, node) {
            (Kind::Text, Node::Text(_)) | (Kind::Bool, Node::Bool(_)) => {}
            (Kind::Double | Kind::Decimal | Kind::Timestamp, Node::Whole(_) | Node::Fraction) => {}
            (Kind::Int32, Node::Whole(number)) => assert!(i32::try_from(*number).is_ok(), "{at}"),
            (Kind::Int64, Node::Whole(number)) => assert!(i64::try_from(*number).is_ok(), "{at}"),
            (Kind::Uuid, Node::Text(text)) => assert!(is_uuid(text), "{at}: {text}"),
            (Kind::Enum(info), Node::Text(text)) => {
                self.enumeration(text, info.name, info.values, at)
            }
            (Kind::Model(model), Node::Object(fields)) => {
                self.object(fields, model.name, model.fields());
            }
            (Kind::Family(family), Node::Object(fields)) => self.member(fields, family, at),
            // Generated lists have no null elements.
            (Kind::Nullable(value), _) => self.value(node, value, at),
            (Kind::List(element), Node::List(nodes)) => {
                nodes.iter().for_each(|node| self.value(node, element, at));
            }
            (Kind::Map(map), Node::Object(entries)) => {
                let keys: BTreeSet<_> = entries.iter().map(|(key, _)| key).collect();
                assert_eq!(keys.len(), entries.len(), "{at}: {keys:?}");
                for (key, value) in entries {
                    assert!(!key.is_empty() && !value.is_empty(), "{at}: {node:?}");
                    if let Some(keys) = map.keys {
                        self.enumeration(key, keys.name, keys.values, at);
                    }
                    self.value(value, &map.values, at);
                }
            }
            _ => panic!("{at}: {node:?} is not {kind:?}"),
        }
    }

    /// Checks a member of a family: the discriminator, which comes first, and the fields that this
    /// member has.
    fn member(&mut self, fields: &[(String, Node)], family: &FamilyInfo, at: &str) {
        let Some(((key, Node::Text(tag)), fields)) = fields.split_first() else {
            panic!("{at}: no discriminator in {fields:?}")
        };
        assert_eq!(key, "type", "{at}");
        let mut members = family.members.iter();
        let member = members
            .find(|member| member.tag == tag)
            .unwrap_or_else(|| panic!("{at}: no {} is {tag}", family.name));
        self.object(fields, &member_name(family, tag), member.fields());
    }

    fn enumeration(&mut self, text: &str, name: &str, values: &[&str], at: &str) {
        assert!(values.contains(&text), "{at}: {text}");
        self.found.insert(format!("{name}={text}"));
    }
}

/// Adds everything that can occur in a value of this type.
fn expect(kind: &Kind, expected: &mut BTreeSet<String>) {
    match kind {
        Kind::Enum(info) => expect_values(info.name, info.values, expected),
        Kind::Model(model) => {
            expect_object(model.name.to_owned(), model.fields(), expected);
        }
        Kind::Family(family) => {
            for member in family.members {
                expect_object(member_name(family, member.tag), member.fields(), expected);
            }
        }
        Kind::List(element) => expect(element, expected),
        Kind::Map(map) => {
            if let Some(keys) = map.keys {
                expect_values(keys.name, keys.values, expected);
            }
            expect(&map.values, expected);
        }
        _ => {}
    }
}

fn expect_object(
    name: String,
    fields: impl Iterator<Item = &'static FieldInfo>,
    expected: &mut BTreeSet<String>,
) {
    for field in fields {
        // A field that is already in the set has been visited.
        if expected.insert(format!("{name}.{}", field.name)) {
            expect(&field.kind, expected);
        }
    }
    expected.insert(name);
}

fn expect_values(name: &str, values: &[&str], expected: &mut BTreeSet<String>) {
    expected.extend(values.iter().map(|value| format!("{name}={value}")));
}

fn member_name(family: &FamilyInfo, tag: &str) -> String {
    format!("{}({tag})", family.name)
}

/// Whether an ordinary message has this field, because it is always written or declared as required
/// (section 2.3).
fn must_be_there(name: &str, field: &FieldInfo) -> bool {
    field.written == Written::Always
        || matches!(field.presence, Presence::Required | Presence::Enforced)
        || (name, field.name) == WRITTEN_WITH_DEFAULT
}

/// 36 characters, 8-4-4-4-12 digits, in lower case (section 1).
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
