//! [`AnyProcessor`]: what modules with synchronous and with async handlers have in common for the
//! commands of a user's program.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hydrant::host::granted_threads;
use hydrant::{AsyncProcessor, Engine, Error, Invocation, Output, Pending, Processor, Scratch};
use tokio::runtime::{Builder, Runtime};

/// A module that [`run`](crate::run) takes: an implementation of [`Processor`] or of
/// [`AsyncProcessor`]. `Kind` is inferred, and cannot be if a type implements both.
///
/// ```no_run
/// use hydrant::message::{CustomEvent, EventType};
/// use hydrant::{AsyncProcessor, Call, Engine, Failure, Registration};
///
/// struct Module;
///
/// impl AsyncProcessor for Module {
///     type Batch = ();
///     fn registration(&self) -> Registration {
///         Registration::new("Acme", "1.0").events([EventType::CustomEvent])
///     }
///     async fn custom_event(
///         &self,
///         _: &mut Call<'_>,
///         _: &mut (),
///         _: &CustomEvent<'_>,
///     ) -> Result<(), Failure> {
///         Ok(())
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     hydrant_cli::run(&Engine::new_async(Module))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    note = "implement `hydrant::Processor` or `hydrant::AsyncProcessor`"
)]
pub trait AnyProcessor<Kind>: Send + Sync + Sized {
    #[doc(hidden)]
    const IS_ASYNC: bool;

    #[doc(hidden)]
    fn process<'e>(
        engine: &'e Engine<Self>,
        body: &'e [u8],
        scratch: &'e mut Scratch,
        invocation: &'e Invocation,
        output: &'e mut Output,
    ) -> impl Future<Output = Result<Pending<'e, &'e mut Output>, Error>>;
}

/// The kind of modules with async handlers.
#[derive(Debug)]
pub struct AsyncHandlers;

/// The kind of modules with synchronous handlers.
#[derive(Debug)]
pub struct SyncHandlers;

impl<P: AsyncProcessor> AnyProcessor<AsyncHandlers> for P {
    const IS_ASYNC: bool = true;

    async fn process<'e>(
        engine: &'e Engine<Self>,
        body: &'e [u8],
        scratch: &'e mut Scratch,
        invocation: &'e Invocation,
        output: &'e mut Output,
    ) -> Result<Pending<'e, &'e mut Output>, Error> {
        engine
            .process_into_async(body, scratch, invocation, output)
            .await
    }
}

impl<P: Processor> AnyProcessor<SyncHandlers> for P {
    const IS_ASYNC: bool = false;

    async fn process<'e>(
        engine: &'e Engine<Self>,
        body: &'e [u8],
        scratch: &'e mut Scratch,
        invocation: &'e Invocation,
        output: &'e mut Output,
    ) -> Result<Pending<'e, &'e mut Output>, Error> {
        engine.process_into(body, scratch, invocation, output)
    }
}

/// What runs the futures of a module.
pub(crate) enum Driver {
    /// Those of synchronous handlers never wait. They run without a runtime, because handlers may
    /// block on one of their own, which tokio refuses inside of another.
    OnePoll,
    Tokio(Runtime),
}

impl Driver {
    /// The driver for a module: the runtime has as many threads as that of `hydrant-lambda`.
    pub(crate) fn of<P: AnyProcessor<Kind>, Kind>() -> io::Result<Self> {
        if !P::IS_ASYNC {
            return Ok(Self::OnePoll);
        }
        let threads = granted_threads();
        let mut runtime = match threads {
            1 => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        if threads > 1 {
            runtime.worker_threads(threads);
        }
        runtime.enable_all().build().map(Self::Tokio)
    }

    /// The output of a future, on the calling thread. `None` if it would have to wait and cannot.
    pub(crate) fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        match self {
            Self::Tokio(runtime) => Some(runtime.block_on(future)),
            Self::OnePoll => match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            },
        }
    }
}
