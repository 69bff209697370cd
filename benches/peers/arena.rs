//! The fastest design with serde's traits: visitors that read the tag first and decode directly
//! into an arena, with lists and maps as slices, and text borrowed from the input or, with escapes,
//! from the arena.
//!
//! It requires `type` to be the first field, as the reference writes it, and refuses anything else;
//! so it is not used for shuffled fields.

use std::fmt;
use std::marker::PhantomData;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use serde::Serialize;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::words::*;
use super::{Absent, absent};

type Text<'a> = &'a str;
type List<'a, T> = &'a [T];

/// Pairs in the order of the input.
#[derive(Clone, Copy)]
pub struct Map<'a, V>(&'a [(&'a str, V)]);

impl<V> Default for Map<'_, V> {
    fn default() -> Self {
        Self(&[])
    }
}

impl<V> Absent for Map<'_, V> {
    fn absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Serialize> Serialize for Map<'_, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Decodes a request with sonic-rs.
pub fn request<'a>(body: &'a [u8], arena: &'a Bump) -> Result<Request<'a>, sonic_rs::Error> {
    let mut source = sonic_rs::Deserializer::from_slice(body);
    let request = Request::decode(&mut source, arena)?;
    source.end()?;
    Ok(request)
}

/// A value that is decoded into an arena.
trait Decode<'a>: Copy + 'a {
    fn decode<D: Deserializer<'a>>(source: D, arena: &'a Bump) -> Result<Self, D::Error>;
}

/// An object whose fields are read one by one.
trait Fields<'a>: Default + 'a {
    fn field<M: MapAccess<'a>>(
        &mut self,
        key: &str,
        object: &mut M,
        arena: &'a Bump,
    ) -> Result<(), M::Error>;

    fn rest<M: MapAccess<'a>>(mut object: M, arena: &'a Bump) -> Result<Self, M::Error> {
        let mut value = Self::default();
        while let Some(key) = object.next_key_seed(Into::<&'a str>::new(arena))? {
            value.field(key, &mut object, arena)?;
        }
        Ok(value)
    }
}

/// Passes the arena through serde's traits, with the type to be created.
struct Into<'a, T> {
    arena: &'a Bump,
    made: PhantomData<T>,
}

impl<'a, T> Into<'a, T> {
    fn new(arena: &'a Bump) -> Self {
        Self {
            arena,
            made: PhantomData,
        }
    }
}

impl<'a, T: Decode<'a>> DeserializeSeed<'a> for Into<'a, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<T, D::Error> {
        T::decode(source, self.arena)
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl<'a> Decode<'a> for $type {
            fn decode<D: Deserializer<'a>>(source: D, _: &'a Bump) -> Result<Self, D::Error> {
                Self::deserialize(source)
            }
        }
    )*};
}

plain! {
    i32 i64 f64 bool CustomEventType PushSubscriptionAction ApplicationState PrivacySetting ProductActionType
    PromotionActionType IdentityEncoding UserIdentityType DeviceIdentityType RuntimeType AttAuthorizationStatus
}

/// Makes a visitor of an [`Into`].
macro_rules! visitor {
    ([$($generics:tt)*] $target:ty, $source:ident.$method:ident, $expected:literal, { $($body:tt)* }) => {
        const _: () = {
            struct Visit<'a, T>(&'a Bump, PhantomData<T>);

            impl<$($generics)*> Visitor<'a> for Visit<'a, $target> {
                type Value = $target;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str($expected)
                }

                $($body)*
            }

            impl<$($generics)*> Decode<'a> for $target {
                fn decode<D: Deserializer<'a>>($source: D, arena: &'a Bump) -> Result<Self, D::Error> {
                    $source.$method(Visit::<'a, $target>(arena, PhantomData))
                }
            }
        };
    };
}

visitor! { ['a] &'a str, source.deserialize_str, "text", {
    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(text)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.alloc_str(text))
    }
} }

visitor! { ['a, V: Decode<'a>] Option<V>, source.deserialize_option, "a value or null", {
    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'a>>(self, source: D) -> Result<Self::Value, D::Error> {
        V::decode(source, self.0).map(Some)
    }
} }

visitor! { ['a, V: Decode<'a>] &'a [V], source.deserialize_seq, "a list", {
    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let mut values = ArenaVec::new_in(self.0);
        while let Some(value) = list.next_element_seed(Into::<V>::new(self.0))? {
            values.push(value);
        }
        Ok(values.into_bump_slice())
    }
} }

visitor! { ['a, V: Decode<'a>] Map<'a, V>, source.deserialize_map, "an object", {
    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pairs = ArenaVec::new_in(self.0);
        while let Some(key) = map.next_key_seed(Into::<&'a str>::new(self.0))? {
            pairs.push((key, map.next_value_seed(Into::<V>::new(self.0))?));
        }
        Ok(Map(pairs.into_bump_slice()))
    }
} }

macro_rules! define {
    ($( struct $name:ident { $($wire:literal $field:ident: $type:ty;)* } )*) => {$(
        #[derive(Clone, Copy, Default, Serialize)]
        pub struct $name<'a> {
            $( #[serde(rename = $wire, skip_serializing_if = "absent")] pub $field: $type, )*
            #[serde(skip)]
            lifetime: PhantomData<&'a ()>,
        }

        impl<'a> Fields<'a> for $name<'a> {
            fn field<M: MapAccess<'a>>(
                &mut self,
                key: &str,
                object: &mut M,
                arena: &'a Bump,
            ) -> Result<(), M::Error> {
                match key {
                    $( $wire => self.$field = object.next_value_seed(Into::new(arena))?, )*
                    _ => {
                        object.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(())
            }
        }

        visitor! { ['a] $name<'a>, source.deserialize_map, "an object", {
            fn visit_map<M: MapAccess<'a>>(self, object: M) -> Result<Self::Value, M::Error> {
                $name::rest(object, self.0)
            }
        } }
    )*};
    ($( enum $name:ident { $($variant:ident($model:ident) = $wire:literal,)* } )*) => {$(
        #[derive(Clone, Copy, Serialize)]
        #[serde(tag = "type")]
        #[allow(clippy::enum_variant_names, reason = "the protocol's names")]
        pub enum $name<'a> { $( #[serde(rename = $wire)] $variant(&'a $model<'a>), )* }

        visitor! { ['a] $name<'a>, source.deserialize_map, "an object whose `type` comes first", {
            fn visit_map<M: MapAccess<'a>>(self, mut object: M) -> Result<Self::Value, M::Error> {
                if object.next_key_seed(Into::<&'a str>::new(self.0))? != Some("type") {
                    return Err(M::Error::missing_field("type"));
                }
                match object.next_value_seed(Into::<&'a str>::new(self.0))? {
                    $( $wire => Ok($name::$variant(self.0.alloc($model::rest(object, self.0)?))), )*
                    _ => Err(M::Error::custom("unknown type")),
                }
            }
        } }
    )*};
}

tables!(define);
