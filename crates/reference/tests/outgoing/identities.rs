//! Identities: M 3, and M 2 for partners.

use super::*;

fn identity(kind: &str, encoding: &str, value: &str) -> String {
    format!(r#"{{"type":"{kind}","encoding":"{encoding}","value":"{value}"}}"#)
}

fn user(identities: &[String]) -> String {
    format!(r#""user_identities":[{}]"#, identities.join(","))
}

fn device(runtime: &str, identities: &[String]) -> Json {
    let list = identities.join(",");
    let environment = format!(r#"{{"type":"{runtime}","identities":[{list}],"push_token":"web"}}"#);
    one(
        &request(&format!(r#""runtime_environment":{environment}"#)),
        &[],
    )
}

#[test]
fn types_of_user_identities() {
    for (kind, name) in [
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
    ] {
        let batch = one(&request(&user(&[identity(kind, "raw", "x")])), &[]);
        assert_eq!(
            at(&batch, "user_identities.0.identity_type"),
            format!("\"{name}\"")
        );
    }
}

#[test]
fn encodings_and_repeated_types() {
    let list = [
        identity("email", "raw", "a"),
        identity("email", "sha256", "00"),
        identity("pigeon", "raw", "x"),
        identity("email", " md9 ", "b"),
    ];
    let message = request(&user(&list));
    let time = r#""timestamp_unixtime_ms":1714592744066"#;
    assert_eq!(
        at(&one(&message, &[]), "user_identities"),
        format!(
            r#"[{{"identity_type":"email","identity":"a",{time}}},{{"identity_type":"email","identity":"00","encoding":"sha256",{time}}},{{"identity_type":"email","identity":"b","encoding":" md9 ",{time}}}]"#
        )
    );
    assert_eq!(
        warnings(&message, &[]),
        ["user_identities[2]: unknown identity type"]
    );
}

/// Reading M 3: type, encoding and value are compared; the last change in list order counts.
#[test]
fn identities_added_in_this_batch() {
    let change = |time: i64, identity: &str| {
        format!(
            r#"{{"type":"user_identity_change","id":"{EVENT_ID}","timestamp_ms":{time},"added":[{identity}]}}"#
        )
    };
    let (raw, hashed) = (identity("email", "raw", "a"), identity("email", "md5", "a"));
    let message = request(&format!(
        r#"{},"events":[{},{}]"#,
        user(&[raw.clone(), hashed]),
        change(9, &raw),
        change(8, &raw)
    ));
    assert_eq!(
        at(&one(&message, &[]), "user_identities"),
        r#"[{"identity_type":"email","identity":"a","timestamp_unixtime_ms":8,"created_this_batch":true},{"identity_type":"email","identity":"a","encoding":"md5","timestamp_unixtime_ms":1714592744066}]"#
    );
}

/// N3 and reading M 2
#[test]
fn partner_identities() {
    let message = request(&format!(
        r#""partner_identities":[{},{},{},{}]"#,
        identity("p", "raw", "1"),
        identity("q", "raw", "2"),
        identity("p", "raw", "3"),
        identity("p", "sha1", "4")
    ));
    assert_eq!(
        at(&one(&message, &[]), "partner_identities"),
        r#"{"p":"3","q":"2"}"#
    );
    assert_eq!(
        warnings(&message, &[]),
        ["partner_identities[3]: hashed partner identity"]
    );
}

#[test]
fn types_of_device_identities() {
    let upper = "31A22EF0-F119-48D4-B009-A217A26A862A";
    let lower = upper.to_lowercase();
    for (kind, field, expected) in [
        ("android_id", "android_uuid", upper),
        ("google_advertising_id", "android_advertising_id", &lower),
        ("ios_advertising_id", "ios_advertising_id", &lower),
        ("ios_vendor_id", "ios_idfv", &lower),
        ("google_cloud_messaging_token", "push_token", upper),
        ("apple_push_notification_token", "push_token", upper),
        ("roku_advertising_id", "roku_advertising_id", &lower),
        ("roku_publisher_id", "roku_publisher_id", &lower),
        (
            "microsoft_advertising_id",
            "microsoft_advertising_id",
            upper,
        ),
        ("microsoft_publisher_id", "microsoft_publisher_id", upper),
        ("fire_advertising_id", "fire_advertising_id", &lower),
    ] {
        let batch = device("xbox", &[identity(kind, "raw", upper)]);
        assert_eq!(
            at(&batch, &format!("device_info.{field}")),
            format!("\"{expected}\"")
        );
    }
}

#[test]
fn device_identities_that_are_dropped() {
    let good = "31a22ef0-f119-48d4-b009-a217a26a862a";
    let list = [
        identity("ios_vendor_id", "sha256", good),
        identity("ios_vendor_id", "raw", "short"),
        identity("ios_vendor_id", "raw", good),
        identity(
            "ios_vendor_id",
            "raw",
            "00000000-0000-4000-8000-000000000009",
        ),
        identity("sundial", "raw", good),
    ];
    let environment = format!(r#"{{"type":"ios","identities":[{}]}}"#, list.join(","));
    let message = request(&format!(r#""runtime_environment":{environment}"#));
    assert_eq!(
        at(&one(&message, &[]), "device_info"),
        format!(r#"{{"platform":"iOS","ios_idfv":"{good}"}}"#)
    );
    assert_eq!(
        warnings(&message, &[]),
        [
            "runtime_environment.identities[0]: hashed device identity",
            "runtime_environment.identities[1]: not a uuid",
            "runtime_environment.identities[4]: unknown device identity type"
        ]
    );
}

#[test]
fn push_tokens() {
    let google = identity("google_cloud_messaging_token", "raw", "G");
    let apple = identity("apple_push_notification_token", "raw", "A");
    for (runtime, identities, expected) in [
        ("ios", vec![google.clone(), apple.clone()], r#""A""#),
        ("tvos", vec![google.clone(), apple.clone()], r#""A""#),
        ("android", vec![apple.clone(), google.clone()], r#""G""#),
        ("mobileweb", vec![apple.clone(), google.clone()], r#""G""#),
        ("mobileweb", vec![apple.clone()], r#""A""#),
        ("ios", vec![google], r#""G""#),
        (
            "mobileweb",
            vec![identity("android_id", "raw", "x")],
            r#""web""#,
        ),
        ("ios", vec![identity("android_id", "raw", "x")], ""),
    ] {
        let batch = device(runtime, &identities);
        assert_eq!(at(&batch, "device_info.push_token"), expected, "{runtime}");
    }
}
