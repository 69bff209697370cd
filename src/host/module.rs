//! [`Module`]: what modules with synchronous and with async handlers have in common for a host.

use std::future::Future;

use crate::dispatch::{Engine, Pending};
use crate::error::Error;
use crate::parse::Scratch;
use crate::processor::{AsyncProcessor, Invocation, Output, Processor};

/// A module that a host runs: an implementation of [`AsyncProcessor`] or of [`Processor`]. `Kind` is
/// inferred, and cannot be if a type implements both.
///
/// ```
/// use hydrant::host::{Module, system_invocation};
/// use hydrant::{Engine, Output, Scratch, Verdict};
///
/// /// Whether the engine answers a message.
/// async fn answers<P: Module<Kind>, Kind>(engine: &Engine<P>, body: &[u8]) -> bool {
///     let (mut scratch, mut output) = (Scratch::new(), Output::new());
///     let invocation = system_invocation();
///     let processed = P::process(engine, body, &mut scratch, &invocation, &mut output);
///     processed.await.is_ok_and(|pending| pending.finish().verdict() == Verdict::Answer)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    note = "implement `hydrant::AsyncProcessor` or `hydrant::Processor`"
)]
pub trait Module<Kind>: Sized + Send + Sync {
    /// Whether the handlers are async. The futures of the others are ready at the first poll.
    const IS_ASYNC: bool;

    /// An engine with default options.
    fn into_engine(self) -> Engine<Self>;

    /// Processes one message, using buffers of the caller: see
    /// [`Engine::process_into_async`] and [`Engine::process_into`].
    fn process<'e>(
        engine: &'e Engine<Self>,
        body: &'e [u8],
        scratch: &'e mut Scratch,
        invocation: &'e Invocation,
        output: &'e mut Output,
    ) -> impl Future<Output = Result<Pending<'e, &'e mut Output>, Error>> + Send;
}

/// The kind of modules with async handlers.
#[derive(Debug)]
pub struct AsyncHandlers;

/// The kind of modules with synchronous handlers.
#[derive(Debug)]
pub struct SyncHandlers;

impl<P: AsyncProcessor> Module<AsyncHandlers> for P {
    const IS_ASYNC: bool = true;

    fn into_engine(self) -> Engine<Self> {
        Engine::new_async(self)
    }

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

impl<P: Processor> Module<SyncHandlers> for P {
    const IS_ASYNC: bool = false;

    fn into_engine(self) -> Engine<Self> {
        Engine::new(self)
    }

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
