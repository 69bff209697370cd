//! [`Context`]: the callbacks of librdkafka, which only note what happened.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rdkafka::ClientContext;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::RDKafkaRespErr;

/// What the group or the broker has decided.
pub(super) enum Decision {
    Assigned(TopicPartitionList),
    /// To be given up; the group waits for it.
    Revoked(TopicPartitionList),
    /// Somebody else has them already.
    Lost(TopicPartitionList),
    /// The result of a commit.
    Committed(KafkaResult<TopicPartitionList>),
}

#[derive(Default)]
pub(super) struct Context {
    decisions: Mutex<Vec<Decision>>,
    /// Whether the consumer is being closed, and nobody reads decisions.
    pub(super) closing: AtomicBool,
}

impl Context {
    pub(super) fn decisions(&self) -> Vec<Decision> {
        let mut decisions = self
            .decisions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut decisions)
    }

    pub(super) fn push(&self, decision: Decision) {
        let mut decisions = self
            .decisions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        decisions.push(decision);
    }
}

impl ClientContext for Context {
    /// Errors come from polling.
    fn error(&self, _: KafkaError, _: &str) {}

    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
}

impl ConsumerContext for Context {
    /// Partitions are given up later, when what is on its way is settled. Until then, librdkafka goes
    /// on with heartbeats, fetches nothing, and polling is not blocked, so that the other partitions
    /// process what they have.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            // Noted before the first record of them arrives.
            self.push(Decision::Assigned(partitions.clone()));
            let _ = consumer.incremental_assign(partitions);
            return;
        }
        let lost = consumer.assignment_lost();
        if lost || self.closing.load(Ordering::SeqCst) {
            let _ = consumer.incremental_unassign(partitions);
        }
        self.push(match lost {
            true => Decision::Lost(partitions.clone()),
            false => Decision::Revoked(partitions.clone()),
        });
    }
}
