//! The store of the identities sent.

use std::sync::Arc;

use hydrant_identities::IdentityStore;

use crate::config::ConfigError;
use crate::sent::Sent;

/// Opens the store in this file, or creates it.
pub(crate) fn open(path: &str) -> Result<Sent, ConfigError> {
    let store = IdentityStore::open(path);
    let store = store.map_err(|error| {
        let text = crate::with_causes(&error);
        ConfigError::new(format!("`identity_store`: {text}"))
    })?;
    Ok(Sent::new(Arc::new(store)))
}
