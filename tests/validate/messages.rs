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

fn batch(fields: &str) -> String {
    request("event_processing_request", fields)
}

/// A batch of one event.
fn event(type_name: &str, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    batch(&format!(
        r#""events":[{{"type":"{type_name}","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":1714592744066{comma}{fields}}}]"#
    ))
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

fn attributes(count: usize) -> String {
    let entries: Vec<String> = (0..count).map(|n| format!(r#""a{n}":"v""#)).collect();
    entries.join(",")
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = batches();
    rows.extend(events());
    rows.extend(limits());
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
        // The year 2000 is in, 2100 is not.
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
                "warning unknown-value user_identities[4].encoding: unknown value",
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

fn events() -> Vec<Row> {
    let lacks = |type_name: &str, missing: Vec<&'static str>| (event(type_name, ""), missing);
    let odd = |type_name: &str, fields: &str, found: &'static str| {
        (event(type_name, fields), vec![found])
    };
    vec![
        lacks("session_start", vec![]),
        lacks("session_end", vec![]),
        lacks(
            "custom_event",
            vec!["warning required-field events[0]: missing field `name`"],
        ),
        lacks(
            "screen_view",
            vec!["warning required-field events[0]: missing field `screen_name`"],
        ),
        lacks("error", vec![]),
        lacks(
            "privacy_setting_change",
            vec!["warning required-field events[0]: missing field `setting`"],
        ),
        lacks("user_attribute_change", vec![]),
        lacks("user_identity_change", vec![]),
        lacks(
            "push_subscription",
            vec![
                "warning required-field events[0]: missing field `action`",
                "warning required-field events[0]: missing field `token`",
            ],
        ),
        lacks(
            "application_state_transition",
            vec!["warning required-field events[0]: missing field `application_state`"],
        ),
        lacks("push_message_receipt", vec![]),
        lacks(
            "product_action",
            vec!["warning required-field events[0]: missing field `action`"],
        ),
        lacks(
            "promotion_action",
            vec!["warning required-field events[0]: missing field `action`"],
        ),
        lacks("impression", vec![]),
        lacks("attribution", vec![]),
        lacks("push_message_open", vec![]),
        lacks(
            "teleport",
            vec![r#"warning unknown-member events[0]: unknown type "teleport""#],
        ),
        (
            batch(
                r#""events":[{"type":"session_start"},{"type":"session_start","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":0}]"#,
            ),
            vec![
                "warning required-field events[0]: missing field `id`",
                "warning required-field events[0]: missing field `timestamp_ms`",
                "warning timestamp events[1].timestamp_ms: a time before the year 2000 or after 2099",
            ],
        ),
        odd(
            "custom_event",
            r#""name":"""#,
            "warning required-field events[0]: missing field `name`",
        ),
        odd(
            "custom_event",
            r#""name":"n","custom_event_type":"sport""#,
            r#"warning unknown-value events[0].custom_event_type: unknown value "sport""#,
        ),
        odd(
            "privacy_setting_change",
            r#""setting":"cookies""#,
            r#"warning unknown-value events[0].setting: unknown value "cookies""#,
        ),
        odd(
            "push_subscription",
            r#""action":"renew","token":"t""#,
            r#"warning unknown-value events[0].action: unknown value "renew""#,
        ),
        odd(
            "application_state_transition",
            r#""application_state":"asleep""#,
            r#"warning unknown-value events[0].application_state: unknown value "asleep""#,
        ),
        odd(
            "product_action",
            r#""action":"borrow""#,
            r#"warning unknown-value events[0].action: unknown value "borrow""#,
        ),
        odd(
            "promotion_action",
            r#""action":"skip""#,
            r#"warning unknown-value events[0].action: unknown value "skip""#,
        ),
        odd(
            "session_end",
            r#""session_length_ms":-1"#,
            "warning session-length events[0].session_length_ms: a negative length",
        ),
        odd(
            "product_action",
            r#""action":"purchase","currency_code":"usd""#,
            "warning currency-code events[0].currency_code: not three capital letters",
        ),
        odd(
            "user_identity_change",
            r#""removed":[{"type":"email","encoding":"sha1","value":"x"}]"#,
            "warning identity-hash events[0].removed[0].value: not the 40 lower-case hexadecimal digits of sha1",
        ),
        (
            event(
                "session_start",
                r#""location":{"latitude":-90,"longitude":180}"#,
            ),
            vec![],
        ),
        (
            event(
                "session_start",
                r#""location":{"latitude":90.5,"longitude":-181,"accuracy":-1}"#,
            ),
            vec![
                "warning location events[0].location.latitude: beyond 90 degrees",
                "warning location events[0].location.longitude: beyond 180 degrees",
                "warning location events[0].location.accuracy: a negative distance",
            ],
        ),
    ]
}

fn limits() -> Vec<Row> {
    // Characters count, not bytes.
    let (name, value, entry) = ("é".repeat(256), "é".repeat(4096), "é".repeat(512));
    let entries = |count: usize| vec![r#""e""#; count].join(",");
    vec![
        (
            event(
                "custom_event",
                &format!(
                    r#""name":"{name}","attributes":{{"{name}":"{value}",{}}}"#,
                    attributes(99)
                ),
            ),
            vec![],
        ),
        (
            event(
                "custom_event",
                &format!(r#""name":"{name}é","attributes":{{{}}}"#, attributes(101)),
            ),
            vec![
                "warning limit-event-name events[0].name: more than 256 characters",
                "warning limit-event-attributes events[0].attributes: 101 where the limit is 100",
            ],
        ),
        (
            event(
                "screen_view",
                &format!(r#""screen_name":"{name}é","attributes":{{"k":"{value}é"}}"#),
            ),
            vec![
                "warning limit-event-name events[0].screen_name: more than 256 characters",
                "warning limit-attribute-value events[0].attributes.k: a value of more than 4096 characters",
            ],
        ),
        (
            event("attribution", &format!(r#""name":"{name}é""#)),
            vec!["warning limit-event-name events[0].name: more than 256 characters"],
        ),
        (
            event(
                "user_attribute_change",
                &format!(r#""added":{{"k":"{value}é"}},"removed":{{"k":"{value}é"}}"#),
            ),
            vec![
                "warning limit-attribute-value events[0].added.k: a value of more than 4096 characters",
                "warning limit-attribute-value events[0].removed.k: a value of more than 4096 characters",
            ],
        ),
        (
            event(
                "error",
                &format!(r#""attributes":{{"{}":"v"}}"#, "k".repeat(257)),
            ),
            vec![
                // Paths are cut too.
                "warning limit-attribute-name events[0].attributes.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…: a name of more than 256 characters",
            ],
        ),
        (
            batch(&format!(
                r#""user_attributes":{{{}}},"user_attribute_lists":{{"l":[{}],"m":["{entry}",null]}}"#,
                attributes(98),
                entries(1000)
            )),
            vec![],
        ),
        (
            batch(&format!(
                r#""user_attributes":{{{}}},"user_attribute_lists":{{"l":[{}],"m":[null,"{entry}é"]}}"#,
                attributes(99),
                entries(1001)
            )),
            vec![
                "warning limit-user-attributes : 101 where the limit is 100",
                "warning limit-list user_attribute_lists.l: 1001 where the limit is 1000",
                "warning limit-list-entry user_attribute_lists.m[1]: an entry of more than 512 characters",
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
                "warning unknown-value subject_identities.passport: unknown value",
                "warning required-field subject_identities.passport: missing field `encoding`",
                "warning required-field subject_identities.passport: missing field `value`",
                r#"warning unknown-value subject_identities.android_id.encoding: unknown value "md5""#,
            ],
        ),
    ]
}

#[test]
fn requests() {
    check(rows());
}

/// Whatever is wrong with identities and settings, their values are not told.
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
