//! The modules of `hydrant serve` that need no target: one that answers everything, and one that
//! prints records.

use std::sync::{Arc, Mutex, PoisonError};

use hydrant::engine::SubscriptionReply;
use hydrant::message::{
    AudienceMembershipChangeRequest, AudienceSubscriptionRequest, DeviceIdentityType,
    DsrProcessingRequest, EventProcessingRequest, EventType, IdentityEncoding, UserIdentityType,
};
use hydrant::{AsyncProcessor, Call, Failure, ParseOptions, Processor, Registration};
use hydrant_forward::config::Config;
use hydrant_forward::{ForwarderModule, Mapping};

/// A registration that requests everything but data subject requests, which somebody must do, and
/// receipts of push messages, which need the key of a provider.
fn registration(name: &'static str) -> Registration {
    let mut registration = Registration::new(name, env!("CARGO_PKG_VERSION"))
        .description("Answers everything, for tests")
        .mpid()
        .user_attributes()
        .consent_state()
        .platform_fields()
        .device_info()
        .ip_address()
        .location();
    for identity in UserIdentityType::ALL {
        registration = registration.user_identity(*identity, IdentityEncoding::Raw);
    }
    for identity in DeviceIdentityType::ALL {
        registration = registration.device_identity(*identity, IdentityEncoding::Raw);
    }
    let types = EventType::ALL.iter().copied();
    let types = types.filter(|one| *one != EventType::PushMessageReceipt);
    registration.events(types).audiences(|audiences| audiences)
}

/// A module that answers everything, and does nothing.
pub(super) struct Everything;

impl Processor for Everything {
    type Batch = ();

    fn registration(&self) -> Registration {
        registration("hydrant serve --to null")
    }

    fn batch(&self, _: &mut Call<'_>, _: &EventProcessingRequest<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn audience_membership_change(
        &self,
        _: &mut Call<'_>,
        _: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn dsr(&self, _: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

/// A module whose records are those of a connection.
pub(super) struct Lines {
    config: Config,
    registration: Registration,
    /// Idle mappings: each call takes one.
    mappings: Mutex<Vec<Mapping>>,
}

impl Lines {
    pub(super) fn new(config: Config) -> Result<Self, crate::exit::Failure> {
        let first = Mapping::new(&config);
        let first = first.map_err(|error| crate::exit::Failure::Usage(error.to_string()))?;
        let registration = hydrant_forward::registration(&config);
        Ok(Self {
            registration: registration
                .map_err(|error| crate::exit::Failure::Usage(error.to_string()))?,
            config,
            mappings: Mutex::new(vec![first]),
        })
    }

    fn map(&self, call: &mut Call<'_>) -> Result<(), Failure> {
        let idle = self.idle().pop();
        let mapping = idle.map_or_else(|| Mapping::new(&self.config), Ok);
        let mut mapping =
            mapping.map_err(|error| Failure::retry().with_reason(error.to_string()))?;
        let (body, mut oversize) = (call.body(), None);
        let mut lines = Vec::new();
        let mapped = mapping.map(
            body,
            &ParseOptions::new(),
            |_| true,
            |record| {
                oversize = oversize.or(record.oversize);
                lines.push((record.key.map(<[u8]>::to_vec), record.payload.to_vec()));
            },
        );
        self.idle().push(mapping);
        let mapped = mapped.map_err(|error| Failure::retry().with_reason(error.to_string()))?;
        if !mapped.is_forwarded {
            let reason = "the connection does not forward messages of this type";
            return Err(Failure::reject(reason));
        }
        if let Some(oversize) = oversize {
            let reason = format!("a record is too large for the connection: {oversize}");
            return Err(Failure::reject(reason));
        }
        for (key, line) in lines {
            match key {
                Some(key) => call.emit_keyed(&key, &line),
                None => call.emit(&line),
            }
        }
        Ok(())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Mapping>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Processor for Lines {
    type Batch = ();

    fn registration(&self) -> Registration {
        self.registration.clone()
    }

    fn batch(&self, call: &mut Call<'_>, _: &EventProcessingRequest<'_>) -> Result<(), Failure> {
        self.map(call)
    }

    fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        _: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        self.map(call)?;
        Ok(SubscriptionReply::default())
    }

    fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        _: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        self.map(call)
    }
}

/// The forwarder as a module, which is closed after the host.
#[derive(Clone)]
pub(super) struct Forwarding(pub(super) Arc<ForwarderModule>);

impl AsyncProcessor for Forwarding {
    type Batch = ();

    fn registration(&self) -> Registration {
        self.0.registration()
    }

    async fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        self.0.batch(call, batch).await
    }

    async fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        self.0.audience_subscription(call, request).await
    }

    async fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        self.0.audience_membership_change(call, request).await
    }

    async fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        self.0.dsr(call, request).await
    }
}
