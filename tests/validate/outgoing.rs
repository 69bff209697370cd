//! Findings on outgoing batches.

use hydrant::outgoing::{self, validate};
use hydrant::validate::Finding;
use hydrant::{Error, ErrorKind, ParseOptions, Scratch};

use crate::shown;

/// An event of this type, in a batch.
fn event(kind: &str, data: &str) -> String {
    format!(r#"{{"events":[{{"event_type":"{kind}","data":{{{data}}}}}]}}"#)
}

/// An e-mail address of the user, in a batch.
fn email(fields: &str) -> String {
    format!(
        r#"{{"user_identities":[{{"identity_type":"email","timestamp_unixtime_ms":1714500000000,{fields}}}]}}"#
    )
}

/// A batch and its findings.
#[rustfmt::skip]
pub(crate) fn rows() -> Vec<(String, Vec<&'static str>)> {
    let x257 = "x".repeat(257);
    let x4097 = "x".repeat(4097);
    let attributes = |count: usize| {
        let entries: Vec<String> = (0..count).map(|at| format!(r#""a{at}":"v""#)).collect();
        format!("{{{}}}", entries.join(","))
    };
    let own = |text: &str| text.to_owned();
    vec![
        (own(r#"{"schema_version":2,"events":[]}"#), vec![]),
        (own(r#"{"schema_version":1}"#), vec!["warning schema-version schema_version: another version than 2"]),
        (own(r#"{"timestamp_unixtime_ms":1714592744,"environment":"staging","mpid":0,"mp_deviceid":"00000000-0000-0000-0000-000000000000"}"#), vec![
            "warning timestamp timestamp_unixtime_ms: looks like seconds, where milliseconds are expected",
            "warning unknown-value environment: unknown value \"staging\"",
            "warning mpid mpid: 0, which identifies no profile",
            "warning device-application-stamp mp_deviceid: zeros, which identify no device",
        ]),
        // Identities.
        (own(r#"{"user_identities":[{}]}"#), vec![
            "warning required-field user_identities[0]: missing field `identity`",
            "warning required-field user_identities[0]: missing field `timestamp_unixtime_ms`",
            "warning required-field user_identities[0]: missing field `identity_type`",
        ]),
        (own(r#"{"user_identities":[{"identity_type":"jane@example.com","identity":"a","timestamp_unixtime_ms":1}]}"#), vec![
            "warning unknown-value user_identities[0].identity_type: unknown value",
            "warning timestamp user_identities[0].timestamp_unixtime_ms: a time before the year 2000 or after 2099",
        ]),
        (email(r#""identity":"5f4dcc3b5aa765d61d8327deb882cf99""#), vec!["warning identity-hash user_identities[0].identity: declared raw, but it has the form of a digest: it will be hashed again"]),
        (email(r#""identity":"5f4dcc3b5aa765d61d8327deb882cf99","encoding":"md5""#), vec![]),
        (email(r#""identity":"jane","encoding":"sha256""#), vec!["warning identity-hash user_identities[0].identity: not the 64 lower-case hexadecimal digits of sha256"]),
        (email(r#""identity":"jane","encoding":"rot13""#), vec!["warning unknown-value user_identities[0].encoding: unknown value; expected one of raw, md5, sha1, sha256"]),
        (email(r#""identity":" ""#), vec!["warning identity-blank user_identities[0].identity: blank, or the digest of the empty text"]),
        (own(r#"{"partner_identities":{"acme":"00000000-0000-0000-0000-000000000000"}}"#), vec!["warning identity-zero partner_identities[\"…\"]: zeros, which identify nobody, or their digest"]),
        // Attributes.
        (format!(r#"{{"user_attributes":{{"{x257}":"","a":"{x4097}","b":["{x4097}"]}},"deleted_user_attributes":["{x257}"]}}"#), vec![
            Box::leak(format!("warning limit-attribute-name user_attributes.{}…: a name of more than 256 characters", &x257[..100]).into_boxed_str()),
            "warning limit-attribute-value user_attributes.a: a value of more than 4096 characters",
            "warning limit-list-entry user_attributes.b[0]: an entry of more than 512 characters",
            "warning limit-attribute-name deleted_user_attributes[0]: a name of more than 256 characters",
        ]),
        (format!(r#"{{"user_attributes":{}}}"#, attributes(101)), vec!["warning limit-user-attributes user_attributes: 101 where the limit is 100"]),
        // Consent.
        (own(r#"{"consent_state":{"gdpr":{"p":{"consented":true,"timestamp_unixtime_ms":5}},"ccpa":{"p":{}}}}"#), vec![
            "warning timestamp consent_state.gdpr.p.timestamp_unixtime_ms: a time before the year 2000 or after 2099",
            "warning ccpa-purpose consent_state.ccpa.p: the only purpose in use is `data_sale_opt_out`",
        ]),
        (own(r#"{"system_notifications":[{"type":"coppa_change"},{"type":"gdpr_change"},{"type":"ccpa_change","data":{"purpose":"p","old":{}}}]}"#), vec![
            "warning unknown-value system_notifications[0].type: unknown value \"coppa_change\"",
            "warning consent-change system_notifications[1].data: a change without a state before or after",
            "warning ccpa-purpose system_notifications[2].data.purpose: the only purpose in use is `data_sale_opt_out`",
        ]),
        // Context, device, application, source, attribution.
        (own(r#"{"context":{"location":{"latitude":91,"longitude":-181,"accuracy":-1,"location_source":"guess"}}}"#), vec![
            "warning location context.location.latitude: beyond 90 degrees",
            "warning location context.location.longitude: beyond 180 degrees",
            "warning location context.location.accuracy: a negative distance",
            "warning unknown-value context.location.location_source: unknown value \"guess\"",
        ]),
        (own(r#"{"device_info":{"platform":"watch","att_authorization_status":"asked","ios_idfv":"00000000-0000-0000-0000-000000000000","push_token":"0","timezone_offset":15,"att_timestamp_unixtime_ms":0}}"#), vec![
            "warning unknown-value device_info.platform: unknown value \"watch\"",
            "warning unknown-value device_info.att_authorization_status: unknown value \"asked\"",
            "warning identity-zero device_info.ios_idfv: zeros, which identify nobody",
            "warning identity-zero device_info.push_token: zeros, which identify nobody, or their digest",
            "warning timezone-offset device_info.timezone_offset: more than 14 hours from UTC",
        ]),
        (own(r#"{"application_info":{"os":"BeOS"},"source_info":{},"attribution_info":{"publisher":"p"}}"#), vec![
            "warning unknown-value application_info.os: unknown value \"BeOS\"",
            "warning required-field source_info: missing field `channel`",
            "warning required-field attribution_info: missing field `service_provider`",
            "warning required-field attribution_info: missing field `campaign`",
        ]),
        (own(r#"{"source_info":{"channel":"fax"}}"#), vec!["warning unknown-value source_info.channel: unknown value \"fax\""]),
        // Events.
        (own(r#"{"events":[{"event_type":"hologram"}]}"#), vec!["warning unknown-member events[0]: unknown type \"hologram\""]),
        (event("custom_event", r#""custom_event_type":"odd","event_start_unixtime_ms":7,"location":{"latitude":-91},"device_current_state":{"data_connection_type":"string"}"#), vec![
            "warning timestamp events[0].data.event_start_unixtime_ms: a time before the year 2000 or after 2099",
            "warning location events[0].data.location.latitude: beyond 90 degrees",
            "warning unknown-value events[0].data.device_current_state.data_connection_type: unknown value \"string\"",
            "warning required-field events[0].data: missing field `event_name`",
            "warning unknown-value events[0].data.custom_event_type: unknown value \"odd\"",
        ]),
        (event("screen_view", &format!(r#""screen_name":"{x257}","custom_attributes":{}"#, attributes(101))), vec![
            "warning limit-event-attributes events[0].data.custom_attributes: 101 where the limit is 100",
            "warning limit-event-name events[0].data.screen_name: more than 256 characters",
        ]),
        (event("session_end", r#""session_duration_ms":-1"#), vec!["warning session-length events[0].data.session_duration_ms: a negative length"]),
        (event("commerce_event", r#""currency_code":"eur""#), vec![
            "warning currency-code events[0].data.currency_code: not three capital letters",
            "warning commerce-event events[0].data: neither a product action nor a promotion action nor impressions",
        ]),
        (event("commerce_event", r#""product_action":{"products":[{"added_to_cart_time_ms":1}]},"promotion_action":{"action":"like"},"custom_event_type":"x""#), vec![
            "warning unknown-value events[0].data.custom_event_type: unknown value \"x\"",
            "warning commerce-event events[0].data: more than one of product action, promotion action and impressions",
            "warning required-field events[0].data.product_action: missing field `action`",
            "warning timestamp events[0].data.product_action.products[0].added_to_cart_time_ms: a time before the year 2000 or after 2099",
            "warning unknown-value events[0].data.promotion_action.action: unknown value \"like\"",
        ]),
        (event("crash_report", r#""breadcrumbs":[{"event_type":"crumb"},{"event_type":"breadcrumb","data":{"timestamp_unixtime_ms":1}}]"#), vec![
            "warning unknown-value events[0].data.breadcrumbs[0].event_type: unknown value \"crumb\"",
            "warning required-field events[0].data.breadcrumbs[0]: missing field `data`",
            "warning timestamp events[0].data.breadcrumbs[1].data.timestamp_unixtime_ms: a time before the year 2000 or after 2099",
            "warning required-field events[0].data.breadcrumbs[1].data: missing field `label`",
        ]),
        (event("push_registration", r#""register":true"#), vec!["warning required-field events[0].data: missing field `registration_token`"]),
        (event("application_state_transition", r#""application_transition_type":"asleep""#), vec!["warning unknown-value events[0].data.application_transition_type: unknown value \"asleep\""]),
        (event("push_message", &format!(r#""network":"sms","action_identifier":"{}""#, &x257[..101])), vec![
            "warning required-field events[0].data: missing field `push_message_type`",
            "warning unknown-value events[0].data.network: unknown value \"sms\"",
            "warning limit-action-identifier events[0].data.action_identifier: more than 100 characters",
        ]),
        (event("breadcrumb", ""), vec!["warning required-field events[0].data: missing field `label`"]),
        (event("profile", r#""previous_mpid":7,"profile_event_type":"merge""#), vec![
            "warning required-field events[0].data: missing field `current_mpid`",
            "warning unknown-value events[0].data.profile_event_type: unknown value \"merge\"",
        ]),
        (event("user_attribute_change", &format!(r#""new":"{x4097}","old":null"#)), vec![
            "warning required-field events[0].data: missing field `user_attribute_name`",
            "warning limit-attribute-value events[0].data.new: a value of more than 4096 characters",
        ]),
        (event("user_identity_change", r#""new":null,"old":null"#), vec!["warning required-field events[0].data: neither `new` nor `old` has an identity"]),
        (event("user_identity_change", r#""new":{"identity_type":"email","identity":"a"}"#), vec!["warning required-field events[0].data.new: missing field `timestamp_unixtime_ms`"]),
        (event("uninstall", ""), vec![]),
    ]
}

#[test]
fn findings() {
    for (body, expected) in rows() {
        let mut scratch = Scratch::new();
        let parsed = outgoing::parse(body.as_bytes(), &mut scratch, &ParseOptions::new());
        let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {body:.2000}"));
        let found = shown(&validate::findings(&parsed.message));
        assert_eq!(found, expected, "{body:.2000}");
    }
}

type Check = fn(&[u8], &mut Scratch, &ParseOptions) -> Result<Vec<Finding>, Error>;

fn found(check: Check, body: &str) -> Vec<String> {
    let found = check(body.as_bytes(), &mut Scratch::new(), &ParseOptions::new());
    shown(&found.unwrap_or_else(|error| panic!("{error}: {body}")))
}

#[test]
fn unknown_fields() {
    for (body, expected) in [
        (
            r#"{"batch_id":1,"events":[{"event_type":"opt_out","data":{}}]}"#,
            vec![],
        ),
        (
            r#"{"bacth_id":1,"internal":{"a":1},"user_attributes":{"bacth_id":"x"}}"#,
            vec![
                r#"warning unknown-field : unknown field "bacth_id" is skipped; is it `batch_id`?"#,
                r#"warning unknown-field : unknown field "internal" is skipped"#,
            ],
        ),
        (
            r#"{"events":[{"event_type":"opt_out","dtaa":{},"data":{"is_opted_uot":true}},{"event_type":"hologram","dtaa":{}}]}"#,
            vec![
                r#"warning unknown-field events[0].data: unknown field "is_opted_uot" is skipped; is it `is_opted_out`?"#,
                r#"warning unknown-field events[0]: unknown field "dtaa" is skipped; is it `data`?"#,
            ],
        ),
        // In an object with secret fields, a name may be a misplaced value.
        (
            r#"{"user_identities":[{"identity_type":"email","identity":"a","jane@example.com":1}]}"#,
            vec!["warning unknown-field user_identities[0]: unknown field is skipped"],
        ),
    ] {
        assert_eq!(found(validate::unknown_fields, body), expected, "{body}");
    }
}

#[test]
fn coerced_values_and_forms() {
    for (body, expected) in [
        (
            "\u{feff}{\"source_info\":{\"is_historical\":true},\"device_info\":{\"supports_telephony\":null}}",
            vec![],
        ),
        (
            "\u{feff}{\"source_info\":{\"is_historical\":\"true\"},\"device_info\":{\"supports_telephony\":\"\"}}",
            vec![
                "warning value-form source_info.is_historical: a text, where a bool is written",
                "warning value-form device_info.supports_telephony: a text, where a bool is written",
            ],
        ),
        (
            r#"{"events":[{"event_type":"uninstall","data":{"device_current_state":{"gps_state":"unknown","device_orientation":"2"}}},{"data":{"device_current_state":{"gps_state":"true","device_orientation":2},"response_code":-1},"event_type":"network_performance"}],"partner_identities":{"p":{"a":1}}}"#,
            vec![
                "warning attribute-text partner_identities[\"…\"]: an object or list for a text; its JSON text is kept",
                "warning value-form events[1].data.response_code: a number, where a text is written",
                "warning value-form events[1].data.device_current_state.gps_state: a text, where a bool is written",
                "warning value-form events[1].data.device_current_state.device_orientation: a number, where a text is written",
            ],
        ),
    ] {
        assert_eq!(found(validate::coercions, body), expected, "{body}");
    }
}

#[test]
fn a_text_that_is_refused_has_no_findings() {
    let body = br#"{"events":[{"event_type":"opt_out","data":7}]}"#;
    for check in [validate::unknown_fields, validate::coercions] {
        let error = check(body, &mut Scratch::new(), &ParseOptions::new()).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::UnexpectedType, "events[0].data")
        );
    }
}
