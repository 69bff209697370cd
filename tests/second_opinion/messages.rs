//! Whole messages: defaults, duplicates, nulls, unknown elements, refusals.

use crate::twin::{Facts, facts, normalize, refusals};

/// The canonical form of an event request that holds these fields besides its type.
fn request(fields: &str) -> String {
    let input = format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    let text = normalize(input.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}: {input}"));
    let text = text.to_text();
    let inner = text
        .strip_prefix(r#"{"type":"event_processing_request""#)
        .unwrap();
    inner
        .trim_start_matches(',')
        .strip_suffix('}')
        .unwrap()
        .to_owned()
}

/// The first refusal of an event request that holds these fields besides its type.
fn refusal(fields: &str) -> String {
    let input = format!(r#"{{"type":"event_processing_request",{fields}}}"#);
    normalize(input.as_bytes())
        .map(|text| text.to_text())
        .unwrap_err()
        .to_string()
}

#[test]
fn absent_fields_stay_absent_or_take_their_default() {
    assert_eq!(
        request(r#""events":[],"mpid":"","user_attributes":{"a":"","b":null}"#),
        ""
    );
    assert_eq!(request(r#""account":{}"#), r#""account":{"account_id":0}"#);
    assert_eq!(
        request(r#""consent_state":{"gdpr_consent_state":{}}"#),
        r#""consent_state":{}"#
    );
    assert_eq!(
        request(r#""events":[{"type":"error"},{"location":{"accuracy":""},"type":"session_end"}]"#),
        concat!(
            r#""events":[{"type":"error","is_crash":false},{"type":"session_end","#,
            r#""location":{"latitude":0.0,"longitude":0.0,"accuracy":0.0},"session_length_ms":0}]"#
        )
    );
    let notifications =
        r#"[{"type":"ccpa_consent_state","purpose":""},{"type":"gdpr_consent_state"}]"#;
    assert_eq!(
        request(&format!(r#""system_notifications":{notifications}"#)),
        concat!(
            r#""system_notifications":[{"type":"ccpa_consent_state","#,
            r#""purpose":"data_sale_opt_out"},{"type":"gdpr_consent_state"}]"#
        )
    );
}

#[test]
fn the_last_field_wins_but_the_first_type() {
    assert_eq!(request(r#""mpid":"1","mpid":2"#), r#""mpid":"2""#);
    assert_eq!(request(r#""mpid":"1","mpid":null"#), "");
    assert_eq!(request(r#""type":[],"type":7"#), "");
    assert_eq!(
        refusal(r#""mpid":{},"mpid":"1""#),
        "mpid: expected a string, found an object"
    );
    assert_eq!(
        request(
            r#""user_attributes":{"a":"1","b":"2","a":"3","b":null,"c":null,"d":1.50,"c":"4"}"#
        ),
        r#""user_attributes":{"a":"3","c":"4","d":"1.50"}"#
    );
    let event = r#"{"type":"session_start","type":"no_such_event"}"#;
    assert_eq!(
        request(&format!(r#""events":[{event}]"#)),
        r#""events":[{"type":"session_start"}]"#
    );
}

#[test]
fn nulls_in_lists_are_dropped_kept_or_refused() {
    assert_eq!(
        request(r#""user_attribute_lists":{"a":[null,""],"b":[],"c":null}"#),
        r#""user_attribute_lists":{"a":[null,""]}"#
    );
    assert_eq!(request(r#""user_identities":[null,null]"#), "");
    assert_eq!(
        refusal(r#""events":[{"type":"error"},null]"#),
        "events[1]: event is null"
    );
    assert_eq!(
        refusal(r#""system_notifications":[null]"#),
        "system_notifications[0]: system notification is null"
    );
}

#[test]
fn unknown_elements_are_kept_as_they_came() {
    let raw = r#"{"x":[1e400,"\ud800\u0041"],"type":"hologram","x":-0}"#;
    let spaced = raw.replace(',', " , ").replace(':', " :\n");
    assert_eq!(
        request(&format!(r#""events":[{spaced}]"#)),
        format!(r#""events":[{raw}]"#)
    );
    assert_eq!(
        request(&format!(r#""runtime_environment":{spaced}"#)),
        format!(r#""runtime_environment":{raw}"#)
    );
    let state = r#"[{"type":"application_state_transition","application_state":" paused "}]"#;
    assert_eq!(
        request(&format!(r#""events":{state}"#)),
        format!(r#""events":{state}"#)
    );
    let input = format!(
        r#"{{"type":"event_processing_request","events":[{raw},{{"type":"error"}},{}]}}"#,
        &state[1..state.len() - 1]
    );
    let events = ["hologram", "error", "application_state_transition"];
    let expected = Facts {
        events: events
            .into_iter()
            .map(|name| (name.to_owned(), 1))
            .collect(),
        unknown: 2,
        lone_surrogates: 1,
    };
    assert_eq!(facts(input.as_bytes()), Ok(expected));
}

#[test]
fn refusals_name_the_place() {
    let product = r#"{"type":"product_action","products":[null,{"price":"free"}]}"#;
    assert_eq!(
        refusal(&format!(r#""events":[{product}]"#)),
        "events[0].products[1].price: expected a decimal, found other text"
    );
    assert_eq!(
        refusal(r#""user_attributes":{"a \"b\"":[]}"#),
        r#"user_attributes["a \"b\""]: expected a string, found an array"#
    );
    assert_eq!(refusal(r#""events":[{}]"#), "events[0]: missing `type`");
    assert_eq!(
        refusal(r#""user_identities":[{"type":"email","encoding":"raw","value":""}]"#),
        "user_identities[0].value: empty `value`"
    );
    let input = br#"{"mpid":[],"type":"event_processing_request","user_identities":[{"type":1}]}"#;
    let all: Vec<String> = refusals(input)
        .into_iter()
        .filter_map(|refusal| refusal.path)
        .collect();
    assert_eq!(all[0], "mpid");
    let missing = "user_identities[0]";
    assert_eq!(all[1..], ["user_identities[0].type", missing, missing]);
}

#[test]
fn subject_identities_are_matched_like_enumerations() {
    let input = br#"{"type":"dsr_processing_request","subject_identities":{"roku_publishing_id":{},
        " email ":{"value":"a"},"fax":{},"email":{"encoding":"raw"},"android_id":null," fax":{}}}"#;
    let written = normalize(input).unwrap().to_text();
    let identities = r#"{"roku_publisher_id":{},"email":{"encoding":"raw"},"fax":{}," fax":{}}"#;
    assert_eq!(
        written,
        format!(r#"{{"type":"dsr_processing_request","subject_identities":{identities}}}"#)
    );
}
