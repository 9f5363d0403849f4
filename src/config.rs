//! Configuration: flags, then environment, then `.env`; raw texts go in, a decided [`Config`] comes out.
//!
//! A bad value is answered with the setting's names, the value, and what is allowed.

pub mod dotenv;
mod production;
mod profile;
mod rate;
mod read;
mod secret_file;
pub mod tls;
mod url;

pub use production::Profile;
pub use profile::{SessionCookie, StatusProfile};
pub use tls::{Authorities, Identity};
pub use url::{StoreUrl, redacted};

use crate::{
    error::Engine,
    graphql::{
        documents::trusted::Mode,
        limits::{Limits, Rates},
    },
    shop::Viewer,
};
use clap::Args;
use read::{
    anonymous, bad, demo, flag, listen, number, one_of, origins, prefix, roles, secret, session_cookie, status_profile, switch, trusted,
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The settings as they are given. `--help` shows the flag, the variable and the default of each.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address to serve on [default: 127.0.0.1:8000]
    #[arg(long, env = "POLYSTORE_LISTEN", value_name = "ADDR", global = true)]
    pub listen: Option<String>,
    /// Folder of the embedded stores [default: ./data]
    #[arg(long, env = "POLYSTORE_DATA", value_name = "DIR", global = true)]
    pub data: Option<String>,
    /// Relational store: postgres://… or sqlite:FILE [default: sqlite in the data folder]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Documents store: mongodb://…, postgres://… or sqlite:FILE [default: sqlite in the data folder]
    #[arg(long, env = "DOCUMENTS_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub documents_url: Option<String>,
    /// The same as --documents-url
    #[arg(long, env = "MONGODB_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub mongodb_url: Option<String>,
    /// Hot store: redis://… or memory: [default: memory:]
    #[arg(long, env = "HOT_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub hot_url: Option<String>,
    /// The same as --hot-url
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub redis_url: Option<String>,
    /// A server of its own for the cache, which may evict: redis://… or memory: [default: the hot store]
    #[arg(long, env = "CACHE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub cache_url: Option<String>,
    /// Keep products in the cache, too: on or off [default: off]
    #[arg(long, env = "POLYSTORE_ENTITY_CACHE", value_name = "SWITCH", global = true)]
    pub entity_cache: Option<String>,
    /// Join batches of several requests while a call of the same kind is under way: on or off [default: on]
    #[arg(long, env = "POLYSTORE_COALESCE", value_name = "SWITCH", global = true)]
    pub coalesce: Option<String>,
    /// What the names of all Redis keys start with [default: polystore]
    #[arg(long, env = "POLYSTORE_REDIS_PREFIX", value_name = "TEXT", global = true)]
    pub redis_prefix: Option<String>,
    /// Connections to each store at most, 1 to 1000; to SQLite no more than one for each core, and two [default: 8]
    #[arg(long, env = "POLYSTORE_CONNECTIONS", value_name = "N", global = true)]
    pub connections: Option<String>,
    /// Fill empty embedded stores with the demo shop at the first start: true or false [default: true, in production false]
    #[arg(long, env = "POLYSTORE_DEMO", value_name = "BOOL", global = true)]
    pub demo: Option<String>,
    /// Bring the schema of the stores up to date at the start: true or false [default: only that of embedded stores]
    #[arg(long, env = "POLYSTORE_MIGRATE", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", global = true)]
    pub migrate: Option<String>,
    /// Roles whose loss makes /readyz answer 503: a list of relational, documents and hot [default: none]
    #[arg(long, env = "POLYSTORE_READY_REQUIRES", value_name = "LIST", global = true)]
    pub ready_requires: Option<String>,
    /// What a request without a token may see: visitor (what is public) or reader (everything, for a demo) [default: reader when all stores
    /// are embedded and the address is this machine's own, else visitor]
    #[arg(long, env = "POLYSTORE_ANONYMOUS", value_name = "WHO", global = true)]
    pub anonymous: Option<String>,
    /// Web pages of other hosts that may ask and open streams: a list of origins such as `https://shop.example` [default: none]
    #[arg(long, env = "POLYSTORE_ORIGINS", value_name = "LIST", global = true)]
    pub origins: Option<String>,
    /// Which status an answer has: suite (what clients and the audit suite of graphql-http expect) or draft (what the draft of GraphQL
    /// over HTTP says: 422, 294) [default: suite]
    #[arg(long, env = "POLYSTORE_HTTP_STATUS_PROFILE", value_name = "NAME", global = true)]
    pub http_status_profile: Option<String>,
    /// What access tokens are signed with, at least 32 characters; the same for all servers of a shop [default: made anew at each start]
    #[arg(long, env = "POLYSTORE_SECRET", value_name = "TEXT", hide_env_values = true, global = true)]
    pub secret: Option<String>,
    /// Let clients have documents stored under their hash (Apollo's automatic persisted queries): on or off [default: on]
    #[arg(long, env = "POLYSTORE_APQ", value_name = "SWITCH", global = true)]
    pub apq: Option<String>,
    /// Compile queries that are known: on or off; off executes each field by the library [default: on]
    #[arg(long, env = "POLYSTORE_PLANS", value_name = "SWITCH", global = true)]
    pub plans: Option<String>,
    /// Sessions come in a cookie, too, which scripts cannot read: off, on (https only, also where a proxy ends TLS) or plain (over http, to
    /// develop with) [default: off]
    #[arg(long, env = "POLYSTORE_SESSION_COOKIE", value_name = "KIND", global = true)]
    pub session_cookie: Option<String>,
    /// Which documents are run: off (all), prefer (all, and those of the manifest are known from the start) or only (those of the manifest)
    /// [default: off]
    #[arg(long, env = "POLYSTORE_TRUSTED_DOCUMENTS", value_name = "MODE", global = true)]
    pub trusted_documents: Option<String>,
    /// The trusted documents: a file that `polystore documents build` wrote [default: none]
    #[arg(long, env = "POLYSTORE_TRUSTED_MANIFEST", value_name = "FILE", global = true)]
    pub trusted_manifest: Option<String>,
    /// Keep trying until all stores answer
    #[arg(long, global = true)]
    pub wait: bool,
    /// What to log, for example info or polystore=debug [default: info]
    #[arg(long, env = "POLYSTORE_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// Levels of fields in an operation at most, 1 to 50 [default: 10]
    #[arg(long, env = "POLYSTORE_MAX_DEPTH", value_name = "N", help_heading = "Limits", global = true)]
    pub max_depth: Option<String>,
    /// Rows of a page at most, 1 to 1000 [default: 100]
    #[arg(long, env = "POLYSTORE_MAX_FIRST", value_name = "N", help_heading = "Limits", global = true)]
    pub max_first: Option<String>,
    /// Cost of an operation at most, 1 to 1000000 [default: 20000]
    #[arg(long, env = "POLYSTORE_MAX_COMPLEXITY", value_name = "N", help_heading = "Limits", global = true)]
    pub max_complexity: Option<String>,
    /// Fields and fragments of an operation at most, fragments expanded, 1 to 100000 [default: 1000]
    #[arg(long, env = "POLYSTORE_MAX_SELECTIONS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_selections: Option<String>,
    /// Aliases in an operation at most, 0 to 10000 [default: 50]
    #[arg(long, env = "POLYSTORE_MAX_ALIASES", value_name = "N", help_heading = "Limits", global = true)]
    pub max_aliases: Option<String>,
    /// Fields of the operation itself at most, 1 to 1000 [default: 20]
    #[arg(long, env = "POLYSTORE_MAX_ROOT_FIELDS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_root_fields: Option<String>,
    /// Tokens of a document at most, 10 to 100000 [default: 4000]
    #[arg(long, env = "POLYSTORE_MAX_TOKENS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_tokens: Option<String>,
    /// Directives in a document at most, 0 to 1000 [default: 50]
    #[arg(long, env = "POLYSTORE_MAX_DIRECTIVES", value_name = "N", help_heading = "Limits", global = true)]
    pub max_directives: Option<String>,
    /// Bytes of a request's body at most, 1000 to 100000000 [default: 1000000]
    #[arg(long, env = "POLYSTORE_MAX_BODY_BYTES", value_name = "N", help_heading = "Limits", global = true)]
    pub max_body_bytes: Option<String>,
    /// Operations in one request at most, 1 to 100; with 1 lists are refused [default: 1]
    #[arg(long, env = "POLYSTORE_MAX_BATCH", value_name = "N", help_heading = "Limits", global = true)]
    pub max_batch: Option<String>,
    /// Operations that run at once at most, beside subscriptions, 1 to 10000 [default: 64]
    #[arg(long, env = "POLYSTORE_MAX_REQUESTS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_requests: Option<String>,
    /// Milliseconds that a request may take, 10 to 600000 [default: 5000]
    #[arg(long, env = "POLYSTORE_REQUEST_TIMEOUT_MS", value_name = "MS", help_heading = "Limits", global = true)]
    pub request_timeout_ms: Option<String>,
    /// WebSockets and event streams that are open at once at most, 1 to 100000 [default: 500]
    #[arg(long, env = "POLYSTORE_MAX_SOCKETS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_sockets: Option<String>,
    /// Operations that run on one WebSocket at once at most, 1 to 1000 [default: 20]
    #[arg(long, env = "POLYSTORE_MAX_SOCKET_OPERATIONS", value_name = "N", help_heading = "Limits", global = true)]
    pub max_socket_operations: Option<String>,
    /// Bytes that parsed documents may take, about, 0 (none is kept) to 1000000000 [default: 16000000]
    #[arg(long, env = "POLYSTORE_DOCUMENT_CACHE_BYTES", value_name = "N", help_heading = "Limits", global = true)]
    pub document_cache_bytes: Option<String>,
    /// Bytes that answers to visitors may take, about, which are kept as long as caches on the way may keep them: 0 (none is kept) to
    /// 10000000000 [default: 0]
    #[arg(long, env = "POLYSTORE_ANSWER_CACHE_BYTES", value_name = "N", help_heading = "Limits", global = true)]
    pub answer_cache_bytes: Option<String>,
    #[command(flatten)]
    pub rate: rate::RateSettings,
    #[command(flatten)]
    pub profile: production::ProfileSettings,
    #[command(flatten)]
    pub tls: tls::TlsSettings,
    #[command(flatten)]
    pub secret_files: secret_file::SecretFiles,
}

