//! The settings of the audience connection (C 3.4, C 3.5) and its table of identities (C 3.2).

use super::names::{folded, unknown};
use super::settings::bool;

/// Where an identity of C 3.2 comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A user identity of this type.
    User(&'static str),
    /// A device identity of this type.
    Device(&'static str),
    /// The `mpid` of the profile.
    Mpid,
}

use Source::{Device, User};

/// C 3.2: the name in the published list, the key, the Firehose identity.
pub(super) const IDENTITIES: &[(&str, &str, Source)] = &[
    ("Customer ID", "CustomerId", User("customer")),
    ("Email Address", "Email", User("email")),
    ("Facebook ID", "FacebookId", User("facebook")),
    ("Google ID", "GoogleId", User("google")),
    ("Microsoft ID", "MicrosoftId", User("microsoft")),
    ("Twitter ID", "TwitterId", User("twitter")),
    ("Yahoo ID", "YahooId", User("yahoo")),
    ("Other", "Other", User("other")),
    ("Other 2", "Other2", User("other2")),
    ("Other 3", "Other3", User("other3")),
    ("Other 4", "Other4", User("other4")),
    ("Other 5", "Other5", User("other5")),
    ("Other 6", "Other6", User("other6")),
    ("Other 7", "Other7", User("other7")),
    ("Other 8", "Other8", User("other8")),
    ("Other 9", "Other9", User("other9")),
    ("Other 10", "Other10", User("other10")),
    ("mParticle ID (MPID)", "MPID", Source::Mpid),
    (
        "Google Advertising ID (GAID)",
        "GoogleAdvertisingIdentifier",
        Device("google_advertising_id"),
    ),
    (
        "Apple Advertising ID (IDFA)",
        "AppleAdvertisingIdentifier",
        Device("ios_advertising_id"),
    ),
    (
        "Apple Vendor ID (IDFV)",
        "AppleVendorIdentifier",
        Device("ios_vendor_id"),
    ),
    ("Android ID", "AndroidId", Device("android_id")),
    (
        "Fire Advertising ID",
        "FireAdvertisingIdentifier",
        Device("fire_advertising_id"),
    ),
    (
        "Microsoft Advertising ID",
        "MicrosoftAdvertisingIdentifier",
        Device("microsoft_advertising_id"),
    ),
    (
        "Roku Advertising ID",
        "RokuAdvertisingIdentifier",
        Device("roku_advertising_id"),
    ),
    (
        "Roku Publisher ID",
        "RokuPublisherIdentifier",
        Device("roku_publisher_id"),
    ),
];

/// The settings of the audience connection.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "the settings have the names of the specification"
)]
pub struct AudienceSettings {
    pub send_anonymous_users: bool,
    pub forward_email_addresses: bool,
    pub forward_customer_ids: bool,
    pub forward_idfas: bool,
    pub forward_google_advertising_ids: bool,
    /// Keys of C 3.2.
    pub identities_to_exclude: Vec<&'static str>,
    /// C 3.3.
    pub allow_hashed_identities: bool,
    /// C 3.2 and N15.
    pub one_message_per_device: bool,
    /// C 3.2: other keys, as (key of the table, key to write).
    pub names: Vec<(&'static str, String)>,
}

impl Default for AudienceSettings {
    fn default() -> Self {
        Self {
            send_anonymous_users: true,
            forward_email_addresses: true,
            forward_customer_ids: true,
            forward_idfas: true,
            forward_google_advertising_ids: true,
            identities_to_exclude: Vec::new(),
            allow_hashed_identities: false,
            one_message_per_device: false,
            names: Vec::new(),
        }
    }
}

impl AudienceSettings {
    /// Sets a setting by its name: bools are `true` or `false`, lists are separated by commas.
    /// `name.KEY` replaces a key of C 3.2.
    ///
    /// # Errors
    ///
    /// There is no setting of that name, or not that value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "send_anonymous_users" => self.send_anonymous_users = bool(name, value)?,
            "forward_email_addresses" => self.forward_email_addresses = bool(name, value)?,
            "forward_customer_ids" => self.forward_customer_ids = bool(name, value)?,
            "forward_idfas" => self.forward_idfas = bool(name, value)?,
            "forward_google_advertising_ids" => {
                self.forward_google_advertising_ids = bool(name, value)?;
            }
            "identities_to_exclude" => {
                let entries = value.split(',').filter(|entry| !folded(entry).is_empty());
                self.identities_to_exclude = entries
                    .map(|entry| key(name, entry))
                    .collect::<Result<_, _>>()?;
            }
            "allow_hashed_identities" => self.allow_hashed_identities = bool(name, value)?,
            "one_message_per_device" => self.one_message_per_device = bool(name, value)?,
            // N7, without a store: off is what happens anyway, on is an error at start.
            "send_remove_on_identity_change" => {
                if bool(name, value)? {
                    return Err(format!("{name}: needs a store of the identities sent"));
                }
            }
            _ => match name.strip_prefix("name.") {
                Some(entry) => self.names.push((key("name", entry)?, value.to_owned())),
                None => return Err(format!("the connection has no setting {name:?}")),
            },
        }
        Ok(())
    }

    /// C 3.5: an identity is sent only if neither its own switch nor the list excludes it.
    pub(super) fn is_sent(&self, key: &str) -> bool {
        let is_on = match key {
            "Email" => self.forward_email_addresses,
            "CustomerId" => self.forward_customer_ids,
            "AppleAdvertisingIdentifier" => self.forward_idfas,
            "GoogleAdvertisingIdentifier" => self.forward_google_advertising_ids,
            _ => true,
        };
        is_on && !self.identities_to_exclude.contains(&key)
    }

    /// The key to write.
    pub(super) fn written<'a>(&'a self, key: &'a str) -> &'a str {
        let replaced = self.names.iter().rfind(|(known, _)| *known == key);
        replaced.map_or(key, |(_, name)| name)
    }
}

/// C 3.5 and N12: a key of C 3.2 or a name of the published list. A name with an abbreviation in
/// parentheses may come without it.
fn key(setting: &str, entry: &str) -> Result<&'static str, String> {
    let known: Vec<(&str, &'static str)> = IDENTITIES
        .iter()
        .flat_map(|(published, key, _)| {
            let short = published
                .split_once(" (")
                .map_or(*published, |(short, _)| short);
            [(*key, *key), (*published, *key), (short, *key)]
        })
        .collect();
    match known.iter().find(|(name, _)| folded(name) == folded(entry)) {
        Some((_, key)) => Ok(key),
        None => {
            let names: Vec<String> = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            Err(unknown(setting, entry, &names))
        }
    }
}
