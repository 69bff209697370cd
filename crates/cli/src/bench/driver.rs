//! [`Driver`]: what runs the futures of a module.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hydrant::host::{Module, granted_threads};
use tokio::runtime::{Builder, Runtime};

/// What runs the futures of a module.
pub(crate) enum Driver {
    /// Those of synchronous handlers never wait. They run without a runtime, because handlers may
    /// block on one of their own, which tokio refuses inside of another.
    OnePoll,
    Tokio(Runtime),
}

impl Driver {
    /// The driver for a module: the runtime has as many threads as that of `hydrant-lambda`.
    pub(crate) fn of<P: Module<Kind>, Kind>() -> io::Result<Self> {
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
