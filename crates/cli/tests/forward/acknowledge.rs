//! Messages that are stored in a topic before they are processed, and their responses.

use hydrant::Invocation;
use hydrant::message::Uuid;
use hydrant_forward::config::Config;
use hydrant_forward::{AcknowledgeError, AcknowledgeFirst, Forwarder};
use serde_json::Value;

use crate::broker::Broker;
use crate::support::*;

fn config(broker: &Broker, topic: &str) -> Config {
    let mut config = Config::new();
    for setting in [
        "connection=kafka",
        "records=raw",
        "user_name=hydrant",
        "authentication_method=SCRAM-SHA-256",
        "patience=10s",
        &format!("bootstrap_servers={}", broker.sasl_ssl()),
        &format!("ca_file={}", broker.ca().display()),
        &format!("topic_name={topic}"),
    ] {
        config.set(setting).unwrap();
    }
    let password = ("HYDRANT_PASSWORD".into(), "hydrant-password".into());
    config.environment([password]).unwrap();
    config
}

fn messages_and_keys() -> [(String, &'static str, &'static str); 4] {
    let profile = r#"{"mpid":"-5","audiences":[]}"#;
    let changed = |profiles: &str| {
        format!(r#"{{"type":"audience_membership_change_request","user_profiles":[{profiles}]}}"#)
    };
    [
        (message(42, &[event(1)]), "event_processing_response", "42"),
        (
            changed(profile),
            "audience_membership_change_response",
            "-5",
        ),
        (
            changed(&format!("{profile},{profile}")),
            "audience_membership_change_response",
            "null",
        ),
        (
            r#"{"type":"dsr_processing_request","subject_request_type":"erasure"}"#.to_owned(),
            "dsr_processing_response",
            "null",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_is_stored() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let create = ["--create", "--topic", "stored", "--partitions", "1"];
    broker.tool("org.apache.kafka.tools.TopicCommand", &create);
    let forwarder = Forwarder::start(config(&broker, "stored")).await.unwrap();
    let first = AcknowledgeFirst::new(forwarder).unwrap();
    let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]));
    for (body, expected, _) in messages_and_keys() {
        let response = first.store(body.as_bytes(), &invocation).await.unwrap();
        let response: Value = serde_json::from_slice(&response).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(response["type"], expected);
        assert_eq!(response["timestamp_ms"], 1_714_592_744_066u64);
        match body.get("id") {
            Some(id) => assert_eq!(response["id"], *id),
            None => assert_eq!(response["id"], invocation.fresh_id().to_string()),
        }
        assert_ne!(response["suspend_subscription"], true);
    }
    let refused = |body: &'static str| {
        let (first, invocation) = (&first, &invocation);
        async move { first.store(body.as_bytes(), invocation).await.unwrap_err() }
    };
    let error = refused(GARBAGE).await;
    assert!(matches!(error, AcknowledgeError::Refused(_)), "{error}");
    for body in [
        r#"{"type":"module_registration_request"}"#,
        r#"{"type":"audience_subscription_request"}"#,
        r#"{"type":"event_processing_response"}"#,
    ] {
        let error = refused(body).await;
        assert!(
            matches!(error, AcknowledgeError::NotStorable { .. }),
            "{error}"
        );
    }
    let large = message(1, &vec![event(1); 12_000]);
    let error = first
        .store(large.as_bytes(), &invocation)
        .await
        .unwrap_err();
    assert!(
        matches!(error, AcknowledgeError::TooLarge { .. }),
        "{error}"
    );
    first.forwarder().close().await;
    let error = refused(r#"{"type":"event_processing_request"}"#).await;
    assert!(
        matches!(error, AcknowledgeError::Unconfirmed { .. }),
        "{error}"
    );

    let printed = broker.tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        &[
            "--topic",
            "stored",
            "--from-beginning",
            "--max-messages",
            "4",
            "--timeout-ms",
            "30000",
            "--formatter-property",
            "print.key=true",
        ],
    );
    let stored: Vec<_> = printed.lines().collect();
    let expected = messages_and_keys().map(|(body, _, key)| format!("{key}\t{body}"));
    assert_eq!(stored, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_stored_is_not_answered() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let create = ["--create", "--topic", "stored", "--partitions", "1"];
    broker.tool("org.apache.kafka.tools.TopicCommand", &create);
    let forwarder = Forwarder::start(config(&broker, "stored")).await.unwrap();
    let first = AcknowledgeFirst::new(forwarder).unwrap();
    let invocation = hydrant::host::system_invocation();
    let body = message(42, &[event(1)]);
    first.store(body.as_bytes(), &invocation).await.unwrap();
    broker.signal("KILL");
    let error = first.store(body.as_bytes(), &invocation).await.unwrap_err();
    assert!(
        matches!(error, AcknowledgeError::Unconfirmed { .. }),
        "{error}"
    );
    broker.restart();
    first.store(body.as_bytes(), &invocation).await.unwrap();
}

#[tokio::test]
async fn mapped_records_do_not_store_messages() {
    let mut config = Config::new();
    for setting in [
        "connection=http",
        "url=http://127.0.0.1:9/",
        "allow_http=on",
        "allow_private_addresses=on",
    ] {
        config.set(setting).unwrap();
    }
    let forwarder = Forwarder::start(config).await.unwrap();
    let error = AcknowledgeFirst::new(forwarder).unwrap_err();
    assert!(
        error.to_string().contains("`records` is not raw"),
        "{error}"
    );
}
