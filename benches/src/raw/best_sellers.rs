//! The products that were sold most: the board, then the products and their view counts at the same time.

use super::{Answer, PREFIX, Shared, json, text::Big, text::Id, views_key};
use axum::{body::Bytes, extract::State};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use uuid::Uuid;

const SQL: &str = "SELECT id, name, stock FROM products WHERE id = ANY($1)";

#[derive(Deserialize)]
pub(super) struct Asked {
    pub(super) first: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data<'a> {
    pub(super) best_sellers: Vec<Ranked<'a>>,
}

#[derive(Serialize)]
pub(super) struct Ranked<'a> {
    pub(super) rank: usize,
    pub(super) score: f64,
    pub(super) product: Option<Product<'a>>,
}

#[derive(Serialize)]
pub(super) struct Product<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) stock: i64,
    pub(super) views: Big,
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let mut redis = stores.redis.clone();
    let mut command = redis::cmd("ZREVRANGE");
    command.arg(format!("{PREFIX}:board:best-sellers")).arg(0).arg(asked.first - 1).arg("WITHSCORES");
    let members: Vec<(String, f64)> = command.query_async(&mut redis).await?;
    let ids: Vec<Id> =
        members.iter().map(|(member, _)| Id::parse("product", member)).collect::<Option<_>>().ok_or("a board holds no product")?;
    if ids.is_empty() {
        return json(Data { best_sellers: Vec::new() });
    }
    let keys: Vec<Uuid> = ids.iter().map(|id| id.1).collect();
    let mut command = redis::cmd("MGET");
    command.arg(ids.iter().map(|id| views_key(*id)).collect::<Vec<_>>());
    let (rows, views) =
        tokio::join!(sqlx::query(SQL).bind(&keys).fetch_all(&stores.postgres), command.query_async::<Vec<Option<i64>>>(&mut redis));
    let (rows, views) = (rows?, views?);
    let rows: Vec<(Uuid, _)> = rows.iter().map(|row| Ok((row.try_get(0)?, row))).collect::<sqlx::Result<_>>()?;
    let mut best_sellers = Vec::with_capacity(ids.len());
    for (place, ((id, (_, score)), views)) in ids.into_iter().zip(members).zip(views).enumerate() {
        let product = rows.iter().find(|(known, _)| *known == id.1).map(|(_, row)| {
            let (name, stock) = (row.try_get(1)?, row.try_get(2)?);
            Ok::<_, sqlx::Error>(Product { id, name, stock, views: Big(views.unwrap_or_default()) })
        });
        best_sellers.push(Ranked { rank: place + 1, score, product: product.transpose()? });
    }
    json(Data { best_sellers })
}
