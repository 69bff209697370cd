//! The connections of one listener.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Version};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::activity::{Activity, Watched};
use crate::continued::ready;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::service::Service;
use crate::tls::Tls;

/// How long a connection without a request is kept when there are too many, and at the end.
pub(crate) const SHORT_IDLE: Duration = Duration::from_secs(1);

/// How often a connection is examined at least, when it matters.
const SHORT_TICK: Duration = Duration::from_millis(20);

/// How long after an error the next connection is accepted: the process may have no file left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a listener is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Serving,
    /// There are as many connections as there may be.
    Crowded,
    /// No more requests are accepted.
    Ending,
}

/// What answers the requests of a listener.
#[derive(Clone)]
pub(crate) enum Routes {
    /// The service itself, without the cost of a router.
    Messages(Arc<Service>),
    Others(TowerToHyperService<Router>),
}

/// A listener with its connections.
pub(crate) struct Connections {
    routes: Routes,
    pub(crate) limits: Limits,
    pub(crate) tls: Option<Tls>,
    pub(crate) phase: watch::Sender<Phase>,
    /// One permit for each connection.
    permits: Arc<Semaphore>,
    /// Those of the public listener are counted.
    pub(crate) count: Box<dyn Fn(Counted) + Send + Sync>,
}

/// What is counted about connections.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    Opened,
    Closed,
    HandshakeFailed,
}

impl Metrics {
    pub(crate) fn connection(&self, counted: Counted) {
        match counted {
            Counted::Opened => {
                self.connections.inc();
            }
            Counted::Closed => {
                self.connections.dec();
            }
            Counted::HandshakeFailed => {
                self.handshakes_failed.inc();
            }
        }
    }
}

impl Connections {
    pub(crate) fn new(
        routes: Routes,
        limits: Limits,
        tls: Option<Tls>,
        count: impl Fn(Counted) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            routes,
            tls,
            phase: watch::Sender::new(Phase::Serving),
            permits: Arc::new(Semaphore::new(limits.max_connections)),
            count: Box::new(count),
            limits,
        })
    }

    /// Accepts connections until [`end`](Self::end).
    pub(crate) async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut phase = self.phase.subscribe();
        loop {
            let permit = match Arc::clone(&self.permits).try_acquire_owned() {
                Ok(permit) => permit,
                Err(_) => {
                    self.crowd(true);
                    let permit = Arc::clone(&self.permits).acquire_owned();
                    let Some(Ok(permit)) = until_ending(&mut phase, permit).await else {
                        return;
                    };
                    self.crowd(false);
                    permit
                }
            };
            let Some(accepted) = until_ending(&mut phase, listener.accept()).await else {
                break;
            };
            match accepted {
                Ok((stream, _)) => self.spawn(stream, permit),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(error = error.to_string(), "cannot accept connections");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        // The operating system has accepted these, and their senders may have sent requests.
        while let Some(Ok((stream, _))) = ready(listener.accept()).await {
            let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
                return;
            };
            self.spawn(stream, permit);
        }
    }

    fn crowd(&self, crowded: bool) {
        self.phase.send_if_modified(|phase| {
            let next = match (*phase, crowded) {
                (Phase::Ending, _) => return false,
                (_, true) => Phase::Crowded,
                (_, false) => Phase::Serving,
            };
            std::mem::replace(phase, next) != next
        });
    }

    /// Accepts what the operating system has accepted and nothing more, ends the connections after
    /// their requests, waits for that, and returns whether all have ended in time.
    pub(crate) async fn end(&self, accepting: JoinHandle<()>, grace: Duration) -> bool {
        self.phase.send_replace(Phase::Ending);
        let _ = accepting.await;
        let all = u32::try_from(self.limits.max_connections).unwrap_or(u32::MAX);
        let ended = tokio::time::timeout(grace, self.permits.acquire_many(all)).await;
        ended.is_ok()
    }

    fn spawn(self: &Arc<Self>, stream: TcpStream, permit: tokio::sync::OwnedSemaphorePermit) {
        let connections = Arc::clone(self);
        (self.count)(Counted::Opened);
        tokio::spawn(async move {
            connections.connection(stream).await;
            (connections.count)(Counted::Closed);
            drop(permit);
        });
    }

    async fn connection(&self, stream: TcpStream) {
        // Without it, the second part of an answer would wait for the acknowledgement of the first.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.serve(stream, self.builder()).await;
        };
        let accepting = TlsAcceptor::from(tls.config()).accept(stream);
        match tokio::time::timeout(self.limits.header_timeout, accepting).await {
            Ok(Ok(stream)) => {
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let builder = self.builder();
                let builder = match http2 {
                    true => builder.http2_only(),
                    false => builder.http1_only(),
                };
                self.serve(stream, builder).await;
            }
            _ => (self.count)(Counted::HandshakeFailed),
        }
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        let bytes = self.limits.max_header_bytes;
        // `Activity` has the time-outs. hyper needs a buffer of at least 8 KiB.
        builder
            .http1()
            .header_read_timeout(None)
            .max_buf_size(bytes.max(8192));
        builder
            .http2()
            .max_concurrent_streams(self.limits.max_streams)
            .max_header_list_size(u32::try_from(bytes).unwrap_or(u32::MAX));
        builder
    }

    async fn serve<S>(&self, stream: S, builder: auto::Builder<TokioExecutor>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::new();
        let stream = TokioIo::new(Watched {
            stream,
            activity: Arc::clone(&activity),
        });
        let service = Requests {
            routes: self.routes.clone(),
            activity: Arc::clone(&activity),
        };
        let mut connection = pin!(builder.serve_connection(stream, service));
        let mut phase = self.phase.subscribe();
        let mut is_closing = false;
        loop {
            let ending = *phase.borrow_and_update() == Phase::Ending;
            let idle = match *phase.borrow() {
                Phase::Serving => self.limits.idle_timeout,
                _ => SHORT_IDLE.min(self.limits.idle_timeout),
            };
            let overdue = activity.is_overdue(&self.limits, idle);
            if overdue && is_closing {
                return;
            }
            // The sender of a new connection has probably sent a request.
            if !is_closing && (overdue || ending && !activity.is_new()) {
                // A request in progress is answered; `Connections::end` limits how long it takes.
                connection.as_mut().graceful_shutdown();
                is_closing = true;
            }
            let tick = match ending {
                true => SHORT_TICK,
                false => (self.limits.header_timeout / 4).min(idle).max(SHORT_TICK),
            };
            tokio::select! {
                _ = connection.as_mut() => return,
                changed = phase.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = tokio::time::sleep(tick) => {}
            }
        }
    }
}

/// The requests of one connection.
struct Requests {
    routes: Routes,
    activity: Arc<Activity>,
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = axum::http::Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let active = self.activity.request(request.version() == Version::HTTP_2);
        match &self.routes {
            Routes::Messages(service) => {
                let service = Arc::clone(service);
                Box::pin(async move {
                    let response = service.route(request).await;
                    drop(active);
                    Ok(response)
                })
            }
            Routes::Others(router) => {
                let response = router.call(request);
                Box::pin(async move {
                    let response = response.await;
                    drop(active);
                    response
                })
            }
        }
    }
}

/// The output of a future, unless the listener ends before.
async fn until_ending<F: Future>(
    phase: &mut watch::Receiver<Phase>,
    future: F,
) -> Option<F::Output> {
    tokio::select! {
        output = future => Some(output),
        _ = phase.wait_for(|phase| *phase == Phase::Ending) => None,
    }
}

/// Whether the error is one of a connection that ended before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
