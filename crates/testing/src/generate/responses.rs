//! Responses other than the registration (protocol, section 11).

use super::json::Writer;
use super::requests::{Source, begin_message};
use super::values::settings;

/// `event_processing_response`. `suspend_subscription` is written only if it is true.
pub(super) fn event_response(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "event_processing_response");
    if source.random.chance(10) {
        w.bool_field("suspend_subscription", true);
    }
    w.end_object();
}

/// `audience_membership_change_response`. `suspend_subscription` is always written.
pub(super) fn membership_response(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "audience_membership_change_response");
    w.bool_field("suspend_subscription", source.random.chance(10));
    w.end_object();
}

/// `audience_subscription_response` with settings to store, which may be empty.
pub(super) fn subscription_response(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "audience_subscription_response");
    settings(w, source.random, "audience_subscription_settings");
    w.end_object();
}

/// `dsr_processing_response`, which has only the common fields.
pub(super) fn data_subject_response(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "dsr_processing_response");
    w.end_object();
}
