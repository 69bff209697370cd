//! Places in a text: which keys may be shown there, and which values. A key may be a value in the
//! wrong place, and a secret below a misspelt field is still a secret, so only those keys are shown
//! that the declarations explain.

use super::info::{FieldInfo, Kind};

/// A place in a text, and what is declared there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The type of the value; none below a field that is not declared.
    kind: Option<Kind>,
    /// Whether the value is not shown: it is in a field that is declared secret or not at all.
    pub(crate) secret: bool,
}

impl Place {
    const UNDECLARED: Self = Self {
        kind: None,
        secret: true,
    };

    /// The whole text, a value of this type.
    pub(crate) const fn root(kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            secret: false,
        }
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

    /// The value of a key of the object here, and whether the key is shown: if it is declared, or
    /// the name of an entry of a map or of an unknown field, but not in a secret.
    pub(crate) fn field(self, key: &str, type_name: Option<&str>) -> (bool, Self) {
        match self.kind {
            Some(Kind::Model(model)) => self.declared(key, model.fields()),
            Some(Kind::Family(family)) if key == family.tag => (true, self.value(Kind::Text)),
            Some(Kind::Family(family)) if family.content.is_some() => {
                let mut members = family.members.iter();
                let member = members.find(|member| Some(member.tag) == type_name);
                match member {
                    Some(member) if family.content == Some(key) => {
                        (true, self.value(Kind::Model(member.model)))
                    }
                    _ => (family.content == Some(key), Self::UNDECLARED),
                }
            }
            Some(Kind::Family(family)) => {
                let members = family.members.iter();
                let named = members.clone().find(|member| Some(member.tag) == type_name);
                match named {
                    Some(member) => self.declared(key, member.fields()),
                    // A field of any member, which is secret if one of them declares it so. Keys
                    // that none declares are hidden: without a known type, this may be any object.
                    None => {
                        let fields = members.flat_map(|member| member.fields());
                        let (shown, value) = self.declared(key, fields);
                        (shown && value.kind.is_some(), value)
                    }
                }
            }
            Some(Kind::Map(map)) => {
                let mut keys = map.keys.into_iter().flat_map(|keys| keys.values);
                let shown = !self.secret || keys.any(|known| *known == key);
                (shown, self.value(map.values))
            }
            _ => (false, Self::UNDECLARED),
        }
    }

    fn declared(self, key: &str, fields: impl Iterator<Item = &'static FieldInfo>) -> (bool, Self) {
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
                (true, Self { secret, ..value })
            }
            None => (!self.secret, Self::UNDECLARED),
        }
    }

    fn value(self, kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }
}
