//! The errors of the macros: the message, and the source text that is underlined.

use proc_macro2::TokenStream;
use syn::DeriveInput;

type Expand = fn(&DeriveInput) -> syn::Result<TokenStream>;

/// The errors, each with the text that it underlines.
fn errors(expand: Expand, source: &str) -> Vec<(String, String)> {
    let input: DeriveInput = syn::parse_str(source).unwrap();
    let Err(errors) = expand(&input) else {
        panic!("no error: {source}");
    };
    let one = |error: syn::Error| (error.to_string(), error.span().source_text().unwrap());
    errors.into_iter().map(one).collect()
}

/// The only error of a struct with this field.
fn error(field: &str) -> (String, String) {
    let found = errors(
        crate::settings::expand,
        &format!("struct Acme<'a> {{ {field} }}"),
    );
    let [error] = <[_; 1]>::try_from(found).unwrap();
    error
}

#[track_caller]
fn refused(field: &str, message: &str, underlined: &str) {
    assert_eq!(error(field), (message.to_owned(), underlined.to_owned()));
}

#[test]
fn options_that_do_not_exist_are_refused_with_the_nearest() {
    refused(
        r#"#[setting(name = "Key", sekret)] key: &'a str"#,
        "`sekret` is not an option here: did you mean `secret`?",
        "sekret",
    );
    refused(
        r#"#[setting(nam = "Key")] key: &'a str"#,
        "`nam` is not an option here: did you mean `name`?",
        "nam",
    );
    refused(
        r#"#[setting(name = "Key", hidden = 1 + 2)] key: &'a str"#,
        "`hidden` is not an option here: the options are `name`, `id`, `description`, `default`, \
         `range`, `secret`, `invisible`",
        "hidden",
    );
    refused(
        r#"#[setting(name = "Key", required, default = "k")] key: &'a str"#,
        "`required` is not an option here: a setting is required unless it has a default value or \
         its type is an `Option`",
        "required",
    );
    refused(
        r#"#[setting(name = "Key", name = "Key 2")] key: &'a str"#,
        "`name` is given twice",
        "name",
    );
}

