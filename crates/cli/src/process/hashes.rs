//! Which identities are written and how: the plan that `--hash` gives, and the key that stands for the user. Digests are
//! not made here; there is room for them, and a list of what belongs there.

use std::slice;

use super::ends::Missing;
use hydrant::hash::Algorithm;
use hydrant::message::{DeviceIdentityType, IdentityEncoding, IdentityKey, UserIdentityType};
use hydrant::processor::{EventContext, FoundIdentity};
use hydrant::write::JsonWriter;

/// Identity types with the digests they are wanted in, as `--hash` lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan(Vec<(IdentityKey<'static>, Algorithm)>);

/// Reads `email=sha256,customer=md5`.
pub(super) fn plan(text: &str) -> Result<Plan, String> {
    let mut plan: Vec<(IdentityKey<'static>, Algorithm)> = Vec::new();
    for item in text.split(',') {
        let Some((name, algorithm)) = item.split_once('=') else {
            return Err(format!("expected TYPE=ALGORITHM, found `{item}`"));
        };
        let key = key(name.trim())?;
        let algorithm = algorithm
            .trim()
            .parse::<Algorithm>()
            .map_err(|error| error.to_string())?;
        if plan.iter().any(|(other, _)| *other == key) {
            return Err(format!("`{}` is there twice", name.trim()));
        }
        plan.push((key, algorithm));
    }
    Ok(Plan(plan))
}

fn key(name: &str) -> Result<IdentityKey<'static>, String> {
    let user = UserIdentityType::ALL.iter().find(|t| t.as_str() == name);
    let device = DeviceIdentityType::ALL.iter().find(|t| t.as_str() == name);
    user.map(|found| IdentityKey::User(*found))
        .or(device.map(|found| IdentityKey::Device(*found)))
        .ok_or_else(|| {
            let users = UserIdentityType::ALL.iter().map(|t| t.as_str());
            let names: Vec<&str> = users
                .chain(DeviceIdentityType::ALL.iter().map(|t| t.as_str()))
                .collect();
            format!(
                "unknown identity type `{name}`, expected one of {}",
                names.join(", ")
            )
        })
}

/// The identities of a batch that are written, found before anything is: writing takes the context.
pub(super) struct Found<'a> {
    user: Option<(IdentityKey<'static>, FoundIdentity<'a>)>,
    /// In the order of the plan.
    planned: [Option<FoundIdentity<'a>>; TYPES],
}

/// All identity types that a plan can hold.
const TYPES: usize = UserIdentityType::ALL.len() + DeviceIdentityType::ALL.len();

impl<'a> Found<'a> {
    pub(super) fn in_batch(context: &EventContext<'_, 'a>, plan: Option<&Plan>) -> Self {
        // One that is blank is worth nothing: the digest of nothing would make many users one.
        let find = |key: &IdentityKey<'static>| {
            context
                .first_identity(slice::from_ref(key))
                .filter(|found| !found.value.trim_ascii().is_empty())
        };
        let mut planned = [None; TYPES];
        for (place, (key, _)) in planned.iter_mut().zip(plan.iter().flat_map(|plan| &plan.0)) {
            *place = find(key);
        }
        Self {
            user: CHAIN.iter().find_map(|key| Some((*key, find(key)?))),
            planned,
        }
    }

    /// Writes `,"user":{"type":…,"encoding":…,"value":…}` for the first identity of [`CHAIN`] that the batch has, or
    /// `,"user":null`.
    pub(super) fn write_user(
        &self,
        json: &mut JsonWriter<'_>,
        missing: &mut Digests<'a>,
        show_identities: bool,
    ) {
        let Some((key, found)) = self.user else {
            json.null_field("user");
            return;
        };
        json.object_field("user", |json| {
            json.text_field("type", key.as_str());
            if show_identities || found.encoding != IdentityEncoding::Raw {
                json.text_field("encoding", found.encoding.as_str());
                json.text_field("value", found.value);
            } else {
                missing.leave_room(json, Algorithm::Sha256, found.value);
            }
        });
    }

    /// Writes `,"identities":{"email":{"encoding":…,"value":…},…}` with those of the plan that the batch has. Returns
    /// how many were left out because they came in another encoding than asked for: what is hashed is never hashed
    /// again.
    pub(super) fn write_planned(
        &self,
        json: &mut JsonWriter<'_>,
        missing: &mut Digests<'a>,
        plan: &Plan,
    ) -> u64 {
        let mut left_out = 0;
        json.object_field("identities", |json| {
            for ((key, algorithm), found) in plan.0.iter().zip(&self.planned) {
                let Some(found) = found else { continue };
                let raw = found.encoding == IdentityEncoding::Raw;
                if !raw && found.encoding.as_str() != algorithm.as_str() {
                    left_out += 1;
                    continue;
                }
                json.object_field(key.as_str(), |json| {
                    if raw {
                        missing.leave_room(json, *algorithm, found.value);
                    } else {
                        json.text_field("encoding", algorithm.as_str());
                        json.text_field("value", found.value);
                    }
                });
            }
        });
        left_out
    }
}

/// The digests that an end has room for.
pub(super) struct Digests<'a> {
    /// Where the end begins.
    start: usize,
    /// One for each of the plan, and one for the user.
    missing: [Option<Missing<'a>>; TYPES + 1],
    count: usize,
}

impl<'a> Digests<'a> {
    /// None yet, of an end that begins where `json` is now.
    pub(super) fn new(json: &JsonWriter<'_>) -> Self {
        Self {
            start: json.position(),
            missing: [None; TYPES + 1],
            count: 0,
        }
    }

    fn leave_room(&mut self, json: &mut JsonWriter<'_>, algorithm: Algorithm, value: &'a str) {
        const ROOM: &str = "----------------------------------------------------------------";
        let room = ROOM.get(..algorithm.hex_len()).unwrap_or(ROOM);
        json.text_field("encoding", algorithm.as_str());
        json.text_field("value", room);
        // A quotation mark follows the digest.
        let at = json.position() - self.start - room.len() - 1;
        if let Some(place) = self.missing.get_mut(self.count) {
            *place = Some(Missing {
                algorithm,
                at,
                value,
            });
            self.count += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Missing<'a>> + '_ {
        self.missing.iter().take(self.count).flatten().copied()
    }
}

/// What stands for the user: what the customer chose first, then what the user is reached by, then what the platform
/// gave, then the device, last what changes with every installation.
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
        let expected = Plan(vec![
            (
                IdentityKey::User(UserIdentityType::Email),
                Algorithm::Sha256,
            ),
            (
                IdentityKey::Device(DeviceIdentityType::AndroidId),
                Algorithm::Md5,
            ),
        ]);
        assert_eq!(plan("email=sha256,android_id=md5"), Ok(expected.clone()));
        assert_eq!(plan(" email = SHA-256 , android_id=md5"), Ok(expected));
        for wrong in [
            "",
            "email",
            "email=",
            "email=crc32",
            "mail=md5",
            "email=md5,email=md5",
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
