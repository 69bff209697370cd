//! Descriptions of the settings that a customer fills in (section 7.1).

use std::fmt;
use std::ops::RangeInclusive;

use super::Str;
use crate::message::SettingType;

/// The description of a setting of any type: [`Text`], [`Integer`], [`Float`] or [`Boolean`].
///
/// ```
/// use hydrant::registration::{Boolean, SettingDescription, Text};
/// let settings: [SettingDescription; 2] = [
///     Text::new("api_key", "API key").required().confidential().into(),
///     Boolean::new("sandbox", "Sandbox").description("Sends to the sandbox of Acme").into(),
/// ];
/// assert_eq!(settings[0].id(), Some("api_key"));
/// ```
///
/// Options that a type of setting does not have are compile errors:
///
/// ```compile_fail
/// hydrant::registration::Text::new("api_key", "API key").range(1..=10);
/// ```
#[derive(Clone, Debug)]
pub struct SettingDescription(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Text(Text),
    Integer(Integer),
    Float(Float),
    Boolean(Boolean),
    Unknown(UnknownMember),
}

/// A setting or an authentication of a type that this version does not know, in a registration that
/// was parsed.
#[derive(Clone)]
pub(super) struct UnknownMember {
    pub(super) type_name: String,
    pub(super) raw: String,
}

impl fmt::Debug for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownMember")
            .field("type_name", &self.type_name)
            .finish_non_exhaustive()
    }
}

impl SettingDescription {
    /// The identifier, which is the key of the value in messages; `None` if a description that was
    /// parsed has none.
    pub fn id(&self) -> Option<&str> {
        self.label()?.id.as_deref()
    }

    pub(super) fn label(&self) -> Option<&Label> {
        match &self.0 {
            Kind::Text(setting) => Some(&setting.label),
            Kind::Integer(setting) => Some(&setting.label),
            Kind::Float(setting) => Some(&setting.label),
            Kind::Boolean(setting) => Some(&setting.label),
            Kind::Unknown(_) => None,
        }
    }

    pub(super) fn label_mut(&mut self) -> Option<&mut Label> {
        match &mut self.0 {
            Kind::Text(setting) => Some(&mut setting.label),
            Kind::Integer(setting) => Some(&mut setting.label),
            Kind::Float(setting) => Some(&mut setting.label),
            Kind::Boolean(setting) => Some(&mut setting.label),
            Kind::Unknown(_) => None,
        }
    }

    /// Whether the customer fills the setting in. The module sets the value of an invisible
    /// setting.
    pub(super) fn is_visible(&self) -> bool {
        self.label().is_some_and(|label| label.visible)
    }

    /// The type, if it is known.
    pub(super) fn kind(&self) -> Option<SettingType<'static>> {
        match &self.0 {
            Kind::Text(_) => Some(SettingType::Text),
            Kind::Integer(_) => Some(SettingType::Integer),
            Kind::Float(_) => Some(SettingType::Float),
            Kind::Boolean(_) => Some(SettingType::Boolean),
            Kind::Unknown(_) => None,
        }
    }

    /// Whether the setting always has a value, because it is required or has a default.
    pub(super) fn always_has_a_value(&self) -> bool {
        match &self.0 {
            Kind::Text(setting) => setting.required || setting.default.is_some(),
            Kind::Integer(setting) => setting.required || setting.default.is_some(),
            Kind::Float(setting) => setting.required || setting.default.is_some(),
            Kind::Boolean(_) | Kind::Unknown(_) => true,
        }
    }
}

/// The parts that all settings have.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) id: Option<Str>,
    pub(super) name: Option<Str>,
    pub(super) description: Option<Str>,
    pub(super) visible: bool,
}

impl Label {
    fn new(id: Str, name: Str) -> Self {
        Self {
            id: Some(id),
            name: Some(name),
            description: None,
            visible: true,
        }
    }
}

