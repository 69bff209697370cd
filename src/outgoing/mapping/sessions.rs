//! The session starts of a request, by session (outgoing-mapping.md, section 5).

use super::job::Job;
use crate::message::{Event, Uuid};

/// What the events of a session learn from its start.
#[derive(Clone, Copy)]
pub(super) struct Session {
    id: i64,
    /// The position of the event.
    at: usize,
    /// When it started.
    pub(super) start_ms: Option<i64>,
    /// Its identifier at the source.
    pub(super) uuid: Option<Uuid>,
}

/// The sessions that start in a request. Of several starts of one session the first counts.
pub(super) struct Sessions<'m>(&'m [Session]);

impl<'m> Sessions<'m> {
    pub(super) fn of(job: &Job<'m>, events: &[Event<'_>]) -> Self {
        let mut sessions = job.list(0);
        for (at, event) in events.iter().enumerate() {
            if let Event::SessionStart(start) = event
                && let Some(id) = start.common.session_id
            {
                sessions.push(Session {
                    id,
                    at,
                    start_ms: start.common.timestamp_ms,
                    uuid: start.common.source_id.and_then(|text| text.parse().ok()),
                });
            }
        }
        sessions.sort_unstable_by_key(|session| (session.id, session.at));
        sessions.dedup_by_key(|session| session.id);
        Self(sessions.into_bump_slice())
    }

    pub(super) fn get(&self, id: i64) -> Option<&Session> {
        let found = self.0.binary_search_by_key(&id, |session| session.id);
        self.0.get(found.ok()?)
    }
}
