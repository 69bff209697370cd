//! [`Place`]: what is declared at a place of a text, and who may see the value there.

use std::collections::HashSet;
use std::sync::LazyLock;

use hydrant::message::Message;
use hydrant::outgoing::OutgoingBatch;
use hydrant::schema::{FieldInfo, Kind, ModelInfo};

/// Who may see a value: what the page shows, and what a recording has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Everybody.
    Plain,
    /// Everybody if it looks like a name, because another text may be an identity in the wrong
    /// place.
    Name,
    /// Everybody if it is one of these words; for the same reason.
    Word(&'static [&'static str]),
    /// Those who have switched personal values on, or record identities.
    Personal,
    /// Those who have switched personal values on. It is not recorded, because it may be anything.
    Undeclared,
    /// Nobody: it may be a setting, which may be a key of the customer.
    Setting,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The type of the value; none below a field that is not declared.
    pub(crate) kind: Option<Kind>,
    pub(crate) class: Class,
    /// Whether the object here has members of an account, among which a setting may be misspelt.
    in_account: bool,
}

/// The fields of persons that are not declared secret, because errors do not show them anyway.
const PERSONAL: [&str; 6] = [
    "http_header_user_agent",
    "integration_attributes",
    "latitude",
    "location",
    "longitude",
    "user_attribute_lists",
];

impl Place {
    /// A Firehose message.
    pub(crate) const MESSAGE: Self = Self::root(Kind::Family(&Message::INFO));
    /// An outgoing batch.
    pub(crate) const BATCH: Self = Self::root(Kind::Model(&OutgoingBatch::INFO));
    /// A text of which nothing is known: keys are shown if they look like names, values are not.
    #[cfg(feature = "console")]
    pub(crate) const UNKNOWN: Self = Self {
        kind: None,
        class: Class::Undeclared,
        in_account: false,
    };
    /// A text without data of messages.
    #[cfg(feature = "console")]
    pub(crate) const OPEN: Self = Self {
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
    pub(crate) fn element(self) -> Self {
        match self.kind.and_then(element) {
            Some(element) => Self {
                kind: Some(element),
                ..self
            },
            None => {
                let undeclared = self.undeclared();
                Self {
                    class: undeclared.class.max(self.misplaced()),
                    ..undeclared
                }
            }
        }
    }

    /// Whether the value here has settings and nothing else.
    pub(crate) fn is_settings(self) -> bool {
        self.class == Class::Setting && matches!(self.kind, Some(Kind::Map(_)))
    }

    /// Who may see a text or a number here, where an object or a list should be: it may be a whole
    /// message as text, or the description of an account or of a person.
    fn misplaced(self) -> Class {
        match self.kind {
            Some(Kind::Family(family)) if family.name == Message::INFO.name => Class::Setting,
            Some(Kind::Model(_)) if self.in_account => Class::Setting,
            Some(Kind::List(Kind::Text | Kind::Nullable(Kind::Text))) => Class::Plain,
            Some(Kind::Family(_) | Kind::Model(_) | Kind::List(_) | Kind::Map(_)) => {
                Class::Undeclared
            }
            _ => Class::Plain,
        }
    }

    /// Who may see this text, number or word here.
    pub(crate) fn scalar(self, text: &str) -> Class {
        let fits = self.kind.is_none_or(|kind| fits(kind, text));
        match self.class.max(self.misplaced()) {
            Class::Plain if !fits => class_of_undeclared(text),
            Class::Name if is_name(text) => Class::Plain,
            Class::Name => class_of_undeclared(text),
            Class::Word(known) if known.contains(&text) => Class::Plain,
            Class::Word(_) => Class::Personal,
            Class::Personal if !fits && mentions_settings(text) => Class::Setting,
            // `NaN` is not a position.
            Class::Personal if matches!(self.kind, Some(Kind::Double)) && is_not_finite(text) => {
                Class::Plain
            }
            Class::Undeclared => class_of_undeclared(text),
            class => class,
        }
    }

    /// The name of the field that names the model of the object here, if it is a member of a
    /// family.
    pub(crate) fn discriminator(self) -> Option<&'static str> {
        match self.kind {
            Some(Kind::Family(family)) => Some(family.tag),
            _ => None,
        }
    }

