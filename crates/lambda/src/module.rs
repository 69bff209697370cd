//! [`Module`]: what modules with synchronous and with async handlers have in common for a host.

use std::future::Future;

use hydrant::{AsyncProcessor, Engine, Error, Invocation, Output, Pending, Processor, Scratch};

/// A module: an implementation of [`AsyncProcessor`] or of [`Processor`]. `Kind` is inferred, and
/// cannot be if a type implements both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    note = "implement `hydrant::AsyncProcessor` or `hydrant::Processor`; the module must be `'static`"
)]
pub trait Module<Kind>: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    fn into_engine(self) -> Engine<Self>;

    #[doc(hidden)]
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
pub struct Async;

/// The kind of modules with synchronous handlers.
#[derive(Debug)]
pub struct Blocking;

impl<P: AsyncProcessor + 'static> Module<Async> for P {
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

impl<P: Processor + 'static> Module<Blocking> for P {
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
