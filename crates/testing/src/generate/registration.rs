//! Module registrations (protocol, 3.2 and section 7).
//!
//! Responses follow the registration rules of section 12, including those that are only warnings,
//! so that a validator must report no findings.

use super::identities::{DEVICE_IDENTITY_TYPES, ENCODINGS, USER_IDENTITY_TYPES};
use super::json::Writer;
use super::random::Random;
use super::requests::{Source, begin_message};
use super::settings::setting_list;

#[rustfmt::skip]
const EVENT_TYPES: [&str; 16] = [
    "session_start", "session_end", "custom_event", "screen_view", "error", "privacy_setting_change",
    "user_attribute_change", "user_identity_change", "push_subscription", "application_state_transition",
    "push_message_receipt", "product_action", "promotion_action", "impression", "attribution", "push_message_open",
];

/// Every value of RuntimeType with a bit set of the device identities that exist on it.
const RUNTIMES: [(&str, u32); 10] = [
    ("unknown", 0),
    ("android", 0b111),
    ("ios", 0b11_1000),
    ("tvos", 0b1_1000),
    ("mobileweb", 0),
    ("roku", 0b1100_0000),
    ("xbox", 0b11_0000_0000),
    ("firetv", 0b100_0000_0001),
    ("alexa", 0),
    ("smarttv", 0),
];

const NAMES: &[&str] = &[
    "Your Company Name",
    "Hydrant",
    "Ünïcorn Analytics",
    "Shop \"Data\" Hub",
];
const DESCRIPTIONS: &[&str] = &[
    "A description of your <a href=''>company</a> and services. Inline HTML markup is permitted.",
    "Sends events to the data hub.",
    "Messwerte für Märkte – in Echtzeit 🚀",
];
const PARTNERS: &[&str] = &["mParticle_mpid", "Hydrant_visitor", "$cookie_sync_id"];
const HEADERS: &[&str] = &["X-Api-Token", "X-Access-Token"];

/// `module_registration_request`, which has only the common fields.
pub(super) fn registration_request(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "module_registration_request");
    w.end_object();
}

/// What a module requests. It is drawn before writing, because the rules connect its parts.
struct Plan {
    events: bool,
    audiences: bool,
    requests: bool,
    /// Bit sets over [`EVENT_TYPES`], [`RUNTIMES`], [`USER_IDENTITY_TYPES`] and
    /// [`DEVICE_IDENTITY_TYPES`].
    event_types: u32,
    runtimes: u32,
    user_identities: u32,
    device_identities: u32,
    consent: bool,
}

impl Plan {
    fn draw(random: &mut Random) -> Self {
        let which = random.between(1, 7);
        let mut some =
            |mask: u32, at_least: u32| (random.bits() & u64::from(mask)) as u32 | at_least;
        let events = which & 1 == 1;
        let user_identities = some(0xF_FFFF, 0) & some(0xF_FFFF, 0);
        Self {
            events,
            audiences: which & 2 == 2,
            requests: which & 4 == 4,
            event_types: some(0xFFFF, 0b100),
            runtimes: some(0x3FF, 0b110),
            user_identities: if user_identities == 0 {
                0b10
            } else {
                user_identities
            },
            device_identities: some(0x7FF, 0) & some(0x7FF, 0),
            consent: events && some(1, 0) == 1,
        }
    }

    fn has_event(&self, name: &str) -> bool {
        let mut all = EVENT_TYPES.iter().enumerate();
        self.events && all.any(|(bit, event)| *event == name && self.event_types >> bit & 1 == 1)
    }

    /// The device identities that can be required, because a supported platform has them (rule 25).
    fn present(&self) -> u32 {
        let wanted = RUNTIMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.runtimes >> bit & 1 == 1);
        if self.events {
            wanted.fold(0, |all, (_, (_, identities))| all | identities)
        } else {
            0
        }
    }
}

/// `module_registration_response`.
pub(super) fn registration_response(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "module_registration_response");
    let random = &mut *source.random;
    let plan = Plan::draw(random);
    w.string_field("sdk_version", "3.2.0");
    w.text_field("name", random.pick(NAMES));
    if random.chance(90) {
        w.text_field("description", random.pick(DESCRIPTIONS));
    }
    w.string_field("version", random.pick(&["1.0", "2.3.1", "2024-05-01"]));
    if random.chance(95) || plan.consent || plan.event_types & 0b1100_0000 != 0 {
        permissions(w, random, &plan);
    }
    if plan.events {
        event_registration(w, random, &plan);
    }
    if plan.audiences {
        audience_registration(w, random);
    }
    if plan.requests {
        w.key("dsr_processing_registration");
        w.begin_object();
        setting_list(w, random, "account_settings");
        w.key("supported_dsr_types");
        w.begin_array();
        w.element();
        w.string("erasure");
        w.end_array();
        w.string_field("domain", "privacy.example.com");
        w.end_object();
    }
    w.end_object();
}

