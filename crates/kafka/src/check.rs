//! The steps of [`check`](hydrant::delivery::Sink::check), each with an answer of its own: what is
//! wrong, and what to do about it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::Fate;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::metadata::Metadata;
use rdkafka::producer::Producer as _;
use rdkafka::types::RDKafkaErrorCode as Code;
use tokio::net::{TcpStream, lookup_host};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::access::KafkaAccess;
use crate::classify::{self, Fault, Step};
use crate::config::{KafkaConfig, OVERHEAD};
use crate::producer::{Events, Producer};

/// How long one step may take with one broker.
const STEP: Duration = Duration::from_secs(5);

/// How long a request waits before it is repeated, and a fault until it is believed.
const MOMENT: Duration = Duration::from_millis(500);

/// The same for a fault that does not say why, since a broker could be connected to: one of the
/// addresses of a name may refuse, and a broker may be starting.
const WHILE: Duration = Duration::from_secs(3);

/// DNS and TCP: one broker of the list can be reached. Otherwise what is wrong with the first.
pub(crate) async fn reach(access: &KafkaAccess, deadline: Instant) -> Result<(), Fate> {
    let wrong = |error: crate::ConfigError| Fate::halted(error.to_string());
    let mut first = None;
    for (host, port) in access.servers().map_err(wrong)? {
        let before = deadline.saturating_duration_since(Instant::now()).min(STEP);
        match timeout(before, connect(host, port)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(fate)) => first.get_or_insert(fate),
            Err(_) => first.get_or_insert_with(|| {
                Fate::retry(format!(
                    "TCP: {host}:{port} does not answer; check the port, and that firewalls let it \
                     pass"
                ))
            }),
        };
    }
    Err(first.unwrap_or_else(|| Fate::retry("the deadline has passed")))
}

async fn connect(host: &str, port: u16) -> Result<(), Fate> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let unknown = || {
        let problem = "cannot be resolved; check `bootstrap_servers` and the name server";
        Fate::retry(format!("DNS: the name {name} {problem}"))
    };
    let addresses = lookup_host((name, port)).await.map_err(|_| unknown())?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    if addresses.is_empty() {
        return Err(unknown());
    }
    match TcpStream::connect(&*addresses).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Fate::retry(format!(
            "TCP: {host}:{port} cannot be connected to ({}); check the port, and that the broker is \
             running",
            error.kind()
        ))),
    }
}

/// TLS, login and topic, by the producer itself, which connects since it exists.
pub(crate) async fn topic(
    producer: &Producer,
    config: &KafkaConfig,
    deadline: Instant,
) -> Result<(), Fate> {
    let fate = tokio::select! {
        biased;
        leaders = leaders(producer, &config.topic, deadline) => {
            for (host, port) in leaders? {
                reach_leader(&host, port, deadline).await?;
            }
            return limit(config, deadline).await;
        }
        fate = refused(producer, &config.access) => fate,
    };
    match fate {
        Fate::Halted { reason } if reason.contains(classify::CERTIFICATE) => {
            Err(certificate(&config.access, deadline).await)
        }
        fate => Err(fate),
    }
}

/// The first fault that waiting does not mend. It is given a moment, in which another broker of the
/// list may answer.
async fn refused(producer: &Producer, access: &KafkaAccess) -> Fate {
    loop {
        let changed = producer.events().changed();
        if let Some(fate) = producer.failure() {
            return fate;
        }
        let fault = producer.events().fault();
        let fault = fault.filter(|(fault, since)| since.elapsed() >= moment(fault));
        if let Some(fate) = fault.and_then(|(fault, _)| answer(&fault, access)) {
            return fate;
        }
        tokio::select! {
            () = changed => {}
            () = sleep(MOMENT) => {}
        }
    }
}

fn moment(fault: &Fault) -> Duration {
    match fault.step {
        Step::Connect | Step::Down if !fault.is_permanent() => WHILE,
        _ => MOMENT,
    }
}

/// What a fault means after a broker was connected to.
fn answer(fault: &Fault, access: &KafkaAccess) -> Option<Fate> {
    match (&fault.fate, fault.step) {
        (Fate::Halted { reason }, Step::Tls) => Some(Fate::halted(format!("TLS: {reason}"))),
        (Fate::Halted { reason }, Step::Login) => Some(Fate::halted(format!("SASL: {reason}"))),
        (Fate::Halted { .. }, Step::Connect) => Some(fault.fate.clone()),
        (_, Step::Tls) => Some(Fate::retry(
            "TLS: the broker closes the connection in the handshake; check that the port is one \
             with TLS (SSL or SASL_SSL)",
        )),
        // Whether it did so in the handshake or after it, the client does not always say.
        (_, Step::Ended | Step::Connect | Step::Down) if !access.has_login() => Some(Fate::retry(
            "TLS or SASL: the broker closes the connection; check that the port is one with TLS, \
             and set `user_name` and `password` if it needs a login (SASL_SSL)",
        )),
        _ => None,
    }
}

/// The brokers that lead partitions of the topic.
async fn leaders(
    producer: &Producer,
    topic: &str,
    deadline: Instant,
) -> Result<Vec<(String, u16)>, Fate> {
    let (client, name) = (producer.client(), topic.to_owned());
    let found = blocking(deadline, move || {
        let client = client.as_ref()?;
        match client.client().fetch_metadata(Some(&name), MOMENT) {
            Ok(metadata) => Some(of_topic(&metadata, &name)),
            Err(_) => None,
        }
    });
    let silent = || Fate::retry("the brokers do not answer a request for the topic");
    found.await.unwrap_or_else(|| Err(silent()))
}

