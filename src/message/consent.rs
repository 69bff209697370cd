//! Consent of the user and the notifications that it changed (sections 5.7 to 5.9).

use super::Map;
use super::table::{family, model, wire_enum};
use super::wire::{Read, Sink, Source, WireValue};

model! {
    /// One decision of the user. GDPR and CCPA records have the same fields; in a CCPA record `consented` says that the
    /// user **opted out** of the sale of data.
    pub struct Consent<'a> {
        /// The decision.
        "consented" consented: bool = false, always;
        /// Document or version agreed to.
        "document" document: Option<&'a str> = None, set;
        /// When, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set;
        /// Where: a place or a URL, free text.
        "location" location: Option<&'a str> = None, set;
        /// The device used, free text.
        "hardware_id" hardware_id: Option<&'a str> = None, set;
    }
}

model! {
    /// The current consent of the user, by purpose.
    pub struct ConsentState<'a> {
        /// Purpose, as the customer defined it, to decision.
        "gdpr_consent_state" gdpr_consent_state: Map<'a, Consent<'a>> = Map::EMPTY, set;
        /// Purpose to decision; the only purpose in use is `data_sale_opt_out`.
        "ccpa_consent_state" ccpa_consent_state: Map<'a, Consent<'a>> = Map::EMPTY, set;
    }
}

/// The only purpose of CCPA consent in use.
pub const DATA_SALE_OPT_OUT: &str = "data_sale_opt_out";

/// The purpose of a CCPA notification: absent and empty both mean [`DATA_SALE_OPT_OUT`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CcpaPurpose<'a>(pub &'a str);

impl<'a> WireValue<'a> for CcpaPurpose<'a> {
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        Ok(source.text()?.filter(|text| !text.is_empty()).map(Self))
    }
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        sink.text(self.0);
    }
}

impl serde::Serialize for CcpaPurpose<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

model! {
    /// The GDPR consent for a purpose changed.
    pub struct GdprConsentStateNotification<'a> {
        /// The purpose.
        "purpose" purpose: Option<&'a str> = None, set;
        /// Before; absent if there was none.
        "old_gdpr_consent_state" old_gdpr_consent_state: Option<Consent<'a>> = None, set;
        /// After; absent if removed.
        "new_gdpr_consent_state" new_gdpr_consent_state: Option<Consent<'a>> = None, set;
    }
}

model! {
    /// The CCPA consent for a purpose changed.
    pub struct CcpaConsentStateNotification<'a> {
        /// The purpose.
        "purpose" purpose: CcpaPurpose<'a> = CcpaPurpose(DATA_SALE_OPT_OUT), set;
        /// Before; absent if there was none.
        "old_ccpa_consent_state" old_ccpa_consent_state: Option<Consent<'a>> = None, set;
        /// After; absent if removed.
        "new_ccpa_consent_state" new_ccpa_consent_state: Option<Consent<'a>> = None, set;
    }
}

wire_enum! {
    /// What a system notification is about.
    pub enum SystemNotificationType {
        /// GDPR consent.
        GdprConsentState = "gdpr_consent_state",
        /// CCPA consent.
        CcpaConsentState = "ccpa_consent_state",
    }
}

family! {
    /// A change of the profile or system, handled before the events.
    pub enum SystemNotification: SystemNotificationType, null refused {
        /// GDPR consent changed.
        GdprConsentState(GdprConsentStateNotification),
        /// CCPA consent changed.
        CcpaConsentState(CcpaConsentStateNotification),
    }
}
