//! Takes the body of an invocation before `lambda_runtime` deserializes it with serde_json.
//!
//! `lambda_runtime` calls the handler inside of [`Service::call`] of this layer, on the same thread:
//! the body waits in a thread-local variable in between. A body that is not UTF-8 is therefore
//! refused like any other invalid body; `lambda_runtime` would end the process.

use std::cell::Cell;
use std::task::{Context, Poll};

use bytes::Bytes;
use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::{Layer, Service};

thread_local! {
    static BODY: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// The body of the invocation whose handler is being called.
pub(crate) fn take_body() -> Bytes {
    BODY.take()
}

pub(crate) struct BodyLayer;

impl<S> Layer<S> for BodyLayer {
    type Service = BodyService<S>;

    fn layer(&self, inner: S) -> BodyService<S> {
        BodyService(inner)
    }
}

#[derive(Clone)]
pub(crate) struct BodyService<S>(S);

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for BodyService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    /// Leaves `null`, which serde_json deserializes to `()`.
    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        BODY.set(std::mem::replace(
            &mut invocation.body,
            Bytes::from_static(b"null"),
        ));
        self.0.call(invocation)
    }
}
