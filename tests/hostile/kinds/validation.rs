//! What is read without trouble and takes long to validate if that is done carelessly: two long
//! lists that are compared, and many findings below a huge key.

use hydrant::message::Message;

use super::{Kind, batch, in_batch, repeated, same};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "device permissions and environments",
        make: |size| {
            let permission = r#"{"type":"roku_advertising_id","encoding":"raw","required":true}"#;
            let before =
                r#"{"type":"module_registration_response","permissions":{"device_identities":["#;
            let between =
                r#"]},"event_processing_registration":{"supported_runtime_environments":["#;
            let mut text = repeated(size / 2, before, same(permission), ",", between);
            text.extend(repeated(size / 2, "", same(r#""ios""#), ",", "]}}"));
            text
        },
        answer: |_, result| {
            let Message::ModuleRegistrationResponse(response) = result.unwrap().message else {
                panic!("another message")
            };
            let events = response.event_processing_registration.unwrap();
            assert!(events.supported_runtime_environments.len() > 50);
            assert!(response.permissions.unwrap().device_identities.len() > 10);
        },
    },
    Kind {
        name: "settings with one id",
        make: |size| {
            let before = r#"{"type":"module_registration_response","event_processing_registration":{"account_settings":["#;
            repeated(
                size,
                before,
                same(r#"{"type":"text","id":"key"}"#),
                ",",
                "]}}",
            )
        },
        answer: |_, result| {
            let message = result.unwrap().message;
            assert!(matches!(message, Message::ModuleRegistrationResponse(_)));
        },
    },
    Kind {
        name: "long entries below a huge key",
        make: |size| {
            let before = format!(r#""user_attribute_lists":{{"{}":["#, "k".repeat(size / 2));
            let entry = format!("\"{}\"", "v".repeat(513));
            in_batch(size, &before, same(&entry), ",", "]}")
        },
        answer: |_, result| assert_eq!(batch(result).user_attribute_lists.len(), 1),
    },
    Kind {
        name: "unknown fields below a huge key",
        make: |size| {
            let key = "\\u006b".repeat(size / 12);
            let before = format!(r#""consent_state":{{"gdpr_consent_state":{{"{key}":{{"#);
            in_batch(size, &before, |n| format!(r#""{n}":1"#), ",", "}}}")
        },
        answer: |_, result| assert!(batch(result).consent_state.is_some()),
    },
    Kind {
        name: "misspelt fields of huge names",
        make: |size| {
            let key = "events".repeat(size / 60);
            in_batch(size, "", |n| format!(r#""{key}{n}":1"#), ",", "")
        },
        answer: |_, result| assert!(batch(result).events.is_empty()),
    },
];
