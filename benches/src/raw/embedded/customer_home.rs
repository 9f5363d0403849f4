//! All that a customer sees after signing in: two statements on one connection, the customer with the latest orders, and what lies in documents.

use super::{
    super::{
        Answer,
        customer_home::{Article, Asked, Customer, Data, Event, Line, Nodes, Notifications, Order, Orders, Preferences, Product},
        json,
        text::{Id, Money, Time},
    },
    Failed, Shared,
};
use axum::{body::Bytes, extract::State};
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::{Row as _, sqlite::SqliteRow};
use uuid::Uuid;

/// One row for each line of the latest orders; who never bought has one row all the same.
const FACTS: &str = "
    SELECT c.name, c.tier, spent.minor, (SELECT code FROM currencies), spent.orders,
           o.id, o.status, o.placed_at, o.total_minor, o.currency, i.quantity, p.id, p.name
    FROM customers AS c
    CROSS JOIN (
        SELECT sum(total_minor) FILTER (WHERE status <> 'CANCELLED') AS minor, count(*) AS orders FROM orders WHERE customer_id = ?1
    ) AS spent
    LEFT JOIN (
        SELECT id, status, placed_at, total_minor, currency
        FROM orders WHERE customer_id = ?1 ORDER BY placed_at DESC, id DESC LIMIT ?2
    ) AS o ON true
    LEFT JOIN order_items AS i ON i.order_id = o.id
    LEFT JOIN products AS p ON p.id = i.product_id
    WHERE c.id = ?1
    ORDER BY o.placed_at DESC, o.id DESC, i.line";
/// Preferences, articles and activity, told apart by a number: what it is, an id, two texts, a time.
const CONTENT: &str = "
    SELECT 0, NULL, NULL, body, NULL FROM preferences WHERE customer_id = ?1
    UNION ALL
    SELECT * FROM (SELECT 1, id, status, title, created_at FROM articles WHERE author_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2)
    UNION ALL
    SELECT * FROM (SELECT 2, NULL, kind, data, at FROM activity WHERE customer_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2)";

/// The text of preferences. Free JSON goes on as it stands.
#[derive(Deserialize)]
struct Body<'a> {
    theme: &'a str,
    locale: &'a str,
    currency: &'a str,
    interests: Vec<&'a str>,
    notifications: Notifications,
    #[serde(borrow)]
    extra: &'a RawValue,
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let id = Id::parse("customer", asked.id).ok_or("not the id of a customer")?;
    let mut connection = stores.sqlite.acquire().await?;
    let rows = sqlx::query(FACTS).bind(id.1).bind(asked.rows).fetch_all(&mut *connection).await?;
    let Some(first) = rows.first() else { return json(Data::<&RawValue> { customer: None }) };
    let content = sqlx::query(CONTENT).bind(id.1).bind(asked.rows).fetch_all(&mut *connection).await?;
    drop(connection);

    let spent: Option<i64> = first.try_get(2)?;
    let mut customer = Customer {
        id,
        name: first.try_get(0)?,
        tier: first.try_get(1)?,
        total_spent: spent.map(|minor| Ok::<_, sqlx::Error>(Money::new(minor, first.try_get(3)?))).transpose()?,
        preferences: None,
        orders: Orders { total_count: first.try_get(4)?, nodes: orders(&rows)? },
        articles: Nodes { nodes: Vec::new() },
        activity: Nodes { nodes: Vec::new() },
    };
    for row in &content {
        match row.try_get(0)? {
            0 => customer.preferences = Some(preferences(row)?),
            1 => customer.articles.nodes.push(article(row)?),
            _ => customer.activity.nodes.push(event(row)?),
        }
    }
    json(Data { customer: Some(customer) })
}

/// Rows of one order stand together.
fn orders(rows: &[SqliteRow]) -> sqlx::Result<Vec<Order<'_>>> {
    let mut orders: Vec<Order> = Vec::new();
    for row in rows {
        let Some(id) = row.try_get::<Option<Uuid>, _>(5)? else { continue };
        if orders.last().is_none_or(|order| order.id.1 != id) {
            orders.push(Order {
                id: Id("order", id),
                status: row.try_get(6)?,
                placed_at: Time(row.try_get(7)?),
                total: Money::new(row.try_get(8)?, row.try_get(9)?),
                items: Vec::new(),
            });
        }
        let (Some(order), Some(quantity)) = (orders.last_mut(), row.try_get(10)?) else { continue };
        let product: Option<Uuid> = row.try_get(11)?;
        let product = product.map(|id| Ok::<_, sqlx::Error>(Product { id: Id("product", id), name: row.try_get(12)? }));
        order.items.push(Line { quantity, product: product.transpose()? });
    }
    Ok(orders)
}

fn preferences(row: &SqliteRow) -> Result<Preferences<'_, &RawValue>, Failed> {
    let Body { theme, locale, currency, interests, notifications, extra } = serde_json::from_str(row.try_get(3)?)?;
    Ok(Preferences { theme, locale, currency, interests, notifications, extra })
}

fn article(row: &SqliteRow) -> sqlx::Result<Article<'_>> {
    let (id, status, title, at) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
    Ok(Article { id: Id("article", id), title, status, created_at: Time(at) })
}

fn event(row: &SqliteRow) -> Result<Event<'_, &RawValue>, Failed> {
    let (kind, data, at) = (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
    Ok(Event { kind, at: Time(at), data: serde_json::from_str(data)? })
}
