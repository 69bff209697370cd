//! The arguments of `hydrant serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hydrant_forward::config::Config;

use crate::arguments::{Limits, number};
use crate::exit::{Failure, exit_status};
use crate::forward::arguments::{Settings, configuration};

use super::record::RecordArgs;

/// Serve HTTP or HTTPS: receive messages and forward them
///
/// Answers the messages of the sender, and delivers their records before each answer, as `hydrant
/// forward` does. With --to null it answers and delivers nothing; with --to stdout it prints records.
/// A registration request is answered to everybody; other messages need `Authorization: Token TOKEN`
/// with a token of --tokens-file or HYDRANT_TOKENS, if there are any.
///
/// The status is 200 if everything is delivered, 202 if it is stored (--acknowledge-first), 400 for
/// what is not a message, 401 for a wrong token, 408 for a body that does not arrive, 413 for a
/// message that is too large, 415 for a compression that is not gzip or zstd, 429 or 503 with
/// Retry-After if there is no room or something is to be repeated, 500 for what was rejected. The
/// sender does not repeat after 4xx, except 408 and 429.
///
/// A termination signal ends it without a loss: it accepts nothing more and answers what it has
/// received.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant serve --to null\n  \
     hydrant serve --to stdout --set send_screen_views=off\n  \
     hydrant serve --to null --record recordings/\n  \
     hydrant serve --to null --admin 127.0.0.1:9090 --console\n  \
     hydrant serve --listen 0.0.0.0:8443 --tls-certificate chain.pem --tls-key key.pem \\\n    \
     --tokens-file tokens --admin 127.0.0.1:9090 --to http --config forward.toml\n\n",
    "Environment:\n    \
     HYDRANT_TOKENS   tokens of the sender, separated by commas\n    \
     HYDRANT_THREADS  the number of threads, 1 to 65535 [default: what the machine grants]\n    \
     HYDRANT_NAME     a setting, for example HYDRANT_DELIVERY_STREAM_NAME; `hydrant settings`\n    \
     lists them\n\n",
    exit_status!()
))]
pub(crate) struct ServeArgs {
    /// Where to listen: an address and a port; port 0 is any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,

    /// Where records go [default: the `connection` of the configuration]
    #[arg(long, value_name = "TARGET")]
    pub(super) to: Option<Target>,

    /// The path of the URL for all messages [default: /]
    #[arg(long, value_name = "PATH")]
    pub(super) path: Option<String>,

    /// Answer 202 when a message is stored in the target, before it is processed; `hydrant consume`
    /// processes it later
    ///
    /// The target must be durable, such as Apache Kafka, with `records = raw`.
    #[arg(long)]
    pub(super) acknowledge_first: bool,

    /// The configuration: a TOML file with one `name = value` per setting
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,

    /// Set a setting, for example send_screen_views=off; the last of equal names counts
    ///
    /// `hydrant settings` lists all. Secrets are refused here, because other users can see command
    /// lines: set HYDRANT_NAME, or NAME_file to the path of a file that holds the secret.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Settings")]
    set: Vec<String>,

    #[command(flatten)]
    pub(super) record: RecordArgs,

    /// Also listen here, for the administrator: /healthz, /readyz and /metrics
    ///
    /// It has no TLS and no tokens: the sender and others must not reach it.
    #[arg(long, value_name = "ADDR", help_heading = "Administration")]
    pub(super) admin: Option<SocketAddr>,

    /// Serve the console on the address of --admin: a page that shows messages and sends others
    ///
    /// Open it in a browser by a loopback name, such as http://localhost:9090/. It shows identities
    /// only on request, and values of settings never.
    #[arg(long, requires = "admin", help_heading = "Administration")]
    pub(super) console: bool,

