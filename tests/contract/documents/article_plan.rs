//! What a page of articles reads when there are a hundred thousand: about as many rows as it gives, whoever asks. MongoDB's own bound is in
//! `mongodb_write.rs`.
//!
//! PostgreSQL counts rows for us (`EXPLAIN ANALYZE`); SQLite counts the steps of its machine, some tens for each row.

use super::article::ORDERS;
use crate::{
    contract,
    relational::inside::{Inside, Tables, inside},
    support::sample::{at, id},
};
use libtest_mimic::Trial;
use polystore::{
    error::Engine,
    shop::{ArticleFilter, ArticleOrder, ArticleStatus, Audience, CustomerId, SeenArticles},
};
use serde_json::Value;
use sqlx::{PgPool, SqlitePool, types::Uuid};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

pub fn trials() -> Vec<Trial> {
    contract!(&[Engine::Postgres, Engine::Sqlite], "article_plan", inside;
        a_page_of_a_hundred_thousand_articles_reads_about_what_it_gives_whoever_asks,
    )
}

const ARTICLES: u32 = 100_000;
/// A page of twenty, and one that tells whether there are more.
const ROWS: i64 = 21;
/// Most rows that PostgreSQL may read for a page. The second where one author's articles or drafts are looked through: with a tag, and by
/// title where the list is of one author.
const READ: [f64; 2] = [100.0, 15_000.0];
/// Most steps that SQLite may take, likewise. To look at every article takes two million.
const STEPS: [u64; 2] = [10_000, 300_000];

/// Writes much, nearly all of it drafts.
const DRAFTER: u128 = 1;
/// Writes as much, and no drafts.
const PUBLISHER: u128 = 2;
/// One of two thousand others.
const OTHER: u128 = 9;
/// Wrote nothing.
const STRANGER: u128 = 9_999;

/// A hundred thousand articles, one a minute: one in twenty each by two who write much, the rest by two thousand others, who keep one in ten
/// for themselves. One in five has the tag `common`, the others one of fifty.
async fn fill(shop: &Inside) {
    let start = at(0).millis();
    let postgres = format!(
        "INSERT INTO articles (id, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at, version, search)
        SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'slug-' || n, 'Title ' || md5(n::text),
            CASE WHEN draft THEN 'DRAFT' ELSE 'PUBLISHED' END,
            ARRAY[CASE WHEN n % 5 = 0 THEN 'common' ELSE 't' || n % 50 END],
            jsonb_build_array(jsonb_build_object('kind', 'PARAGRAPH', 'text', repeat(md5(n::text), 20))),
            ('01900000-0000-7000-8000-' || lpad(to_hex(author), 12, '0'))::uuid, '{{}}',
            CASE WHEN NOT draft THEN now() END, to_timestamp(({start} + n * 60000) / 1000.0), 1, ''
        FROM (SELECT n::bigint, author, CASE author WHEN 1 THEN n % 200 <> 1 WHEN 2 THEN false ELSE n / 20 % 10 = 0 END AS draft
            FROM (SELECT n, CASE n % 20 WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 + n % 2000 END AS author
                FROM generate_series(1, {ARTICLES}) AS n) AS numbers) AS articles;
        ANALYZE articles"
    );
    let sqlite = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ARTICLES}),
            written AS (SELECT n, CASE n % 20 WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 + n % 2000 END AS author FROM numbers),
            kept AS (SELECT n, author, CASE author WHEN 1 THEN n % 200 <> 1 WHEN 2 THEN false ELSE n / 20 % 10 = 0 END AS draft FROM written)
        INSERT INTO articles (id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, blocks)
        SELECT unhex(printf('01900000000070008000%012x', n)), 'slug-' || n, 'Title ' || hex(randomblob(8)),
            CASE WHEN draft THEN 'DRAFT' ELSE 'PUBLISHED' END, unhex(printf('01900000000070008000%012x', author)),
            json_array(CASE WHEN n % 5 = 0 THEN 'common' ELSE 't' || n % 50 END), '[]',
            CASE WHEN NOT draft THEN {start} END, {start} + n * 60000, 1,
            json_array(json_object('kind', 'PARAGRAPH', 'text', hex(zeroblob(300))))
        FROM kept"
    );
    shop.run(if matches!(shop.tables, Tables::Sqlite(_)) { &sqlite } else { &postgres }).await.unwrap();
}

/// A page as the engines' statements take it.
struct Page {
    order: ArticleOrder,
    /// Whether it begins in the middle of the list.
    middle: bool,
    seen: SeenArticles,
}

impl Page {
    fn title(&self) -> bool {
        matches!(self.order, ArticleOrder::TitleAsc | ArticleOrder::TitleDesc)
    }

    fn descending(&self) -> bool {
        matches!(self.order, ArticleOrder::CreatedDesc | ArticleOrder::TitleDesc)
    }

    fn status(&self) -> Option<&'static str> {
        self.seen.filter.status.map(ArticleStatus::code)
    }

    fn author(&self) -> Option<Uuid> {
        self.seen.filter.author_id.map(|id| id.uuid())
    }

    fn drafts_of(&self) -> Option<Uuid> {
        self.seen.drafts_of.map(|id| id.uuid())
    }
}

/// The middle of the list by time, and by title.
fn middle() -> (i64, &'static str) {
    (at(50_000).millis(), "Title 8")
}

