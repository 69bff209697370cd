//! The macros that turn one table per model into the struct, its reader, its writer, its `Debug` and its `Serialize`:
//! a field's name, type, default and writing rule stand once. The traits they implement are in `wire`.

/// Whether a field is written: `always`, `set` (when set, when not empty) or `if_true`.
macro_rules! is_written {
    (always, $value:expr) => {{
        let _ = &$value;
        true
    }};
    (set, $value:expr) => {
        !$crate::message::wire::WireValue::is_absent(&$value)
    };
    (if_true, $value:expr) => {
        $value
    };
}

/// One field in `Debug` output: `secret` values are never shown.
macro_rules! debug_field {
    ($debug:ident, $name:expr, $value:expr) => {
        $debug.field($name, &$value)
    };
    ($debug:ident, $name:expr, $value:expr, secret) => {
        $debug.field($name, &$crate::message::wire::Redacted)
    };
}

/// A model: the table of its fields. Each line reads
/// `"wire name" field: Type = default, written[, secret];`
/// where `written` is `always`, `set` or `if_true`, and `secret` keeps the value out of `Debug`. `flatten common: Type;`
/// as the first line puts the fields of a shared part in front.
macro_rules! model {
    ($(#[$meta:meta])* pub struct $name:ident<'a> { $($body:tt)* }) => {
        $crate::message::table::model! { @define [<'a>] $(#[$meta])* $name { $($body)* } }
    };
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        $crate::message::table::model! { @define [] $(#[$meta])* $name { $($body)* } }
    };
    (@define [$($generics:tt)*] $(#[$meta:meta])* $name:ident {
        $( flatten $common:ident: $common_type:ty; )?
        $( $(#[$field_meta:meta])*
           $wire:literal $field:ident: $type:ty = $default:expr, $written:ident $(, $secret:ident)?; )*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq)]
        pub struct $name $($generics)* {
            $( /// The fields that all members of the family share.
            pub $common: $common_type, )?
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl<'a> $name $($generics)* {
            /// Every field at its default, for building values with `..`.
            pub const EMPTY: Self = Self {
                $( $common: <$common_type>::EMPTY, )?
                $( $field: $default, )*
            };

            /// The same, built field by field: what is not set is not written.
            #[inline(always)]
            pub(crate) fn empty() -> Self {
                Self {
                    $( $common: <$common_type>::empty(), )?
                    $( $field: $default, )*
                }
            }

            /// The names on the wire, in the order in which the sender writes them.
            #[allow(dead_code, clippy::allow_attributes, reason = "not every model's list is looked at")]
            pub(crate) const FIELDS: &'static [&'static str] = &[$($wire),*];

            /// Reads the fields that come in table order, as far as they do.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            #[inline]
            pub(crate) fn read_in_order<S: $crate::message::wire::Source<'a>>(
                &mut self,
                source: &mut S,
                object: &mut S::Object,
            ) -> Result<(), S::Fault> {
                $( self.$common.read_in_order(source, object)?; )?
                $( if source.key_is(object, $crate::message::wire::key!($wire)) {
                    $crate::message::wire::read_field(source, object, &mut self.$field, $default)?;
                } )*
                Ok(())
            }

            /// Reads the value of `key` if it is one of ours.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn read_field<S: $crate::message::wire::Source<'a>>(
                &mut self,
                source: &mut S,
                object: &mut S::Object,
                key: &str,
            ) -> Result<bool, S::Fault> {
                match key {
                    $( $wire => $crate::message::wire::read_field(source, object, &mut self.$field, $default)?, )*
                    _ => {
                        $( return self.$common.read_field(source, object, key); )?
                        #[allow(unreachable_code, clippy::allow_attributes, reason = "reached without a common part")]
                        return Ok(false);
                    }
                }
                #[allow(unreachable_code, clippy::allow_attributes, reason = "not reached without fields")]
                Ok(true)
            }

            /// Reads what is left of an object.
            pub(crate) fn read_body<S: $crate::message::wire::Source<'a>>(
                &mut self,
                source: &mut S,
                object: &mut S::Object,
            ) -> Result<(), S::Fault> {
                self.read_in_order(source, object)?;
                while let Some(key) = source.next_key(object)? {
                    if !self.read_field(source, object, key)? {
                        source.skip()?;
                        source.end_value(object)?;
                    }
                }
                Ok(())
            }

            /// Writes the fields in table order.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn write_fields<W: $crate::message::wire::Sink>(&self, sink: &mut W) {
                $( self.$common.write_fields(sink); )?
                $( if $crate::message::table::is_written!($written, self.$field) {
                    sink.static_key(concat!(",\"", $wire, "\":"));
                    $crate::message::wire::WireValue::write(&self.$field, sink);
                } )*
            }

            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn serialize_fields<M: serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> Result<(), M::Error> {
                $( self.$common.serialize_fields(map)?; )?
                $( if $crate::message::table::is_written!($written, self.$field) {
                    map.serialize_entry($wire, &self.$field)?;
                } )*
                Ok(())
            }
        }

        impl $($generics)* Default for $name $($generics)* {
            fn default() -> Self {
                Self::EMPTY
            }
        }

        impl $($generics)* std::fmt::Debug for $name $($generics)* {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut debug = f.debug_struct(stringify!($name));
                $( debug.field(stringify!($common), &self.$common); )?
                $( if $crate::message::table::is_written!($written, self.$field) {
                    $crate::message::table::debug_field!(debug, stringify!($field), self.$field $(, $secret)?);
                } )*
                debug.finish_non_exhaustive()
            }
        }

        impl<'a> $crate::message::wire::WireValue<'a> for $name $($generics)* {
            fn read<S: $crate::message::wire::Source<'a>>(
                source: &mut S,
            ) -> Result<Option<Self>, S::Fault> {
                let mut model = None;
                Self::read_placed(source, |value| Some(model.insert(value)))?;
                Ok(model)
            }
            #[inline]
            fn read_placed<'p, S: $crate::message::wire::Source<'a>>(
                source: &mut S,
                put: impl FnOnce(Self) -> Option<&'p mut Self>,
            ) -> Result<bool, S::Fault>
            where
                'a: 'p,
            {
                let Some(mut object) = source.object()? else { return Ok(false) };
                let Some(model) = put(Self::empty()) else { return Ok(false) };
                model.read_body(source, &mut object)?;
                Ok(true)
            }
            fn write<W: $crate::message::wire::Sink>(&self, sink: &mut W) {
                let mark = sink.begin();
                self.write_fields(sink);
                sink.end_object(mark);
            }
        }

        impl $($generics)* serde::Serialize for $name $($generics)* {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                self.serialize_fields(&mut map)?;
                serde::ser::SerializeMap::end(map)
            }
        }
    };
}

