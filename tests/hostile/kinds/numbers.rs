//! Numbers that no machine type can represent.

use hydrant::ErrorKind;
use hydrant::message::Event;

use super::{Kind, batch, count, in_batch, refused, same};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "unknown events with fractional time stamps",
        make: |size| {
            let item = |n: usize| {
                format!(r#"{{"timestamp_ms":{n}.75,"type":"h","id":{n}e1,"x":[{{}},{n}]}}"#)
            };
            in_batch(size, r#""events":["#, item, ",", "]")
        },
        answer: |text, result| {
            let events = batch(result).events;
            assert_eq!(events.len(), count(text, "\"h\""));
            for (at, event) in events.iter().enumerate() {
                assert_eq!((event.timestamp_ms(), event.id()), (Some(at as i64), None));
            }
        },
    },
    Kind {
        name: "numbers beyond any machine number, as text",
        make: |size| {
            in_batch(
                size,
                r#""user_attributes":{"#,
                |n| format!(r#""{n}":-1.50e{n}99999999999999999999"#),
                ",",
                "}",
            )
        },
        answer: |text, result| {
            let attributes = batch(result).user_attributes;
            assert_eq!(attributes.len(), count(text, "-1.50e"));
            assert_eq!(attributes.get("7"), Some(&"-1.50e799999999999999999999"));
        },
    },
    Kind {
        name: "numbers beyond any machine number, as prices and quantities",
        make: |size| {
            let item = |n: usize| {
                format!(
                    r#"{{"price":1{n}e400,"quantity":{n}.00000000000000000000000000000000000000001}}"#
                )
            };
            in_batch(
                size,
                r#""events":[{"type":"product_action","products":["#,
                item,
                ",",
                "]}]",
            )
        },
        answer: |text, result| {
            let Event::ProductAction(event) = batch(result).events[0] else {
                panic!("another event")
            };
            assert_eq!(event.products.len(), count(text, "price"));
            assert_eq!(event.products[7].price.unwrap().as_source(), "17e400");
            assert_eq!(event.products[7].quantity.unwrap().scale(), 41);
        },
    },
    Kind {
        name: "a number of very many digits, as text",
        make: |size| in_batch(size, r#""mpid":1"#, same("0"), "", ""),
        answer: |text, result| assert_eq!(batch(result).mpid.unwrap().len(), text.len() - 43),
    },
    Kind {
        name: "a number of very many digits for an integer",
        make: |size| in_batch(size, r#""account":{"account_id":1"#, same("0"), "", "}"),
        answer: |text, result| {
            let offset = text.iter().position(|byte| *byte == b'1').unwrap();
            refused(
                result,
                ErrorKind::InvalidValue,
                offset,
                "account.account_id",
            );
        },
    },
    Kind {
        name: "a fraction of very many digits for an integer",
        make: |size| in_batch(size, r#""account":{"account_id":7."#, same("9"), "", "}"),
        answer: |_, result| assert_eq!(batch(result).account.unwrap().account_id, 7),
    },
    Kind {
        name: "a fraction of very many digits for a double",
        make: |size| {
            in_batch(
                size,
                r#""events":[{"type":"error","location":{"latitude":0."#,
                same("25"),
                "",
                r#","longitude":1}}]"#,
            )
        },
        answer: |_, result| {
            let location = batch(result).events[0].common().unwrap().location.unwrap();
            assert!((location.latitude - 0.252_525).abs() < 1e-6);
        },
    },
    Kind {
        name: "a text of very many digits for a decimal",
        make: |size| {
            in_batch(
                size,
                r#""events":[{"type":"product_action","total_amount":""#,
                same("1"),
                "",
                "\"}]",
            )
        },
        answer: |_, result| assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidValue),
    },
    Kind {
        name: "doubles",
        make: |size| {
            let item = |n: usize| {
                format!(
                    r#"{{"type":"error","location":{{"latitude":{n}e-320,"longitude":"-{n}.5","accuracy":1{n}}}}}"#
                )
            };
            in_batch(size, r#""events":["#, item, ",", "]")
        },
        answer: |text, result| assert_eq!(batch(result).events.len(), count(text, "latitude")),
    },
];
