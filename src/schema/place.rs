//! Places in a text: which keys may be shown there, and which values. A key may be a value in the
//! wrong place, and a secret below a misspelt field is still a secret, so only those keys are shown
//! that the declarations explain. A value may be personal data, so only texts of the protocol are.

use super::info::{FieldInfo, Kind};

/// A place in a text, and what is declared there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The type of the value; none below a field that is not declared.
    kind: Option<Kind>,
    /// Whether nothing of the value is shown: it is in a field that is declared secret or not at
    /// all.
    pub(crate) secret: bool,
    /// Whether the value is the `type` of an object.
    is_type: bool,
}

/// Who has chosen a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// The protocol: the key is declared.
    Protocol,
    /// The sender: the name of an attribute, of a purpose of a consent, or of an unknown field. It
    /// may be personal data, so only findings show it, which are made to find it.
    Sender,
    /// Nobody knows. It may be a secret, and is never shown.
    Unknown,
}

impl Place {
    const UNDECLARED: Self = Self {
        kind: None,
        secret: true,
        is_type: false,
    };

    /// The whole text, a value of this type.
    pub(crate) const fn root(kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            secret: false,
            is_type: false,
        }
    }

    /// Whether the value is a text of the protocol, which tells nothing about a person.
    pub(crate) fn is_protocol_text(self) -> bool {
        !self.secret && (self.is_type || matches!(self.kind, Some(Kind::Enum(_))))
    }

    /// An element of the list here.
    pub(crate) fn element(self) -> Self {
        match self.kind {
            Some(Kind::List(element)) => Self {
                kind: Some(match element {
                    Kind::Nullable(element) => **element,
                    element => *element,
                }),
                ..self
            },
            _ => Self::UNDECLARED,
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

    /// The value of a key of the object here, and who has chosen the key.
    pub(crate) fn field(self, key: &str, type_name: Option<&str>) -> (KeyOrigin, Self) {
        use KeyOrigin::{Protocol, Unknown};
        match self.kind {
            Some(Kind::Model(model)) => self.declared(key, model.fields()),
            Some(Kind::Family(family)) if key == family.tag => {
                let is_type = true;
                let value = self.value(Kind::Text);
                (Protocol, Self { is_type, ..value })
            }
            Some(Kind::Family(family)) if family.content.is_some() => {
                let mut members = family.members.iter();
                let member = members.find(|member| Some(member.tag) == type_name);
                match member {
                    Some(member) if family.content == Some(key) => {
                        (Protocol, self.value(Kind::Model(member.model)))
                    }
                    _ if family.content == Some(key) => (Protocol, Self::UNDECLARED),
                    _ => (Unknown, Self::UNDECLARED),
                }
            }
            Some(Kind::Family(family)) => {
                let members = family.members.iter();
                let named = members.clone().find(|member| Some(member.tag) == type_name);
                match named {
                    Some(member) => {
                        let (origin, value) = self.declared(key, member.fields());
                        // Other members have the field.
                        let mut fields = member.model.fields();
                        match fields.any(|field| field.name == key) {
                            true => (Protocol, value),
                            false => (origin, value),
                        }
                    }
                    // A field of any member, which is secret if one of them declares it so. Keys
                    // that none declares are hidden: without a known type, this may be any object.
                    None => {
                        let fields = members.flat_map(|member| member.fields());
                        match self.declared(key, fields) {
                            (Protocol, value) => (Protocol, value),
                            (_, value) => (Unknown, value),
                        }
                    }
                }
            }
            Some(Kind::Map(map)) => {
                let mut keys = map.keys.into_iter().flat_map(|keys| keys.values);
                let origin = match keys.any(|known| *known == key) {
                    true => Protocol,
                    false => self.origin_of_others(),
                };
                (origin, self.value(map.values))
            }
            _ => (Unknown, Self::UNDECLARED),
        }
    }

    /// The origin of keys that are not declared.
    fn origin_of_others(self) -> KeyOrigin {
        match self.secret {
            true => KeyOrigin::Unknown,
            false => KeyOrigin::Sender,
        }
    }

    fn declared(
        self,
        key: &str,
        fields: impl Iterator<Item = &'static FieldInfo>,
    ) -> (KeyOrigin, Self) {
        // Protocols before 2.0 have two lists for one.
        let name = match key {
            "added_audiences" | "removed_audiences" => "audiences",
            key => key,
        };
        let fields = fields.filter(|field| field.name == name);
        match fields.max_by_key(|field| field.secret) {
            Some(field) => {
                let value = self.value(field.kind);
                let secret = self.secret || field.secret;
                (KeyOrigin::Protocol, Self { secret, ..value })
            }
            None => (self.origin_of_others(), Self::UNDECLARED),
        }
    }

    fn value(self, kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }
}
