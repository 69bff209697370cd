//! Events (outgoing-mapping.md, section 5), and the settings that govern them.

use bumpalo::collections::Vec as ArenaVec;

use super::device::Environment;
use super::ids::{id64, id64_of};
use super::job::{Job, filled, nonzero};
use super::sessions::Sessions;
use super::warnings::{Path, WarningKind};
use super::{attributes, commerce, identities};
use crate::message::{
    ApplicationState, ApplicationStateTransitionEvent, AttributionEvent, CustomEventType,
    ErrorEvent, Event, EventCommon, GeoLocation, Map, PrivacySetting, PushSubscriptionAction,
    UserAttributeChangeEvent, UserIdentityChangeEvent,
};
use crate::outgoing::models::*;

/// The events of a batch.
pub(super) struct Events<'m> {
    sessions: Sessions<'m>,
    /// Whether session starts have the uuid of their session.
    session_uuids: bool,
    push_network: Option<PushNetwork<'static>>,
    push_token: Option<&'m str>,
    list: ArenaVec<'m, OutgoingEvent<'m>>,
    sources: ArenaVec<'m, u32>,
    /// The location of the first event that has a valid one.
    location: Option<OutgoingLocation<'m>>,
}

/// The converted events.
pub(super) struct Converted<'m> {
    pub(super) events: &'m [OutgoingEvent<'m>],
    /// For each, the position of its source in the request.
    pub(super) sources: &'m [u32],
    pub(super) location: Option<OutgoingLocation<'m>>,
}

/// Why an event is not converted.
enum Dropped {
    Unknown,
    Incomplete,
}

