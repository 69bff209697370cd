//! `hydrant aws-policy`.

use crate::support::*;

const ARGS: [&str; 5] = [
    "aws-policy",
    "--account-id",
    "123456789012",
    "--set",
    "delivery_stream_name=events",
];

#[cfg(not(feature = "aws"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let ran = run(&ARGS).exits(2);
    assert!(ran.err.contains("needs the feature `aws`"), "{}", ran.err);
    let setup = Setup::new(&["connection=kinesis", "delivery_stream_name=events"]);
    let ran = setup.forwards(messages([1], 1), &[]).exits(2);
    assert!(ran.err.contains("needs the feature `aws`"), "{}", ran.err);
}

#[cfg(feature = "aws")]
mod with_aws {
    use serde_json::{Value, json};

    use super::*;

    fn policy(more: &[&str]) -> Value {
        let args = [&ARGS[..], &["--set", "connection=kinesis"], more].concat();
        serde_json::from_str(&run(&args).exits(0).out).unwrap()
    }

    fn allowed(actions: &[&str], resource: &str) -> Value {
        json!({"Effect": "Allow", "Action": actions, "Resource": [resource]})
    }

    /// connections.md, section 2.
    #[test]
    fn it_is_the_documented_policy() {
        let stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/events";
        let actions = [
            "firehose:DescribeDeliveryStream",
            "firehose:PutRecord",
            "firehose:PutRecordBatch",
        ];
        let documented =
            |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements});
        assert_eq!(policy(&[]), documented(&[allowed(&actions[..2], stream)]));
        assert_eq!(
            policy(&["--set", "put_record_batch=on"]),
            documented(&[allowed(&actions, stream)])
        );
        let queue = "dead_letter_queue_url=https://sqs.eu-west-1.amazonaws.com/210987654321/dead";
        let with_queue = [
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ];
        assert_eq!(
            policy(&["--set", queue]),
            documented(&[
                allowed(&actions[..2], stream),
                allowed(&with_queue, "arn:aws:sqs:eu-west-1:210987654321:dead")
            ])
        );
        let region = ["--set", "aws_region_endpoint=cn-north-1"];
        let stream = "arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/events";
        assert_eq!(
            policy(&region),
            documented(&[allowed(&actions[..2], stream)])
        );
    }

    /// Queues need no account, and their target no permission of AWS.
    #[test]
    fn queues_without_a_stream() {
        let queue = |name: &str| {
            format!("{name}=https://sqs.eu-west-1.amazonaws.com/210987654321/raw.fifo")
        };
        let (source, store) = (queue("source_queue_url"), queue("queue_url"));
        let resource = "arn:aws:sqs:eu-west-1:210987654321:raw.fifo";
        for (connection, setting, actions) in [
            (
                "connection=http",
                source,
                &[
                    "sqs:ReceiveMessage",
                    "sqs:DeleteMessage",
                    "sqs:ChangeMessageVisibility",
                ][..],
            ),
            (
                "connection=sqs",
                store,
                &["sqs:SendMessage", "sqs:GetQueueAttributes"],
            ),
        ] {
            let args = ["aws-policy", "--set", connection, "--set", &setting];
            let policy: Value = serde_json::from_str(&run(&args).exits(0).out).unwrap();
            assert_eq!(policy["Statement"], json!([allowed(actions, resource)]));
        }
        let ran = run(&["aws-policy", ARGS[3], ARGS[4]]).exits(2);
        assert!(ran.err.contains("`account_id` is missing"), "{}", ran.err);
    }

    #[test]
    fn wrong_accounts_and_streams_are_refused() {
        let args = ["aws-policy", "--account-id", "12", ARGS[3], ARGS[4]];
        let ran = run(&args).exits(2);
        assert!(ran.err.contains("12 digits"), "{}", ran.err);
        let ran = run(&ARGS[..3]).exits(2);
        assert!(ran.err.contains("delivery_stream_name"), "{}", ran.err);
    }
}
