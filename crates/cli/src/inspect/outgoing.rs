//! The output of `inspect` for an outgoing batch.

use super::batch::{CCPA, GDPR, decision};
use super::events::{counted, named, payload};
use super::show_tally;
use super::view::{View, list, shown, time};
use hydrant::Parsed;
use hydrant::message::IdentityEncoding;
use hydrant::outgoing::*;

pub(super) fn show(parsed: &Parsed<OutgoingBatch<'_>>, view: &mut View<'_>) {
    batch(view, &parsed.message);
    show_tally(parsed.tally, view);
}

fn batch(view: &mut View<'_>, batch: &OutgoingBatch<'_>) {
    view.name("outgoing batch");
    view.field("schema version", batch.schema_version);
    view.optional("message id", batch.message_id);
    view.optional("batch id", batch.batch_id);
    view.optional("time", batch.timestamp_unixtime_ms.map(time));
    view.field("environment", batch.environment);
    view.optional("source request id", batch.source_request_id);
    view.optional("unique id", batch.unique_id);
    view.optional("sdk version", batch.sdk_version);
    let mpid = batch.mpid.map(|mpid| view.identity(&mpid.to_string()));
    view.optional("mpid", mpid);
    let stamp = batch.mp_deviceid.map(|id| view.identity(&id.to_string()));
    view.optional("application stamp", stamp);
    view.optional("address", batch.ip.map(|ip| view.identity(ip)));
    source(view, batch);
    identities(view, batch);
    user_attributes(view, batch);
    if let Some(device) = &batch.device_info {
        device_info(view, device);
    }
    if let Some(application) = &batch.application_info {
        view.section("application");
        view.optional("name", application.application_name);
        view.optional("version", application.application_version);
        view.optional("package", application.package);
        view.optional("operating system", application.os);
    }
    if !batch.integration_attributes.is_empty() {
        view.section("integration attributes");
        let modules = batch.integration_attributes.iter();
        view.field("modules", list(modules.map(|(module, _)| module)));
    }
    consent(view, batch.consent_state.as_ref());
    notifications(view, batch.system_notifications);
    events(view, batch.events);
}

fn source(view: &mut View<'_>, batch: &OutgoingBatch<'_>) {
    let plan = batch.context.as_ref().and_then(|context| context.data_plan);
    let (source, attribution) = (&batch.source_info, &batch.attribution_info);
    if source.is_none() && plan.is_none() && attribution.is_none() {
        return;
    }
    view.section("source");
    if let Some(source) = source {
        view.optional("channel", source.channel);
        view.optional("partner", source.partner);
        view.optional("replay request", source.replay_request_id);
        view.optional("historical", source.is_historical);
    }
    if let Some(plan) = plan {
        view.optional("data plan", plan.plan_id);
        view.optional("data plan version", plan.plan_version);
    }
    if let Some(attribution) = attribution {
        view.optional("publisher", attribution.publisher);
        view.optional("campaign", attribution.campaign);
    }
}

fn identities(view: &mut View<'_>, batch: &OutgoingBatch<'_>) {
    if batch.user_identities.is_empty() && batch.partner_identities.is_empty() {
        return;
    }
    view.section("identities");
    for identity in batch.user_identities {
        let identity_type = identity.identity_type;
        let name = view.identity_word(identity_type.as_str(), identity_type.is_known());
        let encoding = identity.encoding.unwrap_or(IdentityEncoding::Raw);
        view.identity_field(&name, encoding, identity.identity);
    }
    for (name, value) in &*batch.partner_identities {
        view.identity_field(name, IdentityEncoding::Raw, value);
    }
}

fn user_attributes(view: &mut View<'_>, batch: &OutgoingBatch<'_>) {
    let (attributes, deleted) = (batch.user_attributes, batch.deleted_user_attributes);
    if attributes.is_empty() && deleted.is_empty() {
        return;
    }
    view.section("user attributes");
    view.attributes(attributes.iter().map(|(name, value)| {
        let value = match value {
            AttributeValue::Text(text) => (*text).to_owned(),
            AttributeValue::List(values) => list(values.iter().flatten()),
            // Kinds that only a later version of the library knows.
            _ => String::new(),
        };
        (shown(name), value)
    }));
    if !deleted.is_empty() {
        view.field("deleted", list(deleted));
    }
}

fn device_info(view: &mut View<'_>, device: &DeviceInfo<'_>) {
    view.section("device");
    view.optional("platform", device.platform);
    view.optional("os version", device.os_version);
    view.optional("manufacturer", device.device_manufacturer);
    view.optional("model", device.device_model);
    let names = [device.locale_language, device.locale_country];
    if names.iter().any(Option::is_some) {
        view.field("locale", list(names.into_iter().flatten()));
    }
    view.optional("tracking", device.att_authorization_status);
    for (name, id) in [
        ("android advertising id", device.android_advertising_id),
        ("ios advertising id", device.ios_advertising_id),
        ("ios vendor id", device.ios_idfv),
        ("roku advertising id", device.roku_advertising_id),
        ("roku publisher id", device.roku_publisher_id),
        ("fire advertising id", device.fire_advertising_id),
    ] {
        view.optional(name, id.map(|id| view.identity(&id.to_string())));
    }
    for (name, id) in [
        ("android uuid", device.android_uuid),
        ("push token", device.push_token),
        ("microsoft advertising id", device.microsoft_advertising_id),
        ("microsoft publisher id", device.microsoft_publisher_id),
        ("amp id", device.amp_id),
    ] {
        view.optional(name, id.map(|id| view.identity(id)));
    }
}

