//! The events (outgoing-json.md, section 3): `{"event_type": ..., "data": {...}}`.

use super::{
    ApplicationStateTransitionData, BreadcrumbData, CommerceEventData, CrashReportData,
    CustomEventData, EventDataCommon, FirstRunData, NetworkPerformanceData, OptOutData,
    ProfileData, PushMessageData, PushRegistrationData, ScreenViewData, SessionEndData,
    SessionStartData, UninstallData, UserAttributeChangeData, UserIdentityChangeData,
};
use crate::message::Unknown;
use crate::schema::{family, wire_enum};

wire_enum! {
    /// The type of an outgoing event, which names the shape of its data. `pre_attribution` and
    /// `push_reaction` have no published shape and are kept as unknown.
    pub enum OutgoingEventType {
        /// Named event.
        CustomEvent = "custom_event",
        /// Product action, promotion action or impression.
        CommerceEvent = "commerce_event",
        /// Session starts.
        SessionStart = "session_start",
        /// Session ends.
        SessionEnd = "session_end",
        /// Screen shown.
        ScreenView = "screen_view",
        /// Application removed.
        Uninstall = "uninstall",
        /// Error or crash.
        CrashReport = "crash_report",
        /// User opted out or in.
        OptOut = "opt_out",
        /// Push token registered or removed.
        PushRegistration = "push_registration",
        /// Start, exit, foreground, background.
        ApplicationStateTransition = "application_state_transition",
        /// Push message sent, received, acted on.
        PushMessage = "push_message",
        /// Measured HTTP call.
        NetworkPerformance = "network_performance",
        /// Trail for crash reports.
        Breadcrumb = "breadcrumb",
        /// First start.
        FirstRun = "first_run",
        /// Sign-up, login, logout, update, delete.
        Profile = "profile",
        /// Attribute changed.
        UserAttributeChange = "user_attribute_change",
        /// Identity changed.
        UserIdentityChange = "user_identity_change",
    }
}

family! {
    /// One event of an outgoing batch, two words wide.
    pub enum OutgoingEvent: OutgoingEventType, tag "event_type" beside "data",
        null refused, unknown kept Unknown, common EventDataCommon<'a> {
        /// Named event.
        CustomEvent(CustomEventData),
        /// Product action, promotion action or impression.
        CommerceEvent(CommerceEventData),
        /// Session starts.
        SessionStart(SessionStartData),
        /// Session ends.
        SessionEnd(SessionEndData),
        /// Screen shown.
        ScreenView(ScreenViewData),
        /// Application removed.
        Uninstall(UninstallData),
        /// Error or crash.
        CrashReport(CrashReportData),
        /// User opted out or in.
        OptOut(OptOutData),
        /// Push token registered or removed.
        PushRegistration(PushRegistrationData),
        /// Start, exit, foreground, background.
        ApplicationStateTransition(ApplicationStateTransitionData),
        /// Push message sent, received, acted on.
        PushMessage(PushMessageData),
        /// Measured HTTP call.
        NetworkPerformance(NetworkPerformanceData),
        /// Trail for crash reports.
        Breadcrumb(BreadcrumbData),
        /// First start.
        FirstRun(FirstRunData),
        /// Sign-up, login, logout, update, delete.
        Profile(ProfileData),
        /// Attribute changed.
        UserAttributeChange(UserAttributeChangeData),
        /// Identity changed.
        UserIdentityChange(UserIdentityChangeData),
    }
}
