//! [`settings!`](crate::settings): types with settings without a derive macro.

/// Declares a type with settings: a struct that implements
/// [`Settings`](crate::registration::Settings), or an enumeration of texts that implements
/// [`FromSetting`](crate::registration::FromSetting). Each field is one statement, from which both
/// the description for the customer and the code that reads the value are made. The derive macros
/// of the feature `derive` have the same options and generate the same code.
///
/// | option | meaning |
/// |---|---|
/// | `name = "API key"` | the label for the customer; every field has one |
/// | `id = "apiKey"` | the key of the value in messages; the default is the name of the field |
/// | `description = "Acme shows it once"` | the explanation for the customer; the default is the comment of the field |
/// | `default = 100` | the value if the customer enters none: a literal |
/// | `range = 1..=1000` | the smallest and the largest value of a number |
/// | `secret` | the platform and `Debug` mask the text |
/// | `invisible` | the module sets the value in the response to a subscription |
///
/// The customer must fill in a field unless it has a default value, is an `Option` or is invisible.
/// When values are read, a missing one is an error unless the field has a default value or is an
/// `Option`. An invisible setting has no value until the module sets it: declare it as an `Option`.
/// A `bool` is initially `false`. A [`SettingField`](crate::registration::SettingField) has the
/// details. Fields can have any type that implements `FromSetting`: texts, numbers, `bool`,
/// `Duration` (seconds), [`HttpsUrl`](crate::registration::HttpsUrl), lists (`Vec`).
///
/// `Debug` is implemented, too, and shows `[redacted]` for secrets. A second `Debug` by `derive` is
/// a compile error.
///
/// ```
/// use hydrant::message::{Account, Map};
/// use hydrant::settings;
///
/// settings! {
///     /// What customers of Acme configure.
///     struct Acme<'a> {
///         /// Acme shows it once
///         #[setting(name = "API key", secret)]
///         api_key: &'a str,
///         #[setting(name = "Region", default = "us")]
///         region: Region,
///         /// Events per request
///         #[setting(name = "Batch size", default = 100, range = 1..=1000)]
///         batch_size: i64,
///         /// Names of lists, with commas between them
///         #[setting(name = "Lists")]
///         lists: Option<Vec<&'a str>>,
///     }
/// }
///
/// settings! {
///     #[derive(Debug, PartialEq)]
///     enum Region {
///         #[setting(text = "us")]
///         Us,
///         #[setting(text = "eu")]
///         Eu,
///     }
/// }
///
/// let mut account = Account::default();
/// account.account_settings = Map::new(&[("api_key", "k"), ("lists", "daily, weekly")]);
/// let acme: Acme<'_> = account.settings()?;
/// assert_eq!((acme.api_key, &acme.region, acme.batch_size), ("k", &Region::Us, 100));
/// assert_eq!(acme.lists.as_deref(), Some(["daily", "weekly"].as_slice()));
/// assert!(format!("{acme:?}").starts_with("Acme { api_key: [redacted], region: Us"));
///
/// account.account_settings = Map::new(&[("batch_size", "0"), ("region", "apac")]);
/// assert_eq!(
///     account.settings::<Acme<'_>>().unwrap_err().to_string(),
///     "the setting `api_key` is missing; the setting `region` is not one of `us`, `eu`; \
///      the setting `batch_size` is not between 1 and 1000"
/// );
/// # Ok::<(), hydrant::registration::SettingError>(())
/// ```
///
/// ```compile_fail,E0080
/// hydrant::settings! {
///     struct Acme {
///         #[setting(name = "Limit", default = 0, range = 1..=10)]
///         limit: i64,
///     }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail,E0119
/// hydrant::settings! {
///     #[derive(Debug)]
///     struct Acme {
///         #[setting(name = "Key", secret)]
///         key: String,
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! settings {
    // One field: its type, [identifier], [label], [options that were passed over], (options) ...
    (@field $type:ty, [$id:expr] [$($name:expr)?] [$($seen:tt)*] (id = $new:expr) $($rest:tt)*) => {
        $crate::settings!(@field $type, [$new] [$($name)?] [$($seen)*] $($rest)*)
    };
    (@field $type:ty, [$id:expr] [] [$($seen:tt)*] (name = $new:expr) $($rest:tt)*) => {
        $crate::settings!(@field $type, [$id] [$new] [$($seen)*] $($rest)*)
    };
    (@field $type:ty, [$id:expr] [$($name:expr)?] [$($seen:tt)*] $option:tt $($rest:tt)*) => {
        $crate::settings!(@field $type, [$id] [$($name)?] [$($seen)* $option] $($rest)*)
    };
    (@field $type:ty, [$id:expr] [$name:expr] [$($seen:tt)*]) => {
        $crate::settings!(@option ($crate::registration::SettingField::<$type>::new($id, $name)) $($seen)*)
    };
    (@field $type:ty, [$id:expr] [] [$($seen:tt)*]) => {
        compile_error!(concat!("the setting `", $id, "` has no label: add `name = \"...\"`"))
    };
    // The options of a field.
    (@option ($field:expr)) => { $field };
    (@option ($field:expr) (description = $text:expr) $($rest:tt)*) => {
        $crate::settings!(@option ($field.description($text)) $($rest)*)
    };
    (@option ($field:expr) (default = $value:expr) $($rest:tt)*) => {
        $crate::settings!(@option ($field.default(concat!($value))) $($rest)*)
    };
    (@option ($field:expr) (range = $range:expr) $($rest:tt)*) => {
        $crate::settings!(@option ($crate::registration::RangeOf($range).limit($field)) $($rest)*)
    };
    (@option ($field:expr) (secret) $($rest:tt)*) => {
        $crate::settings!(@option ($field.secret()) $($rest)*)
    };
    (@option ($field:expr) (invisible) $($rest:tt)*) => {
        $crate::settings!(@option ($field.invisible()) $($rest)*)
    };
    (@option ($field:expr) ($option:ident $($value:tt)*) $($rest:tt)*) => {
        compile_error!(concat!(
            "`", stringify!($option), "` is not an option of a setting, or not in this form; the options are ",
            "`name = \"...\"`, `id = \"...\"`, `description = \"...\"`, `default = ...`, `range = ...`, ",
            "`secret` and `invisible`"
        ))
    };
    // The implementations for a struct.
    (@impl $life:lifetime, $target:ty, $name:ident {$(
        $field:ident: $type:ty, [$($doc:literal)*] [$($options:tt)*];
    )*}) => {
        const _: () = {
            struct __Fields<$life>(::core::marker::PhantomData<&$life ()>);

            #[allow(non_upper_case_globals)]
            impl<$life> __Fields<$life> {$(
                const $field: $crate::registration::SettingField<$type> = $crate::settings!(
                    @field $type, [stringify!($field)] []
                    [(description = concat!($($doc),*))] $($options)*
                );
            )*}

            // So that mistakes are found even if the type is not used.
            $(const _: () = { let _ = __Fields::<'static>::$field; };)*

            impl<$life> $crate::registration::Settings<$life> for $target {
                fn read(
                    values: &mut $crate::registration::SettingValues<$life>,
                ) -> ::core::option::Option<Self> {
                    $(let $field = values.field(__Fields::<$life>::$field);)*
                    ::core::option::Option::Some(Self { $($field: $field?,)* })
                }
            }

            #[allow(clippy::extra_unused_lifetimes)]
            impl<$life> ::core::fmt::Debug for $target {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(stringify!($name))
                        $(.field(stringify!($field), __Fields::<$life>::$field.redact(&self.$field)))*
                        .finish()
                }
            }
        };
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$life:lifetime> {$(
        $(#[doc = $doc:literal])*
        #[setting($($option:ident $(= $value:expr)?),* $(,)?)]
        $field_vis:vis $field:ident: $type:ty
    ),* $(,)?}) => {
        $(#[$meta])*
        $vis struct $name<$life> {$( $(#[doc = $doc])* $field_vis $field: $type, )*}

        $crate::settings! {@impl $life, $name<$life>, $name {$(
            $field: $type, [$($doc)*] [$(($option $(= $value)?))*];
        )*}}
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident {$(
        $(#[doc = $doc:literal])*
        #[setting($($option:ident $(= $value:expr)?),* $(,)?)]
        $field_vis:vis $field:ident: $type:ty
    ),* $(,)?}) => {
        $(#[$meta])*
        $vis struct $name {$( $(#[doc = $doc])* $field_vis $field: $type, )*}

        $crate::settings! {@impl 'a, $name, $name {$(
            $field: $type, [$($doc)*] [$(($option $(= $value)?))*];
        )*}}
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[doc = $first_doc:literal])*
        #[setting(text = $first_text:literal)]
        $first:ident
        $(,
            $(#[doc = $doc:literal])*
            #[setting(text = $text:literal)]
            $variant:ident
        )* $(,)?
    }) => {
        $(#[$meta])*
        $vis enum $name {
            $(#[doc = $first_doc])* $first,
            $( $(#[doc = $doc])* $variant, )*
        }

        impl $crate::registration::FromSetting<'_> for $name {
            const EXPECTED: &'static str =
                concat!("one of `", $first_text, "`", $(", `", $text, "`"),*);
            const KINDS: &'static [$crate::message::SettingType<'static>] =
                &[$crate::message::SettingType::Text];
            const TEXTS: &'static [&'static str] = &[$first_text, $($text),*];
            fn from_setting(text: &str) -> ::core::option::Option<Self> {
                match text {
                    $first_text => ::core::option::Option::Some(Self::$first),
                    $($text => ::core::option::Option::Some(Self::$variant),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}
