//! A page of articles with a tag: one statement for the articles with their authors, one for the products; view counts are at hand.

use super::{
    super::{
        Answer, json,
        magazine::{Article, Articles, Asked, Author, Data, Edge, LIST, PageInfo, Product, distinct},
        text::{Big, Id, Money, Time, cursor, read_cursor},
    },
    Shared, list,
};
use axum::{body::Bytes, extract::State};
use sqlx::{Row as _, sqlite::SqliteRow};
use std::{borrow::Cow, sync::PoisonError};
use uuid::Uuid;

const ARTICLES: &str = "
    SELECT a.id, a.slug, a.title, a.tags, a.product_ids, a.published_at, t.created_at, a.author_id, c.name
    FROM article_tags AS t
    CROSS JOIN articles AS a ON a.number = t.number
    LEFT JOIN customers AS c ON c.id = a.author_id
    WHERE t.tag = ?1 AND (t.created_at, t.id) < (?2, ?3) AND a.status = 'PUBLISHED'
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT ?4";
const PRODUCTS: &str = "
    SELECT id, name, price_minor, currency FROM products WHERE id IN (SELECT unhex(value) FROM json_each(?1)) ORDER BY id";

/// What is read of an article's row beside what is borrowed from it.
struct Lists<'a> {
    tags: Vec<Cow<'a, str>>,
    products: Vec<Uuid>,
}

fn lists(row: &SqliteRow) -> Result<Lists<'_>, super::Failed> {
    let products: Vec<&str> = serde_json::from_str(row.try_get(4)?)?;
    let tags: Vec<Tag> = serde_json::from_str(row.try_get(3)?)?;
    let products = products.into_iter().map(Uuid::try_parse).collect::<Result<_, _>>()?;
    Ok(Lists { tags: tags.into_iter().map(|tag| tag.0).collect(), products })
}

#[derive(serde::Deserialize)]
struct Tag<'a>(#[serde(borrow)] Cow<'a, str>);

pub async fn answer(State(stores): Shared, body: Bytes) -> Answer {
    let asked: Asked = serde_json::from_slice(&body)?;
    let (at, id) = match asked.after {
        None => (i64::MAX, Uuid::max()),
        Some(after) => read_cursor(LIST, after).ok_or("not a cursor")?,
    };
    let mut connection = stores.sqlite.acquire().await?;
    let page = sqlx::query(ARTICLES).bind(asked.tag.as_ref()).bind(at).bind(id).bind(asked.first + 1);
    let mut page = page.fetch_all(&mut *connection).await?;
    let wanted = usize::try_from(asked.first)?;
    let has_next_page = page.len() > wanted;
    page.truncate(wanted);
    let lists_of: Vec<Lists> = page.iter().map(lists).collect::<Result<_, _>>()?;
    let products = distinct(lists_of.iter().flat_map(|lists| lists.products.iter().copied()));
    let products = sqlx::query(PRODUCTS).bind(list(&products)).fetch_all(&mut *connection).await?;
    drop(connection);

    let known: Vec<Uuid> = products.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let product = |id: &Uuid| {
        let row = &products[known.binary_search(id).ok()?];
        let price = Money::new(row.try_get(2).ok()?, row.try_get(3).ok()?);
        Some(Product { id: Id("product", *id), name: row.try_get(1).ok()?, price })
    };
    let views = stores.views.read().unwrap_or_else(PoisonError::into_inner);
    let mut edges = Vec::with_capacity(page.len());
    for (row, lists) in page.iter().zip(&lists_of) {
        let (id, at, author): (Uuid, i64, Uuid) = (row.try_get(0)?, row.try_get(6)?, row.try_get(7)?);
        let name: Option<&str> = row.try_get(8)?;
        let article = Article {
            id: Id("article", id),
            slug: row.try_get(1)?,
            title: row.try_get(2)?,
            tags: lists.tags.iter().map(AsRef::as_ref).collect(),
            published_at: row.try_get::<Option<i64>, _>(5)?.map(Time),
            views: Big(views.get(&id).copied().unwrap_or_default()),
            author: name.map(|name| Author { id: Id("customer", author), name }),
            products: lists.products.iter().map(product).collect(),
        };
        edges.push(Edge { cursor: cursor(LIST, at, id), node: article });
    }
    let end_cursor = edges.last().map(|edge| edge.cursor.clone());
    json(Data { articles: Articles { edges, page_info: PageInfo { has_next_page, end_cursor } } })
}
