//! Registrations, rule by rule of section 12.

use super::{Row, check};

/// A registration with these fields. It requests data subject requests, so that it has no other
/// findings.
fn registration(fields: &str) -> String {
    format!(
        r#"{{"type":"module_registration_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1714592744066,"firehose_version":"3.2.0","name":"n","version":"1","dsr_processing_registration":{{"supported_dsr_types":["erasure"],"domain":"d"}},{fields}"x":0}}"#
    )
}

fn permissions(fields: &str) -> String {
    registration(&format!(r#""permissions":{{{fields}}},"#))
}

/// A registration for custom events on Android.
fn events(fields: &str, permissions: &str) -> String {
    registration(&format!(
        r#""permissions":{{{permissions}}},"event_processing_registration":{{"supported_event_types":["custom_event"],"supported_runtime_environments":["android"],{fields}"x":0}},"#
    ))
}

fn audiences(fields: &str) -> String {
    registration(&format!(
        r#""audience_processing_registration":{{{fields}}},"#
    ))
}

/// A registration with these account settings for audiences.
fn settings(list: &str) -> String {
    audiences(&format!(r#""account_settings":[{list}]"#))
}

/// A setting with these fields that is otherwise valid.
fn setting(type_name: &str, fields: &str) -> String {
    settings(&format!(
        r#"{{"type":"{type_name}","id":"i","name":"n","description":"d",{fields}}}"#
    ))
}

fn oauth2(fields: &str) -> String {
    audiences(&format!(r#""authentication":{{"type":"oauth2"{fields}}}"#))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = module();
    rows.extend(permission_rules());
    rows.extend(event_rules());
    rows.extend(setting_rules());
    rows.extend(audience_and_dsr_rules());
    rows
}

fn module() -> Vec<Row> {
    let head = r#"{"type":"module_registration_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1714592744066,"firehose_version":"3.2.0""#;
    vec![
        (registration(""), vec![]),
        (
            format!(r#"{head},"version":""}}"#),
            vec![
                "error registration-1 : `name` is missing or empty",
                "error registration-1 : `version` is missing or empty",
                "error registration-3 : neither events nor audiences nor data subject requests are asked for",
            ],
        ),
        (
            registration(&format!(r#""description":"{}","#, "é".repeat(229))),
            vec![],
        ),
        (
            registration(&format!(r#""description":"{}","#, "é".repeat(230))),
            vec!["error registration-2 description: 230 characters or more"],
        ),
    ]
}

fn permission_rules() -> Vec<Row> {
    let partner = |name: &str| {
        permissions(&format!(
            r#""partner_identities":[{{"type":"{name}","encoding":"raw"}}]"#
        ))
    };
    let unlike = || {
        vec![
            "warning registration-7 permissions.partner_identities[0].type: a name unlike `PartnerName_IdentityName`",
        ]
    };
    vec![
        (partner("mParticle_mpid"), vec![]),
        (partner("$cookie_sync_id"), vec![]),
        (partner("mpid"), unlike()),
        (partner("_mpid"), unlike()),
        (partner("a_partner_id"), unlike()),
        (
            permissions(
                r#""partner_identities":[{"type":"A_b","encoding":"raw"},{"type":"A_b","encoding":"rot13"}]"#,
            ),
            vec![
                "error registration-4 permissions.partner_identities: more than one partner identity",
                r#"warning unknown-value permissions.partner_identities[1].encoding: unknown value "rot13""#,
                "error registration-8 permissions.partner_identities[1].type: the identity type is in this list already",
            ],
        ),
        (
            permissions(concat!(
                r#""device_identities":[{"type":"android_id","encoding":"raw"},{"type":"android_id","encoding":"md5"}],"#,
                r#""user_identities":[{"type":"email","encoding":"raw"},{"type":"phone","encoding":"raw"},{"type":"email","encoding":"raw"}]"#
            )),
            vec![
                "error registration-8 permissions.device_identities[1].type: the identity type is in this list already",
                r#"warning unknown-value permissions.user_identities[1].type: unknown value "phone""#,
                "error registration-8 permissions.user_identities[2].type: the identity type is in this list already",
            ],
        ),
        (
            permissions(r#""allow_consent_state":true"#),
            vec![
                "warning registration-23 permissions.allow_consent_state: no consent notifications are asked for",
            ],
        ),
    ]
}

fn event_rules() -> Vec<Row> {
    let types = |types: &str, fields: &str, permissions: &str| {
        events(
            &format!(r#""supported_event_types":[{types}],{fields}"#),
            permissions,
        )
    };
    let age = |hours: i32| events(&format!(r#""max_data_age_hours":{hours},"#), "");
    let too_old = || {
        vec![
            "error registration-13 event_processing_registration.max_data_age_hours: neither positive nor -1",
        ]
    };
    let device = |name: &str, platforms: &str| {
        events(
            &format!(r#""supported_runtime_environments":[{platforms}],"#),
            &format!(
                r#""device_identities":[{{"type":"{name}","encoding":"raw","required":true}}]"#
            ),
        )
    };
    let nowhere = || {
        vec![
            "warning registration-25 permissions.device_identities[0]: required, but no supported platform has this identity",
        ]
    };
    vec![
        (events("", ""), vec![]),
        (
            types(
                r#""user_attribute_change""#,
                "",
                r#""allow_user_attributes":true"#,
            ),
            vec![],
        ),
        (
            types(r#""user_attribute_change""#, "", ""),
            vec![
                "error registration-9 event_processing_registration.supported_event_types: `user_attribute_change` needs the permission `allow_user_attributes`",
            ],
        ),
        (
            types(
                r#""user_identity_change""#,
                "",
                r#""user_identities":[{"type":"email","encoding":"raw"}]"#,
            ),
            vec![],
        ),
        (
            types(r#""user_identity_change""#, "", ""),
            vec![
                "warning registration-10 event_processing_registration.supported_event_types: `user_identity_change` has no effect without a user identity permission",
            ],
        ),
        (
            types(
                r#""push_message_receipt""#,
                r#""push_messaging_provider_id":"p","#,
                "",
            ),
            vec![],
        ),
        (
            types(r#""push_message_receipt""#, "", ""),
            vec![
                "error registration-11 event_processing_registration.supported_event_types: `push_message_receipt` needs a `push_messaging_provider_id`",
            ],
        ),
        (
            registration(r#""event_processing_registration":{},"#),
            vec![
                "error registration-12 event_processing_registration: `supported_event_types` is missing or empty",
                "error registration-12 event_processing_registration: `supported_runtime_environments` is missing or empty",
            ],
        ),
        (
            events(
                r#""supported_event_types":["custom_event","zap"],"supported_runtime_environments":["vision"],"supported_system_notification_types":["gdpr_consent_state","new"],"#,
                r#""allow_consent_state":true"#,
            ),
            vec![
                r#"warning unknown-value event_processing_registration.supported_event_types[1]: unknown value "zap""#,
                r#"warning unknown-value event_processing_registration.supported_runtime_environments[0]: unknown value "vision""#,
                r#"warning unknown-value event_processing_registration.supported_system_notification_types[1]: unknown value "new""#,
            ],
        ),
        (age(-1), vec![]),
        (age(1), vec![]),
        (age(0), too_old()),
        (age(-2), too_old()),
        (
            events(
                r#""supported_system_notification_types":["gdpr_consent_state"],"#,
                "",
            ),
            vec![
                "warning registration-23 event_processing_registration.supported_system_notification_types: the permission `allow_consent_state` is not asked for",
            ],
        ),
        (device("ios_advertising_id", r#""android""#), nowhere()),
        (device("ios_advertising_id", r#""android","tvos""#), vec![]),
        (device("ios_advertising_id", r#""unknown""#), vec![]),
        (
            device(
                "roku_publisher_id",
                r#""ios","android","mobileweb","xbox","firetv""#,
            ),
            nowhere(),
        ),
        (device("microsoft_publisher_id", r#""xbox""#), vec![]),
        (device("fire_advertising_id", r#""firetv""#), vec![]),
        (
            device("google_cloud_messaging_token", r#""roku""#),
            nowhere(),
        ),
    ]
}

fn setting_rules() -> Vec<Row> {
    vec![
        (
            settings(r#"{"type":"text","id":"","description":"d"},{"type":"colour"}"#),
            vec![
                "error registration-14 audience_processing_registration.account_settings[0]: `id` is missing or empty",
                "error registration-14 audience_processing_registration.account_settings[0]: `name` is missing or empty",
                r#"warning unknown-member audience_processing_registration.account_settings[1]: unknown type "colour""#,
            ],
        ),
        (
            settings(concat!(
                r#"{"type":"text","id":"i","name":"n","description":"d"},"#,
                r#"{"type":"boolean","id":"i","name":"n","description":"d"}"#
            )),
            vec![
                "error registration-14 audience_processing_registration.account_settings[1].id: the id is in this list already",
            ],
        ),
        (
            settings(r#"{"type":"float","id":"i","name":"n"}"#),
            vec![
                "warning registration-14 audience_processing_registration.account_settings[0]: no description",
            ],
        ),
        (
            setting("text", r#""description":"see <a href=''>here</a>""#),
            vec![
                "warning registration-14 audience_processing_registration.account_settings[0].description: markup or a link in the description",
            ],
        ),
        (
            setting("text", r#""description":"see https://example.com""#),
            vec![
                "warning registration-14 audience_processing_registration.account_settings[0].description: markup or a link in the description",
            ],
        ),
        (setting("text", r#""description":"values < 5""#), vec![]),
        (
            setting("text", &format!(r#""description":"{}""#, "d".repeat(230))),
            vec![
                "warning registration-14 audience_processing_registration.account_settings[0].description: a long description",
            ],
        ),
        (
            setting(
                "integer",
                r#""min_value":1,"default_value":1,"max_value":1"#,
            ),
            vec![],
        ),
        (
            setting("integer", r#""min_value":1,"default_value":0"#),
            vec![
                "error registration-15 audience_processing_registration.account_settings[0]: `default_value` is out of bounds",
            ],
        ),
        (
            setting("float", r#""default_value":0.6,"max_value":0.5"#),
            vec![
                "error registration-15 audience_processing_registration.account_settings[0]: `default_value` is out of bounds",
            ],
        ),
        (
            setting("float", r#""min_value":0.6,"max_value":0.5"#),
            vec![
                "error registration-15 audience_processing_registration.account_settings[0]: `min_value` is above `max_value`",
            ],
        ),
        (
            setting(
                "text",
                r#""id":"apiKey","required":true,"confidential":true"#,
            ),
            vec![],
        ),
        (
            setting("text", r#""name":"API key","required":true"#),
            vec![
                "warning registration-16 audience_processing_registration.account_settings[0]: a secret, by its name or flags, that is not both required and confidential",
            ],
        ),
        (
            setting("text", r#""confidential":true"#),
            vec![
                "warning registration-16 audience_processing_registration.account_settings[0]: a secret, by its name or flags, that is not both required and confidential",
            ],
        ),
    ]
}

fn audience_and_dsr_rules() -> Vec<Row> {
    let subscription = |fields: &str| {
        audiences(&format!(
            r#""audience_subscription_settings":[{{"type":"integer","id":"i","name":"n","description":"d",{fields}}}]"#
        ))
    };
    let complete = r#","authorization_url":"a","token_url":"t","client_id":"c""#;
    let events = events(r#""authentication":{"type":"oauth1"},"#, "");
    vec![
        (subscription(r#""visible":false"#), vec![]),
        (subscription(r#""required":true"#), vec![]),
        (
            subscription(r#""visible":false,"required":true"#),
            vec![
                "error registration-18 audience_processing_registration.audience_subscription_settings[0]: the customer must fill in a setting that is not shown",
            ],
        ),
        (
            audiences(r#""bulk_configuration":{"bulk_forward_wait_for_messages":1}"#),
            vec![],
        ),
        (
            audiences(
                r#""bulk_configuration":{"bulk_forward_wait_for_messages":0,"bulk_forward_wait_in_minutes":-1}"#,
            ),
            vec![
                "error registration-19 audience_processing_registration.bulk_configuration.bulk_forward_wait_for_messages: not positive",
                "error registration-19 audience_processing_registration.bulk_configuration.bulk_forward_wait_in_minutes: not positive",
            ],
        ),
        (oauth2(complete), vec![]),
        (
            oauth2(""),
            vec![
                "error registration-20 audience_processing_registration.authentication: `authorization_url` is missing or empty",
                "error registration-20 audience_processing_registration.authentication: `token_url` is missing or empty",
                "error registration-20 audience_processing_registration.authentication: `client_id` is missing or empty",
            ],
        ),
        (
            oauth2(&format!(
                r#"{complete},"access_token_type":"custom_header","grant_type":"implicit","scopes":[{{"name":"s"}}]"#
            )),
            vec![
                "error registration-20 audience_processing_registration.authentication: `custom_header_name` is missing or empty",
                r#"warning unknown-value audience_processing_registration.authentication.grant_type: unknown value "implicit""#,
                "warning required-field audience_processing_registration.authentication.scopes[0]: missing field `description`",
            ],
        ),
        (
            events,
            vec![
                r#"warning unknown-member event_processing_registration.authentication: unknown type "oauth1"; is it `oauth2`?"#,
            ],
        ),
        (
            registration(
                r#""dsr_processing_registration":{"supported_dsr_types":["erasure","access"]},"#,
            ),
            vec![
                "error registration-22 dsr_processing_registration.supported_dsr_types[1]: only `erasure` is supported",
                "error registration-22 dsr_processing_registration: `domain` is missing or empty",
            ],
        ),
        (
            registration(r#""dsr_processing_registration":{"domain":"d"},"#),
            vec![
                "error registration-22 dsr_processing_registration: `supported_dsr_types` is missing or empty",
            ],
        ),
    ]
}

#[test]
fn registrations() {
    check(rows());
}
