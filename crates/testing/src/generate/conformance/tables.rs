//! The tables of the protocol specification, written down a second time for the tests.
//!
//! They must not be taken from the generator, whose output they judge.

/// The tables of sections 3 to 7, in table order. `!` marks what has to be there. Types: `s` text, `u` uuid, `i` 32-bit,
/// `l` 64-bit, `n` number, `b` bool, `m` map of texts, `ls` list of texts, `mm` map of `m`, `=E` enumeration, `@T` table,
/// `[..]` list, `{..}` map. A table whose name ends in a dot is chosen by `type`.
pub(super) const TABLES: &str = "
module_registration_request
event_processing_request: source_id:s account!:@account partner_identities:[@partner] user_identities:[@user] user_attributes:m user_attribute_lists:mls runtime_environment:@runtime. integration_attributes:m events:[@event.] source_channel:=channel device_application_stamp:s consent_state:@consent system_notifications:[@notification.] mpid:s platform_fields:@platform
audience_subscription_request: account!:@account audience_id!:i audience_name!:s audience_description:s audience_subscription_settings:m previous_audience_subscription_settings:m action!:=subscription_action
audience_membership_change_request: account!:@account user_profiles:[@profile]
dsr_processing_request: account!:@account subject_request_id:s subject_request_type:=dsr_type submitted_time:n subject_identities:{@opendsr} api_version:s regulation:=regulation
module_registration_response: sdk_version:s name!:s description:s version!:s permissions:@permissions event_processing_registration:@event_registration audience_processing_registration:@audience_registration dsr_processing_registration:@dsr_registration
event_processing_response: suspend_subscription:b
audience_subscription_response: audience_subscription_settings:m
audience_membership_change_response: suspend_subscription!:b
dsr_processing_response
event.session_start
event.session_end: session_length_ms!:l
event.custom_event: name!:s custom_event_type:=custom_event_type attributes:m custom_flags:m
event.screen_view: screen_name!:s attributes:m custom_flags:m
event.error: message:s is_crash!:b stack_trace:s breadcrumbs:ls attributes:m
event.privacy_setting_change: setting!:=privacy_setting is_enabled!:b
event.user_attribute_change: added:m removed:m
event.user_identity_change: added:[@user] removed:[@user]
event.push_subscription: action!:=push_action token!:s
event.application_state_transition: application_state!:=application_state launch_referral:s referral_application:s launch_parameters:s source_package:s
event.push_message_receipt: payload:s
event.product_action: action!:=product_action transaction_id:s affiliation:s total_amount:n tax_amount:n shipping_amount:n currency_code:s coupon_code:s products:[@product] attributes:m custom_flags:m
event.promotion_action: action!:=promotion_action attributes:m promotions:[@promotion] custom_flags:m
event.impression: attributes:m impressions:[@impression] custom_flags:m
event.attribution: name:s partner_name:s publisher_name:s campaign_name:s attributes:m
event.push_message_open: payload:s
account: account_id!:i account_settings:m
user: type!:=user_identity encoding!:=encoding value!:s
device: type!:=device_identity encoding!:=encoding value!:s
partner: type!:s encoding!:=encoding value!:s
product: id:s name:s brand:s category:s variant:s position!:i price:n quantity:n coupon_code:s total_amount:n attributes:m
promotion: id:s name:s creative:s position:s
impression: impression_list_name:s products:[@product]
location: latitude!:n longitude!:n accuracy!:n
consent: gdpr_consent_state:{@record} ccpa_consent_state:{@record}
record: consented!:b document:s timestamp_unixtime_ms:l location:s hardware_id:s
notification.gdpr_consent_state: purpose!:s old_gdpr_consent_state:@record new_gdpr_consent_state:@record
notification.ccpa_consent_state: purpose!:s old_ccpa_consent_state:@record new_ccpa_consent_state:@record
opendsr: encoding!:=opendsr_encoding value!:s
platform: mp_account_id!:i mp_account_name:s workspace_id!:i workspace_name:s input_name:s app_name:s app_version:s dataplan_id:s dataplan_name:s dataplan_version:i
profile: user_identities:[@user] device_identities:[@device] partner_identities:[@partner] audiences:[@audience] mpid:s
audience: audience_id!:i audience_name!:s audience_subscription_settings:m action!:=audience_action user_attributes:[@shared]
shared: key!:s value:s action!:=attribute_action list_value:ls
setting.text: default_value:s required!:b confidential!:b
setting.integer: default_value:l min_value:l max_value:l required!:b
setting.float: default_value:n min_value:n max_value:n required!:b
setting.boolean: default_value!:b checked!:b
permissions: device_identities:[@device_permission] user_identities:[@user_permission] partner_identities:[@partner_permission] allow_access_location:b allow_access_ip_address:b allow_access_device_application_stamp:b allow_device_info:b allow_user_attributes:b allow_consent_state:b allow_audience_user_attributes:b allow_access_http_user_agent:b allow_access_mpid:b allow_platform_fields:b allow_eventless_batches:b
device_permission: type!:=device_identity encoding!:=encoding required!:b
user_permission: type!:=user_identity encoding!:=encoding required!:b
partner_permission: type!:s encoding!:=encoding required!:b
event_registration: account_settings:[@setting.] event_connection_settings:[@setting.] supported_event_types:[=event_type] supported_runtime_environments:[=runtime_type] supported_system_notification_types:[=notification_type] max_data_age_hours!:i push_messaging_provider_id:s authentication:@auth.
audience_registration: account_settings:[@setting.] authentication:@auth. bulk_configuration:@bulk audience_subscription_settings:[@setting.]
dsr_registration: account_settings:[@setting.] supported_dsr_types:[=dsr_type] domain:s
auth.oauth2: authorization_url!:s refresh_url:s token_url!:s grant_type:=grant_type default_expires_in:i client_id:s access_token_type:=access_token_type custom_header_name:s param_client_id_name:s param_secret_name:s scopes:[@scope]
scope: name!:s description!:s
bulk: bulk_forward_wait_for_messages:i bulk_forward_wait_in_minutes:i
";

