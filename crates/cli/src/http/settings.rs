//! [`AccountSettings`]: the settings of accounts, from a file. Recordings and samples have none.

use std::path::Path;

use serde_json::{Map, Value};

use crate::exit::Failure;

/// The settings for all accounts, and those for single ones.
#[derive(Clone, Default)]
pub(crate) struct AccountSettings(Map<String, Value>);

impl AccountSettings {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|error| Failure::Input {
            name: name.clone(),
            error,
        })?;
        Self::parse(&text).map_err(|problem| Failure::Usage(format!("{name}: {problem}")))
    }

    /// Errors have no text of the file.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let Ok(Value::Object(settings)) = serde_json::from_slice(text) else {
            return Err("expected a JSON object with settings".to_owned());
        };
        for (id, value) in &settings {
            let account = value.as_object();
            let is_account = account.is_none_or(|_| id.parse::<i32>().is_ok());
            let values = account.map_or_else(|| vec![value], |it| it.values().collect());
            if !is_account || !values.into_iter().all(is_plain) {
                return Err(format!(
                    "`{id}` is neither a text, a number, true or false, nor the number of an \
                     account with an object of those"
                ));
            }
        }
        Ok(Self(settings))
    }

    /// Adds a setting for all accounts, unless the file has it.
    pub(crate) fn or_insert(&mut self, id: &str, value: Value) {
        self.0.entry(id).or_insert(value);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the settings into a message of an account, and returns whether there are some for it.
    /// Those that it has are kept.
    pub(crate) fn fill(&self, message: &mut Value) -> bool {
        let Some(Value::Object(account)) = message.get_mut("account") else {
            return false;
        };
        let id = account.get("account_id").map(Value::to_string);
        let own = id.and_then(|id| self.0.get(&id)).and_then(Value::as_object);
        let shared = self.0.iter().filter(|(_, value)| !value.is_object());
        let mut values = own.into_iter().flatten().chain(shared).peekable();
        if values.peek().is_none() {
            return false;
        }
        let settings = account
            .entry("account_settings")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(settings) = settings {
            for (id, value) in values {
                settings.entry(id).or_insert_with(|| text(value).into());
            }
        }
        true
    }
}

fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

/// On the wire, the values of settings are texts.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_of_an_account_precede_those_for_all() {
        let file = br#"{"region":"eu","batch":5,"7":{"region":"us","test":true}}"#;
        let settings = AccountSettings::parse(file).unwrap();
        let filled = |account: Value| {
            let mut message = json!({ "account": account });
            settings.fill(&mut message);
            message["account"]["account_settings"].clone()
        };
        assert_eq!(
            filled(json!({"account_id": 7})),
            json!({"region": "us", "test": "true", "batch": "5"})
        );
        assert_eq!(
            filled(json!({"account_id": 8, "account_settings": {"region": "ap"}})),
            json!({"region": "ap", "batch": "5"})
        );
        let mut heartbeat = json!({"type": "event_processing_request"});
        settings.fill(&mut heartbeat);
        assert_eq!(heartbeat, json!({"type": "event_processing_request"}));
    }

    #[test]
    fn errors_do_not_show_values() {
        for wrong in [
            "[]",
            r#"{"key":"s3cret""#,
            r#"{"key":["s3cret"]}"#,
            r#"{"key":{"a":"s3cret"}}"#,
            r#"{"7":{"key":{"a":"s3cret"}}}"#,
        ] {
            let error = AccountSettings::parse(wrong.as_bytes()).err().unwrap();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
