//! `hydrant hash`: identities to digests, line by line.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::environment;
use super::environment::hash_platform;
use super::exit::{self, Failure, exit_status};
use super::input::{Chunk, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::{Output, OutputArgs, Unwritable};
use super::profile::NamedProfile;
use super::terminal;
use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization};
use hydrant::message::{Identity, IdentityEncoding};

/// Hash identities: one per input line, one digest per output line
///
/// Every line is normalized and hashed; the digest is written in lower-case hexadecimal. By default a
/// line is trimmed and lower-cased, as the protocol requires; --normalize selects the form that an ad
/// platform requires. A line that identifies nobody (nothing visible after trimming, the nil uuid or
/// other zeros of 16 digits or more, or the digest of either) gives an empty line, so that input and
/// output have the same number of lines. So does a line that is not valid for the profile, for example
/// not a telephone number; such lines are counted on standard error. A line ends at a line feed, with
/// or without a carriage return before it. A byte order mark at its beginning is skipped.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     printf ' Jane@Example.com\\n' | hydrant hash --algorithm sha256\n  \
     hydrant hash --algorithm md5 identities.txt > digests.txt\n  \
     hydrant hash --algorithm sha256 --normalize email-gmail addresses.txt\n  \
     hydrant hash --algorithm sha256 --normalize phone-e164:US numbers.txt\n\n",
    environment!(hash_platform),
    exit_status!()
))]
pub(super) struct HashArgs {
    /// The digest: md5, sha1 or sha256
    #[arg(short, long, value_name = "NAME")]
    algorithm: Algorithm,

    /// What is hashed: standard, email-gmail, phone-e164 or phone-digits
    ///
    /// standard: trimmed and in lower case, as the protocol wants it. email-gmail, for Google: also
    /// without white space, and at gmail.com and googlemail.com without dots before the @ and
    /// without + and what follows it. phone-e164, for Google and UID2: + and digits, with the
    /// country calling code. phone-digits, for Meta, Snap and Criteo: without the +. A number
    /// without + needs the country in which it is dialled, for example phone-e164:US.
    #[arg(long, value_name = "PROFILE", default_value = "standard")]
    normalize: NamedProfile,

    /// Keep white space at both ends of a line; only with --normalize standard
    #[arg(long)]
    no_trim: bool,

    /// Keep the case of letters; only with --normalize standard
    #[arg(long)]
    no_lower_case: bool,

    /// File to read, optionally compressed with gzip or Zstandard; `-` or none for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,
}

/// The byte order mark at the beginning of a file, or of a line where files were concatenated.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The longest line.
const LONGEST: usize = 16 << 20;

pub(super) fn run(args: &HashArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    if args.normalize != NamedProfile::Standard && (args.no_trim || args.no_lower_case) {
        return Err(Failure::Usage(
            "--no-trim and --no-lower-case are only for --normalize standard: the other profiles \
             define the text completely"
                .to_owned(),
        ));
    }
    let platform = hash_platform()?;
    let sources = sources(args.file.as_slice());
    let output = args.output.open(&sources)?;
    let mut reader = Reader::new(Opener::new(stop), sources, LONGEST).lines_only();
    let mut digester = Digester {
        algorithm: args.algorithm,
        normalization: Normalization::STANDARD
            .trim(!args.no_trim)
            .lower_case(!args.no_lower_case),
        profile: args.normalize,
        hasher: Hasher::with_platform(platform),
        digests: HexDigests::new(),
        line: 0,
        invalid: 0,
    };
    let status = hash(&mut digester, &mut reader, output, stop);
    if digester.invalid > 0 {
        terminal::complain(&digester.warning());
    }
    status
}

fn hash(
    digester: &mut Digester,
    reader: &mut Reader,
    mut output: Output,
    stop: &Stop,
) -> Result<ExitCode, Failure> {
    let mut chunk = Chunk::new();
    let mut lines = Vec::new();
    while reader.fill(&mut chunk) {
        let mut name = chunk.name.to_string();
        if let Some(error) = chunk.error.take() {
            if error.kind() == ErrorKind::NotFound {
                // The line may be an identity, which must not appear in a log.
                name = "the file that is named (FILE is a file with an identity on each line)"
                    .to_owned();
            }
            return Err(Failure::Input { name, error });
        }
        lines.clear();
        let refused = digester.append(chunk.bytes(), &mut lines);
        match output.write(&lines) {
            Ok(()) => {}
            Err(Unwritable::Closed) => return Ok(exit::GOOD.into()),
            Err(Unwritable::Failed(failure)) => return Err(failure),
        }
        if let Err(reason) = refused {
            terminal::complain(&format!("error: {name}:{}: {reason}", digester.line));
            return Ok(exit::REFUSED.into());
        }
    }
    if stop.interrupted() {
        return Ok(exit::INTERRUPTED.into());
    }
    output.print(&[])
}

/// Turns lines of identities into lines of digests.
struct Digester {
    algorithm: Algorithm,
    /// For the profile `standard`.
    normalization: Normalization,
    profile: NamedProfile,
    hasher: Hasher,
    digests: HexDigests,
    /// The number of the last line that was processed.
    line: u64,
    /// Lines for which the profile has no text.
    invalid: u64,
}

