//! Decides the verdict on a message from the outcomes of its parts and the policies of the host.

use std::time::Duration;

use crate::message::MessageType;
use crate::processor::{Failure, FailureKind, Outcome, Output, Verdict};
use crate::registration::{Registration, SettingError};

/// How a message is answered if something in it was rejected, because it can never be processed or
/// because its handler panicked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectPolicy {
    /// The message is not answered, so the sender keeps and repeats it until it gives up on it.
    #[default]
    Fail,
    /// The host stores what was rejected and then answers ([`Verdict::DeadLetter`]).
    DeadLetter,
    /// The message is answered, and what was rejected is lost.
    Acknowledge,
}

/// What happens if a handler returns a [`SettingError`], a permanent fault in one customer's
/// configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingErrorPolicy {
    /// The sender is asked to suspend the subscription until a user has corrected the
    /// configuration.
    ///
    /// A membership change is answered with the suspension; with [`RejectPolicy::DeadLetter`] the
    /// host stores it first. Any other message is rejected as well, and the [`RejectPolicy`]
    /// applies. If the customer cannot correct a faulty setting, because it is not registered or
    /// because it is invisible and set by the module, the policy is [`Reject`](Self::Reject)
    /// instead.
    Suspend,
    /// It is rejected, and the [`RejectPolicy`] applies.
    Reject,
    /// It is to be retried.
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

/// The effect of a failure on the verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// The message can be answered.
    None,
    Reject,
    Retry {
        after: Option<Duration>,
    },
}

impl Policies {
    /// Decides the verdict on a message and whether setting faults suspend the subscription.
    pub(super) fn verdict(&self, registration: &Registration, output: &mut Output) -> Verdict {
        let membership = output.message_type == Some(MessageType::AudienceMembershipChangeRequest);
        let (mut rejected, mut retry, mut suspend) = (false, None, false);
        {
            let mut weigh = |outcome: &Outcome| match outcome {
                Outcome::Done | Outcome::Skipped => {}
                Outcome::Unsettled => retry = Some(retry.unwrap_or(None)),
                Outcome::Failed(failure) => {
                    let error = failure.setting_error();
                    let error = error.filter(|_| failure.kind() == FailureKind::Reject);
                    let policy =
                        error.map(|error| self.setting_error(membership, registration, error));
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
            // A suspended sender would not repeat the message, so what is to be retried is stored.
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
            // The response carries the suspension (`lambda-and-http.md`, section 5).
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
        let can_correct = !error.faults().is_empty()
            && faults.all(|fault| registration.customer_can_set(fault.id(), membership));
        match policy {
            SettingErrorPolicy::Suspend if !can_correct => SettingErrorPolicy::Reject,
            _ => policy,
        }
    }
}

impl Output {
    /// Whether the response has a field for a suspension.
    pub(super) fn can_suspend(&self) -> bool {
        matches!(
            self.message_type,
            Some(
                MessageType::EventProcessingRequest | MessageType::AudienceMembershipChangeRequest
            )
        )
    }
}
