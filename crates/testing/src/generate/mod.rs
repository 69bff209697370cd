//! Deterministic, realistic Firehose messages, one per line, for tests, demonstrations, load tests
//! and benches.
//!
//! A [`Generator`] is endless and needs only a seed. **The same [`Options`] produce the same bytes
//! in every version and on every platform**: the generator has its own pseudo-random numbers and
//! uses neither the clock nor floating point. A change that alters the bytes is listed in the
//! change log.
//!
//! Messages resemble real traffic. A stream has about fifty thousand users, each with the same
//! name, addresses, identities, device and profile identifier in every message. The events of a
//! batch come from one user and one device, their timestamps increase, and they belong to sessions.
//! All sixteen event types, ten runtime environments and every value of every enumeration occur.
//!
//! - Ordinary messages are valid: they have every field that the protocol declares as required and
//!   nothing unknown. Fields are in the order of the reference writer, and empty ones are left out
//!   (protocol, section 2.1).
//! - [`Options::hostile`] adds messages that a parser must survive: unknown values and fields,
//!   duplicate keys, wrong types, nulls, huge and deeply nested values, invalid encodings,
//!   truncated and garbled text. About a third of the messages are not changed.
//!
//! Text consists of constants that are copied into the caller's buffer, at hundreds of megabytes
//! per second on one core. After the first messages only that buffer grows; hostile messages
//! allocate.
//!
//! ```
//! use hydrant_testing::generate::{Generator, Kind, Options};
//!
//! let mut generator = Generator::new(Options::default().kind(Kind::Events).events(1..=3));
//! let mut lines = Vec::new();
//! for _ in 0..10 {
//!     generator.next_line(&mut lines);
//! }
//! let text = std::str::from_utf8(&lines)?;
//! assert_eq!(text.lines().count(), 10);
//! assert!(text.starts_with(r#"{"type":"event_processing_request","id":""#));
//! # Ok::<(), std::str::Utf8Error>(())
//! ```

mod audience;
mod commerce;
mod consent;
mod devices;
mod events;
mod hostile;
mod identities;
mod json;
mod options;
mod privacy;
mod push;
mod random;
mod registration;
mod requests;
mod responses;
mod runtime;
mod scalars;
mod settings;
mod values;
mod words;

use json::{Layout, Writer};
use random::mix;

#[cfg(feature = "kit")]
pub(crate) use random::Random;
#[cfg(not(feature = "kit"))]
use random::Random;
use requests::Source;

pub use options::{Kind, Options, UnknownKind};

/// Start of each stream: 2024-05-01T00:00:00Z, in ms.
const EPOCH_MS: u64 = 1_714_521_600_000;
/// Time between the messages of a stream, in ms.
const STEP_MS: u64 = 250;

/// An endless source of messages.
///
/// A message depends only on the options and on its number, not on earlier messages.
///
/// ```
/// use hydrant_testing::generate::{Generator, Options};
///
/// let mut generator = Generator::new(Options::default().hostile(true).seed(7));
/// let mut line = Vec::new();
/// generator.next_line(&mut line);
/// assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    options: Options,
    layout: Layout,
    written: u64,
    hostile: hostile::Scratch,
}

impl Generator {
    /// Creates a generator of the stream that `options` describe.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let layout = Layout::new(options.pretty, options.shuffle, options.escapes);
        Self {
            options,
            layout,
            written: 0,
            hostile: hostile::Scratch::default(),
        }
    }

    /// Appends the next message to `out` without a newline at its end.
    ///
    /// Only pretty-printed messages contain newlines.
    pub fn write_message(&mut self, out: &mut Vec<u8>) {
        let mut random =
            Random::new(mix(self.options.seed) ^ mix(self.written.wrapping_mul(2).wrapping_add(1)));
        self.layout.quirks = Random::new(random.bits());
        let now = EPOCH_MS + self.written * STEP_MS + random.between(0, STEP_MS - 1);
        let mut source = Source {
            random: &mut random,
            stream: self.options.seed,
            now,
        };
        if self.options.hostile {
            hostile::message(
                out,
                &mut self.hostile,
                &mut self.layout,
                &self.options,
                &mut source,
            );
        } else {
            message(
                &mut Writer::new(out, &mut self.layout),
                &self.options,
                &mut source,
            );
        }
        self.written = self.written.wrapping_add(1);
    }

    /// Appends the next message and a newline to `out`.
    pub fn next_line(&mut self, out: &mut Vec<u8>) {
        self.write_message(out);
        out.push(b'\n');
    }
}