impl Digester {
    /// Appends the digests of all lines, or of those before the first line that cannot be hashed.
    fn append(&mut self, block: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        let mut refused = Ok(());
        let mut good = block.len();
        let mut lines = 0;
        let mut start = 0;
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            if line.strip_suffix(b"\n").unwrap_or(line).len() > LONGEST {
                refused = Err("the line is too long");
            } else if str::from_utf8(line).is_err() {
                refused = Err("the line is not UTF-8");
            }
            lines += 1;
            if refused.is_err() {
                good = start;
                break;
            }
            start += line.len();
        }
        let good = str::from_utf8(block.get(..good).unwrap_or_default()).unwrap_or_default();
        self.append_text(good, out);
        self.line += lines;
        refused
    }

    fn append_text(&mut self, text: &str, out: &mut Vec<u8>) {
        let normalization = self.normalization;
        let values = || {
            text.split_inclusive('\n').map(|line| {
                let line = line.strip_suffix('\n').unwrap_or(line);
                let line = line.strip_suffix('\r').unwrap_or(line);
                line.trim_start_matches(BYTE_ORDER_MARK)
            })
        };
        let mut nobodies = 0;
        let inputs = values().map(|value| {
            // Such a line must not be hashed, and an encoded input is not.
            if is_nobody(value, normalization) {
                nobodies += 1;
                Input::Encoded("")
            } else {
                Input::Raw(value)
            }
        });
        let (algorithm, digests) = (self.algorithm, &mut self.digests);
        match self.profile {
            NamedProfile::Standard => {
                let hasher = &mut self.hasher;
                hasher.hash_iter(algorithm, normalization, inputs, digests);
            }
            profile => {
                let hasher = &mut self.hasher;
                hasher.hash_iter_as(algorithm, profile, inputs, digests);
                let empty = digests.iter().filter(|digest| digest.is_empty()).count();
                self.invalid += (empty as u64).saturating_sub(nobodies);
            }
        }
        for digest in &self.digests {
            out.extend_from_slice(digest.as_bytes());
            out.push(b'\n');
        }
    }

    /// How many lines have no digest. None is shown: they are probably identities.
    fn warning(&self) -> String {
        let [one, several] = self.profile.subjects();
        match self.invalid {
            1 => {
                format!("warning: 1 line is not {one}: an empty line takes the place of its digest")
            }
            count => format!(
                "warning: {count} lines are not {several}: empty lines take the place of their digests"
            ),
        }
    }
}

/// Whether the value, without what is trimmed, identifies nobody. White space that is kept counts.
fn is_nobody(value: &str, normalization: Normalization) -> bool {
    let identity = Identity::new(IdentityEncoding::Raw, value);
    identity.identifies_nobody() && (normalization.trim || value.is_empty() || !identity.is_blank())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &[u8], normalization: Normalization) -> (Result<(), &'static str>, Vec<u8>) {
        let mut digester = Digester {
            algorithm: Algorithm::Md5,
            normalization,
            profile: NamedProfile::Standard,
            hasher: Hasher::new(),
            digests: HexDigests::new(),
            line: 0,
            invalid: 0,
        };
        let mut out = Vec::new();
        (digester.append(text, &mut out), out)
    }

    const ABC: &str = "900150983cd24fb0d6963f7d28e17f72";

    #[test]
    fn as_many_lines_come_out_as_go_in() {
        let (refused, out) = digest(b"abc\n\n \t\r\nABC\r\n\nabc", Normalization::STANDARD);
        assert_eq!(refused, Ok(()));
        let expected = format!("{ABC}\n\n\n{ABC}\n\n{ABC}\n");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn white_space_counts_if_it_is_kept() {
        let (_, out) = digest(b"abc\r\n  \n\n", Normalization::VERBATIM);
        let expected = format!("{ABC}\n{}\n\n", "23b58def11b45727d3351702515f86af");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn lines_that_identify_nobody_are_empty() {
        let nobody = [
            " \u{200b}",
            "\u{ad}\u{2060}\u{a0}",
            "\u{2800}",
            "\u{7f}",
            "00000000-0000-0000-0000-000000000000",
            " D41D8CD98F00B204E9800998ECF8427E",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ];
        let (_, out) = digest(
            (nobody.join("\n") + "\nabc").as_bytes(),
            Normalization::STANDARD,
        );
        let expected = format!("{}{ABC}\n", "\n".repeat(nobody.len()));
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        // White space that is kept counts, and zeros do not.
        let lines = "\u{200b}\n00000000-0000-0000-0000-000000000000";
        let (_, out) = digest(lines.as_bytes(), Normalization::VERBATIM);
        assert_eq!(out.iter().position(|byte| *byte == b'\n'), Some(32));
        assert_eq!(out.len(), 34);
    }

    #[test]
    fn lines_before_one_that_is_no_text_are_hashed() {
        let (refused, out) = digest(b"abc\n\xff\nabc\n", Normalization::STANDARD);
        assert_eq!(refused, Err("the line is not UTF-8"));
        assert_eq!(String::from_utf8(out).unwrap(), format!("{ABC}\n"));
    }
}
