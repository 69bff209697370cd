//! Arguments that several commands share.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Args;

use super::exit::Failure;
use hydrant::ParseOptions;

/// The section of the help about environment variables, for those that the command reads.
macro_rules! environment {
    ($($variable:ident),+) => {
        concat!("Environment:\n", $(environment!(@ $variable),)+ "\n")
    };
    (@ hash_platform) => {
        "    HYDRANT_HASH_PLATFORM  the instruction set for hashing, for tests and comparisons: portable,\n    \
         avx2, avx512, neon, or one of the last three followed by +sha [default: the fastest of the CPU]\n"
    };
    (@ settings) => {
        "    HYDRANT_NAME           a setting, for example HYDRANT_DELIVERY_STREAM_NAME; `hydrant settings`\n    \
         lists them\n"
    };
    (@ threads) => {
        "    HYDRANT_THREADS  the number of threads without --threads, 1 to 65535 [default: what the machine\n    \
         grants]\n"
    };
}
pub(super) use environment;

/// The inputs.
#[derive(Args, Debug)]
pub(super) struct Files {
    /// Files to read; `-` or none for standard input
    ///
    /// Messages are found by their structure, not by the name of the file: one per line, spread
    /// over several lines, as elements of a JSON array, or concatenated without separators. White
    /// space and byte order marks between them are skipped. Text that cannot be a message is
    /// refused up to the end of its line, and reading continues with the next line. For a folder,
    /// its *.json, *.ndjson and *.jsonl files (also with .gz or .zst appended) are read in the
    /// order of their names. Files and streams compressed with gzip or Zstandard are decompressed.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Wrappers of messages.
#[derive(Args, Debug)]
pub(super) struct Wrappers {
    /// Extract messages from events of other services: API Gateway, load balancers, SQS, SNS,
    /// Kinesis, Amazon Data Firehose, Kafka and others
    ///
    /// Also from function URLs, Amazon MQ, EventBridge, CloudEvents and log events, from nested
    /// events, and from events that hold several messages. Positions in errors are then relative to
    /// the text inside the event. --max-bytes also limits the event.
    #[arg(long)]
    pub(super) unwrap: bool,
}

/// Limits and strictness of parsing.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct Limits {
    /// Refuse unknown enumeration values, unknown object types and lone surrogates, as the
    /// reference does
    #[arg(long)]
    strict: bool,

    /// Refuse messages of more bytes than this; the suffixes K, M and G are powers of 1024
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = bytes)]
    pub(super) max_bytes: usize,

    /// Refuse objects and lists that are nested deeper than this
    #[arg(
        long,
        value_name = "LEVELS",
        default_value = "128",
        value_parser = number(1..=ParseOptions::MAX_DEPTH as u64)
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

/// The number of threads.
#[derive(Args, Debug)]
pub(super) struct Threads {
    /// Number of threads; the output does not depend on it [default: HYDRANT_THREADS, or what the
    /// machine grants]
    #[arg(short, long, value_name = "N", value_parser = number(1..=u16::MAX.into()))]
    threads: Option<u64>,
}

impl Threads {
    /// The number that is asked for. The environment is read only if the command line does not give
    /// one.
    pub(super) fn count(&self) -> Result<usize, Failure> {
        match self.threads {
            Some(threads) => Ok(usize::try_from(threads).unwrap_or(usize::MAX)),
            None => super::environment::threads(),
        }
    }
}

/// Reads a number in this range. The error names the range.
pub(super) fn number(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| match (range.start(), range.end()) {
            (0, &u64::MAX) => "expected a number".to_owned(),
            (from, &u64::MAX) => format!("expected a number from {from} on"),
            (from, to) => format!("expected a number from {from} to {to}"),
        })
    }
}

/// Reads `1000`, `64K`, `16M` or `1G`.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (text.get(..text.len() - 1), 10),
        Some(b'M' | b'm') => (text.get(..text.len() - 1), 20),
        Some(b'G' | b'g') => (text.get(..text.len() - 1), 30),
        _ => (Some(text), 0),
    };
    let number = digits.unwrap_or_default().parse::<usize>().ok();
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|bytes| (1..usize::MAX / 4).contains(bytes))
        .ok_or_else(|| {
            "expected a number of bytes from 1 on, such as 1000, 64K, 16M or 1G".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_refused_with_what_was_expected() {
        assert_eq!(number(1..=7)("7"), Ok(7));
        for (range, expected) in [
            (1..=7, "expected a number from 1 to 7"),
            (1..=u64::MAX, "expected a number from 1 on"),
            (0..=u64::MAX, "expected a number"),
        ] {
            for text in ["", "-1", "x", "1.5", " 3", "99999999999999999999"] {
                assert_eq!(
                    number(range.clone())(text),
                    Err(expected.to_owned()),
                    "{text}"
                );
            }
        }
        assert!(number(1..=7)("0").is_err() && number(1..=7)("8").is_err());
    }

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
