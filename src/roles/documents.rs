//! The documents role: flexible content, read whole or as a summary.

use super::{Result, Store};
use crate::shop::{
    ActivityEvent, Article, ArticleFilter, ArticleId, ArticleOrder, Comment, CommentId, Counter, CustomerId, Detail, OrderId, Page,
    Preferences, ProductId, SearchText, Window,
};
use async_trait::async_trait;
use std::time::Duration;

/// The whole role.
pub trait Documents: Store + Articles + Comments + PreferenceStore + Activity {}
impl<T: Store + Articles + Comments + PreferenceStore + Activity + ?Sized> Documents for T {}

/// The magazine. Read as [`Detail::Summary`], the store does not send the blocks.
#[async_trait]
pub trait Articles: Send + Sync {
    /// The articles with these ids.
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail) -> Result<Vec<Article>>;

    /// The articles with these slugs.
    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail) -> Result<Vec<Article>>;

    /// Articles that pass the filter, in this order.
    async fn articles_page(&self, filter: &ArticleFilter, order: ArticleOrder, window: &Window, detail: Detail) -> Result<Page<Article>>;

    /// For each product one page of the **published** articles about it, newest first (`created_at`, then id), all with the same
    /// window, in one statement. Promises: products without articles may be left out.
    async fn articles_page_by_products(
        &self,
        products: &[ProductId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(ProductId, Page<Article>)>>;

    /// For each author one page of their articles of any status, newest first, all with the same window, in one statement.
    /// Promises: authors without articles may be left out.
    async fn articles_page_by_authors(
        &self,
        authors: &[CustomerId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(CustomerId, Page<Article>)>>;

    /// **Published** articles whose title or body ([`Article::body_text`]) holds all the words.
    /// Promises: those with all words in the title come first; then newest first (`created_at`, then id); at most `limit`.
    async fn articles_search(&self, text: &SearchText, limit: u32, detail: Detail) -> Result<Vec<Article>>;

    /// Writes whole articles. Promises: a slug that another id has is a conflict.
    async fn articles_put(&self, rows: &[Article]) -> Result<()>;
}

/// What readers say.
#[async_trait]
pub trait Comments: Send + Sync {
    /// The comments with these ids.
    async fn comments_by_ids(&self, ids: &[CommentId]) -> Result<Vec<Comment>>;

    /// For each article one page of its comments, newest first, all with the same window, in one statement.
    /// Promises: articles without comments may be left out.
    async fn comments_page_by_articles(&self, articles: &[ArticleId], window: &Window) -> Result<Vec<(ArticleId, Page<Comment>)>>;

    /// Writes comments.
    async fn comments_put(&self, rows: &[Comment]) -> Result<()>;
}

/// One settings document for each customer.
#[async_trait]
pub trait PreferenceStore: Send + Sync {
    /// The preferences of these customers.
    async fn preferences_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Preferences>>;

    /// Writes whole preferences.
    async fn preferences_put(&self, rows: &[Preferences]) -> Result<()>;
}

/// What happened, append-only.
#[async_trait]
pub trait Activity: Send + Sync {
    /// For each customer one page of their events, newest first, all with the same window, in one statement.
    /// Promises: customers without events may be left out.
    async fn activity_page_by_customers(&self, customers: &[CustomerId], window: &Window)
    -> Result<Vec<(CustomerId, Page<ActivityEvent>)>>;

    /// The events about these orders, at most 100 an order, the earliest. Promises: within an order by time, then id, ascending.
    async fn activity_by_orders(&self, orders: &[OrderId]) -> Result<Vec<ActivityEvent>>;

    /// How often each product and article was viewed (kinds `PRODUCT_VIEWED`, `ARTICLE_VIEWED`), for rebuilding counters and boards.
    /// `back` counts only events at most that much older than the newest event of any kind; `None` counts all.
    async fn activity_view_counts(&self, back: Option<Duration>) -> Result<Vec<(Counter, i64)>>;

    /// Appends events. Promises: an id that is there already is left as it is.
    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()>;
}
