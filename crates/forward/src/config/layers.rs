//! [`Config`]: the values of settings and where each comes from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::setting::{self, Kind, Setting};
use super::{ConfigError, Secret, SecretProvider};

/// The values of settings, from up to three layers. A value that is given twice is that of the
/// later layer: file, environment, `--set`.
///
/// ```
/// use hydrant_forward::config::Config;
///
/// let mut config = Config::new();
/// config.toml("connection = \"kinesis\"\nsend_screen_views = false\n", "forward.toml".as_ref())?;
/// config.environment([("HYDRANT_DELIVERY_STREAM_NAME".into(), "events".into())])?;
/// config.set("send_screen_views=on")?;
/// assert_eq!(
///     config.set("send_screen_vews=on").unwrap_err().to_string(),
///     "--set: there is no setting `send_screen_vews`; did you mean `send_screen_views`?"
/// );
/// # Ok::<(), hydrant_forward::config::ConfigError>(())
/// ```
#[derive(Default)]
pub struct Config {
    values: BTreeMap<&'static str, Given>,
    warnings: Vec<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment,
    /// `--set`.
    Flag,
    /// A provider of secrets.
    Provider,
}

/// A value and its origin.
pub(crate) struct Given {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// A value before it has a type.
#[derive(Clone)]
pub(crate) enum Value {
    Text(Secret),
    List(Vec<String>),
    Map(Vec<(String, String)>),
}

/// The prefix of environment variables.
const PREFIX: &str = "HYDRANT_";

/// Variables of the program and of the function `hydrant-lambda-forward` that are not settings, in
/// lower case.
const OTHERS: [&str; 5] = ["threads", "tokens", "config", "trigger", "hash_platform"];

/// Those of tests.
const OF_TESTS: [&str; 4] = ["shared", "bless", "cargo_lambda", "java_sdk_jar"];

/// The end of a name whose value is the path of a file with a secret.
const FILE: &str = "_file";

impl Config {
    /// A configuration without values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the values of a TOML file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, that is not TOML, and all keys that are not settings.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError::new(format!("cannot read {}: {error}", path.display()))
        })?;
        if self.toml(&text, path)? {
            self.warn_of(path);
        }
        Ok(())
    }

    /// Adds the values of a TOML text; `path` names it in errors. Returns whether it holds secrets.
    ///
    /// # Errors
    ///
    /// A text that is not TOML, and all keys that are not settings.
    pub fn toml(&mut self, text: &str, path: &Path) -> Result<bool, ConfigError> {
        let name = path.display();
        // The error of the library quotes the line, which may hold a secret.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                let before = text.get(..span.start).unwrap_or(text);
                before.matches('\n').count() + 1
            });
            ConfigError::new(format!("{name}, line {line}: {}", error.message()))
        })?;
        let origin = Origin::File(path.to_owned());
        let (mut faults, mut secrets) = (Vec::new(), false);
        for (key, value) in table {
            let added = Value::from_toml(&value)
                .ok_or_else(|| format!("`{key}` is {}, which no setting is", value.type_str()))
                .and_then(|value| self.add(&key, value, &origin));
            match added {
                Ok(secret) => secrets |= secret,
                Err(fault) => faults.push(format!("{name}: {fault}")),
            }
        }
        ConfigError::from_faults(faults).map_or(Ok(secrets), Err)
    }

    /// Adds the values of environment variables, for example `std::env::vars_os()`: `HYDRANT_` and
    /// the name of the setting in upper case. Empty variables count as not set.
    ///
    /// # Errors
    ///
    /// All variables that begin with `HYDRANT_` and are probably misspelt, and those whose value is
    /// not Unicode.
    pub fn environment(
        &mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), ConfigError> {
        let mut faults = Vec::new();
        for (variable, value) in variables {
            let Some(name) = variable.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
                continue;
            };
            let lower = name.to_ascii_lowercase();
            if value.is_empty()
                || OTHERS
                    .iter()
                    .chain(&OF_TESTS)
                    .any(|it| it.to_ascii_uppercase() == name)
            {
                continue;
            }
            if setting_of(&lower).is_none() {
                let known = setting::settings().map(|setting| setting.name);
                if let Some(near) = setting::nearest_of(&lower, known.chain(OTHERS)) {
                    faults.push(format!(
                        "{PREFIX}{name} is not known; did you mean {PREFIX}{}?",
                        near.to_ascii_uppercase()
                    ));
                }
                continue;
            }
            let Ok(value) = value.into_string() else {
                faults.push(format!("{PREFIX}{name} is not Unicode"));
                continue;
            };
            let value = Value::Text(Secret::new(value));
            if let Err(fault) = self.add(&lower, value, &Origin::Environment) {
                faults.push(format!("{PREFIX}{name}: {fault}"));
            }
        }
        ConfigError::from_faults(faults).map_or(Ok(()), Err)
    }

    /// Adds one value from the command line: `name=value`.
    ///
    /// # Errors
    ///
    /// A text without `=`, a name that is not a setting, and the name of a secret.
    pub fn set(&mut self, assignment: &str) -> Result<(), ConfigError> {
        let add = |config: &mut Self| {
            let (name, value) = assignment
                .split_once('=')
                .ok_or("expected name=value".to_owned())?;
            if setting::find(name).is_some_and(|setting| setting.secret) {
                let variable = name.to_ascii_uppercase();
                return Err(format!(
                    "`{name}` is a secret, and command lines are visible to other users; \
                     use {PREFIX}{variable}, `{name}{FILE}`, or the configuration file"
                ));
            }
            config.add(name, Value::Text(Secret::new(value)), &Origin::Flag)
        };
        match add(self) {
            Ok(_) => Ok(()),
            Err(fault) => Err(ConfigError::new(format!("--set: {fault}"))),
        }
    }

    /// Asks a provider for the secrets that no layer gives.
    ///
    /// # Errors
    ///
    /// Those of the provider.
    pub fn secrets(&mut self, provider: &impl SecretProvider) -> Result<(), ConfigError> {
        for setting in setting::settings().filter(|setting| setting.secret) {
            if self.values.contains_key(setting.name) {
                continue;
            }
            let provided = provider.secret(setting.name).map_err(ConfigError::new)?;
            if let Some(secret) = provided {
                let given = Given {
                    value: Value::Text(secret),
                    origin: Origin::Provider,
                };
                self.values.insert(setting.name, given);
            }
        }
        Ok(())
    }

    /// What should be mended, but does not prevent the start.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Where the value of a setting comes from; `None` if it has its default.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        let setting = setting::find(name)?;
        self.values.get(setting.name).map(|given| &given.origin)
    }

    /// Adds a value, and returns whether it is a secret.
    fn add(&mut self, name: &str, value: Value, origin: &Origin) -> Result<bool, String> {
        let (setting, is_file) = setting_of(name).ok_or_else(|| setting::unknown(name))?;
        let value = if is_file {
            let (path, secret) = secret_file(name, &value)?;
            self.warn_of(&path);
            Value::Text(secret)
        } else {
            fit(setting, value)?
        };
        let origin = origin.clone();
        let before = self.values.insert(setting.name, Given { value, origin });
        if let Some(before) = before
            && self.values.get(setting.name).map(|given| &given.origin) == Some(&before.origin)
            && matches!(before.origin, Origin::File(_) | Origin::Environment)
        {
            return Err(format!("`{}` is given twice", setting.name));
        }
        Ok(setting.secret && !is_file)
    }

    /// Warns once of a file with a secret that other users can read.
    fn warn_of(&mut self, path: &Path) {
        if let Some(warning) = exposed(path)
            && !self.warnings.contains(&warning)
        {
            self.warnings.push(warning);
        }
    }

    /// The value of a setting as one text, as `--set` takes it.
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        self.given(name).map(|given| match &given.value {
            Value::Text(text) => text.expose().to_owned(),
            Value::List(items) => items.join(","),
            Value::Map(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
                pairs.collect::<Vec<_>>().join(",")
            }
        })
    }

    pub(crate) fn given(&self, name: &str) -> Option<&Given> {
        self.values.get(name)
    }

    /// The settings that have a value.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.keys().copied()
    }
}

