//! [`KafkaAccess`]: brokers and credentials, and the properties of librdkafka that follow from them
//! (`connections.md`, sections 6.1 and 6.6).

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use crate::config::ConfigError;

/// The brokers of a cluster, the credentials for it, and the certificates that are trusted. The
/// connection is always encrypted, and the certificate of the broker must be valid for its name.
/// `Debug` shows neither user nor password.
///
/// ```
/// use hydrant_kafka::{KafkaAccess, Mechanism};
///
/// let access = KafkaAccess::new("b-1.example.com:9094, b-2.example.com:9094")
///     .with_login("events", "secret")
///     .with_mechanism(Mechanism::ScramSha512);
/// access.validate()?;
/// assert!(!format!("{access:?}").contains("secret"));
/// # Ok::<(), hydrant_kafka::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct KafkaAccess {
    bootstrap_servers: String,
    user_name: Option<String>,
    password: Option<String>,
    mechanism: Mechanism,
    ca_file: Option<PathBuf>,
}

/// How a user proves the password (`authentication_method`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mechanism {
    /// The password itself, inside TLS.
    #[default]
    Plain,
    /// SCRAM with SHA-256.
    ScramSha256,
    /// SCRAM with SHA-512.
    ScramSha512,
}

impl Mechanism {
    /// The name in configurations and in the protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// ```
/// use hydrant_kafka::Mechanism;
///
/// assert_eq!("SCRAM-SHA-256".parse(), Ok(Mechanism::ScramSha256));
/// assert!("GSSAPI".parse::<Mechanism>().is_err());
/// ```
impl FromStr for Mechanism {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let mut all = [Self::Plain, Self::ScramSha256, Self::ScramSha512].into_iter();
        all.find(|mechanism| mechanism.as_str() == text)
            .ok_or_else(|| {
                let problem = "is unknown; expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512";
                ConfigError::new("authentication_method", problem)
            })
    }
}

impl KafkaAccess {
    /// These brokers, as `HOST:PORT` separated by commas; not all brokers of the cluster need to be
    /// listed. No login, and the certificates that the system trusts.
    pub fn new(bootstrap_servers: impl Into<String>) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.into(),
            user_name: None,
            password: None,
            mechanism: Mechanism::Plain,
            ca_file: None,
        }
    }

    /// Sets the user name and the password.
    #[must_use]
    pub fn with_login(self, user_name: impl Into<String>, password: impl Into<String>) -> Self {
        self.with_user_name(user_name).with_password(password)
    }

    /// Sets the user name, which needs a password.
    #[must_use]
    pub fn with_user_name(mut self, user_name: impl Into<String>) -> Self {
        self.user_name = Some(user_name.into());
        self
    }

    /// Sets the password, which needs a user name.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets how the user is authenticated. Without a user name it has no effect.
    #[must_use]
    pub fn with_mechanism(mut self, mechanism: Mechanism) -> Self {
        self.mechanism = mechanism;
        self
    }

    /// Sets a PEM file with the only certificates that are trusted, for brokers with a private
    /// authority. Without it, those of the system are trusted: the first of the usual files and
    /// folders, such as `/etc/ssl/certs/ca-certificates.crt` and `/etc/pki/tls/certs/ca-bundle.crt`.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Checks the form of everything, without any connection.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.servers()?;
        match (&self.user_name, &self.password) {
            (None, Some(_)) => {
                let problem = "is missing, but there is a password; set both or neither";
                return Err(ConfigError::new("user_name", problem));
            }
            (Some(_), None) => {
                let problem = "is missing, but there is a user name; set both or neither";
                return Err(ConfigError::new("password", problem));
            }
            _ => {}
        }
        for (setting, value) in [("user_name", &self.user_name), ("password", &self.password)] {
            // NUL separates them in PLAIN, and ends them in C.
            if value
                .as_ref()
                .is_some_and(|it| it.is_empty() || it.contains('\0'))
            {
                return Err(ConfigError::new(setting, "is empty or contains NUL"));
            }
        }
        if let Some(path) = &self.ca_file {
            require_certificates(path)?;
        }
        Ok(())
    }

    /// Host and port of each broker that is listed.
    pub(crate) fn servers(&self) -> Result<Vec<(&str, u16)>, ConfigError> {
        let entries = self.bootstrap_servers.split(',').map(str::trim);
        entries.map(server).collect()
    }

    /// Whether the connection uses SASL.
    pub(crate) fn has_login(&self) -> bool {
        self.user_name.is_some()
    }

    pub(crate) fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The properties of librdkafka.
    pub(crate) fn client_config(&self) -> Result<ClientConfig, ConfigError> {
        self.validate()?;
        let servers = self.servers()?;
        let servers: Vec<_> = servers
            .iter()
            .map(|(host, port)| format!("{host}:{port}"))
            .collect();
        let mut config = ClientConfig::new();
        // Messages of the library are about connections; what matters comes as an error.
        config.set_log_level(RDKafkaLogLevel::Emerg);
        for (property, value) in [
            ("bootstrap.servers", servers.join(",").as_str()),
            ("client.id", "hydrant"),
            ("ssl.endpoint.identification.algorithm", "https"),
            ("socket.keepalive.enable", "true"),
            ("socket.connection.setup.timeout.ms", "10000"),
            ("reconnect.backoff.max.ms", "2000"),
        ] {
            config.set(property, value);
        }
        // A vendored OpenSSL has no default path that is right for the system.
        match self.ca_file.as_deref().and_then(Path::to_str) {
            Some(path) => config.set("ssl.ca.location", path),
            None => config.set("ssl.ca.location", "probe"),
        };
        match (&self.user_name, &self.password) {
            (Some(user), Some(password)) => config
                .set("security.protocol", "sasl_ssl")
                .set("sasl.mechanism", self.mechanism.as_str())
                .set("sasl.username", user)
                .set("sasl.password", password),
            _ => config.set("security.protocol", "ssl"),
        };
        Ok(config)
    }
}

