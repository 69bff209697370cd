//! The settings of this package: the target, delivery, and what is stored. Those of the records are
//! declared in `hydrant::outgoing`.

use super::setting::{Kind, Setting, Users};

/// Terse constructors for the table.
const fn setting(name: &'static str, kind: Kind, users: Users, about: &'static str) -> Setting {
    Setting {
        name,
        aliases: &[],
        kind,
        default: None,
        secret: false,
        users,
        about,
    }
}

impl Setting {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

const GIGABYTE: u64 = 1 << 30;

/// The settings, in the order in which they are documented.
pub(super) static OWN: &[Setting] = &[
    setting(
        "connection",
        Kind::Choice(&["kinesis", "kafka", "audience", "http", "sqs"]),
        Users::ALL,
        "What is forwarded where: events to Amazon Data Firehose (kinesis), to Apache Kafka or to an HTTP API, audience memberships to Amazon Data Firehose, or whole messages to Amazon SQS",
    ),
    setting(
        "records",
        Kind::Choice(&["mapped", "raw"]),
        Users::KINESIS.and(Users::KAFKA).and(Users::SQS),
        "Whether records hold the events of the connection or whole messages with their account settings, which are secret, for `hydrant consume`; a queue of Amazon SQS needs raw",
    )
    .or("mapped"),
    // Amazon Data Firehose (connections.md 2 to 4).
    setting(
        "delivery_stream_name",
        Kind::Text,
        Users::AWS,
        "The delivery stream, whose source is Direct PUT",
    )
    .alias(&["stream_name"]),
    setting(
        "aws_region_endpoint",
        Kind::Text,
        Users::AWS.and(Users::SQS),
        "The region of the stream, and of queues whose URL does not name one",
    )
    .or("us-east-1")
    .alias(&["kinesis_service_region"]),
    setting(
        "access_key_id",
        Kind::Text,
        Users::AWS.and(Users::SQS),
        "The access key of the IAM user; without it, the standard chain of credentials applies",
    ),
    setting(
        "secret_access_key",
        Kind::Text,
        Users::AWS.and(Users::SQS),
        "The secret of the access key",
    )
    .secret(),
    setting(
        "session_token",
        Kind::Text,
        Users::AWS.and(Users::SQS),
        "The session token of temporary credentials",
    )
    .secret(),
    setting(
        "endpoint_url",
        Kind::Text,
        Users::AWS.and(Users::SQS),
        "The address of the service, in place of that of the region or of the URL of a queue",
    ),
    setting(
        "record_delimiter",
        Kind::Text,
        Users::AWS,
        "A text after each record, for receivers that concatenate records; \\n is a line end",
    ),
    setting(
        "put_record_batch",
        Kind::Bool,
        Users::AWS,
        "Whether up to 500 records are sent per request; needs the permission firehose:PutRecordBatch",
    )
    .or("off"),
    // Amazon SQS.
    setting(
        "queue_url",
        Kind::Text,
        Users::SQS,
        "The queue for whole messages; that of a FIFO queue ends with .fifo",
    ),
    // Apache Kafka (connections.md 6).
    setting(
        "bootstrap_servers",
        Kind::Text,
        Users::KAFKA,
        "Brokers of the cluster, as HOST:PORT with commas between them; the connection is always TLS",
    ),
    setting("topic_name", Kind::Text, Users::KAFKA, "The topic"),
    setting(
        "authentication_method",
        Kind::Choice(&["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
        Users::KAFKA,
        "How the user is authenticated",
    )
    .or("PLAIN"),
    setting(
        "user_name",
        Kind::Text,
        Users::KAFKA,
        "The user; without one there is no login",
    ),
    setting(
        "ca_file",
        Kind::Text,
        Users::KAFKA,
        "A PEM file with the certificates to trust, in place of those of the system",
    ),
    setting(
        "max_record_bytes",
        Kind::Bytes(1024, 999_998_964),
        Users::KAFKA,
        "The size above which a record is divided; max.message.bytes of the topic is at least 1036 bytes more",
    )
    .or("1047552"),
    // The HTTP API of a partner.
    setting(
        "url",
        Kind::Text,
        Users::HTTP,
        "The address; {name} is the account setting of that name",
    ),
    setting(
        "method",
        Kind::Choice(&["POST", "PUT", "PATCH"]),
        Users::HTTP,
        "The method of requests",
    )
    .or("POST"),
    setting(
        "headers",
        Kind::Map,
        Users::HTTP,
        "Headers, which may hold credentials; {name} is the account setting of that name",
    )
    .secret(),
    setting(
        "body",
        Kind::Choice(&["array", "ndjson", "single"]),
        Users::HTTP,
        "Whether a request holds a JSON array of records, one record per line, or one record",
    )
    .or("array"),
    setting(
        "compression",
        Kind::Choice(&["none", "gzip", "zstd"]),
        Users::HTTP.and(Users::KAFKA),
        "The compression of requests, or of batches of records",
    )
    .or("none"),
    setting(
        "batch_records",
        Kind::Integer(1, 10_000),
        Users::HTTP,
        "The greatest number of records in a request",
    )
    .or("500"),
    setting(
        "batch_bytes",
        Kind::Bytes(1, GIGABYTE),
        Users::HTTP,
        "The greatest size of a request before compression",
    )
    .or("4M"),
    setting(
        "authentication",
        Kind::Choice(&["none", "bearer", "basic", "hmac"]),
        Users::HTTP,
        "How requests are authenticated",
    )
    .or("none"),
    setting(
        "token_setting",
        Kind::Text,
        Users::HTTP,
        "The account setting with the token, if each customer has one",
    ),
    setting(
        "user_setting",
        Kind::Text,
        Users::HTTP,
        "The account setting with the user, if each customer has one",
    ),
    setting(
        "password_setting",
        Kind::Text,
        Users::HTTP,
        "The account setting with the password, if each customer has one",
    ),
    setting(
        "hmac_key_setting",
        Kind::Text,
        Users::HTTP,
        "The account setting with the HMAC key, if each customer has one",
    ),
    setting("token", Kind::Text, Users::HTTP, "The token of bearer authentication").secret(),
    setting("user", Kind::Text, Users::HTTP, "The user of basic authentication"),
    setting(
        "password",
        Kind::Text,
        Users::HTTP.and(Users::KAFKA),
        "The password of basic authentication, or of the user of Apache Kafka",
    )
    .secret(),
    setting(
        "hmac_key",
        Kind::Text,
        Users::HTTP,
        "The key of the HMAC-SHA-256 of the body",
    )
    .secret(),
    setting(
        "hmac_header",
        Kind::Text,
        Users::HTTP,
        "The header of the HMAC",
    )
    .or("X-Signature"),
    setting(
        "hmac_prefix",
        Kind::Text,
        Users::HTTP,
        "A text before the HMAC, such as sha256=",
    ),
    setting(
        "hmac_encoding",
        Kind::Choice(&["hex", "base64"]),
        Users::HTTP,
        "How the HMAC is written",
    )
    .or("hex"),
    setting(
        "hmac_timestamp_header",
        Kind::Text,
        Users::HTTP,
        "A header with the time in seconds; the HMAC is then that of the time, a full stop and the body",
    ),
    setting(
        "errors_pointer",
        Kind::Text,
        Users::HTTP,
        "A JSON pointer to the list of failed records in a response that is a success, for example /errors; without the setting, a success means that all records are delivered",
    ),
    setting(
        "error_index_pointer",
        Kind::Text,
        Users::HTTP,
        "A JSON pointer in each element of that list to the position of the record, counted from 0",
    )
    .or("/index"),
    setting(
        "error_status_pointer",
        Kind::Text,
        Users::HTTP,
        "A JSON pointer in each element of that list to the HTTP status of the record; one without a status is sent again",
    ),
    setting(
        "error_retry_codes",
        Kind::List,
        Users::HTTP,
        "Texts in place of the status for which a record is sent again; any other text that is not a number rejects it",
    ),
    setting(
        "allow_http",
        Kind::Bool,
        Users::HTTP,
        "Whether addresses without TLS are accepted",
    )
    .or("off"),
    setting(
        "allow_private_addresses",
        Kind::Bool,
        Users::HTTP,
        "Whether loopback, private and link-local addresses are accepted",
    )
    .or("off"),
    setting(
        "allow_redirects",
        Kind::Bool,
        Users::HTTP,
        "Whether redirects are followed",
    )
    .or("off"),
    // Delivery.
    setting(
        "max_in_flight",
        Kind::Integer(1, 1_000),
        Users::ALL,
        "The greatest number of requests at the same time",
    )
    .or("8"),
    setting(
        "linger",
        Kind::Duration,
        Users::ALL,
        "How long a request waits for more records",
    )
    .or("5ms"),
    setting(
        "request_timeout",
        Kind::Duration,
        Users::ALL,
        "How long one attempt may take",
    )
    .or("30s"),
    setting(
        "retry_base",
        Kind::Duration,
        Users::ALL,
        "The bound of the wait before the first retry, which doubles with each",
    )
    .or("100ms"),
    setting(
        "retry_cap",
        Kind::Duration,
        Users::ALL,
        "The greatest bound of the wait before a retry",
    )
    .or("20s"),
    setting(
        "retry_attempts",
        Kind::Integer(1, 1_000_000),
        Users::ALL,
        "The greatest number of attempts for a record",
    )
    .or("10"),
    setting(
        "patience",
        Kind::Duration,
        Users::ALL,
        "How long a record may wait in all, with its retries",
    )
    .or("1h"),
    setting(
        "max_memory",
        Kind::Bytes(1 << 20, 1 << 40),
        Users::ALL,
        "The greatest size of all records that wait; reading pauses while it is reached",
    )
    .or("64M"),
    setting(
        "deduplication_window",
        Kind::Integer(0, 100_000_000),
        Users::EVENTS,
        "How many of the latest event ids are remembered, so that a repeated event is not forwarded again; 0 for none",
    )
    .or("0"),
    // The source of `hydrant consume`.
    setting(
        "source_bootstrap_servers",
        Kind::Text,
        Users::ALL,
        "consume: brokers of the source, HOST:PORT with commas between them",
    ),
    setting(
        "source_topic",
        Kind::Text,
        Users::ALL,
        "consume: the topic whose records are messages",
    ),
    setting(
        "source_group",
        Kind::Text,
        Users::ALL,
        "consume: the consumer group, whose members share the topic",
    )
    .or("hydrant"),
    setting(
        "source_queue_url",
        Kind::Text,
        Users::ALL,
        "consume: the queue of Amazon SQS whose messages are messages, in place of a topic; the access key is that of the other settings",
    ),
    setting(
        "source_authentication_method",
        Kind::Choice(&["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
        Users::ALL,
        "consume: how the user of the source is authenticated",
    )
    .or("PLAIN"),
    setting(
        "source_user_name",
        Kind::Text,
        Users::ALL,
        "consume: the user; without one, the brokers need none",
    ),
    setting(
        "source_password",
        Kind::Text,
        Users::ALL,
        "consume: the password of the user",
    )
    .secret(),
    setting(
        "source_ca_file",
        Kind::Text,
        Users::ALL,
        "consume: a PEM file with the only certificates that are trusted, in place of those of the system",
    ),
    setting(
        "source_session_timeout",
        Kind::Duration,
        Users::ALL,
        "consume: after which time the partitions or messages of a process that has crashed go to others",
    )
    .or("45s"),
    // Dead letters.
    setting(
        "dead_letters",
        Kind::Text,
        Users::ALL,
        "A folder for the dead letters of records that the target rejects",
    )
    .alias(&["dead_letter_folder"]),
    setting(
        "dead_letter_queue_url",
        Kind::Text,
        Users::ALL,
        "A standard queue of Amazon SQS for dead letters of at most 1 MiB, instead of a folder",
    ),
    setting(
        "dead_letter_file_bytes",
        Kind::Bytes(1 << 16, 1 << 40),
        Users::ALL,
        "The size at which a new file for dead letters is begun",
    )
    .or("64M"),
    setting(
        "dead_letter_max_bytes",
        Kind::Bytes(1 << 16, 1 << 40),
        Users::ALL,
        "The size of all dead letters above which the oldest are deleted",
    )
    .or("1G"),
    setting(
        "dead_letter_retention",
        Kind::Duration,
        Users::ALL,
        "How long dead letters are kept",
    )
    .or("14d"),
    setting(
        "account_settings",
        Kind::Map,
        Users::HTTP,
        "Account settings for dead letters, which do not store them: ACCOUNT.name for one account, name for all",
    )
    .secret(),
    // The module that hosts run.
    setting(
        "module_name",
        Kind::Text,
        Users::ALL,
        "AWS Lambda: the name in the registration, which customers see",
    )
    .or("hydrant"),
    setting(
        "module_description",
        Kind::Text,
        Users::ALL,
        "AWS Lambda: the description in the registration, of less than 230 characters",
    ),
    // Identities sent.
    setting(
        "identity_store",
        Kind::Text,
        Users::AUDIENCE,
        "A file for the identities last sent of each member, which send_remove_on_identity_change needs",
    ),
];
