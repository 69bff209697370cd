//! The generator against the protocol: every message is checked field by field against the tables of the specification,
//! and every field and enumeration value of those tables has to occur. Tests only.

mod node;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use node::Node;
use tables::{COMMON, ENUMS, RUNTIME, RUNTIMES, TABLES};

use super::{Generator, Kind, Options, batch};

/// A field of a table: name, type, whether it has to be there.
type Column = (&'static str, &'static str, bool);

/// Checks messages and remembers which fields and enumeration values it has met.
struct Checker {
    tables: BTreeMap<String, Vec<Column>>,
    enums: BTreeMap<&'static str, BTreeSet<&'static str>>,
    seen: BTreeSet<String>,
}

impl Checker {
    fn new() -> Self {
        let columns = |text: &'static str| {
            text.split_whitespace().map(|column| {
                let (name, kind) = column.split_once(':').unwrap();
                (name.trim_end_matches('!'), kind, name.ends_with('!'))
            })
        };
        let common = |family: &str| {
            COMMON
                .iter()
                .find(|(name, _)| *name == family)
                .map_or("", |(_, columns)| columns)
        };
        let mut tables = BTreeMap::new();
        for line in TABLES.trim().lines() {
            let (name, own) = line.split_once(": ").unwrap_or((line, ""));
            let family = match name.find('.') {
                _ if name.contains("_request") || name.contains("_response") => "message",
                dot => &name[..dot.map_or(0, |dot| dot + 1)],
            };
            tables.insert(
                name.to_owned(),
                columns(common(family)).chain(columns(own)).collect(),
            );
        }
        for (kind, model) in RUNTIMES {
            let rows = RUNTIME.trim().split(['|', '\n']).filter_map(|row| {
                let (column, models) = row.split_once(' ').unwrap();
                models.contains(*model).then_some(column)
            });
            let own = rows.flat_map(columns);
            tables.insert(
                format!("runtime.{kind}"),
                columns(common("runtime.")).chain(own).collect(),
            );
        }
        let enums = ENUMS
            .trim()
            .lines()
            .map(|line| line.split_once(": ").unwrap());
        let enums = enums
            .map(|(name, values)| (name, values.split(' ').collect()))
            .collect();
        Self {
            tables,
            enums,
            seen: BTreeSet::new(),
        }
    }

    /// All that has to be met: `table.field` and `enumeration=value`.
    fn expected(&self) -> BTreeSet<String> {
        let fields = self
            .tables
            .iter()
            .flat_map(|(table, all)| all.iter().map(move |(name, ..)| format!("{table}:{name}")));
        let values = self
            .enums
            .iter()
            .flat_map(|(name, all)| all.iter().map(move |value| format!("{name}={value}")));
        fields.chain(values).collect()
    }

    fn message(&mut self, line: &[u8]) -> Node {
        let node: Node = serde_json::from_slice(line).unwrap();
        let kind = node.get("type").unwrap().text().to_owned();
        self.table(&node, &kind);
        node
    }

    fn table(&mut self, node: &Node, table: &str) {
        let name = match table.strip_suffix('.') {
            Some(_) => format!("{table}{}", node.get("type").unwrap().text()),
            None => table.to_owned(),
        };
        let columns = self
            .tables
            .get(&name)
            .unwrap_or_else(|| panic!("no table {name}"))
            .clone();
        let mut next = columns.iter();
        for (key, value) in node.object() {
            // Order: the next field met must stand further down in the table; what is passed over must be optional.
            let (_, kind, _) = next
                .by_ref()
                .inspect(|(field, _, required)| {
                    assert!(field == key || !required, "{name}: {field} before {key}")
                })
                .find(|(field, ..)| field == key)
                .unwrap_or_else(|| {
                    panic!("{name}: {key} unknown, twice or out of order in {node:?}")
                });
            assert!(!value.is_empty(), "{name}.{key} is empty");
            self.seen.insert(format!("{name}:{key}"));
            self.value(value, kind, &format!("{name}.{key}"));
        }
        assert!(
            next.all(|(_, _, required)| !required),
            "{name}: a required field is missing in {node:?}"
        );
    }

    fn value(&mut self, node: &Node, kind: &str, at: &str) {
        let inner = || &kind[1..kind.len() - 1];
        match (kind, node) {
            ("s", Node::Text(_)) | ("b", Node::Bool) | ("n", Node::Whole(_) | Node::Fraction) => {}
            ("u", Node::Text(text)) => {
                assert_eq!(text.len(), 36, "{at}");
                for (place, byte) in text.bytes().enumerate() {
                    let dash = matches!(place, 8 | 13 | 18 | 23);
                    assert!(
                        if dash {
                            byte == b'-'
                        } else {
                            matches!(byte, b'0'..=b'9' | b'a'..=b'f')
                        },
                        "{at}: {text}"
                    );
                }
            }
            ("i", Node::Whole(number)) => assert!(i32::try_from(*number).is_ok(), "{at}"),
            ("l", Node::Whole(number)) => assert!(i64::try_from(*number).is_ok(), "{at}"),
            ("ls", Node::List(texts)) => texts.iter().for_each(|text| self.value(text, "s", at)),
            ("m", _) => self.map(node, "s", at),
            ("mls", _) => self.map(node, "ls", at),
            ("mm", _) => self.map(node, "m", at),
            (_, Node::Text(text)) if kind.starts_with('=') => {
                let values = &self.enums[&kind[1..]];
                assert!(values.contains(text.as_str()), "{at}: {text}");
                self.seen.insert(format!("{}={text}", &kind[1..]));
            }
            (_, Node::Object(_)) if kind.starts_with('@') => self.table(node, &kind[1..]),
            (_, Node::List(nodes)) if kind.starts_with('[') => {
                nodes.iter().for_each(|node| self.value(node, inner(), at));
            }
            (_, Node::Object(fields)) if kind == "{@opendsr}" => {
                fields
                    .iter()
                    .for_each(|(key, _)| self.value(&Node::Text(key.clone()), "=opendsr_type", at));
                self.map(node, inner(), at);
            }
            _ if kind.starts_with('{') => self.map(node, inner(), at),
            _ => panic!("{at}: {node:?} is no {kind}"),
        }
    }

    /// A map has distinct keys and no empty values.
    fn map(&mut self, node: &Node, kind: &str, at: &str) {
        let keys: BTreeSet<_> = node.object().iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), node.object().len(), "{at}: {keys:?}");
        for (key, value) in node.object() {
            assert!(!key.is_empty() && !value.is_empty(), "{at}: {node:?}");
            self.value(value, kind, at);
        }
    }
}

