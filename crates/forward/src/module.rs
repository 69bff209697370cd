//! [`ForwarderModule`]: the forwarder as a module, for hosts.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hydrant::engine::SubscriptionReply;
use hydrant::message::{
    AudienceMembershipChangeRequest, AudienceSubscriptionRequest, DeviceIdentityType,
    DsrProcessingRequest, Event, EventProcessingRequest, EventType, IdentityEncoding, Message,
    UserIdentityType,
};
use hydrant::outgoing::ConnectionSettings;
use hydrant::registration::Text;
use hydrant::{AsyncProcessor, Call, Failure, Outcome, ParseOptions, Registration};

use crate::config::{Config, ConfigError, Reader};
use crate::connection::{ConnectionKind, RecordSettings};
use crate::deduplication::{Deduplication, Fresh};
use crate::forwarder::{Forwarder, Prepared, Settled, Stored};
use crate::mapping::{MappedRecord, Mapping};
use crate::parts::{deduplication_window, max_memory};

/// The forwarder as a module: a host such as AWS Lambda answers a message when its records are
/// delivered or dead letters. Everything else is to be retried, so that the sender repeats it.
///
/// An event that is stored as a dead letter or left out of the records is discarded with the reason,
/// so that it is answered and the outcome shows it.
///
/// The registration has the name and the description of the settings `module_name` and
/// `module_description`. It requests all events, fields and identities that the connection can
/// forward, but no receipts of push messages, which need the key of a provider. The settings of the
/// account are those that the templates of an HTTP API name. A data subject request
/// is accepted only with `records = raw`; otherwise it is rejected.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use hydrant::Engine;
/// use hydrant_forward::config::Config;
/// use hydrant_forward::{Forwarder, ForwarderModule};
///
/// let mut config = Config::new();
/// config.environment(std::env::vars_os())?;
/// let module = ForwarderModule::new(Forwarder::for_host(config).await?)?;
/// let engine = Engine::new_async(module);
/// # let _ = engine;
/// # Ok(())
/// # }
/// ```
pub struct ForwarderModule {
    forwarder: Forwarder,
    registration: Registration,
    most_bytes: usize,
    deduplication: Option<Deduplication>,
    /// Idle mappings. Each call takes one, because a mapping has buffers of its own.
    mappings: Mutex<Vec<Mapping>>,
    on_warning: Option<OnWarning>,
    on_dead_letters: Option<OnDeadLetters>,
}

/// Records that are not delivered this long before the deadline of the call are to be retried, so
/// that the host learns the reason.
const BEFORE_DEADLINE: Duration = Duration::from_millis(50);

