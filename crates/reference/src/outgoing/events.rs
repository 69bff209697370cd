//! Events (M 5). `changes` has those of attributes and identities, `commerce` those of products.

use super::commerce;
use super::ids::id64;
use super::value::{Fields, Object, Warnings, as_text, string, uuid};
use crate::json::Json;

/// M 5.3: these keep their names.
const CUSTOM_EVENT_TYPES: &[&str] = &[
    "navigation",
    "location",
    "search",
    "transaction",
    "user_content",
    "user_preference",
    "social",
    "media",
    "other",
];

/// An outgoing event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// Its `event_type`.
    pub(super) event_type: &'static str,
    pub(super) data: Object,
    /// The `message_id` of a batch that holds only this event (C 5 Send as Batch, N1).
    pub(super) alone: Option<String>,
}

impl Event {
    pub(super) fn json(&self) -> Json {
        let mut event = Object::default();
        event.put_text("event_type", self.event_type);
        event.put("data", Some(self.data.clone().json()));
        event.json()
    }
}

/// Where and with what an event is mapped.
pub(super) struct Context<'a> {
    request: &'a Json,
    pub(super) event: &'a Json,
    pub(super) path: String,
    push_token: Option<&'a Json>,
}

/// M 1.2: all events in order, the parts of one event in its place.
pub(super) fn events(
    request: &Json,
    push_token: Option<Json>,
    warnings: &mut Warnings,
) -> Vec<Event> {
    let mut events = Vec::new();
    for (index, event) in request.list("events").into_iter().enumerate() {
        let context = Context {
            request,
            event,
            path: format!("events[{index}]"),
            push_token: push_token.as_ref(),
        };
        events.extend(context.parts(warnings));
    }
    events
}

