//! Lookups on messages: identities, attributes, consent and custom flags by name. They work on
//! every parsed message, with or without the engine.

use super::{
    Consent, CustomEvent, DATA_SALE_OPT_OUT, DeviceIdentity, DeviceIdentityType,
    DsrProcessingRequest, EventProcessingRequest, FromAttribute, Identity, IdentityEncoding,
    IdentityKey, ImpressionEvent, Map, OpenDsrIdentityType, PartnerIdentity, ProductActionEvent,
    PromotionActionEvent, Runtime, ScreenViewEvent, UserIdentity, UserIdentityType, UserProfile,
};

/// The advertising ids of all platforms. A device has one of them.
const ADVERTISING_IDS: &[DeviceIdentityType<'_>] = &[
    DeviceIdentityType::IosAdvertisingId,
    DeviceIdentityType::GoogleAdvertisingId,
    DeviceIdentityType::FireAdvertisingId,
    DeviceIdentityType::RokuAdvertisingId,
    DeviceIdentityType::MicrosoftAdvertisingId,
];

/// The ids of all platforms that belong to a vendor or publisher.
const VENDOR_IDS: &[DeviceIdentityType<'_>] = &[
    DeviceIdentityType::IosVendorId,
    DeviceIdentityType::AndroidId,
    DeviceIdentityType::RokuPublisherId,
    DeviceIdentityType::MicrosoftPublisherId,
];

/// The tokens of the push services of Apple and Google.
const PUSH_TOKENS: &[DeviceIdentityType<'_>] = &[
    DeviceIdentityType::ApplePushNotificationToken,
    DeviceIdentityType::GoogleCloudMessagingToken,
];

/// The lookups that batches and user profiles have in common. The arguments are the differences:
/// the path of the device identities, and the field of the stamp if there is one.
macro_rules! identity_lookups {
    ($model:ident, |$self:ident| $devices:expr $(, $stamp:ident)?) => {
        impl<'a> $model<'a> {
            /// The first identity of the user with this type that
            /// [identifies somebody](Identity::identifies_nobody).
            pub fn user_identity(
                &self,
                identity_type: UserIdentityType<'_>,
            ) -> Option<Identity<'a>> {
                find_user(self.user_identities, identity_type)
            }

            /// The e-mail address of the user.
            pub fn email(&self) -> Option<Identity<'a>> {
                self.user_identity(UserIdentityType::Email)
            }

            /// The customer's own id of the user.
            pub fn customer_id(&self) -> Option<Identity<'a>> {
                self.user_identity(UserIdentityType::Customer)
            }

            /// The first device identity with this type that
            /// [identifies somebody](Identity::identifies_nobody). Any number of zeros, which all
            /// devices send whose users limit tracking, counts as absent, too.
            pub fn device_identity(
                &self,
                identity_type: DeviceIdentityType<'_>,
            ) -> Option<Identity<'a>> {
                let $self = self;
                find_device($devices, identity_type)
            }

            /// The device identities of these types that [identify
            /// somebody](Identity::identifies_nobody), with their types: all of the first type, in
            /// order, then all of the second one, and so on.
            pub fn device_identities_of<'t>(
                &self,
                types: &'t [DeviceIdentityType<'t>],
            ) -> impl Iterator<Item = (DeviceIdentityType<'a>, Identity<'a>)> + use<'a, 't> {
                let $self = self;
                let devices: &'a [DeviceIdentity<'a>] = $devices;
                types.iter().flat_map(move |wanted| {
                    let found = devices.iter().filter(|one| one.identity_type == *wanted);
                    let found = found.map(|one| (one.identity_type, Identity::from(one)));
                    found.filter(|(_, identity)| !identity.identifies_no_device())
                })
            }

            /// The advertising id of the device, whatever its platform, with its type. Zeros,
            /// which devices send if their users limit tracking, count as absent.
            #[must_use]
            pub fn advertising_id(&self) -> Option<(DeviceIdentityType<'a>, Identity<'a>)> {
                self.device_identities_of(ADVERTISING_IDS).next()
            }

            /// The id of the device that is the same for all apps of a vendor or publisher,
            /// whatever its platform, with its type.
            #[must_use]
            pub fn vendor_id(&self) -> Option<(DeviceIdentityType<'a>, Identity<'a>)> {
                self.device_identities_of(VENDOR_IDS).next()
            }

            /// The token of the device at the push service of its platform, with its type. In web
            /// browsers it is the field `push_token` of the runtime environment instead.
            #[must_use]
            pub fn push_token(&self) -> Option<(DeviceIdentityType<'a>, Identity<'a>)> {
                self.device_identities_of(PUSH_TOKENS).next()
            }

            /// The partner identity of this name, unless it identifies nobody.
            pub fn partner_identity(&self, name: &str) -> Option<Identity<'a>> {
                find_partner(self.partner_identities, name)
            }

            /// The first identity of the chain that is present, raw or as a digest. Those that
            /// identify nobody count as absent, and so do an `mpid` of 0 and a stamp of zeros.
            pub fn first_identity(&self, chain: &[IdentityKey<'_>]) -> Option<Identity<'a>> {
                let stamp = None $( .or(self.$stamp) )?;
                chain.iter().find_map(|key| match *key {
                    IdentityKey::User(identity_type) => self.user_identity(identity_type),
                    IdentityKey::Device(identity_type) => self.device_identity(identity_type),
                    IdentityKey::Partner(name) => self.partner_identity(name),
                    IdentityKey::Mpid => plain(self.mpid),
                    IdentityKey::DeviceApplicationStamp => plain(stamp),
                })
            }

            /// The first identity of the chain that is present and raw, with its key: digests are
            /// passed over.
            #[must_use]
            pub fn first_raw_identity<'k>(
                &self,
                chain: &[IdentityKey<'k>],
            ) -> Option<(IdentityKey<'k>, &'a str)> {
                chain.iter().find_map(|key| {
                    let identity = self.first_identity(std::slice::from_ref(key))?;
                    Some((*key, identity.raw()?))
                })
            }
        }
    };
}

