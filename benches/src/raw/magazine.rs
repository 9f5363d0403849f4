//! A page of articles with a tag: one find of the fields that are shown, then authors, products and view counts at the same time.

use super::{
    Answer, Failed, Shared, bson, json,
    text::{Big, Id, Money, Time, cursor, read_cursor},
    views_key,
};
use axum::{body::Bytes, extract::State};
use futures::TryStreamExt as _;
use mongodb::{
    bson::{DateTime, RawDocument, RawDocumentBuf, doc},
    options::Hint,
};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::borrow::Cow;
use uuid::Uuid;

pub(super) const LIST: &str = "articles/CreatedDesc";
const AUTHORS: &str = "SELECT id, name FROM customers WHERE id = ANY($1)";
const PRODUCTS: &str = "SELECT id, name, price_minor, currency FROM products WHERE id = ANY($1)";

#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    #[serde(borrow)]
    pub(super) tag: Cow<'a, str>,
    pub(super) first: i64,
    pub(super) after: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub(super) articles: Articles<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Articles<'a> {
    pub(super) edges: Vec<Edge<'a>>,
    pub(super) page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Edge<'a> {
    pub(super) cursor: String,
    pub(super) node: Article<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Article<'a> {
    pub(super) id: Id,
    pub(super) slug: &'a str,
    pub(super) title: &'a str,
    pub(super) tags: Vec<&'a str>,
    pub(super) published_at: Option<Time>,
    pub(super) views: Big,
    pub(super) author: Option<Author<'a>>,
    pub(super) products: Vec<Option<Product<'a>>>,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct Author<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Product<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) price: Money<'a>,
}

/// What is read of an article's document.
#[derive(Default)]
struct Row<'a> {
    id: Uuid,
    slug: &'a str,
    title: &'a str,
    tags: Vec<&'a str>,
    published_at: Option<i64>,
    created_at: i64,
    author: Uuid,
    products: Vec<Uuid>,
}

fn read(document: &RawDocument) -> Result<Row<'_>, Failed> {
    let mut row = Row::default();
    for field in document {
        let (name, value) = field?;
        match name.as_str() {
            "_id" => row.id = bson::id(value)?,
            "slug" => row.slug = bson::text(value)?,
            "title" => row.title = bson::text(value)?,
            "tags" => row.tags = bson::array(value)?.into_iter().map(|tag| bson::text(tag?)).collect::<Result<_, _>>()?,
            "publishedAt" => row.published_at = Some(bson::millis(value)?),
            "createdAt" => row.created_at = bson::millis(value)?,
            "authorId" => row.author = bson::id(value)?,
            "productIds" => row.products = bson::array(value)?.into_iter().map(|id| bson::id(id?)).collect::<Result<_, _>>()?,
            _ => {}
        }
    }
    Ok(row)
}

pub(super) fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let mut filter = doc! { "tags": asked.tag.as_ref(), "status": "PUBLISHED" };
    if let Some(after) = asked.after {
        let (at, id) = read_cursor(LIST, after).ok_or("not a cursor")?;
        let (at, id) = (DateTime::from_millis(at), bson::uuid(id));
        filter.insert("createdAt", doc! { "$lte": at });
        filter.insert("$or", vec![doc! { "createdAt": { "$lt": at } }, doc! { "_id": { "$lt": id } }]);
    }
    let shown = doc! { "slug": 1, "title": 1, "tags": 1, "publishedAt": 1, "createdAt": 1, "authorId": 1, "productIds": 1 };
    let articles = stores.mongodb.collection::<RawDocumentBuf>("articles");
    let found = articles.find(filter);
    let found = found.sort(doc! { "createdAt": -1, "_id": -1 }).hint(Hint::Name("tags_status_createdAt".to_owned())).projection(shown);
    // with room for one more the server closes the cursor at once
    let found = found.limit(asked.first + 1).batch_size(u32::try_from(asked.first + 2)?).await?;
    let documents: Vec<RawDocumentBuf> = found.try_collect().await?;
    let mut rows: Vec<Row> = documents.iter().map(|document| read(document)).collect::<Result<_, _>>()?;
    let wanted = usize::try_from(asked.first)?;
    let has_next_page = rows.len() > wanted;
    rows.truncate(wanted);
    if rows.is_empty() {
        return json(Data { articles: Articles { edges: Vec::new(), page_info: PageInfo { has_next_page, end_cursor: None } } });
    }

    let authors = distinct(rows.iter().map(|row| row.author));
    let products = distinct(rows.iter().flat_map(|row| row.products.iter().copied()));
    let keys: Vec<String> = rows.iter().map(|row| views_key(Id("article", row.id))).collect();
    let (mut redis, mut command) = (stores.redis.clone(), redis::cmd("MGET"));
    command.arg(keys);
    let (authors, products, views) = tokio::join!(
        sqlx::query(AUTHORS).bind(&authors).fetch_all(&stores.postgres),
        sqlx::query(PRODUCTS).bind(&products).fetch_all(&stores.postgres),
        command.query_async::<Vec<Option<i64>>>(&mut redis),
    );
    let (authors, products, views) = (authors?, products?, views?);
    let mut author_of = authors.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<Vec<(Uuid, &str)>>>()?;
    author_of.sort_unstable_by_key(|(id, _)| *id);
    let mut product_of = products.iter().map(|row| Ok((row.try_get(0)?, row))).collect::<sqlx::Result<Vec<(Uuid, _)>>>()?;
    product_of.sort_unstable_by_key(|(id, _)| *id);

    let product = |id: &Uuid| {
        let place = product_of.binary_search_by_key(id, |(known, _)| *known).ok()?;
        let row = product_of[place].1;
        let price = Money::new(row.try_get(2).ok()?, row.try_get(3).ok()?);
        Some(Product { id: Id("product", *id), name: row.try_get(1).ok()?, price })
    };
    let edges: Vec<Edge> = rows
        .iter_mut()
        .zip(views)
        .map(|(row, views)| Edge {
            cursor: cursor(LIST, row.created_at, row.id),
            node: Article {
                id: Id("article", row.id),
                slug: row.slug,
                title: row.title,
                tags: std::mem::take(&mut row.tags),
                published_at: row.published_at.map(Time),
                views: Big(views.unwrap_or_default()),
                author: author_of
                    .binary_search_by_key(&row.author, |(id, _)| *id)
                    .ok()
                    .map(|place| Author { id: Id("customer", row.author), name: author_of[place].1 }),
                products: row.products.iter().map(product).collect(),
            },
        })
        .collect();
    let end_cursor = edges.last().map(|edge| edge.cursor.clone());
    json(Data { articles: Articles { edges, page_info: PageInfo { has_next_page, end_cursor } } })
}
