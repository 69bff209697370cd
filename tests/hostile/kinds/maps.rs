//! Many entries, keys, types and models, and many duplicates.

use hydrant::ErrorKind;
use hydrant::message::{Event, Message};

use super::{Kind, batch, count, in_batch, repeated, same};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "empty lists as lists of attributes",
        make: |size| {
            in_batch(
                size,
                r#""user_attribute_lists":{"#,
                |n| format!(r#""{n}":[]"#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            let lists = batch(result).user_attribute_lists;
            assert_eq!(lists.len(), count(text, "[]"));
        },
    },
    Kind {
        name: "nulls in a list of models",
        make: |size| in_batch(size, r#""user_identities":["#, same("null"), ",", "]"),
        answer: |text, result| {
            let parsed = result.unwrap();
            assert_eq!(parsed.tally.null_elements, count(text, "null"));
            assert!(batch(Ok(parsed)).user_identities.is_empty());
        },
    },
    Kind {
        name: "attributes",
        make: |size| {
            in_batch(
                size,
                r#""user_attributes":{"#,
                |n| format!(r#""key {n}":"{n}""#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            let attributes = batch(result).user_attributes;
            assert_eq!(attributes.len(), count(text, "key "));
            assert_eq!(attributes.get("key 77"), Some(&"77"));
        },
    },
    Kind {
        name: "attributes whose keys differ only at the end",
        make: |size| {
            let before = "k".repeat(60);
            in_batch(
                size,
                r#""user_attributes":{"#,
                |n| format!(r#""{before}{n:08}":true"#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            assert_eq!(batch(result).user_attributes.len(), count(text, "true"));
        },
    },
    Kind {
        name: "duplicates of one key",
        make: |size| {
            in_batch(
                size,
                r#""user_attributes":{"#,
                |n| format!(r#""a":{n}"#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            let attributes = batch(result).user_attributes;
            let last = (count(text, "\"a\"") - 1).to_string();
            assert_eq!(attributes.as_slice(), [("a", last.as_str())]);
        },
    },
    Kind {
        name: "duplicates of one key, every other one null",
        make: |size| {
            let item = |n| {
                if n % 2 == 0 {
                    r#""a":null,"b":1"#.to_owned()
                } else {
                    format!(r#""a":{n},"b":null"#)
                }
            };
            in_batch(
                size,
                r#""user_attributes":{"#,
                item,
                ",",
                r#","c":"","a":"z"}"#,
            )
        },
        answer: |text, result| {
            let attributes = batch(result).user_attributes;
            let ends_in_null = count(text, r#""b":null"#) == count(text, r#""a":null"#);
            let expected: &[(&str, &str)] = if ends_in_null {
                &[("a", "z"), ("c", "")]
            } else {
                &[("a", "z"), ("b", "1"), ("c", "")]
            };
            assert_eq!(attributes.as_slice(), expected);
        },
    },
    Kind {
        name: "many keys, each removed by null and added again",
        make: |size| {
            let item = |n: usize| format!(r#""k{n}":"x","k{n}":null,"k{}":"y""#, n / 2);
            in_batch(size, r#""user_attributes":{"#, item, ",", "}")
        },
        answer: |text, result| {
            let attributes = batch(result).user_attributes;
            assert_eq!(attributes.len(), count(text, "\"x\"").div_ceil(2));
            assert!(attributes.iter().all(|(_, value)| *value == "y"));
        },
    },
    Kind {
        name: "duplicates of a field",
        make: |size| {
            in_batch(
                size,
                "",
                |n| {
                    format!(
                        r#""mpid":{n},"account":{{"account_id":{n}}},"events":[{{"type":"error"}}]"#
                    )
                },
                ",",
                "",
            )
        },
        answer: |text, result| {
            let batch = batch(result);
            let last = count(text, "mpid") - 1;
            assert_eq!(batch.mpid.unwrap(), last.to_string());
            assert_eq!(batch.account.unwrap().account_id as usize, last);
            assert_eq!(batch.events.len(), 1);
        },
    },
    Kind {
        name: "duplicates of `type`",
        make: |size| in_batch(size, "", same(r#""type":[0]"#), ",", ""),
        answer: |_, result| assert!(batch(result).is_heartbeat()),
    },
    Kind {
        name: "`type` is the last field",
        make: |size| {
            let after = r#"],"type":"event_processing_request"}"#;
            repeated(
                size,
                r#"{"events":["#,
                same(r#"{"x":[1,{}],"name":"n","type":"custom_event"}"#),
                ",",
                after,
            )
        },
        answer: |text, result| {
            let events = batch(result).events;
            assert_eq!(events.len(), count(text, "custom"));
            assert!(
                matches!(events.last(), Some(Event::CustomEvent(event)) if event.name == Some("n"))
            );
        },
    },
    Kind {
        name: "small events that become large models",
        make: |size| {
            in_batch(
                size,
                r#""events":["#,
                same(r#"{"type":"product_action"}"#),
                ",",
                "]",
            )
        },
        answer: |text, result| assert_eq!(batch(result).events.len(), count(text, "action")),
    },
    Kind {
        name: "unknown events with invalid timestamps",
        make: |size| {
            let item =
                |n: usize| format!(r#"{{"type":"h","timestamp_ms":{{"a":[{n}.5]}},"id":"{n}"}}"#);
            in_batch(size, r#""events":["#, item, ",", "]")
        },
        answer: |text, result| {
            let events = batch(result).events;
            assert_eq!(events.len(), count(text, "\"h\""));
            assert!(events.iter().all(|event| event.timestamp_ms().is_none()));
        },
    },
    Kind {
        name: "unknown notifications, environments and texts",
        make: |size| {
            let item = |n: usize| {
                format!(
                    concat!(
                        r#""system_notifications":[{{"type":"n{0}"}}],"runtime_environment":{{"type":"r{0}"}},"#,
                        r#""events":[{{"type":"promotion_action","action":"a{0}"}}]"#
                    ),
                    n
                )
            };
            in_batch(size, "", item, ",", "")
        },
        answer: |text, result| {
            let parsed = result.unwrap();
            let rounds = count(text, "promotion");
            assert_eq!(parsed.tally.unknown_members, 2 * rounds);
            assert_eq!(parsed.tally.unknown_values, rounds);
        },
    },
    Kind {
        name: "JSON that is kept as text",
        make: |size| {
            repeated(
                size,
                r#"{"type":"dsr_processing_request","extensions":["#,
                same(r#"{"a" : "\"]"}"#),
                ", ",
                "]}",
            )
        },
        answer: |text, result| {
            let Message::DsrProcessingRequest(request) = result.unwrap().message else {
                panic!("another message")
            };
            assert_eq!(
                request.extensions.unwrap().0.as_bytes(),
                &text[46..text.len() - 1]
            );
        },
    },
    Kind {
        name: "subject identities of unknown kinds",
        make: |size| {
            let item = |n| format!(r#"" email ":{{}},"fax {n}":{{"value":"{n}"}}"#);
            repeated(
                size,
                r#"{"type":"dsr_processing_request","subject_identities":{"#,
                item,
                ",",
                "}}",
            )
        },
        answer: |text, result| {
            let parsed = result.unwrap();
            assert_eq!(parsed.tally.unknown_values, count(text, "fax"));
        },
    },
    Kind {
        name: "empty user profiles",
        make: |size| {
            repeated(
                size,
                r#"{"type":"audience_membership_change_request","user_profiles":["#,
                same("{}"),
                ",",
                "]}",
            )
        },
        answer: |text, result| match result {
            Ok(parsed) => {
                let Message::AudienceMembershipChangeRequest(request) = parsed.message else {
                    panic!("another message")
                };
                assert_eq!(request.user_profiles.len(), count(text, "{}"));
            }
            // A few bytes become a large model, so the limit on memory applies.
            Err(error) => {
                assert!(text.len() > 1 << 20);
                assert_eq!(error.kind(), ErrorKind::TooLarge);
            }
        },
    },
];
