//! What the complete path tolerates: coerced values, which it counts, and keys that no model has.
//! Their positions are collected for `validate`.

use simd_json::Node;

use super::super::failed::Problem;
use super::super::text::{has_white_space, without_white_space};
use super::decoder::{Fault, Object, TapeDecoder};
use crate::schema::{Coercion, Decoder, ModelInfo};

/// The nodes of values that were coerced, as far as they are listed.
#[derive(Default)]
pub(super) struct CoercedNodes {
    pub(super) listed: Vec<(usize, Coercion)>,
    /// How many are listed at most.
    pub(super) most: usize,
}

/// The keys that their models do not have, as far as they are listed.
#[derive(Default)]
pub(in crate::parse) struct UnknownKeys<'a> {
    pub(in crate::parse) listed: Vec<UnknownKey<'a>>,
    /// How many are listed at most.
    pub(super) most: usize,
    pub(in crate::parse) more: usize,
}

/// A key that its model does not have.
pub(in crate::parse) struct UnknownKey<'a> {
    pub(in crate::parse) offset: usize,
    pub(in crate::parse) name: &'a str,
    pub(in crate::parse) model: &'static ModelInfo,
    pub(in crate::parse) tagged: bool,
}

impl<'a> TapeDecoder<'_, 'a> {
    /// A value of a map of texts. Objects and lists are kept as their JSON text, so that one odd
    /// attribute does not cost the message.
    pub(super) fn text_or_json(&mut self) -> Result<Option<&'a str>, Fault> {
        let Some(Node::Object { .. } | Node::Array { .. }) = self.peek() else {
            return self.text();
        };
        let place = self.node();
        let json = self.raw()?;
        self.coerced(Coercion::JsonText, place)?;
        if !has_white_space(json) {
            return Ok(Some(json));
        }
        self.charge(json.len())?;
        Ok(Some(without_white_space(json, self.arena)))
    }

    /// Counts a coercion, and records its position if they are collected; in strict mode it is an
    /// error if the reference refuses the value.
    pub(super) fn note_coercion(&mut self, coercion: Coercion, place: usize) -> Result<(), Fault> {
        self.tally.count(coercion);
        if let Some(coercions) = &mut self.coercions
            && coercions.listed.len() < coercions.most
        {
            coercions.listed.push((place, coercion));
        }
        let problem = match coercion {
            Coercion::JsonText => Problem::Expected("a string"),
            Coercion::SingleText => Problem::Expected("a list"),
            Coercion::LongIdentifier => Problem::Invalid("a 32-bit integer"),
            // The reference accepts these.
            _ => return Ok(()),
        };
        if self.options.strict {
            return Err(Fault {
                node: place,
                problem,
            });
        }
        Ok(())
    }

    /// The offsets of the coerced values, at most this many, in the order of the text, and how many
    /// more there are.
    pub(super) fn coercion_offsets(&mut self, most: usize) -> (Vec<(usize, Coercion)>, usize) {
        let mut found = self.coercions.take().unwrap_or_default();
        // An object is coerced after its content.
        found.listed.sort_unstable_by_key(|(node, _)| *node);
        let offsets = found.listed.into_iter();
        let mut listed: Vec<_> = offsets
            .map(|(node, coercion)| (self.offset_of(node), coercion))
            .collect();
        let surrogates = self.lone_surrogates.iter().take(most);
        listed.extend(surrogates.map(|offset| (*offset, Coercion::LoneSurrogate)));
        listed.sort_by_key(|(offset, _)| *offset);
        listed.truncate(most);
        let more = self.tally.coercions() - listed.len();
        (listed, more)
    }

    /// Records the key just read, which its model does not have, if such keys are collected.
    pub(super) fn note_unknown_field(&mut self, object: &Object, model: &'static ModelInfo) {
        let key = self.node() - 1;
        let Some(found) = &mut self.unknown_keys else {
            return;
        };
        let Some(Node::String(name)) = self.nodes.get(key) else {
            return;
        };
        // The discriminator is not among the fields of a model.
        if object.tagged && *name == "type" {
            return;
        }
        if found.listed.len() == found.most {
            found.more += 1;
            return;
        }
        found.listed.push(UnknownKey {
            offset: self.positions.offset_of(key, self.text),
            name,
            model,
            tagged: object.tagged,
        });
    }
}
