//! [`Place`]: what is declared at a place of a text, and who may see the value there.

use hydrant::message::Message;
use hydrant::outgoing::OutgoingBatch;
use hydrant::schema::{FieldInfo, Kind, ModelInfo};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Who may see a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Everybody.
    Plain,
    /// Those who have switched personal values on; others only if it is one of these words, because
    /// another one may be an identity in the wrong place.
    Word(&'static [&'static str]),
    /// Those who have switched personal values on.
    Personal,
    /// Nobody: it may be a setting, which may be a key of the customer.
    Setting,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The type of the value; none below a field that is not declared.
    pub(super) kind: Option<Kind>,
    pub(super) class: Class,
    /// Whether the object here has members of an account, among which a setting may be misspelt.
    in_account: bool,
}

/// The fields of persons that are not declared secret, because errors do not show them anyway.
const PERSONAL: [&str; 5] = [
    "user_attributes",
    "user_attribute_lists",
    "latitude",
    "longitude",
    "location",
];

impl Place {
    /// A Firehose message.
    pub(super) const MESSAGE: Self = Self::root(Kind::Family(&Message::INFO));
    /// An outgoing batch.
    pub(super) const BATCH: Self = Self::root(Kind::Model(&OutgoingBatch::INFO));
    /// A text of which nothing is known: keys are shown if they look like names, values are not.
    pub(super) const UNKNOWN: Self = Self {
        kind: None,
        class: Class::Personal,
        in_account: false,
    };
    /// A text without data of messages.
    pub(super) const OPEN: Self = Self {
        kind: None,
        class: Class::Plain,
        in_account: false,
    };

    const fn root(kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            class: Class::Plain,
            in_account: false,
        }
    }

    /// An element of the list here.
    pub(super) fn element(self) -> Self {
        match self.kind.and_then(element) {
            Some(element) => Self {
                kind: Some(element),
                ..self
            },
            None => Self {
                class: self.class.max(self.misplaced()),
                ..self.undeclared()
            },
        }
    }

    /// Who may see a text or a number here, where an object or a list should be: it may be a whole
    /// message as text, or the description of an account or of a person.
    fn misplaced(self) -> Class {
        match self.kind {
            Some(Kind::Family(family)) if family.name == Message::INFO.name => Class::Setting,
            Some(Kind::Model(_)) if self.in_account => Class::Setting,
            Some(Kind::Family(_) | Kind::Model(_) | Kind::List(_) | Kind::Map(_)) => {
                Class::Personal
            }
            _ => Class::Plain,
        }
    }

    /// Who may see this text, number or word here.
    pub(super) fn scalar(self, text: &str) -> Class {
        match self.class.max(self.misplaced()) {
            Class::Word(known) if known.contains(&text) => Class::Plain,
            Class::Word(_) => Class::Personal,
            // A text that is not declared may have a message in it.
            Class::Personal if self.kind.is_none() && mentions_settings(text) => Class::Setting,
            // A word of the protocol says nothing about a person, wherever it is.
            Class::Personal if self.kind.is_none() && is_declared_word(text) => Class::Plain,
            class => class,
        }
    }

    /// The name of the field that names the model of the object here, if it is a member of a family.
    pub(super) fn discriminator(self) -> Option<&'static str> {
        match self.kind {
            Some(Kind::Family(family)) => Some(family.tag),
            _ => None,
        }
    }

    /// Who may see a key of the object here, and the place of its value.
    pub(super) fn field(self, key: &str, type_name: Option<&str>) -> (Class, Self) {
        match self.kind {
            Some(Kind::Model(model)) => self.declared(key, model.name, model.fields()),
            Some(Kind::Family(family)) if key == family.tag => (
                Class::Plain,
                Self {
                    kind: Some(Kind::Text),
                    ..self
                },
            ),
            Some(Kind::Family(family)) => {
                let mut members = family.members.iter();
                let member = members.find(|member| Some(member.tag) == type_name);
                match (member, family.content) {
                    (Some(member), Some(content)) if content == key => {
                        let kind = Some(Kind::Model(member.model));
                        (Class::Plain, Self { kind, ..self })
                    }
                    (Some(member), None) => self.declared(key, member.model.name, member.fields()),
                    (None, None) => {
                        let fields = family.members.iter().flat_map(|member| member.fields());
                        self.declared(key, family.name, fields)
                    }
                    _ => (Class::Plain, self.undeclared()),
                }
            }
            Some(Kind::Map(map)) => (
                Class::Plain,
                Self {
                    kind: Some(map.values),
                    ..self
                },
            ),
            // Below an undeclared field a key may be a value.
            _ if mentions_settings(key) => {
                let class = Class::Setting;
                (
                    Class::Plain,
                    Self {
                        class,
                        ..self.undeclared()
                    },
                )
            }
            _ => (key_class(key, self.class), self.undeclared()),
        }
    }

    fn declared(
        self,
        key: &str,
        model: &str,
        fields: impl Iterator<Item = &'static FieldInfo> + Clone,
    ) -> (Class, Self) {
        // Protocols before 2.0 have two lists for one.
        let name = match key {
            "added_audiences" | "removed_audiences" => "audiences",
            key => key,
        };
        let found = fields.clone().filter(|field| field.name == name);
        let Some(field) = found.max_by_key(|field| field.secret) else {
            // The text of an event of another service may have a message in it, in any notation.
            let is_message = model == Message::INFO.name;
            let undeclared = self.undeclared();
            let class = match is_message || self.in_account || mentions_settings(key) {
                true => Class::Setting,
                false => undeclared.class,
            };
            return (
                Class::Plain,
                Self {
                    class,
                    ..undeclared
                },
            );
        };
        let has_secrets = fields.clone().any(|field| field.secret);
        let own = class_of(model, field);
        let class = match (self.class, own, field.kind) {
            (Class::Setting, ..) => Class::Setting,
            // An identity has its value in a field of its own; its type may be shown.
            (Class::Personal, Class::Plain, Kind::Enum(info)) if has_secrets => {
                Class::Word(info.values)
            }
            (Class::Personal, Class::Plain, _) if has_secrets => Class::Plain,
            (inherited, own, _) => inherited.max(own),
        };
        let in_account = matches!(field.kind, Kind::Model(model) if model.name == "Account");
        (
            Class::Plain,
            Self {
                kind: Some(field.kind),
                class,
                in_account,
            },
        )
    }

    fn undeclared(self) -> Self {
        Self {
            kind: None,
            // What hydrant itself wrote has no values of messages.
            class: match (self.kind, self.class) {
                (None, class) => class,
                (_, class) => class.max(Class::Personal),
            },
            in_account: false,
        }
    }
}

