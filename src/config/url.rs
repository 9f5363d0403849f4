//! URLs of stores: the scheme picks the engine, and no password is ever shown.

use super::{BadSetting, bad};
use crate::error::Engine;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// An engine and where it is.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl {
    /// Picked by the scheme.
    pub engine: Engine,
    /// The whole URL, with its password: only for the engine.
    pub secret: String,
}

/// Schemes, and what they pick.
const SCHEMES: [(&str, Engine); 7] = [
    ("postgres://", Engine::Postgres),
    ("postgresql://", Engine::Postgres),
    ("sqlite:", Engine::Sqlite),
    ("mongodb://", Engine::Mongodb),
    ("redis://", Engine::Redis),
    ("rediss://", Engine::Redis),
    ("memory:", Engine::Memory),
];

impl StoreUrl {
    /// Reads a setting; `None` if it is not given.
    pub fn parse(setting: &str, given: Option<String>, engines: &[Engine]) -> Result<Option<Self>, BadSetting> {
        let Some(secret) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
        let known = SCHEMES.iter().find(|(scheme, engine)| secret.starts_with(scheme) && engines.contains(engine));
        if let Some((_, engine)) = known {
            return Ok(Some(Self { engine: *engine, secret }));
        }
        let first = |engine: &Engine| SCHEMES.iter().find(|(_, of)| of == engine).map_or("", |(scheme, _)| *scheme);
        let names: Vec<&str> = engines.iter().map(first).collect();
        let (last, others) = names.split_last().unwrap_or((&"", &[]));
        Err(bad(setting, &redacted(&secret), format!("a URL that starts with {} or {last}", others.join(", "))))
    }

    /// A file.
    pub fn sqlite(file: &Path) -> Self {
        // in a URL two slashes ahead, a percent sign and a question mark would mean something else
        let path: PathBuf = file.components().collect();
        let path = path.display().to_string().replace('%', "%25").replace('?', "%3F");
        Self { engine: Engine::Sqlite, secret: format!("sqlite:{path}") }
    }

    /// Within the program.
    pub fn memory() -> Self {
        Self { engine: Engine::Memory, secret: "memory:".to_owned() }
    }
}

/// The URL without user and password.
pub fn redacted(url: &str) -> String {
    if url.starts_with("sqlite:") {
        // a file: no secret, and an @ in its path is only a letter
        return url.to_owned();
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return match url.split_once(':') {
            _ if url.contains('@') => "***".to_owned(),
            // a scheme that was misspelt, or user and password without a host
            Some((first, rest)) if !rest.is_empty() => format!("{first}:***"),
            _ => url.to_owned(),
        };
    };
    // a password may hold an @ itself, and a ? or # that nobody encoded: everything up to the last @ is secret
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("***@", rest));
    let (place, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let (hosts, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    // what is no port may be the password of somebody who forgot the host
    let hosts = if user.is_empty() && !hosts.split(',').all(ends_in_a_port) { "***" } else { hosts };
    let secret = |pair: &str| {
        ["password", "sslpassword", "sslkey", "tlscertificatekeyfilepassword", "authmechanismproperties"]
            .iter()
            .any(|name| pair.to_lowercase().trim_start_matches(['?', '#']).starts_with(name))
    };
    let shown = |pair| match pair {
        pair if !secret(pair) => pair,
        pair if pair.starts_with(['?', '#']) => "?***",
        _ => "***",
    };
    let query: Vec<&str> = query.split('&').map(shown).collect();
    format!("{scheme}://{user}{hosts}{path}{}", query.join("&"))
}

/// Whether a host has no port, or a number.
fn ends_in_a_port(host: &str) -> bool {
    host.ends_with(']') || host.rsplit_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.secret))
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://u:p@h:1/db", "postgres://***@h:1/db"),
            ("postgres://u:p%40@x@h/db?sslmode=require&password=pw", "postgres://***@h/db?sslmode=require&***"),
            ("redis://:pw@h", "redis://***@h"),
            ("redis://h?password=pw&x=1", "redis://h?***&x=1"),
            ("postgres://u:p?w#x@h/db?sslmode=require", "postgres://***@h/db?sslmode=require"),
            ("mongodb://h/?replicaSet=rs0", "mongodb://h/?replicaSet=rs0"),
            ("sqlite:data/x.db", "sqlite:data/x.db"),
            ("sqlite:/home/ann@work/x.db", "sqlite:/home/ann@work/x.db"),
            ("u:p@h", "***"),
            ("u:p", "u:***"),
            ("postgres://u:p/db", "postgres://***/db"),
            ("redis://u:p", "redis://***"),
            ("mongodb://h:1,[::1]:2,i/db", "mongodb://h:1,[::1]:2,i/db"),
            ("redis://[::1]", "redis://[::1]"),
            ("memory:", "memory:"),
        ] {
            assert_eq!(redacted(url), shown);
        }
    }
}