/// The setting that a name gives, and whether the value is the path of a file with its value.
fn setting_of(name: &str) -> Option<(&'static Setting, bool)> {
    if let Some(setting) = setting::find(name) {
        return Some((setting, false));
    }
    let setting = setting::find(name.strip_suffix(FILE)?)?;
    setting.secret.then_some((setting, true))
}

/// The path of a file with a secret, and its content without the line end that editors add.
fn secret_file(name: &str, path: &Value) -> Result<(PathBuf, Secret), String> {
    let Value::Text(path) = path else {
        return Err(format!("`{name}` is not the path of a file"));
    };
    let path = PathBuf::from(path.expose());
    // The value is not shown: it may be the secret itself, by mistake.
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("`{name}`: cannot read the file that it names: {error}"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(format!("`{name}`: the file that it names is empty"));
    }
    let secret = Secret::new(text);
    Ok((path, secret))
}

/// Splits texts for lists and maps, and refuses lists and maps for others.
fn fit(setting: &Setting, value: Value) -> Result<Value, String> {
    let name = setting.name;
    match (setting.kind, value) {
        (Kind::List, Value::Text(text)) => Ok(Value::List(pieces(text.expose()).collect())),
        (Kind::Map, Value::Text(text)) => {
            let pairs = pieces(text.expose()).map(|piece| {
                let (key, value) = piece
                    .split_once('=')
                    .ok_or_else(|| format!("`{name}` is not {}", setting.kind))?;
                Ok((key.trim().to_owned(), value.trim().to_owned()))
            });
            pairs.collect::<Result<_, String>>().map(Value::Map)
        }
        (Kind::List, value @ Value::List(_)) | (Kind::Map, value @ Value::Map(_)) => Ok(value),
        // `HYDRANT_...` and `--set` give everything as text; TOML has a type for each.
        (_, value @ Value::Text(_)) => Ok(value),
        (kind, _) => Err(format!("`{name}` is not {kind}")),
    }
}