/// The type of the elements of a list.
pub(super) fn element(list: Kind) -> Option<Kind> {
    match list {
        Kind::List(Kind::Nullable(element)) => Some(**element),
        Kind::List(element) => Some(*element),
        _ => None,
    }
}

/// Who may see the value of a declared field.
fn class_of(model: &str, field: &FieldInfo) -> Class {
    let is_setting = field.name.ends_with("_settings") && matches!(field.kind, Kind::Map(_));
    let is_key = matches!(field.name, "default_value" | "api_key" | "api_keys");
    let is_attribute = model.starts_with("UserAttributeChange")
        && matches!(field.name, "added" | "removed" | "new" | "old");
    if field.secret && (is_setting || is_key) {
        Class::Setting
    } else if field.secret || is_attribute || PERSONAL.contains(&field.name) {
        Class::Personal
    } else {
        Class::Plain
    }
}

/// Who may see a key of an object that is not declared. Names are shown, such as `event_name`; a
/// number or an address is not.
fn key_class(key: &str, class: Class) -> Class {
    let is_name = key.len() <= 40
        && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | ' '))
        && key.chars().filter(char::is_ascii_digit).count() <= 3;
    if is_name { Class::Plain } else { class }
}

/// Whether a text may name settings. Case, separators and escapes do not matter, because the text is
/// not what it should be.
pub(super) fn mentions_settings(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|it| it.to_ascii_lowercase()).collect();
    letters.contains("setting") || text.contains("\\u")
}

/// Whether the protocol has this word: the name of a field, a type, or the value of an enumeration.
pub(super) fn is_declared_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let mut words = HashSet::new();
        for root in [Place::MESSAGE, Place::BATCH] {
            let Some(root) = root.kind else { continue };
            add_words(root, &mut words);
            root.visit_models(&mut |model: &'static ModelInfo| {
                for field in model.fields() {
                    words.insert(field.name);
                    add_words(field.kind, &mut words);
                }
            });
        }
        words
    });
    WORDS.contains(word)
}

fn add_words(kind: Kind, words: &mut HashSet<&'static str>) {
    match kind {
        Kind::Enum(info) => words.extend(info.values),
        Kind::Family(family) => {
            words.extend([Some(family.tag), family.content].into_iter().flatten());
            words.extend(family.members.iter().map(|member| member.tag));
        }
        Kind::List(element) | Kind::Nullable(element) => add_words(*element, words),
        Kind::Map(map) => {
            words.extend(map.keys.iter().flat_map(|keys| keys.values));
            add_words(map.values, words);
        }
        _ => {}
    }
}
