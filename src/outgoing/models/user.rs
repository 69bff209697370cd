//! Identities, consent and its changes (outgoing-json.md, section 8).

use crate::message::{IdentityEncoding, Map};
use crate::schema::{UnknownText, model, wire_enum};

wire_enum! {
    /// What identifies a user (outgoing-json.md, section 8.1).
    pub enum OutgoingIdentityType {
        /// The customer's own user id.
        CustomerId = "customer_id",
        /// E-mail address.
        Email = "email",
        /// Facebook id.
        Facebook = "facebook",
        /// Twitter id.
        Twitter = "twitter",
        /// Google id.
        Google = "google",
        /// Microsoft id.
        Microsoft = "microsoft",
        /// Yahoo id.
        Yahoo = "yahoo",
        /// An identity of the customer's choice.
        Other = "other",
        /// A second one.
        OtherId2 = "other_id_2",
        /// A third one.
        OtherId3 = "other_id_3",
        /// A fourth one.
        OtherId4 = "other_id_4",
        /// A fifth one.
        OtherId5 = "other_id_5",
        /// A sixth one.
        OtherId6 = "other_id_6",
        /// A seventh one.
        OtherId7 = "other_id_7",
        /// An eighth one.
        OtherId8 = "other_id_8",
        /// A ninth one.
        OtherId9 = "other_id_9",
        /// A tenth one.
        OtherId10 = "other_id_10",
        /// Mobile telephone number.
        MobileNumber = "mobile_number",
        /// Second telephone number.
        PhoneNumber2 = "phone_number_2",
        /// Third telephone number.
        PhoneNumber3 = "phone_number_3",
        /// Older data.
        Alias = "alias",
        /// Older data.
        FacebookCustomAudienceId = "facebook_custom_audience_id",
    }
}

model! {
    /// An identity of the user. `Debug` shows neither the value nor an unknown type.
    pub struct OutgoingIdentity<'a> {
        /// What identifies the user.
        "identity_type" identity_type: OutgoingIdentityType<'a> = OutgoingIdentityType::__Unknown(UnknownText("")), always, guarded, required;
        /// The value.
        "identity" identity: &'a str = "", always, secret, required;
        /// When the identity was last updated, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set, required;
        /// New in this batch.
        "created_this_batch" created_this_batch: bool = false, if_true;
        /// How the value is encoded, if it is not raw: a hashed value must not pass as a raw one.
        "encoding" encoding: Option<IdentityEncoding<'a>> = None, set, guarded;
    }
}

model! {
    /// The current consent of the user, by purpose (outgoing-json.md, section 8.3).
    pub struct OutgoingConsentState<'a> {
        /// Purpose, as the customer defined it, to decision.
        "gdpr" gdpr: Map<'a, ConsentRecord<'a>> = Map::EMPTY, set;
        /// Purpose to decision, which is true if the user opted out of the sale of data.
        "ccpa" ccpa: Map<'a, ConsentRecord<'a>> = Map::EMPTY, set;
    }
}

model! {
    /// One decision of the user.
    pub struct ConsentRecord<'a> {
        /// The decision.
        "consented" consented: bool = false, always;
        /// Document or version agreed to.
        "document" document: Option<&'a str> = None, set;
        /// When, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set;
        /// Where, free text.
        "location" location: Option<&'a str> = None, set;
        /// The device used, free text.
        "hardware_id" hardware_id: Option<&'a str> = None, set, secret;
        /// In system notifications: `GDPR` or `CCPA`.
        "regulation" regulation: Option<&'a str> = None, set;
    }
}

wire_enum! {
    /// Which consent changed.
    pub enum ConsentNotificationType {
        /// GDPR consent.
        GdprChange = "gdpr_change",
        /// CCPA consent.
        CcpaChange = "ccpa_change",
    }
}

model! {
    /// A change of consent (outgoing-json.md, section 8.5).
    pub struct ConsentNotification<'a> {
        /// Which consent changed.
        "type" kind: Option<ConsentNotificationType<'a>> = None, set;
        /// The change.
        "data" data: Option<ConsentChange<'a>> = None, set;
    }
}

model! {
    /// The consent for one purpose, before and after.
    pub struct ConsentChange<'a> {
        /// Purpose.
        "purpose" purpose: Option<&'a str> = None, set;
        /// After.
        "current" current: Option<ConsentRecord<'a>> = None, set;
        /// Before.
        "old" old: Option<ConsentRecord<'a>> = None, set;
    }
}
