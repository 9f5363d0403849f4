//! The products that are looked at most: the board is at hand, so one statement.

use super::{
    super::{
        Answer, json,
        text::{Id, Money},
        trending::{Asked, Category, Data, Product, Ranked},
    },
    Shared, list,
};
use axum::{body::Bytes, extract::State};
use sqlx::Row as _;
use std::sync::PoisonError;
use uuid::Uuid;

const SQL: &str = "
    SELECT p.id, p.slug, p.name, p.price_minor, p.currency, c.id, c.name
    FROM products AS p
    CROSS JOIN categories AS c ON c.id = p.category_id
    WHERE p.id IN (SELECT unhex(value) FROM json_each(?1))";

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let first = usize::try_from(asked.first)?;
    let places = stores.boards.read().unwrap_or_else(PoisonError::into_inner).trending(asked.window, first);
    let ids: Vec<Uuid> = places.iter().map(|(id, _)| *id).collect();
    let rows = sqlx::query(SQL).bind(list(&ids)).fetch_all(&stores.sqlite).await?;
    let rows: Vec<(Uuid, _)> = rows.iter().map(|row| Ok((row.try_get(0)?, row))).collect::<sqlx::Result<_>>()?;
    let mut trending = Vec::with_capacity(places.len());
    for (place, (id, kept)) in places.into_iter().enumerate() {
        let score = (kept * 1_048_576.0).trunc() / 1_048_576.0;
        if score == 0.0 {
            continue;
        }
        let product = rows.iter().find(|(known, _)| *known == id).map(|(_, row)| {
            Ok::<_, sqlx::Error>(Product {
                id: Id("product", id),
                slug: row.try_get(1)?,
                name: row.try_get(2)?,
                price: Money::new(row.try_get(3)?, row.try_get(4)?),
                category: Category { id: Id("category", row.try_get(5)?), name: row.try_get(6)? },
            })
        });
        trending.push(Ranked { rank: place + 1, score, product: product.transpose()? });
    }
    json(Data { trending })
}
