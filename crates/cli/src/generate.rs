//! `hydrant generate`: sample messages, one per line.

use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::number;
use super::exit::{self, Failure, exit_status};
use super::interrupt::Stop;
use super::output::{OutputArgs, Unwritable};
use hydrant_testing::generate::{Generator, Kind, Options};

/// Generate sample messages, one per line
///
/// The same options always give the same bytes, on every machine. Ordinary messages are valid and
/// resemble real traffic.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant generate --messages 1000 --events 0..50 --seed 7 --output stream.ndjson\n  \
     hydrant generate --kind dsr | hydrant inspect\n  \
     hydrant generate --messages 100 --hostile | hydrant validate\n\n",
    exit_status!()
))]
pub(super) struct GenerateArgs {
    /// Number of messages
    #[arg(short = 'n', long, value_name = "N", default_value = "10", value_parser = number(0..=u64::MAX))]
    messages: u64,

    /// Number of events in an event batch, chosen at random for each: A..B, both included, or one
    /// number
    #[arg(long, value_name = "A..B", default_value = "0..50", value_parser = events)]
    events: RangeInclusive<usize>,

    /// Seed; the same seed gives the same messages
    #[arg(long, value_name = "N", default_value = "1", value_parser = number(0..=u64::MAX))]
    seed: u64,

    /// The family of messages
    #[arg(
        long,
        value_name = "KIND",
        default_value = Kind::Mixed.as_str(),
        value_parser = clap::builder::PossibleValuesParser::new(Kind::ALL.map(|kind| kind.as_str()))
    )]
    kind: String,

    /// Include messages that a reader must be able to handle: unknown, broken and unusual ones
    #[arg(long)]
    hostile: bool,

    /// Write the fields of every object in random order
    #[arg(long)]
    shuffle: bool,

    #[command(flatten)]
    output: OutputArgs,
}

/// Reads `3`, `3..5` or `3..=5`; both of the latter end with 5.
fn events(text: &str) -> Result<RangeInclusive<usize>, String> {
    let number = |text: &str| {
        let number = text.trim().parse::<usize>();
        number.map_err(|_| "expected A..B or one number, such as 0..50 or 20".to_owned())
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (number(from)?, number(to.strip_prefix('=').unwrap_or(to))?),
        None => (number(text)?, number(text)?),
    };
    if from > to {
        return Err(format!("{from} is greater than {to}"));
    }
    Ok(from..=to)
}

/// Lines are written when there are this many bytes of them.
const BLOCK: usize = 256 << 10;

pub(super) fn run(args: &GenerateArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let kind = args.kind.parse::<Kind>();
    let kind = kind.map_err(|error| Failure::Usage(error.to_string()))?;
    let mut output = args.output.open(&[])?;
    let options = Options::default()
        .seed(args.seed)
        .events(args.events.clone())
        .kind(kind)
        .hostile(args.hostile)
        .shuffle(args.shuffle);
    let mut generator = Generator::new(options);
    let mut lines = Vec::new();
    for number in 1..=args.messages {
        generator.next_line(&mut lines);
        if lines.len() < BLOCK && number < args.messages {
            continue;
        }
        match output.write(&lines) {
            Ok(()) => lines.clear(),
            Err(Unwritable::Closed) => break,
            Err(Unwritable::Failed(failure)) => return Err(failure),
        }
        if stop.raised() {
            return Ok(exit::INTERRUPTED.into());
        }
    }
    output.print(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends() {
        assert_eq!(events("0..50"), Ok(0..=50));
        assert_eq!(events("3..=5"), Ok(3..=5));
        assert_eq!(events("7"), Ok(7..=7));
        for wrong in ["", "..", "5..", "..5", "5..3", "-1..3", "a..b", "1..2..3"] {
            assert!(events(wrong).is_err(), "{wrong}");
        }
    }
}
