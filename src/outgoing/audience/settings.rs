//! [`AudienceSettings`]: what records contain and who is sent (`connections.md section 3.4` and
//! `connections.md section 3.5`). The settings of the connection itself, such as the stream, belong
//! to the sink.

use std::borrow::Cow;

use super::AudienceIdentity;
use crate::error::{Error, ErrorKind};
use crate::outgoing::parse_bool;
use crate::outgoing::settings::short;
use crate::validate::nearest;

/// The settings of audience records. Each field is set directly, or by the name and the text of
/// its value with [`set`](Self::set); [`SETTINGS`](Self::SETTINGS) describes them.
///
/// ```
/// use hydrant::outgoing::audience::{AudienceIdentity, AudienceSettings};
///
/// let mut settings = AudienceSettings::default();
/// settings.set("send_anonymous_users", "off")?;
/// settings.set("identities_to_exclude", "Facebook ID, AndroidId")?;
/// settings.set("identity_names", "ios_advertising_id=AdvertisingIdentifier")?;
/// assert!(!settings.send_anonymous_users);
/// assert!(!settings.sends(AudienceIdentity::FacebookId));
/// assert_eq!(settings.name(AudienceIdentity::AppleAdvertisingId), "AdvertisingIdentifier");
/// let error = settings.set("forward_idfa", "off").unwrap_err();
/// assert_eq!(error.message(), "unknown setting `forward_idfa`: did you mean `forward_idfas`?");
/// # Ok::<(), hydrant::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudienceSettings {
    /// Whether users known only by their MPID are sent. On by default.
    pub send_anonymous_users: bool,
    /// Whether [`Email`](AudienceIdentity::Email) is sent. On by default.
    pub forward_email_addresses: bool,
    /// Whether [`CustomerId`](AudienceIdentity::CustomerId) is sent. On by default.
    pub forward_customer_ids: bool,
    /// Whether [`AppleAdvertisingId`](AudienceIdentity::AppleAdvertisingId) is sent. On by default.
    pub forward_idfas: bool,
    /// Whether [`GoogleAdvertisingId`](AudienceIdentity::GoogleAdvertisingId) is sent. On by
    /// default.
    pub forward_google_advertising_ids: bool,
    /// Whether a record that removes the former identities precedes one that adds a member whose
    /// identities changed. This needs a store of the identities sent. `None`, the default, means on
    /// with such a store and off without one (N7).
    pub send_remove_on_identity_change: Option<bool>,
    /// Whether a user with several identities of one kind is sent in several records (N15). Off by
    /// default: only the first one is sent.
    pub one_message_per_device: bool,
    /// Whether hashed identities are sent, as they are. Off by default.
    pub allow_hashed_identities: bool,
    excluded: u32,
    names: [Option<Cow<'static, str>>; AudienceIdentity::COUNT],
}

impl Default for AudienceSettings {
    fn default() -> Self {
        Self {
            send_anonymous_users: true,
            forward_email_addresses: true,
            forward_customer_ids: true,
            forward_idfas: true,
            forward_google_advertising_ids: true,
            send_remove_on_identity_change: None,
            one_message_per_device: false,
            allow_hashed_identities: false,
            excluded: 0,
            names: [const { None }; AudienceIdentity::COUNT],
        }
    }
}

/// The description of a setting.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AudienceSettingInfo {
    /// Its name.
    pub name: &'static str,
    /// Other names that [`AudienceSettings::set`] accepts.
    pub aliases: &'static [&'static str],
    /// The type of its value.
    pub kind: AudienceSettingKind,
    /// The default, as text; empty if it is unset.
    pub default: &'static str,
    /// What it does.
    pub description: &'static str,
    field: Field,
}

/// The type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudienceSettingKind {
    /// `on`, `true`, `1`, `yes`, or `off`, `false`, `0`, `no`, in any case.
    Bool,
    /// The same, or nothing: then the setting is unset.
    OptionalBool,
    /// Entries that are separated by commas.
    List,
    /// Pairs `name=value` that are separated by commas.
    Map,
}

/// Where the value is.
#[derive(Clone, Copy, Debug)]
enum Field {
    Bool(fn(&mut AudienceSettings) -> &mut bool),
    OptionalBool(fn(&mut AudienceSettings) -> &mut Option<bool>),
    Excluded,
    Names,
}

