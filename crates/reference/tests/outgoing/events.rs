//! Events except commerce: M 5.

use super::*;
use hydrant_reference::outgoing::{id64, id64_with};

fn dropped(event: String, kind: &str) {
    let message = with_events(&[event]);
    assert!(types(&one(&message, &[])).is_empty(), "{message}");
    assert_eq!(warnings(&message, &[]), [format!("events[0]: {kind}")]);
}

/// M 5.0
#[test]
fn common_fields() {
    let events = [
        event(
            "screen_view",
            r#""source_id":"s-1","session_id":5,"location":{"latitude":1,"longitude":-2.5,"accuracy":0}"#,
        ),
        event(
            "screen_view",
            r#""location":{"latitude":1e-7,"longitude":0,"accuracy":0.5}"#,
        ),
        event("screen_view", r#""location":{"latitude":1}"#),
    ];
    let batch = one(&with_events(&events), &[]);
    assert_eq!(
        at(&batch, "events.0"),
        format!(
            r#"{{"event_type":"screen_view","data":{{"message_id":"{EVENT_ID}","event_id":{},"timestamp_unixtime_ms":7,"event_start_unixtime_ms":7,"source_message_id":"s-1","session_id":5,"location":{{"latitude":1.0,"longitude":-2.5}}}}}}"#,
            id64(EVENT_ID)
        )
    );
    assert_eq!(
        at(&batch, "events.1.data.location"),
        r#"{"latitude":1e-7,"longitude":0.0,"accuracy":0.5}"#
    );
    assert_eq!(at(&batch, "events.2.data.location"), "");
}

/// M 5.0 and its reading
#[test]
fn sessions() {
    let uuid = "ABCDEF00-0000-4000-8000-000000000009";
    let start = |id: i64, time: i64, source: &str| {
        format!(
            r#"{{"type":"session_start","session_id":{id},"timestamp_ms":{time},"source_id":"{source}"}}"#
        )
    };
    let events = [
        event("session_end", r#""session_id":5,"session_length_ms":0"#),
        start(5, 40, uuid),
        start(5, 41, "other"),
        start(6, 60, "no uuid"),
        event("session_end", r#""session_id":6"#),
        event("session_end", r#""session_id":7"#),
        event("session_end", ""),
    ];
    for (channel, session_uuid) in [
        ("native", format!("\"{}\"", uuid.to_lowercase())),
        ("javascript", format!("\"{}\"", uuid.to_lowercase())),
        ("pixel", String::new()),
    ] {
        let events = events.join(",");
        let message = request(&format!(
            r#""source_channel":"{channel}","events":[{events}]"#
        ));
        let batch = one(&message, &[]);
        assert_eq!(at(&batch, "events.0.data.session_duration_ms"), "0");
        assert_eq!(at(&batch, "events.0.data.session_start_unixtime_ms"), "40");
        assert_eq!(at(&batch, "events.0.data.session_uuid"), session_uuid);
        assert_eq!(at(&batch, "events.2.data.session_start_unixtime_ms"), "40");
        assert_eq!(at(&batch, "events.4.data.session_start_unixtime_ms"), "60");
        assert_eq!(at(&batch, "events.4.data.session_uuid"), "");
        assert_eq!(at(&batch, "events.5.data.session_start_unixtime_ms"), "");
        assert_eq!(at(&batch, "events.6.data.session_start_unixtime_ms"), "");
    }
}

/// M 5.1 and N2
#[test]
fn types_of_events() {
    let identity = r#"[{"type":"email","encoding":"raw","value":"x"}]"#;
    let events = [
        event("session_start", ""),
        event("session_end", ""),
        event("custom_event", ""),
        event("screen_view", ""),
        event("error", ""),
        event(
            "privacy_setting_change",
            r#""setting":"app_data_collection""#,
        ),
        event("user_attribute_change", r#""added":{"a":"b"}"#),
        event("user_identity_change", &format!(r#""added":{identity}"#)),
        event("push_subscription", r#""action":"subscribe","token":"t""#),
        event(
            "application_state_transition",
            r#""application_state":"exit""#,
        ),
        event("push_message_receipt", ""),
        event("push_message_open", ""),
        event("product_action", r#""action":"click""#),
        event("promotion_action", r#""action":"click""#),
        event("impression", r#""impressions":[{}]"#),
        event("attribution", ""),
        event("telepathy", ""),
    ];
    let batch = one(
        &with_events(&events),
        &[
            ("include_user_attribute_change_events", "true"),
            ("include_user_identity_change_events", "true"),
        ],
    );
    assert_eq!(
        types(&batch),
        [
            "session_start",
            "session_end",
            "custom_event",
            "screen_view",
            "crash_report",
            "opt_out",
            "user_attribute_change",
            "user_identity_change",
            "push_registration",
            "application_state_transition",
            "push_message",
            "push_message",
            "commerce_event",
            "commerce_event",
            "commerce_event",
            "custom_event"
        ]
    );
    dropped(event("telepathy", ""), "unknown event type");
}

/// M 5.3 and its reading
#[test]
fn custom_event() {
    let own = data(&[
        event(
            "custom_event",
            r#""name":"n","custom_event_type":" media ","attributes":{"a":"","b":[1, 2]},"custom_flags":{"c":"d"}"#,
        ),
        event(
            "custom_event",
            r#""name":"","custom_event_type":"unknown","attributes":{}"#,
        ),
        event("custom_event", r#""custom_event_type":"chess""#),
    ]);
    assert_eq!(
        own[0],
        r#"{"event_name":"n","custom_event_type":"media","custom_attributes":{"a":"","b":"[1,2]"},"custom_flags":{"c":"d"}}"#
    );
    assert_eq!(own[1], r#"{"event_name":"","custom_event_type":"other"}"#);
    assert_eq!(own[2], own[1]);
    for kind in [
        "navigation",
        "location",
        "search",
        "transaction",
        "user_content",
        "user_preference",
        "social",
        "media",
        "other",
    ] {
        let own = data(&[event(
            "custom_event",
            &format!(r#""custom_event_type":"{kind}""#),
        )]);
        assert_eq!(
            own[0],
            format!(r#"{{"event_name":"","custom_event_type":"{kind}"}}"#)
        );
    }
}

/// M 5.4
#[test]
fn screen_view() {
    let own = data(&[
        event(
            "screen_view",
            r#""screen_name":"s","attributes":{"a":"b"},"custom_flags":{"c":"d"}"#,
        ),
        event("screen_view", r#""screen_name":"""#),
    ]);
    assert_eq!(
        own[0],
        r#"{"screen_name":"s","custom_attributes":{"a":"b"},"custom_flags":{"c":"d"}}"#
    );
    assert_eq!(own[1], "{}");
}

/// M 5.5
#[test]
fn error() {
    let own = data(&[
        event(
            "error",
            r#""message":"m","is_crash":true,"stack_trace":"st","breadcrumbs":["x",null,"y"],"session_id":3,"attributes":{"a":"b"}"#,
        ),
        event("error", r#""breadcrumbs":"one""#),
        event("error", r#""breadcrumbs":[null]"#),
    ]);
    assert_eq!(
        own[0],
        r#"{"session_id":3,"message":"m","exception_handled":false,"severity":"fatal","stack_trace":"st","breadcrumbs":[{"event_type":"breadcrumb","data":{"label":"x","session_id":3}},{"event_type":"breadcrumb","data":{"label":"y","session_id":3}}],"custom_attributes":{"a":"b"}}"#
    );
    assert_eq!(
        own[1],
        r#"{"exception_handled":true,"severity":"error","breadcrumbs":[{"event_type":"breadcrumb","data":{"label":"one"}}]}"#
    );
    assert_eq!(own[2], r#"{"exception_handled":true,"severity":"error"}"#);
}

/// M 5.6 and its reading
#[test]
fn privacy_setting_change() {
    let own = data(&[
        event(
            "privacy_setting_change",
            r#""setting":"app_data_collection","is_enabled":true"#,
        ),
        event(
            "privacy_setting_change",
            r#""setting":"app_data_collection""#,
        ),
    ]);
    assert_eq!(
        own,
        [r#"{"is_opted_out":false}"#, r#"{"is_opted_out":true}"#]
    );
    for fields in ["", r#""setting":"other""#] {
        dropped(
            event("privacy_setting_change", fields),
            "missing or unknown privacy setting",
        );
    }
}

/// M 5.7 and its reading
#[test]
fn user_attribute_change() {
    let change = event(
        "user_attribute_change",
        r#""added":{"new":"1","$City":"Rome","null":null},"removed":{"gone":"","$CITY":"Bonn"}"#,
    );
    let own = data(std::slice::from_ref(&change));
    assert_eq!(
        own,
        [
            r#"{"user_attribute_name":"new","new":"1","old":null,"deleted":false,"is_new_attribute":true}"#,
            r#"{"user_attribute_name":"$city","new":"Rome","old":"Bonn","deleted":false,"is_new_attribute":false}"#,
            r#"{"user_attribute_name":"gone","new":null,"old":"","deleted":true,"is_new_attribute":false}"#,
        ]
    );
    let batch = one(
        &with_events(&[change]),
        &[("include_user_attribute_change_events", "true")],
    );
    for (index, name) in ["new", "$City", "gone"].into_iter().enumerate() {
        let data = format!("events.{index}.data");
        let event_id = id64_with(EVENT_ID, name).to_string();
        assert_eq!(at(&batch, &format!("{data}.event_id")), event_id);
        assert_eq!(
            at(&batch, &format!("{data}.message_id")),
            format!("\"{EVENT_ID}\"")
        );
    }
}

/// M 5.8 and its reading
#[test]
fn user_identity_change() {
    let identity = |kind: &str, value: &str| {
        format!(r#"{{"type":"{kind}","encoding":"raw","value":"{value}"}}"#)
    };
    let hashed = r#"{"type":"customer","encoding":"md5","value":"c2"}"#;
    let change = event(
        "user_identity_change",
        &format!(
            r#""added":[{},{hashed},{},{}],"removed":[{},{},{}]"#,
            identity("customer", "c1"),
            identity("pigeon", "x"),
            identity("email", "e1"),
            identity("facebook", "f"),
            identity("customer", "c0"),
            identity("facebook", "g"),
        ),
    );
    let own = data(std::slice::from_ref(&change));
    let time = r#""timestamp_unixtime_ms":7"#;
    let created = r#""created_this_batch":true"#;
    assert_eq!(
        own,
        [
            format!(
                r#"{{"new":{{"identity_type":"customer_id","identity":"c1",{time},{created}}},"old":{{"identity_type":"customer_id","identity":"c0",{time}}}}}"#
            ),
            format!(
                r#"{{"new":{{"identity_type":"customer_id","identity":"c2","encoding":"md5",{time},{created}}},"old":null}}"#
            ),
            format!(
                r#"{{"new":{{"identity_type":"email","identity":"e1",{time},{created}}},"old":null}}"#
            ),
            format!(r#"{{"new":null,"old":{{"identity_type":"facebook","identity":"f",{time}}}}}"#),
            format!(r#"{{"new":null,"old":{{"identity_type":"facebook","identity":"g",{time}}}}}"#),
        ]
    );
    let batch = one(
        &with_events(&[change]),
        &[("include_user_identity_change_events", "true")],
    );
    for (index, part) in [
        "customer_id#1",
        "customer_id#2",
        "email#1",
        "facebook#1",
        "facebook#2",
    ]
    .iter()
    .enumerate()
    {
        let event_id = id64_with(EVENT_ID, part).to_string();
        assert_eq!(
            at(&batch, &format!("events.{index}.data.event_id")),
            event_id
        );
    }
}

/// M 5.9 and N9
#[test]
fn push_subscription() {
    let own = data(&[
        event("push_subscription", r#""action":"subscribe","token":"t""#),
        event("push_subscription", r#""action":"unsubscribe","token":"t""#),
    ]);
    assert_eq!(own[0], r#"{"register":true,"registration_token":"t"}"#);
    assert_eq!(own[1], r#"{"register":false,"registration_token":"t"}"#);
    dropped(
        event("push_subscription", r#""token":"t""#),
        "missing or unknown action",
    );
    dropped(
        event("push_subscription", r#""action":"nod","token":"t""#),
        "missing or unknown action",
    );
    dropped(
        event("push_subscription", r#""action":"subscribe","token":"""#),
        "missing token",
    );
}

/// M 5.10 and N9
#[test]
fn application_state_transition() {
    for (state, expected) in [
        (
            "install",
            r#""application_initialized","is_first_run":true,"is_upgrade":false"#,
        ),
        (
            "upgrade",
            r#""application_initialized","is_first_run":false,"is_upgrade":true"#,
        ),
        (
            "initialize",
            r#""application_initialized","is_first_run":false,"is_upgrade":false"#,
        ),
        ("exit", r#""application_exit""#),
        ("background", r#""application_background""#),
        ("foreground", r#""application_foreground""#),
    ] {
        let fields = format!(r#""application_state":"{state}""#);
        let own = data(&[event("application_state_transition", &fields)]);
        assert_eq!(
            own[0],
            format!(r#"{{"application_transition_type":{expected}}}"#)
        );
    }
    let own = data(&[event(
        "application_state_transition",
        r#""application_state":"exit","launch_referral":"r","referral_application":"a","launch_parameters":"","source_package":"p""#,
    )]);
    assert_eq!(
        own[0],
        r#"{"application_transition_type":"application_exit","launch_referral":"r","custom_attributes":{"referral_application":"a","source_package":"p"}}"#
    );
    for fields in ["", r#""application_state":"nap""#] {
        dropped(
            event("application_state_transition", fields),
            "missing or unknown application state",
        );
    }
}

/// M 5.11
#[test]
fn push_messages() {
    let events = format!(
        "{},{}",
        event("push_message_receipt", r#""payload":"{ }""#),
        event("push_message_open", r#""payload":"""#)
    );
    for (runtime, network) in [
        ("android", r#","network":"gcm""#),
        ("firetv", r#","network":"gcm""#),
        ("ios", r#","network":"apn""#),
        ("tvos", r#","network":"apn""#),
        ("xbox", ""),
    ] {
        let token = r#"{"type":"google_cloud_messaging_token","encoding":"raw","value":"T"}"#;
        let message = request(&format!(
            r#""events":[{events}],"runtime_environment":{{"type":"{runtime}","identities":[{token}]}}"#
        ));
        let batch = one(&message, &[]);
        let end = format!(r#"{network},"push_message_token":"T"}}"#);
        let receipt = at(&batch, "events.0.data");
        let start = r#""push_message_type":"received","push_message_behavior":1,"push_notification_payload":"{ }""#;
        assert!(receipt.ends_with(&format!("{start}{end}")), "{receipt}");
        let open = at(&batch, "events.1.data");
        let start = r#""push_message_type":"action","push_message_behavior":2"#;
        assert!(open.ends_with(&format!("{start}{end}")), "{open}");
    }
}

/// M 5.15
#[test]
fn attribution() {
    let own = data(&[
        event(
            "attribution",
            r#""name":"n","publisher_name":"p","campaign_name":"c","partner_name":"q","attributes":{"x":"y","campaign":"own"}"#,
        ),
        event("attribution", r#""name":"""#),
    ]);
    assert_eq!(
        own[0],
        r#"{"custom_event_type":"attribution","event_name":"n","custom_attributes":{"publisher":"p","campaign":"own","partner":"q","x":"y"}}"#
    );
    assert_eq!(
        own[1],
        r#"{"custom_event_type":"attribution","event_name":"attribution"}"#
    );
}
