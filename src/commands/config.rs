//! `polystore config`: the settings in force, without secrets.

use crate::{
    config::{Config, SessionCookie},
    shop::{Rate, Viewer},
};
use std::path::PathBuf;

/// One line a setting: `NAME=value`, as it could stand in `.env` but for the secrets.
pub fn text(config: &Config) -> String {
    let limits = &config.limits;
    let switch = |on: bool| (if on { "on" } else { "off" }).to_owned();
    let file = |file: Option<&PathBuf>| file.map(|file| file.display().to_string()).unwrap_or_default();
    let same = |value: Option<String>, default: &str| value.unwrap_or_else(|| default.to_owned());
    let rates = config.rates.unwrap_or_default();
    let per_second = |rate: Rate| (u64::from(rate.burst) * 1_000_000 / rate.micros().max(1)).to_string();
    let lines = [
        ("POLYSTORE_LISTEN", config.listen.to_string()),
        ("POLYSTORE_DATA", config.data.display().to_string()),
        ("DATABASE_URL", config.relational.to_string()),
        ("DOCUMENTS_URL", config.documents.to_string()),
        ("HOT_URL", config.hot.to_string()),
        ("CACHE_URL", same(config.cache.as_ref().map(ToString::to_string), "")),
        ("POLYSTORE_ENTITY_CACHE", switch(config.entity_cache)),
        ("POLYSTORE_COALESCE", switch(config.coalesce)),
        ("POLYSTORE_REDIS_PREFIX", config.redis_prefix.clone()),
        ("POLYSTORE_CONNECTIONS", config.connections.to_string()),
        ("POLYSTORE_DEMO", config.demo.to_string()),
        ("POLYSTORE_MIGRATE", same(config.migrate.map(|migrate| migrate.to_string()), "")),
        ("POLYSTORE_READY_REQUIRES", config.ready_requires.join(",")),
        ("POLYSTORE_ANONYMOUS", if config.anonymous == Viewer::Reader { "reader" } else { "visitor" }.to_owned()),
        ("POLYSTORE_ORIGINS", config.origins.join(",")),
        ("POLYSTORE_HTTP_STATUS_PROFILE", config.status_profile.name().to_owned()),
        ("POLYSTORE_SECRET", if config.secret.is_some() { "***" } else { "" }.to_owned()),
        ("POLYSTORE_APQ", switch(config.apq)),
        ("POLYSTORE_PLANS", switch(config.plans)),
        ("POLYSTORE_SESSION_COOKIE", config.session_cookie.map_or("off", SessionCookie::setting).to_owned()),
        ("POLYSTORE_TRUSTED_DOCUMENTS", config.trusted_documents.name().to_owned()),
        ("POLYSTORE_TRUSTED_MANIFEST", file(config.trusted_manifest.as_ref())),
        ("POLYSTORE_LOG", config.log.clone()),
        ("POLYSTORE_MAX_DEPTH", limits.depth.to_string()),
        ("POLYSTORE_MAX_FIRST", limits.first.to_string()),
        ("POLYSTORE_MAX_COMPLEXITY", limits.complexity.to_string()),
        ("POLYSTORE_MAX_SELECTIONS", limits.selections.to_string()),
        ("POLYSTORE_MAX_ALIASES", limits.aliases.to_string()),
        ("POLYSTORE_MAX_ROOT_FIELDS", limits.root_fields.to_string()),
        ("POLYSTORE_MAX_TOKENS", limits.tokens.to_string()),
        ("POLYSTORE_MAX_DIRECTIVES", limits.directives.to_string()),
        ("POLYSTORE_MAX_BODY_BYTES", limits.body_bytes.to_string()),
        ("POLYSTORE_MAX_BATCH", limits.batch.to_string()),
        ("POLYSTORE_MAX_REQUESTS", limits.requests.to_string()),
        ("POLYSTORE_REQUEST_TIMEOUT_MS", limits.time.as_millis().to_string()),
        ("POLYSTORE_MAX_SOCKETS", limits.sockets.to_string()),
        ("POLYSTORE_MAX_SOCKET_OPERATIONS", limits.socket_operations.to_string()),
        ("POLYSTORE_DOCUMENT_CACHE_BYTES", limits.document_cache_bytes.to_string()),
        ("POLYSTORE_ANSWER_CACHE_BYTES", limits.answer_cache_bytes.to_string()),
        ("POLYSTORE_RATE_LIMIT", switch(config.rates.is_some())),
        ("POLYSTORE_VISITOR_POINTS", per_second(rates.visitors)),
        ("POLYSTORE_VISITOR_BURST", rates.visitors.burst.to_string()),
        ("POLYSTORE_VIEWER_POINTS", per_second(rates.viewers)),
        ("POLYSTORE_VIEWER_BURST", rates.viewers.burst.to_string()),
        ("POLYSTORE_API_KEYS", file(config.api_keys.as_ref())),
        ("POLYSTORE_KEY_POINTS", per_second(rates.keys)),
        ("POLYSTORE_KEY_BURST", rates.keys.burst.to_string()),
        ("POLYSTORE_TRUSTED_PROXIES", config.trusted_proxies.to_string()),
        ("POLYSTORE_PROFILE", config.profile.name().to_owned()),
        ("POLYSTORE_CONSOLE", switch(config.console)),
        ("POLYSTORE_INTROSPECTION", switch(limits.introspection)),
        ("POLYSTORE_TLS_CERT", file(config.tls.as_ref().map(|tls| &tls.cert))),
        ("POLYSTORE_TLS_KEY", file(config.tls.as_ref().map(|tls| &tls.key))),
        ("POLYSTORE_REDIS_CA", file(config.redis_authorities.as_ref().map(|authorities| &authorities.file))),
    ];
    lines.into_iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}
