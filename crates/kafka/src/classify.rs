//! What errors of librdkafka mean. The texts are our own: those of brokers may name the user.

use hydrant::delivery::Fate;
use rdkafka::types::RDKafkaErrorCode as Code;

use crate::access::KafkaAccess;

/// An error of the connection, not of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What it means for the records that wait: [`Fate::Halted`] or [`Fate::Retry`].
    pub(crate) fate: Fate,
    /// The step of the connection that failed.
    pub(crate) step: Step,
}

/// The steps of a connection, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// No broker can be used. Brokers that close connections without an answer cause nothing else.
    Down,
    Connect,
    Tls,
    Login,
    /// The connection ended, and nothing says why.
    Ended,
}

impl Fault {
    fn halted(step: Step, reason: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        let fate = Fate::halted(reason);
        Self { fate, step }
    }

    fn retry(step: Step, reason: &'static str) -> Self {
        let fate = Fate::retry(reason);
        Self { fate, step }
    }

    /// Whether somebody must mend it.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self.fate, Fate::Halted { .. })
    }
}

/// An error that the client reports while it connects. `text` is that of librdkafka, which tells
/// apart what has one code. `None`: it says nothing more than others before it.
pub(crate) fn fault(access: &KafkaAccess, code: Code, text: &str) -> Option<Fault> {
    let has = |part: &str| text.contains(part);
    Some(match code {
        Code::SSL if has("certificate verify failed") || has("verify broker certificate") => {
            Fault::halted(Step::Tls, CERTIFICATE)
        }
        Code::SSL if has("did not provide a certificate") => {
            Fault::halted(Step::Tls, "the broker has no certificate")
        }
        Code::SSL if has("wrong version number") || has("packet length too long") => {
            Fault::halted(Step::Tls, "the port of the broker does not use TLS")
        }
        Code::SSL => Fault::retry(Step::Tls, "the TLS handshake with a broker failed"),
        Code::Authentication | Code::SaslAuthenticationFailed
            if has("Unsupported SASL mechanism") =>
        {
            let mechanism = access.mechanism().as_str();
            let reason = format!(
                "the broker does not accept the mechanism {mechanism}; set `authentication_method` \
                 to one that it accepts"
            );
            Fault::halted(Step::Login, reason)
        }
        Code::Authentication if has("current SASL state") => Fault::halted(
            Step::Login,
            "the port of the broker does not use SASL; use its SASL_SSL port, or set no user name",
        ),
        // The connection ended within the handshake.
        Code::Authentication if has("handshake failed") => {
            Fault::retry(Step::Login, "the login at a broker failed")
        }
        Code::Authentication | Code::SaslAuthenticationFailed => Fault::halted(
            Step::Login,
            "the broker refuses the user name or the password; check `user_name`, `password` and \
             `authentication_method`",
        ),
        Code::Resolve => Fault::retry(Step::Connect, "the name of a broker cannot be resolved"),
        // The handshake began and the broker closed the connection: it is stopping, or expects
        // something else than TLS.
        Code::BrokerTransportFailure if has("PLAINTEXT broker listener") => Fault::retry(
            Step::Tls,
            "a broker closed the connection in the TLS handshake",
        ),
        Code::BrokerTransportFailure if has("refused") => {
            Fault::retry(Step::Connect, "a broker refuses the connection")
        }
        Code::BrokerTransportFailure => {
            Fault::retry(Step::Ended, "the connection to a broker ended")
        }
        Code::AllBrokersDown => Fault::retry(Step::Down, "no broker can be used"),
        Code::OperationTimedOut => Fault::retry(Step::Connect, "a broker does not answer"),
        _ => return None,
    })
}

pub(crate) const CERTIFICATE: &str = "the certificate of the broker is not trusted or not for its host name; set `ca_file` for a \
     private authority, and list brokers by the names in their certificates";

/// What ended a producer for good.
pub(crate) fn fatal(code: Code) -> Fate {
    match code {
        Code::ClusterAuthorizationFailed => Fate::halted(
            "the user may not write with an idempotent producer; allow IDEMPOTENT_WRITE on the \
             cluster, or WRITE on the topic",
        ),
        Code::UnsupportedFeature | Code::UnsupportedVersion => Fate::halted(
            "the brokers have no idempotent producers; Apache Kafka 0.11 or later is needed",
        ),
        // A batch failed, and the reports of its records say why.
        Code::GaplessGuarantee => Fate::retry("an earlier batch of the partition failed"),
        Code::Fenced | Code::OutOfOrderSequenceNumber | Code::UnknownProducerId => {
            Fate::retry("the brokers have lost the state of the producer")
        }
        _ => Fate::retry("the producer failed"),
    }
}

/// Whether a record of the batch is invalid; all records of it are reported like that.
pub(crate) fn is_invalid(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidRecord | Code::InvalidTimestamp | Code::InvalidDifferentRecord
    )
}