/// A closed list of texts that may grow: the table of an enumeration of section 8. Unknown text is kept.
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
        }

        impl<'a> $name<'a> {
            /// The value of this text; surrounding white space does not count.
            pub fn from_wire(text: &'a str) -> Self {
                match $crate::message::wire::trim(text) {
                    $( $wire => Self::$variant, )*
                    _ => Self::Unknown(text),
                }
            }

            /// The text on the wire.
            pub fn as_str(&self) -> &'a str {
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

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'a> $crate::message::wire::WireValue<'a> for $name<'a> {
            fn read<S: $crate::message::wire::Source<'a>>(
                source: &mut S,
            ) -> Result<Option<Self>, S::Fault> {
                let Some(text) = source.word()? else { return Ok(None) };
                let value = Self::from_wire(text);
                if !value.is_known() {
                    source.unknown_word()?;
                }
                Ok(Some(value))
            }
            #[inline]
            fn write<W: $crate::message::wire::Sink>(&self, sink: &mut W) {
                match *self {
                    $( Self::$variant => sink.word(const { &$crate::message::wire::Word::new($wire) }), )*
                    Self::Unknown(text) => sink.text(text),
                }
            }
        }
    };
}

/// Reads a family member whose `type` has been looked at.
macro_rules! read_member {
    ($model:ident, $source:ident) => {{
        // In its place from the start, so that it is not moved there later.
        let model = $source.place($model::empty());
        if let Some(mut object) = $source.tagged_object()? {
            model.read_body($source, &mut object)?;
        }
        model
    }};
}

/// What `null` means where a family member may stand.
macro_rules! null_member {
    (absent, $source:ident) => {
        Ok(None)
    };
    (refused, $source:ident) => {
        Err($source.null_element())
    };
}

/// A polymorphic family: which `type` is which model. Members live in the arena, so that the enumeration stays two
/// words wide. Members that are not in the table are kept as `Unknown`.
macro_rules! family {
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $tag:ident, null $null:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($model:ident), )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $( $(#[$variant_meta])* $variant(&'a $model<'a>), )*
            /// A member this version does not know, with its source text.
            Unknown(&'a $crate::message::Unknown<'a>),
        }

        impl<'a> $name<'a> {
            /// The discriminator.
            pub fn kind(&self) -> $tag<'a> {
                match self {
                    $( Self::$variant(_) => $tag::$variant, )*
                    Self::Unknown(unknown) => $tag::Unknown(unknown.type_name),
                }
            }
        }

        impl<'a> $crate::message::wire::WireValue<'a> for $name<'a> {
            fn read<S: $crate::message::wire::Source<'a>>(
                source: &mut S,
            ) -> Result<Option<Self>, S::Fault> {
                if source.null() {
                    return $crate::message::table::null_member!($null, source);
                }
                let type_name = source.discriminator()?;
                $( if type_name == $tag::$variant.as_str() {
                    let model = $crate::message::table::read_member!($model, source);
                    return Ok(Some(Self::$variant(model)));
                } )*
                source.unknown_member()?;
                let raw = source.raw()?;
                Ok(Some(Self::Unknown(source.place($crate::message::Unknown { type_name, raw }))))
            }
            fn write<W: $crate::message::wire::Sink>(&self, sink: &mut W) {
                match self {
                    $( Self::$variant(model) => {
                        let mark = sink.begin();
                        sink.static_key(",\"type\":");
                        $crate::message::wire::WireValue::write(&$tag::$variant, sink);
                        model.write_fields(sink);
                        sink.end_object(mark);
                    } )*
                    Self::Unknown(unknown) => sink.raw(unknown.raw),
                }
            }
        }

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                serde::ser::SerializeMap::serialize_entry(&mut map, "type", self.kind().as_str())?;
                match self {
                    $( Self::$variant(model) => model.serialize_fields(&mut map)?, )*
                    Self::Unknown(unknown) => {
                        serde::ser::SerializeMap::serialize_entry(&mut map, "raw", unknown.raw)?;
                    }
                }
                serde::ser::SerializeMap::end(map)
            }
        }
    };
}

pub(crate) use {debug_field, family, is_written, model, null_member, read_member, wire_enum};
