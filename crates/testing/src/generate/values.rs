//! Values that occur in many messages: attribute maps, custom flags, texts, the account.
//!
//! All maps have distinct keys and no empty values, because the reference writer leaves out empty
//! entries (protocol, section 2.1).

use super::json::Writer;
use super::random::Random;
use super::words::{
    ACCOUNT_SETTINGS, ATTRIBUTE_KEYS, FLAG_KEYS, INTEGRATION_KEYS, LIST_KEYS, ODD_KEYS, PATHS,
    TEXTS, WORDS,
};

/// Sizes of attribute maps: 0 to 12 entries, more often few.
const MAP_SIZES: [usize; 16] = [0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12];

/// The value of one attribute, which is always text: a word, a number, a bool, a date, a link,
/// JSON, or text with escapes.
pub(super) fn attribute_value(w: &mut Writer<'_>, random: &mut Random) {
    w.open();
    match random.below(16) {
        0 | 1 => w.part(random.pick(WORDS)),
        2..=5 => {
            w.part(random.pick(WORDS));
            w.part(" ");
            w.part(random.pick(WORDS));
        }
        6 => w.unsigned(random.between(0, 5_000)),
        8 => w.decimal(random.between(0, 100_000), 2),
        9 => w.part(if random.chance(50) { "true" } else { "False" }),
        10 => date_part(w, random),
        11 => {
            w.part("https://www.example.com");
            w.part(random.pick(PATHS));
        }
        12 => w.uuid_part(random.bits(), random.bits()),
        13 => {
            w.part("-");
            w.decimal(random.between(1, 90_000_000), 6);
        }
        _ => w.text_part(random.pick(TEXTS)),
    }
    w.close();
}

/// `2024-05-01T12:34:56Z`, as part of a string.
fn date_part(w: &mut Writer<'_>, random: &mut Random) {
    w.unsigned(random.between(2021, 2024));
    for (mark, low, high) in [
        ("-", 1, 12),
        ("-", 1, 28),
        ("T", 0, 23),
        (":", 0, 59),
        (":", 0, 59),
    ] {
        w.part(mark);
        w.padded(random.between(low, high), 2);
    }
    w.part("Z");
}

/// `"attributes"` with 0 to 12 entries; left out if there is none.
pub(super) fn attributes(w: &mut Writer<'_>, random: &mut Random) {
    let count = random.pick(&MAP_SIZES);
    if count > 0 {
        w.key("attributes");
        attribute_map(w, random, count);
    }
}

/// A map of `count` attributes.
pub(super) fn attribute_map(w: &mut Writer<'_>, random: &mut Random, count: usize) {
    w.begin_object();
    let odd = random.chance(4);
    for key in random.distinct(ATTRIBUTE_KEYS, count - usize::from(odd)) {
        w.key(key);
        attribute_value(w, random);
    }
    if odd {
        w.text_key(random.pick(ODD_KEYS));
        attribute_value(w, random);
    }
    w.end_object();
}

/// `"custom_flags"` in a quarter of the cases.
pub(super) fn custom_flags(w: &mut Writer<'_>, random: &mut Random) {
    if random.chance(75) {
        return;
    }
    w.key("custom_flags");
    w.begin_object();
    let count = random.between(1, 3) as usize;
    for key in random.distinct(FLAG_KEYS, count) {
        w.key(key);
        w.text(random.pick(TEXTS));
    }
    w.end_object();
}

/// `"account"` (protocol, 5.1): one of 256.
pub(super) fn account(w: &mut Writer<'_>, random: &mut Random) {
    w.key("account");
    w.begin_object();
    w.unsigned_field("account_id", 123_456 + random.between(0, 255));
    settings(w, random, "account_settings");
    w.end_object();
}

/// A map of up to four setting values under `key`; left out if there is none.
pub(super) fn settings(w: &mut Writer<'_>, random: &mut Random, key: &str) {
    let count = random.between(0, 4) as usize;
    if count == 0 {
        return;
    }
    w.key(key);
    w.begin_object();
    for (id, value) in random.distinct(ACCOUNT_SETTINGS, count) {
        w.string_field(id, value);
    }
    w.end_object();
}

/// `"integration_attributes"`: values that the kit of the module stored on the device.
pub(super) fn integration_attributes(w: &mut Writer<'_>, random: &mut Random) {
    w.key("integration_attributes");
    w.begin_object();
    let count = random.between(1, 4) as usize;
    for key in random.distinct(INTEGRATION_KEYS, count) {
        w.key(key);
        w.open();
        w.hex(random.bits());
        w.close();
    }
    w.end_object();
}

/// `"user_attribute_lists"`. List elements, unlike map values, may be empty (protocol, 2.1).
pub(super) fn user_attribute_lists(w: &mut Writer<'_>, random: &mut Random) {
    w.key("user_attribute_lists");
    w.begin_object();
    let count = random.between(1, 3) as usize;
    for key in random.distinct(LIST_KEYS, count) {
        w.key(key);
        text_list(w, random);
    }
    w.end_object();
}

/// One to six texts.
pub(super) fn text_list(w: &mut Writer<'_>, random: &mut Random) {
    w.begin_array();
    for _ in 0..random.between(1, 6) {
        w.element();
        match random.below(16) {
            0 => w.string(""),
            1 | 2 => w.text(random.pick(TEXTS)),
            _ => w.string(random.pick(WORDS)),
        }
    }
    w.end_array();
}
