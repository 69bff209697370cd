//! Requests of the sender: batches, events, audiences, data subject requests.

use super::{Row, check};

/// The common fields of a message of this type.
fn message(type_name: &str, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!(
        r#"{{"type":"{type_name}","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1714592744066,"firehose_version":"3.2.0"{comma}{fields}}}"#
    )
}

fn request(type_name: &str, fields: &str) -> String {
    let fields = format!(r#""account":{{"account_id":1}},{fields}"#);
    message(type_name, fields.trim_end_matches(','))
}

pub(super) fn batch(fields: &str) -> String {
    request("event_processing_request", fields)
}

fn profile(fields: &str) -> String {
    let fields = format!(r#""user_profiles":[{{{fields}}}]"#);
    request("audience_membership_change_request", &fields)
}

fn subscription(fields: &str) -> String {
    request("audience_subscription_request", fields)
}

fn dsr(fields: &str) -> String {
    request("dsr_processing_request", fields)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = batches();
    rows.extend(audiences_and_dsr());
    rows
}

fn batches() -> Vec<Row> {
    vec![
        (message("event_processing_response", ""), vec![]),
        (batch(""), vec![]),
        (
            r#"{"type":"event_processing_request"}"#.to_owned(),
            vec![
                "warning required-field : missing field `id`",
                "warning required-field : missing field `timestamp_ms`",
                "warning required-field : missing field `firehose_version`",
                "warning required-field : missing field `account`",
            ],
        ),
        (
            message("event_processing_request", r#""account":{"account_id":0}"#),
            vec!["warning required-field account: field `account_id` is missing or 0"],
        ),
        // The year 2000 is in the range, 2100 is not.
        (
            r#"{"type":"dsr_processing_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":946684800000,"firehose_version":"3.2.0"}"#
                .to_owned(),
            vec![],
        ),
        (
            r#"{"type":"dsr_processing_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":4102444800000,"firehose_version":"3.2.0"}"#
                .to_owned(),
            vec!["warning timestamp timestamp_ms: a time before the year 2000 or after 2099"],
        ),
        (
            r#"{"type":"dsr_processing_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1714592744,"firehose_version":"3.2.0"}"#
                .to_owned(),
            vec!["warning timestamp timestamp_ms: looks like seconds, where milliseconds are expected"],
        ),
        (batch(r#""mpid":"-9223372036854775808""#), vec![]),
        (
            batch(r#""mpid":"9223372036854775808""#),
            vec!["warning mpid mpid: not a 64-bit integer"],
        ),
        (batch(r#""source_channel":"server_to_server""#), vec![]),
        (
            batch(r#""source_channel":"Native""#),
            vec!["warning source-channel source_channel: not a documented channel"],
        ),
        (
            batch(r#""device_application_stamp":"35fee6b0-3550-478c-b1c3-9a884a576b59""#),
            vec![],
        ),
        (
            batch(r#""device_application_stamp":"35fee6b0""#),
            vec!["warning device-application-stamp device_application_stamp: not a uuid"],
        ),
        (
            batch(concat!(
                r#""user_identities":[{"type":"email","encoding":"raw","value":" E179E95C00E7718AB4A23840F992EA63 "},"#,
                r#"{"type":"email","encoding":"raw","value":"e179e95c00e7718ab4a23840f992ea6"}],"#,
                r#""runtime_environment":{"type":"ios","identities":["#,
                r#"{"type":"ios_advertising_id","encoding":"raw","value":"00000000-0000-0000-0000-000000000000"},"#,
                r#"{"type":"ios_advertising_id","encoding":"md5","value":"9f89c84a559f573636a47ff8daed0d33"},"#,
                r#"{"type":"ios_vendor_id","encoding":"raw","value":"00000000-0000-0000-0000-000000000000"}]}"#
            )),
            vec![
                "warning identity-hash user_identities[0].value: declared raw, but it has the form of a digest: it will be hashed again",
                "warning identity-zero runtime_environment.identities[0].value: zeros, which identify nobody, or their digest",
                "warning identity-zero runtime_environment.identities[1].value: zeros, which identify nobody, or their digest",
                "warning identity-zero runtime_environment.identities[2].value: zeros, which identify nobody, or their digest",
            ],
        ),
        (
            batch(concat!(
                r#""user_identities":[{"type":"email","encoding":"raw","value":"\u200b "},"#,
                r#"{"type":"email","encoding":"sha256","value":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"#,
                r#"{"type":"customer","encoding":"raw","value":"0"},"#,
                r#"{"type":"customer","encoding":"raw","value":"00000000-0000-0000-0000-000000000000"}],"#,
                r#""partner_identities":[{"type":"a_b","encoding":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}],"#,
                r#""runtime_environment":{"type":"android","identities":[{"type":"android_id","encoding":"raw","value":"0"}]},"#,
                r#""device_application_stamp":"00000000-0000-0000-0000-000000000000","mpid":"0""#
            )),
            vec![
                "warning identity-blank partner_identities[0].value: blank, or the digest of the empty text",
                "warning identity-blank user_identities[0].value: blank, or the digest of the empty text",
                "warning identity-blank user_identities[1].value: blank, or the digest of the empty text",
                "warning identity-zero user_identities[3].value: zeros, which identify nobody, or their digest",
                "warning identity-zero runtime_environment.identities[0].value: zeros, which identify nobody, or their digest",
                "warning device-application-stamp device_application_stamp: zeros, which identify no device",
                "warning mpid mpid: 0, which identifies no profile",
            ],
        ),
        (batch(r#""mpid":-0"#), vec!["warning mpid mpid: 0, which identifies no profile"]),
        (
            batch(concat!(
                r#""events":[{"type":"user_identity_change","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":1714592744066,"#,
                r#""added":[{"type":"email","encoding":"raw","value":"\u00ad"}]}]"#
            )),
            vec!["warning identity-blank events[0].added[0].value: blank, or the digest of the empty text"],
        ),
        (
            dsr(concat!(
                r#""subject_request_id":"66062a39-ea83-450e-9d5e-92829b6e565d","subject_request_type":"erasure","regulation":"gdpr","#,
                r#""submitted_time":1714592744,"subject_identities":{"email":{"encoding":"raw","value":"\u00a0"},"#,
                r#""controller_customer_id":{"encoding":"raw","value":"0"},"android_id":{"encoding":"raw","value":"0"}}"#
            )),
            vec![
                "warning identity-blank subject_identities.email.value: blank, or the digest of the empty text",
                "warning identity-zero subject_identities.android_id.value: zeros, which identify nobody, or their digest",
            ],
        ),
        (
            batch(concat!(
                r#""user_identities":[{"type":"email","encoding":"md5","value":"e179e95c00e7718ab4a23840f992ea63"},"#,
                r#"{"type":"email","encoding":"md5","value":"E179E95C00E7718AB4A23840F992EA63"},"#,
                r#"{"type":"email","encoding":"sha1","value":"e179e95c00e7718ab4a23840f992ea63"},"#,
                r#"{"type":"me@x.org","encoding":"sha256","value":"jane@example.com"},"#,
                r#"{"type":"email","encoding":"rot13","value":"wnar"}],"#,
                r#""partner_identities":[{"type":"a_b","encoding":"sha1","value":"0"}],"#,
                r#""runtime_environment":{"type":"ios","identities":[{"type":"idfx","encoding":"md5","value":"x"}]}"#
            )),
            vec![
                "warning identity-hash partner_identities[0].value: not the 40 lower-case hexadecimal digits of sha1",
                "warning identity-hash user_identities[1].value: not the 32 lower-case hexadecimal digits of md5",
                "warning identity-hash user_identities[2].value: not the 40 lower-case hexadecimal digits of sha1",
                "warning unknown-value user_identities[3].type: unknown value",
                "warning identity-hash user_identities[3].value: not the 64 lower-case hexadecimal digits of sha256",
                "warning unknown-value user_identities[4].encoding: unknown value; expected one of raw, md5, sha1, sha256",
                "warning unknown-value runtime_environment.identities[0].type: unknown value",
                "warning identity-hash runtime_environment.identities[0].value: not the 32 lower-case hexadecimal digits of md5",
            ],
        ),
        (
            batch(r#""runtime_environment":{"type":"vision"}"#),
            vec![r#"warning unknown-member runtime_environment: unknown type "vision""#],
        ),
        (
            batch(
                r#""runtime_environment":{"type":"tvos","timezone_offset":-300,"att_authorization_status":"perhaps","att_timestamp_unixtime_ms":5}"#,
            ),
            vec![
                "warning timezone-offset runtime_environment.timezone_offset: more than 14 hours from UTC",
                r#"warning unknown-value runtime_environment.att_authorization_status: unknown value "perhaps""#,
                "warning timestamp runtime_environment.att_timestamp_unixtime_ms: a time before the year 2000 or after 2099",
            ],
        ),
        (
            batch(concat!(
                r#""consent_state":{"gdpr_consent_state":{"to sell":{"consented":true,"timestamp_unixtime_ms":-1}},"#,
                r#""ccpa_consent_state":{"sale":{"consented":true,"timestamp_unixtime_ms":1714592744066}}}"#
            )),
            vec![
                r#"warning timestamp consent_state.gdpr_consent_state["to sell"].timestamp_unixtime_ms: a time before the year 2000 or after 2099"#,
                "warning ccpa-purpose consent_state.ccpa_consent_state.sale: the only purpose in use is `data_sale_opt_out`",
            ],
        ),
        (
            batch(concat!(
                r#""system_notifications":[{"type":"gdpr_consent_state"},"#,
                r#"{"type":"ccpa_consent_state","new_ccpa_consent_state":{"timestamp_unixtime_ms":7}},"#,
                r#"{"type":"ccpa_consent_state","purpose":"sale","old_ccpa_consent_state":{}},{"type":"late"}]"#
            )),
            vec![
                "warning required-field system_notifications[0]: missing field `purpose`",
                "warning consent-change system_notifications[0]: a change without a state before or after",
                "warning timestamp system_notifications[1].new_ccpa_consent_state.timestamp_unixtime_ms: a time before the year 2000 or after 2099",
                "warning ccpa-purpose system_notifications[2].purpose: the only purpose in use is `data_sale_opt_out`",
                r#"warning unknown-member system_notifications[3]: unknown type "late""#,
            ],
        ),
    ]
}

fn audiences_and_dsr() -> Vec<Row> {
    let name = "é".repeat(101);
    vec![
        (
            subscription(&format!(
                r#""audience_id":1,"action":"add","audience_name":"{}""#,
                &name[2..]
            )),
            vec![],
        ),
        (
            subscription(&format!(r#""action":"delete","audience_name":"{name}""#)),
            vec![
                "warning required-field : field `audience_id` is missing or 0",
                "warning limit-audience-name audience_name: more than 100 characters",
                r#"warning unknown-value action: unknown value "delete""#,
            ],
        ),
        (
            subscription(r#""audience_id":1"#),
            vec![
                "warning required-field : missing field `audience_name`",
                "warning required-field : missing field `action`",
            ],
        ),
        (
            profile(concat!(
                r#""user_identities":[{"type":"email","encoding":"md5","value":"x"}],"#,
                r#""device_identities":[{"type":"x","encoding":"raw","value":"x"}],"#,
                r#""partner_identities":[{"type":"x","encoding":"sha1","value":"x"}],"mpid":"x""#
            )),
            vec![
                "warning identity-hash user_profiles[0].user_identities[0].value: not the 32 lower-case hexadecimal digits of md5",
                "warning unknown-value user_profiles[0].device_identities[0].type: unknown value",
                "warning identity-hash user_profiles[0].partner_identities[0].value: not the 40 lower-case hexadecimal digits of sha1",
                "warning mpid user_profiles[0].mpid: not a 64-bit integer",
            ],
        ),
        (
            profile(r#""audiences":[{"action":"remove"}]"#),
            vec![
                "warning required-field user_profiles[0].audiences[0]: field `audience_id` is missing or 0",
                "warning required-field user_profiles[0].audiences[0]: missing field `audience_name`",
                r#"warning unknown-value user_profiles[0].audiences[0].action: unknown value "remove""#,
            ],
        ),
        (
            profile(concat!(
                r#""audiences":[{"audience_id":1,"audience_name":"n","action":"attribute_update","user_attributes":["#,
                r#"{},{"key":"k"},{"action":"delete"},{"key":"k","action":"set"},{"key":"k","action":"upsert"}]}]"#
            )),
            vec![
                "warning audience-attribute user_profiles[0].audiences[0].user_attributes[0]: ignored, because `key` or `action` is missing",
                "warning audience-attribute user_profiles[0].audiences[0].user_attributes[1]: ignored, because `key` or `action` is missing",
                "warning audience-attribute user_profiles[0].audiences[0].user_attributes[2]: ignored, because `key` or `action` is missing",
                r#"warning unknown-value user_profiles[0].audiences[0].user_attributes[3].action: unknown value "set""#,
            ],
        ),
        (
            dsr(concat!(
                r#""subject_request_id":"7","subject_request_type":"access","submitted_time":5,"regulation":"lgpd","#,
                r#""subject_identities":{"email":{"encoding":"raw","value":"jane@example.com"},"#,
                r#""passport":{},"android_id":{"encoding":"md5","value":"x"}}"#
            )),
            vec![
                "warning subject-request-id subject_request_id: not a uuid",
                r#"warning unknown-value subject_request_type: unknown value "access""#,
                r#"warning unknown-value regulation: unknown value "lgpd""#,
                "warning timestamp submitted_time: a time before the year 2000 or after 2099",
                "warning unknown-value subject_identities[\"…\"]: unknown value",
                "warning required-field subject_identities[\"…\"]: missing field `encoding`",
                "warning required-field subject_identities[\"…\"]: missing field `value`",
                "warning unknown-value subject_identities.android_id.encoding: unknown value; expected one of raw, md5, sha1, sha256",
            ],
        ),
    ]
}

#[test]
fn requests() {
    check(rows());
}

/// Findings about identities and settings do not contain their values.
#[test]
fn values_of_identities_and_settings_are_not_shown() {
    let secret = "xyzzy";
    let bodies = [
        batch(&format!(
            r#""user_identities":[{{"type":"{secret}","encoding":"{secret}","value":"{secret}"}}]"#
        )),
        batch(&format!(
            r#""partner_identities":[{{"type":"a","encoding":"sha1","value":"{secret}"}}],"mpid":"{secret}""#
        )),
        batch(&format!(r#""device_application_stamp":"{secret}""#)),
        profile(&format!(
            r#""device_identities":[{{"type":"{secret}","encoding":"md5","value":"{secret}"}}]"#
        )),
        dsr(&format!(
            r#""subject_identities":{{"email":{{"encoding":"raw2","value":"{secret}"}}}}"#
        )),
        subscription(&format!(
            r#""audience_subscription_settings":{{"k":"{secret}"}}"#
        )),
        message(
            "module_registration_response",
            &format!(
                r#""dsr_processing_registration":{{"account_settings":[{{"type":"text","id":"password","default_value":"{secret}"}}]}}"#
            ),
        ),
    ];
    for body in bodies {
        let found = super::findings(&body);
        assert!(!found.is_empty(), "{body}");
        for warning in found {
            assert!(!warning.to_string().contains(secret), "{warning}");
        }
    }
}
