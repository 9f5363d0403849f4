//! https: the server's certificate and its key, and the handshake at the beginning of a connection.

use super::listener::Connection;
use crate::config::{
    BadSetting, Identity,
    tls::{CERT, KEY, content},
};
use std::{
    fmt::Display,
    io,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        Error, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

/// The one protocol that is spoken behind the handshake.
const PROTOCOL: &[u8] = b"http/1.1";

/// What the server shows to its clients.
pub struct Tls {
    identity: Identity,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads certificate and key.
    pub fn load(identity: Identity) -> Result<Self, BadSetting> {
        let config = RwLock::new(Arc::new(config(&identity)?));
        Ok(Self { identity, config })
    }

    /// Reads them again: connections from now on are shown what the files hold now. If that cannot be used, nothing changes.
    pub fn reload(&self) -> Result<(), BadSetting> {
        let config = Arc::new(config(&self.identity)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// The handshake. It takes as long as the other side likes.
    pub(super) async fn accept(&self, connection: Connection) -> io::Result<TlsStream<Connection>> {
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(connection).await
    }
}

fn config(Identity { cert, key }: &Identity) -> Result<ServerConfig, BadSetting> {
    let no_cert = |why: &dyn Display| refused(CERT, cert, format!("a PEM file with the server's certificate ({why})"));
    // never the library's words: they may repeat a line of the file
    let no_key = |why: &dyn Display| refused(KEY, key, format!("a PEM file with a private key in PKCS#8, PKCS#1 or SEC1 ({why})"));
    let pem = content(cert).map_err(|error| no_cert(&error))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| no_cert(&"none is in it"))?;
    let pem = content(key).map_err(|error| no_key(&error))?;
    let private = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key(&"none is in it that is not encrypted"))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let built = builder.and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private));
    let mut config = built.map_err(|error| match error {
        Error::InconsistentKeys(_) => {
            refused(KEY, key, format!("the private key of the certificate in {}, and this is another one's", cert.display()))
        }
        Error::InvalidCertificate(_) => no_cert(&error),
        _ => no_key(&error),
    })?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

fn refused(setting: &str, file: &Path, allowed: String) -> BadSetting {
    BadSetting { setting: setting.to_owned(), value: file.display().to_string(), allowed }
}
