//! Data subject requests (sections 3.6, 5.10).

use super::{Account, FEWEST_ZEROS, Map, MessageCommon, Timestamp};
use crate::schema::{
    Decode, Decoder, Describe, Encode, Encoder, Kind, MapInfo, Redacted, model, trim, wire_enum,
};

wire_enum! {
    /// What the data subject requests.
    pub enum DsrRequestType {
        /// Erasure of the data.
        Erasure = "erasure",
    }
}

wire_enum! {
    /// The law under which the request is made.
    pub enum RegulationType {
        /// Not known to the sender.
        Unspecified = "unknown",
        /// California Consumer Privacy Act.
        Ccpa = "ccpa",
        /// General Data Protection Regulation.
        Gdpr = "gdpr",
    }
}

wire_enum! {
    /// What identifies the data subject.
    pub enum OpenDsrIdentityType {
        /// The customer's own user id.
        ControllerCustomerId = "controller_customer_id",
        /// Google advertising id.
        AndroidAdvertisingId = "android_advertising_id",
        /// Android id.
        AndroidId = "android_id",
        /// E-mail address.
        Email = "email",
        /// Fire advertising id.
        FireAdvertisingId = "fire_advertising_id",
        /// Apple's identifier for advertisers.
        IosAdvertisingId = "ios_advertising_id",
        /// Apple's identifier for vendors.
        IosVendorId = "ios_vendor_id",
        /// Microsoft advertising id.
        MicrosoftAdvertisingId = "microsoft_advertising_id",
        /// Microsoft publisher id.
        MicrosoftPublisherId = "microsoft_publisher_id",
        /// Roku publisher id; `roku_publishing_id` is read as this too (D26).
        RokuPublisherId = "roku_publisher_id",
        /// Roku advertising id.
        RokuAdvertisingId = "roku_advertising_id",
    }
}

impl OpenDsrIdentityType<'_> {
    /// From how many zeros on a value identifies nobody: for a device, any number of them.
    pub(crate) fn fewest_zeros(self) -> usize {
        let is_of_person = matches!(self, Self::ControllerCustomerId | Self::Email);
        if is_of_person || !self.is_known() {
            FEWEST_ZEROS
        } else {
            1
        }
    }
}

wire_enum! {
    /// How the value of a subject identity is encoded.
    pub enum OpenDsrEncoding {
        /// Not encoded.
        Raw = "raw",
    }
}

model! {
    /// An identity of the data subject. `Debug` does not show the value.
    pub struct OpenDsrIdentity<'a> {
        /// How the value is encoded.
        "encoding" encoding: Option<OpenDsrEncoding<'a>> = None, set, guarded, required, since "2.9.0";
        /// The identity.
        "value" value: Option<&'a str> = None, set, secret, required, since "2.9.0";
    }
}

/// The identities of a data subject, at most one of each type, in the order of the message. `Debug`
/// shows neither values nor unknown types.
#[derive(Clone, Copy, PartialEq, Default)]
pub struct SubjectIdentities<'a>(Map<'a, OpenDsrIdentity<'a>>);

impl<'a> SubjectIdentities<'a> {
    /// No identities.
    pub const EMPTY: Self = Self(Map::EMPTY);

    /// Identities by the wire values of their types, which must be distinct.
    #[must_use]
    pub const fn new(identities: Map<'a, OpenDsrIdentity<'a>>) -> Self {
        Self(identities)
    }

    /// The identity of this type.
    #[must_use]
    pub fn get(&self, identity_type: OpenDsrIdentityType<'_>) -> Option<&'a OpenDsrIdentity<'a>> {
        self.0.get(identity_type.as_str())
    }

    /// The identities with their types.
    #[must_use]
    pub fn iter(&self) -> SubjectIdentitiesIter<'a> {
        SubjectIdentitiesIter(self.0.iter())
    }

    /// The number of identities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &SubjectIdentities<'a> {
    type Item = (OpenDsrIdentityType<'a>, &'a OpenDsrIdentity<'a>);
    type IntoIter = SubjectIdentitiesIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The identities of a [`SubjectIdentities`] with their types.
#[derive(Clone)]
pub struct SubjectIdentitiesIter<'a>(std::slice::Iter<'a, (&'a str, OpenDsrIdentity<'a>)>);

