//! [`AudienceMapper`]: from membership changes to records (`connections.md section 3.3`).

use super::output::{Encoded, StoredKey};
use super::selection::{Pairs, Selection};
use super::sent::push_record;
use super::updates::{Pending, StoredList, StoredUser};
use super::{
    AudienceError, AudienceOutput, AudienceRecord, AudienceSettings, AudienceWarning,
    AudienceWarnings, NoSentIdentities, SentIdentities, SentList,
};
use crate::error::{Error, ErrorKind};
use crate::message::{
    Account, Audience, AudienceAction, AudienceMembershipChangeRequest,
    AudienceSubscriptionRequest, Identity, IdentityEncoding, SubscriptionAction, UserProfile,
};

/// Maps membership changes and ended subscriptions to records, with the settings of one connection.
/// After warm-up of the [`AudienceOutput`], mapping allocates nothing on the heap, apart from what
/// the store does.
///
/// With a store of the identities sent, an `add` for a member whose identities differ from those
/// last sent gives a pair: records that remove all former identities, then those that add the new
/// ones (N7):
///
/// ```
/// use hydrant::message::Message;
/// use hydrant::outgoing::audience::{
///     AudienceMapper, AudienceOutput, AudienceSettings, SentIdentities, StoreFailure,
/// };
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// fn deliver(body: &str, store: &impl SentIdentities) -> Result<Vec<String>, StoreFailure> {
///     let mapper = AudienceMapper::with_store(AudienceSettings::default(), store);
///     let mut output = AudienceOutput::new();
///     let mut scratch = Scratch::new();
///     let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::default())?;
///     match parsed.message {
///         Message::AudienceMembershipChangeRequest(request) => mapper.map(request, &mut output)?,
///         Message::AudienceSubscriptionRequest(request) => mapper.map_subscription(request, &mut output),
///         _ => {}
///     }
///     let delivered = output.records().map(|record| String::from_utf8_lossy(record.payload).into_owned());
///     let delivered = delivered.collect();
///     // After all records were delivered, before the message is acknowledged.
///     store.apply(output.updates(), 1_714_592_744_066)?;
///     Ok(delivered)
/// }
/// # use hydrant::outgoing::audience::NoSentIdentities;
/// # let body = r#"{"type":"audience_subscription_request","audience_id":7,"action":"remove"}"#;
/// # let records = deliver(body, &NoSentIdentities)?;
/// # assert_eq!(records, [r#"{"AudienceId":7,"IsMember":false,"UserIdentities":{}}"#]);
/// # Ok::<(), StoreFailure>(())
/// ```
#[derive(Clone, Debug)]
pub struct AudienceMapper<S = NoSentIdentities> {
    settings: AudienceSettings,
    /// `None` if former identities are not removed.
    sent: Option<S>,
    notice: Option<&'static str>,
}

impl AudienceMapper {
    /// Creates a mapper without a store of the identities sent. It does not remove former
    /// identities; [`notice`](Self::notice) is the line to show at start.
    ///
    /// # Errors
    ///
    /// If the settings ask for it ([`AudienceSettings::send_remove_on_identity_change`]).
    pub fn new(settings: AudienceSettings) -> Result<Self, Error> {
        let notice = match settings.send_remove_on_identity_change {
            Some(true) => {
                let message = "setting `send_remove_on_identity_change`: on needs a store of the \
                               identities sent; configure one, or turn the setting off";
                return Err(Error::plain(ErrorKind::InvalidValue, message));
            }
            Some(false) => None,
            None => Some(
                "former identities of members are not removed from audiences, because there is no \
                 store of the identities sent: send_remove_on_identity_change is off",
            ),
        };
        Ok(Self {
            settings,
            sent: None,
            notice,
        })
    }
}

impl<S: SentIdentities> AudienceMapper<S> {
    /// Creates a mapper with a store of the identities sent. It removes former identities, unless
    /// [`AudienceSettings::send_remove_on_identity_change`] is off; then the store is dropped.
    #[must_use]
    pub fn with_store(settings: AudienceSettings, store: S) -> Self {
        let removes = settings.send_remove_on_identity_change.unwrap_or(true);
        Self {
            settings,
            sent: removes.then_some(store),
            notice: None,
        }
    }

    /// What the operator should know at start, as one line.
    #[must_use]
    pub fn notice(&self) -> Option<&'static str> {
        self.notice
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &AudienceSettings {
        &self.settings
    }

