//! The configuration of the two clients, and its validation (`connections.md`, sections 3.4, 3.5
//! and 4).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Region and credentials of a client. `Debug` shows no credentials.
///
/// ```
/// use hydrant_aws::AwsAccess;
///
/// let access = AwsAccess::new().with_region("eu-west-1").with_access_key("AKIDEXAMPLE", "secret");
/// assert!(!format!("{access:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AwsAccess {
    region: String,
    endpoint_url: Option<String>,
    key: Option<AccessKey>,
}

/// Credentials. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
}

impl AwsAccess {
    /// The region `us-east-1`, and the standard chain of credentials.
    #[must_use]
    pub fn new() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            endpoint_url: None,
            key: None,
        }
    }

    /// Sets the region (`aws_region_endpoint`).
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the address of the service, for interface endpoints and emulators. Without it, it
    /// follows from the region.
    #[must_use]
    pub fn with_endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.endpoint_url = Some(url.into());
        self
    }

    /// Sets an access key (`access_key_id`, `secret_access_key`) instead of the standard chain.
    #[must_use]
    pub fn with_access_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.key = Some(AccessKey {
            id: id.into(),
            secret: secret.into(),
            session_token: None,
        });
        self
    }

    /// Sets a temporary access key with its session token.
    #[must_use]
    pub fn with_session_key(
        self,
        id: impl Into<String>,
        secret: impl Into<String>,
        session_token: impl Into<String>,
    ) -> Self {
        let mut access = self.with_access_key(id, secret);
        if let Some(key) = &mut access.key {
            key.session_token = Some(session_token.into());
        }
        access
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    pub(crate) fn key(&self) -> Option<&AccessKey> {
        self.key.as_ref()
    }

    /// Checks the form of everything.
    fn validate(&self) -> Result<(), ConfigError> {
        if !is_region(&self.region) {
            let problem = "is not a region; expected a name like `us-east-1`";
            return Err(ConfigError::new("aws_region_endpoint", problem));
        }
        if let Some(url) = &self.endpoint_url {
            require_url("endpoint_url", url)?;
        }
        if let Some(key) = &self.key {
            let token = key.session_token.as_deref();
            for (setting, value) in [
                ("access_key_id", key.id.as_str()),
                ("secret_access_key", &key.secret),
                ("session_token", token.unwrap_or("none")),
            ] {
                if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                    let problem = "is empty or contains white space or characters other than ASCII";
                    return Err(ConfigError::new(setting, problem));
                }
            }
        }
        Ok(())
    }
}

impl Default for AwsAccess {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for AwsAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = match &self.key {
            Some(_) => "access key",
            None => "standard chain",
        };
        f.debug_struct("AwsAccess")
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("credentials", &credentials)
            .finish()
    }
}

/// The configuration of a [`FirehoseSink`](crate::FirehoseSink).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirehoseConfig {
    pub(crate) delivery_stream_name: String,
    pub(crate) access: AwsAccess,
    pub(crate) record_delimiter: String,
    pub(crate) put_record_batch: bool,
    pub(crate) max_in_flight: usize,
}

impl FirehoseConfig {
    /// Delivery to this stream: one `PutRecord` per record, at most 16 at a time, no delimiter.
    pub fn new(delivery_stream_name: impl Into<String>) -> Self {
        Self {
            delivery_stream_name: delivery_stream_name.into(),
            access: AwsAccess::new(),
            record_delimiter: String::new(),
            put_record_batch: false,
            max_in_flight: 16,
        }
    }

    /// Sets region and credentials.
    #[must_use]
    pub fn with_access(mut self, access: AwsAccess) -> Self {
        self.access = access;
        self
    }

    /// Sets what is added to each record, typically `"\n"`: the service adds nothing between them.
    #[must_use]
    pub fn with_record_delimiter(mut self, delimiter: impl Into<String>) -> Self {
        self.record_delimiter = delimiter.into();
        self
    }

    /// Whether up to 500 records are sent in one `PutRecordBatch`. It needs the action
    /// `firehose:PutRecordBatch`, which the policy that the platform documents does not allow.
    #[must_use]
    pub fn with_put_record_batch(mut self, batch: bool) -> Self {
        self.put_record_batch = batch;
        self
    }

    /// Sets the greatest number of requests at the same time.
    #[must_use]
    pub fn with_max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Checks the form of all settings, without any connection.
    ///
    /// ```
    /// use hydrant_aws::FirehoseConfig;
    ///
    /// let error = FirehoseConfig::new("my stream").validate().unwrap_err();
    /// assert_eq!(error.setting(), "delivery_stream_name");
    /// ```
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let name = &self.delivery_stream_name;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if !(1..=64).contains(&name.len()) || !name.bytes().all(letters) {
            let problem = "is not a name of a delivery stream; expected 1 to 64 of A-Z, a-z, 0-9, \
                           `_`, `.` and `-`";
            return Err(ConfigError::new("delivery_stream_name", problem));
        }
        if self.record_delimiter.len() > 16 {
            let problem = "is too long; expected at most 16 bytes";
            return Err(ConfigError::new("record_delimiter", problem));
        }
        require_in_flight(self.max_in_flight)?;
        self.access.validate()
    }
}

