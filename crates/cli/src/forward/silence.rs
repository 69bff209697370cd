//! [`Silence`]: says that nothing is delivered, while the target does not accept anything.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use hydrant::delivery::SchedulerStats;
use hydrant_forward::Forwarder;
use tokio::time::{MissedTickBehavior, interval};

use crate::terminal;

/// After which time without a delivery it is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// After which time the same is said again.
const REPEATED_AFTER: Duration = Duration::from_secs(30);

const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// Since when nothing is delivered, and what was said about it.
pub(super) struct Silence {
    /// Records delivered or rejected.
    ended: u64,
    since: Instant,
    said: Option<(Instant, Option<String>)>,
}

impl Silence {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            ended: 0,
            since: now,
            said: None,
        }
    }

    /// Writes lines to standard error, forever.
    pub(super) async fn report(mut self, forwarder: &Forwarder) {
        let mut looking = interval(LOOKED_EVERY);
        looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looking.tick().await;
            let reason = forwarder.trouble();
            if let Some(line) = self.look(Instant::now(), &forwarder.stats(), reason) {
                terminal::complain(&line);
            }
        }
    }

    /// What is to be said now, if anything.
    fn look(
        &mut self,
        now: Instant,
        stats: &SchedulerStats,
        reason: Option<Cow<'static, str>>,
    ) -> Option<String> {
        let ended = stats.delivered + stats.rejected;
        if ended != self.ended || stats.records == 0 {
            (self.ended, self.since, self.said) = (ended, now, None);
            return None;
        }
        let silent = now.saturating_duration_since(self.since);
        let reason = reason.map(Cow::into_owned);
        let is_news = match &self.said {
            None => true,
            Some((at, said)) => {
                *said != reason || now.saturating_duration_since(*at) >= REPEATED_AFTER
            }
        };
        if silent < PATIENCE || !is_news {
            return None;
        }
        let line = format!(
            "warning: nothing has been delivered for {} s, records that wait: {}: {}",
            silent.as_secs(),
            stats.records,
            reason.as_deref().unwrap_or("the target has not answered")
        );
        self.said = Some((now, reason));
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(delivered: u64, records: usize) -> SchedulerStats {
        let mut stats = SchedulerStats::default();
        stats.delivered = delivered;
        stats.records = records;
        stats
    }

    #[test]
    fn a_silence_is_reported_once_per_reason_and_every_thirty_seconds() {
        let begin = Instant::now();
        let mut silence = Silence::new(begin);
        let mut said = Vec::new();
        for second in 0..120 {
            let now = begin + Duration::from_secs(second);
            // A delivery at 60 s; nothing waits from 90 s on.
            let stats = stats(u64::from(second >= 60), if second < 90 { 7 } else { 0 });
            let reason = match second {
                0..5 => None,
                5..15 => Some("503".into()),
                _ => Some("refused".into()),
            };
            if let Some(line) = silence.look(now, &stats, reason) {
                said.push((second, line));
            }
        }
        let expected = [
            (10, 10, "503"),
            (15, 15, "refused"),
            (45, 45, "refused"),
            (70, 10, "refused"),
        ];
        let expected = expected.map(|(second, silent, reason)| {
            let line = format!(
                "warning: nothing has been delivered for {silent} s, records that wait: 7: {reason}"
            );
            (second, line)
        });
        assert_eq!(said, expected);
    }
}
