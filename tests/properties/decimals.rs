//! Compares exact decimals with a simple model that calculates with decimal digits.

use hydrant::message::Decimal;
use proptest::prelude::*;

/// A number as digits without leading zeros (none for zero) and a scale.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    negative: bool,
    digits: Vec<u8>,
    scale: i64,
}

impl Model {
    /// From the parts of a text.
    fn new(pieces: &Pieces) -> Self {
        let all = format!("{}{}", pieces.whole, pieces.fraction);
        let digits: Vec<u8> = all.bytes().skip_while(|digit| *digit == b'0').collect();
        Self {
            negative: pieces.sign == "-" && !digits.is_empty(),
            digits,
            scale: pieces.fraction.len() as i64 - pieces.exponent.unwrap_or(0),
        }
    }

    /// Parses plain notation or `digits E exponent`, and panics on anything else.
    fn of_written(text: &str) -> Self {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap()),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        assert!(!mantissa.ends_with('.') && !whole.is_empty(), "{text}");
        assert!(whole == "0" || !whole.starts_with('0'), "{text}");
        let digits: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .skip_while(|digit| *digit == b'0')
            .collect();
        assert!(digits.iter().all(u8::is_ascii_digit), "{text}");
        Self {
            negative: negative && !digits.is_empty(),
            digits,
            scale: fraction.len() as i64 - exponent,
        }
    }

    /// Replaces a negative scale with zeros, as plain notation does.
    fn plainly(mut self) -> Self {
        if self.scale < 0 {
            if !self.digits.is_empty() {
                self.digits
                    .resize(self.digits.len() + (-self.scale) as usize, b'0');
            }
            self.scale = 0;
        }
        self
    }

    /// The number of digits in plain notation.
    fn plain_length(&self) -> usize {
        let plain = self.clone().plainly();
        plain.digits.len().max(plain.scale as usize + 1)
    }

    /// The part before the point, if it fits.
    fn whole(&self) -> Option<i64> {
        let plain = self.clone().plainly();
        let keep = plain.digits.len().saturating_sub(plain.scale as usize);
        let text = String::from_utf8(plain.digits[..keep].to_vec()).unwrap();
        let sign = if plain.negative { "-" } else { "" };
        if text.is_empty() {
            Some(0)
        } else {
            format!("{sign}{text}").parse().ok()
        }
    }
}

/// The parts of a numeric text.
#[derive(Clone, Debug)]
struct Pieces {
    sign: &'static str,
    whole: String,
    fraction: String,
    exponent: Option<i64>,
}

impl Pieces {
    fn text(&self) -> String {
        let Self {
            sign,
            whole,
            fraction,
            exponent,
        } = self;
        let point = if fraction.is_empty() { "" } else { "." };
        let exponent = exponent.map_or_else(String::new, |exponent| match exponent % 3 {
            0 => format!("e{exponent}"),
            1 => format!("E{exponent:+}"),
            _ => format!("E{exponent}"),
        });
        format!("{sign}{whole}{point}{fraction}{exponent}")
    }
}

fn pieces(most: usize, exponents: i64) -> impl Strategy<Value = Pieces> {
    // Many leading and trailing zeros.
    let digits = move || {
        (0..=most / 2, 0..=most / 2, "[0-9]{0,12}").prop_map(|(before, behind, digits)| {
            format!("{}{digits}{}", "0".repeat(before), "0".repeat(behind))
        })
    };
    let sign = proptest::sample::select(&["", "-", "+"][..]);
    let exponent = proptest::option::of(-exponents..=exponents);
    (sign, digits(), digits(), exponent)
        .prop_map(|(sign, whole, fraction, exponent)| Pieces {
            sign,
            whole,
            fraction,
            exponent,
        })
        .prop_filter("a digit is needed", |pieces| {
            !(pieces.whole.is_empty() && pieces.fraction.is_empty())
        })
}

fn check(pieces: &Pieces) -> Result<(), TestCaseError> {
    let text = pieces.text();
    let model = Model::new(pieces);
    let Ok(decimal) = Decimal::try_from(&*text) else {
        prop_assert!(
            pieces.whole.len() + pieces.fraction.len() > Decimal::MAX_DIGITS,
            "{}",
            text
        );
        return Ok(());
    };
    prop_assert!(pieces.whole.len() + pieces.fraction.len() <= Decimal::MAX_DIGITS);
    prop_assert_eq!(decimal.as_source(), &text);
    prop_assert_eq!(decimal.scale(), model.scale);
    let written = decimal.to_string();
    if model.plain_length() <= Decimal::MAX_PLAIN_DIGITS {
        prop_assert!(!written.contains(['e', 'E']), "{}", written);
        prop_assert!(!written.starts_with('-') || model.negative, "{}", written);
        prop_assert_eq!(Model::of_written(&written), model.clone().plainly());
    } else {
        prop_assert_eq!(Model::of_written(&written), model.clone());
        // As it was sent, if that is JSON, and never much longer.
        if serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok() {
            prop_assert_eq!(&written, &text);
        }
        prop_assert!(written.len() <= text.len() + "0E-1000".len(), "{}", written);
    }
    // The output can be parsed, and is the same when it is written again.
    let again = Decimal::try_from(&*written).expect("written by ourselves");
    prop_assert_eq!(again.to_string(), written.clone());
    prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&written).is_ok());
    prop_assert_eq!(decimal.to_i64(), model.whole());
    prop_assert_eq!(decimal.to_f64(), written.parse::<f64>().unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn ordinary_numbers(pieces in pieces(12, 30)) {
        check(&pieces)?;
    }

    #[test]
    fn numbers_at_the_limit(pieces in pieces(700, 1200)) {
        check(&pieces)?;
    }

    #[test]
    fn equality_compares_sign_digits_and_scale(a in pieces(6, 4), b in pieces(6, 4)) {
        let (text_a, text_b) = (a.text(), b.text());
        let equal = Decimal::try_from(&*text_a).unwrap() == Decimal::try_from(&*text_b).unwrap();
        prop_assert_eq!(equal, Model::new(&a) == Model::new(&b), "{} {}", text_a, text_b);
    }

    #[test]
    fn only_numbers_are_accepted(text in "[-+]?[0-9.eE+ x-]{0,8}") {
        let number = regex(&text);
        prop_assert_eq!(Decimal::try_from(&*text).is_ok(), number, "{:?}", text);
    }
}

/// Whether a text matches `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`.
fn regex(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let skip_sign = |rest: &mut &[u8]| {
        if let [b'+' | b'-', tail @ ..] = rest {
            *rest = tail;
        }
    };
    let skip_digits = |rest: &mut &[u8]| {
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *rest = &rest[count..];
        count
    };
    skip_sign(&mut rest);
    let mut digits = skip_digits(&mut rest);
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        digits += skip_digits(&mut rest);
    }
    if digits == 0 {
        return false;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        rest = tail;
        skip_sign(&mut rest);
        if skip_digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty()
}
