//! [`Severity`]: which errors of the client end a source.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// How bad an error of the client is.
pub(super) enum Severity {
    /// It ends the source.
    Fatal(String),
    /// It ends the source, unless it is over soon: a broker that has just started knows neither
    /// topics nor users.
    Lasting(String),
    /// The client goes on by itself.
    Trouble(String),
    /// It says nothing.
    Nothing,
}

pub(super) fn severity(error: &KafkaError, topic: &str, group: &str) -> Severity {
    let Some(code) = error.rdkafka_error_code() else {
        return Severity::Trouble("the client has failed".to_owned());
    };
    if let KafkaError::MessageConsumptionFatal(_) = error {
        return Severity::Fatal(format!("the client has ended: {code}"));
    }
    match code {
        Code::UnknownTopicOrPartition | Code::UnknownTopic => {
            Severity::Lasting(format!("there is no topic {topic}; create it first"))
        }
        Code::TopicAuthorizationFailed => Severity::Fatal(format!(
            "the user may not read the topic {topic}; allow READ and DESCRIBE on it"
        )),
        Code::GroupAuthorizationFailed => Severity::Fatal(format!(
            "the user may not join the group {group}; allow READ on it"
        )),
        Code::ClusterAuthorizationFailed => {
            Severity::Fatal("the user may not use the cluster".to_owned())
        }
        Code::InconsistentGroupProtocol => Severity::Fatal(format!(
            "members of the group {group} that are not hydrant use another strategy of assignment; \
             use a group of its own"
        )),
        Code::InvalidSessionTimeout => Severity::Fatal(
            "the broker does not accept the session timeout; group.min.session.timeout.ms and \
             group.max.session.timeout.ms are its limits"
                .to_owned(),
        ),
        Code::Authentication | Code::SaslAuthenticationFailed => Severity::Lasting(
            "the broker refuses the user name, the password or the mechanism".to_owned(),
        ),
        Code::SSL => Severity::Lasting(
            "no TLS connection: the certificate of the broker is not trusted or not for its host \
             name, or the port does not use TLS"
                .to_owned(),
        ),
        Code::AllBrokersDown => Severity::Trouble("no broker can be reached".to_owned()),
        Code::BrokerTransportFailure | Code::Resolve | Code::OperationTimedOut => {
            Severity::Trouble("the connection to a broker failed".to_owned())
        }
        Code::PartitionEOF => Severity::Nothing,
        code => Severity::Trouble(code.to_string()),
    }
}
