//! All that a customer sees after signing in: one statement and one aggregation, at the same time.

use super::{
    Answer, Failed, Shared,
    bson::{self, Free},
    json, millis,
    text::{Id, Money, Time},
};
use axum::{body::Bytes, extract::State};
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use mongodb::{
    Database,
    bson::{Document, RawArray, RawBsonRef, RawDocumentBuf, doc},
};
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

/// One row for each line of the latest orders; who never bought has one row all the same.
const SQL: &str = "
    SELECT c.name, c.tier, spent.minor, spent.currency, spent.orders,
           o.id, o.status, o.placed_at, o.total_minor, o.currency, i.quantity, p.id, p.name
    FROM customers AS c
    CROSS JOIN LATERAL (
        SELECT sum(total_minor) FILTER (WHERE status <> 'CANCELLED')::bigint AS minor, min(currency) AS currency, count(*) AS orders
        FROM orders WHERE customer_id = c.id
    ) AS spent
    LEFT JOIN LATERAL (
        SELECT id, status, placed_at, total_minor, currency
        FROM orders WHERE customer_id = c.id ORDER BY placed_at DESC, id DESC LIMIT $2
    ) AS o ON true
    LEFT JOIN order_items AS i ON i.order_id = o.id
    LEFT JOIN products AS p ON p.id = i.product_id
    WHERE c.id = $1
    ORDER BY o.placed_at DESC, o.id DESC, i.line";

#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    pub(super) id: &'a str,
    pub(super) rows: i64,
}

/// With free JSON as the store gives it.
#[derive(Serialize)]
pub(super) struct Data<'a, F> {
    pub(super) customer: Option<Customer<'a, F>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer<'a, F> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) tier: &'a str,
    pub(super) total_spent: Option<Money<'a>>,
    pub(super) preferences: Option<Preferences<'a, F>>,
    pub(super) orders: Orders<'a>,
    pub(super) articles: Nodes<Article<'a>>,
    pub(super) activity: Nodes<Event<'a, F>>,
}

#[derive(Serialize)]
pub(super) struct Preferences<'a, F> {
    pub(super) theme: &'a str,
    pub(super) locale: &'a str,
    pub(super) currency: &'a str,
    pub(super) interests: Vec<&'a str>,
    pub(super) notifications: Notifications,
    pub(super) extra: F,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Notifications {
    pub(super) orders: bool,
    pub(super) magazine: bool,
    pub(super) offers: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Orders<'a> {
    pub(super) total_count: i64,
    pub(super) nodes: Vec<Order<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order<'a> {
    pub(super) id: Id,
    pub(super) status: &'a str,
    pub(super) placed_at: Time,
    pub(super) total: Money<'a>,
    pub(super) items: Vec<Line<'a>>,
}

#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) quantity: i64,
    pub(super) product: Option<Product<'a>>,
}

#[derive(Serialize)]
pub(super) struct Product<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Article<'a> {
    pub(super) id: Id,
    pub(super) title: &'a str,
    pub(super) status: &'a str,
    pub(super) created_at: Time,
}

#[derive(Serialize)]
pub(super) struct Event<'a, F> {
    pub(super) kind: &'a str,
    pub(super) at: Time,
    pub(super) data: F,
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let id = Id::parse("customer", asked.id).ok_or("not the id of a customer")?;
    let (rows, content) =
        tokio::join!(sqlx::query(SQL).bind(id.1).bind(asked.rows).fetch_all(&stores.postgres), content(&stores.mongodb, id.1, asked.rows));
    let (rows, content) = (rows?, content?);
    let Some(first) = rows.first() else { return json(Data::<Free> { customer: None }) };
    let list = |name| Ok::<&RawArray, Failed>(content.get_array(name)?);
    let preferences = list("preferences")?.into_iter().next();
    let spent: Option<i64> = first.try_get(2)?;
    let customer = Customer {
        id,
        name: first.try_get(0)?,
        tier: first.try_get(1)?,
        total_spent: spent.map(|minor| Ok::<_, sqlx::Error>(Money::new(minor, first.try_get(3)?))).transpose()?,
        preferences: preferences.map(|found| read_preferences(found?)).transpose()?,
        orders: Orders { total_count: first.try_get(4)?, nodes: orders(&rows)? },
        articles: Nodes { nodes: list("articles")?.into_iter().map(|found| article(found?)).collect::<Result<_, _>>()? },
        activity: Nodes { nodes: list("activity")?.into_iter().map(|found| event(found?)).collect::<Result<_, _>>()? },
    };
    json(Data { customer: Some(customer) })
}