#[test]
fn options_have_values_of_the_right_form() {
    let label = "the setting `key` has no label: add `#[setting(name = \"...\")]`";
    refused("key: &'a str", label, "key");
    refused(r#"#[setting(secret)] key: &'a str"#, label, "key");
    refused(
        "#[setting(name = \"\")] key: &'a str",
        "`name` is empty",
        "\"\"",
    );
    refused(
        "#[setting(name = 1)] key: &'a str",
        "`name` is a text: `name = \"...\"`",
        "1",
    );
    refused(
        "#[setting(name)] key: &'a str",
        "`name` needs a value: `name = \"...\"`",
        "name",
    );
    refused(
        r#"#[setting(name = "Key", secret = true)] key: &'a str"#,
        "`secret` has no value",
        "= true",
    );
    refused(
        r#"#[setting(name = "Limit", default = LIMIT)] limit: i64"#,
        "a default value is a literal: `100`, `0.5`, `true` or `\"us\"`",
        "LIMIT",
    );
}

#[test]
fn ranges_belong_to_numbers_and_have_ends() {
    for ty in [
        "&'a str",
        "String",
        "Cow<'a, str>",
        "Option<String>",
        "Vec<i64>",
        "bool",
    ] {
        refused(
            &format!(r#"#[setting(name = "Key", range = 1..=9)] key: {ty}"#),
            "only a number has a range",
            "1..=9",
        );
    }
    let ends = "a range has both ends: `1..=1000`";
    for range in ["1..", "..=9", "1..9", "9"] {
        refused(
            &format!(r#"#[setting(name = "N", range = {range})] n: i64"#),
            ends,
            range,
        );
    }
    refused(
        r#"#[setting(name = "N", range = 9..=1)] n: i64"#,
        "the range is empty",
        "9..=1",
    );
}

#[test]
fn default_values_fit_type_and_range() {
    refused(
        r#"#[setting(name = "N", default = 0, range = 1..=1_000)] n: i64"#,
        "the default value is not between 1 and 1000",
        "0",
    );
    refused(
        r#"#[setting(name = "N", range = -0.5..=0.5, default = -1.5)] n: f64"#,
        "the default value is not between -0.5 and 0.5",
        "-1.5",
    );
    for (ty, default, expected) in [
        ("i64", "\"1\"", "an integer"),
        ("Duration", "1.5", "an integer"),
        ("f64", "true", "a number"),
        ("bool", "\"yes\"", "`true` or `false`"),
        ("&'a str", "1", "a text in quotes"),
        ("Vec<i64>", "1", "a text in quotes"),
    ] {
        refused(
            &format!(r#"#[setting(name = "N", default = {default})] n: {ty}"#),
            &format!("the default value is not {expected}"),
            default,
        );
    }
    refused(
        r#"#[setting(name = "N", default = 1)] n: Option<i64>"#,
        "an `Option` with a default value is never `None`: remove the `Option` or the default value",
        "1",
    );
}

#[test]
fn secrets_are_texts_without_a_default_value() {
    refused(
        r#"#[setting(name = "Key", secret, default = "k")] key: &'a str"#,
        "a secret has no default value, because it would be published with the registration",
        "secret",
    );
    refused(
        r#"#[setting(name = "Pin", secret)] pin: u32"#,
        "only a text can be secret",
        "secret",
    );
}

#[test]
fn all_errors_are_reported() {
    let source = r#"struct Acme {
        #[setting(name = "A", id = "same", sekret, range = 1..)] a: i64,
        #[setting(name = "B", id = "same")] b: i64,
        c: i64,
    }"#;
    let found = errors(crate::settings::expand, source);
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["sekret", "1..", "b", "c"]);
    assert_eq!(
        found[2].0,
        "the identifier `same` is already that of the field `a`"
    );
}

#[test]
fn settings_are_a_struct_with_named_fields() {
    let fields = "settings are a struct with named fields";
    let parameters = "settings have at most one lifetime and no other parameters";
    for (source, message, text) in [
        ("struct Acme;", fields, "Acme"),
        ("struct Acme(i64);", fields, "Acme"),
        ("union Acme { a: i64 }", fields, "Acme"),
        (
            "enum Acme { A }",
            "settings are a struct with named fields; for an enumeration of texts, derive `FromSetting`",
            "Acme",
        ),
        ("struct Acme<T> { a: T }", parameters, "T"),
        ("struct Acme<'a, 'b> { a: &'a str }", parameters, "'b"),
    ] {
        let found = errors(crate::settings::expand, source);
        assert_eq!(found, [(message.to_owned(), text.to_owned())]);
    }
}

#[test]
fn enumerations_have_one_text_per_variant() {
    for (source, message, text) in [
        (
            "struct Region;",
            "`FromSetting` can be derived for an enumeration of texts only",
            "Region",
        ),
        (
            "enum Region {}",
            "an enumeration without variants has no values",
            "Region",
        ),
        (
            "enum Region<'a> { Us(&'a str) }",
            "an enumeration of texts has no parameters",
            "'a",
        ),
        (
            "enum Region { Us }",
            "the variant `Us` has no text: add `#[setting(text = \"...\")]`",
            "Us",
        ),
        (
            r#"enum Region { #[setting(txt = "us")] Us }"#,
            "`txt` is not an option here: did you mean `text`?",
            "txt",
        ),
        (
            r#"enum Region { #[setting(text = "us")] Us(i64) }"#,
            "the variant `Us` has fields; a text has none",
            "(i64)",
        ),
        (
            r#"enum Region { #[setting(text = "us")] Us, #[setting(text = "us")] Eu }"#,
            "\"us\" is the text of two variants",
            "\"us\"",
        ),
    ] {
        let found = errors(crate::texts::expand, source);
        assert_eq!(found, [(message.to_owned(), text.to_owned())], "{source}");
    }
}
