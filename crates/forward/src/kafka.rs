//! Apache Kafka.

use std::time::Duration;

use hydrant_kafka::{
    Compression, KafkaAccess, KafkaConfig, KafkaSink, KafkaSource, KafkaSourceConfig, Mechanism,
};
use hydrant_runtime::DynSink;

use crate::config::{Config, ConfigError, Reader};

/// The sink for the topic. It begins to connect.
pub(crate) fn sink(config: &Config) -> Result<DynSink, ConfigError> {
    let mut reader = Reader::new(config);
    let access = access(&mut reader, "");
    let kafka = KafkaConfig::new(access, reader.required("topic_name"))
        .with_compression(match reader.choice("compression") {
            Some("gzip") => Compression::Gzip,
            Some("zstd") => Compression::Zstd,
            _ => Compression::None,
        })
        .with_max_record_bytes(reader.size("max_record_bytes"))
        .with_max_in_flight(reader.size("max_in_flight"));
    let kafka = reader.finish(kafka)?;
    let sink = KafkaSink::new(kafka).map_err(|error| ConfigError::new(error.to_string()))?;
    Ok(DynSink::new(sink))
}

/// The member of the consumer group that a configuration describes (`source_topic` and so on). `grace`
/// and `release` are those of [`KafkaSourceConfig`].
pub(crate) fn source(
    config: &Config,
    grace: Duration,
    release: Duration,
) -> Result<KafkaSource, ConfigError> {
    let mut reader = Reader::new(config);
    let access = access(&mut reader, "source_");
    let (topic, group) = (
        reader.required("source_topic"),
        reader.required("source_group"),
    );
    let source = KafkaSourceConfig::new(access, topic, group)
        .with_session_timeout(
            reader
                .duration("source_session_timeout")
                .unwrap_or_default(),
        )
        .with_window_bytes(reader.size("max_memory"))
        .with_grace(grace)
        .with_release_timeout(release);
    let source = reader.finish(source)?;
    KafkaSource::new(source).map_err(wrong)
}

/// The settings of a source have names of their own.
fn wrong(error: hydrant_kafka::ConfigError) -> ConfigError {
    let name = match error.setting() {
        "topic_name" => "source_topic".to_owned(),
        "release_timeout" => "request_timeout".to_owned(),
        name => format!("source_{name}"),
    };
    let text = error.to_string();
    ConfigError::new(text.replacen(&format!("`{}`", error.setting()), &format!("`{name}`"), 1))
}

/// The brokers and the login, from the settings whose names begin with this prefix: none for the
/// target, `source_` for the source.
pub(crate) fn access(reader: &mut Reader<'_>, prefix: &str) -> KafkaAccess {
    let named = |name: &str| format!("{prefix}{name}");
    let mut access = KafkaAccess::new(reader.required(&named("bootstrap_servers")));
    if let Some(name) = reader.choice(&named("authentication_method")) {
        match name.parse::<Mechanism>() {
            Ok(mechanism) => access = access.with_mechanism(mechanism),
            Err(error) => reader.refuse(error.to_string()),
        }
    }
    if let Some(user) = reader.text(&named("user_name")) {
        access = access.with_user_name(user);
    }
    if let Some(password) = reader.secret(&named("password")) {
        access = access.with_password(password.expose());
    }
    if let Some(path) = reader.text(&named("ca_file")) {
        access = access.with_ca_file(path);
    }
    access
}
