//! [`model!`]: one line per field, which generates the struct, its reader, its writer, its `Debug`,
//! its `Serialize` and its description.

/// Declares a model. Each line reads
///
/// ```text
/// "wire name" field: Type = default, written
///     [, secret | guarded] [, required | enforced [, filled]] [, noted] [, long] [, since "2.3.0"];
///     [in MEMBERS [, read in MEMBERS];]
/// ```
///
/// - `written` says when the canonical writer writes the field: `always`, `set` (when it is set and
///   not empty) or `if_true`.
/// - `secret` excludes the value from `Debug`, from error texts and from `inspect`.
/// - `guarded` excludes a value that is not one of the declared texts from `Debug`: next to a
///   secret, it may be the secret in the wrong place.
/// - `required` fields are declared as required by the protocol, `enforced` ones are refused when
///   absent, and `filled` ones also when they are empty.
/// - `noted` fields are those of which a reader of its own learns whether they are present; for
///   others, absent and default are the same.
/// - `long` identifiers have 32 bits in the reference; longer ones are counted.
/// - `since` is the first SDK version that has the field; without it, 1.0.0.
/// - `in` is for a model that several members of a family share: the members that have the field,
///   as bits; `read in`: those that read it although they do not have it.
///
/// `flatten common: Type;` as the first line puts the fields of a shared part first.
/// `pub struct Name<'a> with a reader of its own` omits `Decode`, for a model that reads more than
/// its fields.
macro_rules! model {
    ($(#[$meta:meta])* pub struct $name:ident<'a> { $($body:tt)* }) => {
        $crate::schema::model! { @define [<'a>] $(#[$meta])* $name { $($body)* } }
        $crate::schema::model! { @decode [<'a>] $name }
    };
    ($(#[$meta:meta])* pub struct $name:ident<'a> with a reader of its own { $($body:tt)* }) => {
        $crate::schema::model! { @define [<'a>] $(#[$meta])* $name { $($body)* } }
    };
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        $crate::schema::model! { @define [] $(#[$meta])* $name { $($body)* } }
        $crate::schema::model! { @decode [] $name }
    };
    ($(#[$meta:meta])* pub struct $name:ident with a reader of its own { $($body:tt)* }) => {
        $crate::schema::model! { @define [] $(#[$meta])* $name { $($body)* } }
    };
    (@define [$($generics:tt)*] $(#[$meta:meta])* $name:ident {
        $( flatten $common:ident: $common_type:ty; )?
        $( $(#[$field_meta:meta])*
           $wire:literal $field:ident: $type:ty = $default:expr, $written:ident $(, $flag:ident $($version:literal)?)*;
           $( in $members:expr $(, read in $readers:expr)?; )? )*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq)]
        #[non_exhaustive]
        pub struct $name $($generics)* {
            $( /// The fields that all members of the family share.
            pub $common: $common_type, )?
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl<'a> $name $($generics)* {
            /// Every field at its default, for constants. Outside the crate use `Default`.
            pub(crate) const EMPTY: Self = Self {
                $( $common: <$common_type>::EMPTY, )?
                $( $field: $default, )*
            };

            /// The fields as they are declared, without those of a shared part.
            pub const FIELDS: &'static [$crate::schema::FieldInfo] = &[
                $( $crate::schema::FieldInfo {
                    name: $wire,
                    kind: <$type as $crate::schema::Describe>::KIND,
                    presence: $crate::schema::model::presence!($($flag)*),
                    written: $crate::schema::model::written!($written),
                    secret: $crate::schema::model::is_secret!($($flag)*),
                    since: $crate::schema::model::since!($([$flag $($version)?])*),
                    members: $crate::schema::model::or_all!($($members)?),
                }, )*
            ];

            /// The description of the model.
            pub const INFO: $crate::schema::ModelInfo = $crate::schema::ModelInfo {
                name: stringify!($name),
                shared: $crate::schema::model::shared!($($common_type)?),
                own: Self::FIELDS,
            };

            /// [`EMPTY`](Self::EMPTY), built field by field: fields without a value are not
            /// written.
            #[inline(always)]
            pub(crate) fn empty() -> Self {
                Self {
                    $( $common: <$common_type>::empty(), )?
                    $( $field: $default, )*
                }
            }

            /// Reads the fields that come in declaration order, until one does not.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            #[inline]
            pub(crate) fn decode_in_order<D: $crate::schema::Decoder<'a>>(
                &mut self,
                decoder: &mut D,
                object: &mut D::Object,
                members: u32,
                present: &mut $crate::schema::model::Present,
            ) -> Result<(), D::Fault> {
                $( self.$common.decode_in_order(decoder, object, members, present)?; )?
                $( if $( members & ($members $( | $readers)?) != 0 && )? decoder.key_is(object, $crate::schema::key!($wire)) {
                    let place = decoder.place();
                    let found = $crate::schema::decode_field(decoder, object, &mut self.$field, $default)?;
                    $crate::schema::model::note!(present, found, $wire; $($flag)*);
                    $crate::schema::model::count_long!(decoder, place, self.$field; $($flag)*);
                } )*
                Ok(())
            }

            /// Reads the value of `key` if the model has such a field.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn decode_key<D: $crate::schema::Decoder<'a>>(
                &mut self,
                decoder: &mut D,
                object: &mut D::Object,
                key: &str,
                members: u32,
                present: &mut $crate::schema::model::Present,
            ) -> Result<bool, D::Fault> {
                match key {
                    $( $wire $( if members & ($members $( | $readers)?) != 0 )? => {
                        let place = decoder.place();
                        let found = $crate::schema::decode_field(decoder, object, &mut self.$field, $default)?;
                        $crate::schema::model::note!(present, found, $wire; $($flag)*);
                        $crate::schema::model::count_long!(decoder, place, self.$field; $($flag)*);
                    } )*
                    _ => {
                        $( return self.$common.decode_key(decoder, object, key, members, present); )?
                        #[allow(unreachable_code, clippy::allow_attributes, reason = "reached without a shared part")]
                        return Ok(false);
                    }
                }
                #[allow(unreachable_code, clippy::allow_attributes, reason = "not reached without fields")]
                Ok(true)
            }

            /// Reads the rest of an object, for these members of the family, and returns which of the
            /// enforced and noted fields are present. `other` may read the value of a key that is
            /// not a field, and returns whether it did.
            #[inline(always)]
            pub(crate) fn decode_body_with<D: $crate::schema::Decoder<'a>>(
                &mut self,
                decoder: &mut D,
                object: &mut D::Object,
                members: u32,
                mut other: impl FnMut(&mut D, &'a str) -> Result<bool, D::Fault>,
            ) -> Result<$crate::schema::model::Present, D::Fault> {
                let mut present = $crate::schema::model::Present::default();
                self.decode_in_order(decoder, object, members, &mut present)?;
                while let Some(key) = decoder.next_key(object)? {
                    if self.decode_key(decoder, object, key, members, &mut present)? {
                        continue;
                    }
                    if other(decoder, key)? {
                        decoder.end_value(object)?;
                    } else {
                        decoder.unknown_field(object, &Self::INFO);
                        decoder.skip()?;
                        decoder.end_value(object)?;
                    }
                }
                $( $crate::schema::model::check_present!(present, decoder, object, $wire; $($flag)*); )*
                $( $crate::schema::model::check_filled!(self.$field, decoder, object, $wire; $($flag)*); )*
                Ok(present)
            }

            /// Writes the fields in declaration order, for these members of the family.
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn encode_fields<E: $crate::schema::Encoder>(&self, encoder: &mut E, members: u32) {
                $( self.$common.encode_fields(encoder, members); )?
                $( if $( members & ($members) != 0 && )? $crate::schema::model::is_written!($written, self.$field) {
                    encoder.static_key(concat!(",\"", $wire, "\":"));
                    $crate::schema::Encode::encode(&self.$field, encoder);
                } )*
            }
        }

        impl $($generics)* $crate::schema::model::Required for $name $($generics)* {
            #[allow(unused_variables, clippy::allow_attributes, reason = "most models require nothing")]
            fn each_missing(&self, visit: &mut dyn FnMut(&'static str, bool)) {
                $( $crate::schema::model::check_required!(self.$field, visit, $wire; $($flag)*); )*
            }
        }

        impl $($generics)* $crate::schema::model::Reset for $name $($generics)* {
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            fn reset(&mut self, field: &str) {
                match field {
                    $( $wire => self.$field = $default, )*
                    _ => {}
                }
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
                $( if $crate::schema::model::is_written!($written, self.$field) {
                    if $crate::schema::model::is_masked!($($flag)*) {
                        debug.field(stringify!($field), &$crate::schema::Redacted(&self.$field));
                    } else {
                        debug.field(stringify!($field), &self.$field);
                    }
                } )*
                debug.finish_non_exhaustive()
            }
        }

        impl $($generics)* $crate::schema::Encode for $name $($generics)* {
            fn encode<E: $crate::schema::Encoder>(&self, encoder: &mut E) {
                let mark = encoder.begin();
                self.encode_fields(encoder, u32::MAX);
                encoder.end_object(mark);
            }
        }

        impl $($generics)* $crate::schema::Describe for $name $($generics)* {
            const KIND: $crate::schema::Kind = $crate::schema::Kind::Model(&Self::INFO);
            fn fmt_secret(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        $crate::schema::serialize::model! {
            [$($generics)*] $name $($common)?;
            $( $wire $field $written $( in $members )?; )*
        }
    };
    (@decode [$($generics:tt)*] $name:ident) => {
        impl<'a> $name $($generics)* {
            /// Reads the rest of an object, for these members of the family.
            pub(crate) fn decode_body<D: $crate::schema::Decoder<'a>>(
                &mut self,
                decoder: &mut D,
                object: &mut D::Object,
                members: u32,
            ) -> Result<(), D::Fault> {
                self.decode_body_with(decoder, object, members, |_, _| Ok(false))?;
                Ok(())
            }
        }

        impl<'a> $crate::schema::Decode<'a> for $name $($generics)* {
            fn decode<D: $crate::schema::Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
                let mut model = None;
                Self::decode_in_place(decoder, |value| Some(model.insert(value)))?;
                Ok(model)
            }
            #[inline]
            fn decode_in_place<'p, D: $crate::schema::Decoder<'a>>(
                decoder: &mut D,
                put: impl FnOnce(Self) -> Option<&'p mut Self>,
            ) -> Result<bool, D::Fault>
            where
                'a: 'p,
            {
                let Some(mut object) = decoder.object()? else { return Ok(false) };
                let Some(model) = put(Self::empty()) else { return Ok(false) };
                model.decode_body(decoder, &mut object, u32::MAX)?;
                Ok(true)
            }
        }
    };
}

/// Which of the enforced and noted fields of an object have been found, one bit for each.
#[derive(Clone, Copy, Default)]
pub(crate) struct Present(u32);

impl Present {
    /// The last of equal keys counts, so a field that was present may become absent again.
    #[inline(always)]
    pub(crate) fn set(&mut self, field: u32, present: bool) {
        self.0 = self.0 & !(1 << field) | u32::from(present) << field;
    }

    #[inline(always)]
    pub(crate) fn has(self, field: u32) -> bool {
        self.0 & 1 << field != 0
    }
}

/// A model whose fields may be declared as required.
pub(crate) trait Required {
    /// Calls `visit` with the name of each of its own fields that is declared as required and
    /// absent. An absent number reads as zero, so a field that is zero counts, too; the second
    /// argument says so.
    fn each_missing(&self, visit: &mut dyn FnMut(&'static str, bool));
}

/// A model whose fields can be removed by name.
pub(crate) trait Reset {
    /// Sets the field of its own with this name on the wire to its default.
    fn reset(&mut self, field: &str);
}

/// The position of a field among those of its model, at compile time.
#[allow(
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "evaluated at compile time"
)]
pub(crate) const fn position(fields: &[super::FieldInfo], name: &str) -> u32 {
    let mut at = 0;
    while !same(fields[at].name.as_bytes(), name.as_bytes()) {
        at += 1;
    }
    assert!(at < u32::BITS as usize);
    at as u32
}

#[allow(
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "evaluated at compile time"
)]
const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Whether a field is written: `always`, `set` (when set, when not empty) or `if_true`.
macro_rules! is_written {
    (always, $value:expr) => {{
        let _ = &$value;
        true
    }};
    (set, $value:expr) => {
        !$crate::schema::Encode::is_absent(&$value)
    };
    (if_true, $value:expr) => {
        $value
    };
}

/// The writing rule as a [`Written`](super::Written).
macro_rules! written {
    (always) => {
        $crate::schema::Written::Always
    };
    (set) => {
        $crate::schema::Written::Set
    };
    (if_true) => {
        $crate::schema::Written::IfTrue
    };
}

/// Whether `secret` is among the flags of a field.
macro_rules! is_secret {
    () => { false };
    (secret $($others:ident)*) => { true };
    ($other:ident $($others:ident)*) => { $crate::schema::model::is_secret!($($others)*) };
}

/// Whether `Debug` masks a field.
macro_rules! is_masked {
    () => { false };
    (secret $($others:ident)*) => { true };
    (guarded $($others:ident)*) => { true };
    ($other:ident $($others:ident)*) => { $crate::schema::model::is_masked!($($others)*) };
}

/// The presence rule among the flags of a field.
macro_rules! presence {
    () => { $crate::schema::Presence::Optional };
    (required $($others:ident)*) => { $crate::schema::Presence::Required };
    (enforced $($others:ident)*) => { $crate::schema::Presence::Enforced };
    ($other:ident $($others:ident)*) => { $crate::schema::model::presence!($($others)*) };
}

/// The version among the flags of a field.
macro_rules! since {
    () => { "1.0.0" };
    ([since $version:literal] $($others:tt)*) => { $version };
    ([$other:ident] $($others:tt)*) => { $crate::schema::model::since!($($others)*) };
}

/// The members of a family that have a field; all if none are named.
macro_rules! or_all {
    () => {
        u32::MAX
    };
    ($members:expr) => {
        $members
    };
}

/// The description of the shared part.
macro_rules! shared {
    () => {
        None
    };
    ($shared:ty) => {
        Some(&<$shared>::INFO)
    };
}

/// Counts an identifier with more bits than the reference has.
macro_rules! count_long {
    ($decoder:ident, $place:ident, $field:expr;) => { let _ = $place; };
    ($decoder:ident, $place:ident, $field:expr; long $($others:ident)*) => {
        if i32::try_from($field).is_err() {
            $decoder.coerced($crate::schema::Coercion::LongIdentifier, $place)?;
        }
    };
    ($decoder:ident, $place:ident, $field:expr; $other:ident $($others:ident)*) => {
        $crate::schema::model::count_long!($decoder, $place, $field; $($others)*)
    };
}

/// Records whether an enforced or noted field was found.
macro_rules! note {
    ($present:ident, $found:ident, $wire:literal;) => { let _ = $found; };
    ($present:ident, $found:ident, $wire:literal; enforced $($others:ident)*) => {
        $present.set(const { $crate::schema::model::position(Self::FIELDS, $wire) }, $found);
    };
    ($present:ident, $found:ident, $wire:literal; noted $($others:ident)*) => {
        $crate::schema::model::note!($present, $found, $wire; enforced)
    };
    ($present:ident, $found:ident, $wire:literal; $other:ident $($others:ident)*) => {
        $crate::schema::model::note!($present, $found, $wire; $($others)*)
    };
}

/// Fails if an enforced field was not found.
macro_rules! check_present {
    ($present:ident, $decoder:ident, $object:ident, $wire:literal;) => {};
    ($present:ident, $decoder:ident, $object:ident, $wire:literal; enforced $($others:ident)*) => {
        if !$present.has(const { $crate::schema::model::position(Self::FIELDS, $wire) }) {
            return Err($decoder.missing($object, $wire));
        }
    };
    ($present:ident, $decoder:ident, $object:ident, $wire:literal; $other:ident $($others:ident)*) => {
        $crate::schema::model::check_present!($present, $decoder, $object, $wire; $($others)*)
    };
}

/// Reports a field that is declared as required and absent.
macro_rules! check_required {
    ($field:expr, $visit:ident, $wire:literal;) => {};
    ($field:expr, $visit:ident, $wire:literal; required $($others:ident)*) => {
        if $crate::schema::Encode::is_absent(&$field) {
            $visit($wire, false);
        } else if $crate::schema::Describe::is_zero(&$field) {
            $visit($wire, true);
        }
    };
    ($field:expr, $visit:ident, $wire:literal; $other:ident $($others:ident)*) => {
        $crate::schema::model::check_required!($field, $visit, $wire; $($others)*)
    };
}

/// Fails if a field that must not be empty is empty. Checked after the object, because the last of
/// equal keys counts.
macro_rules! check_filled {
    ($field:expr, $decoder:ident, $object:ident, $wire:literal;) => {};
    ($field:expr, $decoder:ident, $object:ident, $wire:literal; filled $($others:ident)*) => {
        if $field.is_empty() {
            return Err($decoder.empty($object, $wire));
        }
    };
    ($field:expr, $decoder:ident, $object:ident, $wire:literal; $other:ident $($others:ident)*) => {
        $crate::schema::model::check_filled!($field, $decoder, $object, $wire; $($others)*)
    };
}

pub(crate) use {
    check_filled, check_present, check_required, count_long, is_masked, is_secret, is_written,
    model, note, or_all, presence, shared, since, written,
};

#[cfg(test)]
mod tests;
