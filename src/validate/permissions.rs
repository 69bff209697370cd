//! The identity permissions of a registration (section 7.3; section 12, rules 4, 7, 8 and 25).

use std::collections::BTreeSet;

use super::report::{Place, Report};
use super::rules::{REGISTRATION_4, REGISTRATION_7, REGISTRATION_8, REGISTRATION_25};
use crate::message::{DeviceIdentityType, IdentityEncoding, Permissions, RuntimeType};

/// Rules 4, 7 and 8.
pub(super) fn lists(found: &mut Report, at: &Place<'_>, permissions: &Permissions<'_>) {
    let devices = permissions.device_identities;
    let at_devices = &at.key("device_identities");
    for (index, permission) in devices.iter().enumerate() {
        if !permission.identity_type.is_known() {
            let text = permission.identity_type.as_str();
            found.unknown_value(&at_devices.index(index).key("type"), Some(text));
        }
        encoding(found, &at_devices.index(index), permission.encoding);
    }
    unique(
        found,
        at_devices,
        devices.iter().map(|p| p.identity_type.as_str()),
    );

    let users = permissions.user_identities;
    let at_users = &at.key("user_identities");
    for (index, permission) in users.iter().enumerate() {
        if !permission.identity_type.is_known() {
            let text = permission.identity_type.as_str();
            found.unknown_value(&at_users.index(index).key("type"), Some(text));
        }
        encoding(found, &at_users.index(index), permission.encoding);
    }
    unique(
        found,
        at_users,
        users.iter().map(|p| p.identity_type.as_str()),
    );

    let partners = permissions.partner_identities;
    let at_partners = &at.key("partner_identities");
    if partners.len() > 1 {
        found.error(
            at_partners,
            REGISTRATION_4,
            "more than one partner identity",
        );
    }
    for (index, permission) in partners.iter().enumerate() {
        if !is_partner_name(permission.identity_type) {
            let message = "a name unlike `PartnerName_IdentityName`";
            found.warn(
                &at_partners.index(index).key("type"),
                REGISTRATION_7,
                message,
            );
        }
        encoding(found, &at_partners.index(index), permission.encoding);
    }
    unique(found, at_partners, partners.iter().map(|p| p.identity_type));
}

fn encoding(found: &mut Report, at: &Place<'_>, encoding: IdentityEncoding<'_>) {
    if !encoding.is_known() {
        found.unknown_value(&at.key("encoding"), Some(encoding.as_str()));
    }
}

fn unique<'a>(found: &mut Report, at: &Place<'_>, types: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for (index, identity_type) in types.enumerate() {
        if !seen.insert(identity_type) {
            let message = "the identity type is in this list already";
            found.error(&at.index(index).key("type"), REGISTRATION_8, message);
        }
    }
}

fn is_partner_name(name: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    name == "$cookie_sync_id"
        || name
            .split_once('_')
            .is_some_and(|(partner, identity)| word(partner) && word(identity))
}

/// Rule 25. It is not enough that one of them can be satisfied: the others would have no effect.
pub(super) fn satisfiable(
    found: &mut Report,
    at: &Place<'_>,
    permissions: &Permissions<'_>,
    platforms: &[RuntimeType<'_>],
) {
    let at = &at.key("device_identities");
    // Each platform once: a list may contain the same one a million times, and so may the other
    // list.
    let mut distinct = Vec::new();
    for platform in platforms {
        if !platform.is_known() {
            // Its devices may have any identity.
            return;
        }
        if !distinct.contains(platform) {
            distinct.push(*platform);
        }
    }
    for (index, permission) in permissions.device_identities.iter().enumerate() {
        let exists = distinct
            .iter()
            .any(|platform| may_have(*platform, permission.identity_type));
        if permission.required && !exists && !platforms.is_empty() {
            let message = "required, but no supported platform has this identity";
            found.warn(&at.index(index), REGISTRATION_25, message);
        }
    }
}

/// Whether devices of a known platform may have an identity. Lenient for platforms that cover
/// several kinds of devices.
fn may_have(platform: RuntimeType<'_>, identity: DeviceIdentityType<'_>) -> bool {
    use DeviceIdentityType as Identity;
    let homes: &[RuntimeType<'_>] = match identity {
        Identity::AndroidId | Identity::FireAdvertisingId => {
            &[RuntimeType::Android, RuntimeType::Firetv]
        }
        Identity::GoogleAdvertisingId => &[RuntimeType::Android, RuntimeType::Smarttv],
        Identity::GoogleCloudMessagingToken => &[
            RuntimeType::Android,
            RuntimeType::Ios,
            RuntimeType::Mobileweb,
        ],
        Identity::IosAdvertisingId
        | Identity::IosVendorId
        | Identity::ApplePushNotificationToken => &[RuntimeType::Ios, RuntimeType::Tvos],
        Identity::RokuAdvertisingId | Identity::RokuPublisherId => &[RuntimeType::Roku],
        Identity::MicrosoftAdvertisingId | Identity::MicrosoftPublisherId => &[RuntimeType::Xbox],
        Identity::__Unknown(_) => return true,
    };
    homes.contains(&platform) || platform == RuntimeType::Unspecified
}
