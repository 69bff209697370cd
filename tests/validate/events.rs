//! Events, and the limits of incoming data.

use super::messages::batch;
use super::{Row, check};

/// A batch of one event.
fn event(type_name: &str, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    batch(&format!(
        r#""events":[{{"type":"{type_name}","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":1714592744066{comma}{fields}}}]"#
    ))
}

fn attributes(count: usize) -> String {
    let entries: Vec<String> = (0..count).map(|n| format!(r#""a{n}":"v""#)).collect();
    entries.join(",")
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = events();
    rows.extend(limits());
    rows
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
        lacks(
            "sreen_view",
            vec![
                r#"warning unknown-member events[0]: unknown type "sreen_view"; is it `screen_view`?"#,
            ],
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
    // Characters are counted, not bytes.
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
                // Paths are truncated as well.
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

#[test]
fn events_and_limits() {
    check(rows());
}
