//! [`ForwarderModule`]: the forwarder as a module, for hosts.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hydrant::engine::SubscriptionReply;
use hydrant::message::{
    AudienceMembershipChangeRequest, AudienceSubscriptionRequest, DeviceIdentityType,
    DsrProcessingRequest, EventProcessingRequest, EventType, IdentityEncoding, Message,
    UserIdentityType,
};
use hydrant::registration::Text;
use hydrant::{AsyncProcessor, Call, Failure, Registration};

use crate::config::{Config, ConfigError, Reader};
use crate::connection::ConnectionKind;
use crate::deduplication::{Deduplication, Fresh};
use crate::forwarder::{Forwarder, Prepared, Settled};
use crate::mapping::Mapping;
use crate::parts::{deduplication_window, max_memory};

/// The forwarder as a module: a host such as AWS Lambda answers a message when its records are
/// delivered or dead letters. Everything else is to be retried, so that the sender repeats it.
///
/// The registration has the name and the description of the settings `module_name` and
/// `module_description`. It requests all events and identities that the connection can forward, and
/// as settings of the account those that the templates of an HTTP API name. A data subject request
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
}

/// Records that are not delivered this long before the deadline of the call are to be retried, so
/// that the host learns the reason.
const BEFORE_DEADLINE: Duration = Duration::from_millis(50);

type OnWarning = Box<dyn Fn(&'static str, u64) + Send + Sync>;

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

    /// The forwarder, to drain and close it.
    #[must_use]
    pub fn forwarder(&self) -> &Forwarder {
        &self.forwarder
    }

    async fn forward(&self, call: &Call<'_>, message: Message<'_>) -> Result<(), Failure> {
        let mut fresh = self.deduplication.as_ref().map(Deduplication::fresh);
        let mut prepared = Prepared::at_most(self.most_bytes);
        let mut mapping = self.mapping()?;
        let mapped = mapping.map_message(
            call.body(),
            message,
            |id| fresh.as_mut().is_none_or(|fresh| fresh.is_new(id)),
            |record| prepared.add(record),
        );
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
        prepared.finish(&mut mapped, call.body());
        if !prepared.is_empty() {
            let deadline = call.deadline();
            let deadline = deadline.and_then(|deadline| deadline.checked_sub(BEFORE_DEADLINE));
            let submission = self.forwarder.submit_until(deadline, prepared);
            let settled = self.forwarder.settle(submission.await).await;
            if let Settled::Unacknowledged { reason } = settled {
                return Err(Failure::retry().with_reason(reason));
            }
        }
        if let Some(fresh) = fresh {
            fresh.settled();
        }
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

/// Requests everything that the connection can forward.
fn registration(config: &Config) -> Result<Registration, ConfigError> {
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
    if is_raw || kind != Some(ConnectionKind::Audience) {
        registration = registration.events(EventType::ALL.iter().copied());
    }
    if is_raw || kind == Some(ConnectionKind::Audience) {
        registration = registration.audiences(|audiences| audiences);
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
