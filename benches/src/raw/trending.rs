//! The products that are looked at most: the board and its steps in one round trip, then one statement.

use super::{
    Answer, Failed, PREFIX, Shared, json,
    text::{Id, Money},
};
use axum::{body::Bytes, extract::State};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use uuid::Uuid;

const SQL: &str = "
    SELECT p.id, p.slug, p.name, p.price_minor, p.currency, c.id, c.name
    FROM products AS p
    JOIN categories AS c ON c.id = p.category_id
    WHERE p.id = ANY($1)";

#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    pub(super) window: &'a str,
    pub(super) first: i64,
}

#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub(super) trending: Vec<Ranked<'a>>,
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
    pub(super) slug: &'a str,
    pub(super) name: &'a str,
    pub(super) price: Money<'a>,
    pub(super) category: Category<'a>,
}

#[derive(Serialize)]
pub(super) struct Category<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
}

/// By which power of two the scores are told: the landmark that they were counted from, less the newest step.
fn exponent(steps: Option<String>) -> Result<i32, Failed> {
    let Some(steps) = steps else { return Ok(0) };
    let (landmark, newest) = steps.split_once(' ').ok_or("not the steps of a board")?;
    Ok(i32::try_from(landmark.parse::<i64>()? - newest.parse::<i64>()?)?)
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let board = format!("{PREFIX}:board:trending:{}", asked.window.to_ascii_lowercase());
    let mut commands = redis::pipe();
    commands.cmd("GET").arg(format!("{board}:steps")).cmd("ZREVRANGE").arg(&board).arg(0).arg(asked.first - 1).arg("WITHSCORES");
    let (steps, members): (_, Vec<(String, f64)>) = commands.query_async(&mut stores.redis.clone()).await?;
    let scale = 2_f64.powi(exponent(steps)?);
    let ids: Vec<Id> =
        members.iter().map(|(member, _)| Id::parse("product", member)).collect::<Option<_>>().ok_or("a board holds no product")?;
    let keys: Vec<Uuid> = ids.iter().map(|id| id.1).collect();
    let rows = sqlx::query(SQL).bind(&keys).fetch_all(&stores.postgres).await?;
    let rows: Vec<(Uuid, _)> = rows.iter().map(|row| Ok((row.try_get(0)?, row))).collect::<sqlx::Result<_>>()?;
    let mut trending = Vec::with_capacity(ids.len());
    for (place, (id, (_, kept))) in ids.into_iter().zip(members).enumerate() {
        let score = (kept * scale * 1_048_576.0).trunc() / 1_048_576.0;
        if score == 0.0 {
            continue;
        }
        let product = rows.iter().find(|(known, _)| *known == id.1).map(|(_, row)| {
            Ok::<_, sqlx::Error>(Product {
                id,
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
