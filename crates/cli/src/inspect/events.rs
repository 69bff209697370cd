//! The table of events: one line per event, with the fields that distinguish events of one type.

use super::view::{View, list, shown, time};
use hydrant::message::*;

/// One row per event.
pub(super) fn table(view: &mut View<'_>, events: &[Event<'_>]) {
    view.section(&format!("events ({})", events.len()));
    let row = |(index, event): (usize, &Event<'_>)| {
        vec![
            index.to_string(),
            shown(event.kind().as_str()),
            event.id().map_or_else(String::new, |id| id.to_string()),
            event
                .timestamp_ms()
                .map_or_else(String::new, |t| time(t).to_string()),
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
fn detail(event: &Event<'_>) -> String {
    match event {
        Event::SessionStart(_) => String::new(),
        Event::SessionEnd(event) => format!("{} ms", event.session_length_ms),
        Event::CustomEvent(event) => {
            let kind = event.custom_event_type.map(|kind| kind.as_str());
            named(event.name, kind)
        }
        Event::ScreenView(event) => named(event.screen_name, None),
        Event::Error(event) => named(event.message, event.is_crash.then_some("crash")),
        Event::PrivacySettingChange(event) => {
            let setting = event.setting.map(|setting| setting.as_str());
            named(setting, Some(if event.is_enabled { "on" } else { "off" }))
        }
        Event::UserAttributeChange(event) => changed(
            event.added.iter().map(|(name, _)| *name),
            event.removed.iter().map(|(name, _)| *name),
        ),
        Event::UserIdentityChange(event) => changed(
            event.added.iter().map(identity_type),
            event.removed.iter().map(identity_type),
        ),
        Event::PushSubscription(event) => named(event.action.map(|action| action.as_str()), None),
        Event::ApplicationStateTransition(event) => {
            named(event.application_state.map(|state| state.as_str()), None)
        }
        Event::PushMessageReceipt(event) => payload(event.payload),
        Event::ProductAction(event) => {
            let mut words = vec![event.action.map_or("", |action| action.as_str()).to_owned()];
            words.push(counted(event.products.len(), "product"));
            if let Some(total) = event.total_amount {
                let currency = event.currency_code.unwrap_or_default();
                words.push(format!("{total} {currency}").trim_end().to_owned());
            }
            list(words.into_iter().filter(|word| !word.is_empty()))
        }
        Event::PromotionAction(event) => {
            let promotions = counted(event.promotions.len(), "promotion");
            named(
                event.action.map(|action| action.as_str()),
                Some(&promotions),
            )
        }
        Event::Impression(event) => {
            let products = event
                .impressions
                .iter()
                .map(|list| list.products.len())
                .sum();
            let names = event
                .impressions
                .iter()
                .filter_map(|list| list.impression_list_name);
            named(Some(&list(names)), Some(&counted(products, "product")))
        }
        Event::Attribution(event) => list(
            [event.name, event.publisher_name, event.campaign_name]
                .into_iter()
                .flatten(),
        ),
        Event::PushMessageOpen(event) => payload(event.payload),
        Event::Skipped(_) => "skipped".to_owned(),
        // Unknown events, and those that only a later version of the library knows.
        _ => "not known to this version".to_owned(),
    }
}

/// An unknown type may be an identity in the wrong place.
fn identity_type<'a>(identity: &UserIdentity<'a>) -> &'a str {
    match identity.identity_type.unknown() {
        Some(_) => "unknown",
        None => identity.identity_type.as_str(),
    }
}

/// `name (more)`, or the part that is present.
pub(super) fn named(name: Option<&str>, more: Option<&str>) -> String {
    match (name.filter(|name| !name.is_empty()), more) {
        (Some(name), Some(more)) => format!("{name} ({more})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

/// `+ added, - removed`; a changed name is in both.
fn changed<'n>(
    added: impl Iterator<Item = &'n str>,
    removed: impl Iterator<Item = &'n str>,
) -> String {
    let added = added.map(|name| format!("+{name}"));
    list(added.chain(removed.map(|name| format!("-{name}"))))
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn payload(payload: Option<&str>) -> String {
    payload.map_or_else(String::new, |payload| {
        format!("payload of {} bytes", payload.len())
    })
}
