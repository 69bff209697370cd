//! Exact decimal numbers as digits and exponent, for everything that must not pass through a
//! double.
//!
//! One parser serves JSON number tokens and "numeric strings" (row T11: the JSON grammar plus a
//! leading `+`, leading zeros, `.5` and `5.`). It must not round anything, anywhere.

/// `±digits × 10^exponent`, digits without leading zeros and empty for zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) digits: String,
    pub(crate) exponent: i64,
    /// Digits of the significand as written, leading zeros counted.
    pub(crate) written_digits: usize,
}

/// Larger exponents are all equivalent: they exceed every range that is checked.
const FAR: i64 = 1_000_000_000_000_000;

impl Decimal {
    /// Parses `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (significand, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((significand, exponent)) => (significand, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
        let written = format!("{whole}{fraction}");
        if written.is_empty() || !written.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            negative,
            digits: written.trim_start_matches('0').to_owned(),
            exponent: exponent - fraction.len() as i64,
            written_digits: written.len(),
        })
    }

    /// Whether the value is zero, of whatever sign and scale.
    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The number of digits before the decimal point: 1 for 5.7, 0 for 0.57, negative for 0.057.
    pub(crate) fn whole_digits(&self) -> i64 {
        self.digits.len() as i64 + self.exponent
    }

    /// The value times a power of ten.
    pub(crate) fn shifted(mut self, places: i64) -> Self {
        self.exponent += places;
        self
    }

    /// The value truncated towards zero, or `None` if it has more than 36 digits.
    pub(crate) fn cut(&self) -> Option<i128> {
        if self.is_zero() || self.whole_digits() <= 0 {
            return Some(0);
        }
        let whole = usize::try_from(self.whole_digits())
            .ok()
            .filter(|&whole| whole <= 36)?;
        let magnitude: i128 = if whole <= self.digits.len() {
            self.digits[..whole].parse().ok()?
        } else {
            format!("{:0<whole$}", self.digits).parse().ok()?
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// Plain notation with the scale kept, or the original text if plain notation would take more
    /// than 40 digits.
    pub(crate) fn written(&self, text: &str) -> String {
        let sign = if self.negative && !self.is_zero() {
            "-"
        } else {
            ""
        };
        let digits = if self.is_zero() { "0" } else { &self.digits };
        let length = digits.len() as i64;
        if self.exponent >= 0 && self.is_zero() {
            return "0".to_owned();
        }
        let plain_length = match self.exponent {
            0.. => length + self.exponent,
            scale => length.max(1 - scale),
        };
        if plain_length > 40 {
            return self.as_sent(text);
        }
        if self.exponent >= 0 {
            return format!("{sign}{digits}{}", "0".repeat(self.exponent as usize));
        }
        let scale = -self.exponent as usize;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        format!("{sign}{whole}.{fraction}")
    }

    /// The text as a JSON number: no plus sign, no leading zeros except a single one, a point only
    /// between digits. A zero that would be digit number 1001 is avoided by changing the exponent.
    fn as_sent(&self, text: &str) -> String {
        let sign = if self.negative { "-" } else { "" };
        let unsigned = text.trim_start_matches(['+', '-']);
        let end = unsigned.find(['e', 'E']).unwrap_or(unsigned.len());
        let (significand, exponent) = unsigned.split_at(end);
        if significand.starts_with('.') && self.written_digits == 1000 {
            let digits = if self.is_zero() { "0" } else { &self.digits };
            return format!("{sign}{digits}E{}", self.exponent);
        }
        let significand = significand.trim_end_matches('.').trim_start_matches('0');
        let zero = if significand.is_empty() || significand.starts_with('.') {
            "0"
        } else {
            ""
        };
        format!("{sign}{zero}{significand}{exponent}")
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let magnitude = match digits.len() {
        0 => 0,
        1..=15 => digits.parse().ok()?,
        _ => FAR,
    };
    Some(if negative { -magnitude } else { magnitude })
}
