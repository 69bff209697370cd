//! Settings of a registration: text, integer, float, boolean (protocol, 7.1).
//!
//! They follow rules 14 to 16 of section 12: identifiers differ within a list, every setting has a
//! description, defaults are within the bounds, and secrets are required and confidential. Both
//! fields of a boolean default agree (D35).

use super::json::Writer;
use super::random::Random;

/// Identifier, name, description and kind of a setting.
type Setting = (&'static str, &'static str, &'static str, Kind);

#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Secret,
    Text(&'static str),
    Integer(Option<[u64; 3]>),
    /// In millionths.
    Float(Option<[i64; 3]>),
    Boolean,
}

/// The settings. Bounds are minimum, default and maximum.
#[rustfmt::skip]
const SETTINGS: &[Setting] = &[
    ("apiKey", "API Key", "Secret key to use the API, provided by your account manager", Kind::Secret),
    ("customerId", "Customer ID", "Internal customer ID, provided by your account manager", Kind::Text("")),
    ("region", "Region", "Where your data is kept: \"eu\" or \"us\"", Kind::Text("eu")),
    ("batchSize", "Batch size", "Events per request", Kind::Integer(Some([1, 100, 5_000]))),
    ("timeout", "Timeout", "Seconds to wait", Kind::Integer(None)),
    ("sampleRate", "Sample rate", "Share of users to send", Kind::Float(Some([0, 250_000, 1_000_000]))),
    ("factor", "Factor", "Multiplier for amounts", Kind::Float(None)),
    ("audienceType", "Suppression Audience", "If enabled, this audience will be used for suppression.", Kind::Boolean),
];

/// One to five settings under `key`.
pub(super) fn setting_list(w: &mut Writer<'_>, random: &mut Random, key: &str) {
    w.key(key);
    w.begin_array();
    let count = random.between(1, 5) as usize;
    for setting in random.distinct(SETTINGS, count) {
        w.element();
        write(w, random, setting);
    }
    w.end_array();
}

fn write(w: &mut Writer<'_>, random: &mut Random, (id, name, description, kind): Setting) {
    w.begin_object();
    w.string_field(
        "type",
        match kind {
            Kind::Secret | Kind::Text(_) => "text",
            Kind::Integer(_) => "integer",
            Kind::Float(_) => "float",
            Kind::Boolean => "boolean",
        },
    );
    w.string_field("id", id);
    w.string_field("name", name);
    w.text_field("description", description);
    // A customer cannot fill in an invisible setting (rule 18).
    let visible = random.chance(85) || matches!(kind, Kind::Secret);
    w.bool_field("visible", visible);
    match kind {
        Kind::Secret => {
            w.bool_field("required", true);
            w.bool_field("confidential", true);
        }
        Kind::Text(default) => {
            if !default.is_empty() {
                w.string_field("default_value", default);
            }
            w.bool_field("required", random.chance(50) && visible);
            w.bool_field("confidential", false);
        }
        Kind::Integer(bounds) => {
            if let Some([lowest, default, highest]) = bounds {
                w.unsigned_field("default_value", default);
                w.unsigned_field("min_value", lowest);
                w.unsigned_field("max_value", highest);
            }
            w.bool_field("required", random.chance(50) && visible);
        }
        Kind::Float(bounds) => {
            if let Some([lowest, default, highest]) = bounds {
                for (key, millionths) in [
                    ("default_value", default),
                    ("min_value", lowest),
                    ("max_value", highest),
                ] {
                    w.key(key);
                    w.double(millionths);
                }
            }
            w.bool_field("required", random.chance(50) && visible);
        }
        Kind::Boolean => {
            let on = random.chance(50);
            w.bool_field("default_value", on);
            w.bool_field("checked", on);
        }
    }
    w.end_object();
}
