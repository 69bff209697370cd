//! Conversion into `rust_decimal::Decimal`, for users who calculate with amounts.

use super::Decimal;

/// Fails where the number has more digits than `rust_decimal` holds (28).
impl TryFrom<Decimal<'_>> for rust_decimal::Decimal {
    type Error = rust_decimal::Error;

    fn try_from(value: Decimal<'_>) -> Result<Self, Self::Error> {
        Self::from_str_exact(&value.to_string())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_and_scale_survive() {
        let source = super::Decimal::parse("12.50").unwrap();
        let decimal = rust_decimal::Decimal::try_from(source).unwrap();
        assert_eq!((decimal.mantissa(), decimal.scale()), (1250, 2));
        let long = "1".repeat(40);
        let source = super::Decimal::parse(&long).unwrap();
        assert!(rust_decimal::Decimal::try_from(source).is_err());
    }
}
