//! The options in `#[setting(..)]`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Ident, Lit, LitStr, Result, Token};

use crate::Errors;
use crate::nearest::nearest;

/// The options of a field.
const FIELD: &[&str] = &[
    "name",
    "id",
    "description",
    "default",
    "range",
    "secret",
    "invisible",
];

/// The options of a variant.
const VARIANT: &[&str] = &["text"];

/// A part of an option, and where it is.
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) tokens: TokenStream,
}

impl<T> Spanned<T> {
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::new_spanned(&self.tokens, message)
    }
}

/// A literal, as it is written and as the sender would write it.
pub(crate) enum Literal {
    Text(String),
    Integer(String),
    Float(String),
    Boolean(bool),
}

/// The ends of a range, if they are literals.
pub(crate) type Range = Option<(f64, f64)>;

/// What `#[setting(..)]` says about a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) id: Option<LitStr>,
    pub(crate) description: Option<LitStr>,
    pub(crate) default: Option<Spanned<Literal>>,
    pub(crate) range: Option<Spanned<Range>>,
    pub(crate) secret: Option<Span>,
    pub(crate) invisible: bool,
}

impl FieldOptions {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        read(attributes, FIELD, errors, |option, input| {
            match option.to_string().as_str() {
                "name" => options.name = Some(text(option, input)?),
                "id" => options.id = Some(text(option, input)?),
                "description" => options.description = Some(text(option, input)?),
                "default" => options.default = Some(default(option, input)?),
                "range" => options.range = Some(range(option, input)?),
                "secret" => options.secret = Some(flag(option, input)?),
                _ => {
                    flag(option, input)?;
                    options.invisible = true;
                }
            }
            Ok(())
        });
        options
    }
}

/// The text of a variant.
pub(crate) fn variant(attributes: &[Attribute], errors: &mut Errors) -> Option<LitStr> {
    let mut found = None;
    read(attributes, VARIANT, errors, |option, input| {
        found = Some(text(option, input)?);
        Ok(())
    });
    found
}

/// Calls `take` for each option of the attributes, once, with the input after its name.
fn read(
    attributes: &[Attribute],
    known: &[&str],
    errors: &mut Errors,
    mut take: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) {
    let mut seen: Vec<Ident> = Vec::new();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("setting")) {
        let read = attribute.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                let option = input.call(Ident::parse_any)?;
                if !known.contains(&option.to_string().as_str()) {
                    errors.add(unknown(&option, known));
                    let _ = value(input)?;
                } else if seen.contains(&option) {
                    errors.add(Error::new_spanned(
                        &option,
                        format!("`{option}` is given twice"),
                    ));
                    let _ = value(input)?;
                } else if let Err(error) = take(&option, input) {
                    errors.add(error);
                    let _ = value(input)?;
                }
                seen.push(option);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        });
        if let Err(error) = read {
            errors.add(error);
        }
    }
}

fn unknown(option: &Ident, known: &[&str]) -> Error {
    let name = option.to_string();
    let advice = match name.as_str() {
        "required" => {
            "a setting is required unless it has a default value or its type is an `Option`"
                .to_owned()
        }
        "confidential" => "use `secret`".to_owned(),
        _ => match nearest(&name, known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the options are `{}`", known.join("`, `")),
        },
    };
    Error::new_spanned(option, format!("`{name}` is not an option here: {advice}"))
}

/// The tokens up to the next comma.
fn value(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

fn assigned(option: &Ident, example: &str, input: ParseStream<'_>) -> Result<TokenStream> {
    let tokens = match input.parse::<Option<Token![=]>>()? {
        Some(_) => value(input)?,
        None => TokenStream::new(),
    };
    if tokens.is_empty() {
        let message = format!("`{option}` needs a value: `{option} = {example}`");
        return Err(Error::new_spanned(option, message));
    }
    Ok(tokens)
}

fn flag(option: &Ident, input: ParseStream<'_>) -> Result<Span> {
    let tokens = value(input)?;
    if tokens.is_empty() {
        return Ok(option.span());
    }
    Err(Error::new_spanned(
        tokens,
        format!("`{option}` has no value"),
    ))
}

fn text(option: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    let tokens = assigned(option, "\"...\"", input)?;
    let error = Error::new_spanned(
        &tokens,
        format!("`{option}` is a text: `{option} = \"...\"`"),
    );
    let text: LitStr = syn::parse2(tokens).map_err(|_| error)?;
    if text.value().trim().is_empty() && option != "text" {
        return Err(Error::new_spanned(&text, format!("`{option}` is empty")));
    }
    Ok(text)
}

fn default(option: &Ident, input: ParseStream<'_>) -> Result<Spanned<Literal>> {
    let tokens = assigned(option, "100", input)?;
    let parsed = literal.parse2(tokens.clone());
    let message = "a default value is a literal: `100`, `0.5`, `true` or `\"us\"`";
    let value = parsed.map_err(|_| Error::new_spanned(&tokens, message))?;
    Ok(Spanned { value, tokens })
}

fn literal(input: ParseStream<'_>) -> Result<Literal> {
    let minus: Option<Token![-]> = input.parse()?;
    let sign = if minus.is_some() { "-" } else { "" };
    Ok(match input.parse()? {
        Lit::Int(number) => Literal::Integer(format!("{sign}{}", number.base10_digits())),
        Lit::Float(number) => Literal::Float(format!("{sign}{}", number.base10_digits())),
        Lit::Str(text) if minus.is_none() => Literal::Text(text.value()),
        Lit::Bool(value) if minus.is_none() => Literal::Boolean(value.value),
        other => return Err(Error::new_spanned(other, "")),
    })
}

/// Any expression is accepted that has both ends; literals are also checked here.
fn range(option: &Ident, input: ParseStream<'_>) -> Result<Spanned<Range>> {
    let tokens = assigned(option, "1..=1000", input)?;
    let error = |message: &str| Error::new_spanned(&tokens, message);
    let ends = |input: ParseStream<'_>| -> Result<[TokenStream; 2]> {
        let mut low = TokenStream::new();
        while !input.peek(Token![..=]) {
            low.extend([input.parse::<TokenTree>()?]);
        }
        input.parse::<Token![..=]>()?;
        Ok([low, input.parse()?])
    };
    let form = "a range has both ends: `1..=1000`";
    let [low, high] = ends.parse2(tokens.clone()).map_err(|_| error(form))?;
    if low.is_empty() || high.is_empty() {
        return Err(error(form));
    }
    let value = number(low).zip(number(high));
    if value.is_some_and(|(low, high)| low > high) {
        return Err(error("the range is empty"));
    }
    Ok(Spanned { value, tokens })
}

/// The number, if this is a literal.
fn number(tokens: TokenStream) -> Option<f64> {
    match literal.parse2(tokens).ok()? {
        Literal::Integer(text) | Literal::Float(text) => text.parse().ok(),
        Literal::Text(_) | Literal::Boolean(_) => None,
    }
}

/// The comment of a field, on one line.
pub(crate) fn comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let pair = attribute.meta.require_name_value().ok()?;
        let text = pair
            .path
            .is_ident("doc")
            .then(|| pair.value.to_token_stream())?;
        syn::parse2::<LitStr>(text).ok()
    });
    let lines: Vec<String> = lines.map(|line| line.value().trim().to_owned()).collect();
    let lines = lines.iter().filter(|line| !line.is_empty());
    lines.map(String::as_str).collect::<Vec<_>>().join(" ")
}
