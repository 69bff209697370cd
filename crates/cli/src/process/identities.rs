//! Which identities are written, and how: the plan from `--hash`, the candidates for the user, and
//! the [`Tail`] that the lines of a batch share.

use std::slice;

use crate::profile::NamedProfile;
use hydrant::hash::{Algorithm, Deferred, DeferredDigests};
use hydrant::message::{
    DeviceIdentityType, EventProcessingRequest, Identity, IdentityEncoding, IdentityKey,
    UserIdentityType,
};
use hydrant::write::JsonWriter;

/// The identities of `--hash`.
pub(super) type Plan = Vec<Planned>;

/// An identity type, and how its digest is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    key: IdentityKey<'static>,
    algorithm: Algorithm,
    profile: NamedProfile,
}

/// Reads `email=sha256:email-gmail,mobile_number=sha256:phone-e164:US,customer=md5`.
pub(super) fn plan(text: &str) -> Result<Plan, String> {
    let users = UserIdentityType::ALL.iter().copied().map(IdentityKey::from);
    let devices = DeviceIdentityType::ALL
        .iter()
        .copied()
        .map(IdentityKey::from);
    let mut plan = Plan::new();
    for item in text.split(',') {
        let Some((name, how)) = item.split_once('=') else {
            return Err(format!("expected TYPE=ALGORITHM[:PROFILE], found `{item}`"));
        };
        let (algorithm, profile) = match how.split_once(':') {
            Some((algorithm, profile)) => (algorithm, profile.parse::<NamedProfile>()),
            None => (how, Ok(NamedProfile::Standard)),
        };
        let keys = users.clone().chain(devices.clone());
        let key = named("identity type", name, keys.map(|key| (key.as_str(), key)))?;
        let algorithm = algorithm.trim().parse::<Algorithm>();
        if plan.iter().any(|other| other.key == key) {
            return Err(format!("`{}` is given twice", name.trim()));
        }
        plan.push(Planned {
            key,
            algorithm: algorithm.map_err(|error| error.to_string())?,
            profile: profile.map_err(|error| error.to_string())?,
        });
    }
    Ok(plan)
}

/// The value of this name.
pub(super) fn named<T>(
    what: &str,
    name: &str,
    mut values: impl Iterator<Item = (&'static str, T)> + Clone,
) -> Result<T, String> {
    let names = values.clone().map(|(name, _)| name);
    let found = values.find(|(known, _)| *known == name.trim());
    found.map(|(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = names.collect();
        let names = names.join(", ");
        format!("unknown {what} `{name}`, expected one of {names}")
    })
}

/// The most bytes of an identity that is written as it was sent. No identity of the protocol has as
/// many.
const LONGEST_SHOWN: usize = 1024;

/// How identities are written.
pub(super) struct Identities {
    /// Without a plan, only the user is written.
    pub(super) plan: Option<Plan>,
    /// Write the user's identity as it was sent.
    pub(super) show: bool,
}

/// The counts of identities for the warnings of the summary.
#[derive(Clone, Copy, Default)]
pub(super) struct IdentityCounts {
    /// Left out, because they arrived encoded and are not a digest of the requested algorithm.
    pub(super) left_out: u64,
    /// Left out, because the profile has no text for them.
    pub(super) invalid: u64,
    /// Hashed although they have the form of a digest.
    pub(super) like_digests: u64,
}

impl IdentityCounts {
    pub(super) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        self.invalid += other.invalid;
        self.like_digests += other.like_digests;
    }

    /// Adds the digest of an identity, unless it is left out.
    fn add(
        &mut self,
        identity: Identity<'_>,
        algorithm: Algorithm,
        profile: NamedProfile,
        digests: &mut DeferredDigests,
    ) -> Option<Deferred> {
        let digest = match profile {
            NamedProfile::Standard => digests.add_identity(algorithm, identity),
            profile => digests.add_identity_as(algorithm, profile, identity),
        };
        if digest.is_none() {
            // Of the profile `standard`, every raw value has a text.
            match identity.encoding() {
                IdentityEncoding::Raw => self.invalid += 1,
                _ => self.left_out += 1,
            }
        }
        self.like_digests += u64::from(identity.looks_like_digest());
        digest
    }
}

