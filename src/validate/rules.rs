//! The rules by name, each with a one-sentence description. The code that walks the models checks
//! them.

/// Declares the identifiers and [`RULES`] together, so that every rule has a description.
macro_rules! rules {
    ($($name:ident = $id:literal: $says:literal;)*) => {
        $(pub(crate) const $name: &str = $id;)*

        /// Every rule: its identifier, as in [`Finding::rule`](super::Finding::rule), and what it
        /// requires. Those of section 12 of the protocol keep its numbers.
        ///
        /// ```
        /// use hydrant::validate::RULES;
        /// assert!(RULES.iter().any(|(id, says)| *id == "mpid" && says.contains("64-bit")));
        /// ```
        pub const RULES: &[(&str, &str)] = &[$(($id, $says)),*];
    };
}

rules! {
    REQUIRED_FIELD = "required-field": "Fields that the protocol declares as required are present (sections 3 to 7; outgoing-json.md sections 2 to 8).";
    UNKNOWN_FIELD = "unknown-field": "Fields are those that the protocol declares for their object (sections 3 to 7; outgoing-json.md sections 2 to 8).";
    ATTRIBUTE_TEXT = "attribute-text": "Values of attributes and settings are texts, not objects or lists (section 2.6).";
    ATTRIBUTE_LIST = "attribute-list": "Lists of texts are lists, not single texts (section 2.6).";
    NULL_TEXT = "null-text": "Numbers, bools, times and uuids that are absent are not the text `null` (section 2.6).";
    NULL_ELEMENT = "null-element": "Lists do not contain `null` (section 2.6).";
    WHOLE_NUMBER = "whole-number": "Integers have no fraction (section 2.6).";
    LONE_SURROGATE = "lone-surrogate": "Escapes of surrogates come in pairs (RFC 8259, section 8.2).";
    REAL_TIME = "real-time": "Times exist: no leap second, no hour 24 (section 2.6, D5).";
    LOCATION_FINITE = "location-finite": "A location has latitude and longitude, and its values are finite numbers (section 5.6).";
    AUDIENCE_ID = "audience-id": "Identifiers of audiences have 32 bits (sections 3.4 and 5.13).";
    AUDIENCE_LIST = "audience-list": "Audiences are in the list of protocols from 2.0 on (section 15).";
    UNKNOWN_VALUE = "unknown-value": "Values of enumerations are known (section 8).";
    UNKNOWN_MEMBER = "unknown-member": "The `type` of events, environments, notifications, settings and authentication is known (section 2.2).";
    TIMESTAMP = "timestamp": "Times are milliseconds since the epoch, between the years 2000 and 2099 (section 2.6).";
    MPID = "mpid": "The mpid is a 64-bit signed integer, not 0, which identifies no profile (section 3.3).";
    SOURCE_CHANNEL = "source-channel": "The source channel is one of the six documented ones (section 3.3).";
    DEVICE_APPLICATION_STAMP = "device-application-stamp": "The device application stamp is a uuid, not zeros (section 3.3).";
    IDENTITY_HASH = "identity-hash": "Hashed identities are lower-case hexadecimal of the right length, and no others are (section 5.2).";
    IDENTITY_BLANK = "identity-blank": "Identities show something, and are not the digest of the empty text (section 5.2).";
    IDENTITY_ZERO = "identity-zero": "Identities are not zeros, which stand for every device that limits tracking, or their digest (section 5.2).";
    LOCATION = "location": "Latitude is within 90 degrees, longitude within 180, accuracy is not negative (section 5.6).";
    SESSION_LENGTH = "session-length": "Sessions have no negative length (section 4.2).";
    TIMEZONE_OFFSET = "timezone-offset": "The time zone is within 14 hours of UTC (section 6.2).";
    CURRENCY_CODE = "currency-code": "Currency codes are three capital letters, as in ISO 4217 (section 4.12).";
    CCPA_PURPOSE = "ccpa-purpose": "CCPA consent has the purpose `data_sale_opt_out` (section 5.8).";
    CONSENT_CHANGE = "consent-change": "A consent notification has a state before or after (section 5.9).";
    AUDIENCE_ATTRIBUTE = "audience-attribute": "Shared attributes have key and action; others are ignored (section 5.14, D9).";
    SUBJECT_REQUEST_ID = "subject-request-id": "The identifier of a data subject request is a uuid (section 3.6).";
    SCHEMA_VERSION = "schema-version": "The version of an outgoing batch is 2 (outgoing-json.md section 2).";
    COMMERCE_EVENT = "commerce-event": "An outgoing commerce event has one of product action, promotion action and impressions (outgoing-json.md section 5.2).";
    VALUE_FORM = "value-form": "Values that are documented in two forms have the one that is written (O7).";
    LIMIT_EVENT_NAME = "limit-event-name": "Names of events and screens have at most 256 characters.";
    LIMIT_EVENT_ATTRIBUTES = "limit-event-attributes": "An event has at most 100 attributes.";
    LIMIT_USER_ATTRIBUTES = "limit-user-attributes": "A batch has at most 100 user attributes.";
    LIMIT_ATTRIBUTE_NAME = "limit-attribute-name": "Names of attributes have at most 256 characters.";
    LIMIT_ATTRIBUTE_VALUE = "limit-attribute-value": "Values of attributes have at most 4096 characters.";
    LIMIT_LIST = "limit-list": "Attribute lists have at most 1000 entries.";
    LIMIT_LIST_ENTRY = "limit-list-entry": "Entries of attribute lists have at most 512 characters.";
    LIMIT_AUDIENCE_NAME = "limit-audience-name": "Names of audiences have at most 100 characters.";
    LIMIT_ACTION_IDENTIFIER = "limit-action-identifier": "Identifiers of actions on push messages have at most 100 characters.";
    REGISTRATION_1 = "registration-1": "A registration has name and version.";
    REGISTRATION_2 = "registration-2": "Its description has less than 230 characters.";
    REGISTRATION_3 = "registration-3": "It asks for events, audiences or data subject requests.";
    REGISTRATION_4 = "registration-4": "It asks for at most one partner identity.";
    REGISTRATION_5 = "registration-5": "The name of a registered partner identity is neither changed nor removed.";
    REGISTRATION_7 = "registration-7": "Names of partner identities look like `PartnerName_IdentityName`.";
    REGISTRATION_8 = "registration-8": "No identity type is asked for twice.";
    REGISTRATION_9 = "registration-9": "`user_attribute_change` events need `allow_user_attributes`.";
    REGISTRATION_10 = "registration-10": "`user_identity_change` events need a user identity permission.";
    REGISTRATION_11 = "registration-11": "`push_message_receipt` events need a `push_messaging_provider_id`.";
    REGISTRATION_12 = "registration-12": "An event registration names event types and runtime environments.";
    REGISTRATION_13 = "registration-13": "The data age is a positive number of hours, or -1 for any.";
    REGISTRATION_14 = "registration-14": "Settings have id and name, ids are unique in their list, descriptions are short and plain.";
    REGISTRATION_15 = "registration-15": "Default values of settings are within their bounds.";
    REGISTRATION_16 = "registration-16": "Settings for keys and other secrets are required and confidential.";
    REGISTRATION_18 = "registration-18": "Settings that the customer must fill in are visible; settings that a subscription returns were declared.";
    REGISTRATION_19 = "registration-19": "Values of bulk forwarding are positive.";
    REGISTRATION_20 = "registration-20": "OAuth 2 has both addresses, the client id, and the name of a custom header.";
    REGISTRATION_22 = "registration-22": "A DSR registration asks for `erasure` only and names its domain.";
    REGISTRATION_23 = "registration-23": "Consent notifications and `allow_consent_state` go together.";
    REGISTRATION_25 = "registration-25": "Required device identities exist on a supported platform.";
    MORE = "more": "There are more findings than are listed.";
}
