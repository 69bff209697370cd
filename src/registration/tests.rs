//! Tests of the findings on registrations and of the event types that are decoded.

use super::*;
use crate::message::{EventType, IdentityEncoding, Interests, UserIdentityType};
use crate::validate::Level;

/// A registration without findings.
fn sound() -> Registration {
    Registration::new("Acme", "1.0").events([EventType::CustomEvent])
}

fn findings(registration: &Registration) -> Vec<(Level, &'static str, String)> {
    let found = registration.lint().into_iter();
    found.map(|it| (it.level, it.rule, it.path)).collect()
}

const EVENTS: &str = "event_processing_registration.account_settings";

#[test]
fn interests_are_the_event_types() {
    assert_eq!(
        sound().interests(),
        Interests::none().with(EventType::CustomEvent)
    );
    let without = Registration::new("Acme", "1.0");
    assert_eq!(without.interests(), Interests::all());
    assert_eq!(without.audiences(|it| it).interests(), Interests::all());
    assert_eq!(sound().events([]).interests(), sound().interests());
}

#[test]
fn the_rules_of_the_protocol_apply() {
    assert_eq!(findings(&sound()), []);
    let rules = |registration: Registration| -> Vec<&'static str> {
        let found = findings(&registration).into_iter();
        found.map(|(_, rule, _)| rule).collect()
    };
    assert_eq!(rules(Registration::new("Acme", "1.0")), ["registration-3"]);
    assert_eq!(
        rules(Registration::new("", "").events([
            EventType::UserAttributeChange,
            EventType::UserIdentityChange,
            EventType::PushMessageReceipt,
        ])),
        [
            "registration-1",
            "registration-1",
            "registration-9",
            "registration-10",
            "registration-11"
        ]
    );
    assert_eq!(rules(sound().consent_state()), [""; 0]);
    assert_eq!(
        rules(
            sound()
                .consent_state()
                .events_with([], |it| it.notifications([]))
        ),
        ["registration-23"]
    );
    assert_eq!(
        rules(sound().erasure("").audiences(|it| it.bulk_messages(0))),
        ["registration-19", "registration-22"]
    );
    let email = |it: Registration| it.user_identity(UserIdentityType::Email, IdentityEncoding::Raw);
    assert_eq!(rules(email(email(sound()))), ["registration-8"]);
    let limit = Integer::new("limit", "Limit").description("A limit");
    let registration = sound()
        .account_setting(limit.clone().default(0).range(1..=9))
        .account_setting(limit);
    assert_eq!(rules(registration), ["registration-15", "registration-14"]);
}

struct Reads;

impl<'a> Settings<'a> for Reads {
    fn describe() -> Vec<SettingDescription> {
        vec![
            Text::new("same", "Same").description("d").required().into(),
            Text::new("kind", "Kind")
                .description("d")
                .default("1")
                .into(),
            Integer::new("left", "Left").description("d").into(),
            Boolean::new("unread", "Unread").description("d").into(),
            Text::new("filled", "Filled")
                .description("d")
                .invisible()
                .into(),
        ]
    }

    fn read(values: &mut SettingValues<'a>) -> Option<Self> {
        let same: Option<&str> = values.required("same");
        let kind: Option<i64> = values.required("kind");
        let left: Option<f64> = values.required("left");
        let filled: Option<&str> = values.required("filled");
        let none: Option<i64> = values.or("none", 1);
        let all = (same?, kind?, left?, filled?, none?);
        (all.4 >= 0).then_some(Self)
    }
}

fn expected(path: &str, first: usize) -> Vec<(Level, &'static str, String)> {
    let at = |index: usize| format!("{path}[{}]", first + index);
    vec![
        (Level::Error, "setting-type", at(1)),
        (Level::Error, "setting-required", at(2)),
        (Level::Error, "setting-described", path.to_owned()),
        (Level::Warning, "setting-read", at(3)),
    ]
}

#[test]
fn descriptions_are_compared_with_reads() {
    let registration = sound().account_settings::<Reads>();
    assert_eq!(findings(&registration), expected(EVENTS, 0));

    // Shared settings are part of each list, and come first.
    let both = registration.audiences(|it| it);
    let audiences = "audience_processing_registration.account_settings";
    assert_eq!(
        findings(&both),
        [expected(EVENTS, 0), expected(audiences, 0)].concat()
    );
    let shared = Text::new("none", "None").description("d").default("x");
    let own = sound()
        .account_setting(shared)
        .events_with([], |it| it.account_settings::<Reads>());
    let mut found = expected(EVENTS, 1);
    found[2] = (Level::Error, "setting-type", format!("{EVENTS}[0]"));
    assert_eq!(findings(&own), found);
}

#[test]
fn each_list_has_its_readers() {
    let registration = sound()
        .events_with([], |it| it.connection_settings::<Reads>())
        .audiences(|it| it.subscription_settings::<Reads>())
        .erasure_with("dsr.acme.example", |it| it.account_settings::<Reads>());
    let all = [
        expected("event_processing_registration.event_connection_settings", 0),
        expected(
            "audience_processing_registration.audience_subscription_settings",
            0,
        ),
        expected("dsr_processing_registration.account_settings", 0),
    ];
    assert_eq!(findings(&registration), all.concat());
}

#[test]
fn findings_name_rules() {
    let found = sound().account_settings::<Reads>().lint();
    assert!(
        found
            .iter()
            .all(|finding| { SETTING_RULES.iter().any(|(rule, _)| *rule == finding.rule) })
    );
    assert_eq!(
        found[0].message,
        "the setting `kind` is read as a 64-bit integer, but its type is `text`"
    );
}

/// Shared settings are in the lists of all kinds of processing.
#[test]
fn a_finding_about_a_shared_setting_is_reported_once() {
    let setting = |id| Text::new(id, "Without a description");
    let registration = sound()
        .account_setting(setting("shared"))
        .audiences(|it| it.account_setting(setting("own")))
        .erasure_with("dsr.acme.example", |it| it.account_setting(setting("own")));
    let paths: Vec<String> = registration.lint().into_iter().map(|it| it.path).collect();
    let at = |kind: &str, position: usize| {
        format!("{kind}_processing_registration.account_settings[{position}]")
    };
    assert_eq!(paths, [at("event", 0), at("audience", 1), at("dsr", 1)]);
}

/// A default value that only reading finds to be invalid.
#[test]
fn default_values_are_read() {
    crate::settings! {
        struct Acme {
            /// Share of users
            #[setting(name = "Rate", default = 1.5, range = 0.0..=1.0)]
            rate: f64,
            /// Lists
            #[setting(name = "Lists", default = "1, many")]
            lists: Vec<i64>,
        }
    }
    let found = sound().account_settings::<Acme>().lint();
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.rule, it.message.as_str()))
        .collect();
    let message = "the default value of `rate` is not between 0 and 1";
    assert!(found.contains(&("setting-default", message)));
    let message = "the default value of `lists` is not a list with commas whose elements are each \
                   a 64-bit integer";
    assert!(found.contains(&("setting-default", message)));
    let rules: Vec<&str> = found.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(rules.len(), 3, "{rules:?}");
    assert!(rules.contains(&"registration-15"));
    let acme = Acme::from_values(crate::message::Map::EMPTY).map(|it| (it.rate, it.lists));
    assert_eq!(acme.unwrap_err().faults().len(), 2);
}