impl fmt::Debug for KafkaAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authentication = match self.has_login() {
            true => self.mechanism.as_str(),
            false => "none",
        };
        f.debug_struct("KafkaAccess")
            .field("bootstrap_servers", &self.bootstrap_servers)
            .field("authentication", &authentication)
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// `HOST:PORT`; an IPv6 address is in brackets.
fn server(entry: &str) -> Result<(&str, u16), ConfigError> {
    let wrong = |problem| Err(ConfigError::new("bootstrap_servers", problem));
    if entry.is_empty() {
        return wrong("has an empty entry; expected HOST:PORT, separated by commas");
    }
    let Some((host, port)) = entry.rsplit_once(':') else {
        return wrong("has an entry without a port; expected HOST:PORT, separated by commas");
    };
    let Some(port) = port.parse().ok().filter(|port| *port != 0) else {
        return wrong("has an entry with an invalid port; expected 1 to 65535");
    };
    let inside = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let valid = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            !host.is_empty() && host.bytes().all(letter)
        }
    };
    if !valid {
        return wrong("has an entry with an invalid host; expected HOST:PORT, separated by commas");
    }
    Ok((host, port))
}

/// The library would say no more than that it failed.
fn require_certificates(path: &Path) -> Result<(), ConfigError> {
    let wrong = |problem: &'static str| Err(ConfigError::new("ca_file", problem));
    if path.to_str().is_none() {
        return wrong("is not UTF-8");
    }
    match std::fs::read(path) {
        Err(error) => Err(ConfigError::new(
            "ca_file",
            format!("cannot be read: {error}"),
        )),
        Ok(bytes)
            if !bytes
                .windows(27)
                .any(|it| it == b"-----BEGIN CERTIFICATE-----") =>
        {
            wrong("has no certificate; expected a PEM file")
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(access: &KafkaAccess) -> String {
        access.validate().unwrap_err().setting().to_owned()
    }

    #[test]
    fn lists_of_servers() {
        let access = KafkaAccess::new(" a.example.com:9092 ,10.0.0.1:1,[::1]:65535");
        let expected = [("a.example.com", 9092), ("10.0.0.1", 1), ("[::1]", 65535)];
        assert_eq!(access.servers().unwrap(), expected);
        let config = access.client_config().unwrap();
        assert_eq!(
            config.get("bootstrap.servers"),
            Some("a.example.com:9092,10.0.0.1:1,[::1]:65535")
        );
        for bad in [
            "",
            " ",
            "a",
            "a:",
            ":1",
            "a:0",
            "a:65536",
            "a:x",
            "a:1,",
            ",a:1",
            "a:1,,b:1",
            "::1:1",
            "[::1:1",
            "a b:1",
            "ssl://a:1",
            "a:-1",
            "user@a:1",
        ] {
            assert_eq!(wrong(&KafkaAccess::new(bad)), "bootstrap_servers", "{bad}");
        }
    }

    #[test]
    fn logins() {
        let access = KafkaAccess::new("a:1");
        access.validate().unwrap();
        assert_eq!(wrong(&access.clone().with_password("p")), "user_name");
        assert_eq!(wrong(&access.clone().with_user_name("u")), "password");
        assert_eq!(wrong(&access.clone().with_login("", "p")), "user_name");
        assert_eq!(wrong(&access.clone().with_login("u", "p\0")), "password");
        let anonymous = access.clone().with_mechanism(Mechanism::ScramSha256);
        let config = anonymous.client_config().unwrap();
        assert_eq!(config.get("security.protocol"), Some("ssl"));
        assert_eq!(config.get("sasl.mechanism"), None);
        let config = anonymous.with_login("u", "p").client_config().unwrap();
        assert_eq!(config.get("security.protocol"), Some("sasl_ssl"));
        assert_eq!(config.get("sasl.mechanism"), Some("SCRAM-SHA-256"));
    }

    #[test]
    fn trusted_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let access = KafkaAccess::new("a:1").with_ca_file(&path);
        assert_eq!(wrong(&access), "ca_file");
        std::fs::write(&path, "no certificate").unwrap();
        assert_eq!(wrong(&access), "ca_file");
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
        access.validate().unwrap();
        let system = KafkaAccess::new("a:1").client_config().unwrap();
        assert_eq!(system.get("ssl.ca.location"), Some("probe"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let access = KafkaAccess::new("a:1").with_login("jane", "SECRET");
        let config = crate::KafkaConfig::new(access, "events");
        let text = format!("{config:?}");
        assert!(!text.contains("SECRET") && !text.contains("jane"), "{text}");
    }
}
