//! A page of orders: two statements on one connection, the orders with their customers, and their lines with products and categories.

use super::{
    super::{
        Answer, json,
        order_feed::{Asked, Category, Customer, Data, LIST, Line, Order, Orders, PageInfo, Price, Product},
        text::{Amount, Id, Money, Time, cursor, read_cursor},
    },
    Shared, list,
};
use axum::{body::Bytes, extract::State};
use sqlx::{Row as _, sqlite::SqliteRow};
use uuid::Uuid;

/// The page of the newest orders, and the one behind a place.
const FIRST: &str = "
    SELECT o.id, o.status, o.placed_at, o.total_minor, o.currency, c.id, c.name, c.email
    FROM (SELECT * FROM orders ORDER BY placed_at DESC, id DESC LIMIT ?1) AS o
    JOIN customers AS c ON c.id = o.customer_id
    ORDER BY o.placed_at DESC, o.id DESC";
const BEHIND: &str = "
    SELECT o.id, o.status, o.placed_at, o.total_minor, o.currency, c.id, c.name, c.email
    FROM (SELECT * FROM orders WHERE (placed_at, id) < (?2, ?3) ORDER BY placed_at DESC, id DESC LIMIT ?1) AS o
    JOIN customers AS c ON c.id = o.customer_id
    ORDER BY o.placed_at DESC, o.id DESC";
const LINES: &str = "
    SELECT i.order_id, i.line, i.quantity, i.unit_price_minor, i.discount_minor, p.id, p.name, c.id, c.name
    FROM order_items AS i
    CROSS JOIN products AS p ON p.id = i.product_id
    CROSS JOIN categories AS c ON c.id = p.category_id
    WHERE i.order_id IN (SELECT unhex(value) FROM json_each(?1))
    ORDER BY i.order_id, i.line";

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let mut connection = stores.sqlite.acquire().await?;
    let page = match asked.after {
        None => sqlx::query(FIRST).bind(asked.first + 1),
        Some(after) => {
            let (at, id) = read_cursor(LIST, after).ok_or("not a cursor")?;
            sqlx::query(BEHIND).bind(asked.first + 1).bind(at).bind(id)
        }
    };
    let mut page = page.fetch_all(&mut *connection).await?;
    let wanted = usize::try_from(asked.first)?;
    let has_next_page = page.len() > wanted;
    page.truncate(wanted);
    let orders: Vec<Uuid> = page.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let lines = sqlx::query(LINES).bind(list(&orders)).fetch_all(&mut *connection).await?;
    drop(connection);

    // lines come in the order of their orders' ids
    let owners: Vec<Uuid> = lines.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let nodes: Vec<Order> = page.iter().map(|row| order(row, &lines, &owners)).collect::<Result<_, _>>()?;
    let end_cursor = nodes.last().map(|order| cursor(LIST, order.placed_at.0, order.id.1));
    json(Data { orders: Orders { nodes, page_info: PageInfo { has_next_page, end_cursor } } })
}

fn order<'a>(row: &'a SqliteRow, lines: &'a [SqliteRow], owners: &[Uuid]) -> sqlx::Result<Order<'a>> {
    let (id, currency): (Uuid, &str) = (row.try_get(0)?, row.try_get(4)?);
    let begin = owners.partition_point(|owner| *owner < id);
    let end = begin + owners[begin..].partition_point(|owner| *owner == id);
    Ok(Order {
        id: Id("order", id),
        status: row.try_get(1)?,
        placed_at: Time(row.try_get(2)?),
        total: Money::new(row.try_get(3)?, currency),
        customer: Customer { id: Id("customer", row.try_get(5)?), name: row.try_get(6)?, email: row.try_get(7)? },
        items: lines[begin..end].iter().map(|row| line(row, currency)).collect::<Result<_, _>>()?,
    })
}

fn line<'a>(row: &'a SqliteRow, currency: &'a str) -> sqlx::Result<Line<'a>> {
    let (quantity, unit, discount): (i64, i64, i64) = (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
    let category = Category { id: Id("category", row.try_get(7)?), name: row.try_get(8)? };
    Ok(Line {
        line: row.try_get(1)?,
        quantity,
        unit_price: Price { amount: Amount(unit, currency) },
        line_total: Price { amount: Amount(quantity * unit - discount, currency) },
        product: Some(Product { id: Id("product", row.try_get(5)?), name: row.try_get(6)?, category }),
    })
}
