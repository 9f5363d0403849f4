//! Articles in SQLite: a row with JSON in it. The blocks are one column, read only when they are asked for.

use super::{
    Sqlite, keys, row, steps,
    window::{Sort, page_query},
    words,
};
use crate::{
    roles::{Articles, Result},
    shop::{
        Article, ArticleFilter, ArticleId, ArticleOrder, ArticleRefusal, ArticleRevision, ArticleStatus, Audience, CustomerId, Detail,
        Event, Page, ProductId, Provenance, SearchText, SeenArticles, Window, Written,
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{FromRow, sqlite::SqliteRow};
use uuid::Uuid;

const BY_CREATED: [&str; 2] = [include_str!("sql/articles_page_created_desc.sql"), include_str!("sql/articles_page_created_asc.sql")];
const BY_TITLE: [&str; 2] = [include_str!("sql/articles_page_title_desc.sql"), include_str!("sql/articles_page_title_asc.sql")];
const BY_PRODUCTS: [&str; 2] =
    [include_str!("sql/articles_page_by_products_desc.sql"), include_str!("sql/articles_page_by_products_asc.sql")];
const BY_AUTHORS: [&str; 2] = [include_str!("sql/articles_page_by_authors_desc.sql"), include_str!("sql/articles_page_by_authors_asc.sql")];

impl FromRow<'_, SqliteRow> for Article {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        // in the order of the columns
        Ok(Self {
            id: row::id(row, "id")?,
            slug: row::text(row, "slug")?,
            title: row::text(row, "title")?,
            status: row::code(row, "status", ArticleStatus::from_code)?,
            author_id: row::id(row, "author_id")?,
            tags: row::json(row, "tags")?,
            product_ids: row::json::<Vec<Uuid>>(row, "product_ids")?.into_iter().map(Into::into).collect(),
            published_at: row::time_opt(row, "published_at")?,
            created_at: row::time(row, "created_at")?,
            version: row::number(row, "version")?,
            blocks: row::json_opt(row, "blocks")?.unwrap_or_default(),
        })
    }
}

fn whole(detail: Detail) -> bool {
    detail == Detail::Whole
}

/// An article as the statements take it.
pub fn columns(a: &Article) -> Value {
    json!([
        keys::hex(a.id.uuid()),
        a.slug,
        a.title,
        a.status.code(),
        keys::hex(a.author_id.uuid()),
        a.tags,
        a.product_ids.iter().map(|id| keys::hex(id.uuid())).collect::<Vec<_>>(),
        a.published_at.map(|at| at.millis()),
        a.created_at.millis(),
        a.version,
        a.blocks
    ])
}

/// What the article is found by, as `article_words_put` takes it.
pub fn found_by(a: &Article) -> Value {
    json!([keys::hex(a.id.uuid()), words::of(&a.title), words::of(&a.body_text())])
}

#[async_trait]
impl Articles for Sqlite {
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query_as(include_str!("sql/articles_by_ids.sql")).bind(keys::ids(ids)).bind(whole(detail));
        self.all(query.bind(audience.is_everything()).bind(audience.customer().map(|id| id.uuid()))).await
    }

    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query_as(include_str!("sql/articles_by_slugs.sql")).bind(keys::texts(slugs)).bind(whole(detail));
        self.all(query.bind(audience.is_everything()).bind(audience.customer().map(|id| id.uuid()))).await
    }

    async fn articles_page(
        &self,
        filter: &ArticleFilter,
        order: ArticleOrder,
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Page<Article>> {
        let Some(SeenArticles { filter, drafts_of }) = filter.seen_by(audience) else { return Ok(Page::empty(window)) };
        let drafts_of = drafts_of.map(|author| author.uuid());
        let (texts, sort) = match order {
            ArticleOrder::CreatedDesc | ArticleOrder::CreatedAsc => (BY_CREATED, Sort::Number),
            ArticleOrder::TitleAsc | ArticleOrder::TitleDesc => (BY_TITLE, Sort::Text),
        };
        let status = filter.status.map(ArticleStatus::code);
        let author = filter.author_id.map(|id| id.uuid());
        let rows = page_query(texts, window, order.descending(), sort)
            .bind(whole(detail))
            .bind(filter.tag.clone())
            .bind(status)
            .bind(author)
            .bind(drafts_of);
        let count = sqlx::query_as(include_str!("sql/articles_count.sql"));
        let count = count.bind(filter.tag.clone()).bind(status).bind(author).bind(drafts_of);
        self.page(window, rows, count).await
    }

    async fn articles_page_by_products(
        &self,
        products: &[ProductId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(ProductId, Page<Article>)>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(products);
        let rows = page_query(BY_PRODUCTS, window, true, Sort::Number).bind(whole(detail)).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/articles_count_by_products.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }

    async fn articles_page_by_authors(
        &self,
        authors: &[CustomerId],
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>> {
        if authors.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(authors);
        let (everything, customer) = (audience.is_everything(), audience.customer().map(|id| id.uuid()));
        let rows = page_query(BY_AUTHORS, window, true, Sort::Number).bind(whole(detail)).bind(keys.clone());
        let counts = sqlx::query_as(include_str!("sql/articles_count_by_authors.sql")).bind(keys);
        let (rows, counts) = (rows.bind(everything).bind(customer), counts.bind(everything).bind(customer));
        self.pages(window, rows, counts).await
    }

    async fn articles_search(&self, text: &SearchText, limit: u32, detail: Detail) -> Result<Vec<Article>> {
        let query = sqlx::query_as(include_str!("sql/articles_search.sql"));
        self.all(query.bind(words::all(text)).bind(words::all_in("title", text)).bind(limit).bind(whole(detail))).await
    }

    async fn article_revisions_page_by_articles(
        &self,
        articles: &[ArticleId],
        window: &Window,
    ) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>> {
        self.revisions(articles, window).await
    }

    async fn article_create(&self, article: &Article, event: &Event, by: Provenance<'_>) -> Result<Written<Article, ArticleRefusal>> {
        self.create_article(article, event, by).await
    }

    async fn article_replace(
        &self,
        previous: &Article,
        next: &Article,
        event: &Event,
        by: Provenance<'_>,
    ) -> Result<Written<Article, ArticleRefusal>> {
        self.replace_article(previous, next, event, by).await
    }

    async fn articles_put(&self, rows: &[Article]) -> Result<()> {
        let words = steps(include_str!("sql/article_words_put.sql"), rows.iter().map(found_by));
        self.write(steps(include_str!("sql/articles_put.sql"), rows.iter().map(columns)).chain(words).collect()).await
    }
}
