//! Running statements: reads with the caller's short patience, writes in a task of their own, pages and children.

use super::connect::{BULK_READ, PATIENCE, READ};
use super::error::{session_is_lost, store_error, write_error};
use super::{
    Postgres, explain,
    plan::{Plan, planned_anew},
    row::Child,
};
use crate::error::{Engine, Kind, StoreError};
use crate::receipt::statements;
use crate::roles::Result;
use crate::shop::{Detail, Page, SortValue, Window};
use chrono::{DateTime, Utc};
use futures::{TryStreamExt as _, future::BoxFuture};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{Arguments as _, Connection as _, Encode, FromRow, Postgres as Pg, Type};
use std::collections::{BTreeMap, HashMap};
use std::io::{Error as IoError, ErrorKind};
use std::time::Duration;
use tokio::time::timeout;
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// Room for more rows than this is made when they come.
const MOST_ROOM: usize = 1_000;

/// What stands for `$1`, `$2` … in a statement.
pub(super) struct Binds {
    arguments: std::result::Result<PgArguments, BoxDynError>,
    /// For how many rows there is room from the beginning: those that are likely to be found.
    room: usize,
}

impl Binds {
    pub(super) fn new() -> Self {
        Self { arguments: Ok(PgArguments::default()), room: 0 }
    }

    /// The next parameter.
    pub(super) fn with<'t, T: Encode<'t, Pg> + Type<Pg>>(self, value: T) -> Self {
        Self { arguments: self.arguments.and_then(|mut arguments| arguments.add(value).map(|()| arguments)), ..self }
    }

    /// The next parameter are keys, each of which is likely to find a row.
    pub(super) fn keys<K: StaticType>(self, ids: &[TypeSafeId<K>]) -> Self {
        Self { room: ids.len(), ..self.with(uuids(ids)) }
    }

    /// The next parameter is a column of rows to write, as an array.
    pub(super) fn column<'r, T, V>(self, rows: &[&'r T], value: impl Fn(&'r T) -> V) -> Self
    where
        Vec<V>: Encode<'r, Pg> + Type<Pg>,
    {
        self.with(rows.iter().map(|row| value(row)).collect::<Vec<V>>())
    }

    /// The five parameters of a page: where the scan starts and stops (value and id each), and how many rows it reads.
    pub(super) fn window<K: SortKey>(self, window: &Window) -> Result<Self> {
        let scan = window.scan();
        let mut binds = self;
        for bound in [scan.from, scan.to] {
            let foreign = || StoreError::new(Engine::Postgres, Kind::Broken, "the window's bound is of another order's type");
            let value = bound.map(|key| K::of(&key.value).ok_or_else(foreign)).transpose()?;
            binds = binds.with(value).with(bound.map(|key| key.id));
        }
        Ok(Self { room: usize::try_from(window.fetch()).unwrap_or(0), ..binds.with(window.fetch()) })
    }

    pub(super) fn arguments(self) -> Result<PgArguments> {
        self.arguments.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))
    }
}

/// A type that lists are sorted by.
pub(super) trait SortKey: Sized + for<'t> Encode<'t, Pg> + Type<Pg> {
    fn of(value: &SortValue) -> Option<Self>;
}

impl SortKey for DateTime<Utc> {
    fn of(value: &SortValue) -> Option<Self> {
        if let SortValue::Time(at) = value { Some(at.to_chrono()) } else { None }
    }
}

impl SortKey for i64 {
    fn of(value: &SortValue) -> Option<Self> {
        if let SortValue::Number(number) = value { Some(*number) } else { None }
    }
}

impl SortKey for String {
    fn of(value: &SortValue) -> Option<Self> {
        if let SortValue::Text(text) = value { Some(text.clone()) } else { None }
    }
}

/// The two statements that read an ordered list, one for each scan direction.
pub(super) struct Scans {
    pub(super) asc: &'static str,
    pub(super) desc: &'static str,
}

impl Scans {
    /// The statement for a list of this direction, seen through the window.
    pub(super) fn pick(&self, descending: bool, window: &Window) -> &'static str {
        if descending != window.scan().reversed { self.desc } else { self.asc }
    }
}

