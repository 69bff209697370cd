//! Each row of the tables of outgoing-mapping.md: sections 2 to 7.

use serde_json::{Value, json};

use crate::support::{batch, events, map, request};

const ID: &str = "00000000-0000-4000-8000-000000000001";
/// `id64` of [`ID`]: 0x4000 XOR 0x8000_0000_0000_0001.
const ID64: i64 = -9_223_372_036_854_759_423;

/// The events of the only batch of these events, with both change events and without warnings.
fn mapped(list: &str) -> Vec<Value> {
    let settings = [
        ("include_user_attribute_change_events", "on"),
        ("include_user_identity_change_events", "on"),
    ];
    let batch = batch(&events(list), &settings);
    batch["events"].as_array().unwrap().clone()
}

/// The type and the data of the only event.
fn event(text: &str) -> (String, Value) {
    let events = mapped(text);
    assert_eq!(events.len(), 1, "{text}");
    let kind = events[0]["event_type"].as_str().unwrap().to_owned();
    (kind, events[0]["data"].clone())
}

/// Whether the event is dropped with a warning of this kind.
fn is_dropped(text: &str, kind: &str) -> bool {
    let outcome = map(&events(text), &[]);
    outcome.records[0].json["events"] == json!([])
        && outcome.warnings == [(kind, "events[0]".to_owned())]
}

fn device(environment: &str) -> Value {
    let body = request(&format!(
        r#""mpid":"1","events":[{{"type":"session_start"}}],"runtime_environment":{{{environment}}}"#
    ));
    batch(&body, &[])
}

#[test]
fn the_fields_of_the_request() {
    let body = request(concat!(
        r#""firehose_version":"3.2.0","source_id":"up","account":{"account_id":7,"account_settings":{"k":"hidden"}},"#,
        r#""partner_identities":[{"type":"p","encoding":"raw","value":"1"},{"type":"q","encoding":"raw","value":"2"},{"type":"p","encoding":"raw","value":"3"}],"#,
        r#""integration_attributes":{"a":"1","b":""},"source_channel":"pixel","mpid":"+0042","#,
        r#""platform_fields":{"mp_account_id":1,"workspace_id":2,"dataplan_id":"plan","dataplan_version":3,"app_name":"app","app_version":"1.2"},"#,
        r#""events":[{"type":"session_start"}]"#,
    ));
    let found = batch(&body, &[]);
    let expected = json!({
        "schema_version": 2, "message_type": "events",
        "message_id": "00000000-0000-4000-8000-00000000002a", "batch_id": -9_223_372_036_854_759_382_i64,
        "timestamp_unixtime_ms": 1000, "source_request_id": "up", "environment": "production", "mpid": 42,
        "partner_identities": {"p": "3", "q": "2"},
        "context": {"data_plan": {"plan_id": "plan", "plan_version": 3}},
        "application_info": {"application_name": "app", "application_version": "1.2"},
        "source_info": {"channel": "pixel"}, "system_notifications": [],
        "events": [{"event_type": "session_start", "data": {}}],
    });
    assert_eq!(found, expected);
    let found = batch(&body, &[("module_id", "92")]);
    assert_eq!(
        found["integration_attributes"],
        json!({"92": {"a": "1", "b": ""}})
    );
    let found = batch(&body, &[("include_platform_fields", "on")]);
    assert_eq!(
        found["platform_fields"],
        json!({"mp_account_id": 1, "workspace_id": 2, "app_name": "app", "app_version": "1.2",
            "dataplan_id": "plan", "dataplan_version": 3})
    );
}

#[test]
fn a_version_needs_a_data_plan_and_values_need_a_text() {
    let body = request(
        r#""mpid":"","source_channel":"","source_id":"","user_identities":[{"type":"email","encoding":"raw","value":"a"}],"platform_fields":{"dataplan_version":3,"dataplan_id":"","app_name":""}"#,
    );
    let found = batch(&body, &[("unique_id", "")]);
    for name in [
        "context",
        "mpid",
        "source_info",
        "source_request_id",
        "application_info",
        "unique_id",
    ] {
        assert_eq!(found.get(name), None, "{name}");
    }
}

