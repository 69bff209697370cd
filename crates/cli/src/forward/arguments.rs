//! The arguments that choose the settings, for `forward`, `map` and the commands around them.

use std::path::PathBuf;

use clap::Args;

use crate::exit::Failure;
use crate::terminal;
use hydrant_forward::config::Config;

/// The settings of a connection.
#[derive(Args, Debug)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// The configuration: a TOML file with one `name = value` per setting
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// What is forwarded where: kinesis (events to Amazon Data Firehose), kafka, http, audience
    /// (memberships to Amazon Data Firehose), or sqs (whole messages)
    #[arg(long, value_name = "KIND")]
    pub(crate) connection: Option<String>,

    /// Set a setting, for example send_screen_views=off; the last of equal names counts
    ///
    /// `hydrant settings` lists all. Lists have commas between their elements. Secrets are refused
    /// here, because other users can see command lines: set HYDRANT_NAME, or NAME_file to the path
    /// of a file that holds the secret.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// The configuration of the file, the environment and the command line, in this order.
pub(crate) fn configuration(args: &Settings) -> Result<Config, Failure> {
    let usage = |error: hydrant_forward::config::ConfigError| {
        Failure::Usage(error.faults().join("\nerror: "))
    };
    let mut config = Config::new();
    if let Some(path) = &args.config {
        config.file(path).map_err(usage)?;
    }
    config.environment(std::env::vars_os()).map_err(usage)?;
    if let Some(kind) = &args.connection {
        config.set(&format!("connection={kind}")).map_err(usage)?;
    }
    for assignment in &args.set {
        config.set(assignment).map_err(usage)?;
    }
    for warning in config.warnings() {
        terminal::complain(&format!("warning: {warning}"));
    }
    Ok(config)
}
