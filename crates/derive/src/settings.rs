//! `#[derive(Settings)]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericParam, Ident, Lifetime, Result, Type};

use crate::Errors;
use crate::options::{FieldOptions, Literal, comment};

/// One field: its name, its type and the expression of its `SettingField`.
struct Statement<'i> {
    field: &'i Ident,
    ty: &'i Type,
    id: String,
    value: TokenStream,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = named_fields(input)?;
    let life = lifetime(input)?;
    let mut errors = Errors::default();
    let mut statements: Vec<Statement<'_>> = Vec::new();
    for (field, name) in fields {
        let Some(statement) = statement(field, name, &mut errors) else {
            continue;
        };
        let same = statements.iter().find(|other| other.id == statement.id);
        if let Some(other) = same {
            let (id, other) = (&statement.id, other.field);
            let message = format!("the identifier `{id}` is already that of the field `{other}`");
            errors.add(Error::new_spanned(name, message));
        }
        statements.push(statement);
    }
    errors.finish()?;
    Ok(implementations(input, &life, &statements))
}

fn named_fields(input: &DeriveInput) -> Result<impl Iterator<Item = (&Field, &Ident)>> {
    let error = || Error::new_spanned(&input.ident, "settings are a struct with named fields");
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields
                .named
                .iter()
                .filter_map(|field| Some((field, field.ident.as_ref()?)))),
            Fields::Unnamed(_) | Fields::Unit => Err(error()),
        },
        Data::Enum(_) => Err(Error::new_spanned(
            &input.ident,
            "settings are a struct with named fields; for an enumeration of texts, derive `FromSetting`",
        )),
        Data::Union(_) => Err(error()),
    }
}

/// The lifetime of the struct; one that it does not have, if it has none.
fn lifetime(input: &DeriveInput) -> Result<Lifetime> {
    let mut found = None;
    for parameter in &input.generics.params {
        match parameter {
            GenericParam::Lifetime(life) if found.is_none() => found = Some(life.lifetime.clone()),
            other => {
                let message = "settings have at most one lifetime and no other parameters";
                return Err(Error::new_spanned(other, message));
            }
        }
    }
    Ok(found.unwrap_or_else(|| Lifetime::new("'setting", Span::mixed_site())))
}

