//! The pool, and what keeps its sessions clean and bounded. The traps named K1 to K16 were measured with sqlx 0.9.0.

use crate::engines::{
    Limits,
    pulse::{Door, Pulse},
};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use std::io::{Error as IoError, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Longest that a connection may take to be made, whether its caller still waits or not.
pub(super) const CONNECT: Duration = START;
/// Longest that a read waits for a connection, a new one or another reader's: a busy or slow store is not a dead one.
pub(super) const ACQUIRE: Duration = Duration::from_millis(1_500);
/// Longest that a read waits for its answer, which a frozen line never brings: the server's own limit, and a margin for its word.
pub(super) const READ: Duration = Duration::from_millis(1_700);
/// The same for a statement of a write transaction.
pub(super) const WRITE: Duration = Duration::from_millis(3_200);
/// The same for a read that is bulk work.
pub(super) const BULK_READ: Duration = Duration::from_secs(62);
/// Longest that a put waits for its turn, and then for a connection: puts are bulk work, nobody looks at a page meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Longest that the start waits for the server.
const START: Duration = Duration::from_secs(4);
/// A connection that was idle for longer is asked whether it still leads to a primary, with a limit of its own: a half-open
/// one would otherwise hold the caller until the acquire limit (K16).
pub(super) const IDLE: Duration = Duration::from_secs(5);
const IDLE_PROBE: Duration = Duration::from_millis(150);
/// Longest that the server is given for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_millis(180);
/// The message that asks whether the server speaks TLS: its length, then the code. Answered with one byte, before any password,
/// also by a server that has no connection left.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// Longest that a connection is given to become clean: more than a page's statement may take, whose reader has gone. No longer: when the
/// server comes back without its old connections, the pool is theirs until then.
const CLEANING: Duration = Duration::from_secs(2);

/// What the server does to a session that we have lost sight of: dropping a query does not cancel its statement (K2).
/// Milliseconds, for every connection; [`check`] makes sure that they arrived.
const SESSION_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "1500"), ("lock_timeout", "500"), ("idle_in_transaction_session_timeout", "2000")];

/// Reads the URL. Its text goes into no error: it may hold a password.
pub(super) fn options(url: &str) -> Result<PgConnectOptions> {
    let bad = |why: &dyn std::fmt::Display| {
        let detail = format!("not a PostgreSQL URL (postgres://user:password@host:port/database): {why}");
        StoreError::new(Engine::Postgres, Kind::Unavailable, detail)
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(bad(&"unknown scheme"));
    }
    // the driver warns of parameters that it does not know, with their values: of a misspelt password with the password
    let parsed = tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::default(), || url.parse::<PgConnectOptions>());
    let options = parsed.map_err(|error| bad(&error))?;
    let options = options.application_name("polystore").options(SESSION_LIMITS).options([
        // "there is no transaction in progress" at each clean release would fill the log
        ("client_min_messages", "error"),
        // what is not a look-up: see `plan`
        ("plan_cache_mode", "force_custom_plan"),
        // compiling a plan pays for reports of minutes; here it only takes longer
        ("jit", "off"),
    ]);
    Ok(options)
}

/// Makes one connection, tells the usual mistakes apart, and asserts the session's limits.
pub(super) async fn check(options: &PgConnectOptions) -> Result<()> {
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let unavailable = |detail: String| StoreError::new(Engine::Postgres, Kind::Unavailable, detail);
    let attempt = async {
        let mut connection = PgConnection::connect_with(options).await?;
        let settings: Vec<(String, String)> = sqlx::query_as(sql!("session_limits")).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(settings)
    };
    let answer = timeout(START, attempt).await.map_err(|_| unavailable(format!("no answer from {place} within {} s", START.as_secs())))?;
    let settings = answer.map_err(|error: sqlx::Error| unavailable(explain(&error, &place, options)))?;
    for (name, wanted) in SESSION_LIMITS {
        let found = settings.iter().find(|(known, _)| known == name).map_or("unknown", |(_, value)| value);
        if found != wanted {
            return Err(StoreError::new(
                Engine::Postgres,
                Kind::Broken,
                format!("{name} is {found} and not {wanted} ms: does a proxy drop the connection's options?"),
            ));
        }
    }
    Ok(())
}

