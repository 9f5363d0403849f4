//! Configuration: flags, then environment, then `.env`; raw texts go in, a decided [`Config`] comes out.
//!
//! A bad value is answered with the setting's names, the value, and what is allowed.

pub mod dotenv;
mod profile;
mod rate;
mod url;

pub use profile::StatusProfile;
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
use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

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
    /// What the names of all Redis keys start with [default: polystore]
    #[arg(long, env = "POLYSTORE_REDIS_PREFIX", value_name = "TEXT", global = true)]
    pub redis_prefix: Option<String>,
    /// Connections to each store at most, 1 to 1000 [default: 8]
    #[arg(long, env = "POLYSTORE_CONNECTIONS", value_name = "N", global = true)]
    pub connections: Option<String>,
    /// Fill empty embedded stores with the demo shop at the first start: true or false [default: true]
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
    #[command(flatten)]
    pub rate: rate::RateSettings,
}

impl Settings {
    /// Where one setting has two names, a flag of one wins over the variable of the other. `flag` tells what stands on the command line.
    pub fn flags_win(&mut self, flag: impl Fn(&str) -> bool) {
        let pairs = [
            (&mut self.documents_url, "documents_url", &mut self.mongodb_url, "mongodb_url"),
            (&mut self.hot_url, "hot_url", &mut self.redis_url, "redis_url"),
        ];
        for (main, name, alias, other_name) in pairs {
            match (flag(name), flag(other_name)) {
                (true, false) => *alias = None,
                (false, true) => *main = None,
                _ => {}
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
    /// How many proxies in front of the server tell the truth about where requests come from.
    pub trusted_proxies: usize,
}

impl Config {
    /// Whether both durable roles are embedded, so that nobody else looks after their schema.
    pub fn embedded(&self) -> bool {
        self.relational.engine == Engine::Sqlite && self.documents.engine == Engine::Sqlite
    }
}

impl TryFrom<Settings> for Config {
    type Error = BadSetting;

    fn try_from(given: Settings) -> Result<Self, BadSetting> {
        let data = PathBuf::from(given.data.filter(|text| !text.is_empty()).unwrap_or_else(|| "./data".to_owned()));
        let embedded = || StoreUrl::sqlite(&data.join("polystore.db"));
        let documents =
            one_of(("--documents-url / DOCUMENTS_URL", given.documents_url), ("--mongodb-url / MONGODB_URL", given.mongodb_url))?;
        let hot = one_of(("--hot-url / HOT_URL", given.hot_url), ("--redis-url / REDIS_URL", given.redis_url))?;
        let mut limits = Limits::default();
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
        let (trusted_documents, trusted_manifest) = trusted(given.trusted_documents, given.trusted_manifest)?;
        let mut connections = crate::engines::Limits::default().connections;
        number("--connections / POLYSTORE_CONNECTIONS", given.connections, 1..=1_000, &mut connections)?;
        let mut demo = true;
        flag("--demo / POLYSTORE_DEMO", given.demo, &mut demo)?;
        let mut migrate = false;
        let migrate = flag("--migrate / POLYSTORE_MIGRATE", given.migrate, &mut migrate)?.then_some(migrate);
        let (rates, trusted_proxies) = given.rate.decided()?;
        let mut config = Self {
            anonymous: Viewer::Visitor,
            secret: secret(given.secret)?,
            listen: listen(given.listen)?,
            relational: StoreUrl::parse("--database-url / DATABASE_URL", given.database_url, &[Engine::Postgres, Engine::Sqlite])?
                .unwrap_or_else(embedded),
            documents: StoreUrl::parse(documents.0, documents.1, &[Engine::Mongodb, Engine::Postgres, Engine::Sqlite])?
                .unwrap_or_else(embedded),
            hot: StoreUrl::parse(hot.0, hot.1, &[Engine::Redis, Engine::Memory])?.unwrap_or_else(StoreUrl::memory),
            cache: StoreUrl::parse("--cache-url / CACHE_URL", given.cache_url, &[Engine::Redis, Engine::Memory])?,
            entity_cache: switch("--entity-cache / POLYSTORE_ENTITY_CACHE", given.entity_cache, false)?,
            apq: switch("--apq / POLYSTORE_APQ", given.apq, true)?,
            plans: switch("--plans / POLYSTORE_PLANS", given.plans, true)?,
            trusted_documents,
            trusted_manifest,
            redis_prefix: prefix(given.redis_prefix)?,
            connections,
            demo,
            migrate,
            wait: given.wait,
            ready_requires: roles(given.ready_requires)?,
            origins: origins(given.origins)?,
            status_profile: status_profile(given.http_status_profile)?,
            log: given.log.filter(|text| !text.is_empty()).unwrap_or_else(|| "info".to_owned()),
            limits,
            rates,
            trusted_proxies,
            data,
        };
        config.anonymous = anonymous(given.anonymous, &config)?;
        Ok(config)
    }
}

/// A setting that has two names.
fn one_of<'a>(main: (&'a str, Option<String>), alias: (&'a str, Option<String>)) -> Result<(&'a str, Option<String>), BadSetting> {
    match (&main.1, &alias.1) {
        (Some(a), Some(b)) if a != b && !a.is_empty() && !b.is_empty() => Err(BadSetting {
            setting: format!("{} and {}", main.0, alias.0),
            value: format!("{} and {}", redacted(a), redacted(b)),
            allowed: "only one of the two, since they mean the same".to_owned(),
        }),
        (None, _) => Ok(alias),
        (Some(text), Some(_)) if text.is_empty() => Ok(alias),
        _ => Ok(main),
    }
}

fn bad(setting: &str, value: &str, allowed: impl Into<String>) -> BadSetting {
    BadSetting { setting: setting.to_owned(), value: value.chars().take(200).collect(), allowed: allowed.into() }
}

fn number<N>(setting: &str, given: Option<String>, allowed: std::ops::RangeInclusive<N>, into: &mut N) -> Result<(), BadSetting>
where
    N: FromStr + PartialOrd + std::fmt::Display,
{
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(()) };
    match text.parse() {
        Ok(number) if allowed.contains(&number) => *into = number,
        _ => return Err(bad(setting, &text, format!("a whole number from {} to {}", allowed.start(), allowed.end()))),
    }
    Ok(())
}

fn switch(setting: &str, given: Option<String>, default: bool) -> Result<bool, BadSetting> {
    match given.as_deref() {
        None | Some("") => Ok(default),
        Some("off") => Ok(false),
        Some("on") => Ok(true),
        Some(text) => Err(bad(setting, text, "on or off")),
    }
}

/// Tells whether the setting was given.
fn flag(setting: &str, given: Option<String>, into: &mut bool) -> Result<bool, BadSetting> {
    match given.as_deref() {
        None | Some("") => return Ok(false),
        Some("true") => *into = true,
        Some("false") => *into = false,
        Some(text) => return Err(bad(setting, text, "true or false")),
    }
    Ok(true)
}

fn listen(given: Option<String>) -> Result<SocketAddr, BadSetting> {
    let text = given.filter(|text| !text.is_empty()).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let allowed = "an address and a port, for example 127.0.0.1:8000";
    text.parse().map_err(|_| bad("--listen / POLYSTORE_LISTEN", &text, allowed))
}

fn secret(given: Option<String>) -> Result<Option<Secret>, BadSetting> {
    match given.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(secret) if secret.chars().count() >= 32 => Ok(Some(Secret(secret))),
        Some(_) => Err(bad("--secret / POLYSTORE_SECRET", "…", "at least 32 characters")),
    }
}