impl Context<'_> {
    /// The outgoing events of this event; table M 5.1.
    fn parts(&self, warnings: &mut Warnings) -> Vec<Event> {
        let event = self.event;
        let one = |event_type, data: Option<Object>| -> Vec<Event> {
            let alone = event.text("id").map(str::to_owned);
            data.map(|data| Event {
                event_type,
                data,
                alone,
            })
            .into_iter()
            .collect()
        };
        // N2: unknown types are dropped with a warning.
        let Some(kind) = event.text("type") else {
            warnings.add(&self.path, "unknown event type");
            return Vec::new();
        };
        let data = self.common();
        let path = &self.path;
        match kind {
            "session_start" => one("session_start", Some(data)),
            "session_end" => one("session_end", Some(self.session_end(data))),
            "custom_event" => one("custom_event", Some(self.custom_event(data))),
            "screen_view" => one("screen_view", Some(self.screen_view(data))),
            "error" => one("crash_report", Some(self.error(data))),
            "privacy_setting_change" => one("opt_out", self.privacy_setting(data, warnings)),
            "user_attribute_change" => self.user_attribute_change(&data),
            "user_identity_change" => self.user_identity_change(&data, warnings),
            "push_subscription" => one("push_registration", self.push_subscription(data, warnings)),
            "application_state_transition" => one(
                "application_state_transition",
                self.transition(data, warnings),
            ),
            "push_message_receipt" => one("push_message", Some(self.push(data, "received", 1))),
            "push_message_open" => one("push_message", Some(self.push(data, "action", 2))),
            "product_action" => one(
                "commerce_event",
                commerce::product_action(event, data, path, warnings),
            ),
            "promotion_action" => one(
                "commerce_event",
                commerce::promotion_action(event, data, path, warnings),
            ),
            "impression" => one(
                "commerce_event",
                commerce::impression(event, data, path, warnings),
            ),
            "attribution" => one("custom_event", Some(self.attribution(data))),
            _ => {
                warnings.add(path, "unknown event type");
                Vec::new()
            }
        }
    }

    /// M 5.0, except attributes and flags, which only some events have.
    fn common(&self) -> Object {
        let event = self.event;
        let mut data = Object::default();
        if let Some(id) = event.text("id") {
            data.put_text("message_id", id);
            data.put_int("event_id", id64(id));
        }
        data.put_int("timestamp_unixtime_ms", event.int("timestamp_ms"));
        data.put_int("event_start_unixtime_ms", event.int("timestamp_ms"));
        data.copy(event, "source_id", "source_message_id");
        let session_id = event.int("session_id");
        data.put_int("session_id", session_id);
        if let Some(start) = session_id.and_then(|id| self.session_start(id)) {
            data.put_int("session_start_unixtime_ms", start.int("timestamp_ms"));
            // Only for channels whose SDKs put the session uuid into the source id.
            let channel = self.request.text("source_channel");
            if matches!(channel, Some("native" | "javascript")) {
                let source_id = start.text("source_id");
                data.put("session_uuid", source_id.and_then(uuid).map(Json::String));
            }
        }
        data.put("location", event.get("location").map(location));
        data
    }

    /// Reading M 5.0: of several session starts with one id the first counts.
    fn session_start(&self, session_id: i64) -> Option<&Json> {
        self.request.list("events").into_iter().find(|event| {
            event.text("type") == Some("session_start")
                && event.int("session_id") == Some(session_id)
        })
    }

    /// M 5.2: 0 is written.
    fn session_end(&self, mut data: Object) -> Object {
        data.copy(self.event, "session_length_ms", "session_duration_ms");
        data
    }

    /// M 5.3
    fn custom_event(&self, mut data: Object) -> Object {
        // Missing: empty text, because the field is required.
        data.put_text("event_name", self.event.text("name").unwrap_or_default());
        // `unknown` and missing become `other`; reading M 5.3: unknown values, too.
        let kind = self.event.text("custom_event_type");
        let kind = kind
            .filter(|kind| CUSTOM_EVENT_TYPES.contains(kind))
            .unwrap_or("other");
        data.put_text("custom_event_type", kind);
        with_attributes_and_flags(self.event, data)
    }

    /// M 5.4
    fn screen_view(&self, mut data: Object) -> Object {
        data.copy(self.event, "screen_name", "screen_name");
        with_attributes_and_flags(self.event, data)
    }

    /// M 5.5
    fn error(&self, mut data: Object) -> Object {
        let is_crash = self.event.flag("is_crash") == Some(true);
        data.copy(self.event, "message", "message");
        data.put_flag("exception_handled", !is_crash);
        data.put_text("severity", if is_crash { "fatal" } else { "error" });
        data.copy(self.event, "stack_trace", "stack_trace");
        let breadcrumbs: Vec<Json> = self
            .event
            .list("breadcrumbs")
            .into_iter()
            .filter_map(as_text)
            .map(|text| {
                let mut breadcrumb = Object::default();
                breadcrumb.put_text("label", text);
                breadcrumb.put_int("session_id", self.event.int("session_id"));
                let event = Event {
                    event_type: "breadcrumb",
                    data: breadcrumb,
                    alone: None,
                };
                event.json()
            })
            .collect();
        if !breadcrumbs.is_empty() {
            data.put("breadcrumbs", Some(Json::Array(breadcrumbs)));
        }
        data.copy(self.event, "attributes", "custom_attributes");
        data
    }

    /// M 5.6; reading M 5.6: an unknown setting drops the event, too.
    fn privacy_setting(&self, mut data: Object, warnings: &mut Warnings) -> Option<Object> {
        if self.event.text("setting") != Some("app_data_collection") {
            warnings.add(&self.path, "missing or unknown privacy setting");
            return None;
        }
        data.put_flag("is_opted_out", self.event.flag("is_enabled") != Some(true));
        Some(data)
    }

    /// M 5.9; N9: incomplete events are dropped with a warning.
    fn push_subscription(&self, mut data: Object, warnings: &mut Warnings) -> Option<Object> {
        let register = match self.event.text("action") {
            Some("subscribe") => true,
            Some("unsubscribe") => false,
            _ => {
                warnings.add(&self.path, "missing or unknown action");
                return None;
            }
        };
        let Some(token) = self.event.text("token") else {
            warnings.add(&self.path, "missing token");
            return None;
        };
        data.put_flag("register", register);
        data.put_text("registration_token", token);
        Some(data)
    }

    /// M 5.10; N9: incomplete events are dropped with a warning.
    fn transition(&self, mut data: Object, warnings: &mut Warnings) -> Option<Object> {
        let initialized = "application_initialized";
        let (kind, flags) = match self.event.text("application_state") {
            Some("install") => (initialized, Some((true, false))),
            Some("upgrade") => (initialized, Some((false, true))),
            Some("initialize") => (initialized, Some((false, false))),
            Some("exit") => ("application_exit", None),
            Some("background") => ("application_background", None),
            Some("foreground") => ("application_foreground", None),
            _ => {
                warnings.add(&self.path, "missing or unknown application state");
                return None;
            }
        };
        data.put_text("application_transition_type", kind);
        data.put_flag("is_first_run", flags.map(|(is_first_run, _)| is_first_run));
        data.put_flag("is_upgrade", flags.map(|(_, is_upgrade)| is_upgrade));
        data.copy(self.event, "launch_referral", "launch_referral");
        let mut attributes = Object::default();
        for name in [
            "referral_application",
            "launch_parameters",
            "source_package",
        ] {
            attributes.copy(self.event, name, name);
        }
        data.put("custom_attributes", attributes.filled());
        Some(data)
    }

    /// M 5.11
    fn push(&self, mut data: Object, kind: &str, behavior: i64) -> Object {
        data.put_text("push_message_type", kind);
        data.put_int("push_message_behavior", behavior);
        data.copy(self.event, "payload", "push_notification_payload");
        let environment = self.request.get("runtime_environment");
        let network = match environment.and_then(|environment| environment.text("type")) {
            Some("android" | "firetv") => Some("gcm"),
            Some("ios" | "tvos") => Some("apn"),
            _ => None,
        };
        data.put("network", network.map(string));
        data.put("push_message_token", self.push_token.cloned());
        data
    }

    /// M 5.15
    fn attribution(&self, mut data: Object) -> Object {
        data.put_text("custom_event_type", "attribution");
        data.put_text(
            "event_name",
            self.event.text("name").unwrap_or("attribution"),
        );
        let mut attributes = Object::default();
        attributes.copy(self.event, "publisher_name", "publisher");
        attributes.copy(self.event, "campaign_name", "campaign");
        attributes.copy(self.event, "partner_name", "partner");
        // On equal names the attributes win.
        for (name, value) in self.event.entries("attributes") {
            attributes.put(name, Some(value.clone()));
        }
        data.put("custom_attributes", attributes.filled());
        data
    }
}

/// M 5.0: `attributes` and `custom_flags`, where the event has them.
pub(super) fn with_attributes_and_flags(event: &Json, mut data: Object) -> Object {
    data.copy(event, "attributes", "custom_attributes");
    data.copy(event, "custom_flags", "custom_flags");
    data
}

/// M 5.0: a location; an accuracy of 0.0 is dropped.
fn location(location: &Json) -> Json {
    let mut written = Object::default();
    written.copy(location, "latitude", "latitude");
    written.copy(location, "longitude", "longitude");
    let is_zero = matches!(
        location.get("accuracy"),
        Some(Json::Number(text)) if text.parse() == Ok(0.0)
    );
    if !is_zero {
        written.copy(location, "accuracy", "accuracy");
    }
    written.json()
}
