//! [`wire_enum!`]: the texts of an enumeration.

/// Declares a list of texts that may grow: an enumeration of section 8. Unknown text is kept.
macro_rules! wire_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal, )* }) => {
        $(#[$meta])*
        /// A value that this version does not know is kept unchanged. Compare such a value by
        /// [`as_str`](Self::as_str), which does not change when a later version knows it.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $( $(#[$variant_meta])* $variant, )*
            // Not accessible outside the crate: a value is no longer in it when a later version
            // knows it.
            #[doc(hidden)]
            __Unknown($crate::schema::UnknownText<'a>),
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
            /// The text on the wire.
            #[must_use]
            pub const fn as_str(&self) -> &'a str {
                match *self {
                    $( Self::$variant => $wire, )*
                    Self::__Unknown(unknown) => unknown.0,
                }
            }

            /// Whether this version knows the value.
            #[must_use]
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::__Unknown(_))
            }

            /// The text, if this version does not know the value.
            #[must_use]
            pub const fn unknown(&self) -> Option<&'a str> {
                match *self {
                    Self::__Unknown(unknown) => Some(unknown.0),
                    _ => None,
                }
            }
        }

        /// The value with this text; white space around it is ignored.
        impl<'a> From<&'a str> for $name<'a> {
            fn from(text: &'a str) -> Self {
                match $crate::schema::trim(text) {
                    $( $wire => Self::$variant, )*
                    _ => Self::__Unknown($crate::schema::UnknownText(text)),
                }
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl std::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $( Self::$variant => f.write_str(stringify!($variant)), )*
                    Self::__Unknown(unknown) => f.debug_tuple("Unknown").field(&unknown.0).finish(),
                }
            }
        }

        impl<'a> $crate::schema::Decode<'a> for $name<'a> {
            fn decode<D: $crate::schema::Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
                let Some(text) = decoder.string_only()? else { return Ok(None) };
                let value = Self::from(text);
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
                    Self::__Unknown(unknown) => encoder.text(unknown.0),
                }
            }
        }

        impl $crate::schema::Describe for $name<'_> {
            const KIND: $crate::schema::Kind = $crate::schema::Kind::Enum(&$name::INFO);
            fn fmt_secret(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::__Unknown(_) => f.write_str("Unknown([redacted])"),
                    known => std::fmt::Debug::fmt(known, f),
                }
            }
        }

        $crate::schema::serialize::text! { $name as_str }
    };
}
pub(crate) use wire_enum;