/// The end of each line of a batch: `,"user":…,"identities":…}` and the line end, with placeholders
/// of digests.
#[derive(Default)]
pub(super) struct Tail {
    text: Vec<u8>,
    /// With the offsets of their placeholders in the text.
    digests: Vec<(Deferred, usize)>,
    counts: IdentityCounts,
}

impl Tail {
    /// Builds the tail of a batch. A batch without events has no lines, so nothing is hashed.
    pub(super) fn fill(
        &mut self,
        batch: &EventProcessingRequest<'_>,
        identities: &Identities,
        digests: &mut DeferredDigests,
    ) {
        self.text.clear();
        self.digests.clear();
        if batch.events.is_empty() {
            return;
        }
        self.write_user(batch, identities.show, digests);
        if let Some(plan) = &identities.plan {
            self.write_planned(batch, plan, digests);
        }
        self.text.extend_from_slice(b"}\n");
    }

    /// Appends the tail to a line.
    pub(super) fn append(&self, line: &mut Vec<u8>, digests: &mut DeferredDigests) {
        for (digest, offset) in &self.digests {
            digests.place(*digest, line.len() + offset);
        }
        line.extend_from_slice(&self.text);
    }

    /// Returns the counts since the last call.
    pub(super) fn take_counts(&mut self) -> IdentityCounts {
        std::mem::take(&mut self.counts)
    }

    /// Writes `,"user":{"type":…,"encoding":…,"value":…}` for the first identity of [`CHAIN`] that
    /// can be written, or `,"user":null`.
    fn write_user(
        &mut self,
        batch: &EventProcessingRequest<'_>,
        show: bool,
        digests: &mut DeferredDigests,
    ) {
        let user = CHAIN.iter().find_map(|key| {
            let identity = batch.first_identity(slice::from_ref(key))?;
            // A digest stays as it is; a value that is neither raw nor a digest is not written.
            let algorithm = Algorithm::try_from(identity.encoding()).unwrap_or(Algorithm::Sha256);
            let digest = match show {
                // Every line contains it, so the output would grow quadratically.
                true if identity.as_sent().len() > LONGEST_SHOWN => {
                    self.counts.left_out += 1;
                    return None;
                }
                true => None,
                false => {
                    let standard = NamedProfile::Standard;
                    Some(self.counts.add(identity, algorithm, standard, digests)?)
                }
            };
            Some((key, identity, digest))
        });
        let mut json = JsonWriter::new(&mut self.text);
        let Some((key, identity, digest)) = user else {
            return json.null_field("user");
        };
        json.object_field("user", |json| {
            json.text_field("type", key.as_str());
            match digest {
                Some(digest) => write_digest(json, digest, &mut self.digests),
                None => {
                    json.text_field("encoding", identity.encoding().as_str());
                    json.text_field("value", identity.as_sent());
                }
            }
        });
    }

    /// Writes `,"identities":{"email":{"encoding":…,"value":…},…}` with the identities of the plan
    /// that the batch has.
    fn write_planned(
        &mut self,
        batch: &EventProcessingRequest<'_>,
        plan: &Plan,
        digests: &mut DeferredDigests,
    ) {
        JsonWriter::new(&mut self.text).object_field("identities", |json| {
            for planned in plan {
                let Planned {
                    key,
                    algorithm,
                    profile,
                } = planned;
                let identity = batch.first_identity(slice::from_ref(key));
                let digest =
                    identity.and_then(|it| self.counts.add(it, *algorithm, *profile, digests));
                if let Some(digest) = digest {
                    json.object_field(key.as_str(), |json| {
                        write_digest(json, digest, &mut self.digests);
                    });
                }
            }
        });
    }
}

/// Writes `,"encoding":…,"value":…`.
fn write_digest(json: &mut JsonWriter<'_>, digest: Deferred, digests: &mut Vec<(Deferred, usize)>) {
    let placeholder = digest.placeholder();
    json.text_field("encoding", digest.algorithm().as_str());
    json.text_field("value", placeholder);
    // The closing quotation mark follows the placeholder.
    digests.push((digest, json.position() - placeholder.len() - 1));
}