#[test]
fn channels() {
    for known in [
        "native",
        "javascript",
        "pixel",
        "partner",
        "server_to_server",
        "unknown",
        "desktop",
    ] {
        let body = request(&format!(
            r#""source_channel":"{known}","events":[{{"type":"session_start"}}]"#
        ));
        assert_eq!(batch(&body, &[])["source_info"]["channel"], known);
    }
    let body = request(r#""source_channel":"telepathy","events":[{"type":"session_start"}]"#);
    assert_eq!(batch(&body, &[])["source_info"]["channel"], "unknown");
}

#[test]
fn an_mpid_that_is_not_a_number_is_dropped_with_a_warning() {
    for (mpid, key) in [
        ("9223372036854775807", Some("9223372036854775807")),
        ("-9223372036854775808", Some("-9223372036854775808")),
        ("9223372036854775808", None),
        (" 1", None),
        ("0x1", None),
    ] {
        let outcome = map(
            &request(&format!(
                r#""mpid":"{mpid}","events":[{{"type":"session_end"}}]"#
            )),
            &[],
        );
        assert_eq!(outcome.records[0].key.as_deref(), key);
        let warnings = if key.is_some() {
            vec![]
        } else {
            vec![("invalid_value", "mpid".to_owned())]
        };
        assert_eq!(outcome.warnings, warnings);
    }
}

#[test]
fn user_identities() {
    let types = [
        ("customer", "customer_id"),
        ("email", "email"),
        ("facebook", "facebook"),
        ("twitter", "twitter"),
        ("google", "google"),
        ("microsoft", "microsoft"),
        ("yahoo", "yahoo"),
        ("other", "other"),
        ("other2", "other_id_2"),
        ("other3", "other_id_3"),
        ("other4", "other_id_4"),
        ("other5", "other_id_5"),
        ("other6", "other_id_6"),
        ("other7", "other_id_7"),
        ("other8", "other_id_8"),
        ("other9", "other_id_9"),
        ("other10", "other_id_10"),
        ("mobile_number", "mobile_number"),
        ("phone_number_2", "phone_number_2"),
        ("phone_number_3", "phone_number_3"),
    ];
    let identities: Vec<String> = types
        .iter()
        .map(|(from, _)| format!(r#"{{"type":"{from}","encoding":"raw","value":"v"}}"#))
        .collect();
    let found = batch(
        &request(&format!(r#""user_identities":[{}]"#, identities.join(","))),
        &[],
    );
    let expected: Vec<Value> = types
        .iter()
        .map(|(_, to)| json!({"identity_type": to, "identity": "v", "timestamp_unixtime_ms": 1000}))
        .collect();
    assert_eq!(found["user_identities"], json!(expected));
}

#[test]
fn the_last_event_that_adds_an_identity_gives_its_time() {
    let body = request(concat!(
        r#""user_identities":[{"type":"email","encoding":"raw","value":"a"},{"type":"email","encoding":"md5","value":"a"},"#,
        r#"{"type":"email","encoding":"rot13","value":"a"},{"type":"shoe_size","encoding":"raw","value":"44"}],"events":["#,
        r#"{"type":"user_identity_change","timestamp_ms":7,"added":[{"type":"email","encoding":"raw","value":"a"}]},"#,
        r#"{"type":"user_identity_change","timestamp_ms":5,"added":[{"type":"other","encoding":"raw","value":"a"},{"type":"email","encoding":"raw","value":"a"}]},"#,
        r#"{"type":"user_identity_change","timestamp_ms":9,"removed":[{"type":"email","encoding":"md5","value":"a"}]}]"#,
    ));
    let outcome = map(&body, &[]);
    assert_eq!(
        outcome.warnings,
        [("unknown_identity_type", "user_identities[3]".to_owned())]
    );
    assert_eq!(
        outcome.records[0].json["user_identities"],
        json!([
            {"identity_type": "email", "identity": "a", "timestamp_unixtime_ms": 5, "created_this_batch": true},
            {"identity_type": "email", "identity": "a", "timestamp_unixtime_ms": 1000, "encoding": "md5"},
            {"identity_type": "email", "identity": "a", "timestamp_unixtime_ms": 1000, "encoding": "rot13"},
        ])
    );
    // The change events are not forwarded by default.
    assert_eq!(outcome.records[0].json["events"], json!([]));
}

#[test]
fn device_identities() {
    let uuid = "31A22EF0-f119-48d4-b009-a217a26a862a";
    let lower = uuid.to_lowercase();
    for (from, to, typed) in [
        ("android_id", "android_uuid", false),
        ("google_advertising_id", "android_advertising_id", true),
        ("ios_advertising_id", "ios_advertising_id", true),
        ("ios_vendor_id", "ios_idfv", true),
        ("google_cloud_messaging_token", "push_token", false),
        ("apple_push_notification_token", "push_token", false),
        ("roku_advertising_id", "roku_advertising_id", true),
        ("roku_publisher_id", "roku_publisher_id", true),
        (
            "microsoft_advertising_id",
            "microsoft_advertising_id",
            false,
        ),
        ("microsoft_publisher_id", "microsoft_publisher_id", false),
        ("fire_advertising_id", "fire_advertising_id", true),
    ] {
        let identity = |encoding: &str, value: &str| {
            format!(r#"{{"type":"{from}","encoding":"{encoding}","value":"{value}"}}"#)
        };
        let environment = |identities: &str| {
            request(&format!(
                r#""runtime_environment":{{"type":"xbox","identities":[{identities}]}}"#
            ))
        };
        let second = identity("raw", "00112233-4455-6677-8899-aabbccddeeff");
        let found = batch(
            &environment(&format!("{},{second}", identity("raw", uuid))),
            &[],
        );
        let expected = if typed { &lower } else { uuid };
        assert_eq!(
            found["device_info"],
            json!({"platform": "xbox", to: expected})
        );

        let outcome = map(&environment(&identity("sha256", uuid)), &[]);
        let path = "runtime_environment.identities[0]".to_owned();
        assert_eq!(outcome.warnings, [("hashed_identity", path.clone())]);
        assert_eq!(
            outcome.records[0].json["device_info"],
            json!({"platform": "xbox"})
        );
        if typed {
            let outcome = map(
                &environment(&format!("{},{second}", identity("raw", "x"))),
                &[],
            );
            assert_eq!(outcome.warnings, [("invalid_value", path)]);
            let json = &outcome.records[0].json;
            assert_eq!(
                json["device_info"][to],
                "00112233-4455-6677-8899-aabbccddeeff"
            );
        }
    }
}

#[test]
fn push_tokens() {
    let apple = r#"{"type":"apple_push_notification_token","encoding":"raw","value":"A"}"#;
    let google = r#"{"type":"google_cloud_messaging_token","encoding":"raw","value":"G"}"#;
    for (kind, identities, expected) in [
        ("ios", format!("{google},{apple}"), "A"),
        ("tvos", format!("{google},{apple}"), "A"),
        ("android", format!("{apple},{google}"), "G"),
        ("ios", google.to_owned(), "G"),
        ("firetv", apple.to_owned(), "A"),
        ("mobileweb", String::new(), "W"),
        ("mobileweb", google.to_owned(), "G"),
    ] {
        let found = device(&format!(
            r#""type":"{kind}","push_token":"W","identities":[{identities}]"#
        ));
        assert_eq!(
            found["device_info"]["push_token"], expected,
            "{kind} {identities}"
        );
    }
}

#[test]
fn user_attributes() {
    let body = request(concat!(
        r#""user_attributes":{"$FirstName":"Ada","$Unknown":"x","plan":"","tags":"text","$CITY":"1","$City":"2"},"#,
        r#""user_attribute_lists":{"tags":["a",null,"b"],"empty":[],"nulls":[null],"$Zip":["1","2"]}"#,
    ));
    let outcome = map(&body, &[]);
    assert_eq!(
        outcome.records[0].json["user_attributes"],
        json!({"$firstname": "Ada", "$Unknown": "x", "plan": "", "tags": ["a", "b"], "$city": "2", "$zip": ["1", "2"]})
    );
}

#[test]
fn deleted_user_attributes() {
    let body = request(concat!(
        r#""user_attributes":{"present":"1","$state":"x"},"events":["#,
        r#"{"type":"user_attribute_change","added":{"changed":"2"},"removed":{"changed":"1","z":"1","a":"1","$City":"x","present":"0","$State":"y"}},"#,
        r#"{"type":"user_attribute_change","removed":{"again":"1","é":"1","z":"2"}},"#,
        r#"{"type":"user_attribute_change","added":{"again":"2","first":"1"}},"#,
        r#"{"type":"user_attribute_change","removed":{"first":"1"}}]"#,
    ));
    let found = batch(&body, &[]);
    assert_eq!(
        found["deleted_user_attributes"],
        json!(["$city", "a", "first", "z", "é"])
    );
    assert_eq!(found["events"], json!([]));
}

#[test]
fn common_fields_of_events() {
    let (_, data) = event(&format!(
        r#"{{"type":"screen_view","id":"{ID}","timestamp_ms":5,"source_id":"s","session_id":-7,"location":{{"latitude":1.5,"longitude":-2,"accuracy":3.25}},"screen_name":"n"}}"#
    ));
    assert_eq!(
        data,
        json!({"message_id": ID, "event_id": ID64, "timestamp_unixtime_ms": 5, "event_start_unixtime_ms": 5,
            "source_message_id": "s", "session_id": -7,
            "location": {"latitude": 1.5, "longitude": -2.0, "accuracy": 3.25}, "screen_name": "n"})
    );
    let (_, data) =
        event(r#"{"type":"screen_view","location":{"latitude":0,"longitude":0,"accuracy":0}}"#);
    assert_eq!(
        data,
        json!({"location": {"latitude": 0.0, "longitude": 0.0}})
    );
}

#[test]
fn session_starts_tell_the_other_events_of_the_session() {
    let list = concat!(
        r#"{"type":"screen_view","session_id":1},{"type":"session_start","session_id":1,"timestamp_ms":10,"source_id":"AAAAAAAA-0000-4000-8000-000000000001"},"#,
        r#"{"type":"session_start","session_id":1,"timestamp_ms":11,"source_id":"00000000-0000-4000-8000-000000000009"},"#,
        r#"{"type":"screen_view","session_id":2},{"type":"session_start","session_id":2,"timestamp_ms":12,"source_id":"x"},{"type":"screen_view","session_id":3}"#,
    );
    for (channel, uuid) in [("native", true), ("javascript", true), ("pixel", false)] {
        let found = batch(
            &request(&format!(
                r#""source_channel":"{channel}","events":[{list}]"#
            )),
            &[],
        );
        let data = |at: usize, name: &str| found["events"][at]["data"].get(name).cloned();
        let first = uuid.then(|| json!("aaaaaaaa-0000-4000-8000-000000000001"));
        for at in [0, 1, 2] {
            assert_eq!(data(at, "session_start_unixtime_ms"), Some(json!(10)));
            assert_eq!(data(at, "session_uuid"), first);
        }
        for at in [3, 4] {
            assert_eq!(data(at, "session_start_unixtime_ms"), Some(json!(12)));
            assert_eq!(data(at, "session_uuid"), None);
        }
        assert_eq!(data(5, "session_start_unixtime_ms"), None);
    }
}

#[test]
fn sessions() {
    assert_eq!(
        event(r#"{"type":"session_start"}"#),
        ("session_start".to_owned(), json!({}))
    );
    let (kind, data) = event(r#"{"type":"session_end","session_length_ms":0}"#);
    assert_eq!(
        (kind.as_str(), data),
        ("session_end", json!({"session_duration_ms": 0}))
    );
}

#[test]
fn custom_events() {
    for (from, to) in [
        ("navigation", "navigation"),
        ("location", "location"),
        ("search", "search"),
        ("transaction", "transaction"),
        ("user_content", "user_content"),
        ("user_preference", "user_preference"),
        ("social", "social"),
        ("media", "media"),
        ("other", "other"),
        ("unknown", "other"),
        ("hologram", "other"),
    ] {
        let text = format!(
            r#"{{"type":"custom_event","name":"n","custom_event_type":"{from}","attributes":{{"a":"","b":"1"}},"custom_flags":{{"G.x":"y"}}}}"#
        );
        let (kind, data) = event(&text);
        assert_eq!(kind, "custom_event");
        assert_eq!(
            data,
            json!({"event_name": "n", "custom_event_type": to, "custom_attributes": {"a": "", "b": "1"}, "custom_flags": {"G.x": "y"}})
        );
    }
    let (_, data) = event(r#"{"type":"custom_event"}"#);
    assert_eq!(
        data,
        json!({"event_name": "", "custom_event_type": "other"})
    );
}

#[test]
fn errors() {
    let (kind, data) = event(
        r#"{"type":"error","session_id":4,"message":"m","is_crash":true,"stack_trace":"t","breadcrumbs":["one",null,""],"attributes":{"a":"b"}}"#,
    );
    assert_eq!(kind, "crash_report");
    assert_eq!(
        data,
        json!({"session_id": 4, "custom_attributes": {"a": "b"}, "message": "m", "stack_trace": "t",
            "exception_handled": false, "severity": "fatal", "breadcrumbs": [
                {"event_type": "breadcrumb", "data": {"session_id": 4, "label": "one"}},
                {"event_type": "breadcrumb", "data": {"session_id": 4, "label": ""}}]})
    );
    let (_, data) = event(r#"{"type":"error","breadcrumbs":["x"]}"#);
    assert_eq!(
        data,
        json!({"exception_handled": true, "severity": "error",
            "breadcrumbs": [{"event_type": "breadcrumb", "data": {"label": "x"}}]})
    );
}

#[test]
fn privacy_settings() {
    for (enabled, opted_out) in [("true", false), ("false", true)] {
        let (kind, data) = event(&format!(
            r#"{{"type":"privacy_setting_change","setting":"app_data_collection","is_enabled":{enabled}}}"#
        ));
        assert_eq!(
            (kind.as_str(), data),
            ("opt_out", json!({"is_opted_out": opted_out}))
        );
    }
    assert!(is_dropped(
        r#"{"type":"privacy_setting_change","is_enabled":true}"#,
        "incomplete_event"
    ));
    assert!(is_dropped(
        r#"{"type":"privacy_setting_change","setting":"x"}"#,
        "incomplete_event"
    ));
}

#[test]
fn user_attribute_changes() {
    let found = mapped(&format!(
        r#"{{"type":"user_attribute_change","id":"{ID}","timestamp_ms":5,"added":{{"b":"2","$City":"x"}},"removed":{{"gone":"","$city":"w","b":"1"}}}}"#
    ));
    // The hashes of `b`, `$City` and `gone`, computed apart from this code.
    let fnv = |text: &str| {
        let mut hash = 14_695_981_039_346_656_037_u64;
        for byte in text.bytes() {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(1_099_511_628_211);
        }
        hash as i64
    };
    let data = |name: &str, received: &str, new: Value, old: Value, deleted: bool, is_new: bool| {
        json!({"event_type": "user_attribute_change", "data": {
            "message_id": ID, "event_id": ID64 ^ fnv(received), "timestamp_unixtime_ms": 5,
            "event_start_unixtime_ms": 5, "user_attribute_name": name, "new": new, "old": old,
            "deleted": deleted, "is_new_attribute": is_new}})
    };
    assert_eq!(fnv("b") as u64, 0xaf63_df4c_8601_f1a5);
    assert_eq!(
        found,
        [
            data("b", "b", json!("2"), json!("1"), false, false),
            data("$city", "$City", json!("x"), json!("w"), false, false),
            data("gone", "gone", json!(null), json!(""), true, false),
        ]
    );
    let found = mapped(r#"{"type":"user_attribute_change","added":{"new":"1"}}"#);
    assert_eq!(
        found[0]["data"],
        json!({"user_attribute_name": "new", "new": "1", "old": null, "deleted": false, "is_new_attribute": true})
    );
}

#[test]
fn user_identity_changes() {
    let identity = |kind: &str, value: &str| {
        format!(r#"{{"type":"{kind}","encoding":"raw","value":"{value}"}}"#)
    };
    let found = mapped(&format!(
        r#"{{"type":"user_identity_change","id":"{ID}","timestamp_ms":5,"added":[{},{},{}],"removed":[{},{},{{"type":"email","encoding":"md5","value":"o2"}},{}]}}"#,
        identity("email", "n1"),
        identity("customer", "c1"),
        identity("email", "n2"),
        identity("other", "x"),
        identity("email", "o1"),
        identity("email", "o3"),
    ));
    let new = |kind: &str, value: &str| json!({"identity_type": kind, "identity": value, "timestamp_unixtime_ms": 5, "created_this_batch": true});
    let old = |kind: &str, value: &str| json!({"identity_type": kind, "identity": value, "timestamp_unixtime_ms": 5});
    let mut hashed = old("email", "o2");
    hashed["encoding"] = json!("md5");
    let pairs: Vec<(&Value, &Value)> = found
        .iter()
        .map(|event| (&event["data"]["new"], &event["data"]["old"]))
        .collect();
    assert_eq!(
        pairs,
        [
            (&new("email", "n1"), &old("email", "o1")),
            (&new("customer_id", "c1"), &Value::Null),
            (&new("email", "n2"), &hashed),
            (&Value::Null, &old("other", "x")),
            (&Value::Null, &old("email", "o3")),
        ]
    );
    let ids: Vec<i64> = found
        .iter()
        .map(|event| event["data"]["event_id"].as_i64().unwrap())
        .collect();
    let fnv = |text: &str| {
        text.bytes()
            .fold(14_695_981_039_346_656_037_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
            }) as i64
    };
    let names = ["email#1", "customer_id#1", "email#2", "other#1", "email#3"];
    assert_eq!(ids, names.map(|name| ID64 ^ fnv(name)));
    assert!(found.iter().all(|event| event["data"]["message_id"] == ID));
}

#[test]
fn identities_of_unknown_type_are_not_paired() {
    let body = events(
        r#"{"type":"user_identity_change","added":[{"type":"x","encoding":"raw","value":"1"},{"type":"email","encoding":"raw","value":"2"}],"removed":[{"type":"x","encoding":"raw","value":"3"}]}"#,
    );
    let outcome = map(&body, &[("include_user_identity_change_events", "on")]);
    assert_eq!(
        outcome.warnings,
        [
            ("unknown_identity_type", "events[0].added[0]".to_owned()),
            ("unknown_identity_type", "events[0].removed[0]".to_owned())
        ]
    );
    assert_eq!(
        outcome.records[0].json["events"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn push_subscriptions() {
    for (action, register) in [("subscribe", true), ("unsubscribe", false)] {
        let (kind, data) = event(&format!(
            r#"{{"type":"push_subscription","action":"{action}","token":"t"}}"#
        ));
        assert_eq!(
            (kind.as_str(), data),
            (
                "push_registration",
                json!({"register": register, "registration_token": "t"})
            )
        );
    }
    for text in [
        r#"{"type":"push_subscription","action":"x","token":"t"}"#,
        r#"{"type":"push_subscription","token":"t"}"#,
        r#"{"type":"push_subscription","action":"subscribe"}"#,
        r#"{"type":"push_subscription","action":"subscribe","token":""}"#,
    ] {
        assert!(is_dropped(text, "incomplete_event"), "{text}");
    }
}

#[test]
fn application_state_transitions() {
    for (state, kind, flags) in [
        ("install", "application_initialized", Some((true, false))),
        ("upgrade", "application_initialized", Some((false, true))),
        (
            "initialize",
            "application_initialized",
            Some((false, false)),
        ),
        ("exit", "application_exit", None),
        ("background", "application_background", None),
        ("foreground", "application_foreground", None),
    ] {
        let (_, data) = event(&format!(
            r#"{{"type":"application_state_transition","application_state":"{state}","launch_referral":"l","referral_application":"r","launch_parameters":"p","source_package":"s"}}"#
        ));
        let mut expected = json!({"application_transition_type": kind, "launch_referral": "l",
            "custom_attributes": {"referral_application": "r", "launch_parameters": "p", "source_package": "s"}});
        if let Some((first, upgrade)) = flags {
            expected["is_first_run"] = json!(first);
            expected["is_upgrade"] = json!(upgrade);
        }
        assert_eq!(data, expected);
    }
    for text in [
        r#"{"type":"application_state_transition"}"#,
        r#"{"type":"application_state_transition","application_state":"sleeping"}"#,
    ] {
        assert!(is_dropped(text, "incomplete_event"), "{text}");
    }
}

#[test]
fn push_messages() {
    for (kind, network) in [
        ("android", Some("gcm")),
        ("firetv", Some("gcm")),
        ("ios", Some("apn")),
        ("tvos", Some("apn")),
        ("roku", None),
    ] {
        let body = request(&format!(
            r#""runtime_environment":{{"type":"{kind}","identities":[{{"type":"google_cloud_messaging_token","encoding":"raw","value":"T"}}]}},
            "events":[{{"type":"push_message_receipt","payload":"{{\"a\":1}}"}},{{"type":"push_message_open"}}]"#
        ));
        let found = batch(&body, &[]);
        let mut expected = [
            json!({"push_message_type": "received", "push_message_behavior": 1, "push_notification_payload": "{\"a\":1}", "push_message_token": "T"}),
            json!({"push_message_type": "action", "push_message_behavior": 2, "push_message_token": "T"}),
        ];
        for (expected, at) in expected.iter_mut().zip(0..) {
            if let Some(network) = network {
                expected["network"] = json!(network);
            }
            assert_eq!(
                found["events"][at],
                json!({"event_type": "push_message", "data": expected})
            );
        }
    }
}

#[test]
fn product_actions() {
    for action in [
        "add_to_cart",
        "remove_from_cart",
        "checkout",
        "checkout_option",
        "click",
        "view_detail",
        "purchase",
        "refund",
        "add_to_wishlist",
        "remove_from_wish_list",
    ] {
        let (kind, data) = event(&format!(
            r#"{{"type":"product_action","action":"{action}","transaction_id":"t","affiliation":"a","total_amount":1.50,"tax_amount":2,"shipping_amount":3,"currency_code":"EUR","coupon_code":"c","attributes":{{"x":""}},"custom_flags":{{"f":"g"}},
            "products":[{{"id":"i","name":"n","brand":"b","category":"k","variant":"v","position":2,"price":1,"quantity":0.5,"coupon_code":"d","total_amount":7,"attributes":{{"y":"z"}}}},{{"position":0}}]}}"#
        ));
        assert_eq!(kind, "commerce_event");
        assert_eq!(
            data,
            json!({"custom_attributes": {"x": ""}, "custom_flags": {"f": "g"}, "currency_code": "EUR",
                "product_action": {"action": action, "transaction_id": "t", "affiliation": "a",
                    "total_amount": 1.5, "tax_amount": 2, "shipping_amount": 3, "coupon_code": "c",
                    "products": [{"id": "i", "name": "n", "brand": "b", "category": "k", "variant": "v",
                        "position": 2, "price": 1, "quantity": 0.5, "coupon_code": "d",
                        "total_product_amount": 7, "custom_attributes": {"y": "z"}}, {}]}})
        );
    }
    assert!(is_dropped(
        r#"{"type":"product_action"}"#,
        "incomplete_event"
    ));
    assert!(is_dropped(
        r#"{"type":"product_action","action":"steal"}"#,
        "incomplete_event"
    ));
}

#[test]
fn decimals_keep_their_digits() {
    let body = events(
        r#"{"type":"product_action","action":"refund","total_amount":11.00,"tax_amount":1e-3,"shipping_amount":1E+45,"products":[{"price":"0.10","quantity":12345678901234567890.123456789}]}"#,
    );
    let text = map(&body, &[]).records[0].text.clone();
    for part in [
        r#""total_amount":11.00"#,
        r#""tax_amount":0.001"#,
        r#""shipping_amount":1E+45"#,
        r#""price":0.10"#,
        r#""quantity":12345678901234567890.123456789"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn promotions() {
    for action in ["view", "click"] {
        let (_, data) = event(&format!(
            r#"{{"type":"promotion_action","action":"{action}","attributes":{{"a":"b"}},"custom_flags":{{"c":"d"}},"promotions":[{{"id":"i","name":"n","creative":"c","position":"p"}}]}}"#
        ));
        assert_eq!(
            data,
            json!({"custom_attributes": {"a": "b"}, "custom_flags": {"c": "d"}, "promotion_action": {"action": action,
                "promotions": [{"id": "i", "name": "n", "creative": "c", "position": "p"}]}})
        );
    }
    for action in [r#","action":"unknown""#, r#","action":"x""#, ""] {
        assert!(is_dropped(
            &format!(r#"{{"type":"promotion_action"{action}}}"#),
            "incomplete_event"
        ));
    }
}

#[test]
fn impressions() {
    let (_, data) = event(
        r#"{"type":"impression","attributes":{"a":"b"},"custom_flags":{"c":"d"},"impressions":[{"impression_list_name":"l","products":[{"id":"i"}]}]}"#,
    );
    assert_eq!(
        data,
        json!({"custom_attributes": {"a": "b"}, "custom_flags": {"c": "d"},
            "product_impressions": [{"product_impression_list": "l", "products": [{"id": "i"}]}]})
    );
    assert!(is_dropped(
        r#"{"type":"impression","impressions":[]}"#,
        "incomplete_event"
    ));
}

#[test]
fn attributions() {
    let (kind, data) = event(
        r#"{"type":"attribution","name":"n","publisher_name":"p","campaign_name":"c","partner_name":"q","attributes":{"campaign":"mine","x":"y"}}"#,
    );
    assert_eq!(kind, "custom_event");
    assert_eq!(
        data,
        json!({"event_name": "n", "custom_event_type": "attribution",
            "custom_attributes": {"publisher": "p", "partner": "q", "campaign": "mine", "x": "y"}})
    );
    let (_, data) = event(r#"{"type":"attribution"}"#);
    assert_eq!(
        data,
        json!({"event_name": "attribution", "custom_event_type": "attribution"})
    );
}

#[test]
fn kinds_of_environments() {
    for (kind, platform, os) in [
        ("android", "Android", "Android"),
        ("ios", "iOS", "IOS"),
        ("tvos", "tvOS", "TVOS"),
        ("mobileweb", "web", "MobileWeb"),
        ("roku", "roku", "Roku"),
        ("xbox", "xbox", "Xbox"),
        ("firetv", "fire_tv", "FireTV"),
        ("alexa", "alexa", "Alexa"),
        ("smarttv", "smart_tv", "SmartTV"),
    ] {
        let body = request(&format!(
            r#""events":[{{"type":"session_start"}}],"runtime_environment":{{"type":"{kind}"}}"#
        ));
        let found = batch(&body, &[("include_schema_only_fields", "on")]);
        assert_eq!(found["device_info"], json!({"platform": platform}));
        assert_eq!(found["application_info"], json!({"os": os}));
        assert_eq!(batch(&body, &[]).get("application_info"), None);
    }
    for kind in ["unknown", "hologram"] {
        for (channel, platform) in [
            ("partner", Some(("out_of_band", "OutOfBand"))),
            ("server_to_server", Some(("out_of_band", "OutOfBand"))),
            ("native", None),
            ("", None),
        ] {
            let body = request(&format!(
                r#""source_channel":"{channel}","runtime_environment":{{"type":"{kind}","name":"d","is_debug":true}},"events":[{{"type":"session_start"}}]"#
            ));
            let found = batch(&body, &[("include_schema_only_fields", "on")]);
            assert_eq!(
                found["device_info"].get("platform").and_then(Value::as_str),
                platform.map(|(p, _)| p)
            );
            assert_eq!(found["device_info"]["device"], "d");
            assert_eq!(found["environment"], "development");
            let os = found
                .get("application_info")
                .map(|info| info["os"].as_str().unwrap());
            assert_eq!(os, platform.map(|(_, os)| os));
        }
    }
}

#[test]
fn the_fields_of_environments() {
    let found = device(
        r#""type":"android","client_ip_address":"2001:db8::1","sdk_version":"5.1","http_header_user_agent":"ua","build_id":"b","brand":"br","product":"p","name":"n","manufacturer":"m","os_version":"o","model":"mo","screen_height":1,"screen_width":2,"screen_dpi":3,"country":"c","locale_language":"ll","locale_country":"lc","network_country":"nc","network_carrier":"ca","network_code":"co","network_mobile_country_code":"mc","timezone_offset":-5,"timezone_name":"x","is_tablet":false,"supports_telephony":true,"has_nfc":false,"bluetooth_enabled":true,"bluetooth_version":"bv","android_sdk_level":34,"application_name":"an","application_version":"av","application_package":"ap","install_referrer":"ir""#,
    );
    assert_eq!(
        found["device_info"],
        json!({"platform": "Android", "brand": "br", "product": "p", "device": "n", "device_manufacturer": "m",
            "os_version": "o", "device_model": "mo", "screen_height": 1, "screen_width": 2, "screen_dpi": 3,
            "device_country": "c", "locale_language": "ll", "locale_country": "lc", "network_country": "nc",
            "network_carrier": "ca", "network_code": "co", "network_mobile_country_code": "mc",
            "timezone_offset": -5, "build_identifier": "b", "http_header_user_agent": "ua", "is_tablet": false,
            "supports_telephony": true, "has_nfc": false, "bluetooth_enabled": true, "bluetooth_version": "bv"})
    );
    assert_eq!(
        found["application_info"],
        json!({"application_name": "an", "application_version": "av", "package": "ap", "install_referrer": "ir"})
    );
    assert_eq!(
        (&found["ip"], &found["sdk_version"]),
        (&json!("2001:db8::1"), &json!("5.1"))
    );
    assert_eq!(found["environment"], "production");

    let found = device(
        r#""type":"ios","cpu_architecture":"arm","radio_access_technology":"LTE","att_authorization_status":"denied","att_timestamp_unixtime_ms":9,"is_sandboxed":true,"apple_search_ads_attribution":{"Version3.1":{"a":"b"},"Version4":{}}"#,
    );
    assert_eq!(
        found["device_info"],
        json!({"platform": "iOS", "cpu_architecture": "arm", "radio_access_technology": "LTE",
            "att_authorization_status": "denied", "att_timestamp_unixtime_ms": 9})
    );
    assert_eq!(
        found["application_info"],
        json!({"apple_search_ads_attributes": {"Version3.1": {"a": "b"}}})
    );

    let found = device(
        r#""type":"mobileweb","device_manufacturer":"m","device_model":"mo","device_country":"c","limit_ad_tracking":"TRUE","is_dst":"False","application_name":"an","application_version":"av","application_package":"ap","screen_height":0,"timezone_offset":0"#,
    );
    assert_eq!(
        found["device_info"],
        json!({"platform": "web", "device_manufacturer": "m", "device_model": "mo", "device_country": "c",
            "limit_ad_tracking": true, "is_dst": false, "timezone_offset": 0})
    );
    assert_eq!(
        found["application_info"],
        json!({"application_name": "an", "application_version": "av", "package": "ap"})
    );

    for absent in [
        "",
        r#","timezone_offset":null"#,
        r#","att_timestamp_unixtime_ms":0,"name":"""#,
    ] {
        let found = device(&format!(r#""type":"ios"{absent}"#));
        assert_eq!(found["device_info"], json!({"platform": "iOS"}), "{absent}");
    }
}

#[test]
fn values_that_do_not_fit_their_field_are_left_out_with_a_warning() {
    for (environment, kind, field) in [
        (
            r#""type":"mobileweb","limit_ad_tracking":"maybe""#,
            "invalid_value",
            "limit_ad_tracking",
        ),
        (
            r#""type":"mobileweb","is_dst":"1""#,
            "invalid_value",
            "is_dst",
        ),
        (
            r#""type":"ios","att_authorization_status":"perhaps""#,
            "unknown_value",
            "att_authorization_status",
        ),
        (
            r#""type":"ios","client_ip_address":"10.0.0""#,
            "invalid_value",
            "client_ip_address",
        ),
    ] {
        let body = request(&format!(
            r#""events":[{{"type":"session_start"}}],"runtime_environment":{{{environment}}}"#
        ));
        let outcome = map(&body, &[]);
        assert_eq!(
            outcome.warnings,
            [(kind, format!("runtime_environment.{field}"))]
        );
        assert_eq!(outcome.records[0].json.get("ip"), None);
        assert_eq!(
            outcome.records[0].json["device_info"]
                .as_object()
                .unwrap()
                .len(),
            1
        );
    }
    let body = request(r#""device_application_stamp":"x","events":[{"type":"session_start"}]"#);
    let outcome = map(&body, &[("include_mp_deviceid", "on")]);
    assert_eq!(
        outcome.warnings,
        [("invalid_value", "device_application_stamp".to_owned())]
    );
}

#[test]
fn consent() {
    let record = r#"{"consented":true,"document":"d","timestamp_unixtime_ms":3,"location":"l","hardware_id":"h"}"#;
    let body = request(&format!(
        r#""consent_state":{{"gdpr_consent_state":{{"ads":{record},"x":{{}}}},"ccpa_consent_state":{{"data_sale_opt_out":{record}}}}},
        "system_notifications":[{{"type":"gdpr_consent_state","purpose":"ads","new_gdpr_consent_state":{record},"old_gdpr_consent_state":{{"consented":false}}}},
        {{"type":"ccpa_consent_state","new_ccpa_consent_state":{record}}}]"#
    ));
    let found = batch(&body, &[]);
    let expected = json!({"consented": true, "document": "d", "timestamp_unixtime_ms": 3, "location": "l", "hardware_id": "h"});
    let with = |regulation: &str| {
        let mut record = expected.clone();
        record["regulation"] = json!(regulation);
        record
    };
    assert_eq!(
        found["consent_state"],
        json!({"gdpr": {"ads": expected, "x": {"consented": false}}, "ccpa": {"data_sale_opt_out": expected}})
    );
    assert_eq!(
        found["system_notifications"],
        json!([
            {"type": "gdpr_change", "data": {"purpose": "ads", "current": with("GDPR"), "old": {"consented": false, "regulation": "GDPR"}}},
            {"type": "ccpa_change", "data": {"purpose": "data_sale_opt_out", "current": with("CCPA")}},
        ])
    );
}