/// Preferences, articles and activity as three arrays of one document.
async fn content(database: &Database, customer: Uuid, rows: i64) -> Result<RawDocumentBuf, Failed> {
    let lookup = |from: &str, field: &str, pipeline: Vec<Document>| doc! { "$lookup": { "from": from, "localField": "_id", "foreignField": field, "pipeline": pipeline, "as": from } };
    let newest = |field: &str| vec![doc! { "$sort": { field: -1, "_id": -1 } }, doc! { "$limit": rows }];
    let mut articles = newest("createdAt");
    articles.insert(0, doc! { "$match": { "status": { "$in": ["DRAFT", "PUBLISHED"] } } });
    articles.push(doc! { "$project": { "title": 1, "status": 1, "createdAt": 1 } });
    let mut activity = newest("at");
    activity.push(doc! { "$project": { "_id": 0, "kind": 1, "at": 1, "data": 1 } });
    let pipeline = [
        doc! { "$documents": [{ "_id": bson::uuid(customer) }] },
        lookup("preferences", "_id", Vec::new()),
        lookup("articles", "authorId", articles),
        lookup("activity", "customerId", activity),
    ];
    let mut found = database.aggregate(pipeline).batch_size(2).with_type::<RawDocumentBuf>().await?;
    found.try_next().await?.ok_or_else(|| "no answer".into())
}

/// Rows of one order stand together.
fn orders(rows: &[PgRow]) -> sqlx::Result<Vec<Order<'_>>> {
    let mut orders: Vec<Order> = Vec::new();
    for row in rows {
        let Some(id) = row.try_get::<Option<Uuid>, _>(5)? else { continue };
        if orders.last().is_none_or(|order| order.id.1 != id) {
            orders.push(Order {
                id: Id("order", id),
                status: row.try_get(6)?,
                placed_at: millis(row.try_get::<DateTime<Utc>, _>(7)?),
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

fn read_preferences(found: RawBsonRef<'_>) -> Result<Preferences<'_, Free<'_>>, Failed> {
    let document = bson::document(found)?;
    let notifications = document.get_document("notifications")?;
    let interests = document.get_array("interests")?.into_iter().map(|tag| bson::text(tag?));
    Ok(Preferences {
        theme: document.get_str("theme")?,
        locale: document.get_str("locale")?,
        currency: document.get_str("currency")?,
        interests: interests.collect::<Result<_, _>>()?,
        notifications: Notifications {
            orders: notifications.get_bool("orders")?,
            magazine: notifications.get_bool("magazine")?,
            offers: notifications.get_bool("offers")?,
        },
        extra: Free(RawBsonRef::Document(document.get_document("extra")?)),
    })
}

fn article(found: RawBsonRef<'_>) -> Result<Article<'_>, Failed> {
    let document = bson::document(found)?;
    Ok(Article {
        id: Id("article", bson::id(document.get("_id")?.ok_or("an article without id")?)?),
        title: document.get_str("title")?,
        status: document.get_str("status")?,
        created_at: Time(document.get_datetime("createdAt")?.timestamp_millis()),
    })
}

fn event(found: RawBsonRef<'_>) -> Result<Event<'_, Free<'_>>, Failed> {
    let document = bson::document(found)?;
    Ok(Event {
        kind: document.get_str("kind")?,
        at: Time(document.get_datetime("at")?.timestamp_millis()),
        data: Free(RawBsonRef::Document(document.get_document("data")?)),
    })
}