    /// Maps membership changes: one record for each user and audience, in the order of the users
    /// and of their audiences. It replaces the content of `output`. A heartbeat gives nothing.
    ///
    /// # Errors
    ///
    /// If the store fails, or the records take too much memory. `output` has no records then.
    pub fn map(
        &self,
        request: &AudienceMembershipChangeRequest<'_>,
        output: &mut AudienceOutput,
    ) -> Result<(), AudienceError> {
        let timestamp_ms = request.common.timestamp_ms;
        output.restart(timestamp_ms, account_id(request.account.as_ref()));
        let mut buffer = itoa::Buffer::new();
        let timestamp = timestamp_ms.map(|ms| buffer.format(ms.div_euclid(1000)));
        let mut profiles = request.user_profiles.iter();
        let mapped = profiles.try_for_each(|profile| self.profile(profile, timestamp, output));
        if mapped.is_err() {
            output.restart(None, 0);
        }
        mapped
    }

    /// Maps a change of a subscription: one record without identities if the audience ended, which
    /// tells the receiver to drop all members (`connections.md section 3.6`); otherwise nothing. It
    /// replaces the content of `output`.
    pub fn map_subscription(
        &self,
        request: &AudienceSubscriptionRequest<'_>,
        output: &mut AudienceOutput,
    ) {
        let timestamp_ms = request.common.timestamp_ms;
        output.restart(timestamp_ms, account_id(request.account.as_ref()));
        match request.action {
            Some(SubscriptionAction::Remove) => {}
            Some(SubscriptionAction::Add | SubscriptionAction::Update) => return,
            _ => return output.warnings.count(AudienceWarning::UnknownAction),
        }
        let mut buffer = itoa::Buffer::new();
        let frame = Frame {
            timestamp: timestamp_ms.map(|ms| buffer.format(ms.div_euclid(1000))),
            audience_id: request.audience_id,
            audience_name: request.audience_name,
            key: &StoredKey::default(),
        };
        let AudienceOutput {
            encoded, warnings, ..
        } = &mut *output;
        frame.push(false, &Pairs::default(), encoded, warnings);
        if self.sent.is_some() {
            output.updates.remove_audience(request.audience_id);
        }
    }

    fn profile(
        &self,
        profile: &UserProfile<'_>,
        timestamp: Option<&str>,
        output: &mut AudienceOutput,
    ) -> Result<(), AudienceError> {
        // Made by the first audience that needs it.
        let mut user = None;
        for audience in profile.audiences {
            let is_member = match audience.action {
                Some(AudienceAction::Add) => true,
                Some(AudienceAction::Delete) => false,
                Some(AudienceAction::AttributeUpdate) => continue,
                _ => {
                    output.warnings.count(AudienceWarning::UnknownAction);
                    continue;
                }
            };
            let user = user.get_or_insert_with(|| self.user(profile, output));
            self.change(user, audience, is_member, timestamp, output)?;
        }
        Ok(())
    }

    fn user<'p>(&self, profile: &'p UserProfile<'p>, output: &mut AudienceOutput) -> User<'p> {
        let AudienceOutput {
            further, warnings, ..
        } = output;
        let selection = Selection::new(profile, &self.settings, further, warnings);
        let refusal = if selection.records() == 0 {
            Some(AudienceWarning::NoIdentity)
        } else if selection.is_anonymous() && !self.settings.send_anonymous_users {
            Some(AudienceWarning::AnonymousUser)
        } else {
            None
        };
        let mpid = profile.mpid.filter(|mpid| !mpid.is_empty());
        let key = output.encoded.store_key(mpid);
        // All users with an `mpid` that identifies nobody would be one.
        let identifies =
            |mpid: &&str| !Identity::new(IdentityEncoding::Raw, mpid).identifies_no_device();
        let tracked = mpid.filter(identifies).filter(|_| self.sent.is_some());
        User {
            selection,
            refusal,
            key,
            tracked: tracked.map(|mpid| output.updates.store_user(mpid)),
            list: None,
        }
    }

