//! [`Server`]: the listeners of a service.

use std::fmt;
use std::net::SocketAddr;

use axum::Router;

use crate::service::Service;

/// The listeners of a service: the public one, and that of the administrator.
#[must_use = "nothing is served until `serve` is called"]
pub struct Server {
    service: Service,
    listen: SocketAddr,
    admin: Option<SocketAddr>,
    admin_routes: Router,
}

impl Server {
    /// Serves on this address.
    pub fn new(service: Service, listen: SocketAddr) -> Self {
        Self {
            service,
            listen,
            admin: None,
            admin_routes: Router::new(),
        }
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