/// Fields that every table of a family has before its own.
pub(super) const COMMON: &[(&str, &str)] = &[
    (
        "message",
        "type!:s id!:u timestamp_ms!:l firehose_version!:s",
    ),
    (
        "event.",
        "type!:s id!:u timestamp_ms!:l source_id:s session_id:l location:@location",
    ),
    ("setting.", "type!:s id!:s name!:s description:s visible!:b"),
    ("notification.", "type!:s"),
    ("auth.", "type!:s"),
    (
        "runtime.",
        "type!:s is_debug:b client_ip_address:s sdk_version:s http_header_user_agent:s identities:[@device]",
    ),
];

/// Table 6.2. Columns: android, ios, tvos, web, roku, xbox, firetv, generic.
pub(super) const RUNTIME: &str = "
build_id:s aitwrxfg|brand:s aitwrxfg|product:s aitwrxfg|name:s aitwrxfg|manufacturer:s aitrxfg
device_manufacturer:s w|os_version:s aitwrxfg|model:s aitrxfg|device_model:s w|screen_height!:i aitwxfg
screen_width!:i aitwxfg|screen_dpi!:i awg|country:s aitrxfg|device_country:s w|locale_language:s aitwrxfg
locale_country:s aitwrxfg|network_country:s aiw|network_carrier:s aiw|network_code:s aiw
network_mobile_country_code:s aiw|timezone_offset!:i aitwrxfg|timezone_name:s aitrxfg|push_token:s w
cpu_architecture:s itrxf|is_tablet:b aiwg|radio_access_technology:s iw|supports_telephony:b ag|has_nfc:b ag
bluetooth_enabled:b ag|bluetooth_version:s ag|android_sdk_level!:i a|limit_ad_tracking:s w|is_dst:s w
application_name:s aitrxfg|application_version:s aitrxfg|application_package:s aitrxfg|install_referrer:s a
is_sandboxed:b i|apple_search_ads_attribution:mm i|att_authorization_status:=att it
att_timestamp_unixtime_ms!:l it";

/// `type` and column of every runtime environment.
pub(super) const RUNTIMES: &[(&str, char)] = &[
    ("unknown", 'g'),
    ("android", 'a'),
    ("ios", 'i'),
    ("tvos", 't'),
    ("mobileweb", 'w'),
    ("roku", 'r'),
    ("xbox", 'x'),
    ("firetv", 'f'),
    ("alexa", 'g'),
    ("smarttv", 'g'),
];

/// Section 8.
pub(super) const ENUMS: &str = "
event_type: session_start session_end custom_event screen_view error privacy_setting_change user_attribute_change user_identity_change push_subscription application_state_transition push_message_receipt product_action promotion_action impression attribution push_message_open
runtime_type: unknown android ios tvos mobileweb roku xbox firetv alexa smarttv
notification_type: gdpr_consent_state ccpa_consent_state
user_identity: other customer facebook twitter google microsoft yahoo email other2 other3 other4 other5 other6 other7 other8 other9 other10 mobile_number phone_number_2 phone_number_3
device_identity: android_id google_advertising_id ios_advertising_id ios_vendor_id google_cloud_messaging_token apple_push_notification_token roku_advertising_id microsoft_advertising_id microsoft_publisher_id fire_advertising_id roku_publisher_id
encoding: raw md5 sha1 sha256
custom_event_type: unknown navigation location search transaction user_content user_preference social other media
product_action: add_to_wishlist remove_from_wish_list add_to_cart remove_from_cart checkout purchase refund checkout_option click view_detail
promotion_action: unknown view click
push_action: subscribe unsubscribe
application_state: install upgrade initialize exit background foreground
privacy_setting: app_data_collection
att: authorized denied not_determined restricted
audience_action: add delete attribute_update
attribute_action: upsert delete
subscription_action: add update remove
dsr_type: erasure
regulation: unknown ccpa gdpr
opendsr_type: controller_customer_id android_advertising_id android_id email fire_advertising_id ios_advertising_id ios_vendor_id microsoft_advertising_id microsoft_publisher_id roku_publisher_id roku_advertising_id
opendsr_encoding: raw
grant_type: authorization_code
access_token_type: bearer custom_header
channel: unknown native javascript pixel partner server_to_server
";
