//! What the sender is told: the verdict on a message out of the outcomes of its parts, by policies that the host chooses.

use std::time::Duration;

use crate::message::MessageType;
use crate::processor::{Failure, FailureKind, Outcome, Output, Verdict};
use crate::registration::{Registration, SettingError};

/// What is told to the sender about a message in which something was rejected: it cannot be processed, now or later, or
/// its handler panicked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectPolicy {
    /// The message is not answered, so the sender keeps what it sent and repeats it, for as long as it does.
    #[default]
    Fail,
    /// The host stores what was rejected, and answers. [`Verdict::DeadLetter`] says when.
    DeadLetter,
    /// The message is answered. What was rejected is lost, but for what an observer keeps of it.
    Acknowledge,
}

/// What becomes of a message whose handler returned a [`SettingError`](crate::registration::SettingError): a permanent
/// fault of one customer's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingErrorPolicy {
    /// The sender is asked to stop until a user has mended the configuration. If a setting is at fault that the customer
    /// cannot change, because it is not registered or invisible, it is rejected.
    Suspend,
    /// It is rejected; the [`RejectPolicy`] applies.
    Reject,
    /// It is to be tried again.
    Retry,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Policies {
    pub(super) reject: RejectPolicy,
    pub(super) setting_error_in_batch: SettingErrorPolicy,
    pub(super) setting_error_in_audience: SettingErrorPolicy,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            reject: RejectPolicy::Fail,
            setting_error_in_batch: SettingErrorPolicy::Reject,
            setting_error_in_audience: SettingErrorPolicy::Suspend,
        }
    }
}

/// What a failure means for the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It does not keep the message from being answered.
    None,
    Reject,
    Retry {
        after: Option<Duration>,
    },
}

impl Policies {
    /// The verdict on a message. It may ask the sender to suspend the subscription.
    pub(super) fn judge(&self, registration: &Registration, output: &mut Output) -> Verdict {
        let membership = output.message_type == Some(MessageType::AudienceMembershipChangeRequest);
        let (mut rejected, mut retry, mut suspend) = (false, None, false);
        {
            let mut weigh = |outcome: &Outcome| match outcome {
                Outcome::Done | Outcome::Skipped => {}
                Outcome::Unsettled => retry = Some(retry.unwrap_or(None)),
                Outcome::Failed(failure) => {
                    let policy = failure
                        .setting_error()
                        .map(|error| self.setting_error(membership, registration, error));
                    suspend |= policy == Some(SettingErrorPolicy::Suspend);
                    match self.weight(failure, policy, membership) {
                        Weight::None => {}
                        Weight::Reject => rejected = true,
                        Weight::Retry { after } => retry = Some(retry.unwrap_or(None).max(after)),
                    }
                }
            };
            weigh(&output.message);
            output.notifications().iter().for_each(&mut weigh);
            output.events().iter().for_each(&mut weigh);
        }
        output.effects.suspend |= suspend;
        let store = self.reject == RejectPolicy::DeadLetter;
        match retry {
            // The sender stops, so it would not repeat the message: dead letters are where it is safe.
            Some(_) if output.effects.suspend && store && output.can_suspend() => {
                Verdict::DeadLetter
            }
            Some(after) => Verdict::Retry { after },
            None if !rejected => Verdict::Answer,
            None => match self.reject {
                RejectPolicy::Fail => Verdict::Fail,
                RejectPolicy::DeadLetter => Verdict::DeadLetter,
                RejectPolicy::Acknowledge => Verdict::Answer,
            },
        }
    }

    fn weight(
        &self,
        failure: &Failure,
        setting_error: Option<SettingErrorPolicy>,
        membership: bool,
    ) -> Weight {
        match (failure.kind(), setting_error) {
            (FailureKind::Retry { after }, _) => Weight::Retry { after },
            (FailureKind::Discard, _) => Weight::None,
            (FailureKind::Reject, Some(SettingErrorPolicy::Retry)) => Weight::Retry { after: None },
            // As the protocol says: the suspension is the answer.
            (FailureKind::Reject, Some(SettingErrorPolicy::Suspend))
                if membership && self.reject != RejectPolicy::DeadLetter =>
            {
                Weight::None
            }
            (FailureKind::Reject, _) => Weight::Reject,
        }
    }

    fn setting_error(
        &self,
        membership: bool,
        registration: &Registration,
        error: &SettingError,
    ) -> SettingErrorPolicy {
        let policy = if membership {
            self.setting_error_in_audience
        } else {
            self.setting_error_in_batch
        };
        let mut faults = error.faults().iter();
        match policy {
            SettingErrorPolicy::Suspend
                if !faults.all(|fault| registration.customer_can_set(fault.id())) =>
            {
                SettingErrorPolicy::Reject
            }
            _ => policy,
        }
    }
}

impl Output {
    /// Whether the answer has a place for a suspension.
    pub(super) fn can_suspend(&self) -> bool {
        matches!(
            self.message_type,
            Some(
                MessageType::EventProcessingRequest | MessageType::AudienceMembershipChangeRequest
            )
        )
    }
}
