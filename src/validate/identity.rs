//! Identities and accounts at any place (sections 5.1, 5.2). Reading refuses missing fields; this
//! file checks types and the form of digests. No part of an identity is shown, and no unknown type.

use super::report::{Place, Report};
use super::rules::{IDENTITY_HASH, IDENTITY_ZERO, MPID};
use crate::message::{
    Account, DeviceIdentity, Identity, IdentityEncoding, PartnerIdentity, UserIdentity,
    is_advertising,
};

pub(super) fn users(found: &mut Report, at: &Place<'_>, identities: &[UserIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        let at = &at.index(index);
        if !identity.identity_type.is_known() {
            found.unknown_value(&at.key("type"), None);
        }
        if identity.encoding == IdentityEncoding::Raw {
            raw(found, at, identity.value);
        }
        value(found, at, identity.encoding, identity.value);
    }
}

pub(super) fn devices(found: &mut Report, at: &Place<'_>, identities: &[DeviceIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        let at = &at.index(index);
        if !identity.identity_type.is_known() {
            found.unknown_value(&at.key("type"), None);
        }
        value(found, at, identity.encoding, identity.value);
        let advertising = is_advertising(identity.identity_type);
        if advertising && Identity::from(identity).is_all_zero() {
            let message = "all zeros, as devices send it while tracking is limited";
            found.warn(&at.key("value"), IDENTITY_ZERO, message);
        }
    }
}

pub(super) fn partners(found: &mut Report, at: &Place<'_>, identities: &[PartnerIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        value(found, &at.index(index), identity.encoding, identity.value);
    }
}

pub(super) fn mpid(found: &mut Report, at: &Place<'_>, mpid: Option<&str>) {
    if mpid.is_some_and(|text| !text.is_empty() && text.parse::<i64>().is_err()) {
        found.warn(&at.key("mpid"), MPID, "not a 64-bit integer");
    }
}

pub(super) fn account(found: &mut Report, at: &Place<'_>, account: &Option<Account<'_>>) {
    if let Some(account) = account {
        found.required(&at.key("account"), account);
    }
}

/// The declared encoding is used: a digest that is declared raw is hashed again. Raw identifiers of
/// devices may have the form of a digest.
fn raw(found: &mut Report, at: &Place<'_>, value: &str) {
    let value = value.trim();
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && matches!(value.len(), 32 | 40 | 64) {
        let message = "declared raw, but it has the form of a digest: it will be hashed again";
        found.warn(&at.key("value"), IDENTITY_HASH, message);
    }
}

/// The form of a digest (section 5.2).
fn value(found: &mut Report, at: &Place<'_>, encoding: IdentityEncoding<'_>, value: &str) {
    let digits = match encoding {
        IdentityEncoding::Raw => return,
        IdentityEncoding::Md5 => 32,
        IdentityEncoding::Sha1 => 40,
        IdentityEncoding::Sha256 => 64,
        IdentityEncoding::__Unknown(_) => {
            found.unknown_value(&at.key("encoding"), None);
            return;
        }
    };
    let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if value.len() != digits || !value.bytes().all(hex) {
        found.warn(
            &at.key("value"),
            IDENTITY_HASH,
            format!(
                "not the {digits} lower-case hexadecimal digits of {}",
                encoding.as_str()
            ),
        );
    }
}
