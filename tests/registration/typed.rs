//! Settings that are stated once: descriptions, values, faults and `Debug`, for both macros.

use hydrant::message::{Map, MessageCommon, SettingType};
use hydrant::registration::*;
use proptest::prelude::*;
use std::time::Duration;

/// A type of the user, without a macro.
#[derive(Debug, PartialEq)]
pub(crate) struct Port(u16);

impl FromSetting<'_> for Port {
    const EXPECTED: &'static str = "a port";
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Integer];
    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// The registration as it would be written by hand.
fn by_hand() -> Vec<SettingDescription> {
    vec![
        Text::new("api_key", "API key")
            .description("Acme shows it once")
            .required()
            .confidential()
            .into(),
        // The accepted texts, because the field has no comment.
        Text::new("region", "Region")
            .description("us or eu")
            .default("us")
            .into(),
        Integer::new("batch_size", "Batch size")
            .description("Events per request")
            .default(100)
            .range(1..=1000)
            .into(),
        Float::new("rate", "Rate")
            .description("Share of users")
            .range(-0.5..=1.0)
            .required()
            .into(),
        Float::new("share", "Share")
            .default(0.5)
            .range(0.0..=1.0)
            .into(),
        Boolean::new("sandbox", "Sandbox").on().into(),
        Boolean::new("trace", "Trace")
            .description("Writes more")
            .into(),
        Text::new("user-agent", "User agent").into(),
        Text::new("lists", "Lists").default("a, b").into(),
        Text::new("regions", "Regions").into(),
        Integer::new("timeout", "Timeout in seconds")
            .default(30)
            .range(1..=60)
            .into(),
        Text::new("endpoint", "Endpoint").required().into(),
        Integer::new("list_id", "Set by the module")
            .min(0)
            .invisible()
            .into(),
        Integer::new("port", "A type of this module")
            .default(443)
            .into(),
        Integer::new("values", "A name of the expansion")
            .range(i64::from(i32::MIN)..=i64::from(i32::MAX))
            .into(),
    ]
}

fn json(settings: Vec<SettingDescription>) -> String {
    let registration = Registration::new("Acme", "1.0");
    let registration = settings
        .into_iter()
        .fold(registration.events([]), Registration::account_setting);
    String::from_utf8(registration.to_json(MessageCommon::default())).unwrap()
}

const VALUES: [(&str, &str); 5] = [
    ("api_key", "s3cret"),
    ("rate", "0.25"),
    ("endpoint", "https://acme.example"),
    ("list_id", "18446744073709551615"),
    ("user-agent", ""),
];

