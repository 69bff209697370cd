//! [`family!`]: declares which `type` has which model.

/// Declares a polymorphic family. Members are allocated in the arena, so that the enumeration is
/// two words wide. An undeclared member is kept as `Unknown`.
///
/// ```text
/// pub enum Name: Tag, [tag "name" beside "content",] null (absent | refused),
///     unknown (kept Type | refused "what is allowed") [, skipped Variant, common Type]
///     { Variant(Model [in MEMBER]), ... }
/// ```
///
/// - `Tag` is the enumeration of the discriminators, with the same variants.
/// - `tag` names the field with the discriminator, if it is not `type`, and the field beside it that
///   contains the fields of the member.
/// - `null` says how a `null` in place of a member is read.
/// - `unknown kept` names the type that keeps an undeclared member, `unknown refused` gives the
///   error text for one.
/// - `skipped` adds a variant for members that were not requested, which are not decoded.
/// - `common` adds an accessor for the shared part of the models.
/// - `in` is the member's bit in a model that several members share.
macro_rules! family {
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $tag:ident, tag $field:literal beside $content:literal,
            null $null:ident, unknown $unknown:ident $rule:tt, common $common:ty
            { $($members:tt)* }
    ) => {
        $crate::schema::family! {
            @define [beside $field $content] [] [] [$common] $(#[$meta])* $name $tag $null $unknown $rule { $($members)* }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $tag:ident, null $null:ident, unknown $unknown:ident $rule:tt,
            skipped $skipped:ident, common $common:ty { $($members:tt)* }
    ) => {
        $crate::schema::family! {
            @define [inside] [$skipped] [$skipped] [$common] $(#[$meta])* $name $tag $null $unknown $rule { $($members)* }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $tag:ident, null $null:ident, unknown $unknown:ident $rule:tt
            { $($members:tt)* }
    ) => {
        $crate::schema::family! {
            @define [inside] [] [] [] $(#[$meta])* $name $tag $null $unknown $rule { $($members)* }
        }
    };
    (
        @define $layout:tt [$($skipped:ident)?] $if_skipped:tt $if_common:tt
        $(#[$meta:meta])*
        $name:ident $tag:ident $null:ident $unknown:ident $rule:tt {
            $( $(#[$variant_meta:meta])* $variant:ident($model:ident $(in $member:expr)?), )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $( $(#[$variant_meta])* $variant(&'a $model<'a>), )*
            /// A member that this version does not know, with its source text. A later version may
            /// know it, and then has a variant for it.
            Unknown(&'a $crate::schema::family::unknown_type!($unknown $rule)),
            $(
                #[doc = "A member that was not requested, and so not decoded."]
                $skipped($tag<'a>),
            )?
        }

        impl<'a> $name<'a> {
            /// The discriminator.
            #[must_use]
            pub fn kind(&self) -> $tag<'a> {
                match self {
                    $( Self::$variant(_) => $tag::$variant, )*
                    Self::Unknown(unknown) => $tag::__Unknown($crate::schema::UnknownText(
                        $crate::schema::UnknownMember::type_name(*unknown),
                    )),
                    $( Self::$skipped(tag) => *tag, )?
                }
            }

            $crate::schema::family::common! { $if_common $($variant)* }

            /// The description of the family.
            pub const INFO: $crate::schema::FamilyInfo = $crate::schema::FamilyInfo {
                name: stringify!($name),
                tag: $crate::schema::family::tag!($layout),
                content: $crate::schema::family::content!($layout),
                members: &[ $( $crate::schema::MemberInfo {
                    tag: $tag::$variant.as_str(),
                    model: &$model::INFO,
                    bit: $crate::schema::model::or_all!($($member)?),
                }, )* ],
            };
        }

        impl<'a> $crate::schema::Decode<'a> for $name<'a> {
            fn decode<D: $crate::schema::Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
                if decoder.null() {
                    return $crate::schema::family::null!($null, decoder);
                }
                let type_name = $crate::schema::family::discriminator!($layout, decoder);
                let mut position = 0;
                $(
                    if type_name == $tag::$variant.as_str() {
                        $crate::schema::family::skip_unwanted!($if_skipped, decoder, position, $tag::$variant);
                        // Allocated in the arena from the start, so that it is not moved there
                        // later.
                        let model = decoder.alloc($model::empty())?;
                        $crate::schema::family::read!($layout, decoder, model, $model, $crate::schema::model::or_all!($($member)?));
                        return Ok(Some(Self::$variant(model)));
                    }
                    position += 1;
                )*
                let _ = position;
                $crate::schema::family::unknown!($unknown $rule, decoder, type_name)
            }
        }

        impl $crate::schema::Encode for $name<'_> {
            fn encode<E: $crate::schema::Encoder>(&self, encoder: &mut E) {
                match self {
                    $( Self::$variant(model) => {
                        let mark = encoder.begin();
                        $crate::schema::family::write!(
                            $layout, encoder, $tag::$variant, model, $crate::schema::model::or_all!($($member)?)
                        );
                        encoder.end_object(mark);
                    } )*
                    Self::Unknown(unknown) => encoder.raw($crate::schema::UnknownMember::raw(*unknown)),
                    $( Self::$skipped(tag) => {
                        let mark = encoder.begin();
                        encoder.static_key(",\"type\":");
                        $crate::schema::Encode::encode(tag, encoder);
                        encoder.end_object(mark);
                    } )?
                }
            }
        }

        impl $crate::schema::Describe for $name<'_> {
            const KIND: $crate::schema::Kind = $crate::schema::Kind::Family(&Self::INFO);
            fn fmt_secret(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        $crate::schema::serialize::family! {
            $layout $name $(, $skipped)?;
            $( $variant $( in $member )?; )*
        }
    };
}
pub(crate) use family;

/// The name of the field with the discriminator.
macro_rules! tag {
    ([inside]) => {
        "type"
    };
    ([beside $field:literal $content:literal]) => {
        $field
    };
}

/// The name of the field with the fields of a member.
macro_rules! content {
    ([inside]) => {
        None
    };
    ([beside $field:literal $content:literal]) => {
        Some($content)
    };
}

/// Reads the discriminator of the object that comes next.
macro_rules! discriminator {
    ([inside], $decoder:ident) => {
        $decoder.discriminator()?
    };
    ([beside $field:literal $content:literal], $decoder:ident) => {
        $decoder.discriminator_named($field)?
    };
}

/// Reads the fields of a member. Of several contents the last one counts.
macro_rules! read {
    ([inside], $decoder:ident, $place:ident, $model:ident, $members:expr) => {
        if let Some(mut object) = $decoder.tagged_object()? {
            $place.decode_body($decoder, &mut object, $members)?;
        }
    };
    ([beside $field:literal $content:literal], $decoder:ident, $place:ident, $model:ident, $members:expr) => {
        if let Some(mut object) = $decoder.object()? {
            loop {
                if $decoder.key_is(&mut object, $crate::schema::key!($content)) {
                    $crate::schema::family::read_content!(
                        $decoder, object, $place, $model, $members
                    );
                    continue;
                }
                match $decoder.next_key(&mut object)? {
                    Some($content) => {
                        $crate::schema::family::read_content!(
                            $decoder, object, $place, $model, $members
                        );
                    }
                    Some(_) => {
                        $decoder.skip()?;
                        $decoder.end_value(&mut object)?;
                    }
                    None => break,
                }
            }
        }
    };
}

/// Reads the content of a member.
macro_rules! read_content {
    ($decoder:ident, $object:ident, $place:ident, $model:ident, $members:expr) => {
        *$place = $model::empty();
        if let Some(mut fields) = $decoder.object()? {
            $place.decode_body($decoder, &mut fields, $members)?;
        }
        $decoder.end_value(&mut $object)?;
    };
}

/// Writes the discriminator and the fields of a member.
macro_rules! write {
    ([inside], $encoder:ident, $tag:expr, $model:ident, $members:expr) => {
        $encoder.static_key(",\"type\":");
        $crate::schema::Encode::encode(&$tag, $encoder);
        $model.encode_fields($encoder, $members);
    };
    ([beside $field:literal $content:literal], $encoder:ident, $tag:expr, $model:ident, $members:expr) => {
        $encoder.static_key(concat!(",\"", $field, "\":"));
        $crate::schema::Encode::encode(&$tag, $encoder);
        $encoder.static_key(concat!(",\"", $content, "\":"));
        let fields = $encoder.begin();
        $model.encode_fields($encoder, $members);
        $encoder.end_object(fields);
    };
}

/// The result of reading `null` in place of a member.
macro_rules! null {
    (absent, $decoder:ident) => {
        Ok(None)
    };
    (refused, $decoder:ident) => {
        Err($decoder.null_element())
    };
}

/// The type that keeps undeclared members.
macro_rules! unknown_type {
    (kept $type:ident) => { $type<'a> };
    (refused $allowed:literal) => { $crate::schema::Unknown<'a> };
}

/// Reads an undeclared member: keeps or refuses it.
macro_rules! unknown {
    (kept $type:ident, $decoder:ident, $type_name:ident) => {{
        $decoder.unknown_member()?;
        let unknown: $type<'a> = $crate::schema::UnknownMember::decode($type_name, $decoder)?;
        Ok(Some(Self::Unknown($decoder.alloc(unknown)?)))
    }};
    (refused $allowed:literal, $decoder:ident, $type_name:ident) => {
        Err($decoder.unknown_discriminator($allowed))
    };
}

/// The accessor of the shared part of the members, in a family whose models have one.
macro_rules! common {
    ([] $($variant:ident)*) => {};
    ([$common:ty] $($variant:ident)*) => {
        /// The fields that all members share; unknown and skipped members have none.
        #[must_use]
        pub fn common(&self) -> Option<&'a $common> {
            match self {
                $( Self::$variant(model) => Some(&model.common), )*
                _ => None,
            }
        }
    };
}

/// Skips a member that was not requested, in a family with a variant for those.
macro_rules! skip_unwanted {
    ([], $decoder:ident, $position:ident, $tag:expr) => {};
    ([$skipped:ident], $decoder:ident, $position:ident, $tag:expr) => {
        if !$decoder.is_wanted($position) {
            $decoder.skip()?;
            return Ok(Some(Self::$skipped($tag)));
        }
    };
}

pub(crate) use {
    common, content, discriminator, null, read, read_content, skip_unwanted, tag, unknown,
    unknown_type, write,
};