impl<'m> Events<'m> {
    pub(super) fn convert(
        job: &mut Job<'m>,
        events: &'m [Event<'m>],
        channel: Option<Channel<'_>>,
        environment: Option<Environment<'m>>,
        push_token: Option<&'m str>,
    ) -> Converted<'m> {
        let mut all = Self {
            sessions: Sessions::of(job, events),
            session_uuids: matches!(channel, Some(Channel::Native | Channel::Javascript)),
            push_network: environment.and_then(|environment| environment.push_network()),
            push_token,
            list: job.list(events.len()),
            sources: job.list(events.len()),
            location: None,
        };
        for (at, event) in events.iter().enumerate() {
            if !is_sent(job.settings, event) {
                continue;
            }
            let before = all.list.len();
            match all.event(job, event, Path::event(at)) {
                Ok(()) => {}
                Err(Dropped::Unknown) => job.warn(WarningKind::UnknownEvent, Path::event(at)),
                Err(Dropped::Incomplete) => {
                    job.warn(WarningKind::IncompleteEvent, Path::event(at));
                }
            }
            let parts = all.list.len() - before;
            let source = u32::try_from(at).unwrap_or(u32::MAX);
            all.sources.extend(std::iter::repeat_n(source, parts));
            if parts > 0 && all.location.is_none() {
                let location = event.common().and_then(|common| common.location);
                all.location = location
                    .filter(is_valid)
                    .map(|location| outgoing(&location));
            }
        }
        Converted {
            events: all.list.into_bump_slice(),
            sources: all.sources.into_bump_slice(),
            location: all.location,
        }
    }

    /// Sets the fields that all events have, in place: they take several hundred bytes.
    fn common(&self, job: &Job<'m>, event: &EventCommon<'m>, common: &mut EventDataCommon<'m>) {
        if let Some(id) = event.id {
            common.message_id = Some(job.uuid_text(id));
            common.event_id = Some(id64(id));
        }
        common.timestamp_unixtime_ms = event.timestamp_ms;
        common.event_start_unixtime_ms = event.timestamp_ms;
        common.source_message_id = filled(event.source_id);
        common.session_id = event.session_id;
        if let Some(session) = event.session_id.and_then(|id| self.sessions.get(id)) {
            common.session_start_unixtime_ms = session.start_ms;
            common.session_uuid = session.uuid.filter(|_| self.session_uuids);
        }
        if job.settings.include_location_information {
            common.location = event
                .location
                .as_ref()
                .map(|location| &*job.arena.alloc(outgoing(location)));
        }
    }

    fn push(&mut self, event: OutgoingEvent<'m>) {
        self.list.push(event);
    }

    fn event(&mut self, job: &mut Job<'m>, event: &Event<'m>, path: Path) -> Result<(), Dropped> {
        /// Allocates data with these common fields.
        macro_rules! data {
            ($model:ident, $event:expr) => {{
                let data = job.arena.alloc_with($model::empty);
                self.common(job, &$event.common, &mut data.common);
                data
            }};
        }
        let outgoing = match event {
            Event::SessionStart(event) => {
                OutgoingEvent::SessionStart(data!(SessionStartData, event))
            }
            Event::SessionEnd(event) => {
                let data = data!(SessionEndData, event);
                data.session_duration_ms = Some(event.session_length_ms);
                OutgoingEvent::SessionEnd(data)
            }
            Event::CustomEvent(event) => {
                let data = data!(CustomEventData, event);
                data.common.custom_attributes = TextMap(event.attributes);
                data.common.custom_flags = TextMap(event.custom_flags);
                data.event_name = event.name.unwrap_or_default();
                data.custom_event_type = custom_type(event.custom_event_type);
                OutgoingEvent::CustomEvent(data)
            }
            Event::ScreenView(event) => {
                let data = data!(ScreenViewData, event);
                data.common.custom_attributes = TextMap(event.attributes);
                data.common.custom_flags = TextMap(event.custom_flags);
                data.screen_name = filled(event.screen_name);
                OutgoingEvent::ScreenView(data)
            }
            Event::Error(event) => {
                let data = data!(CrashReportData, event);
                crash_report(job, event, data);
                OutgoingEvent::CrashReport(data)
            }
            Event::PrivacySettingChange(event) => {
                if event.setting != Some(PrivacySetting::AppDataCollection) {
                    return Err(Dropped::Incomplete);
                }
                let data = data!(OptOutData, event);
                data.is_opted_out = !event.is_enabled;
                OutgoingEvent::OptOut(data)
            }
            Event::UserAttributeChange(event) => {
                self.attribute_changes(job, event);
                return Ok(());
            }
            Event::UserIdentityChange(event) => {
                self.identity_changes(job, event, path);
                return Ok(());
            }
            Event::PushSubscription(event) => {
                let register = match event.action {
                    Some(PushSubscriptionAction::Subscribe) => true,
                    Some(PushSubscriptionAction::Unsubscribe) => false,
                    _ => return Err(Dropped::Incomplete),
                };
                let token = filled(event.token).ok_or(Dropped::Incomplete)?;
                let data = data!(PushRegistrationData, event);
                data.register = register;
                data.registration_token = token;
                OutgoingEvent::PushRegistration(data)
            }
            Event::ApplicationStateTransition(event) => {
                let data = data!(ApplicationStateTransitionData, event);
                transition(job, event, data)?;
                OutgoingEvent::ApplicationStateTransition(data)
            }
            Event::PushMessageReceipt(event) => {
                let data = data!(PushMessageData, event);
                self.push_message(data, event.payload, PushMessageType::Received, 1);
                OutgoingEvent::PushMessage(data)
            }
            Event::PushMessageOpen(event) => {
                let data = data!(PushMessageData, event);
                self.push_message(data, event.payload, PushMessageType::Action, 2);
                OutgoingEvent::PushMessage(data)
            }
            Event::ProductAction(event) => {
                let data = data!(CommerceEventData, event);
                commerce::product_action(job, event, data).ok_or(Dropped::Incomplete)?;
                OutgoingEvent::CommerceEvent(data)
            }
            Event::PromotionAction(event) => {
                let data = data!(CommerceEventData, event);
                commerce::promotion_action(job, event, data).ok_or(Dropped::Incomplete)?;
                OutgoingEvent::CommerceEvent(data)
            }
            Event::Impression(event) => {
                let data = data!(CommerceEventData, event);
                commerce::impression(job, event, data).ok_or(Dropped::Incomplete)?;
                OutgoingEvent::CommerceEvent(data)
            }
            Event::Attribution(event) => {
                let data = data!(CustomEventData, event);
                data.event_name = filled(event.name).unwrap_or("attribution");
                data.custom_event_type = CustomType::Attribution;
                data.common.custom_attributes = attribution(job, event);
                OutgoingEvent::CustomEvent(data)
            }
            Event::Unknown(_) | Event::Skipped(_) => return Err(Dropped::Unknown),
        };
        self.push(outgoing);
        Ok(())
    }

    fn push_message(
        &self,
        data: &mut PushMessageData<'m>,
        payload: Option<&'m str>,
        message_type: PushMessageType<'static>,
        behavior: i32,
    ) {
        data.push_message_type = Some(message_type);
        data.push_message_behavior = Some(behavior);
        data.push_notification_payload = filled(payload);
        data.network = self.push_network;
        data.push_message_token = self.push_token;
    }

    fn attribute_changes(&mut self, job: &Job<'m>, event: &UserAttributeChangeEvent<'m>) {
        let mut common = EventDataCommon::empty();
        self.common(job, &event.common, &mut common);
        for change in attributes::changes(job, event) {
            let data = job.arena.alloc(UserAttributeChangeData::empty());
            data.common = common;
            let id = event.common.id;
            data.common.event_id = id.map(|id| id64_of(id, &[change.received]));
            data.user_attribute_name = change.name;
            data.new = change.new.map(AttributeValue::Text);
            data.old = change.old.map(AttributeValue::Text);
            data.deleted = !change.added;
            data.is_new_attribute = !change.removed;
            self.push(OutgoingEvent::UserAttributeChange(data));
        }
    }

    fn identity_changes(
        &mut self,
        job: &mut Job<'m>,
        event: &UserIdentityChangeEvent<'m>,
        path: Path,
    ) {
        let mut common = EventDataCommon::empty();
        self.common(job, &event.common, &mut common);
        for pair in identities::pairs(job, event, path) {
            let data = job.arena.alloc(UserIdentityChangeData::empty());
            data.common = common;
            let (kind, mut number) = (pair.identity_type.as_str(), itoa::Buffer::new());
            let pieces = [kind, "#", number.format(pair.number)];
            data.common.event_id = event.common.id.map(|id| id64_of(id, &pieces));
            data.new = pair.new;
            data.old = pair.old;
            self.push(OutgoingEvent::UserIdentityChange(data));
        }
    }
}