fn statement<'i>(field: &'i Field, name: &'i Ident, errors: &mut Errors) -> Option<Statement<'i>> {
    let before = errors.count;
    let options = FieldOptions::read(&field.attrs, errors);
    let Some(label) = &options.name else {
        // Another error may be the reason that there is none.
        if errors.count == before {
            let message =
                format!("the setting `{name}` has no label: add `#[setting(name = \"...\")]`");
            errors.add(Error::new_spanned(name, message));
        }
        return None;
    };
    if let Err(error) = check(&options, &field.ty) {
        errors.add(error);
    }
    let id = options
        .id
        .as_ref()
        .map_or_else(|| name.unraw().to_string(), |id| id.value());
    let description = options.description.as_ref().map(syn::LitStr::value);
    let description = description.unwrap_or_else(|| comment(&field.attrs));
    let ty = &field.ty;
    // Errors that only the type reveals are shown at the field.
    let at = name.span().resolved_at(Span::mixed_site());
    let mut value = quote_spanned! {at=>
        ::hydrant::registration::SettingField::<#ty>::new(#id, #label).description(#description)
    };
    if let Some(default) = &options.default {
        let text = match &default.value {
            Literal::Text(text) | Literal::Integer(text) | Literal::Float(text) => text.clone(),
            Literal::Boolean(value) => value.to_string(),
        };
        value = quote_spanned! {at=> #value.default(#text) };
    }
    if let Some(range) = &options.range {
        let range = &range.tokens;
        value = quote_spanned! {at=> ::hydrant::registration::RangeOf(#range).limit(#value) };
    }
    if options.secret.is_some() {
        value = quote_spanned! {at=> #value.secret() };
    }
    if options.invisible {
        value = quote_spanned! {at=> #value.invisible() };
    }
    Some(Statement {
        field: name,
        ty,
        id,
        value,
    })
}

/// What is known of a type by its name. A type of the user can have such a name, too; then it must
/// be used with a path or another name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    List,
    Integer,
    Float,
    Boolean,
    Unknown,
}

/// Checks what the macro can know, because its errors are more precise than those of
/// `SettingField`, which checks the rest.
fn check(options: &FieldOptions, ty: &Type) -> Result<()> {
    let (optional, kind) = kind(ty);
    let (default, range) = (&options.default, &options.range);
    if let (Some(secret), true) = (options.secret, default.is_some()) {
        let message =
            "a secret has no default value, because it would be published with the registration";
        return Err(Error::new(secret, message));
    }
    if let (Some(secret), Kind::Integer | Kind::Float | Kind::Boolean) = (options.secret, kind) {
        return Err(Error::new(secret, "only a text can be secret"));
    }
    if let (Some(default), true) = (default, optional) {
        let message = "an `Option` with a default value is never `None`: remove the `Option` or the default value";
        return Err(default.error(message));
    }
    if let (Some(range), Kind::Text | Kind::List | Kind::Boolean) = (range, kind) {
        return Err(range.error("only a number has a range"));
    }
    let Some(default) = default else {
        return Ok(());
    };
    let expected = match (kind, &default.value) {
        (Kind::Integer, Literal::Integer(_))
        | (Kind::Float, Literal::Integer(_) | Literal::Float(_))
        | (Kind::Boolean, Literal::Boolean(_))
        | (Kind::Text | Kind::List, Literal::Text(_))
        | (Kind::Unknown, _) => None,
        (Kind::Integer, _) => Some("an integer"),
        (Kind::Float, _) => Some("a number"),
        (Kind::Boolean, _) => Some("`true` or `false`"),
        (Kind::Text | Kind::List, _) => Some("a text in quotes"),
    };
    if let Some(expected) = expected {
        return Err(default.error(format!("the default value is not {expected}")));
    }
    if let (Literal::Integer(text) | Literal::Float(text), Some(range)) = (&default.value, range)
        && let (Ok(value), Some((low, high))) = (text.parse::<f64>(), range.value)
        && !(low <= value && value <= high)
    {
        let message = format!("the default value is not between {low} and {high}");
        return Err(default.error(message));
    }
    Ok(())
}

/// Whether the type is an `Option`, and what it is otherwise.
fn kind(ty: &Type) -> (bool, Kind) {
    match ty {
        Type::Reference(reference) => (false, kind(&reference.elem).1),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else {
                return (false, Kind::Unknown);
            };
            let kind_of = match last.ident.to_string().as_str() {
                "str" | "String" | "Cow" => Kind::Text,
                "Vec" => Kind::List,
                "i32" | "i64" | "u32" | "u64" | "Duration" => Kind::Integer,
                "f64" => Kind::Float,
                "bool" => Kind::Boolean,
                "Option" => {
                    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                        return (true, Kind::Unknown);
                    };
                    let inner = arguments.args.iter().find_map(|argument| match argument {
                        syn::GenericArgument::Type(ty) => Some(kind(ty).1),
                        _ => None,
                    });
                    return (true, inner.unwrap_or(Kind::Unknown));
                }
                _ => Kind::Unknown,
            };
            (false, kind_of)
        }
        _ => (false, Kind::Unknown),
    }
}

fn implementations(
    input: &DeriveInput,
    life: &Lifetime,
    statements: &[Statement<'_>],
) -> TokenStream {
    let name = &input.ident;
    let (_, generics, _) = input.generics.split_for_impl();
    let values = format_ident!("values", span = Span::mixed_site());
    let text = name.unraw().to_string();
    let fields = statements.iter().map(|it| it.field).collect::<Vec<_>>();
    let constants = statements.iter().map(
        |Statement {
             field, ty, value, ..
         }| {
            quote! { const #field: ::hydrant::registration::SettingField<#ty> = #value; }
        },
    );
    // Errors about a type are shown at the type.
    let at = |ty: &Type| ty.span().resolved_at(Span::call_site());
    let checks = statements.iter().map(|Statement { field, ty, .. }| {
        quote_spanned! {at(ty)=> const _: () = { let _ = __Fields::<'static>::#field; }; }
    });
    let reads = statements.iter().map(|Statement { field, ty, .. }| {
        let at = at(ty);
        quote_spanned! {at=> let #field = #values.field(__Fields::<#life>::#field); }
    });
    let shown = statements.iter().map(|Statement { field, ty, .. }| {
        let (at, name) = (at(ty), field.unraw().to_string());
        quote_spanned! {at=> .field(#name, __Fields::<#life>::#field.redact(&self.#field)) }
    });
    quote! {
        const _: () = {
            struct __Fields<#life>(::core::marker::PhantomData<&#life ()>);

            #[allow(non_upper_case_globals)]
            impl<#life> __Fields<#life> {
                #(#constants)*
            }

            // So that mistakes are found even if the type is not used.
            #(#checks)*

            impl<#life> ::hydrant::registration::Settings<#life> for #name #generics {
                fn read(
                    #values: &mut ::hydrant::registration::SettingValues<#life>,
                ) -> ::core::option::Option<Self> {
                    #(#reads)*
                    ::core::option::Option::Some(Self { #(#fields: #fields?,)* })
                }
            }

            #[allow(clippy::extra_unused_lifetimes)]
            impl<#life> ::core::fmt::Debug for #name #generics {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#text)
                        #(#shown)*
                        .finish()
                }
            }
        };
    }
}
