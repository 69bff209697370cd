//! [`InvalidInput`], the error of every function that takes numbers from a user.

use std::error::Error;
use std::fmt;

/// A number that no plan can be made from: what it is, and what was expected.
///
/// ```
/// use hydrant_plan::Durations;
///
/// let error = Durations::new(-1.0, 0.0).unwrap_err();
/// assert_eq!(error.to_string(), "the mean duration is -1 ms; expected 0 to 900000");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput(Box<str>);

impl InvalidInput {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidInput {}

/// Fails unless the value is a number from `least` to `most`. `name` has its unit after a slash:
/// `the mean duration/ms`.
pub(crate) fn check(name: &str, value: f64, least: f64, most: f64) -> Result<f64, InvalidInput> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let (name, unit) = name.split_once('/').unwrap_or((name, ""));
    let space = if unit.is_empty() { "" } else { " " };
    let text = format!("{name} is {value}{space}{unit}; expected {least} to {most}");
    Err(InvalidInput::new(text))
}