macro_rules! typed {
    ($form:ident) => {
        mod $form {
            use super::super::$form::{Acme, Owned, Region};
            use super::*;

            #[test]
            fn the_registration_is_the_one_by_hand() {
                assert_eq!(json(Acme::describe()), json(by_hand()));
                let typed = Registration::new("Acme", "1.0")
                    .events([])
                    .account_settings::<Acme<'_>>();
                let typed = typed.to_json(MessageCommon::default());
                assert_eq!(String::from_utf8(typed).unwrap(), json(by_hand()));
            }

            #[test]
            fn values_are_read_or_have_their_default() {
                let acme = Acme::from_values(Map::new(&VALUES)).unwrap();
                assert_eq!((acme.api_key, acme.region), ("s3cret", Region::Us));
                assert_eq!((acme.batch_size, acme.rate, acme.share), (100, 0.25, 0.5));
                assert_eq!((acme.sandbox, acme.trace), (true, false));
                assert_eq!(acme.user_agent.as_deref(), Some(""));
                assert_eq!((acme.lists, acme.regions), (vec!["a", "b"], None));
                assert_eq!(acme.timeout, Duration::from_secs(30));
                assert_eq!(*acme.endpoint, "https://acme.example");
                assert_eq!((acme.list_id, acme.port), (u64::MAX, Port(443)));
                assert_eq!(acme.values, None);

                let given = [
                    ("region", "eu"),
                    ("batch_size", "1000"),
                    ("rate", "-0.5"),
                    ("share", "1"),
                    ("sandbox", "no"),
                    ("trace", "TRUE"),
                    ("lists", " x,,y "),
                    ("regions", "eu,us"),
                    ("timeout", "60"),
                    ("port", "1"),
                    ("values", "-2147483648"),
                    ("api_key", "s3cret"),
                    ("endpoint", "https://acme.example"),
                    ("list_id", "0"),
                ];
                let acme = Acme::from_values(Map::new(&given)).unwrap();
                assert_eq!((acme.region, acme.batch_size), (Region::Eu, 1000));
                assert_eq!((acme.rate, acme.share), (-0.5, 1.0));
                assert_eq!((acme.sandbox, acme.trace), (false, true));
                assert_eq!(acme.user_agent, None);
                assert_eq!(acme.lists, ["x", "y"]);
                assert_eq!(acme.regions, Some(vec![Region::Eu, Region::Us]));
                assert_eq!((acme.timeout, acme.port), (Duration::from_secs(60), Port(1)));
                assert_eq!(acme.values, Some(i32::MIN));
            }

            #[test]
            fn one_error_names_all_faults_and_no_value() {
                let given = [
                    ("region", "s3cret"),
                    ("batch_size", "7000123"),
                    ("rate", "NaN"),
                    ("share", "7000123.5"),
                    ("regions", "us, s3cret"),
                    ("timeout", "7000123"),
                    ("endpoint", "http://s3cret"),
                    ("list_id", "-7000123"),
                    ("port", "7000123"),
                    ("values", "7000123s3cret"),
                ];
                let error = Acme::from_values(Map::new(&given)).unwrap_err();
                let expected = [
                    "the setting `api_key` is missing",
                    "the setting `region` is not one of `us`, `eu`",
                    "the setting `batch_size` is not between 1 and 1000",
                    "the setting `rate` is not a number",
                    "the setting `share` is not between 0 and 1",
                    "the setting `regions` is not a list with commas whose elements are each one \
                     of `us`, `eu`",
                    "the setting `timeout` is not between 1 and 60",
                    "the setting `endpoint` is not an https URL without a user name",
                    "the setting `list_id` is not an unsigned 64-bit integer",
                    "the setting `port` is not a port",
                    "the setting `values` is not a 32-bit integer",
                ];
                assert_eq!(error.to_string(), expected.join("; "));
                assert_eq!(error.faults().len(), expected.len());
                assert_eq!(error.faults()[2].expected(), Some("between 1 and 1000"));
                for shown in [format!("{error}"), format!("{error:?}")] {
                    assert!(!shown.contains("s3cret") && !shown.contains("7000123"));
                }
            }

            #[test]
            fn floats_are_finite() {
                for text in ["NaN", "inf", "-inf", "infinity", "1e999", "1.1", "-0.6", "", " 1"] {
                    let mut values = VALUES;
                    values[1].1 = text;
                    let error = Acme::from_values(Map::new(&values)).unwrap_err();
                    assert_eq!(error.faults()[0].id(), "rate", "{text}");
                }
            }

            #[test]
            fn secrets_are_not_shown() {
                let acme = Acme::from_values(Map::new(&VALUES)).unwrap();
                let shown = format!("{acme:?}");
                let start = "Acme { api_key: [redacted], region: Us, batch_size: 100, rate: 0.25, ";
                assert!(shown.starts_with(start), "{shown}");
                let given = [("token", "s3cret"), ("endpoint", "http://a")];
                let owned = Owned::from_values(Map::new(&given)).unwrap();
                assert_eq!(owned.token.as_deref(), Some("s3cret"));
                assert_eq!((owned.endpoint.as_str(), owned.retries), ("http://a", -1));
                let expected =
                    r#"Owned { token: [redacted], endpoint: "http://a", retries: -1 }"#;
                assert_eq!(format!("{owned:?}"), expected);
                assert!(!format!("{shown}{owned:#?}").contains("s3cret"));
            }

            #[test]
            fn an_optional_secret_is_not_required() {
                let token = Text::new("token", "Token").confidential();
                let endpoint = Text::new("endpoint", "Endpoint").required();
                let retries = Integer::new("retries", "Retries").default(-1).range(-1..=9);
                let by_hand = vec![token.into(), endpoint.into(), retries.into()];
                assert_eq!(json(Owned::describe()), json(by_hand));
            }

            proptest! {
                /// Any text is a value or a fault of its setting, and values keep to the range.
                #[test]
                fn reading_does_not_panic(
                    texts in proptest::collection::vec(
                        "\\PC{0,6}|[+-]?[0-9]{1,25}|-?[0-9]{0,3}[.][0-9]{0,3}(e-?[0-9]{1,4})?|https?://\\PC{0,12}|(us|eu|,| ){0,5}",
                        15,
                    )
                ) {
                    let described = Acme::describe();
                    let ids = described.iter().map(|it| it.id().unwrap());
                    let values: Vec<(&str, &str)> =
                        ids.zip(texts.iter().map(String::as_str)).collect();
                    match Acme::from_values(Map::new(&values)) {
                        Ok(acme) => {
                            prop_assert!((1..=1000).contains(&acme.batch_size));
                            prop_assert!((-0.5..=1.0).contains(&acme.rate));
                            prop_assert!((1..=60).contains(&acme.timeout.as_secs()));
                        }
                        Err(error) => {
                            for fault in error.faults() {
                                prop_assert!(fault.expected().is_some(), "{}", fault);
                                // These accept any text.
                                let any = ["api_key", "sandbox", "trace", "user-agent", "lists"];
                                prop_assert!(!any.contains(&fault.id()), "{}", fault);
                            }
                        }
                    }
                    // One at a time, so that each is also read when the others are valid.
                    for (id, text) in &values {
                        let mut given = vec![(*id, *text)];
                        given.extend(VALUES.into_iter().filter(|(other, _)| other != id));
                        if let Err(error) = Acme::from_values(Map::new(&given)) {
                            let found: Vec<&str> = error.faults().iter().map(|it| it.id()).collect();
                            prop_assert_eq!(found, [*id]);
                        }
                    }
                }
            }
        }
    };
}

typed!(declared);
#[cfg(feature = "derive")]
typed!(derived);