fn anonymous(given: Option<String>, config: &Config) -> Result<Viewer, BadSetting> {
    match given.as_deref() {
        Some("visitor") => Ok(Viewer::Visitor),
        Some("reader") => Ok(Viewer::Reader),
        Some(text) if !text.is_empty() => Err(bad("--anonymous / POLYSTORE_ANONYMOUS", text, "visitor or reader")),
        // nobody's data but the demo's, and nobody but who sits here: real stores, or a way in from outside, and it is closed
        _ if config.embedded() && config.hot.engine == Engine::Memory && config.listen.ip().is_loopback() => Ok(Viewer::Reader),
        _ => Ok(Viewer::Visitor),
    }
}

fn trusted(mode: Option<String>, manifest: Option<String>) -> Result<(Mode, Option<PathBuf>), BadSetting> {
    let text = mode.filter(|text| !text.is_empty()).unwrap_or_else(|| "off".to_owned());
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == text);
    let mode = mode.ok_or_else(|| bad("--trusted-documents / POLYSTORE_TRUSTED_DOCUMENTS", &text, "off, prefer or only"))?;
    let manifest = manifest.filter(|text| !text.is_empty()).map(PathBuf::from);
    if mode != Mode::Off && manifest.is_none() {
        let allowed = format!("the file that `polystore documents build` wrote, since POLYSTORE_TRUSTED_DOCUMENTS is {text}");
        return Err(bad("--trusted-manifest / POLYSTORE_TRUSTED_MANIFEST", "", allowed));
    }
    Ok((mode, manifest))
}

