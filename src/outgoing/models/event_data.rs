//! The data of the events but commerce (outgoing-json.md, section 5).

use super::{AttributeValue, EventDataCommon, OutgoingEventType, OutgoingIdentity};
use crate::message::Decimal;
use crate::schema::{model, wire_enum};

wire_enum! {
    /// The kind of a custom event (outgoing-json.md, section 5.1).
    pub enum CustomType {
        /// Attribution: an install, re-engagement or engagement.
        Attribution = "attribution",
        /// Location.
        Location = "location",
        /// Media.
        Media = "media",
        /// Navigation.
        Navigation = "navigation",
        /// Search.
        Search = "search",
        /// Social.
        Social = "social",
        /// Transaction.
        Transaction = "transaction",
        /// Content of the user.
        UserContent = "user_content",
        /// Preference of the user.
        UserPreference = "user_preference",
        /// Other.
        Other = "other",
    }
}

model! {
    /// Data of a named event.
    pub struct CustomEventData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Name.
        "event_name" event_name: &'a str = "", always, required;
        /// Kind.
        "custom_event_type" custom_event_type: CustomType<'a> = CustomType::Other, always, required;
    }
}

model! {
    /// Data of the start of a session.
    pub struct SessionStartData<'a> {
        flatten common: EventDataCommon<'a>;
    }
}

model! {
    /// Data of the end of a session.
    pub struct SessionEndData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Length of the session in milliseconds.
        "session_duration_ms" session_duration_ms: Option<i64> = None, set;
    }
}

model! {
    /// Data of a screen view.
    pub struct ScreenViewData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Screen.
        "screen_name" screen_name: Option<&'a str> = None, set;
        /// Set by the Android SDK.
        "activity_type" activity_type: Option<&'a str> = None, set;
    }
}

model! {
    /// Data of the removal of an application.
    pub struct UninstallData<'a> {
        flatten common: EventDataCommon<'a>;
    }
}

model! {
    /// Data of the first start of an application.
    pub struct FirstRunData<'a> {
        flatten common: EventDataCommon<'a>;
    }
}

model! {
    /// Data of an error or a crash.
    pub struct CrashReportData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Class of the exception.
        "class_name" class_name: Option<&'a str> = None, set;
        /// Trail.
        "breadcrumbs" breadcrumbs: &'a [Breadcrumb<'a>] = &[], set;
        /// For example `fatal`.
        "severity" severity: Option<&'a str> = None, set;
        /// Message.
        "message" message: Option<&'a str> = None, set;
        /// Stack trace.
        "stack_trace" stack_trace: Option<&'a str> = None, set;
        /// Handled or not.
        "exception_handled" exception_handled: Option<bool> = None, set;
        /// Topmost context.
        "topmost_context" topmost_context: Option<&'a str> = None, set;
        /// Crash report file, base64.
        "pl_crash_report_file_base64" pl_crash_report_file_base64: Option<&'a str> = None, set;
        /// An unsigned 64-bit integer; iOS, tvOS.
        "ios_image_base_address" ios_image_base_address: Option<Decimal<'a>> = None, set;
        /// An unsigned 64-bit integer; iOS, tvOS.
        "ios_image_size" ios_image_size: Option<Decimal<'a>> = None, set;
        /// Session of the crash.
        "session_number" session_number: Option<i32> = None, set;
    }
}

model! {
    /// A breadcrumb in a crash report. It has the form of an event.
    pub struct Breadcrumb<'a> {
        /// Always `breadcrumb`.
        "event_type" event_type: OutgoingEventType<'a> = OutgoingEventType::Breadcrumb, always, required;
        /// The data.
        "data" data: Option<BreadcrumbData<'a>> = None, set, required;
    }
}

model! {
    /// Data of a breadcrumb.
    pub struct BreadcrumbData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Session.
        "session_number" session_number: Option<i32> = None, set;
        /// Label.
        "label" label: &'a str = "", always, required;
    }
}

model! {
    /// Data of an opt-out or opt-in.
    pub struct OptOutData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Whether the user is opted out.
        "is_opted_out" is_opted_out: bool = false, always;
    }
}

model! {
    /// Data of the registration or removal of a push token.
    pub struct PushRegistrationData<'a> {
        flatten common: EventDataCommon<'a>;
        /// True to add, false to remove.
        "register" register: bool = false, always, required;
        /// Push token.
        "registration_token" registration_token: &'a str = "", always, secret, required;
    }
}

wire_enum! {
    /// What an application did.
    pub enum TransitionType {
        /// Started.
        Initialized = "application_initialized",
        /// Closed.
        Exit = "application_exit",
        /// Went to the background.
        Background = "application_background",
        /// Came to the foreground.
        Foreground = "application_foreground",
    }
}

