//! Articles in PostgreSQL: columns for what is searched, jsonb for the blocks.

use super::query::{Binds, Scans, last_of_each, uuids};
use super::row::Cells;
use super::{Postgres, row, search};
use crate::roles::{Articles, Result};
use crate::shop::{
    Article, ArticleFilter, ArticleId, ArticleOrder, ArticleRefusal, ArticleRevision, ArticleStatus, Audience, Block, CustomerId, Detail,
    Event, Page, ProductId, Provenance, SearchText, SeenArticles, Window, Written,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use uuid::Uuid;

impl FromRow<'_, PgRow> for Article {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        // in the order of the columns
        let (id, slug, title) = (row::id(row, "id")?, row.try_get("slug")?, row.try_get("title")?);
        let (status, tags) = (row::code(row, "status", ArticleStatus::from_code)?, row.try_get("tags")?);
        let blocks: Option<Json<Vec<Block>>> = row.try_get("blocks")?;
        let author_id = row::id(row, "author_id")?;
        let product_ids: Vec<Uuid> = row.try_get("product_ids")?;
        Ok(Self {
            id,
            slug,
            title,
            status,
            tags,
            blocks: blocks.map(|Json(blocks)| blocks).unwrap_or_default(),
            author_id,
            product_ids: product_ids.into_iter().map(ProductId::from).collect(),
            published_at: row::optional_time(row, "published_at")?,
            created_at: row::time(row, "created_at")?,
            version: row.try_get("version")?,
        })
    }
}

const CREATED: Scans = Scans { asc: sql!("articles_page_created_asc"), desc: sql!("articles_page_created_desc") };
const TITLE: Scans = Scans { asc: sql!("articles_page_title_asc"), desc: sql!("articles_page_title_desc") };
const BY_PRODUCT: Scans = Scans { asc: sql!("articles_page_by_products_asc"), desc: sql!("articles_page_by_products_desc") };
const BY_AUTHOR: Scans = Scans { asc: sql!("articles_page_by_authors_asc"), desc: sql!("articles_page_by_authors_desc") };

/// The parameters of a filter.
fn filtered(binds: Binds, filter: &ArticleFilter) -> Binds {
    binds.with(filter.tag.clone()).with(filter.status.map(ArticleStatus::code)).with(filter.author_id.map(|id| id.uuid()))
}

/// The parameters of "published, or one's own, or everything".
fn seen_by(binds: Binds, audience: Audience) -> Binds {
    binds.with(audience.is_everything()).with(audience.customer().map(|id| id.uuid()))
}

fn whole(detail: Detail) -> bool {
    detail == Detail::Whole
}

#[async_trait]
impl Articles for Postgres {
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.look_up(sql!("articles_by_ids"), seen_by(Binds::new().keys(ids).with(whole(detail)), audience)).await
    }

    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.look_up(sql!("articles_by_slugs"), seen_by(Binds::new().with(slugs).with(whole(detail)), audience)).await
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
        let (scans, binds) = match order {
            ArticleOrder::CreatedDesc | ArticleOrder::CreatedAsc => (CREATED, Binds::new().window::<DateTime<Utc>>(window)?),
            ArticleOrder::TitleAsc | ArticleOrder::TitleDesc => (TITLE, Binds::new().window::<String>(window)?),
        };
        let rows = filtered(binds, &filter).with(whole(detail)).with(drafts_of);
        let count = filtered(Binds::new(), &filter).with(drafts_of);
        self.page(window, (scans.pick(order.descending(), window), rows), (sql!("articles_count"), count)).await
    }

    async fn articles_page_by_products(
        &self,
        products: &[ProductId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(ProductId, Page<Article>)>> {
        self.children(products, window, BY_PRODUCT, sql!("articles_count_by_products"), Some(detail)).await
    }

    async fn articles_page_by_authors(
        &self,
        authors: &[CustomerId],
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>> {
        let rows = Binds::new().with(uuids(authors)).window::<DateTime<Utc>>(window)?.with(whole(detail));
        let rows = (BY_AUTHOR.pick(true, window), seen_by(rows, audience));
        let counts = (sql!("articles_count_by_authors"), seen_by(Binds::new().with(uuids(authors)), audience));
        self.children_of(authors, window, rows, counts).await
    }

    async fn articles_search(&self, text: &SearchText, limit: u32, detail: Detail) -> Result<Vec<Article>> {
        let binds = Binds::new().with(search::anywhere(text)).with(search::in_first(text)).with(i64::from(limit)).with(whole(detail));
        self.rows(sql!("articles_search"), binds).await
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
        let rows = last_of_each(rows, |row| row.id);
        let binds = Binds::new()
            .column(&rows, |row| row.id.uuid())
            .column(&rows, |row| &*row.slug)
            .column(&rows, |row| &*row.title)
            .column(&rows, |row| row.status.code())
            .column(&rows, |row| Json(&row.tags))
            .column(&rows, |row| Json(&row.blocks))
            .column(&rows, |row| row.author_id.uuid())
            .column(&rows, |row| Json(row.product_ids.iter().map(|id| id.uuid()).collect::<Vec<_>>()))
            .column(&rows, |row| row.published_at.map(|at| at.to_chrono()))
            .column(&rows, |row| row.created_at.to_chrono())
            .column(&rows, |row| row.version)
            .column(&rows, |row| search::vector(&row.title, &row.body_text()));
        self.write(vec![(sql!("articles_put"), binds)]).await
    }
}
