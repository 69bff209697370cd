//! Exit statuses, their descriptions in the help, and the failures that lead to them.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use super::terminal;

/// Success.
pub(super) const GOOD: u8 = 0;
/// Some input was refused, could not be read or holds no message.
pub(super) const REFUSED: u8 = 1;
/// The command line or an environment variable is invalid. clap uses the same status.
pub(super) const USAGE: u8 = 2;
/// The output could not be written, or records could not be delivered.
pub(super) const OUTPUT: u8 = 3;
/// A signal ended the program.
pub(super) const INTERRUPTED: u8 = 130;

/// The last part of every help text. The argument is the meaning of status 1.
macro_rules! exit_status {
    () => {
        crate::exit::exit_status!("some input was refused, could not be read or holds no message")
    };
    ($refused:literal) => {
        concat!(
            "Exit status:\n    \
             0  success, or the output was closed by its reader\n    \
             1  ",
            $refused,
            "\n    \
             2  the command line or an environment variable is invalid\n    \
             3  the output could not be written, or records could not be delivered\n  \
             130  interrupted (Ctrl-C or a termination signal)"
        )
    };
}
pub(super) use exit_status;

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Arguments that are valid alone but not together, or an invalid environment variable.
    Usage(String),
    /// Standard error is an input, to which nothing must be added.
    StderrIsInput,
    /// A message was refused, with this text.
    Refused(String),
    /// Something named could not be read.
    Input { name: String, error: io::Error },
    /// A named file or folder could not be written.
    Output { name: String, error: io::Error },
    /// Records could not be delivered, for this reason.
    Delivery(String),
}

impl Failure {
    /// Reports the failure and returns the exit status.
    pub(super) fn report(&self) -> ExitCode {
        let (status, text) = match self {
            Self::Usage(_) => {
                let hint = "For more information, try '--help'.";
                (USAGE, format!("error: {self}\n\n{hint}"))
            }
            Self::StderrIsInput => {
                if io::stdout().is_terminal() {
                    let _ = io::stdout().write_all(format!("error: {self}\n").as_bytes());
                }
                return USAGE.into();
            }
            Self::Refused(text) => (REFUSED, text.clone()),
            Self::Input { .. } => (REFUSED, format!("error: {self}")),
            Self::Output { .. } | Self::Delivery(_) => (OUTPUT, format!("error: {self}")),
        };
        terminal::complain(&text);
        status.into()
    }
}

/// Without `error: `.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Refused(text) | Self::Delivery(text) => f.write_str(text),
            Self::StderrIsInput => f.write_str("standard error is both input and output"),
            Self::Input { name, error } => write!(f, "cannot read {name}: {error}"),
            Self::Output { name, error } => write!(f, "cannot write {name}: {error}"),
        }
    }
}