macro_rules! setting {
    (
        $(#[$meta:meta])* $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $default:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[must_use]
        pub struct $name {
            pub(super) label: Label,
            $($(#[$field_meta])* pub(super) $field: $type,)*
        }

        impl $name {
            /// Creates a setting with this identifier, which is the key of the value in messages,
            /// and this label for the customer.
            pub fn new(id: impl Into<Str>, name: impl Into<Str>) -> Self {
                Self::with(Label::new(id.into(), name.into()))
            }

            pub(super) fn with(label: Label) -> Self {
                Self { label, $($field: $default,)* }
            }

            /// Sets the explanation for the customer: short, without markup and links (rule 14 of
            /// section 12).
            pub fn description(mut self, description: impl Into<Str>) -> Self {
                self.label.description = Some(description.into());
                self
            }

            /// Hides the setting from the customer: the module sets its value in the response to an
            /// audience subscription (rule 18 of section 12).
            pub fn invisible(mut self) -> Self {
                self.label.visible = false;
                self
            }
        }

        impl From<$name> for SettingDescription {
            fn from(setting: $name) -> Self {
                Self(Kind::$name(setting))
            }
        }
    };
}

setting! {
    /// A text setting. `Debug` does not show the default value.
    ///
    /// ```
    /// use hydrant::registration::Text;
    /// Text::new("region", "Region")
    ///     .default("us")
    ///     .description("Where the data is stored: us or eu");
    /// ```
    #[derive(Clone)]
    Text {
        default: Option<Str> = None,
        required: bool = false,
        confidential: bool = false,
    }
}

impl Text {
    /// Sets the default value. It is published with the registration, so it must not be a secret.
    pub fn default(mut self, value: impl Into<Str>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Requires the customer to fill it in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Masks the value after it is entered: for keys and passwords, which should also be
    /// [required](Self::required) (rule 16 of section 12).
    pub fn confidential(mut self) -> Self {
        self.confidential = true;
        self
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.as_ref().map(|_| format_args!("[redacted]"));
        f.debug_struct("Text")
            .field("label", &self.label)
            .field("default", &default)
            .field("required", &self.required)
            .field("confidential", &self.confidential)
            .finish()
    }
}

macro_rules! numeric {
    ($name:ident, $type:ty) => {
        impl $name {
            /// Sets the default value.
            pub fn default(mut self, value: $type) -> Self {
                self.default = Some(value);
                self
            }

            /// Sets the smallest and the largest value that the customer may enter. The platform
            /// checks this; a [`SettingField`](super::SettingField) checks received values as well.
            pub fn range(self, range: RangeInclusive<$type>) -> Self {
                self.min(*range.start()).max(*range.end())
            }

            /// Sets the smallest value that the customer may enter.
            pub fn min(mut self, value: $type) -> Self {
                self.min = Some(value);
                self
            }

            /// Sets the largest value that the customer may enter.
            pub fn max(mut self, value: $type) -> Self {
                self.max = Some(value);
                self
            }

            /// Requires the customer to fill it in.
            pub fn required(mut self) -> Self {
                self.required = true;
                self
            }
        }
    };
}

setting! {
    /// An integer setting.
    ///
    /// ```
    /// use hydrant::registration::Integer;
    /// Integer::new("limit", "Limit").default(100).range(1..=1000);
    /// ```
    #[derive(Clone, Debug)]
    Integer {
        default: Option<i64> = None,
        min: Option<i64> = None,
        max: Option<i64> = None,
        required: bool = false,
    }
}

numeric! { Integer, i64 }

setting! {
    /// A floating-point setting.
    ///
    /// ```
    /// use hydrant::registration::Float;
    /// Float::new("rate", "Rate").required().description("Share of events, between zero and one");
    /// ```
    #[derive(Clone, Debug)]
    Float {
        default: Option<f64> = None,
        min: Option<f64> = None,
        max: Option<f64> = None,
        required: bool = false,
    }
}

numeric! { Float, f64 }

setting! {
    /// A boolean setting, initially off.
    ///
    /// ```
    /// use hydrant::registration::Boolean;
    /// Boolean::new("anonymize", "Anonymize").on();
    /// ```
    #[derive(Clone, Debug)]
    Boolean {
        default: bool = false,
        checked: bool = false,
    }
}

impl Boolean {
    /// Makes the setting initially on. The protocol has two fields for this, which get the same
    /// value (D35).
    pub fn on(mut self) -> Self {
        (self.default, self.checked) = (true, true);
        self
    }
}
