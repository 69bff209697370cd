//! Event processing requests and heartbeats (protocol, 3.3, 5.11 and section 14), and the common
//! fields of all messages.

use super::consent::{consent_state, system_notifications};
use super::events::Timeline;
use super::identities::User;
use super::json::Writer;
use super::random::Random;
use super::runtime::runtime_environment;
use super::values::{account, integration_attributes, user_attribute_lists};

/// The inputs of a message.
pub(super) struct Source<'a> {
    /// The random numbers of this message.
    pub(super) random: &'a mut Random,
    /// The seed of the stream, from which its users are derived.
    pub(super) stream: u64,
    /// The time of the message in ms since the epoch.
    pub(super) now: u64,
}

/// The documented values of `source_channel`, which is plain text (protocol, section 8).
const CHANNELS: &[&str] = &[
    "native",
    "native",
    "native",
    "javascript",
    "server_to_server",
    "partner",
    "pixel",
    "unknown",
];

/// Opens a message: `type` and the common fields (protocol, 3.1).
pub(super) fn begin_message(w: &mut Writer<'_>, source: &mut Source<'_>, kind: &str) {
    w.begin_object();
    w.string_field("type", kind);
    w.uuid_field("id", source.random);
    w.unsigned_field("timestamp_ms", source.now);
    w.string_field("firehose_version", "3.2.0");
}

/// `event_processing_request` with `events` events.
///
/// Without events it is an eventless batch, that is a changed profile, and not a heartbeat (section
/// 14).
pub(super) fn event_request(w: &mut Writer<'_>, source: &mut Source<'_>, events: usize) {
    let user = User::pick(source.stream, source.random);
    begin_message(w, source, "event_processing_request");
    let (now, random) = (source.now, &mut *source.random);
    if random.chance(90) {
        w.uuid_field("source_id", random);
    }
    account(w, random);
    if random.chance(25) {
        user.partner_identities(w, random);
    }
    user.identities(w);
    if random.chance(75) || events == 0 {
        user.attributes(w);
    }
    if random.chance(25) {
        user_attribute_lists(w, random);
    }
    if random.chance(95) {
        runtime_environment(w, &user);
    }
    if random.chance(20) {
        integration_attributes(w, random);
    }
    if events > 0 {
        w.key("events");
        w.begin_array();
        let mut timeline = Timeline::new(random, now, events);
        for _ in 0..events {
            w.element();
            timeline.event(w, random, &user);
        }
        w.end_array();
    }
    if random.chance(90) {
        w.string_field("source_channel", random.pick(CHANNELS));
    }
    if random.chance(80) {
        let mut own = user.stable(11);
        w.uuid_field("device_application_stamp", &mut own);
    }
    if random.chance(35) {
        consent_state(w, random);
    }
    if random.chance(8) {
        system_notifications(w, random);
    }
    if random.chance(85) {
        mpid(w, &user);
    }
    if random.chance(30) {
        platform_fields(w, random);
    }
    w.end_object();
}

/// A heartbeat, which checks the connection: a request with only the common fields and the account.
pub(super) fn heartbeat(w: &mut Writer<'_>, source: &mut Source<'_>, kind: &str) {
    begin_message(w, source, kind);
    account(w, source.random);
    w.end_object();
}

/// `"mpid"`: a 64-bit signed number as text.
pub(super) fn mpid(w: &mut Writer<'_>, user: &User) {
    w.key("mpid");
    w.open();
    w.signed(user.mpid);
    w.close();
}

fn platform_fields(w: &mut Writer<'_>, random: &mut Random) {
    let number = random.between(1, 40);
    w.key("platform_fields");
    w.begin_object();
    w.unsigned_field("mp_account_id", 1_000 + number);
    w.string_field("mp_account_name", "Example Account");
    w.unsigned_field("workspace_id", 20_000 + number);
    w.text_field(
        "workspace_name",
        if random.chance(80) {
            "Production"
        } else {
            "Entwicklung \"Süd\""
        },
    );
    if random.chance(80) {
        w.string_field(
            "input_name",
            if random.chance(50) {
                "iOS"
            } else {
                "Custom Feed"
            },
        );
        w.string_field("app_name", "TravelApp");
        w.string_field("app_version", "7.4.1");
    }
    if random.chance(40) {
        w.string_field("dataplan_id", "mobile_plan");
        w.string_field("dataplan_name", "Mobile plan");
        if random.chance(80) {
            w.unsigned_field("dataplan_version", random.between(1, 12));
        }
    }
    w.end_object();
}