model! {
    /// Data of a change of the state of an application.
    pub struct ApplicationStateTransitionData<'a> {
        flatten common: EventDataCommon<'a>;
        /// What it did.
        "application_transition_type" application_transition_type: Option<TransitionType<'a>> = None, set, required;
        /// Installation; only when it was initialized.
        "is_first_run" is_first_run: Option<bool> = None, set;
        /// Upgrade; only when it was initialized.
        "is_upgrade" is_upgrade: Option<bool> = None, set;
        /// The previous session ended properly.
        "successfully_closed" successfully_closed: Option<bool> = None, set;
        /// JSON as text.
        "push_notification_payload" push_notification_payload: Option<&'a str> = None, set;
        /// URL that brought the application to the foreground.
        "launch_referral" launch_referral: Option<&'a str> = None, set;
    }
}

wire_enum! {
    /// What happened to a push message.
    pub enum PushMessageType {
        /// Sent.
        Sent = "sent",
        /// Received.
        Received = "received",
        /// Acted on.
        Action = "action",
    }
}

wire_enum! {
    /// A network of push messages.
    pub enum PushNetwork {
        /// Apple.
        Apn = "apn",
        /// Google.
        Gcm = "gcm",
    }
}

wire_enum! {
    /// The state of an application that a push message found.
    pub enum PushApplicationState {
        /// Not running.
        NotRunning = "not_running",
        /// In the background.
        Background = "background",
        /// In the foreground.
        Foreground = "foreground",
    }
}

model! {
    /// Data of a push message.
    pub struct PushMessageData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Push token.
        "push_message_token" push_message_token: Option<&'a str> = None, set, secret;
        /// What happened.
        "push_message_type" push_message_type: Option<PushMessageType<'a>> = None, set, required;
        /// Text shown.
        "message" message: Option<&'a str> = None, set;
        /// Network.
        "network" network: Option<PushNetwork<'a>> = None, set;
        /// JSON as text.
        "push_notification_payload" push_notification_payload: Option<&'a str> = None, set;
        /// State of the application.
        "application_state" application_state: Option<PushApplicationState<'a>> = None, set;
        /// Action chosen.
        "action_identifier" action_identifier: Option<&'a str> = None, set;
        /// The actions observed so far: received 1, direct open 2, read 4, influenced open 8,
        /// displayed 16.
        "push_message_behavior" push_message_behavior: Option<i32> = None, set;
    }
}

model! {
    /// Data of a measured HTTP call.
    pub struct NetworkPerformanceData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Verb.
        "http_verb" http_verb: Option<&'a str> = None, set;
        /// URL.
        "url" url: Option<&'a str> = None, set;
        /// Milliseconds.
        "time_elapsed" time_elapsed: Option<i32> = None, set;
        /// Bytes received.
        "bytes_in" bytes_in: Option<i32> = None, set;
        /// Bytes sent.
        "bytes_out" bytes_out: Option<i32> = None, set;
        /// HTTP status as text; numbers are read, too (O7).
        "response_code" response_code: Option<&'a str> = None, set;
        /// Base64.
        "data" data: Option<&'a str> = None, set;
    }
}

model! {
    /// Data of the change of one user attribute.
    pub struct UserAttributeChangeData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Attribute.
        "user_attribute_name" user_attribute_name: &'a str = "", always, required;
        /// New value; null if there is none.
        "new" new: Option<AttributeValue<'a>> = None, always, required;
        /// Former value; null if there is none.
        "old" old: Option<AttributeValue<'a>> = None, always;
        /// The attribute was removed.
        "deleted" deleted: bool = false, always;
        /// There was no former value.
        "is_new_attribute" is_new_attribute: bool = false, always;
    }
}

model! {
    /// Data of the change of one user identity.
    pub struct UserIdentityChangeData<'a> {
        flatten common: EventDataCommon<'a>;
        /// After; null if there is none.
        "new" new: Option<OutgoingIdentity<'a>> = None, always, secret, required;
        /// Before; null if there is none.
        "old" old: Option<OutgoingIdentity<'a>> = None, always, secret, required;
    }
}

wire_enum! {
    /// What happened to a profile.
    pub enum ProfileEventType {
        /// Sign-up.
        Signup = "signup",
        /// Login.
        Login = "login",
        /// Logout.
        Logout = "logout",
        /// Update.
        Update = "update",
        /// Deletion.
        Delete = "delete",
    }
}

model! {
    /// Data of an event of a profile.
    pub struct ProfileData<'a> {
        flatten common: EventDataCommon<'a>;
        /// Profile before.
        "previous_mpid" previous_mpid: Option<i64> = None, set, secret, required;
        /// Profile after.
        "current_mpid" current_mpid: Option<i64> = None, set, secret, required;
        /// What happened.
        "profile_event_type" profile_event_type: Option<ProfileEventType<'a>> = None, set, required;
    }
}
