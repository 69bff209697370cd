//! [`Reader`]: gives values their types, and collects everything that is wrong.

use std::time::Duration;

use hydrant::outgoing::parse_bool;

use super::layers::Value;
use super::setting::{Kind, find};
use super::{Config, ConfigError, Secret};

/// Gives the values of a configuration their types. A value that is missing or wrong is recorded,
/// and a placeholder is returned, so that one error names all faults.
pub(crate) struct Reader<'c> {
    config: &'c Config,
    faults: Vec<String>,
}

#[cfg_attr(
    not(all(feature = "aws", feature = "http")),
    allow(
        dead_code,
        reason = "some types are those of targets that are not compiled"
    )
)]
impl<'c> Reader<'c> {
    pub(crate) fn new(config: &'c Config) -> Self {
        Self {
            config,
            faults: Vec::new(),
        }
    }

    /// Everything that was wrong.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        ConfigError::from_faults(self.faults).map_or(Ok(value), Err)
    }

    /// Records a fault.
    pub(crate) fn refuse(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// The text of a value or of the default; an empty one is unset.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'c str> {
        let text = match self.config.given(name).map(|given| &given.value) {
            Some(Value::Text(secret)) => Some(secret.expose()),
            _ => None,
        };
        text.or_else(|| find(name).and_then(|setting| setting.default))
            .filter(|text| !text.is_empty())
    }

    /// A value that must be given.
    pub(crate) fn required(&mut self, name: &str) -> &'c str {
        let text = self.text(name);
        if text.is_none() {
            let variable = name.to_ascii_uppercase();
            self.refuse(format!(
                "`{name}` is missing; set it in the configuration file or as HYDRANT_{variable}"
            ));
        }
        text.unwrap_or_default()
    }

    /// A secret.
    pub(crate) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// A switch.
    pub(crate) fn switch(&mut self, name: &str) -> bool {
        let Some(text) = self.text(name) else {
            return false;
        };
        parse_bool(text).unwrap_or_else(|| {
            self.refuse(format!("`{name}` is not on or off"));
            false
        })
    }

    /// A number, of bytes or otherwise.
    pub(crate) fn number(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let kind = find(name).map_or(Kind::Text, |setting| setting.kind);
        let number = match kind {
            Kind::Bytes(least, most) => bytes(text).filter(|n| (least..=most).contains(n)),
            Kind::Integer(least, most) => {
                let number = text.parse().ok();
                number.filter(|n| (least..=most).contains(n))
            }
            _ => None,
        };
        if number.is_none() {
            self.refuse(format!("`{name}` is not {kind}"));
        }
        number
    }

    /// A number that fits into memory.
    pub(crate) fn size(&mut self, name: &str) -> usize {
        let number = self.number(name).unwrap_or_default();
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    /// A duration.
    pub(crate) fn duration(&mut self, name: &str) -> Option<Duration> {
        let text = self.text(name)?;
        let duration = duration(text);
        if duration.is_none() {
            self.refuse(format!("`{name}` is not {}", Kind::Duration));
        }
        duration
    }

    /// One of the texts that the setting permits, in any letter case.
    pub(crate) fn choice(&mut self, name: &str) -> Option<&'static str> {
        let text = self.text(name)?;
        let kind = find(name).map_or(Kind::Text, |setting| setting.kind);
        let Kind::Choice(texts) = kind else {
            return None;
        };
        let mut texts = texts.iter();
        let found = texts.find(|known| known.eq_ignore_ascii_case(text));
        if found.is_none() {
            self.refuse(format!("`{name}` is not one of {kind}"));
        }
        found.copied()
    }

    /// A list; empty if it is not given.
    pub(crate) fn list(&mut self, name: &str) -> &'c [String] {
        match self.config.given(name).map(|given| &given.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// A map; empty if it is not given.
    pub(crate) fn map(&mut self, name: &str) -> &'c [(String, String)] {
        match self.config.given(name).map(|given| &given.value) {
            Some(Value::Map(pairs)) => pairs,
            _ => &[],
        }
    }
}

/// Reads `1000`, `64K`, `16M` or `1G`.
fn bytes(text: &str) -> Option<u64> {
    let (digits, shift) = match text.char_indices().next_back()? {
        (end, 'K' | 'k') => (text.get(..end)?, 10),
        (end, 'M' | 'm') => (text.get(..end)?, 20),
        (end, 'G' | 'g') => (text.get(..end)?, 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// Reads `250ms`, `20s`, `5m`, `2h` or `7d`.
fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(end)?;
    let number: u64 = digits.parse().ok()?;
    let factor = match unit.trim() {
        "ms" => return Some(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(factor).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_units() {
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("7d"), Some(Duration::from_secs(7 * 86_400)));
        assert_eq!(bytes("64K"), Some(65_536));
        for wrong in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "1 week",
            "99999999999999999999s",
            "1é",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        for wrong in ["", "K", "-1", "1T", "99999999999999G", "é"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