/// Ids as PostgreSQL takes them, each once.
pub(super) fn uuids<K: StaticType>(ids: &[TypeSafeId<K>]) -> Vec<Uuid> {
    let mut uuids: Vec<Uuid> = ids.iter().map(TypeSafeId::uuid).collect();
    uuids.sort_unstable();
    uuids.dedup();
    uuids
}

/// One row for each key, the last one given: an INSERT cannot touch a row twice. Sorted, so that two puts of the same rows
/// lock them in the same order instead of each other out.
pub(super) fn last_of_each<T, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    rows.iter().map(|row| (key(row), row)).collect::<BTreeMap<_, _>>().into_values().collect()
}

impl Postgres {
    /// The rows of a statement, planned with the values.
    pub(super) async fn rows<T>(&self, sql: &'static str, binds: Binds) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.planned(Plan::Custom, sql, binds).await
    }

    /// The rows of a statement that looks them up by their keys.
    pub(super) async fn look_up<T>(&self, sql: &'static str, binds: Binds) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.planned(Plan::Generic, sql, binds).await
    }

    async fn planned<T>(&self, plan: Plan, sql: &'static str, binds: Binds) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let (mut rows, arguments) = (Vec::with_capacity(binds.room.min(MOST_ROOM)), binds.arguments()?);
        statements::note(|| explain::plan(&self.options, plan, sql, &arguments));
        let query = sqlx::query_as_with(sql, arguments);
        let mut connection = self.leases.one(Some(plan)).await?;
        let answer = async {
            connection.plan(plan).await?;
            let mut found = query.fetch(&mut *connection);
            while let Some(row) = found.try_next().await? {
                rows.push(row);
            }
            Ok(())
        };
        match within(READ, answer).await {
            Ok(()) => {
                connection.clean();
                Ok(rows)
            }
            Err(error) => {
                if session_is_lost(&error) {
                    self.lost.note();
                    connection.close_on_drop();
                }
                Err(store_error(error))
            }
        }
    }

    /// The one value of a statement's one row.
    pub(super) async fn one_value<T>(&self, sql: &'static str, binds: Binds) -> Result<T>
    where
        (T,): for<'r> FromRow<'r, PgRow>,
        T: Send + Unpin,
    {
        let row = self.rows::<(T,)>(sql, binds).await?.pop();
        row.map(|(value,)| value).ok_or_else(|| store_error(sqlx::Error::RowNotFound))
    }

    /// The rows with these ids.
    pub(super) async fn by_ids<K: StaticType, T>(&self, sql: &'static str, ids: &[TypeSafeId<K>]) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.look_up(sql, Binds::new().keys(ids)).await
    }

    /// The rows with these texts: slugs, e-mails, SKUs.
    pub(super) async fn by_texts<T>(&self, sql: &'static str, texts: &[String]) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.look_up(sql, Binds::new().with(texts)).await
    }

    /// The page of a list; the count runs only when its total is wanted.
    pub(super) async fn page<T>(&self, window: &Window, rows: (&'static str, Binds), count: (&'static str, Binds)) -> Result<Page<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let found = self.rows(rows.0, rows.1).await?;
        let total = if window.total { Some(total(self.one_value(count.0, count.1).await?)?) } else { None };
        Ok(window.page(found, total))
    }