    /// Allow another host name in the address of the console, such as that of a proxy
    #[arg(
        long,
        value_name = "NAME",
        requires = "console",
        help_heading = "Administration"
    )]
    pub(super) console_host: Vec<String>,

    /// Print lines about messages from this level on
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "warn",
        help_heading = "Administration"
    )]
    pub(super) log: Level,

    /// The certificate with its chain, as PEM; it is read again every ten seconds
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        help_heading = "Security"
    )]
    pub(super) tls_certificate: Option<PathBuf>,

    /// The key of the certificate, as PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_certificate",
        help_heading = "Security"
    )]
    pub(super) tls_key: Option<PathBuf>,

    /// Serve HTTP on an address of the network, because a proxy in front of the host has the TLS
    #[arg(long, conflicts_with = "tls_certificate", help_heading = "Security")]
    pub(super) plain: bool,

    /// A file with tokens of the sender, one per line; it is read again every ten seconds
    ///
    /// To change a token, add the new one, change it at the sender, and remove the old one.
    #[arg(long, value_name = "FILE", help_heading = "Security")]
    pub(super) tokens_file: Option<PathBuf>,

    /// Answer 503 instead of 401, always or for this many seconds after the start and after each
    /// change of the tokens
    ///
    /// The sender repeats after 503, but not after 401, whose data is lost.
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "always",
        value_parser = grace,
        help_heading = "Security"
    )]
    pub(super) auth_grace: Option<Grace>,

    /// Process at most this many messages at the same time
    #[arg(long, value_name = "N", default_value = "100", value_parser = number(1..=100_000), help_heading = "Limits")]
    pub(super) concurrency: u64,

    /// Keep at most this many connections
    #[arg(long, value_name = "N", default_value = "10000", value_parser = number(1..=1_000_000), help_heading = "Limits")]
    pub(super) max_connections: u64,

    /// Answer 503 if a message takes longer than this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = number(1..=3600), help_heading = "Limits")]
    pub(super) timeout: u64,

    /// How many seconds to wait for messages in progress after a termination signal
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = number(0..=3600), help_heading = "Limits")]
    pub(super) grace: u64,

    /// How many seconds to accept messages after a termination signal, while /readyz answers 503
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = number(0..=3600), help_heading = "Limits")]
    pub(super) shutdown_delay: u64,

    #[command(flatten)]
    pub(super) limits: Limits,
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// Nowhere: every message is answered
    Null,
    /// Standard output, one record per line
    Stdout,
    /// Amazon Data Firehose
    Kinesis,
    /// Apache Kafka
    Kafka,
    /// An HTTP API
    Http,
    /// Amazon Data Firehose, memberships of audiences
    Audience,
    /// Amazon SQS, whole messages
    Sqs,
}

/// The least level of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Messages that are refused or not answered
    Error,
    /// Also those that are to be repeated
    Warn,
    /// Also what the host does
    Info,
    /// Every message
    Debug,
}

/// How long 503 replaces 401.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grace(pub(super) Duration);

fn grace(text: &str) -> Result<Grace, String> {
    if text == "always" {
        return Ok(Grace(Duration::MAX));
    }
    let seconds = number(1..=u64::MAX)(text).map_err(|_| "expected a number of seconds")?;
    Ok(Grace(Duration::from_secs(seconds)))
}

impl ServeArgs {
    /// The configuration of the forwarder.
    pub(super) fn configuration(&self) -> Result<Config, Failure> {
        let connection = self.to.and_then(|target| target.to_possible_value());
        let config = self.configured(connection.map(|value| value.get_name().to_owned()))?;
        match config.origin("connection") {
            Some(_) => Ok(config),
            None => Err(Failure::Usage(
                "there is no target: give it with --to, for example --to stdout, or as `connection` \
                 in the configuration"
                    .to_owned(),
            )),
        }
    }

    /// The configuration of records that are printed: those for Amazon Data Firehose unless there is
    /// another one.
    pub(super) fn mapping_configuration(&self) -> Result<Config, Failure> {
        let given = self.config.is_some()
            || self.set.iter().any(|it| it.starts_with("connection="))
            || std::env::var_os("HYDRANT_CONNECTION").is_some();
        self.configured((!given).then(|| "kinesis".to_owned()))
    }

    fn configured(&self, connection: Option<String>) -> Result<Config, Failure> {
        configuration(&Settings {
            config: self.config.clone(),
            connection,
            set: self.set.clone(),
        })
    }
}