fn of_topic(metadata: &Metadata, name: &str) -> Result<Vec<(String, u16)>, Fate> {
    let Some(topic) = metadata.topics().iter().find(|topic| topic.name() == name) else {
        return Err(Fate::retry("topic: the brokers answered without the topic"));
    };
    let error = topic.error().map(Code::from);
    match error {
        None => {}
        Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => {
            let reason = classify::unknown_topic(name);
            return Err(Fate::halted(format!("topic: {reason}")));
        }
        Some(Code::TopicAuthorizationFailed) => {
            let reason = classify::forbidden_topic(name);
            return Err(Fate::halted(format!("topic: {reason}")));
        }
        Some(code) => {
            let reason = format!("topic: `{name}` cannot be used now ({})", code as i32);
            return Err(Fate::retry(reason));
        }
    }
    let mut leaders: Vec<i32> = topic.partitions().iter().map(|it| it.leader()).collect();
    if leaders.is_empty() || leaders.contains(&-1) {
        let reason = format!("topic: not all partitions of `{name}` have a leader");
        return Err(Fate::retry(reason));
    }
    leaders.sort_unstable();
    leaders.dedup();
    let brokers = metadata.brokers().iter();
    let leading = brokers.filter(|broker| leaders.contains(&broker.id()));
    Ok(leading
        .map(|it| (it.host().to_owned(), u16::try_from(it.port()).unwrap_or(0)))
        .collect())
}

/// The address that a broker gives of itself, which is not that of the configuration.
async fn reach_leader(host: &str, port: u16, deadline: Instant) -> Result<(), Fate> {
    let before = deadline.saturating_duration_since(Instant::now()).min(STEP);
    if let Ok(Ok(())) = timeout(before, connect(host, port)).await {
        return Ok(());
    }
    Err(Fate::retry(format!(
        "TCP: the cluster names the broker {host}:{port}, which cannot be reached; check \
         `advertised.listeners` of the broker, the name server and firewalls"
    )))
}

/// Whether the topic accepts batches of the size of ours, if the user may read that.
async fn limit(config: &KafkaConfig, deadline: Instant) -> Result<(), Fate> {
    let time = deadline.saturating_duration_since(Instant::now()).min(STEP);
    let (access, topic) = (config.access.clone(), config.topic.clone());
    let accepted = move || {
        let events = Events::new(access.clone());
        let client = access.client_config().ok()?;
        let admin = AdminClient::from_config_and_context(&client, events).ok()?;
        let options = AdminOptions::new().request_timeout(Some(time));
        let resources = [ResourceSpecifier::Topic(&topic)];
        let described = admin.describe_configs(&resources, &options);
        let described = Handle::current().block_on(timeout(time, described));
        let described = described.ok()?.ok()?.into_iter().next()?.ok()?;
        let entry = described.get("max.message.bytes")?;
        entry.value.as_ref()?.parse::<usize>().ok()
    };
    let Some(accepted) = spawn_blocking(accepted).await.ok().flatten() else {
        return Ok(());
    };
    let ours = config.max_batch_bytes();
    if accepted >= ours {
        return Ok(());
    }
    Err(Fate::halted(format!(
        "topic: `{}` accepts batches of {accepted} bytes and we send up to {ours}; set its \
         max.message.bytes to {ours}, or `max_record_bytes` to {}",
        config.topic,
        accepted.saturating_sub(OVERHEAD)
    )))
}

/// Why a certificate is refused. OpenSSL does not say it through the library, so that a second
/// connection, without a login, does not look at the name.
async fn certificate(access: &KafkaAccess, deadline: Instant) -> Fate {
    let Ok(mut client) = access.client_config() else {
        return Fate::halted(format!("TLS: {}", classify::CERTIFICATE));
    };
    client.set("security.protocol", "ssl");
    for property in ["sasl.mechanism", "sasl.username", "sasl.password"] {
        client.remove(property);
    }
    client.set("ssl.endpoint.identification.algorithm", "none");
    let access = access.clone();
    let Ok(probe) = Producer::new(&client, &access).map(Arc::new) else {
        return Fate::halted(format!("TLS: {}", classify::CERTIFICATE));
    };
    let producer = Arc::clone(&probe);
    let before = deadline.min(Instant::now() + STEP);
    let is_trusted = blocking(before, move || {
        let client = producer.client()?;
        if client.client().fetch_metadata(None, MOMENT).is_ok() {
            return Some(true);
        }
        let (fault, _) = producer.events().fault()?;
        Some(!(fault.is_permanent() && fault.step == Step::Tls))
    });
    let is_trusted = is_trusted.await;
    let ended = || Fate::retry("the certificate was examined");
    // A library that ends connections while the process exits crashes.
    let _ = spawn_blocking(move || drop(probe.retire(ended(), Duration::ZERO))).await;
    let reason = match is_trusted {
        Some(true) => {
            "the certificate of the broker is not for its host name; list brokers by the names in \
             their certificates"
        }
        Some(false) => {
            "the certificate of the broker is not trusted; set `ca_file` to the certificate of its \
             authority"
        }
        None => classify::CERTIFICATE,
    };
    Fate::halted(format!("TLS: {reason}"))
}

/// Repeats a step that blocks until it has a result, the deadline has passed, or nobody waits.
async fn blocking<T: Send + 'static>(
    deadline: Instant,
    step: impl Fn() -> Option<T> + Send + 'static,
) -> Option<T> {
    let waiting = Arc::new(());
    let waits = Arc::downgrade(&waiting);
    let steps = move || {
        while waits.strong_count() > 0 && Instant::now() < deadline {
            if let Some(result) = step() {
                return Some(result);
            }
        }
        None
    };
    let result = spawn_blocking(steps).await.ok().flatten();
    drop(waiting);
    result
}
