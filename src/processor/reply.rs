//! [`SubscriptionReply`].

use crate::message::{AudienceSubscriptionResponse, Map, MessageCommon};
use crate::registration::Registration;
use crate::validate::{self, Finding};

/// The reply of a module to an audience subscription: values of settings that the sender stores
/// with the subscription, for example the identifier of the list in the target system. The settings
/// must be registered (protocol, section 12, rule 18). `Debug` does not show the values.
///
/// ```
/// use hydrant::engine::SubscriptionReply;
/// let reply: SubscriptionReply = [("list_id", "4711")].into();
/// assert_eq!(reply.settings().collect::<Vec<_>>(), [("list_id", "4711")]);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SubscriptionReply {
    pub(crate) settings: Vec<(String, String)>,
}

impl SubscriptionReply {
    /// The settings with their values.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .map(|(id, value)| (id.as_str(), value.as_str()))
    }

    /// The settings in this reply that the registration does not declare for subscriptions, which
    /// the engine refuses (rule 18 of section 12). For tests of a module.
    ///
    /// ```
    /// use hydrant::Registration;
    /// use hydrant::engine::SubscriptionReply;
    /// use hydrant::registration::Text;
    ///
    /// let registration = Registration::new("Acme", "1.0").audiences(|audiences| {
    ///     audiences.subscription_setting(Text::new("list_id", "List").invisible())
    /// });
    /// assert!(SubscriptionReply::from([("list_id", "7")]).lint(&registration).is_empty());
    /// let found = SubscriptionReply::from([("list", "7")]).lint(&registration);
    /// assert_eq!(found[0].rule_number(), Some(18));
    /// ```
    #[must_use]
    pub fn lint(&self, registration: &Registration) -> Vec<Finding> {
        let settings: Vec<(&str, &str)> = self.settings().collect();
        let answer = AudienceSubscriptionResponse {
            audience_subscription_settings: Map::new(&settings),
            ..AudienceSubscriptionResponse::default()
        };
        registration.with_response(MessageCommon::default(), |response| {
            validate::undeclared_settings(response, &answer)
        })
    }
}

impl<I: Into<String>, V: Into<String>> FromIterator<(I, V)> for SubscriptionReply {
    fn from_iter<T: IntoIterator<Item = (I, V)>>(settings: T) -> Self {
        let settings = settings.into_iter();
        Self {
            settings: settings
                .map(|(id, value)| (id.into(), value.into()))
                .collect(),
        }
    }
}

impl<I: Into<String>, V: Into<String>, const N: usize> From<[(I, V); N]> for SubscriptionReply {
    fn from(settings: [(I, V); N]) -> Self {
        settings.into_iter().collect()
    }
}

impl std::fmt::Debug for SubscriptionReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids = self.settings.iter().map(|(id, _)| id);
        f.debug_struct("SubscriptionReply")
            .field("settings", &ids.collect::<Vec<_>>())
            .finish()
    }
}