/// Whether the settings allow events of this type (connections.md, section 5).
fn is_sent(settings: &crate::outgoing::ConnectionSettings, event: &Event<'_>) -> bool {
    match event {
        Event::SessionStart(_) | Event::SessionEnd(_) | Event::ApplicationStateTransition(_) => {
            settings.send_lifecycle_events
        }
        Event::CustomEvent(_) | Event::Attribution(_) => settings.send_custom_events,
        Event::ScreenView(_) => settings.send_screen_views,
        Event::Error(_) => settings.send_crash_events,
        Event::UserAttributeChange(_) => settings.include_user_attribute_change_events,
        Event::UserIdentityChange(_) => settings.include_user_identity_change_events,
        Event::PushSubscription(_) | Event::PushMessageReceipt(_) | Event::PushMessageOpen(_) => {
            settings.send_push_registrations_and_receipts
        }
        Event::ProductAction(_) | Event::PromotionAction(_) | Event::Impression(_) => {
            settings.send_commerce_events
        }
        // Not governed by any setting.
        Event::PrivacySettingChange(_) | Event::Unknown(_) | Event::Skipped(_) => true,
    }
}

/// Whether a location can be that of a batch.
fn is_valid(location: &GeoLocation) -> bool {
    let (latitude, longitude) = (location.latitude, location.longitude);
    latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0)
}

