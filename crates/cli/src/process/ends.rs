//! The ends of lines, whose digests are made for all messages of a chunk together: most messages hold one or two
//! identities to be hashed, and the lanes of a CPU hold many more.
//!
//! So the processor leaves room for a digest in the end of its lines and says what belongs there ([`missing`]). [`Ends`]
//! leaves room for such an end in every line, and fills it in when the chunk is at its end. It knows nothing of what the
//! lines say.

use std::ops::Range;

use hydrant::Output;
use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform};
use hydrant::processor::{EventContext, Record};

/// A digest that the end of a batch has room for.
#[derive(Clone, Copy)]
pub(super) struct Missing<'a> {
    pub(super) algorithm: Algorithm,
    /// Where its digits belong, from the beginning of the end.
    pub(super) at: usize,
    pub(super) value: &'a str,
}

/// Says what the end, which was emitted last, has room for. What is said is a record with a key; the others have none.
pub(super) fn missing(context: &mut EventContext<'_, '_>, missing: Missing<'_>) {
    let Missing {
        algorithm,
        at,
        value,
    } = missing;
    let mut key = [algorithm as u8; 9];
    if let Some(place) = key.last_chunk_mut() {
        *place = (at as u64).to_le_bytes();
    }
    context.emit_keyed(&key, value.as_bytes());
}

fn said<'r>(record: &Record<'r>) -> Option<Missing<'r>> {
    let (algorithm, at) = record.key?.split_first()?;
    Some(Missing {
        algorithm: *Algorithm::ALL.get(usize::from(*algorithm))?,
        at: usize::try_from(u64::from_le_bytes(at.try_into().ok()?)).ok()?,
        value: str::from_utf8(record.payload).ok()?,
    })
}

/// The lines of a chunk, as far as they are not finished.
pub(super) struct Ends {
    hasher: Hasher,
    digests: HexDigests,
    /// The ends of all batches, with room for digests.
    text: Vec<u8>,
    /// The identities that belong there, one after another.
    values: String,
    /// By algorithm: which part of `values`, and where in `text` its digest belongs.
    missing: [Vec<(Range<usize>, usize)>; Algorithm::ALL.len()],
    /// Where in the output there is room for which part of `text`.
    rooms: Vec<(usize, Range<usize>)>,
}

impl Ends {
    pub(super) fn new(platform: Platform) -> Self {
        Self {
            hasher: Hasher::with_platform(platform),
            digests: HexDigests::new(),
            text: Vec::new(),
            values: String::new(),
            missing: Default::default(),
            rooms: Vec::new(),
        }
    }

    /// Appends the lines of one message.
    pub(super) fn append(&mut self, output: &Output, lines: &mut Vec<u8>) {
        let mut end: &[u8] = b"}\n";
        let start = self.text.len();
        for record in output.records().iter() {
            if record.event.is_some() {
                lines.extend_from_slice(record.payload);
                if self.text.len() > start {
                    self.rooms.push((lines.len(), start..self.text.len()));
                }
                lines.extend_from_slice(end);
            } else if let Some(missing) = said(&record) {
                if self.text.len() == start {
                    self.text.extend_from_slice(end);
                }
                let value = self.values.len()..self.values.len() + missing.value.len();
                self.values.push_str(missing.value);
                if let Some(list) = self.missing.get_mut(missing.algorithm as usize) {
                    list.push((value, start + missing.at));
                }
            } else {
                end = record.payload;
            }
        }
    }

    /// Fills in what is missing in `lines`, which holds what was appended since the last time.
    pub(super) fn finish(&mut self, lines: &mut [u8]) {
        for (algorithm, missing) in Algorithm::ALL.into_iter().zip(&self.missing) {
            let values = &self.values;
            let raw = |(value, _): &(Range<usize>, _)| {
                Input::Raw(values.get(value.clone()).unwrap_or_default())
            };
            let standard = Normalization::STANDARD;
            let (hasher, digests) = (&mut self.hasher, &mut self.digests);
            hasher.hash_iter(algorithm, standard, missing.iter().map(raw), digests);
            for ((_, at), digest) in missing.iter().zip(digests.iter()) {
                fill(&mut self.text, *at, digest.as_bytes());
            }
        }
        for (at, end) in &self.rooms {
            fill(lines, *at, self.text.get(end.clone()).unwrap_or_default());
        }
        self.text.clear();
        self.values.clear();
        self.missing.iter_mut().for_each(Vec::clear);
        self.rooms.clear();
    }
}

fn fill(text: &mut [u8], at: usize, with: &[u8]) {
    let room = text
        .get_mut(at..)
        .and_then(|text| text.get_mut(..with.len()));
    if let Some(room) = room {
        room.copy_from_slice(with);
    }
}
