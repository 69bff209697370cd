//! [`Host`]: options of a function, and its start.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use hydrant::Engine;
use hydrant::delivery::Sink;
use hydrant::host::{Module, granted_threads};
use hydrant_runtime::{DeadLetters, Processing, Targets};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

use crate::function::Function;
use crate::service::{BodyLayer, take_body};
use crate::telemetry::{self, Metrics, Telemetry};

/// The variable with the address of the runtime API.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// The time that is left for the answer after the deadline of handlers and sinks.
const MARGIN: Duration = Duration::from_millis(250);

/// The length of messages, in bytes, for which a warm environment keeps its buffers.
const KEPT_BYTES: usize = 1 << 20;

/// How long connections may take to end at the shutdown, for which Lambda leaves 500 ms.
#[cfg(feature = "graceful-shutdown")]
const CLOSE_GRACE: Duration = Duration::from_millis(200);

/// Runs a module as an AWS Lambda function, with default options: [`Host`] has the others.
///
/// It takes modules with async handlers and with synchronous ones, and starts a tokio runtime. It
/// returns only if the function cannot start, or if the connection to the runtime API fails; Lambda
/// then starts the function again.
///
/// # Errors
///
/// See [`Host::run`].
pub fn run<P, K: 'static>(module: P) -> Result<(), Error>
where
    P: Module<K> + 'static,
{
    Host::new(module.into_engine()).run()
}

/// Like [`run`], for a function that reads from a queue of Amazon SQS; see [`Host::run_sqs`].
///
/// # Errors
///
/// See [`Host::run`].
pub fn run_sqs<P, K: 'static>(module: P) -> Result<(), Error>
where
    P: Module<K> + 'static,
{
    Host::new(module.into_engine()).run_sqs()
}

/// A function with options.
///
/// ```no_run
/// use std::time::Duration;
/// use hydrant::Engine;
/// use hydrant_lambda::Host;
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// # fn stream() -> hydrant_testing::MemorySink { hydrant_testing::MemorySink::new() }
/// # fn queue() -> hydrant_testing::MemorySink { hydrant_testing::MemorySink::new() }
///
/// fn main() -> Result<(), hydrant_lambda::Error> {
///     Host::new(Engine::new_async(Acme))
///         .deliver_to(stream())
///         .dead_letters_to(queue())
///         .deadline_margin(Duration::from_millis(500))
///         .run()
/// }
/// ```
#[must_use = "nothing runs until `run` is called"]
pub struct Host<P, K> {
    engine: Engine<P>,
    targets: Targets,
    margin: Duration,
    #[cfg(feature = "graceful-shutdown")]
    hook: Option<crate::shutdown::Hook>,
    logs: bool,
    namespace: Option<String>,
    kind: PhantomData<fn() -> K>,
}

impl<P: Module<K> + 'static, K: 'static> Host<P, K> {
    /// A function with this engine and its policies.
    pub fn new(engine: Engine<P>) -> Self {
        Self {
            engine,
            targets: Targets::new(),
            margin: MARGIN,
            #[cfg(feature = "graceful-shutdown")]
            hook: None,
            logs: true,
            namespace: Some("Hydrant".to_owned()),
            kind: PhantomData,
        }
    }

    /// Delivers the records that handlers emit to this target, and settles the events that they are
    /// from, before the message is answered. Without a target a message with records is not
    /// answered, because they would be lost.
    ///
    /// Records have the key that the handler gave them, the time of the message, and its account
    /// with the settings, which a sink may need for its address or its authentication.
    pub fn deliver_to(mut self, sink: impl Sink + 'static) -> Self {
        self.targets = self.targets.records(sink);
        self
    }

    /// Stores what is rejected in this target, and then answers the message: sets
    /// [`RejectPolicy::DeadLetter`](hydrant::engine::RejectPolicy::DeadLetter).
    pub fn dead_letters_to(mut self, sink: impl Sink + 'static) -> Self {
        self.targets = self.targets.letters_to(sink);
        self
    }

    /// Like [`dead_letters_to`](Self::dead_letters_to), for any other destination.
    /// [`FileDeadLetters::open`](hydrant_runtime::FileDeadLetters::open) refuses to run in a
    /// function: local files are lost with the environment.
    pub fn dead_letters(mut self, letters: impl DeadLetters + 'static) -> Self {
        self.targets = self.targets.letters(letters);
        self
    }

    /// Sets the time between the deadline of handlers and sinks and that of the invocation, in which
    /// the function answers that the message is to be repeated. 250 ms by default.
    pub fn deadline_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// With the feature `graceful-shutdown`: when Lambda ends the environment, closes the sinks and then runs this hook. Both together may
    /// take 500 ms.
    ///
    /// Lambda sends a signal only to functions with an extension, so that this registers an internal
    /// one, which costs one request at the start. Without a hook nothing is lost either: records are
    /// delivered, dead letters are stored, and logs and metrics are written before the answer.
    #[cfg(feature = "graceful-shutdown")]
    #[cfg_attr(docsrs, doc(cfg(feature = "graceful-shutdown")))]
    pub fn on_shutdown<F>(mut self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.hook = Some(Box::new(|| Box::pin(hook())));
        self
    }

    /// Does not set up log lines. They remain events of the crate `tracing`, for a subscriber of the
    /// program, and panics are printed as usual, with texts that may contain personal data.
    pub fn without_logs(mut self) -> Self {
        self.logs = false;
        self
    }

    /// Sets the namespace of the metrics in CloudWatch, `Hydrant` by default.
    pub fn metrics_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Writes no metrics.
    pub fn without_metrics(mut self) -> Self {
        self.namespace = None;
        self
    }

