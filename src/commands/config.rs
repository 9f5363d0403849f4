//! `polystore config`: the settings in force, without secrets.

use crate::{
    config::Config,
    shop::{Rate, Viewer},
};

/// One line a setting: `NAME=value`, as it could stand in `.env` but for the secrets.
pub fn text(config: &Config) -> String {
    let limits = &config.limits;
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
        ("POLYSTORE_ENTITY_CACHE", (if config.entity_cache { "on" } else { "off" }).to_owned()),
        ("POLYSTORE_REDIS_PREFIX", config.redis_prefix.clone()),
        ("POLYSTORE_CONNECTIONS", config.connections.to_string()),
        ("POLYSTORE_DEMO", config.demo.to_string()),
        ("POLYSTORE_MIGRATE", same(config.migrate.map(|migrate| migrate.to_string()), "")),
        ("POLYSTORE_READY_REQUIRES", config.ready_requires.join(",")),
        ("POLYSTORE_ANONYMOUS", if config.anonymous == Viewer::Reader { "reader" } else { "visitor" }.to_owned()),
        ("POLYSTORE_ORIGINS", config.origins.join(",")),
        ("POLYSTORE_HTTP_STATUS_PROFILE", config.status_profile.name().to_owned()),
        ("POLYSTORE_SECRET", if config.secret.is_some() { "***" } else { "" }.to_owned()),
        ("POLYSTORE_APQ", (if config.apq { "on" } else { "off" }).to_owned()),
        ("POLYSTORE_PLANS", (if config.plans { "on" } else { "off" }).to_owned()),
        ("POLYSTORE_TRUSTED_DOCUMENTS", config.trusted_documents.name().to_owned()),
        ("POLYSTORE_TRUSTED_MANIFEST", same(config.trusted_manifest.as_ref().map(|file| file.display().to_string()), "")),
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
        ("POLYSTORE_RATE_LIMIT", (if config.rates.is_some() { "on" } else { "off" }).to_owned()),
        ("POLYSTORE_VISITOR_POINTS", per_second(rates.visitors)),
        ("POLYSTORE_VISITOR_BURST", rates.visitors.burst.to_string()),
        ("POLYSTORE_VIEWER_POINTS", per_second(rates.viewers)),
        ("POLYSTORE_VIEWER_BURST", rates.viewers.burst.to_string()),
        ("POLYSTORE_TRUSTED_PROXIES", config.trusted_proxies.to_string()),
    ];
    lines.into_iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}
