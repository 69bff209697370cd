//! The runtime environment: M 6.

use super::*;

/// The batch of a runtime environment; an event of unknown type keeps it from being a heartbeat.
fn batch(environment: &str, settings: &[(&str, &str)]) -> Json {
    one(&message(environment), settings)
}

fn message(environment: &str) -> String {
    request(&format!(
        r#""events":[{{"type":"x"}}],"runtime_environment":{{{environment}}}"#
    ))
}

/// M 6.1
#[test]
fn platforms() {
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
        let environment = format!(r#""type":"{kind}""#);
        let plain = batch(&environment, &[]);
        assert_eq!(
            at(&plain, "device_info"),
            format!(r#"{{"platform":"{platform}"}}"#)
        );
        assert_eq!(at(&plain, "application_info"), "");
        let with_os = batch(&environment, &[("include_schema_only_fields", "true")]);
        assert_eq!(
            at(&with_os, "application_info"),
            format!(r#"{{"os":"{os}"}}"#)
        );
    }
}

/// M 6.1 and its reading
#[test]
fn unknown_environments() {
    for (kind, channel, expected) in [
        ("unknown", "partner", r#"{"platform":"out_of_band"}"#),
        (
            "unknown",
            "server_to_server",
            r#"{"platform":"out_of_band"}"#,
        ),
        ("unknown", "native", ""),
        ("unknown", "", ""),
        ("toaster", "partner", r#"{"platform":"out_of_band"}"#),
        ("toaster", "pixel", ""),
    ] {
        let message = request(&format!(
            r#""events":[{{"type":"x"}}],"source_channel":"{channel}","runtime_environment":{{"type":"{kind}"}}"#
        ));
        assert_eq!(
            at(&one(&message, &[]), "device_info"),
            expected,
            "{kind} {channel}"
        );
    }
}

/// M 6.2, all rows of three models that together have all fields.
#[test]
fn fields() {
    let android = batch(
        r#""type":"android","is_debug":true,"client_ip_address":"2001:DB8::1","sdk_version":"5","http_header_user_agent":"UA",
        "build_id":"1","brand":"2","product":"3","name":"4","manufacturer":"5","os_version":"6","model":"7",
        "screen_height":8,"screen_width":0,"screen_dpi":-9,"country":"10","locale_language":"11","locale_country":"12",
        "network_country":"13","network_carrier":"14","network_code":"15","network_mobile_country_code":"16",
        "timezone_offset":0,"timezone_name":"TZ","is_tablet":false,"supports_telephony":true,"has_nfc":false,
        "bluetooth_enabled":true,"bluetooth_version":"17","android_sdk_level":34,"application_name":"18",
        "application_version":"19","application_package":"20","install_referrer":"21""#,
        &[],
    );
    assert_eq!(at(&android, "environment"), r#""development""#);
    assert_eq!(at(&android, "ip"), r#""2001:DB8::1""#);
    assert_eq!(at(&android, "sdk_version"), r#""5""#);
    assert_eq!(
        at(&android, "device_info"),
        r#"{"platform":"Android","http_header_user_agent":"UA","build_identifier":"1","brand":"2","product":"3","device":"4","device_manufacturer":"5","os_version":"6","device_model":"7","screen_height":8,"screen_dpi":-9,"device_country":"10","locale_language":"11","locale_country":"12","network_country":"13","network_carrier":"14","network_code":"15","network_mobile_country_code":"16","timezone_offset":0,"is_tablet":false,"supports_telephony":true,"has_nfc":false,"bluetooth_enabled":true,"bluetooth_version":"17"}"#
    );
    assert_eq!(
        at(&android, "application_info"),
        r#"{"application_name":"18","application_version":"19","package":"20","install_referrer":"21"}"#
    );

    let ios = batch(
        r#""type":"ios","cpu_architecture":"1","radio_access_technology":"LTE","is_sandboxed":true,
        "apple_search_ads_attribution":{"Version3.1":{"a":"","b":"c"},"Version4":{}},
        "att_authorization_status":"denied","att_timestamp_unixtime_ms":5"#,
        &[],
    );
    assert_eq!(
        at(&ios, "device_info"),
        r#"{"platform":"iOS","cpu_architecture":"1","radio_access_technology":"LTE","att_authorization_status":"denied","att_timestamp_unixtime_ms":5}"#
    );
    assert_eq!(
        at(&ios, "application_info"),
        r#"{"apple_search_ads_attributes":{"Version3.1":{"a":"","b":"c"}}}"#
    );

    let web = batch(
        r#""type":"mobileweb","device_manufacturer":"1","device_model":"2","device_country":"3","timezone_offset":-5,
        "push_token":"T","limit_ad_tracking":"TrUe","is_dst":false,"application_name":"4","application_version":"5",
        "application_package":"6","timezone_name":"TZ""#,
        &[],
    );
    assert_eq!(
        at(&web, "device_info"),
        r#"{"platform":"web","device_manufacturer":"1","device_model":"2","device_country":"3","timezone_offset":-5,"limit_ad_tracking":true,"is_dst":false,"push_token":"T"}"#
    );
    assert_eq!(
        at(&web, "application_info"),
        r#"{"application_name":"4","application_version":"5","package":"6"}"#
    );
}

/// M 1.8, and the readings M 6.2 and "null"
#[test]
fn fields_that_are_dropped() {
    let environment = r#""type":"ios","client_ip_address":"10.0.0.256","att_authorization_status":"maybe","timezone_offset":null,"att_timestamp_unixtime_ms":0"#;
    let ios = batch(environment, &[]);
    assert_eq!(at(&ios, "device_info"), r#"{"platform":"iOS"}"#);
    assert_eq!(at(&ios, "ip"), "");
    assert_eq!(
        warnings(&message(environment), &[]),
        [
            "runtime_environment.client_ip_address: not an IP address",
            "runtime_environment.att_authorization_status: unknown status",
            "events[0]: unknown event type"
        ]
    );
    let environment = r#""type":"mobileweb","limit_ad_tracking":"1","is_dst":"""#;
    assert_eq!(
        at(&batch(environment, &[]), "device_info"),
        r#"{"platform":"web"}"#
    );
    assert_eq!(
        warnings(&message(environment), &[])[0],
        "runtime_environment.limit_ad_tracking: neither true nor false"
    );
}
