//! Settings of TLS: what the server shows to its clients, and which authorities it believes of a store.
//!
//! PostgreSQL and MongoDB have their authorities in their URLs (`sslrootcert`, `tlsCAFile`); the URL of Redis has no such part.

use super::{BadSetting, StoreUrl, bad};
use clap::Args;
use std::{
    fmt,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// The names of the settings, as errors tell them.
pub const CERT: &str = "--tls-cert / POLYSTORE_TLS_CERT";
pub const KEY: &str = "--tls-key / POLYSTORE_TLS_KEY";
const REDIS_CA: &str = "--redis-ca / POLYSTORE_REDIS_CA";
/// Bytes of the largest file that is read. All authorities of the world are a quarter of it.
const MOST: u64 = 1_000_000;

/// The settings as they are given.
#[derive(Args, Clone, Debug, Default)]
pub struct TlsSettings {
    /// Serve https with this certificate: a PEM file, the server's own first, then those between it and the authority [default: http]
    #[arg(long, env = "POLYSTORE_TLS_CERT", value_name = "FILE", help_heading = "TLS", global = true)]
    pub tls_cert: Option<String>,
    /// The private key of the certificate: a PEM file (PKCS#8, PKCS#1 or SEC1)
    #[arg(long, env = "POLYSTORE_TLS_KEY", value_name = "FILE", help_heading = "TLS", global = true)]
    pub tls_key: Option<String>,
    /// Whose certificates of Redis servers (rediss://) are believed: a PEM file [default: the authorities that browsers know]
    #[arg(long, env = "POLYSTORE_REDIS_CA", value_name = "FILE", help_heading = "TLS", global = true)]
    pub redis_ca: Option<String>,
}

/// Where the server's certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The chain of certificates.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Certificates of authorities.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorities {
    /// Where they were read.
    pub file: PathBuf,
    /// What stands there.
    pub pem: Vec<u8>,
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())
    }
}

impl TlsSettings {
    /// The server's own. The files are read by whoever serves: other commands do not need them.
    pub(super) fn identity(&self) -> Result<Option<Identity>, BadSetting> {
        let [cert, key] = [&self.tls_cert, &self.tls_key].map(|given| given.as_deref().filter(|text| !text.is_empty()));
        match (cert, key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Ok(Some(Identity { cert: cert.into(), key: key.into() })),
            (Some(_), None) => Err(bad(KEY, "", "the file of the certificate's private key, since POLYSTORE_TLS_CERT is given")),
            (None, Some(_)) => Err(bad(CERT, "", "the file of the key's certificate, since POLYSTORE_TLS_KEY is given")),
        }
    }

    /// Those of the Redis servers at `urls`.
    pub(super) fn redis_authorities(&self, urls: &[&StoreUrl]) -> Result<Option<Authorities>, BadSetting> {
        let Some(file) = self.redis_ca.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        if !urls.iter().any(|url| url.secret.starts_with("rediss://")) {
            return Err(bad(REDIS_CA, file, "a store whose URL begins with rediss://: without TLS nobody shows a certificate"));
        }
        let refused = |why: &dyn fmt::Display| bad(REDIS_CA, file, format!("a PEM file with the certificates of authorities ({why})"));
        let pem = content(Path::new(file)).map_err(|error| refused(&error))?;
        let marked = pem.windows(BEGIN.len()).any(|window| window == BEGIN);
        if marked { Ok(Some(Authorities { file: file.into(), pem })) } else { Err(refused(&"none is in it")) }
    }
}

/// How a certificate begins.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// What stands in a file; whatever it is, no more than files of this kind have.
pub fn content(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
