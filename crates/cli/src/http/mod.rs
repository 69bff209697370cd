//! What `send` and `replay` have in common: the client of a module, and the settings of accounts,
//! which are in a file of their own.

mod client;
mod settings;
mod token;

pub(crate) use client::{Attempt, Client, End};
pub(crate) use settings::AccountSettings;
pub(crate) use token::TokenArgs;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use client::Target;

use crate::arguments::number;
use crate::exit::Failure;

/// Where to send messages, and how.
#[derive(Args, Debug)]
pub(crate) struct TargetArgs {
    /// The URL of a module, or `lambda:URL` for the URL at which a function is invoked
    ///
    /// The emulator of `cargo lambda watch` invokes functions at
    /// http://localhost:9000/2015-03-31/functions/NAME/invocations.
    // A text, because the errors of the parser of arguments would show a password in it.
    #[arg(long, value_name = "URL")]
    to: String,

    #[command(flatten)]
    token: TokenArgs,

    /// How many milliseconds to wait for a reply
    #[arg(long, value_name = "MS", default_value = "10000", value_parser = number(1..=900_000))]
    timeout_ms: u64,

    /// Take the settings of accounts from this file
    ///
    /// It has one JSON object with the values by the ids of the settings, for all accounts. A value
    /// that is an object, under the number of an account, has the settings of that account alone:
    /// {"region": "eu", "7": {"api_key": "..."}}. Settings of messages are kept.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl TargetArgs {
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let target = Target::parse(&self.to);
        let target = target.map_err(|problem| Failure::Usage(format!("--to: {problem}")))?;
        let token = self.token.read()?;
        if token.is_some() && target.is_lambda() {
            let problem = "functions are called without a token; leave it out";
            return Err(Failure::Usage(problem.to_owned()));
        }
        Client::new(target, token, Duration::from_millis(self.timeout_ms))
    }

    pub(crate) fn settings(&self) -> Result<AccountSettings, Failure> {
        self.settings
            .as_deref()
            .map_or_else(|| Ok(AccountSettings::default()), AccountSettings::read)
    }
}
