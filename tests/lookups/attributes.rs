//! Inferred types of attributes.

use hydrant::message::{Attribute, Decimal};
use proptest::prelude::*;

/// The text of the value in a target system.
fn written(attribute: Attribute<'_>) -> String {
    match attribute {
        Attribute::Integer(value) => value.to_string(),
        Attribute::Number(value) => value.to_string(),
        Attribute::Text(text) => text.to_owned(),
        Attribute::Bool(value) => value.to_string(),
    }
}

#[test]
fn only_canonical_numbers_are_inferred() {
    let number = |text| Attribute::Number(Decimal::try_from(text).unwrap());
    for (text, expected) in [
        ("true", Attribute::Bool(true)),
        ("FALSE", Attribute::Bool(false)),
        ("0", Attribute::Integer(0)),
        ("-42", Attribute::Integer(-42)),
        ("9223372036854775807", Attribute::Integer(i64::MAX)),
        ("-9223372036854775808", Attribute::Integer(i64::MIN)),
        ("10.00", number("10.00")),
        ("-0.5", number("-0.5")),
    ] {
        assert_eq!(Attribute::infer(text), expected, "{text}");
    }
    for text in [
        "",
        " ",
        "-",
        "+",
        ".",
        "02134",
        "+4917012345678",
        "1e5",
        "1E5",
        "1.",
        ".5",
        "-.5",
        "00",
        "-0",
        "00.5",
        "-01",
        "1.5e3",
        "4.2.1",
        "0x10",
        "1_000",
        "1,5",
        " 1",
        "1 ",
        "inf",
        "NaN",
        "9223372036854775808",
        "١",
        "yes",
        "truth",
    ] {
        assert_eq!(Attribute::infer(text), Attribute::Text(text));
    }
}

proptest! {
    #[test]
    fn no_digit_is_lost(text in "[+-]?[0-9]{0,20}(\\.[0-9]{0,20})?([eE][0-9]{1,2})?") {
        prop_assume!(!text.starts_with("-0."));
        prop_assert_eq!(written(Attribute::infer(&text)), text);
    }

    #[test]
    fn every_integer_is_inferred(value: i64) {
        let text = value.to_string();
        prop_assert_eq!(Attribute::infer(&text), Attribute::Integer(value));
    }
}
