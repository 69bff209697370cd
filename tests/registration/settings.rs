//! Settings as a type: one error names all faults.

use hydrant::message::MessageCommon;
use hydrant::message::{Account, Map};
use hydrant::registration::*;
use proptest::prelude::*;

#[derive(Debug, PartialEq)]
struct Acme<'a> {
    api_key: &'a str,
    limit: i64,
    rate: Option<f64>,
    sandbox: bool,
}

impl<'a> Settings<'a> for Acme<'a> {
    fn describe() -> Vec<SettingDescription> {
        vec![
            Text::new("api_key", "API key")
                .required()
                .confidential()
                .into(),
            Integer::new("limit", "Limit")
                .default(100)
                .range(1..=1000)
                .into(),
            Float::new("rate", "Rate").into(),
            Boolean::new("sandbox", "Sandbox").into(),
        ]
    }

    fn read(values: &mut SettingValues<'a>) -> Option<Self> {
        let api_key = values.required("api_key");
        let limit = values.or("limit", 100);
        let rate = values.optional("rate");
        let sandbox = values.required("sandbox");
        Some(Self {
            api_key: api_key?,
            limit: limit?,
            rate: rate?,
            sandbox: sandbox?,
        })
    }
}

fn read<'a>(values: &'a [(&'a str, &'a str)]) -> Result<Acme<'a>, SettingError> {
    let mut account = Account::default();
    account.account_settings = Map::new(values);
    account.settings()
}

#[test]
fn values_are_borrowed() {
    let values = [
        ("api_key", "k"),
        ("rate", "0.5"),
        ("sandbox", "TRUE"),
        ("unknown", "x"),
    ];
    let expected = Acme {
        api_key: "k",
        limit: 100,
        rate: Some(0.5),
        sandbox: true,
    };
    assert_eq!(read(&values), Ok(expected));
}

#[test]
fn one_error_names_all_faults() {
    let values = [("limit", "s3cret-many"), ("rate", "s3cret-fast")];
    let error = read(&values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the setting `api_key` is missing; the setting `limit` is not a 64-bit integer; \
         the setting `rate` is not a number; the setting `sandbox` is missing"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
    let ids: Vec<&str> = error.faults().iter().map(|fault| fault.id()).collect();
    assert_eq!(ids, ["api_key", "limit", "rate", "sandbox"]);
}

#[test]
fn a_fault_is_an_error_even_if_read_ignores_it() {
    struct Careless;
    impl<'a> Settings<'a> for Careless {
        fn describe() -> Vec<SettingDescription> {
            Vec::new()
        }
        fn read(values: &mut SettingValues<'a>) -> Option<Self> {
            let _: Option<i64> = values.required("n");
            Some(Self)
        }
    }
    assert!(Careless::from_values(Map::EMPTY).is_err());
}

#[test]
fn values_can_be_refused_as_a_whole() {
    #[derive(Debug)]
    struct Never;
    impl<'a> Settings<'a> for Never {
        fn describe() -> Vec<SettingDescription> {
            Vec::new()
        }
        fn read(_: &mut SettingValues<'a>) -> Option<Self> {
            None
        }
    }
    let error = Never::from_values(Map::EMPTY).unwrap_err();
    assert_eq!(error.to_string(), "the settings do not go together");
    assert!(error.faults().is_empty());
}

proptest! {
    #[test]
    fn each_setting_is_read_or_is_a_fault(
        api_key in proptest::option::of("[a-z]{0,8}"),
        limit in proptest::option::of("-?[0-9]{1,20}|[a-z]{0,3}"),
        rate in proptest::option::of("[0-9]{1,3}(\\.[0-9]{1,3})?|[g-m]{1,3}"),
    ) {
        let given = [("api_key", &api_key), ("limit", &limit), ("rate", &rate)];
        let mut values: Vec<(&str, &str)> = given.iter().filter_map(|(id, value)| Some((*id, value.as_deref()?))).collect();
        values.push(("sandbox", "no"));
        let limit_value = limit.as_ref().map_or(Some(100), |text| text.parse::<i64>().ok());
        let rate_value = rate.as_ref().map_or(Some(None), |text| text.parse::<f64>().ok().map(Some));
        match read(&values) {
            Ok(acme) => {
                prop_assert_eq!(Some(acme.api_key), api_key.as_deref());
                prop_assert_eq!(Some(acme.limit), limit_value);
                prop_assert_eq!(Some(acme.rate), rate_value);
            }
            Err(error) => {
                let named = |id: &str| error.faults().iter().any(|fault| fault.id() == id);
                prop_assert_eq!(named("api_key"), api_key.is_none());
                prop_assert_eq!(named("limit"), limit_value.is_none());
                prop_assert_eq!(named("rate"), rate_value.is_none());
            }
        }
    }
}

hydrant::settings! {
    #[allow(dead_code, reason = "only the description is tested")]
    struct Numbers {
        #[setting(name = "Unsigned")]
        unsigned: u32,
        #[setting(name = "Small")]
        small: i32,
        #[setting(name = "Wait", range = 0..=60)]
        wait: std::time::Duration,
        #[setting(name = "Large")]
        large: i64,
        #[setting(name = "Type", default = "a")]
        r#type: String,
    }
}

/// What the platform accepts is what is read.
#[test]
fn the_limits_of_a_type_are_registered() {
    let described = Registration::new("Acme", "1.0")
        .account_settings::<Numbers>()
        .erasure("dsr.acme.example")
        .to_json(MessageCommon::default());
    let message: serde_json::Value = serde_json::from_slice(&described).unwrap();
    let settings = &message["dsr_processing_registration"]["account_settings"];
    let limits: Vec<_> = settings
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["id"].as_str().unwrap(),
                it["min_value"].as_i64(),
                it["max_value"].as_i64(),
            )
        })
        .collect();
    let expected = [
        ("unsigned", Some(0), Some(i64::from(u32::MAX))),
        (
            "small",
            Some(i64::from(i32::MIN)),
            Some(i64::from(i32::MAX)),
        ),
        ("wait", Some(0), Some(60)),
        ("large", None, None),
        ("type", None, None),
    ];
    assert_eq!(limits, expected);
}
