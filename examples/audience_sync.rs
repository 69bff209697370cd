//! Audiences that are kept in step with lists at a target system: a subscription creates the list,
//! and each message with membership changes becomes one bulk request per list.
//!
//! ```sh
//! cargo run --example audience_sync
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use hydrant::engine::{SubscriptionReply, split_requests};
use hydrant::hash::Algorithm;
use hydrant::host::system_invocation;
use hydrant::message::*;
use hydrant::registration::Text;
use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt, Verdict};
use serde_json::{Value, json};

/// The API of the target system accepts this many users in a request.
const MOST_USERS: usize = 2;

/// Lists with the digests of their members.
#[derive(Default)]
struct Lists(Mutex<BTreeMap<String, BTreeSet<String>>>);

impl Lists {
    /// The API that creates lists. The same key gives the same list.
    fn create(&self, key: i64) -> String {
        let id = format!("list-{key}");
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.entry(id.clone()).or_default();
        id
    }

    /// The API that changes the members of one list.
    fn change(&self, list: &str, users: &[(bool, String)]) -> Result<(), Failure> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let members = lists.get_mut(list).or_reject("no such list")?;
        assert!(users.len() <= MOST_USERS);
        for (add, user) in users {
            let _ = if *add {
                members.insert(user.clone())
            } else {
                members.remove(user)
            };
        }
        Ok(())
    }
}

struct Module {
    lists: Lists,
}

impl Processor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        let list_id = Text::new("list_id", "List").description("The list of the audience");
        Registration::new("Acme Lists", env!("CARGO_PKG_VERSION"))
            .user_identity(UserIdentityType::Email, IdentityEncoding::Sha256)
            .audiences(|it| {
                it.subscription_setting(list_id.invisible())
                    .bulk_messages(500)
                    .bulk_minutes(10)
            })
    }

    /// The sender stores the settings in the reply and sends them with each change.
    fn audience_subscription(
        &self,
        _: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        match request.action {
            // The sender repeats a request whose answer was lost, so the key is that of the audience.
            Some(SubscriptionAction::Add) => {
                Ok([("list_id", self.lists.create(request.audience_id))].into())
            }
            _ => Ok(SubscriptionReply::default()),
        }
    }

    fn audience_membership_change(
        &self,
        _: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        for group in request.by_setting("list_id") {
            let list = group.value.or_reject("a subscription without a list")?;
            let users = |add, profiles: &[&UserProfile<'_>]| -> Vec<(bool, String)> {
                // A user without an e-mail address cannot be a member.
                let digests = profiles
                    .iter()
                    .filter_map(|it| it.email()?.encode(Algorithm::Sha256));
                digests.map(|digest| (add, digest.to_string())).collect()
            };
            let changes = [users(true, &group.added), users(false, &group.removed)].concat();
            for part in split_requests(&changes, MOST_USERS, usize::MAX, |_| 0) {
                self.lists.change(list, part)?;
            }
        }
        Ok(())
    }
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(Module {
        lists: Lists::default(),
    });
    assert_eq!(engine.check(), []);
    let send = |message: Value| -> Result<(Verdict, Value), Box<dyn std::error::Error>> {
        let output = engine
            .process(message.to_string().as_bytes(), &system_invocation())?
            .finish();
        Ok((output.verdict(), serde_json::from_slice(output.response())?))
    };
    let (_, answer) = send(json!({
        "type": "audience_subscription_request", "action": "add", "audience_id": 1, "audience_name": "Buyers",
    }))?;
    let settings = answer.get("audience_subscription_settings");
    assert_eq!(settings, Some(&json!({ "list_id": "list-1" })));

    let change = |user: &str, action: &str| {
        json!({
            "user_identities": [{ "type": "email", "encoding": "raw", "value": format!("{user}@example.com") }],
            "audiences": [{ "audience_id": 1, "action": action, "audience_subscription_settings": settings }],
        })
    };
    let mut changes: Vec<Value> = ["ada", "bob", "eve"].map(|user| change(user, "add")).into();
    changes.push(json!({ "audiences": [{ "audience_id": 1, "action": "add",
        "audience_subscription_settings": settings }] }));
    for profiles in [changes, vec![change("eve", "delete")]] {
        let message =
            json!({ "type": "audience_membership_change_request", "user_profiles": profiles });
        let (verdict, _) = send(message)?;
        assert_eq!(verdict, Verdict::Answer);
    }
    let lists = engine
        .processor()
        .lists
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    println!("{lists:#?}");
    assert_eq!(lists.get("list-1").map(BTreeSet::len), Some(2));
    Ok(())
}
