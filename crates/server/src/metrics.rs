//! The metrics of a service, which Prometheus reads.

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

pub(crate) struct Metrics {
    registry: Registry,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            registry: Registry::with_prefix("hydrant"),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
