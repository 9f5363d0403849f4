//! One product: one statement by its id.

use super::{
    super::{
        Answer, json,
        product::{Asked, Data, Product},
        text::{Id, Money},
    },
    Shared,
};
use axum::{body::Bytes, extract::State};
use sqlx::Row as _;

const SQL: &str = "SELECT sku, name, price_minor, currency, stock FROM products WHERE id = ?1";

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let id = Id::parse("product", asked.id).ok_or("not the id of a product")?;
    let Some(row) = sqlx::query(SQL).bind(id.1).fetch_optional(&stores.sqlite).await? else {
        return json(Data { product: None });
    };
    let product = Product {
        id,
        sku: row.try_get(0)?,
        name: row.try_get(1)?,
        price: Money::new(row.try_get(2)?, row.try_get(3)?),
        stock: row.try_get(4)?,
    };
    json(Data { product: Some(product) })
}