impl Settings {
    /// Where one setting has several names, a flag of one wins over the variables of the others. `flag` tells what stands on the command line.
    pub fn flags_win(&mut self, flag: impl Fn(&str) -> bool) {
        let files = &mut self.secret_files;
        let mut same = [
            vec![(&mut self.database_url, "database_url"), (&mut files.database_url_file, "database_url_file")],
            vec![
                (&mut self.documents_url, "documents_url"),
                (&mut self.mongodb_url, "mongodb_url"),
                (&mut files.documents_url_file, "documents_url_file"),
                (&mut files.mongodb_url_file, "mongodb_url_file"),
            ],
            vec![
                (&mut self.hot_url, "hot_url"),
                (&mut self.redis_url, "redis_url"),
                (&mut files.hot_url_file, "hot_url_file"),
                (&mut files.redis_url_file, "redis_url_file"),
            ],
            vec![(&mut self.cache_url, "cache_url"), (&mut files.cache_url_file, "cache_url_file")],
            vec![(&mut self.secret, "secret"), (&mut files.secret_file, "secret_file")],
        ];
        for names in &mut same {
            if names.iter().any(|(_, name)| flag(name)) {
                names.iter_mut().filter(|(_, name)| !flag(name)).for_each(|(value, _)| **value = None);
            }
        }
    }
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {value:?} cannot be used: expected {allowed}")]
pub struct BadSetting {
    /// The flag and the variable.
    pub setting: String,
    /// What was given, without secrets.
    pub value: String,
    /// What can be given.
    pub allowed: String,
}

/// A text that is not shown.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The settings as they are used.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// Folder of the embedded stores.
    pub data: PathBuf,
    /// Engine and place of the relational role.
    pub relational: StoreUrl,
    /// Engine and place of the documents role.
    pub documents: StoreUrl,
    /// Engine and place of the hot role.
    pub hot: StoreUrl,
    /// Engine and place of the cache, if it is not the hot store.
    pub cache: Option<StoreUrl>,
    /// Keep products in the cache, too.
    pub entity_cache: bool,
    /// Whether batches of several requests are joined; see [`crate::loaders::coalesce`].
    pub coalesce: bool,
    /// What the names of all Redis keys start with.
    pub redis_prefix: String,
    /// Connections to each store at most.
    pub connections: u32,
    /// Fill empty embedded stores with the demo shop.
    pub demo: bool,
    /// Bring schemas up to date at the start; `None` means: only those of embedded stores.
    pub migrate: Option<bool>,
    /// Keep trying until all stores answer.
    pub wait: bool,
    /// Roles whose loss makes the server not ready.
    pub ready_requires: Vec<String>,
    /// Who asks without a token.
    pub anonymous: Viewer,
    /// Web pages of other hosts that may ask and open streams.
    pub origins: Vec<String>,
    /// Which status an answer has.
    pub status_profile: StatusProfile,
    /// What access tokens are signed with; `None`: a key of this start's own.
    pub secret: Option<Secret>,
    /// Clients may have documents stored under their hash.
    pub apq: bool,
    /// Queries are compiled.
    pub plans: bool,
    /// Which documents are run.
    pub trusted_documents: Mode,
    /// Where the trusted documents are.
    pub trusted_manifest: Option<PathBuf>,
    /// What to log.
    pub log: String,
    /// What an operation may be at most.
    pub limits: Limits,
    /// What clients may spend; `None`: as much as they like.
    pub rates: Option<Rates>,
    /// Where the API keys of programs are.
    pub api_keys: Option<PathBuf>,
    /// How sessions come in a cookie, if they do.
    pub session_cookie: Option<SessionCookie>,
    /// How many proxies in front of the server tell the truth about where requests come from.
    pub trusted_proxies: usize,
    /// What the server is for.
    pub profile: Profile,
    /// Show the console.
    pub console: bool,
    /// Stores that nobody named: their settings.
    pub unnamed_stores: Vec<&'static str>,
    /// Serve https.
    pub tls: Option<Identity>,
    /// Whose certificates of Redis servers are believed; `None`: those that browsers believe.
    pub redis_authorities: Option<Authorities>,
}