    /// Runs the function: starts a tokio runtime, handles invocations, and returns only with an
    /// error. The runtime has one thread if less than two virtual CPUs are granted, and otherwise as
    /// many as there are virtual CPUs.
    ///
    /// # Errors
    ///
    /// - The program is not running as a function: the variables that Lambda sets are missing.
    /// - The program has set another recorder of the crate `metrics`.
    /// - The connection to the runtime API failed. Lambda starts the function again.
    pub fn run(self) -> Result<(), Error> {
        block_on(self.serve())
    }

    /// Like [`run`](Self::run), for a function that reads from a queue of Amazon SQS. Each record of
    /// an event contains a message, or an event of another service with messages.
    ///
    /// The answer lists the records that failed (`batchItemFailures`), so the event source mapping
    /// must have `ReportBatchItemFailures`; without it Amazon SQS deletes them. Up to 16 records are
    /// handled at the same time. Those of a message group of a FIFO queue are handled in order, and
    /// after one that failed, all later ones of the group fail, too. Set a redrive policy on the
    /// queue: a message that cannot be parsed always fails.
    ///
    /// # Errors
    ///
    /// See [`run`](Self::run).
    pub fn run_sqs(self) -> Result<(), Error> {
        block_on(self.serve_sqs())
    }

    /// Like [`run`](Self::run), on the tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// See [`run`](Self::run).
    pub async fn serve(self) -> Result<(), Error> {
        let function = self.start().await?;
        let handler = service_fn(move |event: LambdaEvent<()>| {
            let (body, function) = (take_body(), Arc::clone(&function));
            async move { function.invoke(body, event.context).await }
        });
        Runtime::new(handler)
            .layer(BodyLayer)
            .run_concurrent()
            .await
    }

    /// Like [`run_sqs`](Self::run_sqs), on the tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// See [`run`](Self::run).
    pub async fn serve_sqs(self) -> Result<(), Error> {
        let function = self.start().await?;
        let handler = service_fn(move |event: LambdaEvent<()>| {
            let (body, function) = (take_body(), Arc::clone(&function));
            async move { function.invoke_sqs(body, event.context).await }
        });
        Runtime::new(handler)
            .layer(BodyLayer)
            .run_concurrent()
            .await
    }

    async fn start(self) -> Result<Arc<Function<P, K>>, Error> {
        for variable in [
            RUNTIME_API,
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION",
        ] {
            if std::env::var_os(variable).is_none() {
                let what =
                    "this program is an AWS Lambda function; to try it, use `cargo lambda watch`";
                return Err(format!("{variable} is not set: {what}").into());
            }
        }
        check_runtime_api()?;
        if self.logs {
            telemetry::install_logs();
            telemetry::install_panic_hook();
        }
        if cfg!(panic = "abort") {
            tracing::warn!(
                "a panic of a handler ends the environment with all of its invocations; set `panic = \
                 \"unwind\"` in the profile, because `cargo lambda build --release` sets \"abort\""
            );
        }
        for finding in self.engine.check() {
            tracing::warn!(
                rule = finding.rule,
                path = finding.path,
                finding = finding.message,
                "check of the module"
            );
        }
        let metrics = self.namespace.map(Metrics::install).transpose();
        let metrics = metrics.map_err(|error| {
            format!("another recorder of metrics is set: use `Host::without_metrics`: {error}")
        })?;
        let function = Arc::new(Function {
            processing: Processing::start(self.engine, self.targets, KEPT_BYTES),
            margin: self.margin,
            telemetry: Telemetry::new(metrics),
        });
        #[cfg(feature = "graceful-shutdown")]
        if let Some(hook) = self.hook {
            let closing = Arc::clone(&function);
            crate::shutdown::install(
                move || async move { closing.processing.close(CLOSE_GRACE).await },
                hook,
            )
            .await;
        }
        Ok(function)
    }
}

/// `lambda_runtime` panics if the variable is not an address.
fn check_runtime_api() -> Result<(), Error> {
    let address = std::env::var(RUNTIME_API).unwrap_or_default();
    let address = address.parse::<::http::Uri>().ok();
    match address.is_some_and(|address| address.authority().is_some()) {
        true => Ok(()),
        false => Err(format!(
            "{RUNTIME_API} is not an address; expected a host and a port, such as 127.0.0.1:9001"
        )
        .into()),
    }
}

/// Runs a future on a tokio runtime that fits the memory size: with one thread if less than two
/// virtual CPUs are granted, and otherwise with as many threads. For functions whose sinks or
/// clients are created by async functions:
///
/// ```no_run
/// use hydrant::Engine;
/// use hydrant_lambda::Host;
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// # async fn stream() -> hydrant_testing::MemorySink { hydrant_testing::MemorySink::new() }
///
/// fn main() -> Result<(), hydrant_lambda::Error> {
///     hydrant_lambda::block_on(async {
///         Host::new(Engine::new_async(Acme))
///             .deliver_to(stream().await)
///             .serve()
///             .await
///     })
/// }
/// ```
///
/// # Errors
///
/// That of the future, and if the runtime cannot be started.
pub fn block_on(serving: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let threads = granted_threads();
    let mut runtime = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    if threads > 1 {
        runtime.worker_threads(threads);
    }
    runtime.enable_all().build()?.block_on(serving)
}

impl<P, K> fmt::Debug for Host<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("delivers", &self.targets.delivers_records())
            .field("stores_dead_letters", &self.targets.stores_letters())
            .field("margin", &self.margin)
            .finish_non_exhaustive()
    }
}
