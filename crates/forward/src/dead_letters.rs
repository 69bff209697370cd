//! [`Letters`]: where the dead letters of a configuration are stored.

use std::time::{Duration, Instant};

use hydrant::delivery::DeadLetter;
use hydrant_runtime::{DeadLetterError, DeadLetters as _, FileDeadLetters, FileOptions};

use crate::config::{Config, ConfigError, Reader};

/// Whether letters are deleted because of their age or the size of all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    /// As the configuration says.
    Configured,
    /// Never: redelivery must not delete a letter that it has not tried.
    Off,
}

/// Where the dead letters of a configuration are stored.
pub(crate) enum Letters {
    Folder(FileDeadLetters),
    #[cfg(feature = "aws")]
    Queue(hydrant_runtime::SinkDeadLetters<hydrant_aws::SqsQueue>),
}

/// The setting that errors recommend if no destination of dead letters is set. Not a folder in AWS
/// Lambda, where files are lost.
pub(crate) fn setting_to_name() -> &'static str {
    match std::env::var_os("AWS_LAMBDA_FUNCTION_NAME") {
        Some(_) => "dead_letter_queue_url",
        None => "dead_letters",
    }
}

impl Letters {
    /// The destination, if there is one.
    pub(crate) async fn open(config: &Config, limits: Limits) -> Result<Option<Self>, ConfigError> {
        let mut reader = Reader::new(config);
        let queue = reader.text("dead_letter_queue_url").is_some();
        let folder = reader.text("dead_letters").is_some();
        if queue && folder {
            reader.refuse("set only one of `dead_letters` and `dead_letter_queue_url`");
        }
        reader.finish(())?;
        if queue {
            return self::queue(config).await.map(Some);
        }
        Ok(self::folder(config, limits)?.map(Self::Folder))
    }

    /// The number of letters that were deleted because of their age or size.
    pub(crate) fn expired(&self) -> u64 {
        match self {
            Self::Folder(folder) => folder.stats().expired_letters,
            #[cfg(feature = "aws")]
            Self::Queue(_) => 0,
        }
    }

    /// The number of letters that were deleted because of the size of all.
    pub(crate) fn evicted(&self) -> u64 {
        match self {
            Self::Folder(folder) => folder.stats().evicted_letters,
            #[cfg(feature = "aws")]
            Self::Queue(_) => 0,
        }
    }

    /// The setting that names the destination.
    fn setting(&self) -> &'static str {
        match self {
            Self::Folder(_) => "dead_letters",
            #[cfg(feature = "aws")]
            Self::Queue(_) => "dead_letter_queue_url",
        }
    }

    /// The most bytes of a letter; `None` if there is no limit.
    fn largest(&self) -> Option<usize> {
        match self {
            Self::Folder(_) => None,
            #[cfg(feature = "aws")]
            Self::Queue(queue) => Some(queue.largest_letter()),
        }
    }

    /// Whether the destination accepts a letter of this size.
    pub(crate) fn accepts(&self, letter: &DeadLetter<'_>) -> bool {
        self.largest().is_none_or(|largest| {
            let mut line = Vec::new();
            letter.write(&mut line);
            line.len() <= largest
        })
    }

    /// Stores a letter, or says why it is not stored, and where it should be. The deadline is that of
    /// a call which must be answered.
    pub(crate) async fn put(
        &self,
        letter: &DeadLetter<'_>,
        deadline: Option<Instant>,
    ) -> Result<(), String> {
        let put = self.try_put(letter, deadline).await;
        put.map_err(|error| format!("`{}`: {error}", self.setting()))
    }

    async fn try_put(
        &self,
        letter: &DeadLetter<'_>,
        deadline: Option<Instant>,
    ) -> Result<(), DeadLetterError> {
        if letter.withheld_bytes() > 0 {
            return Err(DeadLetterError::new(
                "the message cannot be read, and a dead letter could hold secret settings of it",
            ));
        }
        let mut line = Vec::new();
        letter.write(&mut line);
        match (self, deadline) {
            (Self::Folder(folder), None) => folder.put(line).await,
            (Self::Folder(folder), Some(deadline)) => folder.put_until(line, deadline).await,
            #[cfg(feature = "aws")]
            (Self::Queue(queue), None) => queue.put(line).await,
            #[cfg(feature = "aws")]
            (Self::Queue(queue), Some(deadline)) => queue.put_until(line, deadline).await,
        }
    }
}

/// Opens the folder with dead letters that `dead_letters` names, if there is one.
fn folder(config: &Config, limits: Limits) -> Result<Option<FileDeadLetters>, ConfigError> {
    let mut reader = Reader::new(config);
    let path = reader.text("dead_letters");
    let options = FileOptions::default();
    let bytes = reader.number("dead_letter_file_bytes");
    let options = FileOptions::default()
        .file(bytes.unwrap_or(options.file_bytes), options.file_age)
        .max_bytes(
            reader
                .number("dead_letter_max_bytes")
                .unwrap_or(options.max_bytes),
        )
        .retention(
            reader
                .duration("dead_letter_retention")
                .unwrap_or(options.retention),
        );
    let options = match (reader.finish(options)?, limits) {
        (options, Limits::Configured) => options,
        (options, Limits::Off) => options.max_bytes(u64::MAX).retention(Duration::MAX),
    };
    let opened = path
        .map(|path| FileDeadLetters::open(path, options))
        .transpose();
    opened.map_err(|error| ConfigError::new(format!("`dead_letters`: {error}")))
}

#[cfg(feature = "aws")]
async fn queue(config: &Config) -> Result<Letters, ConfigError> {
    use hydrant::delivery::SchedulerOptions;
    use hydrant_runtime::{Pipeline, PipelineOptions, SinkDeadLetters};
    /// How long a letter may wait for the queue.
    const PATIENCE: Duration = Duration::from_secs(60);
    /// How long after a halt the queue is tried again.
    const HALT_PROBE: Duration = Duration::from_secs(1);
    let Some(queue) = crate::aws::queue(config).await? else {
        return Err(ConfigError::new("`dead_letter_queue_url` is missing"));
    };
    let scheduler = SchedulerOptions::default().halt_probe(HALT_PROBE);
    let pipeline = Pipeline::new(queue, PipelineOptions::default().scheduler(scheduler));
    Ok(Letters::Queue(SinkDeadLetters::new(pipeline, PATIENCE)))
}

#[cfg(not(feature = "aws"))]
async fn queue(_: &Config) -> Result<Letters, ConfigError> {
    Err(crate::sink::without("aws", "`dead_letter_queue_url`"))
}
