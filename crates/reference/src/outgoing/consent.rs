//! Consent state and system notifications (M 7).

use super::value::{Fields, Object, Warnings, string};
use crate::json::Json;

/// `consent_state`: purposes under `gdpr` and `ccpa` (O8).
pub(super) fn state(request: &Json) -> Option<Json> {
    let state = request.get("consent_state")?;
    let mut written = Object::default();
    for (from, to) in [
        ("gdpr_consent_state", "gdpr"),
        ("ccpa_consent_state", "ccpa"),
    ] {
        let mut purposes = Object::default();
        for (purpose, consent) in state.entries(from) {
            purposes.put(purpose, Some(record(consent).json()));
        }
        written.put(to, purposes.filled());
    }
    written.filled()
}

/// `system_notifications`, which is never left out (N11). N2: unknown types are dropped with a
/// warning.
pub(super) fn notifications(request: &Json, warnings: &mut Warnings) -> Json {
    let mut list = Vec::new();
    for (index, notification) in request.list("system_notifications").into_iter().enumerate() {
        let (kind, regulation, new, old) = match notification.text("type") {
            Some("gdpr_consent_state") => (
                "gdpr_change",
                "GDPR",
                "new_gdpr_consent_state",
                "old_gdpr_consent_state",
            ),
            Some("ccpa_consent_state") => (
                "ccpa_change",
                "CCPA",
                "new_ccpa_consent_state",
                "old_ccpa_consent_state",
            ),
            _ => {
                warnings.add(
                    format!("system_notifications[{index}]"),
                    "unknown notification type",
                );
                continue;
            }
        };
        let with_regulation = |name: &str| {
            let mut record = record(notification.get(name)?);
            record.put_text("regulation", regulation);
            Some(record.json())
        };
        let mut data = Object::default();
        data.copy(notification, "purpose", "purpose");
        data.put("current", with_regulation(new));
        data.put("old", with_regulation(old));
        let mut written = Object::default();
        written.put("type", Some(string(kind)));
        written.put("data", Some(data.json()));
        list.push(written.json());
    }
    Json::Array(list)
}

/// A consent record: all names are the same.
fn record(consent: &Json) -> Object {
    let mut record = Object::default();
    for name in [
        "consented",
        "document",
        "timestamp_unixtime_ms",
        "location",
        "hardware_id",
    ] {
        record.copy(consent, name, name);
    }
    record
}