identity_lookups! {
    EventProcessingRequest,
    |batch| batch.runtime().map_or(&[], |runtime| runtime.common.identities),
    device_application_stamp
}
identity_lookups! { UserProfile, |profile| profile.device_identities }

fn find_user<'a>(
    identities: &'a [UserIdentity<'a>],
    wanted: UserIdentityType<'_>,
) -> Option<Identity<'a>> {
    let mut found = identities
        .iter()
        .filter(|one| one.identity_type == wanted)
        .map(Identity::from);
    found.find(|identity| !identity.identifies_nobody())
}

fn find_device<'a>(
    identities: &'a [DeviceIdentity<'a>],
    wanted: DeviceIdentityType<'_>,
) -> Option<Identity<'a>> {
    let mut found = identities
        .iter()
        .filter(|one| one.identity_type == wanted)
        .map(Identity::from);
    found.find(|identity| !identity.identifies_no_device())
}

fn find_partner<'a>(identities: &'a [PartnerIdentity<'a>], wanted: &str) -> Option<Identity<'a>> {
    let mut found = identities
        .iter()
        .filter(|one| one.identity_type == wanted)
        .map(Identity::from);
    found.find(|identity| !identity.identifies_nobody())
}

fn plain(value: Option<&str>) -> Option<Identity<'_>> {
    let identity = Identity::new(IdentityEncoding::Raw, value?);
    (!identity.identifies_no_device()).then_some(identity)
}

/// ```
/// use hydrant::message::{IdentityKey, Message, UserIdentityType};
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"event_processing_request","mpid":"7","user_attributes":{"$Age":"42"},
///     "user_identities":[{"type":"email","encoding":"raw","value":" "}],
///     "consent_state":{"gdpr_consent_state":{"marketing":{"consented":true}}}}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let Message::EventProcessingRequest(batch) = parsed.message else { panic!("another message") };
///
/// assert!(batch.email().is_none(), "blank");
/// let user = batch.first_identity(&[UserIdentityType::Email.into(), IdentityKey::Mpid]);
/// assert_eq!(user.and_then(|user| user.raw()), Some("7"));
/// assert_eq!(batch.user_attribute::<i64>("$Age"), Some(42));
/// assert!(batch.consented("marketing") && !batch.consented("analytics"));
/// # Ok::<(), hydrant::Error>(())
/// ```
impl<'a> EventProcessingRequest<'a> {
    /// The device and application, if the platform is known.
    pub fn runtime(&self) -> Option<&'a Runtime<'a>> {
        self.runtime_environment?.known()
    }