    /// One page for each parent, newest first, in one statement: every parent asked for, also those without children.
    pub(super) async fn children<K, T>(
        &self,
        parents: &[TypeSafeId<K>],
        window: &Window,
        scans: Scans,
        count: &'static str,
        detail: Option<Detail>,
    ) -> Result<Vec<(TypeSafeId<K>, Page<T>)>>
    where
        K: StaticType,
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut rows = Binds::new().with(uuids(parents)).window::<DateTime<Utc>>(window)?;
        if let Some(detail) = detail {
            rows = rows.with(detail.is_whole());
        }
        let counts = Binds::new().with(uuids(parents));
        self.children_of(parents, window, (scans.pick(true, window), rows), (count, counts)).await
    }

    /// The same by two statements whose first parameter are the parents; the second runs only when totals are wanted.
    pub(super) async fn children_of<K, T>(
        &self,
        parents: &[TypeSafeId<K>],
        window: &Window,
        rows: (&'static str, Binds),
        counts: (&'static str, Binds),
    ) -> Result<Vec<(TypeSafeId<K>, Page<T>)>>
    where
        K: StaticType,
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        if parents.is_empty() {
            return Ok(Vec::new());
        }
        let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
        for child in self.rows::<Child<T>>(rows.0, rows.1).await? {
            groups.entry(child.parent).or_default().push(child.row);
        }
        let mut totals = HashMap::new();
        if window.total {
            for (parent, count) in self.rows::<(Uuid, i64)>(counts.0, counts.1).await? {
                totals.insert(parent, total(count)?);
            }
        }
        let page = |parent: Uuid| {
            let total = window.total.then(|| totals.get(&parent).copied().unwrap_or(0));
            (parent.into(), window.page(groups.remove(&parent).unwrap_or_default(), total))
        };
        Ok(uuids(parents).into_iter().map(page).collect())
    }

    /// The rows of a statement that reads whole tables to rebuild a copy: bulk, though it writes nothing.
    pub(super) async fn bulk_rows<T>(&self, sql: &'static str, binds: Binds) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static,
    {
        let arguments = binds.arguments()?;
        let job = self.bulk(move |transaction| Box::pin(within(BULK_READ, sqlx::query_as_with(sql, arguments).fetch_all(transaction))));
        job.await?.map_err(store_error)
    }

    /// Runs statements in one transaction.
    pub(super) async fn write(&self, statements: Vec<(&'static str, Binds)>) -> Result<()> {
        let statements = statements.into_iter().map(|(sql, binds)| Ok((sql, binds.arguments()?))).collect::<Result<Vec<_>>>()?;
        let job = self.bulk(move |transaction| {
            Box::pin(async move {
                for (sql, arguments) in statements {
                    sqlx::query_with(sql, arguments).execute(&mut *transaction).await?;
                }
                Ok(())
            })
        });
        job.await?.map_err(write_error)
    }

    /// Runs a transaction in a task of its own: a caller who goes away ends the waiting for a connection, but neither the BEGIN
    /// nor the COMMIT (K1). Bulk takes longer than a page may, so its limits are its own.
    async fn bulk<R, F>(&self, job: F) -> Result<sqlx::Result<R>>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Job<'c, R> + Send + 'static,
    {
        let late = |_| StoreError::new(Engine::Postgres, Kind::Unavailable, "too much bulk work waits for a connection");
        let turn = timeout(PATIENCE, self.bulk_turns.clone().acquire_owned()).await.map_err(late)?;
        let mut connection = self.leases.one_for_bulk().await?;
        let lost = self.lost.clone();
        let task = tokio::spawn(async move {
            let outcome = transact(&mut connection, job).await;
            if outcome.as_ref().is_err_and(session_is_lost) {
                lost.note();
                connection.close_on_drop();
            }
            drop((connection, turn));
            outcome
        });
        task.await.map_err(|error| StoreError::new(Engine::Postgres, Kind::Broken, error))
    }
}

type Job<'c, R> = BoxFuture<'c, sqlx::Result<R>>;

async fn transact<R>(connection: &mut PgConnection, job: impl for<'c> FnOnce(&'c mut PgConnection) -> Job<'c, R>) -> sqlx::Result<R> {
    let mut transaction = connection.begin().await?;
    let settings = concat!("SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '5s'; ", planned_anew!());
    sqlx::raw_sql(settings).execute(&mut *transaction).await?;
    let answer = job(&mut transaction).await?;
    transaction.commit().await?;
    Ok(answer)
}

/// An answer that comes too late is an error of the line: the session is lost with it.
pub(super) async fn within<T>(limit: Duration, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let late = |_| IoError::new(ErrorKind::TimedOut, format!("no answer within {} ms", limit.as_millis()));
    timeout(limit, answer).await.map_err(late)?
}

fn total(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|error| StoreError::corrupt(Engine::Postgres, error))
}
