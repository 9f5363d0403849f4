//! Which things requests ask for: rows of the seeded stores, picked by a hash of their ids, so that every run picks the same.

use crate::raw::{
    Failed, Stores,
    text::{Id, cursor},
};
use chrono::{DateTime, Utc};
use futures::{FutureExt as _, TryStreamExt as _, future::BoxFuture};
use mongodb::bson::{self, Document, doc};
use serde_json::{Value, json};
use sqlx::Row as _;
use uuid::Uuid;

/// Different requests of an operation at most.
const MOST: i64 = 2_000;
/// Different pages: each is long, and a few hundred of them are all that is sent in a run.
const PAGES: i64 = 500;

/// The variables of the requests of an operation, one object each.
pub type Sample = for<'a> fn(&'a Stores) -> BoxFuture<'a, Result<Vec<Value>, Failed>>;

async fn ids(stores: &Stores, sql: &'static str, entity: &'static str) -> Result<Vec<Id>, Failed> {
    let rows = sqlx::query(sql).bind(MOST).fetch_all(&stores.postgres).await?;
    Ok(rows.iter().map(|row| row.try_get(0).map(|id| Id(entity, id))).collect::<Result<_, _>>()?)
}

pub fn product(stores: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    let sql = "SELECT id FROM products ORDER BY md5(id::text) LIMIT $1";
    async move { Ok(ids(stores, sql, "product").await?.into_iter().map(|id| json!({ "id": id })).collect()) }.boxed()
}

pub fn customer_home(stores: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    let sql = "SELECT id FROM customers ORDER BY md5(id::text) LIMIT $1";
    async move { Ok(ids(stores, sql, "customer").await?.into_iter().map(|id| json!({ "id": id, "rows": 5 })).collect()) }.boxed()
}

/// The page behind an order, for orders from all over the list.
pub fn order_feed(stores: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    async move {
        let rows = sqlx::query("SELECT placed_at, id FROM orders ORDER BY md5(id::text) LIMIT $1");
        let rows = rows.bind(PAGES).fetch_all(&stores.postgres).await?;
        let page = |row: &sqlx::postgres::PgRow| {
            let (at, id): (DateTime<Utc>, Uuid) = (row.try_get(0)?, row.try_get(1)?);
            Ok::<_, sqlx::Error>(json!({ "first": 50, "after": cursor("orders/PlacedDesc", at.timestamp_millis(), id) }))
        };
        Ok(rows.iter().map(page).collect::<Result<_, _>>()?)
    }
    .boxed()
}

/// The page behind an article, among those that have a tag with it in common. One in four is the first page, which is what most look at.
pub fn magazine(stores: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    async move {
        let articles = stores.mongodb.collection::<Document>("articles");
        let found = articles.find(doc! { "status": "PUBLISHED" });
        let found = found.sort(doc! { "_id": 1 }).projection(doc! { "tags": 1, "createdAt": 1 });
        let articles: Vec<Document> = found.await?.try_collect().await?;
        let step = articles.len().div_ceil(PAGES as usize).max(1);
        let mut pages = Vec::new();
        for (place, article) in articles.iter().step_by(step).enumerate() {
            let tags = article.get_array("tags")?;
            let Some(tag) = tags.get(place % tags.len().max(1)).and_then(bson::Bson::as_str) else { continue };
            let id = article.get("_id").and_then(uuid).ok_or("an article without id")?;
            let after = cursor("articles/CreatedDesc", article.get_datetime("createdAt")?.timestamp_millis(), id);
            pages.push(if place % 4 == 0 {
                json!({ "tag": tag, "first": 20 })
            } else {
                json!({ "tag": tag, "first": 20, "after": after })
            });
        }
        Ok(pages)
    }
    .boxed()
}

pub fn trending(_: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    async { Ok(windows()) }.boxed()
}

/// Each window of the trending boards.
pub fn windows() -> Vec<Value> {
    ["HOUR", "DAY", "WEEK"].map(|window| json!({ "window": window, "first": 10 })).to_vec()
}

pub fn best_sellers(_: &Stores) -> BoxFuture<'_, Result<Vec<Value>, Failed>> {
    async { Ok(most_sold()) }.boxed()
}

/// The head of the board of best sellers.
pub fn most_sold() -> Vec<Value> {
    vec![json!({ "first": 10 })]
}

fn uuid(value: &bson::Bson) -> Option<Uuid> {
    match value {
        bson::Bson::Binary(binary) => Uuid::from_slice(&binary.bytes).ok(),
        _ => None,
    }
}