/// The fate of a record that was not delivered, alone in its batch if [`is_invalid`]. Errors that are not listed are retried.
pub(crate) fn record(code: Code, topic: &str, max_record_bytes: usize) -> Fate {
    match code {
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge => Fate::halted(format!(
            "the topic `{topic}` refuses a batch as too large; set its max.message.bytes to {}, or \
             `max_record_bytes` to less than its max.message.bytes",
            max_record_bytes + crate::config::OVERHEAD
        )),
        Code::InvalidRecord => Fate::rejected("the broker refuses the record as invalid"),
        Code::InvalidTimestamp => Fate::rejected(
            "the time of the record is outside of what the topic accepts \
             (message.timestamp.before.max.ms, message.timestamp.after.max.ms)",
        ),
        Code::InvalidDifferentRecord => Fate::retry("another record of the batch was refused"),
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            Fate::halted(unknown_topic(topic))
        }
        Code::InvalidTopic => Fate::halted(format!("the brokers refuse the name `{topic}`")),
        Code::TopicAuthorizationFailed => Fate::halted(forbidden_topic(topic)),
        Code::ClusterAuthorizationFailed => fatal(code),
        Code::UnsupportedCompressionType | Code::UnsupportedForMessageFormat => Fate::halted(
            "the brokers do not accept this compression or format of records; choose another \
             `compression`",
        ),
        Code::InvalidRequiredAcks | Code::UnsupportedVersion => {
            Fate::halted("the brokers do not accept the requests of this client")
        }
        Code::PurgeQueue | Code::PurgeInflight | Code::Fatal => {
            Fate::retry("the producer was replaced")
        }
        Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => {
            Fate::retry("the partition has too few replicas in sync")
        }
        Code::MessageTimedOut | Code::RequestTimedOut => {
            Fate::retry("no report of the brokers in time")
        }
        _ => Fate::retry(format!("the brokers answered an error ({})", code as i32)),
    }
}

pub(crate) fn unknown_topic(topic: &str) -> String {
    format!("the topic `{topic}` does not exist; create it, or check `topic_name`")
}

pub(crate) fn forbidden_topic(topic: &str) -> String {
    format!("the user may not write to the topic `{topic}`; allow WRITE and DESCRIBE on it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_halted(fate: &Fate) -> bool {
        matches!(fate, Fate::Halted { .. })
    }

    /// An error that is not listed may be an outage.
    #[test]
    fn other_errors_are_retried() {
        for code in [
            Code::Unknown,
            Code::Fail,
            Code::NoError,
            Code::BrokerTransportFailure,
            Code::MessageTimedOut,
            Code::NotLeaderForPartition,
            Code::NotEnoughReplicas,
            Code::NotEnoughReplicasAfterAppend,
            Code::KafkaStorageError,
            Code::OutOfOrderSequenceNumber,
            Code::UnknownProducerId,
            Code::InvalidProducerEpoch,
            Code::InvalidDifferentRecord,
            Code::InvalidMessage,
            Code::PurgeQueue,
            Code::PurgeInflight,
            Code::Fatal,
            Code::ThrottlingQuotaExceeded,
        ] {
            let retried = |fate: &Fate| matches!(fate, Fate::Retry { .. });
            assert!(retried(&record(code, "t", 1)), "{code:?}");
            assert!(retried(&fatal(code)), "{code:?}");
        }
    }

    #[test]
    fn permanent_errors_halt() {
        for code in [
            Code::UnknownTopic,
            Code::TopicAuthorizationFailed,
            Code::ClusterAuthorizationFailed,
            Code::MessageSizeTooLarge,
        ] {
            assert!(is_halted(&record(code, "t", 1)), "{code:?}");
        }
        let access = KafkaAccess::new("a:1");
        for (code, text) in [
            (
                Code::SSL,
                "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed",
            ),
            (
                Code::Authentication,
                "SASL authentication error: Authentication failed: jane",
            ),
            (
                Code::Authentication,
                "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: x",
            ),
        ] {
            let fault = fault(&access, code, text).unwrap();
            assert!(fault.is_permanent(), "{text}");
            assert!(!format!("{fault:?}").contains("jane"));
        }
    }

    #[test]
    fn a_broker_that_stops_does_not_halt() {
        let access = KafkaAccess::new("a:1");
        for (code, text) in [
            (
                Code::SSL,
                "SSL handshake failed: error:00000000:lib(0)::reason(0)",
            ),
            (
                Code::BrokerTransportFailure,
                "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?",
            ),
            (
                Code::Authentication,
                "SASL PLAIN mechanism handshake failed: Local: Broker transport failure: ",
            ),
            (Code::Resolve, "Failed to resolve 'a:1'"),
        ] {
            assert!(
                !fault(&access, code, text).unwrap().is_permanent(),
                "{text}"
            );
        }
    }
}
