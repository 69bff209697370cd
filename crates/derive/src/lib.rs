//! The derive macros of [hydrant](https://docs.rs/hydrant), which re-exports them in
//! `hydrant::registration` with the feature `derive`. `hydrant::settings!` has the same options
//! without a derive macro. The generated code names the crate `hydrant`.

mod nearest;
mod options;
mod settings;
#[cfg(test)]
mod tests;
mod texts;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `hydrant::registration::Settings` and `Debug` for a struct with named fields and at
/// most one lifetime.
///
/// ```
/// use hydrant::message::Map;
/// use hydrant::registration::{FromSetting, Settings};
///
/// #[derive(Settings)]
/// struct Acme<'a> {
///     /// Acme shows it once
///     #[setting(name = "API key", secret)]
///     api_key: &'a str,
///     #[setting(name = "Region", default = "us")]
///     region: Region,
///     /// Events per request
///     #[setting(name = "Batch size", default = 100, range = 1..=1000)]
///     batch_size: i64,
/// }
///
/// #[derive(Debug, PartialEq, FromSetting)]
/// enum Region {
///     #[setting(text = "us")]
///     Us,
///     #[setting(text = "eu")]
///     Eu,
/// }
///
/// let acme = Acme::from_values(Map::new(&[("api_key", "k")]))?;
/// assert_eq!((acme.api_key, &acme.region, acme.batch_size), ("k", &Region::Us, 100));
/// assert_eq!(format!("{acme:?}"), "Acme { api_key: [redacted], region: Us, batch_size: 100 }");
///
/// let error = Acme::from_values(Map::new(&[("region", "apac"), ("batch_size", "0")])).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the setting `api_key` is missing; the setting `region` is not one of `us`, `eu`; \
///      the setting `batch_size` is not between 1 and 1000"
/// );
/// # Ok::<(), hydrant::registration::SettingError>(())
/// ```
///
/// The options of a field, in `#[setting(..)]`:
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
/// A `bool` is initially `false`.
///
/// `Debug` shows `[redacted]` for secrets. A second `Debug` is a compile error, so that a secret is
/// not shown by mistake:
///
/// ```compile_fail,E0119
/// use hydrant::registration::Settings;
///
/// #[derive(Debug, Settings)]
/// struct Acme {
///     #[setting(name = "API key", secret)]
///     api_key: String,
/// }
/// ```
///
/// A statement that is not consistent is an error, too:
///
/// ```compile_fail
/// use hydrant::registration::Settings;
///
/// #[derive(Settings)]
/// struct Acme {
///     #[setting(name = "Batch size", default = 0, range = 1..=1000)]
///     batch_size: i64,
/// }
/// ```
#[proc_macro_derive(Settings, attributes(setting))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = settings::expand(&input);
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `hydrant::registration::FromSetting` for an enumeration of texts. Each variant names
/// its text, so that renaming a variant does not change what customers enter. Errors list the texts.
///
/// ```
/// use hydrant::registration::FromSetting;
///
/// #[derive(Debug, PartialEq, FromSetting)]
/// enum Region {
///     #[setting(text = "us")]
///     Us,
///     #[setting(text = "eu")]
///     Eu,
/// }
///
/// assert_eq!(Region::from_setting("eu"), Some(Region::Eu));
/// assert_eq!(Region::from_setting("EU"), None);
/// assert_eq!(Region::EXPECTED, "one of `us`, `eu`");
/// ```
#[proc_macro_derive(FromSetting, attributes(setting))]
pub fn derive_from_setting(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = texts::expand(&input);
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Collects errors, so that the compiler reports all of them.
#[derive(Default)]
struct Errors {
    all: Option<syn::Error>,
    count: usize,
}

impl Errors {
    fn add(&mut self, error: syn::Error) {
        self.count += 1;
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    fn finish(self) -> syn::Result<()> {
        self.all.map_or(Ok(()), Err)
    }
}

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