/// One `event_processing_request` with exactly `events` events of all types, as input of benches.
///
/// It is compact, does not have the escapes of [`Options::escapes`], and has about 560 bytes per
/// event if there are many events.
///
/// ```
/// let batch = hydrant_testing::generate::batch(1_000, 1);
/// assert!((500..620).contains(&(batch.len() / 1_000)));
/// ```
#[must_use]
pub fn batch(events: usize, seed: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(events.saturating_mul(640).saturating_add(4_096));
    let mut layout = Layout::new(false, false, false);
    let mut random = Random::new(mix(seed));
    let mut source = Source {
        random: &mut random,
        stream: seed,
        now: EPOCH_MS,
    };
    requests::event_request(&mut Writer::new(&mut out, &mut layout), &mut source, events);
    out
}

/// Changes a message in one to three places, as [`Options::hostile`] does, so that it remains JSON:
/// unknown types and values of enumerations, nulls, values of other types, identities without a
/// value, duplicate and missing fields, huge numbers and texts.
///
/// ```
/// let message = br#"{"type":"event_processing_request","mpid":"7"}"#;
/// let hostile: Vec<Vec<u8>> =
///     (0..9).map(|seed| hydrant_testing::generate::mutate(message, seed)).collect();
/// assert!(hostile.iter().any(|mutated| mutated != message));
/// ```
#[must_use]
pub fn mutate(message: &[u8], seed: u64) -> Vec<u8> {
    let mut text = message.to_vec();
    hostile::mutate(&mut text, seed);
    text
}

/// Writes one valid message of the requested kind.
fn message(w: &mut Writer<'_>, options: &Options, source: &mut Source<'_>) {
    let mut kind = options.kind;
    if kind == Kind::Mixed {
        kind = match source.random.below(100) {
            0..=79 => Kind::Events,
            80..=87 => Kind::Audiences,
            88..=89 => Kind::Subscriptions,
            90..=92 => Kind::Dsr,
            93 => Kind::Registrations,
            94..=96 => Kind::Responses,
            97 | 98 => return requests::heartbeat(w, source, "event_processing_request"),
            _ => return requests::heartbeat(w, source, "audience_membership_change_request"),
        };
    }
    let draw = source.random.below(100);
    match kind {
        Kind::Mixed | Kind::Events => {
            let (fewest, most) = (*options.events.start(), *options.events.end());
            let events = source.random.between(fewest as u64, most as u64) as usize;
            if events == 0 && draw < 50 {
                requests::heartbeat(w, source, "event_processing_request");
            } else {
                requests::event_request(w, source, events);
            }
        }
        Kind::Audiences if draw < 3 => {
            requests::heartbeat(w, source, "audience_membership_change_request")
        }
        Kind::Audiences => audience::membership_change(w, source),
        Kind::Subscriptions => audience::subscription(w, source),
        Kind::Dsr => privacy::data_subject_request(w, source),
        Kind::Registrations if draw < 40 => registration::registration_request(w, source),
        Kind::Registrations => registration::registration_response(w, source),
        Kind::Responses => match draw {
            0..=44 => responses::event_response(w, source),
            45..=64 => responses::membership_response(w, source),
            65..=79 => responses::subscription_response(w, source),
            80..=89 => responses::data_subject_response(w, source),
            _ => registration::registration_response(w, source),
        },
    }
}