impl<'a> Iterator for SubjectIdentitiesIter<'a> {
    type Item = (OpenDsrIdentityType<'a>, &'a OpenDsrIdentity<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, identity) = self.0.next()?;
        Some((OpenDsrIdentityType::from(*key), identity))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for SubjectIdentitiesIter<'_> {}
impl std::iter::FusedIterator for SubjectIdentitiesIter<'_> {}

impl std::fmt::Debug for SubjectIdentities<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.iter(), f)
    }
}

/// The remaining identities.
impl std::fmt::Debug for SubjectIdentitiesIter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut map = f.debug_map();
        for (identity_type, identity) in self.clone() {
            map.entry(&Redacted(&identity_type), identity);
        }
        map.finish()
    }
}

/// The wire value of a key, and whether it is a known one: matched like any enumeration value, and
/// with the second name of Roku's publisher id (D26). Unknown keys stay unchanged.
fn canonical_key(key: &str) -> (&str, bool) {
    let identity_type = match trim(key) {
        "roku_publishing_id" => OpenDsrIdentityType::RokuPublisherId,
        _ => OpenDsrIdentityType::from(key),
    };
    (identity_type.as_str(), identity_type.is_known())
}

impl<'a> Decode<'a> for SubjectIdentities<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        Ok(decoder.map_with(canonical_key)?.map(Self))
    }
}

impl Encode for SubjectIdentities<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        self.0.encode(encoder);
    }
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl Describe for SubjectIdentities<'_> {
    const KIND: Kind = Kind::Map(&MapInfo {
        keys: Some(&OpenDsrIdentityType::INFO),
        values: OpenDsrIdentity::KIND,
    });
    fn fmt_secret(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// JSON whose content the protocol does not define, as it is in the message. It is read, never
/// written, and `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawJson<'a>(pub &'a str);

impl<'a> Decode<'a> for RawJson<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        if decoder.null() {
            Ok(None)
        } else {
            Ok(Some(Self(decoder.raw()?)))
        }
    }
}

impl Encode for RawJson<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        encoder.raw(self.0);
    }
    fn is_absent(&self) -> bool {
        true
    }
}

impl Describe for RawJson<'_> {
    const KIND: Kind = Kind::Json;
}

impl std::fmt::Debug for RawJson<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

model! {
    /// A request about the data of one person.
    pub struct DsrProcessingRequest<'a> {
        flatten common: MessageCommon<'a>;
        /// The customer account; absent in published samples (D6).
        "account" account: Option<Account<'a>> = None, set, required, since "2.9.2";
        /// Identifier of the request, a uuid as text.
        "subject_request_id" subject_request_id: Option<&'a str> = None, set, since "2.9.0";
        /// What is requested.
        "subject_request_type" subject_request_type: Option<DsrRequestType<'a>> = None, set, since "2.9.0";
        /// When the data subject made the request.
        "submitted_time" submitted_time: Option<Timestamp> = None, set, since "2.9.0";
        /// The identities to act on.
        "subject_identities" subject_identities: SubjectIdentities<'a> = SubjectIdentities::EMPTY, set, secret, since "2.9.0";
        /// The OpenDSR version of the request.
        "api_version" api_version: Option<&'a str> = None, set, since "2.9.0";
        /// The law.
        "regulation" regulation: Option<RegulationType<'a>> = None, set, since "2.9.0";
        /// Opaque JSON, for logging only.
        "extensions" extensions: Option<RawJson<'a>> = None, set, secret, since "2.9.0";
    }
}

model! {
    /// Response to a data subject request: it was received.
    pub struct DsrProcessingResponse<'a> {
        flatten common: MessageCommon<'a>;
    }
}