/// A bool.
const fn switch(
    name: &'static str,
    default: &'static str,
    field: fn(&mut AudienceSettings) -> &mut bool,
    description: &'static str,
) -> AudienceSettingInfo {
    AudienceSettingInfo {
        name,
        aliases: &[],
        kind: AudienceSettingKind::Bool,
        default,
        description,
        field: Field::Bool(field),
    }
}

impl AudienceSettings {
    /// The descriptions of the settings. The settings of `connections.md section 3.5` that earlier
    /// had another name belong to the sink (C1), so none of these has an alias.
    pub const SETTINGS: &'static [AudienceSettingInfo] = &[
        switch(
            "send_anonymous_users",
            "on",
            |settings| &mut settings.send_anonymous_users,
            "send users that are known only by their MPID",
        ),
        switch(
            "forward_email_addresses",
            "on",
            |settings| &mut settings.forward_email_addresses,
            "send e-mail addresses",
        ),
        switch(
            "forward_customer_ids",
            "on",
            |settings| &mut settings.forward_customer_ids,
            "send customer ids",
        ),
        switch(
            "forward_idfas",
            "on",
            |settings| &mut settings.forward_idfas,
            "send Apple advertising ids",
        ),
        switch(
            "forward_google_advertising_ids",
            "on",
            |settings| &mut settings.forward_google_advertising_ids,
            "send Google advertising ids",
        ),
        AudienceSettingInfo {
            name: "identities_to_exclude",
            aliases: &[],
            kind: AudienceSettingKind::List,
            default: "",
            description: "identities that are not sent, by key or published name",
            field: Field::Excluded,
        },
        AudienceSettingInfo {
            name: "send_remove_on_identity_change",
            aliases: &[],
            kind: AudienceSettingKind::OptionalBool,
            default: "",
            description: "when identities of a member change, remove the former ones first; \
                          needs a store of the identities sent, and is on if there is one",
            field: Field::OptionalBool(|settings| &mut settings.send_remove_on_identity_change),
        },
        switch(
            "one_message_per_device",
            "off",
            |settings| &mut settings.one_message_per_device,
            "send further records for further identities of one kind",
        ),
        switch(
            "allow_hashed_identities",
            "off",
            |settings| &mut settings.allow_hashed_identities,
            "send hashed identities, as they are",
        ),
        AudienceSettingInfo {
            name: "identity_names",
            aliases: &[],
            kind: AudienceSettingKind::Map,
            default: "",
            description: "names of identities in records, for example \
                          ios_advertising_id=AdvertisingIdentifier",
            field: Field::Names,
        },
    ];

    /// Sets a setting by its name in [`SETTINGS`](Self::SETTINGS) and the text of its value. White
    /// space around the value and its entries is ignored; a list replaces the former one.
    ///
    /// # Errors
    ///
    /// If no setting has this name, or it cannot have this value: an entry that names nothing (N12),
    /// or a name that two identities have. The settings are unchanged then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let value = value.trim();
        let setting = Self::find(name)?;
        let wrong = |error: Error| {
            Error::plain(
                error.kind(),
                format!("setting `{}`: {}", setting.name, error.message()),
            )
        };
        match setting.field {
            Field::Bool(field) => *field(self) = boolean(value).map_err(wrong)?,
            Field::OptionalBool(field) => {
                let set = (!value.is_empty()).then(|| boolean(value));
                *field(self) = set.transpose().map_err(wrong)?;
            }
            Field::Excluded => {
                let mut excluded = 0;
                for entry in entries(value) {
                    excluded |= bit(entry.parse().map_err(wrong)?);
                }
                self.excluded = excluded;
            }
            Field::Names => {
                let mut renamed = Self {
                    names: Self::default().names,
                    ..self.clone()
                };
                for entry in entries(value) {
                    let (identity, name) = pair(entry).map_err(wrong)?;
                    renamed.put_name(identity, name.to_owned());
                }
                renamed.check_names().map_err(wrong)?;
                *self = renamed;
            }
        }
        Ok(())
    }

    /// Excludes an identity, whatever its own switch is.
    pub fn exclude(&mut self, identity: AudienceIdentity) {
        self.excluded |= bit(identity);
    }

    /// Whether an identity may be sent: neither its own switch nor the list excludes it.
    #[must_use]
    pub fn sends(&self, identity: AudienceIdentity) -> bool {
        let switch = match identity {
            AudienceIdentity::Email => self.forward_email_addresses,
            AudienceIdentity::CustomerId => self.forward_customer_ids,
            AudienceIdentity::AppleAdvertisingId => self.forward_idfas,
            AudienceIdentity::GoogleAdvertisingId => self.forward_google_advertising_ids,
            _ => true,
        };
        switch && self.excluded & bit(identity) == 0
    }

    /// Replaces the name of an identity in records (C6).
    ///
    /// # Errors
    ///
    /// If the name is empty, or another identity has it. The settings are unchanged then.
    pub fn rename(&mut self, identity: AudienceIdentity, name: &str) -> Result<(), Error> {
        if name.is_empty() {
            return Err(invalid(format!("the name of {identity} is empty")));
        }
        let mut renamed = self.clone();
        renamed.put_name(identity, name.to_owned());
        renamed.check_names()?;
        *self = renamed;
        Ok(())
    }

    /// The name of an identity in records.
    #[must_use]
    pub fn name(&self, identity: AudienceIdentity) -> &str {
        let name = self.names.get(identity as usize);
        name.and_then(Option::as_deref).unwrap_or(identity.key())
    }

    fn put_name(&mut self, identity: AudienceIdentity, name: String) {
        if let Some(slot) = self.names.get_mut(identity as usize) {
            *slot = Some(Cow::Owned(name));
        }
    }

    /// Fails if two identities have one name: one of them would be lost.
    fn check_names(&self) -> Result<(), Error> {
        let mut others = AudienceIdentity::ALL.iter().copied();
        while let Some(one) = others.next() {
            let name = self.name(one);
            if let Some(other) = others.clone().find(|other| self.name(*other) == name) {
                let (one, other) = (one.firehose_name(), other.firehose_name());
                let name = short(name);
                let message = format!("{one} and {other} have the same name \"{name}\"");
                return Err(invalid(message));
            }
        }
        Ok(())
    }

    fn find(name: &str) -> Result<&'static AudienceSettingInfo, Error> {
        let is_called = |setting: &&AudienceSettingInfo| {
            setting.name == name || setting.aliases.contains(&name)
        };
        let mut settings = Self::SETTINGS.iter();
        settings.find(is_called).ok_or_else(|| {
            let names = Self::SETTINGS.iter().flat_map(|setting| {
                let aliases = setting.aliases.iter().copied();
                std::iter::once(setting.name).chain(aliases)
            });
            let help = match nearest(name, names) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "expected one of `AudienceSettings::SETTINGS`".to_owned(),
            };
            let message = format!("unknown setting `{}`: {help}", short(name));
            Error::plain(ErrorKind::UnknownValue, message)
        })
    }
}

fn bit(identity: AudienceIdentity) -> u32 {
    1 << (identity as u32)
}

fn invalid(message: String) -> Error {
    Error::plain(ErrorKind::InvalidValue, message)
}

fn boolean(value: &str) -> Result<bool, Error> {
    let read = parse_bool(value);
    read.ok_or_else(|| invalid(format!("expected on or off, found \"{}\"", short(value))))
}

/// The entries of a list; none in an empty one. An empty entry among others is kept, so that it is
/// an error.
fn entries(value: &str) -> impl Iterator<Item = &str> {
    let list = (!value.is_empty()).then(|| value.split(','));
    list.into_iter().flatten().map(str::trim)
}

/// An entry `identity=name`.
fn pair(entry: &str) -> Result<(AudienceIdentity, &str), Error> {
    let both = entry.split_once('=');
    let Some((identity, name)) = both.map(|(one, other)| (one.trim(), other.trim())) else {
        let entry = short(entry);
        return Err(invalid(format!(
            "expected identity=name, found \"{entry}\""
        )));
    };
    let identity: AudienceIdentity = identity.parse()?;
    if name.is_empty() {
        return Err(invalid(format!("the name of {identity} is empty")));
    }
    Ok((identity, name))
}
