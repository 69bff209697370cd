//! Consent and notifications (outgoing-mapping.md, section 7).

use super::job::{Job, filled};
use super::warnings::{Path, WarningKind};
use crate::message::{Consent, ConsentState, Map, SystemNotification};
use crate::outgoing::models::{
    ConsentChange, ConsentNotification, ConsentNotificationType, ConsentRecord,
    OutgoingConsentState,
};

const GDPR: &str = "GDPR";
const CCPA: &str = "CCPA";

/// Whether there are records; without any, a consent state says nothing.
pub(super) fn has_records(consent: &ConsentState<'_>) -> bool {
    !consent.gdpr_consent_state.is_empty() || !consent.ccpa_consent_state.is_empty()
}

pub(super) fn state<'m>(
    job: &Job<'m>,
    consent: &ConsentState<'m>,
) -> Option<OutgoingConsentState<'m>> {
    let records = |purposes: Map<'m, Consent<'m>>| {
        Map::new(job.convert(purposes.as_slice(), |(purpose, consent)| {
            (*purpose, record(consent, None))
        }))
    };
    has_records(consent).then(|| {
        let mut state = OutgoingConsentState::EMPTY;
        state.gdpr = records(consent.gdpr_consent_state);
        state.ccpa = records(consent.ccpa_consent_state);
        state
    })
}

fn record<'m>(consent: &Consent<'m>, regulation: Option<&'static str>) -> ConsentRecord<'m> {
    ConsentRecord {
        consented: consent.consented,
        document: filled(consent.document),
        timestamp_unixtime_ms: consent.timestamp_unixtime_ms,
        location: filled(consent.location),
        hardware_id: filled(consent.hardware_id),
        regulation,
    }
}

pub(super) fn notifications<'m>(
    job: &mut Job<'m>,
    notifications: &[SystemNotification<'m>],
) -> &'m [ConsentNotification<'m>] {
    let mut list = job.list(notifications.len());
    for (at, notification) in notifications.iter().enumerate() {
        let (kind, regulation, purpose, current, old) = match notification {
            SystemNotification::GdprConsentState(change) => (
                ConsentNotificationType::GdprChange,
                GDPR,
                change.purpose,
                change.new_gdpr_consent_state,
                change.old_gdpr_consent_state,
            ),
            SystemNotification::CcpaConsentState(change) => (
                ConsentNotificationType::CcpaChange,
                CCPA,
                Some(change.purpose.0),
                change.new_ccpa_consent_state,
                change.old_ccpa_consent_state,
            ),
            SystemNotification::Unknown(_) => {
                let path = Path::field("system_notifications").at(at);
                job.warn(WarningKind::UnknownNotification, path);
                continue;
            }
        };
        let record = |consent: Option<Consent<'m>>| Some(record(&consent?, Some(regulation)));
        list.push(ConsentNotification {
            kind: Some(kind),
            data: Some(ConsentChange {
                purpose: filled(purpose),
                current: record(current),
                old: record(old),
            }),
        });
    }
    list.into_bump_slice()
}
