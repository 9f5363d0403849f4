//! The products that were sold most: board and view counts are at hand, so one statement.

use super::{
    super::{
        Answer,
        best_sellers::{Asked, Data, Product, Ranked},
        json,
        text::{Big, Id},
    },
    Shared, list,
};
use axum::{body::Bytes, extract::State};
use sqlx::Row as _;
use std::sync::PoisonError;
use uuid::Uuid;

const SQL: &str = "SELECT id, name, stock FROM products WHERE id IN (SELECT unhex(value) FROM json_each(?1))";

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let places = stores.boards.read().unwrap_or_else(PoisonError::into_inner).best_sellers(usize::try_from(asked.first)?);
    let ids: Vec<Uuid> = places.iter().map(|(id, _)| *id).collect();
    let rows = sqlx::query(SQL).bind(list(&ids)).fetch_all(&stores.sqlite).await?;
    let rows: Vec<(Uuid, _)> = rows.iter().map(|row| Ok((row.try_get(0)?, row))).collect::<sqlx::Result<_>>()?;
    let views = stores.views.read().unwrap_or_else(PoisonError::into_inner);
    let mut best_sellers = Vec::with_capacity(places.len());
    for (place, (id, score)) in places.into_iter().enumerate() {
        let product = rows.iter().find(|(known, _)| *known == id).map(|(_, row)| {
            let views = Big(views.get(&id).copied().unwrap_or_default());
            Ok::<_, sqlx::Error>(Product { id: Id("product", id), name: row.try_get(1)?, stock: row.try_get(2)?, views })
        });
        best_sellers.push(Ranked { rank: place + 1, score, product: product.transpose()? });
    }
    json(Data { best_sellers })
}