/// The configuration of an [`SqsQueue`](crate::SqsQueue).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsConfig {
    pub(crate) queue_url: String,
    pub(crate) access: AwsAccess,
    pub(crate) max_in_flight: usize,
}

impl SqsConfig {
    /// The queue with this URL, and at most 4 requests at a time. The region is that of the URL, if it
    /// names one.
    ///
    /// Requests go to the host of the URL, such as an emulator or an interface endpoint, unless
    /// [`AwsAccess::with_endpoint_url`] or the environment names another address.
    ///
    /// ```
    /// use hydrant_aws::SqsConfig;
    ///
    /// let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters";
    /// assert_eq!(SqsConfig::new(url).access().region(), "eu-west-1");
    /// ```
    pub fn new(queue_url: impl Into<String>) -> Self {
        let mut config = Self {
            queue_url: queue_url.into(),
            access: AwsAccess::new(),
            max_in_flight: 4,
        };
        if let Some(region) = config.region() {
            config.access = AwsAccess::new().with_region(region);
        }
        config
    }

    /// Sets region and credentials. The region must be that of the URL, if it names one.
    #[must_use]
    pub fn with_access(mut self, access: AwsAccess) -> Self {
        self.access = access;
        self
    }

    /// The region that the URL names: `https://sqs.REGION.amazonaws.com/...`, also of a host that
    /// imitates this form.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let (region, _) = self.host()?.strip_prefix("sqs.")?.split_once('.')?;
        is_region(region).then_some(region)
    }

    /// Sets the greatest number of requests at the same time.
    #[must_use]
    pub fn with_max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Whether it is a FIFO queue: the messages of a group are received in order, and a repeated
    /// message is stored once. Otherwise it is a standard queue.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.queue_url.ends_with(".fifo")
    }

    /// Region and credentials.
    #[must_use]
    pub fn access(&self) -> &AwsAccess {
        &self.access
    }

    /// Checks the form of all settings, without any connection.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        require_url("queue_url", &self.queue_url)?;
        if self.account_and_name().is_none() {
            let problem = "is not a URL of a queue; expected https://sqs.REGION.amazonaws.com/\
                           ACCOUNT/NAME";
            return Err(ConfigError::new("queue_url", problem));
        }
        require_in_flight(self.max_in_flight)?;
        self.access.validate()?;
        if let Some(region) = self.region().filter(|region| *region != self.access.region) {
            let problem = format!("is not the region of the queue, which is {region}");
            return Err(ConfigError::new("aws_region_endpoint", problem));
        }
        Ok(())
    }

    /// The address of the service, if it does not follow from the region: the SDK takes only the
    /// path from the URL of a queue.
    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        let is_of_region = self.queue_url.starts_with("https://")
            && self.region().is_some()
            && self.host()?.contains(".amazonaws.");
        if is_of_region {
            return None;
        }
        let (start, host) = (self.queue_url.find("://")? + 3, self.host()?);
        self.queue_url.get(..start + host.len())
    }

    /// The host of the URL, with its port.
    fn host(&self) -> Option<&str> {
        let (_, rest) = self.queue_url.split_once("://")?;
        rest.split('/').next()
    }

    /// The last two parts of the path.
    pub(crate) fn account_and_name(&self) -> Option<(&str, &str)> {
        let (_, rest) = self.queue_url.split_once("://")?;
        let (_, path) = rest.split_once('/')?;
        let (account, name) = path.rsplit_once('/')?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let valid = is_account_id(account) && !name.is_empty() && name.bytes().all(letters);
        valid.then_some((account, name))
    }
}

/// A setting that is wrong: its name, and what is wrong with it. The value is not part of it,
/// because it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    setting: &'static str,
    problem: Cow<'static, str>,
}

impl ConfigError {
    pub(crate) fn new(setting: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            setting,
            problem: problem.into(),
        }
    }

    /// The name of the setting.
    #[must_use]
    pub fn setting(&self) -> &str {
        self.setting
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.setting, self.problem)
    }
}