macro_rules! page_sql {
    ($engine:literal, $order:expr, $prefix:literal) => {
        match $order {
            ArticleOrder::CreatedDesc => {
                concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/articles_page_created_desc.sql")))
            }
            ArticleOrder::CreatedAsc => {
                concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/articles_page_created_asc.sql")))
            }
            ArticleOrder::TitleDesc => {
                concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/articles_page_title_desc.sql")))
            }
            ArticleOrder::TitleAsc => {
                concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/articles_page_title_asc.sql")))
            }
        }
    };
}

/// Rows that a plan's scans looked at.
fn scanned(node: &Value) -> f64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let looked_at = number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    let own = if node["Node Type"].as_str().is_some_and(|kind| kind.contains("Scan") && kind != "Subquery Scan") { looked_at } else { 0.0 };
    own * number("Actual Loops") + node["Plans"].as_array().into_iter().flatten().map(scanned).sum::<f64>()
}

/// What PostgreSQL reads: rows given, rows read, and the plan.
async fn in_postgres(pool: &PgPool, page: &Page) -> (f64, f64, Value) {
    let sql = page_sql!("postgres", page.order, "EXPLAIN (ANALYZE, FORMAT JSON) ");
    let (time, title) = middle();
    let from = page.middle.then(Uuid::nil);
    let none = None::<Uuid>;
    let query = sqlx::query_scalar::<_, Value>(sql);
    let query = if page.title() {
        query.bind(page.middle.then_some(title)).bind(from).bind(None::<&str>).bind(none)
    } else {
        let time = page.middle.then(|| chrono::DateTime::from_timestamp_millis(time).unwrap());
        query.bind(time).bind(from).bind(None::<chrono::DateTime<chrono::Utc>>).bind(none)
    };
    let query = query.bind(ROWS).bind(page.seen.filter.tag.clone()).bind(page.status()).bind(page.author()).bind(false);
    let plan = query.bind(page.drafts_of()).fetch_one(pool).await.unwrap();
    (plan[0]["Plan"]["Actual Rows"].as_f64().unwrap(), scanned(&plan[0]["Plan"]), plan)
}

/// What SQLite does: rows given, and steps.
async fn in_sqlite(pool: &SqlitePool, page: &Page) -> (usize, u64) {
    const EVERY: u8 = 100;
    let steps = Arc::new(AtomicU64::new(0));
    let mut connection = pool.acquire().await.unwrap();
    let counted = Arc::clone(&steps);
    connection.lock_handle().await.unwrap().set_progress_handler(EVERY.into(), move || {
        counted.fetch_add(EVERY.into(), Ordering::Relaxed);
        true
    });
    let (time, title) = middle();
    let (beyond, no_id) = (vec![0xff_u8; 17], Vec::<u8>::new());
    let mut query = sqlx::query(page_sql!("sqlite", page.order, ""));
    let middle = |query: sqlx::query::Query<'static, sqlx::Sqlite, _>| if page.title() { query.bind(title) } else { query.bind(time) };
    query = if page.middle && page.descending() { middle(query).bind(no_id.clone()) } else { query.bind(beyond.clone()).bind(beyond) };
    query = match (page.middle && !page.descending(), page.title()) {
        (true, _) => middle(query).bind(no_id),
        (false, true) => query.bind("").bind(no_id),
        (false, false) => query.bind(i64::MIN).bind(no_id),
    };
    let query = query.bind(ROWS).bind(false).bind(page.seen.filter.tag.clone()).bind(page.status()).bind(page.author());
    let rows = query.bind(page.drafts_of()).fetch_all(&mut *connection).await.unwrap().len();
    connection.lock_handle().await.unwrap().remove_progress_handler();
    (rows, steps.load(Ordering::Relaxed))
}

/// Every page that one of the audiences may ask for.
fn pages() -> Vec<(String, Page)> {
    let me = |n: u128| Audience::Of(id(n));
    let mut pages = Vec::new();
    for audience in [Audience::Public, me(DRAFTER), me(PUBLISHER), me(OTHER), me(STRANGER), Audience::Everything] {
        for (author, tag) in [(None, None), (Some(DRAFTER), None), (Some(PUBLISHER), None), (None, Some("common"))] {
            let filter = ArticleFilter { tag: tag.map(str::to_owned), status: None, author_id: author.map(id::<CustomerId>) };
            for order in ORDERS {
                for middle in [false, true] {
                    let seen = filter.seen_by(audience).unwrap();
                    pages.push((format!("{audience:?} {filter:?} {order:?} middle: {middle}"), Page { order, middle, seen }));
                }
            }
        }
    }
    pages
}

async fn a_page_of_a_hundred_thousand_articles_reads_about_what_it_gives_whoever_asks(shop: Inside) {
    fill(&shop).await;
    for (what, page) in pages() {
        let bound = usize::from(page.seen.filter.tag.is_some() || page.author().is_some() && page.title());
        match &shop.tables {
            Tables::Postgres(pool) => {
                let (given, read, plan) = in_postgres(pool, &page).await;
                assert!(read <= READ[bound], "{what}: {read} rows read for {given}: {plan:#}");
            }
            Tables::Sqlite(pool) => {
                let (given, steps) = in_sqlite(pool, &page).await;
                assert!(steps <= STEPS[bound], "{what}: {steps} steps for {given} rows");
            }
        }
    }
}