type OnWarning = Box<dyn Fn(&'static str, u64) + Send + Sync>;
type OnDeadLetters = Box<dyn Fn(u64, &str) + Send + Sync>;

impl ForwarderModule {
    /// A module that forwards by this forwarder: see [`Forwarder::for_host`].
    ///
    /// # Errors
    ///
    /// All settings that are wrong, and an `identity_store`, which needs messages in order.
    pub fn new(forwarder: Forwarder) -> Result<Self, ConfigError> {
        let config = forwarder.config();
        let window = deduplication_window(config)?;
        Ok(Self {
            registration: registration(config)?,
            most_bytes: max_memory(config)?,
            deduplication: (window > 0).then(|| Deduplication::new(window)),
            mappings: Mutex::new(vec![forwarder.mapping()?]),
            on_warning: None,
            on_dead_letters: None,
            forwarder,
        })
    }

    /// Calls this with the kind of each thing that the records cannot express, and how often it is
    /// in a message.
    #[must_use]
    pub fn on_warning(mut self, call: impl Fn(&'static str, u64) + Send + Sync + 'static) -> Self {
        self.on_warning = Some(Box::new(call));
        self
    }

    /// Calls this with the number of dead letters that were stored for a reason, also if the message
    /// is then to be retried. The events in them are discarded with this reason.
    #[must_use]
    pub fn on_dead_letters(mut self, call: impl Fn(u64, &str) + Send + Sync + 'static) -> Self {
        self.on_dead_letters = Some(Box::new(call));
        self
    }

    /// The forwarder, to drain and close it.
    #[must_use]
    pub fn forwarder(&self) -> &Forwarder {
        &self.forwarder
    }

    async fn forward(&self, call: &mut Call<'_>, message: Message<'_>) -> Result<(), Failure> {
        let mut fresh = self.deduplication.as_ref().map(Deduplication::fresh);
        let mut prepared = Prepared::at_most(self.most_bytes);
        let mut mapping = self.mapping()?;
        let wanted = |id| fresh.as_mut().is_none_or(|fresh| fresh.is_new(id));
        let each = |record: MappedRecord<'_>| prepared.add(record);
        let body = call.body();
        let mapped = if mapping.raw_limit().is_none() && has_skipped(message) {
            // A queue can hold events that another registration requested: they are decoded, too.
            mapping.map(body, &ParseOptions::new(), wanted, each)
        } else {
            mapping.map_message(body, message, wanted, each)
        };
        self.mappings().push(mapping);
        let mut mapped = mapped.map_err(|error| Failure::retry().with_reason(error.to_string()))?;
        if !mapped.is_forwarded {
            return Err(Failure::reject(
                "the connection does not forward messages of this type",
            ));
        }
        if let Some(warn) = &self.on_warning {
            for (kind, times) in &mapped.warnings {
                warn(kind, *times);
            }
        }
        if fresh.as_ref().is_some_and(Fresh::is_elsewhere) {
            // If this call were answered, the sender would not repeat the message, and the event
            // would be lost if the other call failed.
            let reason = "another call is forwarding an event of the message";
            return Err(Failure::retry().with_reason(reason));
        }
        prepared.finish(&mut mapped, body);
        let mut stored = Vec::new();
        if !prepared.is_empty() {
            let deadline = call.deadline();
            let deadline = deadline.and_then(|deadline| deadline.checked_sub(BEFORE_DEADLINE));
            let submission = self.forwarder.submit_until(deadline, prepared).await;
            let settled = self.forwarder.settle_into(submission, &mut stored).await;
            if let Some(report) = &self.on_dead_letters {
                for Stored {
                    reason, letters, ..
                } in &stored
                {
                    report(*letters, reason);
                }
            }
            if let Settled::Unacknowledged { reason } = settled {
                return Err(Failure::retry().with_reason(reason));
            }
        }
        if let Some(fresh) = fresh {
            fresh.settled();
        }
        settle(call, &mapped.left_out, &stored);
        Ok(())
    }

    fn mappings(&self) -> MutexGuard<'_, Vec<Mapping>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mapping(&self) -> Result<Mapping, Failure> {
        if let Some(mapping) = self.mappings().pop() {
            return Ok(mapping);
        }
        let mapping = self.forwarder.mapping();
        mapping.map_err(|error| Failure::retry().with_reason(error.to_string()))
    }
}

impl AsyncProcessor for ForwarderModule {
    type Batch = ();

    fn registration(&self) -> Registration {
        self.registration.clone()
    }

    async fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        self.forward(call, Message::EventProcessingRequest(batch))
            .await
    }

    async fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        self.forward(call, Message::AudienceSubscriptionRequest(request))
            .await?;
        Ok(SubscriptionReply::default())
    }

    async fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        self.forward(call, Message::AudienceMembershipChangeRequest(request))
            .await
    }

    async fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        self.forward(call, Message::DsrProcessingRequest(request))
            .await
    }
}

/// Whether the engine has not decoded an event, because its type is not registered.
fn has_skipped(message: Message<'_>) -> bool {
    match message {
        Message::EventProcessingRequest(request) => {
            let mut events = request.events.iter();
            events.any(|event| matches!(event, Event::Skipped(_)))
        }
        _ => false,
    }
}

/// Settles the events that are not delivered: they are answered, and the outcome shows why.
fn settle(call: &mut Call<'_>, left_out: &[(usize, &'static str)], stored: &[Stored]) {
    let count = call.outcomes().len();
    let mut outcomes: Vec<Outcome> = vec![Outcome::Done; count];
    let mut discard = |at: usize, failure: Failure| {
        if let Some(outcome) = outcomes.get_mut(at) {
            *outcome = failure.into();
        }
    };
    for (at, reason) in left_out {
        discard(*at, Failure::discard(*reason));
    }
    for Stored { reason, events, .. } in stored {
        let failure = Failure::discard(format!("stored as a dead letter: {reason}"));
        if events.is_empty() {
            (0..count).for_each(|at| discard(at, failure.clone()));
        }
        for at in events {
            discard(*at, failure.clone());
        }
    }
    call.settle_each(outcomes.into_iter().enumerate());
}

/// A registration that requests everything that the connection of a configuration can forward: that
/// of [`ForwarderModule`], for modules that map in another way.
///
/// # Errors
///
/// All settings that are wrong, and an `identity_store`, which needs messages in order.
///
/// ```
/// use hydrant_forward::config::Config;
///
/// let mut config = Config::new();
/// config.set("connection=kafka")?;
/// let registration = hydrant_forward::registration(&config)?;
/// assert_eq!(registration.lint(), []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn registration(config: &Config) -> Result<Registration, ConfigError> {
    let mut reader = Reader::new(config);
    let kind = ConnectionKind::read(&mut reader);
    let is_raw = reader.choice("records") == Some("raw");
    let name = reader.text("module_name").unwrap_or_default().to_owned();
    let mut registration = Registration::new(name, env!("CARGO_PKG_VERSION"));
    if let Some(description) = reader.text("module_description") {
        registration = registration.description(description.to_owned());
    }
    if reader.text("identity_store").is_some() {
        reader.refuse(
            "`identity_store` needs messages that are settled in order, but a host settles each when \
             it ends; remove it",
        );
    }
    reader.finish(())?;
    for identity in UserIdentityType::ALL {
        registration = registration.user_identity(*identity, IdentityEncoding::Raw);
    }
    for identity in DeviceIdentityType::ALL {
        registration = registration.device_identity(*identity, IdentityEncoding::Raw);
    }
    registration = registration.mpid();
    let is_audience = kind == Some(ConnectionKind::Audience);
    if is_raw || is_audience {
        registration = registration.audiences(|audiences| audiences);
    }
    if is_raw {
        registration = registration.audience_user_attributes();
    }
    match kind {
        _ if is_raw => registration = events(registration, &everything()),
        Some(kind) => {
            if let RecordSettings::Events(settings) = RecordSettings::new(kind, config)? {
                registration = events(registration, &settings);
            }
        }
        None => {}
    }
    for (setting, is_secret) in account_settings(kind, config)? {
        let description = format!("The value of {setting} in requests to the API");
        let text = Text::new(setting.clone(), setting).description(description);
        let mut text = text.required();
        if is_secret {
            text = text.confidential();
        }
        registration = registration.account_setting(text);
    }
    Ok(registration)
}

