//! [`wire_enum!`]: the texts of an enumeration.

/// Declares a list of texts that may grow: an enumeration of section 8. Unknown text is kept.
macro_rules! wire_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $( $(#[$variant_meta])* $variant, )*
            /// A value this version does not know, as it came.
            Unknown(&'a str),
        }

        impl $name<'static> {
            /// Every known value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The description of the enumeration.
            pub const INFO: $crate::schema::EnumInfo = $crate::schema::EnumInfo {
                name: stringify!($name),
                values: &[$($wire),*],
            };
        }

        impl<'a> $name<'a> {
            /// The value of this text; white space around it does not count.
            pub fn from_wire(text: &'a str) -> Self {
                match $crate::schema::trim(text) {
                    $( $wire => Self::$variant, )*
                    _ => Self::Unknown(text),
                }
            }

            /// The text on the wire.
            pub const fn as_str(&self) -> &'a str {
                match *self {
                    $( Self::$variant => $wire, )*
                    Self::Unknown(text) => text,
                }
            }

            /// Whether this version knows the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl std::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<'a> $crate::schema::Decode<'a> for $name<'a> {
            fn decode<D: $crate::schema::Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
                let Some(text) = decoder.string_only()? else { return Ok(None) };
                let value = Self::from_wire(text);
                if !value.is_known() {
                    decoder.unknown_value()?;
                }
                Ok(Some(value))
            }
        }

        impl $crate::schema::Encode for $name<'_> {
            #[inline]
            fn encode<E: $crate::schema::Encoder>(&self, encoder: &mut E) {
                match *self {
                    $( Self::$variant => encoder.padded_text(const { &$crate::schema::PaddedText::new($wire) }), )*
                    Self::Unknown(text) => encoder.text(text),
                }
            }
        }

        impl $crate::schema::Describe for $name<'_> {
            const KIND: $crate::schema::Kind = $crate::schema::Kind::Enum(&$name::INFO);
        }

        $crate::schema::serialize::text! { $name as_str }
    };
}
pub(crate) use wire_enum;