    fn change(
        &self,
        user: &mut User<'_>,
        audience: &Audience<'_>,
        is_member: bool,
        timestamp: Option<&str>,
        output: &mut AudienceOutput,
    ) -> Result<(), AudienceError> {
        let audience_id = audience.audience_id;
        if !is_member && let Some(tracked) = &user.tracked {
            output.updates.remove(audience_id, tracked);
        }
        if let Some(refusal) = user.refusal {
            output.warnings.count(refusal);
            return Ok(());
        }
        let frame = Frame {
            timestamp,
            audience_id,
            audience_name: audience.audience_name,
            key: &user.key,
        };
        if is_member && let Some(sent) = &self.sent {
            match &user.tracked {
                Some(tracked) => {
                    let list = user.list.get_or_insert_with(|| {
                        let (selection, further) = (&user.selection, &output.further);
                        output.updates.store_list(|out| {
                            for record in 0..selection.records() {
                                let pairs = selection.pairs(record, &self.settings, further);
                                push_record(pairs.as_slice(), out);
                            }
                        })
                    });
                    remove_former(sent, &frame, tracked, list, output)?;
                    output.check_size()?;
                    output.updates.put(audience_id, tracked, list);
                }
                None => output.warnings.count(AudienceWarning::UntrackedUser),
            }
        }
        for record in 0..user.selection.records() {
            let AudienceOutput {
                further,
                encoded,
                warnings,
                ..
            } = &mut *output;
            let pairs = user.selection.pairs(record, &self.settings, further);
            frame.push(is_member, &pairs, encoded, warnings);
            output.check_size()?;
        }
        Ok(())
    }
}

/// A user whose memberships change.
struct User<'p> {
    selection: Selection<'p>,
    /// Why the user is not sent.
    refusal: Option<AudienceWarning>,
    key: StoredKey,
    /// The user in the updates, if identities sent are stored.
    tracked: Option<StoredUser>,
    /// The identities in the updates, from the first audience on that needs them.
    list: Option<StoredList>,
}

/// What the records of a user and an audience have in common.
struct Frame<'f> {
    timestamp: Option<&'f str>,
    audience_id: i64,
    audience_name: Option<&'f str>,
    key: &'f StoredKey,
}

impl Frame<'_> {
    fn push(
        &self,
        is_member: bool,
        pairs: &Pairs<'_>,
        encoded: &mut Encoded,
        warnings: &mut AudienceWarnings,
    ) {
        let audience_name = self.audience_name.filter(|name| !name.is_empty());
        if self.timestamp.is_none() {
            warnings.count(AudienceWarning::MissingTimestamp);
        }
        if audience_name.is_none() {
            warnings.count(AudienceWarning::MissingName);
        }
        let record = AudienceRecord {
            membership_changed_timestamp: self.timestamp,
            audience_id: self.audience_id,
            audience_name,
            is_member,
            user_identities: pairs.as_map(),
        };
        encoded.push(self.key, &record);
    }
}

/// Pushes records that remove the identities last sent for the member, if they are not these.
fn remove_former<S: SentIdentities>(
    sent: &S,
    frame: &Frame<'_>,
    user: &StoredUser,
    list: &StoredList,
    output: &mut AudienceOutput,
) -> Result<(), AudienceError> {
    let AudienceOutput {
        updates,
        former,
        encoded,
        warnings,
        ..
    } = &mut *output;
    let former: &[u8] = match updates.pending(frame.audience_id, user) {
        Pending::Sent(bytes) => bytes,
        Pending::Removed => return Ok(()),
        Pending::Unknown => {
            former.clear();
            let key = updates.key(frame.audience_id, user);
            if !sent.get(&key, former).map_err(AudienceError::store)? {
                return Ok(());
            }
            former
        }
    };
    if former == updates.list(list) {
        return Ok(());
    }
    let records = SentList::new(former).and_then(removals);
    let Some(records) = records else {
        warnings.count(AudienceWarning::DamagedEntry);
        return Ok(());
    };
    for pairs in records {
        frame.push(false, &pairs, encoded, warnings);
    }
    Ok(())
}

/// The identities of records that were sent, all of which can be removed. A record without
/// identities would end the audience (`connections.md section 3.6`), so an entry of the store that
/// has one is damaged.
fn removals<'s>(list: SentList<'s>) -> Option<impl Iterator<Item = Pairs<'s>>> {
    let removal = |record| {
        let pairs = Pairs::collect(record)?;
        let slice = pairs.as_slice();
        let is_complete = !slice.is_empty() && slice.iter().all(|(_, value)| !value.is_empty());
        is_complete.then_some(pairs)
    };
    let all = list.records().all(|record| removal(record).is_some());
    all.then(|| list.records().filter_map(removal))
}

fn account_id(account: Option<&Account<'_>>) -> i32 {
    account.map_or(0, |account| account.account_id)
}