fn lines(options: &Options, count: usize) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(options.clone());
    let line = |_| {
        let mut line = Vec::new();
        generator.next_line(&mut line);
        line
    };
    (0..count).map(line).collect()
}

#[test]
fn every_message_is_what_the_reference_writes() {
    let mut checker = Checker::new();
    for line in lines(&Options::default(), 1_500) {
        checker.message(&line);
    }
    for kind in Kind::ALL {
        for line in lines(&Options::default().kind(kind).events(0..=4), 500) {
            checker.message(&line);
        }
    }
    let missing: Vec<_> = checker
        .expected()
        .difference(&checker.seen)
        .cloned()
        .collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

#[test]
fn a_mixed_stream_has_every_event_runtime_and_message() {
    let mut checker = Checker::new();
    let mut heartbeats = 0;
    for line in lines(&Options::default(), 2_000) {
        let node = checker.message(&line);
        heartbeats += usize::from(node.object().len() == 5 && node.get("account").is_some());
    }
    let tables: BTreeSet<_> = checker
        .seen
        .iter()
        .map(|seen| seen.split(':').next().unwrap())
        .collect();
    let missing: Vec<_> = checker
        .tables
        .keys()
        .filter(|table| !tables.contains(table.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!((20..300).contains(&heartbeats), "{heartbeats}");
}

#[test]
fn a_batch_tells_a_story() {
    for line in lines(&Options::default().kind(Kind::Events).events(20..=20), 100) {
        let node: Node = serde_json::from_slice(&line).unwrap();
        let Some(Node::List(events)) = node.get("events") else {
            panic!("no events")
        };
        assert_eq!(events.len(), 20);
        let (mut last, mut session, mut ended) = (0, None, false);
        for (at, event) in events.iter().enumerate() {
            let now = event.get("timestamp_ms").unwrap().whole();
            assert!(now > last, "time goes forward");
            last = now;
            let starts = event.get("type").unwrap().text() == "session_start";
            let current = event.get("session_id").map(Node::whole);
            assert!(
                at == 0 || (current == session) != starts,
                "only a start changes the session"
            );
            assert!(starts || !ended, "after the end of a session comes a start");
            session = current;
            ended = event.get("type").unwrap().text() == "session_end";
        }
        assert!(last <= node.get("timestamp_ms").unwrap().whole());
    }
}

#[test]
fn batches_have_all_event_types() {
    for seed in 0..5 {
        let node = Checker::new().message(&batch(1_000, seed));
        let Some(Node::List(events)) = node.get("events") else {
            panic!("no events")
        };
        let types: BTreeSet<_> = events
            .iter()
            .map(|event| event.get("type").unwrap().text())
            .collect();
        assert_eq!((events.len(), types.len()), (1_000, 16), "seed {seed}");
    }
}

/// The rules of section 12 that tie distant parts of a registration together.
#[test]
fn registrations_keep_the_rules() {
    for line in lines(&Options::default().kind(Kind::Registrations), 600) {
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        if value["type"] == "module_registration_request" {
            continue;
        }
        let (events, allowed) = (
            &value["event_processing_registration"],
            &value["permissions"],
        );
        let supports = |list: &str, name: &str| {
            events[list]
                .as_array()
                .is_some_and(|names| names.iter().any(|known| *known == *name))
        };
        let count = |list: &serde_json::Value| list.as_array().map_or(0, Vec::len);
        assert!(
            value["description"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .count()
                < 230
        );
        assert!(
            value
                .as_object()
                .unwrap()
                .keys()
                .any(|key| key.ends_with("_registration"))
        );
        assert!(count(&allowed["partner_identities"]) <= 1);
        if supports("supported_event_types", "user_attribute_change") {
            assert_eq!(allowed["allow_user_attributes"], true);
        }
        if supports("supported_event_types", "user_identity_change") {
            assert!(count(&allowed["user_identities"]) > 0);
        }
        if supports("supported_event_types", "push_message_receipt") {
            assert!(events["push_messaging_provider_id"].is_string());
        }
        let notified = count(&events["supported_system_notification_types"]) > 0;
        assert_eq!(notified, allowed["allow_consent_state"] == true);
        for identity in allowed["device_identities"]
            .as_array()
            .unwrap_or(&Vec::new())
        {
            let kind = identity["type"].as_str().unwrap();
            let platforms: &[&str] = match kind {
                _ if kind.starts_with("google") => &["android"],
                _ if kind.starts_with("ios") => &["ios", "tvos"],
                _ if kind.starts_with("apple") => &["ios"],
                _ if kind.starts_with("roku") => &["roku"],
                _ if kind.starts_with("microsoft") => &["xbox"],
                "fire_advertising_id" => &["firetv"],
                _ => &["android", "firetv"],
            };
            let present = platforms
                .iter()
                .any(|name| supports("supported_runtime_environments", name));
            assert!(identity["required"] == false || present, "{kind}");
        }
        for list in [
            "event_processing_registration",
            "audience_processing_registration",
        ] {
            let authentication = &value[list]["authentication"];
            let header = authentication["access_token_type"] == "custom_header";
            assert_eq!(header, authentication["custom_header_name"].is_string());
        }
    }
}
