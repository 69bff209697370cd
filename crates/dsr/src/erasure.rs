//! [`Erasure`]: a request as it is stored.

use std::fmt;

use hydrant::message::{DsrProcessingRequest, Map, Message};
use hydrant::write;

/// What distinguishes erasures: the request of the data subject, and the account to which it was
/// forwarded, because one request may be forwarded to several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErasureKey {
    pub(crate) account_id: Option<i32>,
    pub(crate) subject_request_id: String,
}

impl ErasureKey {
    /// The number of the customer's account, if the request has an account.
    pub fn account_id(&self) -> Option<i32> {
        self.account_id
    }

    /// The identifier of the request, in lower case.
    pub fn subject_request_id(&self) -> &str {
        &self.subject_request_id
    }
}

/// A request to erase the data of a person. `Debug` does not show the request, which has the
/// identities of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Erasure {
    pub(crate) key: ErasureKey,
    pub(crate) received_ms: i64,
    pub(crate) request: Vec<u8>,
}

impl Erasure {
    /// The erasure of a request that was received at this time (milliseconds since the epoch).
    /// `None` if the request has no `subject_request_id`.
    ///
    /// The settings of the account are not part of it, so that no secret is stored.
    ///
    /// ```
    /// use hydrant::message::DsrProcessingRequest;
    /// use hydrant_dsr::Erasure;
    ///
    /// let mut request = DsrProcessingRequest::default();
    /// assert!(Erasure::new(&request, 0).is_none());
    /// request.subject_request_id = Some("A7551968-D5D6-44B2-9831-815AC9017798");
    /// let erasure = Erasure::new(&request, 0).unwrap();
    /// assert_eq!(erasure.key().subject_request_id(), "a7551968-d5d6-44b2-9831-815ac9017798");
    /// ```
    #[must_use]
    pub fn new(request: &DsrProcessingRequest<'_>, received_ms: i64) -> Option<Self> {
        let id = request.subject_request_id?.trim();
        if id.is_empty() {
            return None;
        }
        let mut stored = *request;
        if let Some(account) = &mut stored.account {
            account.account_settings = Map::EMPTY;
        }
        let mut json = Vec::new();
        write::message(&Message::DsrProcessingRequest(&stored), &mut json);
        Some(Self {
            key: ErasureKey {
                account_id: request.account.as_ref().map(|account| account.account_id),
                subject_request_id: id.to_lowercase(),
            },
            received_ms,
            request: json,
        })
    }

    /// What distinguishes it from others.
    pub fn key(&self) -> &ErasureKey {
        &self.key
    }

    /// When the request was received, in milliseconds since the epoch.
    pub fn received_ms(&self) -> i64 {
        self.received_ms
    }

    /// The request as a `dsr_processing_request` without the settings of the account, for
    /// [`hydrant::parse`].
    pub fn request(&self) -> &[u8] {
        &self.request
    }
}

impl fmt::Debug for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erasure")
            .field("key", &self.key)
            .field("received_ms", &self.received_ms)
            .finish_non_exhaustive()
    }
}