fn explain(error: &sqlx::Error, place: &str, options: &PgConnectOptions) -> String {
    let code = error.as_database_error().and_then(|database| database.code()).unwrap_or_default();
    match (error, &*code) {
        (sqlx::Error::Io(io), _) if io.kind() == ErrorKind::ConnectionRefused => format!("connection refused: nothing listens at {place}"),
        (sqlx::Error::Io(io), _) if io.kind() == ErrorKind::NotFound && options.get_socket().is_none() => {
            format!("cannot connect to {place}: a file that the URL names for TLS is not there ({io})")
        }
        (sqlx::Error::Io(io), _) => format!("cannot reach {place}: {io}"),
        // the server's words, "no pg_hba.conf entry for host …, no encryption", as far as it speaks English
        (sqlx::Error::Database(refused), "28000") if refused.message().ends_with("no encryption") => {
            format!("{place} takes nobody without TLS: the URL needs sslmode=verify-full, or at least sslmode=require")
        }
        (_, "28P01" | "28000") => format!("{place} refused the user name or password of {:?}", options.get_username()),
        (_, "3D000") => format!("{place} has no database {:?}", options.get_database().unwrap_or(options.get_username())),
        _ => format!("cannot connect to {place}: {error}"),
    }
}

/// When a session was lost last. Connections that were idle at that moment have probably gone the same way: each is asked before it
/// serves anybody, or a server's restart would cost one error for each connection of the pool.
#[derive(Default)]
pub(super) struct Lost(Mutex<Option<Instant>>);

impl Lost {
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that has been idle for so long was so when a session was lost.
    pub(super) fn concerns(&self, idle_for: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() <= idle_for)
    }
}

/// What asks the server for a sign of life.
pub(super) fn pulse(options: &PgConnectOptions) -> Pulse {
    let folder = options.get_socket().cloned().or_else(|| options.get_host().starts_with('/').then(|| options.get_host().into()));
    let door = match folder {
        Some(folder) => Door::Unix(folder.join(format!(".s.PGSQL.{}", options.get_port()))),
        None => Door::Tcp(options.get_host().to_owned(), options.get_port()),
    };
    Pulse::new(Engine::Postgres, vec![door], &SSL_REQUEST, SIGN_OF_LIFE)
}

/// The pool. It connects when it is first used.
pub(super) fn pool(options: &PgConnectOptions, limits: &Limits, lost: &Arc<Lost>) -> PgPool {
    let lost = Arc::clone(lost);
    PgPoolOptions::new()
        .max_connections(limits.connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let trusted = meta.idle_for <= IDLE && !lost.concerns(meta.idle_for);
            Box::pin(async move {
                if trusted {
                    return Ok(true);
                }
                let probe = sqlx::query_scalar::<_, String>("SHOW transaction_read_only").fetch_one(connection);
                // an error closes the connection without waiting for the other side, `false` politely
                let read_only = timeout(IDLE_PROBE, probe).await.map_err(|_| IoError::from(ErrorKind::TimedOut))??;
                Ok(read_only == "off")
            })
        })
        // A cancelled BEGIN leaves the session inside a transaction that the pool knows nothing of; what later borrowers
        // write would be acknowledged and lost (K1). One round trip at each release, behind the caller's back, and another one of the
        // driver's, which pings. (Reads that were answered are not released: see `lease`.)
        .after_release(|connection, _| {
            Box::pin(async move {
                let rollback = sqlx::raw_sql("ROLLBACK").execute(connection);
                timeout(CLEANING, rollback).await.map_err(|_| IoError::from(ErrorKind::TimedOut))??;
                Ok(true)
            })
        })
        .connect_lazy_with(options.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_url_is_explained_without_repeating_it() {
        for url in
            ["", "mysql://u:secret@h/d", "postgres://u:secret@h:99999/d", "postgres://u:secret@[::1/d", "postgres://h/d?sslmode=secret"]
        {
            let error = options(url).unwrap_err();
            assert_eq!(error.kind, Kind::Unavailable);
            assert!(error.detail().starts_with("not a PostgreSQL URL"), "{url}: {}", error.detail());
            assert!(!format!("{error}").contains("secret"), "{url}: {error}");
        }
    }
}