impl Error for ConfigError {}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`: words and a number.
fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number && words.contains('-') && words.split('-').all(is_word)
}

fn require_url(setting: &'static str, url: &str) -> Result<(), ConfigError> {
    let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next());
    let host = host.filter(|host| !host.is_empty() && !host.contains('@'));
    if host.is_none() || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "is not a URL; expected https://HOST or, for emulators, http://HOST";
        return Err(ConfigError::new(setting, problem));
    }
    Ok(())
}

fn require_in_flight(requests: usize) -> Result<(), ConfigError> {
    if !(1..=1000).contains(&requests) {
        let problem = "is out of range; expected 1 to 1000";
        return Err(ConfigError::new("max_in_flight", problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(config: &FirehoseConfig) -> String {
        config.validate().unwrap_err().setting().to_owned()
    }

    #[test]
    fn names_of_streams() {
        for good in ["a", "My_stream-1.x", &"s".repeat(64)] {
            FirehoseConfig::new(good).validate().unwrap();
        }
        for bad in ["", "my stream", "strêam", "a/b", &"s".repeat(65)] {
            assert_eq!(wrong(&FirehoseConfig::new(bad)), "delivery_stream_name");
        }
    }

    #[test]
    fn regions() {
        for good in [
            "us-east-1",
            "us-gov-west-1",
            "ap-southeast-12",
            "eusc-de-east-1",
        ] {
            assert!(is_region(good), "{good}");
        }
        for bad in [
            "",
            "us",
            "us-1",
            "US-EAST-1",
            "us-east-",
            "us-east-1a",
            "us--1",
            "x/y-z-1",
        ] {
            assert!(!is_region(bad), "{bad}");
            let access = AwsAccess::new().with_region(bad);
            let config = FirehoseConfig::new("s").with_access(access);
            assert_eq!(wrong(&config), "aws_region_endpoint");
        }
    }

    #[test]
    fn other_settings() {
        let config = FirehoseConfig::new("s");
        let with = |access| config.clone().with_access(access);
        let new = AwsAccess::new;
        assert_eq!(
            wrong(&config.clone().with_max_in_flight(0)),
            "max_in_flight"
        );
        let long = "-".repeat(17);
        assert_eq!(
            wrong(&config.clone().with_record_delimiter(long)),
            "record_delimiter"
        );
        assert_eq!(
            wrong(&with(new().with_access_key("", "s"))),
            "access_key_id"
        );
        assert_eq!(
            wrong(&with(new().with_access_key("k", "s\n"))),
            "secret_access_key"
        );
        assert_eq!(
            wrong(&with(new().with_session_key("k", "s", ""))),
            "session_token"
        );
        for bad in [
            "",
            "ftp://host",
            "https://",
            "https://user@host",
            "https://ho st",
        ] {
            assert_eq!(wrong(&with(new().with_endpoint_url(bad))), "endpoint_url");
        }
    }

    #[test]
    fn urls_of_queues() {
        let queue = |url: &str| SqsConfig::new(url).validate();
        queue("https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters").unwrap();
        queue("http://127.0.0.1:5000/123456789012/q").unwrap();
        let fifo = "https://sqs.us-east-1.amazonaws.com/123456789012/q.fifo";
        queue(fifo).unwrap();
        assert!(SqsConfig::new(fifo).is_fifo() && !SqsConfig::new("http://a/1/q").is_fifo());
        for bad in [
            "https://sqs.us-east-1.amazonaws.com",
            "https://sqs.us-east-1.amazonaws.com/123/q",
            "https://sqs.us-east-1.amazonaws.com/123456789012/",
        ] {
            assert_eq!(queue(bad).unwrap_err().setting(), "queue_url");
        }
    }

    #[test]
    fn the_url_of_a_queue_names_its_region_and_its_host() {
        for (host, region, endpoint) in [
            (
                "https://sqs.eu-west-1.amazonaws.com",
                Some("eu-west-1"),
                None,
            ),
            (
                "https://sqs.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
                None,
            ),
            (
                "https://sqs.eusc-de-east-1.amazonaws.eu",
                Some("eusc-de-east-1"),
                None,
            ),
            ("http://127.0.0.1:5000", None, Some("http://127.0.0.1:5000")),
            ("http://localhost:4566", None, Some("http://localhost:4566")),
            (
                "http://sqs.us-west-2.localhost.localstack.cloud:4566",
                Some("us-west-2"),
                Some("http://sqs.us-west-2.localhost.localstack.cloud:4566"),
            ),
            (
                "https://vpce-1.sqs.us-east-1.vpce.amazonaws.com",
                None,
                Some("https://vpce-1.sqs.us-east-1.vpce.amazonaws.com"),
            ),
        ] {
            let config = SqsConfig::new(format!("{host}/123456789012/q"));
            assert_eq!((config.region(), config.endpoint_url()), (region, endpoint));
            config.validate().unwrap();
            let elsewhere = AwsAccess::new().with_region("ap-south-1");
            let validated = config.with_access(elsewhere).validate();
            match region {
                Some(region) => {
                    let error = validated.unwrap_err();
                    assert_eq!(error.setting(), "aws_region_endpoint");
                    assert!(error.to_string().contains(region), "{error}");
                }
                None => validated.unwrap(),
            }
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let access = AwsAccess::new().with_session_key("AKIDKEY", "SECRETKEY", "TOKENKEY");
        let firehose = FirehoseConfig::new("s").with_access(access.clone());
        let queue = SqsConfig::new("https://sqs.us-east-1.amazonaws.com/1/q").with_access(access);
        let error = AwsAccess::new()
            .with_access_key("AKIDKEY", "SECRETKEY ")
            .validate();
        let text = format!(
            "{firehose:?} {queue:?} {error:?} {}",
            error.clone().unwrap_err()
        );
        assert!(!text.contains("KEY"), "{text}");
    }
}