    /// Who may see a key of the object here, and the place of its value.
    pub(crate) fn field(self, key: &str, type_name: Option<&str>) -> (Class, Self) {
        match self.kind {
            Some(Kind::Model(model)) => self.declared(key, model.name, model.fields()),
            Some(Kind::Family(family)) if key == family.tag => {
                let class = self.class.max(Class::Name);
                let kind = Some(Kind::Text);
                (
                    Class::Plain,
                    Self {
                        kind,
                        class,
                        ..self
                    },
                )
            }
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
                    _ => self.unknown(key, false),
                }
            }
            Some(Kind::Map(map)) => {
                let kind = Some(map.values);
                (Class::Plain, Self { kind, ..self })
            }
            _ => self.unknown(key, false),
        }
    }

    /// The same for a key that is not declared, which may be a value. Names are shown, such as
    /// `event_name`; a number or an address is not.
    fn unknown(self, key: &str, is_setting: bool) -> (Class, Self) {
        let undeclared = self.undeclared();
        let class = match is_setting || mentions_settings(key) {
            true => Class::Setting,
            false => undeclared.class,
        };
        let of_key = if is_name(key) { Class::Plain } else { class };
        (
            of_key,
            Self {
                class,
                ..undeclared
            },
        )
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
            return self.unknown(key, is_message || self.in_account);
        };
        let has_secrets = fields.clone().any(|field| field.secret);
        let own = class_of(model, field);
        let class = match (self.class, own, field.kind) {
            (Class::Setting, ..) => Class::Setting,
            // An identity has its value in a field of its own; its type may be shown.
            (Class::Personal, Class::Plain, Kind::Enum(info)) if has_secrets => {
                Class::Word(info.values)
            }
            (Class::Personal, Class::Plain, Kind::Text) if has_secrets => Class::Name,
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
                (_, class) => class.max(Class::Undeclared),
            },
            in_account: false,
        }
    }
}

/// The type of the elements of a list.
pub(crate) fn element(list: Kind) -> Option<Kind> {
    match list {
        Kind::List(Kind::Nullable(element)) => Some(**element),
        Kind::List(element) => Some(*element),
        _ => None,
    }
}

/// Who may see the value of a declared field.
fn class_of(model: &str, field: &FieldInfo) -> Class {
    let is_map = matches!(field.kind, Kind::Map(_));
    let is_setting = field.name.ends_with("_settings") && is_map;
    let is_key = matches!(field.name, "default_value" | "api_key" | "api_keys");
    let is_personal = match field.name {
        // The attributes of an audience are a list, whose elements have the values.
        "user_attributes" => is_map,
        "added" | "removed" | "new" | "old" => model.starts_with("UserAttributeChange"),
        "value" | "list_value" => model == "UserAttributeAudienceEvent",
        // What somebody calls a device.
        "name" => model.starts_with("Runtime"),
        "device" => model == "DeviceInfo",
        name => PERSONAL.contains(&name),
    };
    if field.secret && (is_setting || is_key) {
        Class::Setting
    } else if field.secret || is_personal {
        Class::Personal
    } else {
        Class::Plain
    }
}

/// Who may see a text that no declaration explains.
fn class_of_undeclared(text: &str) -> Class {
    if mentions_settings(text) {
        // It may have a message in it.
        Class::Setting
    } else if is_declared_word(text) {
        // A word of the protocol says nothing about a person, wherever it is.
        Class::Plain
    } else {
        Class::Undeclared
    }
}

/// Whether a text is a value of this type. A text that has an object in it is none: it may be a
/// whole message.
fn fits(kind: Kind, text: &str) -> bool {
    let text = trim(text);
    let only = |others: &str| {
        text.chars()
            .all(|it| it.is_ascii_digit() || others.contains(it))
    };
    match kind {
        Kind::Text => !text
            .split_once('{')
            .is_some_and(|(_, rest)| rest.contains(':')),
        Kind::Int32 | Kind::Int64 | Kind::Double | Kind::Decimal => only("+-.eE"),
        Kind::Bool => {
            only("")
                || ["true", "false"]
                    .iter()
                    .any(|it| text.eq_ignore_ascii_case(it))
        }
        Kind::Uuid => only("abcdefABCDEF-"),
        Kind::Timestamp => only("+-.:TtZz "),
        Kind::Enum(info) => info.values.contains(&text) || is_name(text),
        Kind::List(element) | Kind::Nullable(element) => fits(*element, text),
        _ => true,
    }
}

/// The text without the characters around it that parsers leave out, which are those of Java.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|it| it <= ' ')
}

fn is_not_finite(text: &str) -> bool {
    let has_digit = text.chars().any(|it| it.is_ascii_digit());
    !has_digit && trim(text).parse::<f64>().is_ok()
}

/// Whether a text looks like a name of a program.
fn is_name(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | ' ');
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(is_part)
        && text.chars().filter(char::is_ascii_digit).count() <= 3
}

/// Whether everybody may see this text in a field that is declared as a text.
#[cfg(feature = "console")]
pub(crate) fn is_plain(text: &str) -> bool {
    Place::root(Kind::Text).scalar(text) == Class::Plain
}

/// Whether everybody may see a text that a finding quotes: it is a word of the protocol, or looks like
/// the misspelling of one.
#[cfg(feature = "console")]
pub(crate) fn is_harmless(text: &str) -> bool {
    is_declared_word(text) || is_name(text) && !mentions_settings(text)
}

/// Whether a text may name settings. Case, separators and escapes do not matter, because the text
/// is not what it should be.
pub(crate) fn mentions_settings(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|it| it.to_ascii_lowercase()).collect();
    letters.contains("setting") || text.contains("\\u")
}

/// Whether the protocol has this word: the name of a field, a type, or the value of an enumeration.
pub(crate) fn is_declared_word(word: &str) -> bool {
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
