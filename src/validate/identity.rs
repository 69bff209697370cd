//! Identities and accounts at any place (sections 5.1, 5.2). Reading refuses missing fields; this
//! file checks types and the form of digests. No part of an identity is shown, and no unknown type.

use super::report::{Place, Report};
use super::rules::{IDENTITY_BLANK, IDENTITY_HASH, IDENTITY_ZERO, MPID};
use crate::message::{
    Account, DeviceIdentity, FEWEST_ZEROS, Identity, IdentityEncoding, PartnerIdentity,
    Placeholder, UserIdentity,
};

/// The field of an identity that contains its value, except in outgoing batches.
pub(crate) const VALUE: &str = "value";

pub(crate) fn users(found: &mut Report, at: &Place<'_>, identities: &[UserIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        let at = &at.index(index);
        if !identity.identity_type.is_known() {
            found.unknown_value(&at.key("type"), None);
        }
        if identity.encoding == IdentityEncoding::Raw {
            raw(found, at, VALUE, identity.value);
        }
        value(found, at, VALUE, identity.encoding, identity.value);
        placeholder(found, &at.key(VALUE), identity, FEWEST_ZEROS);
    }
}

pub(crate) fn devices(found: &mut Report, at: &Place<'_>, identities: &[DeviceIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        let at = &at.index(index);
        if !identity.identity_type.is_known() {
            found.unknown_value(&at.key("type"), None);
        }
        value(found, at, VALUE, identity.encoding, identity.value);
        placeholder(found, &at.key(VALUE), identity, 1);
    }
}

pub(crate) fn partners(found: &mut Report, at: &Place<'_>, identities: &[PartnerIdentity<'_>]) {
    for (index, identity) in identities.iter().enumerate() {
        let at = &at.index(index);
        value(found, at, VALUE, identity.encoding, identity.value);
        placeholder(found, &at.key(VALUE), identity, FEWEST_ZEROS);
    }
}

pub(crate) fn mpid(found: &mut Report, at: &Place<'_>, mpid: Option<&str>) {
    let message = match mpid.map(str::parse::<i64>) {
        Some(Ok(0)) => "0, which identifies no profile",
        Some(Err(_)) if mpid != Some("") => "not a 64-bit integer",
        _ => return,
    };
    found.warn(&at.key("mpid"), MPID, message);
}

/// A value that is sent in place of an identity. From `fewest_zeros` on, zeros are one.
pub(crate) fn placeholder<'a>(
    found: &mut Report,
    at: &Place<'_>,
    identity: impl Into<Identity<'a>>,
    fewest_zeros: usize,
) {
    let (rule, message) = match identity.into().placeholder(fewest_zeros) {
        Some(Placeholder::Blank) => (IDENTITY_BLANK, "blank, or the digest of the empty text"),
        Some(Placeholder::Zeros) => (
            IDENTITY_ZERO,
            "zeros, which identify nobody, or their digest",
        ),
        None => return,
    };
    found.warn(at, rule, message);
}

pub(crate) fn account(found: &mut Report, at: &Place<'_>, account: &Option<Account<'_>>) {
    if let Some(account) = account {
        found.required(&at.key("account"), account);
    }
}

/// The declared encoding is used: a digest that is declared raw is hashed again. Raw identifiers of
/// devices may have the form of a digest.
pub(crate) fn raw(found: &mut Report, at: &Place<'_>, key: &str, value: &str) {
    let value = value.trim();
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && matches!(value.len(), 32 | 40 | 64) {
        let message = "declared raw, but it has the form of a digest: it will be hashed again";
        found.warn(&at.key(key), IDENTITY_HASH, message);
    }
}

/// The form of a digest (section 5.2).
pub(crate) fn value(
    found: &mut Report,
    at: &Place<'_>,
    key: &str,
    encoding: IdentityEncoding<'_>,
    value: &str,
) {
    let digits = match encoding {
        IdentityEncoding::Raw => return,
        IdentityEncoding::Md5 => 32,
        IdentityEncoding::Sha1 => 40,
        IdentityEncoding::Sha256 => 64,
        IdentityEncoding::__Unknown(_) => {
            found.unknown_encoding(&at.key("encoding"));
            return;
        }
    };
    let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if value.len() != digits || !value.bytes().all(hex) {
        found.warn(
            &at.key(key),
            IDENTITY_HASH,
            format!(
                "not the {digits} lower-case hexadecimal digits of {}",
                encoding.as_str()
            ),
        );
    }
}
