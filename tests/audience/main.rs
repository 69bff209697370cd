//! Audience records: every row of `connections.md section 3` and of the decisions about it, every
//! setting, and sequences of messages. A slow implementation on serde_json is the second opinion.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod changes;
mod hostile;
mod properties;
mod reference;
mod rows;
mod settings;

use std::collections::HashMap;
use std::sync::Mutex;

use hydrant::message::Message;
use hydrant::outgoing::audience::{
    AudienceError, AudienceMapper, AudienceOutput, AudienceSettings, NoSentIdentities,
    SentIdentities, SentKey, SentUpdate, SentUpdates, StoreFailure,
};
use hydrant::{ParseOptions, Scratch, parse};
use serde_json::{Value, json};

/// A member of an audience: account, audience and user.
pub(crate) type Member = (i32, i64, String);

/// A store in memory. It can be made to fail.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) entries: Mutex<HashMap<Member, Vec<u8>>>,
    pub(crate) fails: bool,
}

impl Memory {
    pub(crate) fn state(&self) -> HashMap<Member, Vec<u8>> {
        self.entries.lock().unwrap().clone()
    }
}

fn member(key: SentKey<'_>) -> Member {
    (key.account_id, key.audience_id, key.mpid.to_owned())
}

impl SentIdentities for Memory {
    fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
        if self.fails {
            return Err("the disk is gone".into());
        }
        let entries = self.entries.lock().unwrap();
        let found = entries.get(&member(*key));
        found.into_iter().for_each(|it| out.extend_from_slice(it));
        Ok(found.is_some())
    }

    fn apply(&self, updates: &SentUpdates, _now_ms: i64) -> Result<(), StoreFailure> {
        let mut entries = self.entries.lock().unwrap();
        for update in updates {
            match update {
                SentUpdate::Put { key, identities } => {
                    entries.insert(member(key), identities.to_vec());
                }
                SentUpdate::Remove { key } => {
                    entries.remove(&member(key));
                }
                SentUpdate::RemoveAudience {
                    account_id,
                    audience_id,
                } => entries.retain(|(account, audience, _), _| {
                    (*account, *audience) != (account_id, audience_id)
                }),
            }
        }
        Ok(())
    }
}

/// Maps a membership change or a subscription.
pub(crate) fn map<S: SentIdentities>(
    mapper: &AudienceMapper<S>,
    message: &Value,
    output: &mut AudienceOutput,
) -> Result<(), AudienceError> {
    let text = message.to_string();
    let mut scratch = Scratch::new();
    let parsed = parse(text.as_bytes(), &mut scratch, &ParseOptions::default()).unwrap();
    match parsed.message {
        Message::AudienceMembershipChangeRequest(request) => mapper.map(request, output),
        Message::AudienceSubscriptionRequest(request) => {
            mapper.map_subscription(request, output);
            Ok(())
        }
        _ => panic!("another message"),
    }
}

/// The payloads of the records.
pub(crate) fn payloads(output: &AudienceOutput) -> Vec<String> {
    let records = output.records();
    records
        .map(|record| String::from_utf8(record.payload.to_vec()).unwrap())
        .collect()
}

/// The output without a store.
pub(crate) fn mapped(message: &Value, settings: &AudienceSettings) -> AudienceOutput {
    let mapper: AudienceMapper<NoSentIdentities> = AudienceMapper::new(settings.clone()).unwrap();
    let mut output = AudienceOutput::new();
    map(&mapper, message, &mut output).unwrap();
    output
}

/// Maps a message and applies the updates, as after its delivery.
pub(crate) fn deliver(store: &Memory, settings: &AudienceSettings, message: &Value) -> Vec<String> {
    let mapper = AudienceMapper::with_store(settings.clone(), store);
    let mut output = AudienceOutput::new();
    map(&mapper, message, &mut output).unwrap();
    store.apply(output.updates(), 0).unwrap();
    payloads(&output)
}

/// A request of these users at 1714592744066.
pub(crate) fn request(profiles: &[Value]) -> Value {
    json!({"type": "audience_membership_change_request", "timestamp_ms": 1_714_592_744_066_i64,
        "account": {"account_id": 5}, "user_profiles": profiles})
}

/// A user in the audience 7, "Buyers".
pub(crate) fn user(mpid: &str, action: &str, identities: &[(&str, &str)]) -> Value {
    let identities = identities.iter();
    let users =
        identities.map(|(kind, value)| json!({"type": kind, "encoding": "raw", "value": value}));
    json!({"mpid": mpid, "user_identities": users.collect::<Vec<_>>(),
        "audiences": [{"audience_id": 7, "audience_name": "Buyers", "action": action}]})
}

/// The payload of a record of the audience 7 with these identities, given as JSON.
pub(crate) fn record(is_member: bool, identities: &str) -> String {
    format!(
        "{{\"MembershipChangedTimestamp\":\"1714592744\",\"AudienceId\":7,\"AudienceName\":\"Buyers\",\
         \"IsMember\":{is_member},\"UserIdentities\":{identities}}}"
    )
}
