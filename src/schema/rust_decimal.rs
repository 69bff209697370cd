//! Conversion into `rust_decimal::Decimal`, for users who calculate with amounts.

use std::error::Error;
use std::fmt;

use super::Decimal;

/// Fails if the number has more digits than `rust_decimal` can represent (28).
///
/// ```
/// use hydrant::message::Decimal;
///
/// let price = rust_decimal::Decimal::try_from(Decimal::try_from("12.50")?)?;
/// assert_eq!((price * rust_decimal::Decimal::from(2)).to_string(), "25.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<Decimal<'_>> for rust_decimal::Decimal {
    type Error = TryFromDecimalError;

    fn try_from(value: Decimal<'_>) -> Result<Self, Self::Error> {
        Self::from_str_exact(&value.to_string()).map_err(|_| TryFromDecimalError(()))
    }
}

/// The number has more digits than `rust_decimal::Decimal` can represent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryFromDecimalError(());

impl fmt::Display for TryFromDecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number has more than the 28 digits of a rust_decimal")
    }
}

impl Error for TryFromDecimalError {}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_and_scale_survive() {
        let source = super::Decimal::try_from("12.50").unwrap();
        let decimal = rust_decimal::Decimal::try_from(source).unwrap();
        assert_eq!((decimal.mantissa(), decimal.scale()), (1250, 2));
        let long = "1".repeat(40);
        let source = super::Decimal::try_from(&*long).unwrap();
        assert!(rust_decimal::Decimal::try_from(source).is_err());
    }
}
