//! [`AudienceRecord`]: the model of a record.

use crate::error::Error;
use crate::message::Map;
use crate::parse::{ParseOptions, Scratch, parse_as};
use crate::schema::{Encode, model};
use crate::write::JsonWriter;

model! {
    /// A user joined or left an audience, or the audience ended (`connections.md section 3.1`).
    ///
    /// ```
    /// use hydrant::message::Map;
    /// use hydrant::outgoing::audience::AudienceRecord;
    /// use hydrant::{ParseOptions, Scratch};
    ///
    /// let mut record = AudienceRecord::default();
    /// record.membership_changed_timestamp = Some("1714592744");
    /// record.audience_id = 13;
    /// record.audience_name = Some("Buyers");
    /// record.is_member = true;
    /// record.user_identities = Map::new(&[("CustomerId", "ada")]);
    /// let mut text = Vec::new();
    /// record.write(&mut text);
    /// let expected = concat!(
    ///     r#"{"MembershipChangedTimestamp":"1714592744","AudienceId":13,"AudienceName":"Buyers","#,
    ///     r#""IsMember":true,"UserIdentities":{"CustomerId":"ada"}}"#
    /// );
    /// assert_eq!(text, expected.as_bytes());
    ///
    /// let mut scratch = Scratch::new();
    /// let read = AudienceRecord::parse(&text, &mut scratch, &ParseOptions::default())?;
    /// assert_eq!(read, record);
    /// assert!(!format!("{read:?}").contains("ada"));
    /// # Ok::<(), hydrant::Error>(())
    /// ```
    pub struct AudienceRecord<'a> {
        /// When the membership changed, in seconds since the epoch, as text (C4).
        "MembershipChangedTimestamp" membership_changed_timestamp: Option<&'a str> = None, set, required;
        /// Identifier of the audience, which never changes.
        "AudienceId" audience_id: i64 = 0, always, required;
        /// Name of the audience.
        "AudienceName" audience_name: Option<&'a str> = None, set, required;
        /// Whether the user joined; false if the user left, or if the audience ended.
        "IsMember" is_member: bool = false, always, required;
        /// Identities of the user by name. Empty if the audience as a whole ended
        /// (`connections.md section 3.6`).
        "UserIdentities" user_identities: Map<'a, &'a str> = Map::EMPTY, always, secret;
    }
}

impl<'a> AudienceRecord<'a> {
    /// Reads a record. It borrows from `text` and `scratch`.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](crate::parse()).
    pub fn parse(
        text: &'a [u8],
        scratch: &'a mut Scratch,
        options: &ParseOptions,
    ) -> Result<Self, Error> {
        parse_as::<Self>(text, scratch, options).map(|parsed| parsed.message)
    }

    /// Appends the record as one line of compact JSON, without a line end.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.encode(&mut JsonWriter::new(out));
    }
}