fn permissions(w: &mut Writer<'_>, random: &mut Random, plan: &Plan) {
    w.key("permissions");
    w.begin_object();
    identity_permissions(
        w,
        random,
        "device_identities",
        &DEVICE_IDENTITY_TYPES,
        plan.device_identities,
        plan.present(),
    );
    identity_permissions(
        w,
        random,
        "user_identities",
        &USER_IDENTITY_TYPES,
        plan.user_identities,
        u32::MAX,
    );
    if random.chance(30) {
        let partner = [random.pick(PARTNERS)];
        identity_permissions(w, random, "partner_identities", &partner, 1, u32::MAX);
    }
    let mut allow = |name, wanted| {
        if wanted {
            w.bool_field(name, true);
        }
    };
    allow("allow_access_location", random.chance(40));
    allow("allow_access_ip_address", random.chance(40));
    allow("allow_access_device_application_stamp", random.chance(40));
    allow("allow_device_info", random.chance(60));
    allow(
        "allow_user_attributes",
        plan.has_event("user_attribute_change") || random.chance(50),
    );
    allow("allow_consent_state", plan.consent);
    allow("allow_audience_user_attributes", random.chance(30));
    allow("allow_access_http_user_agent", random.chance(30));
    allow("allow_access_mpid", random.chance(60));
    allow("allow_platform_fields", random.chance(30));
    allow("allow_eventless_batches", random.chance(20));
    w.end_object();
}

/// One list of identity permissions; left out if `wanted` is 0. Only identities in `present` can be
/// required.
fn identity_permissions(
    w: &mut Writer<'_>,
    random: &mut Random,
    key: &str,
    kinds: &[&str],
    wanted: u32,
    present: u32,
) {
    if wanted == 0 {
        return;
    }
    w.key(key);
    w.begin_array();
    for (bit, kind) in kinds
        .iter()
        .enumerate()
        .filter(|(bit, _)| wanted >> bit & 1 == 1)
    {
        w.element();
        w.begin_object();
        w.string_field("type", kind);
        w.string_field("encoding", random.pick(ENCODINGS));
        w.bool_field("required", present >> bit & 1 == 1 && random.chance(20));
        w.end_object();
    }
    w.end_array();
}

fn event_registration(w: &mut Writer<'_>, random: &mut Random, plan: &Plan) {
    w.key("event_processing_registration");
    w.begin_object();
    setting_list(w, random, "account_settings");
    if random.chance(25) {
        setting_list(w, random, "event_connection_settings");
    }
    names(w, "supported_event_types", &EVENT_TYPES, plan.event_types);
    names(
        w,
        "supported_runtime_environments",
        &RUNTIMES.map(|(name, _)| name),
        plan.runtimes,
    );
    if plan.consent {
        let wanted = random.between(1, 3) as u32;
        names(
            w,
            "supported_system_notification_types",
            &["gdpr_consent_state", "ccpa_consent_state"],
            wanted,
        );
    }
    w.key("max_data_age_hours");
    w.signed(random.pick(&[24, 24, 24, -1, 72, 1]));
    if plan.has_event("push_message_receipt") {
        w.string_field("push_messaging_provider_id", "provider_key");
    }
    if random.chance(40) {
        authentication(w, random);
    }
    w.end_object();
}

fn names(w: &mut Writer<'_>, key: &str, all: &[&str], wanted: u32) {
    w.key(key);
    w.begin_array();
    for (_, name) in all
        .iter()
        .enumerate()
        .filter(|(bit, _)| wanted >> bit & 1 == 1)
    {
        w.element();
        w.string(name);
    }
    w.end_array();
}

fn audience_registration(w: &mut Writer<'_>, random: &mut Random) {
    w.key("audience_processing_registration");
    w.begin_object();
    setting_list(w, random, "account_settings");
    if random.chance(50) {
        authentication(w, random);
    }
    if random.chance(50) {
        let which = random.between(1, 3);
        w.key("bulk_configuration");
        w.begin_object();
        if which & 1 == 1 {
            w.unsigned_field("bulk_forward_wait_for_messages", random.between(1, 5_000));
        }
        if which & 2 == 2 {
            w.unsigned_field("bulk_forward_wait_in_minutes", random.between(1, 1_440));
        }
        w.end_object();
    }
    setting_list(w, random, "audience_subscription_settings");
    w.end_object();
}

/// OAuth 2 (protocol, 7.7). Rule 20 of section 12 requires the client identifier.
fn authentication(w: &mut Writer<'_>, random: &mut Random) {
    let header = random.chance(40);
    w.key("authentication");
    w.begin_object();
    w.string_field("type", "oauth2");
    w.string_field(
        "authorization_url",
        "https://login.example.com/oauth2/authorize",
    );
    if random.chance(70) {
        w.string_field("refresh_url", "https://login.example.com/oauth2/refresh");
    }
    w.string_field("token_url", "https://login.example.com/oauth2/token");
    if random.chance(80) {
        w.string_field("grant_type", "authorization_code");
    }
    if random.chance(50) {
        w.unsigned_field("default_expires_in", 3_600);
    }
    w.key("client_id");
    w.open();
    w.hex(random.bits());
    w.close();
    if header || random.chance(50) {
        w.string_field(
            "access_token_type",
            if header { "custom_header" } else { "bearer" },
        );
    }
    if header {
        w.string_field("custom_header_name", random.pick(HEADERS));
    }
    if random.chance(20) {
        w.string_field("param_client_id_name", "app_id");
        w.string_field("param_secret_name", "app_secret");
    }
    if random.chance(70) {
        w.key("scopes");
        w.begin_array();
        for (name, description) in [
            ("events.write", "Write events"),
            ("audiences.write", "Write audiences"),
        ]
        .iter()
        .take(random.between(1, 2) as usize)
        {
            w.element();
            w.begin_object();
            w.string_field("name", name);
            w.string_field("description", description);
            w.end_object();
        }
        w.end_array();
    }
    w.end_object();
}