/// The pieces of a text with commas between them.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let pieces = text.split(',').map(str::trim);
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned)
}

impl Value {
    /// A value of TOML; none for times, and for lists and tables of other things than texts.
    fn from_toml(value: &toml::Value) -> Option<Self> {
        Some(match value {
            toml::Value::Array(items) => {
                let items = items.iter().map(scalar);
                Self::List(items.collect::<Option<_>>()?)
            }
            toml::Value::Table(table) => {
                let pairs = table.iter();
                let pairs = pairs.map(|(key, value)| Some((key.clone(), scalar(value)?)));
                Self::Map(pairs.collect::<Option<_>>()?)
            }
            value => Self::Text(Secret::new(scalar(value)?)),
        })
    }
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Integer(value) => Some(value.to_string()),
        toml::Value::Float(value) => Some(value.to_string()),
        _ => None,
    }
}

/// The warning for a file with secrets that other users can read, if they can. On Windows, where
/// files have no such bits, there is none.
///
/// ```
/// use hydrant_forward::config::exposed;
///
/// assert_eq!(exposed("/a/file/that/does/not/exist".as_ref()), None);
/// ```
#[must_use]
pub fn exposed(path: &Path) -> Option<String> {
    is_readable_by_others(path).then(|| {
        format!(
            "{} holds secrets and can be read by other users; `chmod 600` it",
            path.display()
        )
    })
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// Shows names and origins, and no value: an address may hold a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.iter();
        f.debug_map()
            .entries(values.map(|(name, given)| (name, &given.origin)))
            .finish()
    }
}
