//! [`iam_policy`]: the permissions that the configured clients need (`connections.md`, section 2).

use crate::config::{ConfigError, FirehoseConfig, SqsConfig, is_account_id};

/// What is done with a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueUse {
    /// Dead letters are stored in it and taken back.
    DeadLetters,
    /// Whole messages are stored in it.
    Store,
    /// Its messages are processed.
    Source,
}

impl QueueUse {
    fn actions(self) -> &'static [&'static str] {
        match self {
            Self::DeadLetters => &[
                "sqs:SendMessage",
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
            ],
            Self::Store => &["sqs:SendMessage", "sqs:GetQueueAttributes"],
            Self::Source => &[
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:ChangeMessageVisibility",
            ],
        }
    }
}

/// The IAM policy, as JSON, for a user or a role that delivers to this stream and uses these queues.
/// The stream comes with the number of the AWS account that owns it; queues have it in their URL.
///
/// ```
/// use hydrant_aws::{FirehoseConfig, QueueUse, SqsConfig, iam_policy};
///
/// let stream = FirehoseConfig::new("events");
/// let policy = iam_policy(Some((&stream, "123456789012")), &[])?;
/// assert!(policy.contains("arn:aws:firehose:us-east-1:123456789012:deliverystream/events"));
/// assert!(!policy.contains("PutRecordBatch"));
///
/// let queue = SqsConfig::new("https://sqs.eu-west-1.amazonaws.com/123456789012/raw.fifo");
/// let policy = iam_policy(None, &[(QueueUse::Source, &queue)])?;
/// assert!(policy.contains("sqs:ChangeMessageVisibility"));
/// # Ok::<(), hydrant_aws::ConfigError>(())
/// ```
///
/// # Errors
///
/// A setting that is wrong, or an account that is not a number of 12 digits.
pub fn iam_policy(
    stream: Option<(&FirehoseConfig, &str)>,
    queues: &[(QueueUse, &SqsConfig)],
) -> Result<String, ConfigError> {
    let mut statements = Vec::new();
    if let Some((stream, account_id)) = stream {
        stream.validate()?;
        if !is_account_id(account_id) {
            let problem = "is not the number of an AWS account; expected 12 digits";
            return Err(ConfigError::new("account_id", problem));
        }
        let mut actions = vec!["firehose:DescribeDeliveryStream", "firehose:PutRecord"];
        if stream.put_record_batch {
            actions.push("firehose:PutRecordBatch");
        }
        let region = stream.access.region();
        let name = &stream.delivery_stream_name;
        let resource = format!("firehose:{region}:{account_id}:deliverystream/{name}");
        statements.push(statement(&actions, region, &resource));
    }
    for (what, queue) in queues {
        queue.validate()?;
        let region = queue.access.region();
        let (account, name) = queue.account_and_name().unwrap_or_default();
        let resource = format!("sqs:{region}:{account}:{name}");
        statements.push(statement(what.actions(), region, &resource));
    }
    let statements = statements.join(",\n");
    Ok(format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statements}\n  ]\n}}\n"
    ))
}

/// One statement. Everything in it has been validated, and needs no escapes.
fn statement(actions: &[&str], region: &str, resource: &str) -> String {
    let partition = match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    };
    let actions = actions.join("\",\n        \"");
    format!(
        "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": [\n        \"{actions}\"\n      \
         ],\n      \"Resource\": [\"arn:{partition}:{resource}\"]\n    }}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AwsAccess;
    use serde_json::{Value, json};

    fn parsed(stream: &FirehoseConfig, queues: &[(QueueUse, &SqsConfig)]) -> Value {
        let policy = iam_policy(Some((stream, "123456789012")), queues).unwrap();
        serde_json::from_str(&policy).unwrap()
    }

    #[test]
    fn the_documented_policy() {
        let access = AwsAccess::new().with_region("eu-west-1");
        let stream = FirehoseConfig::new("events").with_access(access);
        assert_eq!(
            parsed(&stream, &[]),
            json!({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                "Action":["firehose:DescribeDeliveryStream","firehose:PutRecord"],
                "Resource":["arn:aws:firehose:eu-west-1:123456789012:deliverystream/events"]}]})
        );
    }

    #[test]
    fn batches_queues_and_partitions() {
        let access = AwsAccess::new().with_region("cn-north-1");
        let stream = FirehoseConfig::new("events").with_access(access);
        let queue = SqsConfig::new("https://sqs.us-gov-west-1.amazonaws.com/210987654321/dead");
        let uses = [
            (QueueUse::DeadLetters, &queue),
            (QueueUse::Store, &queue),
            (QueueUse::Source, &queue),
        ];
        let policy = parsed(&stream.with_put_record_batch(true), &uses);
        assert_eq!(
            policy["Statement"][0]["Action"][2],
            "firehose:PutRecordBatch"
        );
        let arn = "arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/events";
        assert_eq!(policy["Statement"][0]["Resource"][0], arn);
        let arn = "arn:aws-us-gov:sqs:us-gov-west-1:210987654321:dead";
        for at in 1..=3 {
            assert_eq!(policy["Statement"][at]["Resource"][0], arn);
        }
        assert_eq!(
            policy["Statement"][3]["Action"],
            json!([
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:ChangeMessageVisibility"
            ])
        );
    }

    #[test]
    fn wrong_accounts() {
        let error = iam_policy(Some((&FirehoseConfig::new("events"), "\"")), &[]).unwrap_err();
        assert_eq!(error.setting(), "account_id");
    }
}