/// Settings with which nothing of a message is left out.
fn everything() -> ConnectionSettings {
    let mut all = ConnectionSettings::default();
    all.include_user_attribute_change_events = true;
    all.include_user_identity_change_events = true;
    all.include_mp_deviceid = true;
    all
}

/// Requests the events that records with these settings have, and the fields of them.
fn events(mut registration: Registration, settings: &ConnectionSettings) -> Registration {
    let types = EventType::ALL.iter().copied().filter(|one| match one {
        // The sender has none without the key of a provider of push messages.
        EventType::PushMessageReceipt => false,
        EventType::UserAttributeChange => settings.include_user_attribute_change_events,
        EventType::UserIdentityChange => settings.include_user_identity_change_events,
        _ => true,
    });
    registration = registration
        .events(types)
        .user_attributes()
        .consent_state()
        // The data plan is among them.
        .platform_fields();
    if settings.include_metadata {
        let metadata = registration.device_info().ip_address();
        registration = metadata.http_user_agent();
    }
    if settings.include_location_information || settings.include_event_batch_location {
        registration = registration.location();
    }
    if settings.include_mp_deviceid {
        registration = registration.device_application_stamp();
    }
    if settings.send_batches_without_events {
        registration = registration.eventless_batches();
    }
    registration
}

/// The settings of the account that the connection needs, and whether each may be a secret.
fn account_settings(
    kind: Option<ConnectionKind>,
    config: &Config,
) -> Result<Vec<(String, bool)>, ConfigError> {
    #[cfg(feature = "http")]
    if kind == Some(ConnectionKind::Http) {
        return crate::http::account_settings(config);
    }
    let _ = (kind, config);
    Ok(Vec::new())
}

impl fmt::Debug for ForwarderModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwarderModule").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use hydrant::validate::Level;

    use super::*;

    fn registered(settings: &[&str]) -> Registration {
        let mut config = Config::new();
        for setting in settings {
            config.set(setting).unwrap();
        }
        registration(&config).unwrap()
    }

    #[test]
    fn registrations_have_no_errors() {
        let http = ["connection=http", "url=https://api.example.com/{workspace}"];
        let changes = [
            "include_user_attribute_change_events=on",
            "include_user_identity_change_events=on",
        ];
        for settings in [
            &["connection=kinesis"][..],
            &["connection=kinesis", "records=raw"],
            &["connection=kinesis", changes[0], changes[1]],
            &["connection=kafka"],
            &["connection=kafka", "records=raw"],
            &["connection=audience"],
            &["connection=sqs", "records=raw"],
            #[cfg(feature = "http")]
            &http,
        ] {
            let found = registered(settings).lint();
            let errors: Vec<_> = found.iter().filter(|it| it.level == Level::Error).collect();
            assert!(errors.is_empty(), "{settings:?}: {errors:?}");
        }
        let _ = http;
    }

    #[test]
    fn only_what_is_forwarded_is_requested() {
        let text = |settings: &[&str]| {
            let json = registered(settings).to_json(hydrant::message::MessageCommon::default());
            String::from_utf8(json).unwrap()
        };
        let default = text(&["connection=kafka"]);
        for absent in ["user_attribute_change", "push_message_receipt"] {
            assert!(!default.contains(&format!("\"{absent}\"")), "{default}");
        }
        for present in [
            "allow_user_attributes",
            "allow_access_mpid",
            "allow_device_info",
        ] {
            assert!(
                default.contains(&format!("\"{present}\":true")),
                "{default}"
            );
        }
        let raw = text(&["connection=kafka", "records=raw"]);
        assert!(raw.contains("\"user_attribute_change\""), "{raw}");
        assert!(raw.contains("audience_processing_registration"), "{raw}");
        let bare = text(&["connection=kafka", "include_metadata=off"]);
        assert!(!bare.contains("\"allow_device_info\":true"), "{bare}");
    }
}