    /// A user attribute, if it is present and can be read as the type:
    /// `user_attribute::<i64>("$Age")`.
    pub fn user_attribute<T: FromAttribute<'a>>(&self, name: &str) -> Option<T> {
        T::from_attribute(self.user_attributes.get(name)?)
    }

    /// A user attribute whose value is a list.
    pub fn user_attribute_list(&self, name: &str) -> Option<&'a [Option<&'a str>]> {
        self.user_attribute_lists.get(name).copied()
    }

    /// The GDPR consent for a purpose, with its document and time.
    pub fn gdpr_consent(&self, purpose: &str) -> Option<&'a Consent<'a>> {
        self.consent_state.as_ref()?.gdpr_consent_state.get(purpose)
    }

    /// The decision of the user about a purpose (GDPR); `None` if it is not known, because the user
    /// was never asked or because the module did not register for the consent state.
    #[must_use]
    pub fn gdpr_decision(&self, purpose: &str) -> Option<bool> {
        self.gdpr_consent(purpose).map(|consent| consent.consented)
    }

    /// Whether the user consented to a purpose (GDPR). It is false if the consent is not known,
    /// because the user was never asked or because the module did not register for the consent
    /// state. Names of purposes are compared exactly.
    pub fn consented(&self, purpose: &str) -> bool {
        self.gdpr_decision(purpose) == Some(true)
    }

    /// Whether the user opted out of the sale of data (CCPA); `None` if that is not known. Under
    /// the CCPA a sale is allowed until the user opts out; under the GDPR
    /// ([`consented`](Self::consented)) nothing is allowed until the user consents.
    pub fn opted_out_of_data_sale(&self) -> Option<bool> {
        let decisions = self.consent_state.as_ref()?.ccpa_consent_state;
        decisions
            .get(DATA_SALE_OPT_OUT)
            .map(|consent| consent.consented)
    }
}

impl<'a> DsrProcessingRequest<'a> {
    /// The identity of the data subject with this type, unless it identifies nobody.
    pub fn identity(&self, identity_type: OpenDsrIdentityType<'_>) -> Option<Identity<'a>> {
        let identity = Identity::from(self.subject_identities.get(identity_type)?);
        let placeholder = identity.placeholder(identity_type.fewest_zeros());
        placeholder.is_none().then_some(identity)
    }

    /// The e-mail address of the data subject.
    pub fn email(&self) -> Option<Identity<'a>> {
        self.identity(OpenDsrIdentityType::Email)
    }

    /// The customer's own id of the data subject.
    pub fn customer_id(&self) -> Option<Identity<'a>> {
        self.identity(OpenDsrIdentityType::ControllerCustomerId)
    }
}

/// Rule 21 of section 12: the part of a key before the first dot is the name of the module.
fn flag_of<'a>(module: &str, key: &'a str) -> Option<&'a str> {
    let (prefix, flag) = key.split_once('.')?;
    (prefix == module).then_some(flag)
}

fn flag<'a>(flags: Map<'a, &'a str>, module: &str, name: &str) -> Option<&'a str> {
    let mut all = flags.into_iter();
    all.find_map(|(key, value)| (flag_of(module, key)? == name).then_some(*value))
}

macro_rules! custom_flags {
    ($($model:ident)*) => {$(
        impl<'a> $model<'a> {
            /// A custom flag for this module: the value of the key `MODULE.NAME` (rule 21 of
            /// section 12).
            pub fn custom_flag(&self, module: &str, name: &str) -> Option<&'a str> {
                flag(self.custom_flags, module, name)
            }

            /// The custom flags for this module, without its prefix, in order.
            pub fn custom_flags_of<'m>(
                &self,
                module: &'m str,
            ) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, 'm> {
                self.custom_flags.into_iter().filter_map(move |(key, value)| Some((flag_of(module, key)?, *value)))
            }
        }
    )*};
}

custom_flags! { CustomEvent ScreenViewEvent ProductActionEvent PromotionActionEvent ImpressionEvent }
