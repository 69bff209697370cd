//! Events: all sixteen types with realistic shares (protocol, section 4).
//!
//! [`Timeline`] keeps the events of a batch consistent: timestamps increase, and events belong to
//! the current session. The fields of commerce and push events are written by `commerce.rs` and
//! `push.rs`.

use super::commerce;
use super::identities::{ENCODINGS, USER_IDENTITY_TYPES, User};
use super::json::Writer;
use super::push;
use super::random::Random;
use super::values::{attribute_map, attribute_value, attributes, custom_flags};
use super::words::{EVENT_NAMES, PATHS, SCREEN_NAMES, TEXTS, USER_KEYS};

/// Writes the fields of one event type after the common ones.
type Body = fn(&mut Writer<'_>, &mut Random, &User);

/// Every event type with its share in percent and the function that writes it, common ones first.
const EVENTS: [(&str, u32, Body); 16] = [
    ("custom_event", 31, custom_event),
    ("product_action", 20, commerce::product_action),
    ("screen_view", 16, screen_view),
    ("impression", 6, commerce::impression),
    ("application_state_transition", 5, transition),
    ("promotion_action", 4, commerce::promotion_action),
    (SESSION_END, 4, session),
    (SESSION_START, 2, session),
    ("user_attribute_change", 3, user_attribute_change),
    ("error", 3, error),
    ("push_message_receipt", 1, push::payload),
    ("user_identity_change", 1, user_identity_change),
    ("push_message_open", 1, push::payload),
    ("push_subscription", 1, push::subscription),
    ("attribution", 1, attribution),
    ("privacy_setting_change", 1, privacy_setting_change),
];

const SESSION_START: &str = "session_start";
const SESSION_END: &str = "session_end";

/// Every value of CustomEventType.
const CUSTOM_EVENT_TYPES: &[&str] = &[
    "other",
    "other",
    "other",
    "navigation",
    "navigation",
    "search",
    "transaction",
    "user_content",
    "user_preference",
    "social",
    "media",
    "location",
    "unknown",
];

/// Every value of ApplicationState; frequent ones occur more than once.
const APPLICATION_STATES: &[&str] = &[
    "foreground",
    "foreground",
    "background",
    "background",
    "initialize",
    "initialize",
    "exit",
    "install",
    "upgrade",
];

#[rustfmt::skip]
const ERRORS: &[(&str, &str)] = &[
    ("Index out of range", "java.lang.IndexOutOfBoundsException: Index: 3, Size: 3\n\tat java.util.ArrayList.get(ArrayList.java:437)\n\tat com.example.shop.CartFragment.onBind(CartFragment.kt:88)"),
    ("unexpectedly found nil", "0   Player    0x0000000104f3c1a8 $s6Player0A4ViewC11viewDidLoadyyF + 312\n1   UIKitCore 0x00000001a5b2e3d4 -[UIViewController loadViewIfRequired] + 928"),
    ("Failed to parse \"price\": 'abc'", ""),
    ("TypeError: Cannot read properties of undefined (reading 'id')", "at render (https://www.example.com/js/app.js:1:20482)\nat https://www.example.com/js/app.js:1:30011"),
    ("timeout after 30 s", ""),
];
const BREADCRUMBS: &[&str] = &[
    "app started",
    "opened cart",
    "tapped \"Pay\"",
    "network: wifi → lte",
    "memory warning",
];
const CAMPAIGNS: &[&str] = &[
    "spring_sale_2024",
    "retargeting – EU",
    "Brand Search",
    "install|ios|us",
    "Sommer \"Spezial\"",
];
const PUBLISHERS: &[&str] = &["Example Ads", "Organic", "Social Network", "DSP 7"];
const PARTNERS: &[&str] = &["Adjust", "AppsFlyer", "Branch", "Kochava"];

/// Time and session of the events of one batch.
pub(super) struct Timeline {
    now: u64,
    session: Option<i64>,
    session_started: u64,
    /// Whether the last event ended a session. The next event then starts another one.
    ended: bool,
}

impl Timeline {
    /// A timeline of `count` events, the last of which is no later than `end`, in ms since the
    /// epoch.
    pub(super) fn new(random: &mut Random, end: u64, count: usize) -> Self {
        let now = end.saturating_sub((count as u64).saturating_mul(LONGEST_STEP_MS));
        // Server-side input has no session until an event starts one.
        let session = random.chance(90).then(|| random.bits() as i64);
        Self {
            now,
            session,
            session_started: now.saturating_sub(random.between(0, 600_000)),
            ended: false,
        }
    }

    /// Writes one event.
    pub(super) fn event(&mut self, w: &mut Writer<'_>, random: &mut Random, user: &User) {
        let (kind, body) = match (pick(random), self.session) {
            _ if self.ended => (SESSION_START, session as Body),
            ((SESSION_END, _), None) => ("custom_event", custom_event as Body),
            (picked, _) => picked,
        };
        self.ended = kind == SESSION_END;
        self.now += random.between(1, LONGEST_STEP_MS);
        if kind == SESSION_START {
            self.session = Some(random.bits() as i64);
            self.session_started = self.now;
        }
        w.begin_object();
        w.string_field("type", kind);
        w.uuid_field("id", random);
        w.unsigned_field("timestamp_ms", self.now);
        if random.chance(92) {
            w.uuid_field("source_id", random);
        }
        if let Some(session) = self.session {
            w.key("session_id");
            w.signed(session);
        }
        if random.chance(65) {
            location(w, random, user);
        }
        if kind == SESSION_END {
            w.unsigned_field("session_length_ms", self.now - self.session_started);
        }
        body(w, random, user);
        w.end_object();
    }
}

const LONGEST_STEP_MS: u64 = 2_000;

fn pick(random: &mut Random) -> (&'static str, Body) {
    let mut at = random.below(100);
    for (kind, share, body) in EVENTS {
        if at < share {
            return (kind, body);
        }
        at -= share;
    }
    ("custom_event", custom_event)
}

/// `"location"`: a position near the user's home.
fn location(w: &mut Writer<'_>, random: &mut Random, user: &User) {
    let (latitude, longitude) = user.place.position;
    let mut near = |home: i64| home + random.between(0, 100_000) as i64 - 50_000;
    w.key("location");
    w.begin_object();
    w.key("latitude");
    w.double(near(latitude));
    w.key("longitude");
    w.double(near(longitude));
    w.key("accuracy");
    w.double(random.pick(&[0, 5_000_000, 12_500_000, 65_000_000, 1_414_000_000]));
    w.end_object();
}

/// Session events have no fields of their own except the duration, which [`Timeline`] writes.
fn session(_: &mut Writer<'_>, _: &mut Random, _: &User) {}

fn custom_event(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    w.text_field("name", random.pick(EVENT_NAMES));
    if random.chance(95) {
        w.string_field("custom_event_type", random.pick(CUSTOM_EVENT_TYPES));
    }
    attributes(w, random);
    custom_flags(w, random);
}

fn screen_view(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    w.text_field("screen_name", random.pick(SCREEN_NAMES));
    attributes(w, random);
    custom_flags(w, random);
}

fn error(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    let (message, stack_trace) = random.pick(ERRORS);
    w.text_field("message", message);
    w.bool_field("is_crash", random.chance(30));
    if !stack_trace.is_empty() {
        w.text_field("stack_trace", stack_trace);
    }
    if random.chance(60) {
        w.key("breadcrumbs");
        w.begin_array();
        for text in BREADCRUMBS.iter().take(random.between(1, 5) as usize) {
            w.element();
            w.text(text);
        }
        w.end_array();
    }
    attributes(w, random);
}

fn privacy_setting_change(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    w.string_field("setting", "app_data_collection");
    w.bool_field("is_enabled", random.chance(50));
}

/// A changed attribute is in both maps (protocol, 4.7).
fn user_attribute_change(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    let count = random.between(1, 2) as usize;
    let keys = random.distinct(USER_KEYS, count);
    let (added, removed) = match random.below(4) {
        0 => (true, false),
        1 => (false, true),
        _ => (true, true),
    };
    for (wanted, name) in [(added, "added"), (removed, "removed")] {
        if wanted {
            w.key(name);
            w.begin_object();
            for key in keys.clone() {
                w.key(key);
                attribute_value(w, random);
            }
            w.end_object();
        }
    }
}

/// A changed identity is in both lists, at the same position (protocol, 4.8).
fn user_identity_change(w: &mut Writer<'_>, random: &mut Random, user: &User) {
    let count = random.between(1, 2) as usize;
    let first = random.below(USER_IDENTITY_TYPES.len() as u32) as usize;
    let encoding = random.pick(ENCODINGS);
    let wanted = random.below(4);
    for (only, name, version) in [(0, "added", 0), (1, "removed", 1)] {
        if wanted == only || wanted > 1 {
            w.key(name);
            w.begin_array();
            for kind in USER_IDENTITY_TYPES.iter().cycle().skip(first).take(count) {
                w.element();
                user.identity(w, kind, encoding, version);
            }
            w.end_array();
        }
    }
}

fn transition(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    let state = random.pick(APPLICATION_STATES);
    w.string_field("application_state", state);
    if matches!(state, "background" | "exit") || random.chance(50) {
        return;
    }
    if random.chance(70) {
        w.key("launch_referral");
        w.open();
        w.part("https://www.example.com");
        w.part(random.pick(PATHS));
        w.close();
    }
    if random.chance(30) {
        w.string_field("referral_application", "com.apple.mobilesafari");
    }
    if random.chance(30) {
        w.text_field(
            "launch_parameters",
            "{\"UIApplicationLaunchOptionsURLKey\":\"app://home\",\"n\":1}",
        );
    }
    if random.chance(30) {
        w.string_field("source_package", "com.android.chrome");
    }
}

fn attribution(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    if random.chance(60) {
        w.string_field("name", "attribution");
    }
    w.string_field("partner_name", random.pick(PARTNERS));
    w.string_field("publisher_name", random.pick(PUBLISHERS));
    w.text_field("campaign_name", random.pick(CAMPAIGNS));
    if random.chance(50) {
        w.key("attributes");
        attribute_map(w, random, 2);
    } else if random.chance(50) {
        w.key("attributes");
        w.begin_object();
        w.text_field("deep link", random.pick(TEXTS));
        w.end_object();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(EVENTS.iter().map(|(_, share, _)| share).sum::<u32>(), 100);
    }
}