/// The identities that may identify the user, in order: the id that the customer chose, addresses
/// and accounts, the id of the platform, the device, and last the stamp, which changes with every
/// installation.
const CHAIN: &[IdentityKey<'static>] = &[
    IdentityKey::User(UserIdentityType::Customer),
    IdentityKey::User(UserIdentityType::Email),
    IdentityKey::User(UserIdentityType::MobileNumber),
    IdentityKey::User(UserIdentityType::PhoneNumber2),
    IdentityKey::User(UserIdentityType::PhoneNumber3),
    IdentityKey::User(UserIdentityType::Facebook),
    IdentityKey::User(UserIdentityType::Google),
    IdentityKey::User(UserIdentityType::Microsoft),
    IdentityKey::User(UserIdentityType::Twitter),
    IdentityKey::User(UserIdentityType::Yahoo),
    IdentityKey::User(UserIdentityType::Other),
    IdentityKey::User(UserIdentityType::Other2),
    IdentityKey::User(UserIdentityType::Other3),
    IdentityKey::User(UserIdentityType::Other4),
    IdentityKey::User(UserIdentityType::Other5),
    IdentityKey::User(UserIdentityType::Other6),
    IdentityKey::User(UserIdentityType::Other7),
    IdentityKey::User(UserIdentityType::Other8),
    IdentityKey::User(UserIdentityType::Other9),
    IdentityKey::User(UserIdentityType::Other10),
    IdentityKey::Mpid,
    IdentityKey::Device(DeviceIdentityType::IosVendorId),
    IdentityKey::Device(DeviceIdentityType::AndroidId),
    IdentityKey::Device(DeviceIdentityType::IosAdvertisingId),
    IdentityKey::Device(DeviceIdentityType::GoogleAdvertisingId),
    IdentityKey::Device(DeviceIdentityType::FireAdvertisingId),
    IdentityKey::Device(DeviceIdentityType::RokuAdvertisingId),
    IdentityKey::Device(DeviceIdentityType::MicrosoftAdvertisingId),
    IdentityKey::Device(DeviceIdentityType::RokuPublisherId),
    IdentityKey::Device(DeviceIdentityType::MicrosoftPublisherId),
    IdentityKey::Device(DeviceIdentityType::ApplePushNotificationToken),
    IdentityKey::Device(DeviceIdentityType::GoogleCloudMessagingToken),
    IdentityKey::DeviceApplicationStamp,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read() {
        let planned = |key, algorithm, profile| Planned {
            key,
            algorithm,
            profile,
        };
        let standard = NamedProfile::Standard;
        let email = UserIdentityType::Email.into();
        let expected = vec![
            planned(email, Algorithm::Sha256, standard),
            planned(
                DeviceIdentityType::AndroidId.into(),
                Algorithm::Md5,
                standard,
            ),
        ];
        assert_eq!(plan("email=sha256,android_id=md5"), Ok(expected.clone()));
        assert_eq!(plan(" email = SHA-256 , android_id=md5"), Ok(expected));
        let phone = "phone-digits:DE".parse().unwrap();
        let mobile = UserIdentityType::MobileNumber.into();
        let expected = vec![
            planned(email, Algorithm::Sha256, NamedProfile::EmailGmail),
            planned(mobile, Algorithm::Sha1, phone),
        ];
        let text = "email=sha256:email-gmail, mobile_number = sha1 : phone-digits : DE";
        assert_eq!(plan(text), Ok(expected));
        for wrong in [
            "",
            "email",
            "email=",
            "email=crc32",
            "mail=md5",
            "email=md5,email=md5",
            "email=md5,email=md5:email-gmail",
            "email=md5:",
            "email=:email-gmail",
            "email=email-gmail",
            "email=md5:gmail",
            "email=md5:email-gmail:US",
            "mobile_number=md5:phone-e164:UK",
        ] {
            assert!(plan(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_chain_has_every_type_once() {
        let types = UserIdentityType::ALL.iter().map(|t| IdentityKey::User(*t));
        let devices = DeviceIdentityType::ALL
            .iter()
            .map(|t| IdentityKey::Device(*t));
        for key in types.chain(devices) {
            assert_eq!(CHAIN.iter().filter(|k| **k == key).count(), 1, "{key:?}");
        }
    }
}