impl Config {
    /// Whether both durable roles are embedded, so that nobody else looks after their schema.
    pub fn embedded(&self) -> bool {
        self.relational.engine == Engine::Sqlite && self.documents.engine == Engine::Sqlite
    }
}

impl TryFrom<Settings> for Config {
    type Error = BadSetting;

    fn try_from(mut given: Settings) -> Result<Self, BadSetting> {
        let files = given.read_secrets()?;
        Self::decided(given).map_err(|error| files.hide(error))
    }
}

impl Config {
    fn decided(given: Settings) -> Result<Self, BadSetting> {
        let shown = given.profile.decided()?;
        let data = PathBuf::from(given.data.filter(|text| !text.is_empty()).unwrap_or_else(|| "./data".to_owned()));
        let embedded = || StoreUrl::sqlite(&data.join("polystore.db"));
        let documents =
            one_of(("--documents-url / DOCUMENTS_URL", given.documents_url), ("--mongodb-url / MONGODB_URL", given.mongodb_url))?;
        let hot = one_of(("--hot-url / HOT_URL", given.hot_url), ("--redis-url / REDIS_URL", given.redis_url))?;
        let relational = StoreUrl::parse("--database-url / DATABASE_URL", given.database_url, &[Engine::Postgres, Engine::Sqlite])?;
        let documents = StoreUrl::parse(documents.0, documents.1, &[Engine::Mongodb, Engine::Postgres, Engine::Sqlite])?;
        let hot = StoreUrl::parse(hot.0, hot.1, &[Engine::Redis, Engine::Memory])?;
        let cache = StoreUrl::parse("--cache-url / CACHE_URL", given.cache_url, &[Engine::Redis, Engine::Memory])?;
        let unnamed = [
            relational.is_none().then_some("--database-url / DATABASE_URL"),
            documents.is_none().then_some("--documents-url / DOCUMENTS_URL"),
            hot.is_none().then_some("--hot-url / HOT_URL"),
        ];
        let mut limits = Limits { introspection: shown.introspection, ..Limits::default() };
        number("--max-depth / POLYSTORE_MAX_DEPTH", given.max_depth, 1..=50, &mut limits.depth)?;
        number("--max-first / POLYSTORE_MAX_FIRST", given.max_first, 1..=1_000, &mut limits.first)?;
        number("--max-complexity / POLYSTORE_MAX_COMPLEXITY", given.max_complexity, 1..=1_000_000, &mut limits.complexity)?;
        number("--max-selections / POLYSTORE_MAX_SELECTIONS", given.max_selections, 1..=100_000, &mut limits.selections)?;
        number("--max-aliases / POLYSTORE_MAX_ALIASES", given.max_aliases, 0..=10_000, &mut limits.aliases)?;
        number("--max-root-fields / POLYSTORE_MAX_ROOT_FIELDS", given.max_root_fields, 1..=1_000, &mut limits.root_fields)?;
        number("--max-tokens / POLYSTORE_MAX_TOKENS", given.max_tokens, 10..=100_000, &mut limits.tokens)?;
        number("--max-directives / POLYSTORE_MAX_DIRECTIVES", given.max_directives, 0..=1_000, &mut limits.directives)?;
        number("--max-body-bytes / POLYSTORE_MAX_BODY_BYTES", given.max_body_bytes, 1_000..=100_000_000, &mut limits.body_bytes)?;
        number("--max-batch / POLYSTORE_MAX_BATCH", given.max_batch, 1..=100, &mut limits.batch)?;
        number("--max-requests / POLYSTORE_MAX_REQUESTS", given.max_requests, 1..=10_000, &mut limits.requests)?;
        let mut millis = 5_000_u64;
        number("--request-timeout-ms / POLYSTORE_REQUEST_TIMEOUT_MS", given.request_timeout_ms, 10..=600_000, &mut millis)?;
        limits.time = Duration::from_millis(millis);
        number("--max-sockets / POLYSTORE_MAX_SOCKETS", given.max_sockets, 1..=100_000, &mut limits.sockets)?;
        let operations = &mut limits.socket_operations;
        number("--max-socket-operations / POLYSTORE_MAX_SOCKET_OPERATIONS", given.max_socket_operations, 1..=1_000, operations)?;
        let kept = &mut limits.document_cache_bytes;
        number("--document-cache-bytes / POLYSTORE_DOCUMENT_CACHE_BYTES", given.document_cache_bytes, 0..=1_000_000_000, kept)?;
        let kept = &mut limits.answer_cache_bytes;
        number("--answer-cache-bytes / POLYSTORE_ANSWER_CACHE_BYTES", given.answer_cache_bytes, 0..=10_000_000_000, kept)?;
        let (trusted_documents, trusted_manifest) = trusted(given.trusted_documents, given.trusted_manifest)?;
        let mut connections = crate::engines::Limits::default().connections;
        number("--connections / POLYSTORE_CONNECTIONS", given.connections, 1..=1_000, &mut connections)?;
        let mut migrate = false;
        let migrate = flag("--migrate / POLYSTORE_MIGRATE", given.migrate, &mut migrate)?.then_some(migrate);
        let (rates, api_keys, trusted_proxies) = given.rate.decided()?;
        let mut config = Self {
            anonymous: Viewer::Visitor,
            secret: secret(given.secret)?,
            listen: listen(given.listen)?,
            redis_authorities: given.tls.redis_authorities(&hot.iter().chain(&cache).collect::<Vec<_>>())?,
            relational: relational.unwrap_or_else(embedded),
            documents: documents.unwrap_or_else(embedded),
            hot: hot.unwrap_or_else(StoreUrl::memory),
            cache,
            entity_cache: switch("--entity-cache / POLYSTORE_ENTITY_CACHE", given.entity_cache, false)?,
            coalesce: switch("--coalesce / POLYSTORE_COALESCE", given.coalesce, true)?,
            apq: switch("--apq / POLYSTORE_APQ", given.apq, true)?,
            plans: switch("--plans / POLYSTORE_PLANS", given.plans, true)?,
            trusted_documents,
            trusted_manifest,
            redis_prefix: prefix(given.redis_prefix)?,
            connections,
            demo: demo(given.demo, shown.profile)?,
            migrate,
            wait: given.wait,
            ready_requires: roles(given.ready_requires)?,
            origins: origins(given.origins)?,
            status_profile: status_profile(given.http_status_profile)?,
            log: given.log.filter(|text| !text.is_empty()).unwrap_or_else(|| "info".to_owned()),
            limits,
            rates,
            api_keys,
            session_cookie: session_cookie(given.session_cookie, shown.profile)?,
            trusted_proxies,
            profile: shown.profile,
            console: shown.console,
            unnamed_stores: unnamed.into_iter().flatten().collect(),
            tls: given.tls.identity()?,
            data,
        };
        config.anonymous = anonymous(given.anonymous, &config)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
