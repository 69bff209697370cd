//! `Serialize` for every model (feature `serde`), for formats other than the wire format: decimals
//! and points in time are texts, and unknown members are `{"type", "raw"}`.

/// `Serialize` for a model, from the relevant part of its declaration.
macro_rules! model {
    ([$($generics:tt)*] $name:ident $($common:ident)?; $( $wire:literal $field:ident $written:ident $(in $members:expr)?; )*) => {
        #[cfg(feature = "serde")]
        impl<'a> $name $($generics)* {
            #[allow(unused_variables, clippy::allow_attributes, reason = "some models have no fields of their own")]
            pub(crate) fn serialize_fields<M: serde::ser::SerializeMap>(
                &self,
                map: &mut M,
                members: u32,
            ) -> Result<(), M::Error> {
                $( self.$common.serialize_fields(map, members)?; )?
                $( if $( members & ($members) != 0 && )? $crate::schema::model::is_written!($written, self.$field) {
                    map.serialize_entry($wire, &self.$field)?;
                } )*
                Ok(())
            }
        }

        #[cfg(feature = "serde")]
        impl $($generics)* serde::Serialize for $name $($generics)* {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                self.serialize_fields(&mut map, u32::MAX)?;
                serde::ser::SerializeMap::end(map)
            }
        }
    };
}

/// `Serialize` for a family.
macro_rules! family {
    ([beside $field:literal $content:literal] $name:ident; $( $variant:ident; )*) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry($field, self.kind().as_str())?;
                match self {
                    $( Self::$variant(model) => map.serialize_entry($content, model)?, )*
                    Self::Unknown(unknown) => {
                        map.serialize_entry("raw", $crate::schema::UnknownMember::raw(*unknown))?;
                    }
                }
                map.end()
            }
        }
    };
    ([inside] $name:ident $(, $skipped:ident)?; $( $variant:ident $(in $member:expr)?; )*) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("type", self.kind().as_str())?;
                match self {
                    $( Self::$variant(model) => {
                        model.serialize_fields(&mut map, $crate::schema::model::or_all!($($member)?))?;
                    } )*
                    Self::Unknown(unknown) => {
                        map.serialize_entry("raw", $crate::schema::UnknownMember::raw(*unknown))?;
                    }
                    $( Self::$skipped(_) => {} )?
                }
                map.end()
            }
        }
    };
}

/// `Serialize` for a value that has a text form.
macro_rules! text {
    ($name:ident $as_str:ident) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$as_str())
            }
        }
    };
}

pub(crate) use {family, model, text};