fn status_profile(given: Option<String>) -> Result<StatusProfile, BadSetting> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(StatusProfile::default()) };
    StatusProfile::named(&text).ok_or_else(|| bad("--http-status-profile / POLYSTORE_HTTP_STATUS_PROFILE", &text, "suite or draft"))
}

fn prefix(given: Option<String>) -> Result<String, BadSetting> {
    let text = given.filter(|text| !text.is_empty()).unwrap_or_else(|| "polystore".to_owned());
    let fits = text.len() <= 50 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let allowed = "at most 50 letters, digits, and the characters - _ .";
    if fits { Ok(text) } else { Err(bad("--redis-prefix / POLYSTORE_REDIS_PREFIX", &text, allowed)) }
}

/// The items of a list with commas.
fn items(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn origins(given: Option<String>) -> Result<Vec<String>, BadSetting> {
    let text = given.unwrap_or_default();
    let origins = items(&text);
    let fits = |origin: &String| {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
        !authority.is_empty() && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
    };
    let allowed = "a list of origins with commas between them, for example https://shop.example, without a path";
    if origins.iter().all(fits) { Ok(origins) } else { Err(bad("--origins / POLYSTORE_ORIGINS", &text, allowed)) }
}

fn roles(given: Option<String>) -> Result<Vec<String>, BadSetting> {
    let text = given.unwrap_or_default();
    let names = items(&text);
    let known = |name: &String| ["relational", "documents", "hot"].contains(&name.as_str());
    let allowed = "a list of relational, documents and hot, with commas between them";
    if names.iter().all(known) { Ok(names) } else { Err(bad("--ready-requires / POLYSTORE_READY_REQUIRES", &text, allowed)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(change: impl FnOnce(&mut Settings)) -> Result<Config, String> {
        let mut settings = Settings::default();
        change(&mut settings);
        Config::try_from(settings).map_err(|error| error.to_string())
    }

    #[test]
    fn without_settings_everything_is_embedded_and_local() {
        let config = decided(|_| {}).unwrap();
        assert!(config.embedded() && config.listen.ip().is_loopback());
        assert_eq!(config.relational, config.documents);
        assert_eq!(config.hot.engine, Engine::Memory);
    }

    #[test]
    fn a_bad_value_names_the_setting_the_value_and_what_is_allowed() {
        type Change = fn(&mut Settings);
        let cases: [(Change, &str); 15] = [
            (
                |s| s.entity_cache = Some("true".into()),
                "--entity-cache / POLYSTORE_ENTITY_CACHE: \"true\" cannot be used: expected on or off",
            ),
            (
                |s| s.anonymous = Some("admin".into()),
                "--anonymous / POLYSTORE_ANONYMOUS: \"admin\" cannot be used: expected visitor or reader",
            ),
            (
                |s| s.http_status_profile = Some("strict".into()),
                "--http-status-profile / POLYSTORE_HTTP_STATUS_PROFILE: \"strict\" cannot be used: expected suite or draft",
            ),
            (
                |s| s.max_batch = Some("0".into()),
                "--max-batch / POLYSTORE_MAX_BATCH: \"0\" cannot be used: expected a whole number from 1 to 100",
            ),
            (|s| s.listen = Some("8000".into()), "--listen / POLYSTORE_LISTEN: \"8000\" cannot be used: expected an address and a port"),
            (
                |s| s.database_url = Some("mysql://root:hunter2@h/db".into()),
                "--database-url / DATABASE_URL: \"mysql://***@h/db\" cannot be used: expected a URL that starts with postgres:// or sqlite:",
            ),
            (
                |s| s.mongodb_url = Some("redis://h".into()),
                "--mongodb-url / MONGODB_URL: \"redis://h\" cannot be used: expected a URL that starts with mongodb://, postgres:// or sqlite:",
            ),
            (
                |s| s.hot_url = Some("memcached://h".into()),
                "--hot-url / HOT_URL: \"memcached://h\" cannot be used: expected a URL that starts with redis:// or memory:",
            ),
            (
                |s| s.max_first = Some("0".into()),
                "--max-first / POLYSTORE_MAX_FIRST: \"0\" cannot be used: expected a whole number from 1 to 1000",
            ),
            (|s| s.demo = Some("yes".into()), "--demo / POLYSTORE_DEMO: \"yes\" cannot be used: expected true or false"),
            (|s| s.redis_prefix = Some("a b".into()), "--redis-prefix / POLYSTORE_REDIS_PREFIX: \"a b\" cannot be used"),
            (
                |s| s.origins = Some("https://shop.example,*".into()),
                "--origins / POLYSTORE_ORIGINS: \"https://shop.example,*\" cannot be used",
            ),
            (|s| s.origins = Some("https://shop.example/".into()), "without a path"),
            (|s| s.ready_requires = Some("postgres".into()), "--ready-requires / POLYSTORE_READY_REQUIRES: \"postgres\" cannot be used"),
            (
                |s| {
                    s.hot_url = Some("memory:".into());
                    s.redis_url = Some("redis://:pw@h".into());
                },
                "\"memory: and redis://***@h\" cannot be used: expected only one of the two",
            ),
        ];
        for (change, expected) in cases {
            let error = decided(change).unwrap_err();
            assert!(error.contains(expected), "{error}\nshould hold\n{expected}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_variable_of_the_settings_other_name() {
        let both = || Settings { hot_url: Some("memory:".into()), redis_url: Some("redis://h".into()), ..Settings::default() };
        for (flag, engine) in [("hot_url", Engine::Memory), ("redis_url", Engine::Redis)] {
            let mut settings = both();
            settings.flags_win(|name| name == flag);
            assert_eq!(Config::try_from(settings).unwrap().hot.engine, engine);
        }
        assert!(Config::try_from(both()).is_err(), "two variables that say different things");
    }

    #[test]
    fn only_a_demo_on_this_machine_is_open_to_read_for_everybody() {
        let anonymous = |change: fn(&mut Settings)| decided(change).unwrap().anonymous;
        assert_eq!(anonymous(|_| {}), Viewer::Reader);
        assert_eq!(anonymous(|s| s.listen = Some("0.0.0.0:8000".into())), Viewer::Visitor);
        assert_eq!(anonymous(|s| s.database_url = Some("postgres://h/d".into())), Viewer::Visitor);
        assert_eq!(anonymous(|s| s.redis_url = Some("redis://h".into())), Viewer::Visitor);
        assert_eq!(anonymous(|s| s.anonymous = Some("visitor".into())), Viewer::Visitor);
    }

    #[test]
    fn empty_variables_count_as_absent() {
        let config = decided(|s| {
            s.documents_url = Some(String::new());
            s.mongodb_url = Some("mongodb://h/db".into());
            s.max_depth = Some(String::new());
        });
        assert_eq!(config.unwrap().documents.engine, Engine::Mongodb);
    }
}
