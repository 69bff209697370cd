//! [`Health`]: which failures of requests end a source, and which are reported.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hydrant::delivery::Fate;

use super::requests::Action;

/// For how long an action may be refused once it was not.
const LASTING: Duration = Duration::from_secs(60);

/// Errors of a kind within this time are one.
const SAME: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Health {
    receive: Permission,
    delete: Permission,
    hide: Permission,
    /// What was reported recently.
    reported: HashMap<String, Instant>,
}

/// Whether an action is permitted.
#[derive(Default)]
struct Permission {
    worked: bool,
    refused_since: Option<Instant>,
}

/// A failure that is news.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Somebody must mend it.
    Lasting(String),
    /// It is tried again.
    Passing(String),
}

impl Health {
    fn permission(&mut self, action: Action) -> &mut Permission {
        match action {
            Action::Receive => &mut self.receive,
            Action::Delete => &mut self.delete,
            Action::Hide => &mut self.hide,
        }
    }

    pub(super) fn works(&mut self, action: Action) {
        *self.permission(action) = Permission {
            worked: true,
            refused_since: None,
        };
    }

    /// A request has failed. What somebody must mend ends the source at its start, and later if it
    /// lasts: keys are exchanged while it runs.
    pub(super) fn refused(&mut self, action: Action, fate: Fate, now: Instant) -> Option<Trouble> {
        let (reason, halted) = match fate {
            Fate::Halted { reason } => (reason, true),
            Fate::Retry { reason, .. } | Fate::Rejected { reason } => (reason, false),
            _ => ("the answer is not known".into(), false),
        };
        let reason = format!("{}: {reason}", action.as_str());
        if halted {
            let permission = self.permission(action);
            let since = *permission.refused_since.get_or_insert(now);
            if !permission.worked || now - since >= LASTING {
                return Some(Trouble::Lasting(reason));
            }
        }
        self.reported.retain(|_, at| now - *at < SAME);
        if self.reported.contains_key(&reason) {
            return None;
        }
        self.reported.insert(reason.clone(), now);
        Some(Trouble::Passing(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_that_worked_may_be_missing_for_a_minute() {
        let (mut health, begin) = (Health::default(), Instant::now());
        let at = |seconds| begin + Duration::from_secs(seconds);
        let refused = |health: &mut Health, action, seconds| {
            health.refused(action, Fate::halted("no"), at(seconds))
        };
        let lasting = |name: &str| Some(Trouble::Lasting(format!("{name}: no")));
        let passing = |name: &str| Some(Trouble::Passing(format!("{name}: no")));
        let receive = "sqs:ReceiveMessage";
        assert_eq!(
            refused(&mut health, Action::Receive, 0),
            lasting(receive),
            "it never worked"
        );
        health.works(Action::Receive);
        assert_eq!(refused(&mut health, Action::Receive, 10), passing(receive));
        assert_eq!(refused(&mut health, Action::Receive, 30), None, "known");
        assert_eq!(refused(&mut health, Action::Receive, 41), passing(receive));
        // Another action does not count.
        health.works(Action::Hide);
        assert_eq!(refused(&mut health, Action::Receive, 70), lasting(receive));
        health.works(Action::Receive);
        assert_eq!(refused(&mut health, Action::Receive, 80), passing(receive));
        let delete = "sqs:DeleteMessage";
        assert_eq!(refused(&mut health, Action::Delete, 80), lasting(delete));
    }
}
