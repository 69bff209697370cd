//! The declarations as data: names, types, presence and secrecy of the fields of every model.

/// A field of a model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FieldInfo {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it must be present.
    pub presence: Presence,
    /// When the canonical writer leaves it out.
    pub written: Written,
    /// Whether it is or contains an identity, a key or a token, whose values are never shown in an
    /// error text or in `Debug`.
    pub secret: bool,
    /// The first version of the Firehose SDK that has it.
    pub since: &'static str,
    /// For models that several members of a family share: the members that have the field, as bits
    /// of [`MemberInfo::bit`].
    pub(crate) members: u32,
}

/// Whether a field must be present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// The field may be absent.
    Optional,
    /// The protocol declares it as required, but senders have been seen to omit it: its absence is
    /// a finding of `validate`, and reading gives the default
    /// (`docs/protocol/firehose-protocol.md`, section 2.3).
    Required,
    /// Reading refuses a message without it, as the reference does.
    Enforced,
}

/// When the canonical writer writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Written {
    /// Always.
    Always,
    /// When it is set and not empty.
    Set,
    /// When it is true.
    IfTrue,
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// A signed 32-bit integer.
    Int32,
    /// A signed 64-bit integer.
    Int64,
    /// A finite double.
    Double,
    /// A bool.
    Bool,
    /// An exact decimal number.
    Decimal,
    /// A uuid of 36 characters.
    Uuid,
    /// A point in time: seconds since the epoch, or RFC 3339 text.
    Timestamp,
    /// Any JSON.
    Json,
    /// One of the texts of an enumeration.
    Enum(&'static EnumInfo),
    /// An object.
    Model(&'static ModelInfo),
    /// An object whose `type` names its model.
    Family(&'static FamilyInfo),
    /// A list of such values.
    List(&'static Kind),
    /// Such a value, or `null`, which keeps its position. Only elements of lists have this type: a
    /// field that is `null` is absent.
    Nullable(&'static Kind),
    /// An object with arbitrary keys.
    Map(&'static MapInfo),
}

/// An enumeration.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EnumInfo {
    /// Its name in this crate.
    pub name: &'static str,
    /// Its texts on the wire, in declaration order.
    pub values: &'static [&'static str],
}

/// A map.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MapInfo {
    /// The enumeration of the keys; `None` for any text.
    pub keys: Option<&'static EnumInfo>,
    /// The type of the values.
    pub values: Kind,
}

/// A model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Its name in this crate.
    pub name: &'static str,
    /// The part that it shares with other models, whose fields come first.
    pub shared: Option<&'static ModelInfo>,
    /// Its own fields in the order in which the sender writes them, without the discriminator of
    /// the members of a family.
    pub own: &'static [FieldInfo],
}

impl ModelInfo {
    /// All fields in the order in which the sender writes them.
    ///
    /// ```
    /// use hydrant::message::ScreenViewEvent;
    ///
    /// let names: Vec<&str> = ScreenViewEvent::INFO.fields().map(|field| field.name).collect();
    /// // Those of the shared part, then its own.
    /// assert_eq!(names.first(), Some(&"id"));
    /// assert_eq!(names.last(), Some(&"custom_flags"));
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldInfo> + Clone + use<> {
        let shared = self.shared.map_or(&[][..], |shared| shared.own);
        shared.iter().chain(self.own)
    }
}

/// A family: its models by their discriminator, which is `type` in the Firehose protocol.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FamilyInfo {
    /// Its name in this crate.
    pub name: &'static str,
    /// The name of the field with the discriminator.
    pub tag: &'static str,
    /// The name of the field with the fields of the member; `None` if they are beside the
    /// discriminator.
    pub content: Option<&'static str>,
    /// Its members, in declaration order.
    pub members: &'static [MemberInfo],
}

/// A member of a family.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MemberInfo {
    /// The text of the discriminator.
    pub tag: &'static str,
    /// Its model.
    pub model: &'static ModelInfo,
    /// Its bit in the masks of fields, if it shares its model with other members; otherwise all
    /// bits.
    pub(crate) bit: u32,
}

impl MemberInfo {
    /// The fields that this member has.
    ///
    /// ```
    /// use hydrant::message::RuntimeEnvironment;
    ///
    /// let has = |tag: &str, name: &str| {
    ///     let mut members = RuntimeEnvironment::INFO.members.iter();
    ///     let member = members.find(|member| member.tag == tag).unwrap();
    ///     member.fields().any(|field| field.name == name)
    /// };
    /// assert!(has("android", "android_sdk_level"));
    /// assert!(!has("ios", "android_sdk_level"));
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldInfo> + Clone + use<> {
        let bit = self.bit;
        self.model
            .fields()
            .filter(move |field| field.members & bit != 0)
    }
}

impl Kind {
    /// The models of the objects in a value of this type: through lists, maps and families, but not
    /// inside those objects.
    pub(crate) fn models(&self) -> Vec<&'static ModelInfo> {
        match self {
            Self::Model(model) => vec![model],
            Self::Family(family) => {
                let mut models: Vec<&ModelInfo> = Vec::new();
                for member in family.members {
                    if models.iter().all(|known| known.name != member.model.name) {
                        models.push(member.model);
                    }
                }
                models
            }
            Self::List(element) | Self::Nullable(element) => element.models(),
            Self::Map(map) => map.values.models(),
            _ => Vec::new(),
        }
    }

    /// Calls `visit` once for every model that can occur in a value of this type, at any depth.
    ///
    /// ```
    /// use hydrant::message::Message;
    /// use hydrant::schema::Kind;
    ///
    /// let mut secrets = Vec::new();
    /// Kind::Family(&Message::INFO).visit_models(&mut |model| {
    ///     let fields = model.fields().filter(|field| field.secret);
    ///     secrets.extend(fields.map(|field| format!("{}.{}", model.name, field.name)));
    /// });
    /// assert!(secrets.iter().any(|field| field == "Account.account_settings"));
    /// ```
    pub fn visit_models(&self, visit: &mut impl FnMut(&'static ModelInfo)) {
        let mut seen: Vec<&'static str> = Vec::new();
        let mut next = self.models();
        while let Some(model) = next.pop() {
            if seen.contains(&model.name) {
                continue;
            }
            seen.push(model.name);
            visit(model);
            next.extend(model.fields().flat_map(|field| field.kind.models()));
        }
    }
}
