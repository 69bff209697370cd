//! [`Server`]: the listeners of a service.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};

use crate::connection::{Connections, Routes};
use crate::error::StartError;
use crate::limits::Limits;
use crate::service::Service;
use crate::tls::{Tls, TlsFiles};

/// How often files with tokens and certificates are read.
const RELOAD: Duration = Duration::from_secs(10);

/// Connections that wait to be accepted.
const BACKLOG: u32 = 4096;

/// How long requests in progress may take at the end.
const GRACE: Duration = Duration::from_secs(30);

/// The listeners of a service: the public one, and that of the administrator.
///
/// ```no_run
/// use hydrant::Engine;
/// use hydrant_server::{Host, Server, TlsFiles};
/// # use hydrant::{AsyncProcessor, Registration};
/// # struct Acme;
/// # impl AsyncProcessor for Acme {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let service = Host::new(Engine::new_async(Acme)).tokens_file("tokens").start()?;
/// Server::new(service, "0.0.0.0:8443".parse()?)
///     .tls(TlsFiles::new("certificate.pem", "key.pem"))
///     .admin("127.0.0.1:9090".parse()?)
///     .bind()?
///     .serve(hydrant_server::interrupted())
///     .await;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is served until `bind` and `serve` are called"]
pub struct Server {
    service: Service,
    listen: SocketAddr,
    tls: Option<TlsFiles>,
    plain: bool,
    admin: Option<SocketAddr>,
    admin_routes: Router,
    delay: Duration,
    grace: Duration,
    reload: Duration,
}

impl Server {
    /// Serves on this address.
    pub fn new(service: Service, listen: SocketAddr) -> Self {
        Self {
            service,
            listen,
            tls: None,
            plain: false,
            admin: None,
            admin_routes: Router::new(),
            delay: Duration::ZERO,
            grace: GRACE,
            reload: RELOAD,
        }
    }

    /// Serves HTTPS. Without it, the address must be that of the machine itself.
    pub fn tls(mut self, files: TlsFiles) -> Self {
        self.tls = Some(files);
        self
    }

    /// Serves HTTP on any address, because a proxy in front of the host has the TLS: without it,
    /// tokens and data are readable on the network.
    pub fn plain_behind_proxy(mut self) -> Self {
        self.plain = true;
        self
    }

    /// Also serves `/healthz`, `/readyz` and `/metrics`, on another address, which the sender must not
    /// reach.
    pub fn admin(mut self, listen: SocketAddr) -> Self {
        self.admin = Some(listen);
        self
    }

    /// Adds routes to the listener of the administrator.
    pub fn admin_routes(mut self, routes: Router) -> Self {
        self.admin_routes = self.admin_routes.merge(routes);
        self
    }

    /// Sets how long requests are accepted after the shutdown has begun, while `/readyz` answers 503,
    /// so that a load balancer notices. Zero by default.
    pub fn shutdown_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sets how long requests in progress may take at the end. 30 s by default.
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how often the files with tokens and certificates are read. Every 10 s by default.
    pub fn reload_every(mut self, interval: Duration) -> Self {
        self.reload = interval;
        self
    }

    /// Opens the listeners, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Addresses that are in use, certificates that cannot be read, and HTTP on an address of the
    /// network without [`plain_behind_proxy`](Self::plain_behind_proxy).
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn bind(self) -> Result<Listening, StartError> {
        if self.tls.is_none() && !self.plain && !self.listen.ip().is_loopback() {
            return Err(StartError::new(format!(
                "{} can be reached from other machines, and HTTP shows them tokens and data: use TLS \
                 (`hydrant serve --tls-certificate`), or say that a proxy in front of the host has it \
                 (`--plain`)",
                self.listen
            )));
        }
        let tls = self.tls.map(Tls::new).transpose()?;
        let public = listen(self.listen)?;
        let admin = self.admin.map(listen).transpose()?;
        let shared = Arc::clone(&self.service.shared);
        let connections = Connections::new(
            Routes::Messages(Arc::new(self.service.clone())),
            shared.limits.clone(),
            tls,
            move |counted| shared.metrics.connection(counted),
        );
        let routes = self.service.admin_router().merge(self.admin_routes);
        Ok(Listening {
            public,
            admin: admin.map(|listener| {
                // Probes must pass when senders use all connections.
                let limits = Limits::new().max_connections(64);
                let routes = Routes::Others(TowerToHyperService::new(routes));
                (listener, Connections::new(routes, limits, None, |_| {}))
            }),
            service: self.service,
            connections,
            delay: self.delay,
            grace: self.grace,
            reload: self.reload,
        })
    }
}

/// Open listeners.
#[must_use = "nothing is served until `serve` is called"]
pub struct Listening {
    service: Service,
    public: TcpListener,
    admin: Option<(TcpListener, Arc<Connections>)>,
    connections: Arc<Connections>,
    delay: Duration,
    grace: Duration,
    reload: Duration,
}

impl Listening {
    /// The address of the public listener, with the port that the operating system has chosen.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.public.local_addr()
    }

    /// The address of the listener of the administrator.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn admin_address(&self) -> io::Result<Option<SocketAddr>> {
        let admin = self.admin.as_ref();
        admin.map(|(listener, _)| listener.local_addr()).transpose()
    }

    /// Serves until `shutdown` is ready, and then ends without losing anything: it accepts nothing
    /// more, answers the requests in progress, waits for messages whose sender has disconnected, and
    /// ends the connections of the targets. Returns whether everything ended within the grace.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> bool {
        let public = tokio::spawn(Arc::clone(&self.connections).accept(self.public));
        let admin = self.admin.map(|(listener, connections)| {
            let accepting = tokio::spawn(Arc::clone(&connections).accept(listener));
            (connections, accepting)
        });
        let reload = reload(&self.service, &self.connections, self.reload);
        tokio::select! {
            () = shutdown => {}
            () = reload => {}
        }
        self.service.shared.draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(self.delay).await;
        let deadline = Instant::now() + self.grace;
        let answered = self.connections.end(public, self.grace).await;
        let left = deadline.saturating_duration_since(Instant::now());
        let processed = self.service.close(left).await;
        if let Some((admin, accepting)) = admin {
            admin.end(accepting, Duration::from_secs(1)).await;
        }
        answered && processed
    }
}

/// Reads the files with tokens and certificates again and again.
async fn reload(service: &Service, connections: &Connections, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let tokens = service.shared.tokens.reload();
        let tls = connections.tls.as_ref().map_or(Ok(false), Tls::reload);
        for (what, reloaded) in [("tokens", tokens), ("certificate", tls)] {
            match reloaded {
                Ok(true) => tracing::info!(what, "read again, and changed"),
                Ok(false) => {}
                Err(error) => tracing::error!(
                    what,
                    error = error.to_string(),
                    "cannot be read again; what was read before stays"
                ),
            }
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let open = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // A new process can listen while connections of the former one are ending.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|error| StartError::new(format!("cannot listen on {address}: {error}")))
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("service", &self.service)
            .field("listen", &self.listen)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}
