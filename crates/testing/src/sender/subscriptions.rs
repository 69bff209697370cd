//! The settings that the sender stores with each subscription (protocol, sections 3.4 and 3.5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::response::account;

const SETTINGS: &str = "audience_subscription_settings";

/// The subscriptions of all accounts.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    /// By account and audience.
    settings: BTreeMap<(i64, i64), Map<String, Value>>,
    /// The settings that the module registered, if it was asked.
    registered: Option<BTreeSet<String>>,
}

impl Subscriptions {
    /// The request with the settings that are stored; `None` if there are none for it. Settings
    /// that the request has are kept.
    pub(super) fn fill(&self, request: &Value) -> Option<Value> {
        let account = account(Some(request));
        let mut filled = request.clone();
        match request.get("type")?.as_str()? {
            "audience_membership_change_request" => {
                let profiles = filled.get_mut("user_profiles")?.as_array_mut()?;
                let audiences = profiles.iter_mut().filter_map(|profile| {
                    profile.get_mut("audiences").and_then(Value::as_array_mut)
                });
                for audience in audiences.flatten() {
                    self.fill_in(account, audience, SETTINGS);
                }
            }
            "audience_subscription_request" => {
                self.fill_in(account, &mut filled, SETTINGS);
                if filled.get("action").and_then(Value::as_str) == Some("update") {
                    self.fill_in(account, &mut filled, &format!("previous_{SETTINGS}"));
                }
            }
            _ => return None,
        }
        (filled != *request).then_some(filled)
    }

    /// Adds the stored settings to an object with the identifier of an audience.
    fn fill_in(&self, account: i64, object: &mut Value, field: &str) {
        let stored = audience(object).and_then(|audience| self.settings.get(&(account, audience)));
        let (Some(stored), Value::Object(fields)) = (stored, object) else {
            return;
        };
        let own = fields
            .entry(field)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(own) = own {
            for (id, value) in stored {
                own.entry(id.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    /// Stores what an answered request contains, and returns what is wrong with the response.
    pub(super) fn answered(&mut self, request: &Value, response: &Value) -> Vec<String> {
        match request.get("type").and_then(Value::as_str) {
            Some("module_registration_request") => {
                self.registered = Some(registered(response));
                Vec::new()
            }
            Some("audience_subscription_request") => self.subscribed(request, response),
            _ => Vec::new(),
        }
    }

    fn subscribed(&mut self, request: &Value, response: &Value) -> Vec<String> {
        let key = (
            account(Some(request)),
            audience(request).unwrap_or_default(),
        );
        if request.get("action").and_then(Value::as_str) == Some("remove") {
            self.settings.remove(&key);
            return Vec::new();
        }
        let stored = self.settings.entry(key).or_default();
        let mut problems = Vec::new();
        for (side, own) in [(request, false), (response, true)] {
            let settings = side.get(SETTINGS).and_then(Value::as_object);
            for (id, value) in settings.into_iter().flatten() {
                let registered = self.registered.as_ref();
                if own && registered.is_some_and(|registered| !registered.contains(id)) {
                    // The sender does not store it (section 12, rule 18).
                    problems.push(format!("the module set `{id}`, which it did not register"));
                } else {
                    stored.insert(id.clone(), value.clone());
                }
            }
        }
        problems
    }
}

fn audience(object: &Value) -> Option<i64> {
    object.get("audience_id")?.as_i64()
}

/// The identifiers of the settings for subscriptions in a registration.
fn registered(response: &Value) -> BTreeSet<String> {
    let audiences = response.get("audience_processing_registration");
    let settings = audiences.and_then(|it| it.get(SETTINGS)?.as_array());
    let ids = settings
        .into_iter()
        .flatten()
        .filter_map(|setting| setting.get("id")?.as_str());
    ids.map(str::to_owned).collect()
}