fn outgoing<'m>(location: &GeoLocation) -> OutgoingLocation<'m> {
    let mut outgoing = OutgoingLocation::EMPTY;
    outgoing.latitude = Some(location.latitude);
    outgoing.longitude = Some(location.longitude);
    outgoing.accuracy = nonzero(location.accuracy);
    outgoing
}

fn custom_type(custom_type: Option<CustomEventType<'_>>) -> CustomType<'static> {
    match custom_type {
        Some(CustomEventType::Navigation) => CustomType::Navigation,
        Some(CustomEventType::Location) => CustomType::Location,
        Some(CustomEventType::Search) => CustomType::Search,
        Some(CustomEventType::Transaction) => CustomType::Transaction,
        Some(CustomEventType::UserContent) => CustomType::UserContent,
        Some(CustomEventType::UserPreference) => CustomType::UserPreference,
        Some(CustomEventType::Social) => CustomType::Social,
        Some(CustomEventType::Media) => CustomType::Media,
        Some(
            CustomEventType::Other | CustomEventType::Unspecified | CustomEventType::__Unknown(_),
        )
        | None => CustomType::Other,
    }
}

fn crash_report<'m>(job: &Job<'m>, event: &ErrorEvent<'m>, data: &mut CrashReportData<'m>) {
    data.common.custom_attributes = TextMap(event.attributes);
    data.message = filled(event.message);
    data.stack_trace = filled(event.stack_trace);
    data.exception_handled = Some(!event.is_crash);
    data.severity = Some(if event.is_crash { "fatal" } else { "error" });
    let mut breadcrumbs = job.list(event.breadcrumbs.len());
    for label in event.breadcrumbs.iter().flatten() {
        let mut breadcrumb = BreadcrumbData::empty();
        breadcrumb.common.session_id = event.common.session_id;
        breadcrumb.label = label;
        breadcrumbs.push(Breadcrumb {
            event_type: OutgoingEventType::Breadcrumb,
            data: Some(breadcrumb),
        });
    }
    data.breadcrumbs = breadcrumbs.into_bump_slice();
}

fn transition<'m>(
    job: &Job<'m>,
    event: &ApplicationStateTransitionEvent<'m>,
    data: &mut ApplicationStateTransitionData<'m>,
) -> Result<(), Dropped> {
    use ApplicationState as State;
    let state = event.application_state;
    let kind = match state
        .filter(|state| state.is_known())
        .ok_or(Dropped::Incomplete)?
    {
        State::Exit => TransitionType::Exit,
        State::Background => TransitionType::Background,
        State::Foreground => TransitionType::Foreground,
        _ => TransitionType::Initialized,
    };
    if kind == TransitionType::Initialized {
        data.is_first_run = Some(state == Some(State::Install));
        data.is_upgrade = Some(state == Some(State::Upgrade));
    }
    data.application_transition_type = Some(kind);
    data.launch_referral = filled(event.launch_referral);
    // They have no field of their own.
    let mut attributes = job.list(3);
    for (name, value) in [
        ("referral_application", event.referral_application),
        ("launch_parameters", event.launch_parameters),
        ("source_package", event.source_package),
    ] {
        attributes.extend(filled(value).map(|value| (name, value)));
    }
    data.common.custom_attributes = TextMap(Map::new(attributes.into_bump_slice()));
    Ok(())
}

/// The attributes of an attribution event, which win over its fields.
fn attribution<'m>(job: &Job<'m>, event: &AttributionEvent<'m>) -> TextMap<'m> {
    let mut attributes = job.list(3 + event.attributes.len());
    for (name, value) in [
        ("publisher", event.publisher_name),
        ("campaign", event.campaign_name),
        ("partner", event.partner_name),
    ] {
        let value = filled(value).filter(|_| !event.attributes.contains_key(name));
        attributes.extend(value.map(|value| (name, value)));
    }
    attributes.extend_from_slice_copy(event.attributes.as_slice());
    TextMap(Map::new(attributes.into_bump_slice()))
}
