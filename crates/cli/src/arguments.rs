//! Arguments that several commands share.

use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;

use super::exit::Failure;
use hydrant::ParseOptions;

/// The part of the help about the environment, for the variables that the command reads.
macro_rules! environment {
    ($($variable:ident),+) => {
        concat!("Environment:\n", $(environment!(@ $variable),)+ "\n")
    };
    (@ hash_platform) => {
        "    HYDRANT_HASH_PLATFORM  the instructions to hash with, to compare and to test: portable,\n    \
         avx2, avx512, neon, or one of the last three with +sha after it [default: the fastest here]\n"
    };
    (@ threads) => {
        "    HYDRANT_THREADS  how many threads without --threads, 1 to 65535 [default: as many as the machine\n    \
         grants]\n"
    };
}
pub(super) use environment;

/// What to read.
#[derive(Args, Debug)]
pub(super) struct Files {
    /// Files to read; `-` or none for standard input
    ///
    /// A file named *.json holds one message, over as many lines as it likes. Files named *.ndjson or *.jsonl, standard
    /// input and all others hold one message a line; blank lines are none. A folder stands for the *.json, *.ndjson and
    /// *.jsonl files in it (also with .gz or .zst behind), in the order of their names. What is compressed with gzip or
    /// Zstandard is read as if it were not.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Limits and strictness of parsing.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct Limits {
    /// Refuse unknown values, unknown kinds of objects and lone surrogates, as the reference does
    #[arg(long)]
    strict: bool,

    /// Refuse longer messages, in bytes; K, M and G stand for powers of 1024
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = bytes)]
    pub(super) max_bytes: usize,

    /// Refuse objects and lists that are nested deeper
    #[arg(
        long,
        value_name = "LEVELS",
        default_value = "128",
        value_parser = clap::value_parser!(u64).range(1..=ParseOptions::MAX_DEPTH as u64)
    )]
    max_depth: u64,
}

impl Limits {
    pub(super) fn options(&self) -> ParseOptions {
        ParseOptions::new()
            .strict(self.strict)
            .max_bytes(self.max_bytes)
            .max_depth(usize::try_from(self.max_depth).unwrap_or(ParseOptions::MAX_DEPTH))
    }
}

/// How many threads.
#[derive(Args, Debug)]
pub(super) struct Threads {
    /// Threads that work on messages; the output does not depend on it [default: HYDRANT_THREADS, or as many as the machine grants]
    #[arg(short, long, value_name = "N")]
    threads: Option<NonZero<u16>>,
}

impl Threads {
    /// As many as asked for. The environment is not looked at if the command line says it.
    pub(super) fn count(&self) -> Result<usize, Failure> {
        match self.threads {
            Some(threads) => Ok(threads.get().into()),
            None => super::environment::threads(),
        }
    }
}

/// Reads `1000`, `64K`, `16M` or `1G`.
fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (text.get(..text.len() - 1), 10),
        Some(b'M' | b'm') => (text.get(..text.len() - 1), 20),
        Some(b'G' | b'g') => (text.get(..text.len() - 1), 30),
        _ => (Some(text), 0),
    };
    let number: usize = digits
        .unwrap_or_default()
        .parse()
        .map_err(|_| "expected a number of bytes such as 1000, 64K, 16M or 1G".to_owned())?;
    number
        .checked_mul(1 << shift)
        .filter(|bytes| (1..usize::MAX / 4).contains(bytes))
        .ok_or_else(|| "out of range".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("1000"), Ok(1000));
        assert_eq!(bytes("64K"), Ok(64 << 10));
        assert_eq!(bytes("16m"), Ok(16 << 20));
        assert_eq!(bytes("1G"), Ok(1 << 30));
        for wrong in ["", "K", "1T", "-1", "0", "1.5M", "99999999999999G", "16é"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
