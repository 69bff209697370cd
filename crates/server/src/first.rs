//! Acknowledge-first: a message is answered when it is stored, and processed later.

use std::time::Instant;

use hydrant::Invocation;
use hydrant_forward::{AcknowledgeError, AcknowledgeFirst};
use hydrant_runtime::Ended;

use crate::service::Processed;

/// The status of what is queued (`lambda-and-http.md`, section 5).
const QUEUED: u16 = 202;

/// Stores a message; `None` if the module must answer it.
pub(crate) async fn store(
    first: &AcknowledgeFirst,
    body: &[u8],
    invocation: &Invocation,
    deadline: Instant,
) -> Option<Processed> {
    let stored = tokio::time::timeout_at(deadline.into(), first.store(body, invocation));
    let ended = match stored.await {
        Ok(Ok(response)) => {
            return Some(Processed {
                status: QUEUED,
                ..Processed::of(Ended::Answered, &response)
            });
        }
        Ok(Err(AcknowledgeError::NotStorable { .. } | AcknowledgeError::TooLarge { .. })) => {
            return None;
        }
        Ok(Err(AcknowledgeError::Refused(error))) => Ended::Refused(error),
        Ok(Err(error)) => Ended::retry(error.to_string()),
        Err(_) => Ended::Late,
    };
    Some(Processed::of(ended, b""))
}
