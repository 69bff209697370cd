//! [`AcknowledgeFirst`]: stores a message durably before it is processed.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hydrant::message::{
    AudienceMembershipChangeResponse, DsrProcessingResponse, EventProcessingResponse,
    FIREHOSE_VERSION, Message, MessageCommon, MessageType,
};
use hydrant::{Error, Invocation, ParseOptions, Scratch, parse, write};

use crate::config::ConfigError;
use crate::forwarder::{Forwarder, Prepared, Settled};
use crate::mapping::{MappedMessage, MappedRecord};
use crate::raw::RawRecord;

/// Stores messages durably, and answers them before they are processed: for partners whose API takes
/// longer than the sender waits. `hydrant consume` processes them later.
///
/// A message is answered only after the target of a configuration with `records = raw` has confirmed
/// it. Events, changes of memberships and data subject requests can be stored; a registration and a
/// subscription cannot, because their response is the module's.
///
/// ```no_run
/// # async fn run(body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// use hydrant_forward::config::Config;
/// use hydrant_forward::{AcknowledgeFirst, Forwarder};
///
/// let mut config = Config::new();
/// config.file("store.toml".as_ref())?; // connection = "kafka", records = "raw"
/// let first = AcknowledgeFirst::new(Forwarder::start(config).await?)?;
/// let response = first.store(body, &hydrant::host::system_invocation()).await?;
/// # let _ = response;
/// # Ok(())
/// # }
/// ```
pub struct AcknowledgeFirst {
    forwarder: Forwarder,
    options: ParseOptions,
    most: usize,
    scratches: Mutex<Vec<Scratch>>,
}

/// Why a message is not stored. It must not be acknowledged.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcknowledgeError {
    /// It is not a message: answer 400.
    Refused(Error),
    /// The module must answer a message of this type.
    NotStorable {
        /// The type.
        message_type: String,
    },
    /// It exceeds the limit of the target: process it without storing it.
    TooLarge {
        /// The size of the message.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The target has not confirmed it: answer 503. It may be stored all the same, and twice after
    /// the sender has repeated it.
    Unconfirmed {
        /// Why.
        reason: String,
    },
}

impl AcknowledgeFirst {
    /// Stores messages by this forwarder. `patience` of its configuration limits how long a message
    /// waits.
    ///
    /// # Errors
    ///
    /// A forwarder whose configuration has not `records = raw`.
    pub fn new(forwarder: Forwarder) -> Result<Self, ConfigError> {
        let most = forwarder.mapping()?.raw_limit().ok_or_else(|| {
            ConfigError::new("`records` is not raw, which storing whole messages needs")
        })?;
        Ok(Self {
            forwarder,
            options: ParseOptions::new(),
            most,
            scratches: Mutex::default(),
        })
    }

    /// Sets the limits and the strictness of parsing.
    #[must_use]
    pub fn parse_options(mut self, options: ParseOptions) -> Self {
        self.options = options;
        self
    }

    /// The forwarder, to drain and close it.
    #[must_use]
    pub fn forwarder(&self) -> &Forwarder {
        &self.forwarder
    }

    /// Stores a message and returns the response to it: success, with nothing else. If the future
    /// is dropped, the message may be stored, but it must not be acknowledged.
    ///
    /// # Errors
    ///
    /// Everything after which the message is not known to be stored.
    pub async fn store(
        &self,
        body: &[u8],
        invocation: &Invocation,
    ) -> Result<Vec<u8>, AcknowledgeError> {
        let mut scratch = self.scratch(|all| all.pop()).unwrap_or_default();
        let prepared = self.prepare(body, &mut scratch, invocation);
        self.scratch(|all| all.push(scratch));
        let (prepared, response) = prepared?;
        let submission = self.forwarder.submit(prepared).await;
        match self.forwarder.settle(submission).await {
            Settled::Acknowledged { .. } => Ok(response),
            Settled::Unacknowledged { reason } => Err(AcknowledgeError::Unconfirmed { reason }),
        }
    }

    fn scratch<T>(&self, with: impl FnOnce(&mut Vec<Scratch>) -> T) -> T {
        with(
            &mut self
                .scratches
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn prepare(
        &self,
        body: &[u8],
        scratch: &mut Scratch,
        invocation: &Invocation,
    ) -> Result<(Prepared, Vec<u8>), AcknowledgeError> {
        let parsed = parse(body, scratch, &self.options).map_err(AcknowledgeError::Refused)?;
        let message = parsed.message;
        let mut response = Vec::new();
        let Some(request) = respond(&message, invocation, &mut response) else {
            return Err(AcknowledgeError::NotStorable {
                message_type: message.kind().as_str().to_owned(),
            });
        };
        let raw = RawRecord::of(&message).unwrap_or_default();
        if raw.size(body) > self.most {
            return Err(AcknowledgeError::TooLarge {
                bytes: body.len(),
                most: self.most,
            });
        }
        let mut prepared = Prepared::default();
        prepared.add(MappedRecord {
            key: raw.key.map(str::as_bytes),
            timestamp_ms: raw.timestamp_ms,
            payload: body,
            events: &[],
            oversize: None,
        });
        let mut mapped = MappedMessage {
            is_forwarded: true,
            message_id: request.id,
            ..MappedMessage::default()
        };
        prepared.finish(&mut mapped, body);
        Ok((prepared, response))
    }
}

/// Writes the response of success to a message that can be stored, and returns the common fields of
/// the message.
fn respond<'m>(
    message: &Message<'m>,
    invocation: &Invocation,
    out: &mut Vec<u8>,
) -> Option<MessageCommon<'m>> {
    let request = match message {
        Message::EventProcessingRequest(request) => request.common,
        Message::AudienceMembershipChangeRequest(request) => request.common,
        Message::DsrProcessingRequest(request) => request.common,
        _ => return None,
    };
    let mut common = MessageCommon::default();
    common.id = Some(request.id.unwrap_or(invocation.fresh_id()));
    common.timestamp_ms = Some(invocation.now_ms());
    common.firehose_version = Some(FIREHOSE_VERSION);
    match message.kind() {
        MessageType::EventProcessingRequest => {
            let mut response = EventProcessingResponse::default();
            response.common = common;
            write::message(&Message::EventProcessingResponse(&response), out);
        }
        MessageType::AudienceMembershipChangeRequest => {
            let mut response = AudienceMembershipChangeResponse::default();
            response.common = common;
            write::message(&Message::AudienceMembershipChangeResponse(&response), out);
        }
        _ => {
            let mut response = DsrProcessingResponse::default();
            response.common = common;
            write::message(&Message::DsrProcessingResponse(&response), out);
        }
    }
    Some(request)
}

impl fmt::Display for AcknowledgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::NotStorable { message_type } => {
                write!(
                    f,
                    "a message of type `{message_type}` is answered by the module"
                )
            }
            Self::TooLarge { bytes, most } => write!(
                f,
                "the message has {bytes} bytes, and the store accepts {most} with the key"
            ),
            Self::Unconfirmed { reason } => {
                write!(f, "the store has not confirmed the message: {reason}")
            }
        }
    }
}

impl std::error::Error for AcknowledgeError {}

impl fmt::Debug for AcknowledgeFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcknowledgeFirst").finish_non_exhaustive()
    }
}
