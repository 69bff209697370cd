//! Consent of the user, and the notifications of its changes (sections 5.7 to 5.9).

use super::{Map, Unknown};
use crate::schema::{Decode, Decoder, Describe, Encode, Encoder, Kind, family, model, wire_enum};

model! {
    /// One decision of the user. GDPR and CCPA records have the same fields; in a CCPA record
    /// `consented` says that the user **opted out** of the sale of data.
    pub struct Consent<'a> {
        /// The decision.
        "consented" consented: bool = false, always, required, since "1.9.0";
        /// Document or version agreed to.
        "document" document: Option<&'a str> = None, set, since "1.9.0";
        /// When, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set, since "1.9.1";
        /// Where: a place or a URL, free text.
        "location" location: Option<&'a str> = None, set, since "1.9.0";
        /// The device used, free text.
        "hardware_id" hardware_id: Option<&'a str> = None, set, secret, since "1.9.0";
    }
}

model! {
    /// The current consent of the user, by purpose.
    pub struct ConsentState<'a> {
        /// Purpose, as the customer defined it, to decision.
        "gdpr_consent_state" gdpr_consent_state: Map<'a, Consent<'a>> = Map::EMPTY, set, since "1.9.0";
        /// Purpose to decision; the only purpose in use is `data_sale_opt_out`.
        "ccpa_consent_state" ccpa_consent_state: Map<'a, Consent<'a>> = Map::EMPTY, set, since "2.5.0";
    }
}

/// The only purpose of CCPA consent in use.
pub const DATA_SALE_OPT_OUT: &str = "data_sale_opt_out";

/// The purpose of a CCPA notification: absent and empty both mean [`DATA_SALE_OPT_OUT`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CcpaPurpose<'a>(pub &'a str);

impl<'a> Decode<'a> for CcpaPurpose<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        Ok(decoder.text()?.filter(|text| !text.is_empty()).map(Self))
    }
}

impl Encode for CcpaPurpose<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        encoder.text(self.0);
    }
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl Describe for CcpaPurpose<'_> {
    const KIND: Kind = Kind::Text;
}

model! {
    /// The GDPR consent for a purpose changed.
    pub struct GdprConsentStateNotification<'a> {
        /// The purpose.
        "purpose" purpose: Option<&'a str> = None, set, required, since "1.9.0";
        /// Before; absent if there was none.
        "old_gdpr_consent_state" old_gdpr_consent_state: Option<Consent<'a>> = None, set, since "1.9.0";
        /// After; absent if removed.
        "new_gdpr_consent_state" new_gdpr_consent_state: Option<Consent<'a>> = None, set, since "1.9.0";
    }
}

model! {
    /// The CCPA consent for a purpose changed.
    pub struct CcpaConsentStateNotification<'a> {
        /// The purpose.
        "purpose" purpose: CcpaPurpose<'a> = CcpaPurpose(DATA_SALE_OPT_OUT), set, since "2.5.0";
        /// Before; absent if there was none.
        "old_ccpa_consent_state" old_ccpa_consent_state: Option<Consent<'a>> = None, set, since "2.5.0";
        /// After; absent if removed.
        "new_ccpa_consent_state" new_ccpa_consent_state: Option<Consent<'a>> = None, set, since "2.5.0";
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
    pub enum SystemNotification: SystemNotificationType, null refused, unknown kept Unknown {
        /// GDPR consent changed.
        GdprConsentState(GdprConsentStateNotification),
        /// CCPA consent changed.
        CcpaConsentState(CcpaConsentStateNotification),
    }
}
