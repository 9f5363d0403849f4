//! A page of orders: the orders with their customers, their lines, the products with their categories. Three statements, one after the
//! other on one connection: two that join lines and products cost PostgreSQL more than twice as much.

use super::{
    Answer, Shared, json, millis,
    text::{Amount, Id, Money, Time, cursor, read_cursor},
};
use axum::{body::Bytes, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

pub(super) const LIST: &str = "orders/PlacedDesc";

/// The page of the newest orders, and the one behind a place.
const FIRST: &str = "
    SELECT o.id, o.status, o.placed_at, o.total_minor, o.currency, c.id, c.name, c.email
    FROM (SELECT * FROM orders ORDER BY placed_at DESC, id DESC LIMIT $1) AS o
    JOIN customers AS c ON c.id = o.customer_id
    ORDER BY o.placed_at DESC, o.id DESC";
const BEHIND: &str = "
    SELECT o.id, o.status, o.placed_at, o.total_minor, o.currency, c.id, c.name, c.email
    FROM (SELECT * FROM orders WHERE (placed_at, id) < ($2, $3) ORDER BY placed_at DESC, id DESC LIMIT $1) AS o
    JOIN customers AS c ON c.id = o.customer_id
    ORDER BY o.placed_at DESC, o.id DESC";
const LINES: &str = "
    SELECT order_id, line, quantity, unit_price_minor, discount_minor, product_id
    FROM order_items
    WHERE order_id = ANY($1)
    ORDER BY order_id, line";
const PRODUCTS: &str = "
    SELECT p.id, p.name, c.id, c.name
    FROM products AS p
    JOIN categories AS c ON c.id = p.category_id
    WHERE p.id = ANY($1)";

#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    pub(super) first: i64,
    pub(super) after: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub(super) orders: Orders<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Orders<'a> {
    pub(super) nodes: Vec<Order<'a>>,
    pub(super) page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order<'a> {
    pub(super) id: Id,
    pub(super) status: &'a str,
    pub(super) placed_at: Time,
    pub(super) total: Money<'a>,
    pub(super) customer: Customer<'a>,
    pub(super) items: Vec<Line<'a>>,
}

#[derive(Serialize)]
pub(super) struct Customer<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    pub(super) line: i32,
    pub(super) quantity: i64,
    pub(super) unit_price: Price<'a>,
    pub(super) line_total: Price<'a>,
    pub(super) product: Option<Product<'a>>,
}

#[derive(Serialize)]
pub(super) struct Price<'a> {
    pub(super) amount: Amount<'a>,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct Product<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) category: Category<'a>,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct Category<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let mut connection = stores.postgres.acquire().await?;
    let page = match asked.after {
        None => sqlx::query(FIRST).bind(asked.first + 1),
        Some(after) => {
            let (at, id) = read_cursor(LIST, after).ok_or("not a cursor")?;
            sqlx::query(BEHIND).bind(asked.first + 1).bind(DateTime::from_timestamp_millis(at)).bind(id)
        }
    };
    let mut page = page.fetch_all(&mut *connection).await?;
    let wanted = usize::try_from(asked.first)?;
    let has_next_page = page.len() > wanted;
    page.truncate(wanted);
    let orders: Vec<Uuid> = page.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let lines = sqlx::query(LINES).bind(&orders).fetch_all(&mut *connection).await?;
    let mut products: Vec<Uuid> = lines.iter().map(|row| row.try_get(5)).collect::<Result<_, _>>()?;
    products.sort_unstable();
    products.dedup();
    let products = sqlx::query(PRODUCTS).bind(&products).fetch_all(&mut *connection).await?;
    drop(connection);

    let mut known: Vec<(Uuid, Product)> = products.iter().map(product).collect::<Result<_, _>>()?;
    known.sort_unstable_by_key(|(id, _)| *id);
    // lines come in the order of their orders' ids
    let owners: Vec<Uuid> = lines.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let nodes: Vec<Order> = page.iter().map(|row| order(row, &lines, &owners, &known)).collect::<Result<_, _>>()?;
    let end_cursor = nodes.last().map(|order| cursor(LIST, order.placed_at.0, order.id.1));
    json(Data { orders: Orders { nodes, page_info: PageInfo { has_next_page, end_cursor } } })
}

fn product(row: &PgRow) -> sqlx::Result<(Uuid, Product<'_>)> {
    let id = row.try_get(0)?;
    let category = Category { id: Id("category", row.try_get(2)?), name: row.try_get(3)? };
    Ok((id, Product { id: Id("product", id), name: row.try_get(1)?, category }))
}

fn order<'a>(row: &'a PgRow, lines: &[PgRow], owners: &[Uuid], known: &[(Uuid, Product<'a>)]) -> sqlx::Result<Order<'a>> {
    let (id, currency): (Uuid, &str) = (row.try_get(0)?, row.try_get(4)?);
    let begin = owners.partition_point(|owner| *owner < id);
    let end = begin + owners[begin..].partition_point(|owner| *owner == id);
    Ok(Order {
        id: Id("order", id),
        status: row.try_get(1)?,
        placed_at: millis(row.try_get::<DateTime<Utc>, _>(2)?),
        total: Money::new(row.try_get(3)?, currency),
        customer: Customer { id: Id("customer", row.try_get(5)?), name: row.try_get(6)?, email: row.try_get(7)? },
        items: lines[begin..end].iter().map(|row| line(row, currency, known)).collect::<Result<_, _>>()?,
    })
}

fn line<'a>(row: &PgRow, currency: &'a str, known: &[(Uuid, Product<'a>)]) -> sqlx::Result<Line<'a>> {
    let (quantity, unit, discount): (i64, i64, i64) = (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
    let product: Uuid = row.try_get(5)?;
    Ok(Line {
        line: row.try_get(1)?,
        quantity,
        unit_price: Price { amount: Amount(unit, currency) },
        line_total: Price { amount: Amount(quantity * unit - discount, currency) },
        product: known.binary_search_by_key(&product, |(id, _)| *id).ok().map(|place| known[place].1),
    })
}
