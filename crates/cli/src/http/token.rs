//! The token of the platform, which is a secret: it is read from the environment or from a file, and
//! never shown.

use std::path::PathBuf;

use clap::Args;
use reqwest::header::HeaderValue;

use crate::exit::Failure;
use crate::terminal;

/// Where the token comes from. The command line would show it to every user of the machine.
#[derive(Args, Debug)]
pub(crate) struct TokenArgs {
    /// Send `Authorization: Token ...` with the value of this environment variable
    ///
    /// Registration requests have no token, because the platform gets it only after the
    /// registration.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "token_file")]
    token_env: Option<String>,

    /// The same with the content of this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl TokenArgs {
    /// The value of the header.
    pub(super) fn read(&self) -> Result<Option<HeaderValue>, Failure> {
        let (name, token) = match (&self.token_env, &self.token_file) {
            (Some(variable), _) => {
                let token = std::env::var(variable).unwrap_or_default();
                (format!("the variable {variable}"), token)
            }
            (None, Some(path)) => {
                let name = path.display().to_string();
                let token = std::fs::read_to_string(path).map_err(|error| Failure::Input {
                    name: name.clone(),
                    error,
                })?;
                terminal::warn_if_exposed(path);
                (name, token)
            }
            (None, None) => return Ok(None),
        };
        let token = token.trim();
        let header = HeaderValue::from_str(&format!("Token {token}"));
        match header {
            Ok(mut header) if !token.is_empty() => {
                header.set_sensitive(true);
                Ok(Some(header))
            }
            _ => Err(Failure::Usage(format!(
                "{name} has no token; expected printable ASCII"
            ))),
        }
    }
}