fn consent(view: &mut View<'_>, state: Option<&OutgoingConsentState<'_>>) {
    let Some(state) = state else { return };
    view.section("consent");
    let row = |law: &'static str, (purpose, record): &(&str, ConsentRecord<'_>)| {
        let when = record.timestamp_unixtime_ms;
        vec![
            law.to_owned(),
            shown(purpose),
            decision(law == CCPA, record.consented).to_owned(),
            when.map_or_else(String::new, |t| time(t).to_string()),
            shown(record.document.unwrap_or_default()),
        ]
    };
    let gdpr = state.gdpr.iter().map(|record| row(GDPR, record));
    let ccpa = state.ccpa.iter().map(|record| row(CCPA, record));
    let header = ["law", "purpose", "decision", "time", "document"];
    view.table(&header, gdpr.chain(ccpa));
}

fn notifications(view: &mut View<'_>, notifications: &[ConsentNotification<'_>]) {
    if notifications.is_empty() {
        return;
    }
    view.section("system notifications");
    let row = |(index, notification): (usize, &ConsentNotification<'_>)| {
        let change = notification.data.unwrap_or_default();
        let ccpa = notification.kind == Some(ConsentNotificationType::CcpaChange);
        let state = |record: Option<ConsentRecord<'_>>| match record {
            Some(record) => decision(ccpa, record.consented).to_owned(),
            None => "none".to_owned(),
        };
        vec![
            index.to_string(),
            notification
                .kind
                .map_or_else(String::new, |kind| shown(kind.as_str())),
            shown(change.purpose.unwrap_or_default()),
            state(change.old),
            state(change.current),
        ]
    };
    let header = ["#", "type", "purpose", "before", "after"];
    view.table(&header, notifications.iter().enumerate().map(row));
}

/// One row per event.
fn events(view: &mut View<'_>, events: &[OutgoingEvent<'_>]) {
    view.section(&format!("events ({})", events.len()));
    let row = |(index, event): (usize, &OutgoingEvent<'_>)| {
        let common = event.common();
        let when = common.and_then(|common| common.timestamp_unixtime_ms);
        let id = common.and_then(|common| common.event_id);
        vec![
            index.to_string(),
            shown(event.kind().as_str()),
            id.map_or_else(String::new, |id| id.to_string()),
            when.map_or_else(String::new, |t| time(t).to_string()),
            shown(&detail(event)),
        ]
    };
    if !events.is_empty() {
        let header = ["#", "type", "id", "time", "detail"];
        view.table(&header, events.iter().enumerate().map(row));
    }
}

/// The fields that distinguish events of one type. No identities, tokens or texts of unknown
/// content.
fn detail(event: &OutgoingEvent<'_>) -> String {
    use OutgoingEvent as E;
    match event {
        E::SessionStart(_) | E::Uninstall(_) | E::FirstRun(_) => String::new(),
        E::CustomEvent(event) => named(
            Some(event.event_name),
            Some(event.custom_event_type.as_str()),
        ),
        E::CommerceEvent(event) => commerce(event),
        E::SessionEnd(event) => {
            let length = event.session_duration_ms;
            length.map_or_else(String::new, |length| format!("{length} ms"))
        }
        E::ScreenView(event) => named(event.screen_name, None),
        E::CrashReport(event) => named(event.message.or(event.class_name), event.severity),
        E::OptOut(event) => if event.is_opted_out { "out" } else { "in" }.to_owned(),
        E::PushRegistration(event) => if event.register { "add" } else { "remove" }.to_owned(),
        E::ApplicationStateTransition(event) => {
            let transition = event.application_transition_type;
            named(transition.map(|transition| transition.as_str()), None)
        }
        E::PushMessage(event) => {
            let kind = event.push_message_type.map(|kind| kind.as_str());
            let payload = payload(event.push_notification_payload);
            named(kind, Some(&*payload).filter(|payload| !payload.is_empty()))
        }
        E::NetworkPerformance(event) => named(event.http_verb, event.response_code),
        E::Breadcrumb(event) => event.label.to_owned(),
        E::Profile(event) => named(event.profile_event_type.map(|kind| kind.as_str()), None),
        E::UserAttributeChange(event) => {
            let sign = if event.deleted { '-' } else { '+' };
            format!("{sign}{}", event.user_attribute_name)
        }
        E::UserIdentityChange(event) => {
            let changed = [('-', &event.old), ('+', &event.new)];
            let changed = changed.into_iter().filter_map(|(sign, identity)| {
                Some(format!("{sign}{}", identity_type(identity.as_ref()?)))
            });
            list(changed)
        }
        // Unknown events, and those that only a later version of the library knows.
        _ => "not known to this version".to_owned(),
    }
}

fn commerce(event: &CommerceEventData<'_>) -> String {
    if let Some(action) = &event.product_action {
        let products = counted(action.products.len(), "product");
        let total = action.total_amount.map(|total| {
            let currency = event.currency_code.unwrap_or_default();
            format!("{total} {currency}").trim_end().to_owned()
        });
        let action = action.action.map(|action| action.as_str().to_owned());
        return list(action.into_iter().chain([products]).chain(total));
    }
    if let Some(action) = &event.promotion_action {
        let promotions = counted(action.promotions.len(), "promotion");
        let action = action.action.map(|action| action.as_str());
        return named(action, Some(&promotions));
    }
    let impressions = event.product_impressions.iter();
    let products = impressions.clone().map(|list| list.products.len()).sum();
    let names = impressions.filter_map(|list| list.product_impression_list);
    named(Some(&list(names)), Some(&counted(products, "product")))
}

/// An unknown type may be an identity in the wrong place.
fn identity_type<'a>(identity: &OutgoingIdentity<'a>) -> &'a str {
    match identity.identity_type.unknown() {
        Some(_) => "unknown",
        None => identity.identity_type.as_str(),
    }
}
