//! [`Release`]: giving up partitions, and the end of the source.

use std::time::{Duration, Instant};

use hydrant_runtime::source::{Handler, SourceEvent};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer;

use super::{Member, numbers};
use crate::consumer::config::COMMIT_TIMEOUT;
use crate::consumer::task::Phase;

/// Partitions that the group takes away. The group waits until they are given up.
pub(super) struct Release {
    list: TopicPartitionList,
    numbers: Vec<i32>,
    /// Until when the end of their tasks is awaited.
    until: Instant,
    /// Until when their progress may be committed, once the tasks have ended.
    commit_until: Option<Instant>,
}

impl Release {
    pub(super) fn list(&self) -> &TopicPartitionList {
        &self.list
    }
}

impl<H: Handler> Member<H> {
    /// Hands over nothing more of these partitions, and waits for what is on its way.
    pub(super) fn revoked(&mut self, list: TopicPartitionList) {
        let numbers = numbers(&list);
        self.drain(&numbers, self.config.grace);
        self.releases.push(Release {
            list,
            numbers,
            until: self.patience(self.config.grace),
            commit_until: None,
        });
    }

    fn patience(&self, grace: Duration) -> Instant {
        Instant::now() + grace + self.config.release_timeout
    }

    fn drain(&mut self, numbers: &[i32], grace: Duration) {
        let end = tokio::time::Instant::now() + grace;
        let phase = match grace.is_zero() {
            true => Phase::Cancel,
            false => Phase::Drain(end),
        };
        for number in numbers {
            if let Some(partition) = self.partitions.get_mut(number) {
                partition.closed = true;
                // The earlier end counts.
                partition.phase.send_if_modified(|now| {
                    let later = match (*now, phase) {
                        (Phase::Cancel, _) => false,
                        (Phase::Drain(at), Phase::Drain(end)) => end < at,
                        _ => true,
                    };
                    if later {
                        *now = phase;
                    }
                    later
                });
            }
        }
        // What is fetched meanwhile is not wanted.
        let _ = self.consumer.pause(&self.list(numbers.iter().copied()));
    }

    /// Gives up partitions whose tasks have ended and whose progress is committed.
    pub(super) fn advance_releases(&mut self) {
        if self.releases.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut commits = false;
        for mut release in std::mem::take(&mut self.releases) {
            let open = release.numbers.iter().filter(|number| {
                let partition = self.partitions.get(number);
                partition.is_some_and(|partition| !partition.ended)
            });
            let open: Vec<i32> = open.copied().collect();
            if !open.is_empty() && now < release.until {
                self.releases.push(release);
                continue;
            }
            let until = *release.commit_until.get_or_insert(now + COMMIT_TIMEOUT);
            let uncommitted = release.numbers.iter().any(|number| {
                let partition = self.partitions.get(number);
                partition.is_some_and(|it| it.progress.uncommitted().is_some())
            });
            if uncommitted && !self.forgets && now < until && !self.consumer.assignment_lost() {
                commits = true;
                self.releases.push(release);
                continue;
            }
            self.give_up(release, &open);
        }
        if commits {
            self.commit_soon();
        }
    }

    fn give_up(&mut self, release: Release, open: &[i32]) {
        let lost = self.consumer.assignment_lost();
        for number in &release.numbers {
            let Some(partition) = self.partitions.remove(number) else {
                continue;
            };
            if open.contains(number) {
                partition.phase.send_replace(Phase::Cancel);
                self.handler
                    .report(SourceEvent::Abandoned { partition: *number });
            }
            if !partition.ended {
                self.leaving.insert(*number, partition.task);
            }
        }
        // The pause must not hold when this member gets them again.
        let _ = self.consumer.resume(&release.list);
        if let Err(error) = self.consumer.incremental_unassign(&release.list) {
            self.report_trouble(
                format!("cannot give up partitions: {error}"),
                Instant::now(),
            );
        }
        let partitions = release.numbers;
        self.handler.report(match lost {
            true => SourceEvent::Lost { partitions },
            false => SourceEvent::Released { partitions },
        });
    }

    /// Begins the end of the source. If it is called again, the shorter time counts.
    pub(super) fn stop(&mut self, grace: Duration) {
        let until = self.patience(grace);
        if self.stopping.is_some_and(|before| before <= until) {
            return;
        }
        self.stopping = Some(until);
        let all: Vec<i32> = self.partitions.keys().copied().collect();
        self.drain(&all, grace);
    }

    /// Whether the source stops, and everything is settled or cancelled, and committed.
    pub(super) fn is_done(&mut self) -> bool {
        let Some(until) = self.stopping else {
            return false;
        };
        let now = Instant::now();
        if now < until && self.partitions.values().any(|partition| !partition.ended) {
            return false;
        }
        let mut partitions = self.partitions.values();
        let is_committed = self.forgets || partitions.all(|it| it.progress.uncommitted().is_none());
        if is_committed || self.consumer.assignment_lost() {
            return true;
        }
        self.commit_soon();
        let begun = *self.last_commit_until.get_or_insert(now + COMMIT_TIMEOUT);
        begun <= now
    }
}
