//! The end of an environment: connections are closed, and the hook of the user runs.
//!
//! Nothing of an answered message is left at this point: records are delivered and dead letters are
//! stored before the answer, and log lines and metrics are written at once. So the signal handler,
//! and the internal extension without which Lambda sends no signal, exist only if the user asks for
//! them.

use std::future::Future;
use std::pin::Pin;

/// The hook of the user.
pub(crate) type Hook = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Registers the extension, and runs `close` and the hook when Lambda asks the process to end.
#[cfg(unix)]
pub(crate) async fn install<F>(close: impl FnOnce() -> F + Send + 'static, hook: Hook)
where
    F: Future<Output = ()> + Send + 'static,
{
    let ending = || async move {
        close().await;
        hook().await;
    };
    lambda_runtime::spawn_graceful_shutdown_handler(ending).await;
}

/// Lambda runs on Linux only.
#[cfg(not(unix))]
pub(crate) async fn install<F>(_: impl FnOnce() -> F + Send + 'static, _: Hook)
where
    F: Future<Output = ()> + Send + 'static,
{
}
