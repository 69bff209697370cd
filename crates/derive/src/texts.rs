//! `#[derive(FromSetting)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

use crate::Errors;
use crate::options::variant;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let error = |message| Err(Error::new_spanned(name, message));
    let Data::Enum(data) = &input.data else {
        return error("`FromSetting` can be derived for an enumeration of texts only");
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(
            parameter,
            "an enumeration of texts has no parameters",
        ));
    }
    if data.variants.is_empty() {
        return error("an enumeration without variants has no values");
    }
    let mut errors = Errors::default();
    let (mut variants, mut texts): (Vec<_>, Vec<LitStr>) = Default::default();
    for one in &data.variants {
        let ident = &one.ident;
        if !matches!(one.fields, Fields::Unit) {
            let message = format!("the variant `{ident}` has fields; a text has none");
            errors.add(Error::new_spanned(&one.fields, message));
        }
        let before = errors.count;
        match variant(&one.attrs, &mut errors) {
            Some(text) => {
                if texts.iter().any(|other| other.value() == text.value()) {
                    let message = format!("{:?} is the text of two variants", text.value());
                    errors.add(Error::new_spanned(&text, message));
                }
                variants.push(ident);
                texts.push(text);
            }
            None if errors.count == before => {
                let message =
                    format!("the variant `{ident}` has no text: add `#[setting(text = \"...\")]`");
                errors.add(Error::new_spanned(ident, message));
            }
            None => {}
        }
    }
    errors.finish()?;
    let quoted: Vec<String> = texts
        .iter()
        .map(|text| format!("`{}`", text.value()))
        .collect();
    let expected = format!("one of {}", quoted.join(", "));
    Ok(quote! {
        impl ::hydrant::registration::FromSetting<'_> for #name {
            const EXPECTED: &'static str = #expected;
            const KINDS: &'static [::hydrant::message::SettingType<'static>] =
                &[::hydrant::message::SettingType::Text];
            const TEXTS: &'static [&'static str] = &[#(#texts),*];
            fn from_setting(text: &str) -> ::core::option::Option<Self> {
                match text {
                    #(#texts => ::core::option::Option::Some(Self::#variants),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}
