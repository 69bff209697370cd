//! [`Tls`]: the certificate and the key of the listener, which are read again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::StartError;

/// The files of the certificate and the key. TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl TlsFiles {
    /// A certificate with its chain, and its key, both as PEM. They are read again every ten seconds:
    /// new connections then use the new ones. If the new ones are wrong, the former ones stay.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            certificate: certificate.into(),
            key: key.into(),
        }
    }
}

/// The current configuration.
pub(crate) struct Tls {
    files: TlsFiles,
    state: RwLock<State>,
}

struct State {
    /// The texts of the files, to see whether they have changed.
    texts: [Vec<u8>; 2],
    config: Arc<ServerConfig>,
}

impl Tls {
    pub(crate) fn new(files: TlsFiles) -> Result<Self, StartError> {
        let state = State::read(&files, None)?;
        let state = state.ok_or_else(|| StartError::new("no certificate"))?;
        let state = RwLock::new(state);
        Ok(Self { files, state })
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&state.config)
    }

    /// Reads the files again, and returns whether they have changed.
    pub(crate) fn reload(&self) -> Result<bool, StartError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let read = State::read(&self.files, Some(&state.texts))?;
        drop(state);
        let Some(read) = read else {
            return Ok(false);
        };
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(true)
    }
}

impl State {
    /// Reads the files; `None` if they are as before.
    fn read(files: &TlsFiles, before: Option<&[Vec<u8>; 2]>) -> Result<Option<Self>, StartError> {
        let texts = [text(&files.certificate)?, text(&files.key)?];
        if before == Some(&texts) {
            return Ok(None);
        }
        let [certificate, key] = &texts;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| wrong(&files.certificate, "no certificate in PEM"))?;
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|_| wrong(&files.key, "no private key in PEM"))?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = builder
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_no_client_auth())
            .and_then(|builder| builder.with_single_cert(chain, key));
        let mut config = config.map_err(|error| {
            // The error names what is wrong with the certificate, and has nothing of the key.
            let what = format!("the key does not fit the certificate, or cannot be used: {error}");
            wrong(&files.key, &what)
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Some(Self {
            texts,
            config: Arc::new(config),
        }))
    }
}

fn text(path: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|error| wrong(path, &format!("cannot be read: {error}")))
}

fn wrong(path: &Path, what: &str) -> StartError {
    StartError::new(format!("{}: {what}", path.display()))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
