//! The documents role: flexible content, read whole or as a summary.

use super::{AuditLog, Outbox, Result, Store};
use crate::shop::{
    ActivityEvent, Article, ArticleFilter, ArticleId, ArticleOrder, ArticleRefusal, ArticleRevision, Audience, Comment, CommentId, Counter,
    CustomerId, Detail, Event, Once, OrderId, Page, Preferences, ProductId, Provenance, SearchText, TrendingWindow, ViewBatch, ViewsInStep,
    Window, Written,
};
use async_trait::async_trait;

/// The whole role.
pub trait Documents: Store + Articles + Comments + PreferenceStore + Activity + Outbox + AuditLog {}
impl<T: Store + Articles + Comments + PreferenceStore + Activity + Outbox + AuditLog + ?Sized> Documents for T {}

/// The magazine. Read as [`Detail::Summary`], the store does not send the blocks. An audience sees what is published, and of the drafts
/// none, their own ([`Article::author_id`]), or all; what it does not see is left out like what does not exist.
#[async_trait]
pub trait Articles: Send + Sync {
    /// The articles with these ids.
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail, audience: Audience) -> Result<Vec<Article>>;

    /// The articles with these slugs.
    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail, audience: Audience) -> Result<Vec<Article>>;

    /// Articles that pass the filter, in this order.
    async fn articles_page(
        &self,
        filter: &ArticleFilter,
        order: ArticleOrder,
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Page<Article>>;

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
        audience: Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>>;

    /// **Published** articles whose title or body ([`Article::body_text`]) holds all the words.
    /// Promises: those with all words in the title come first; then newest first (`created_at`, then id); at most `limit`.
    async fn articles_search(&self, text: &SearchText, limit: u32, detail: Detail) -> Result<Vec<Article>>;

    /// For each article one page of its earlier versions, latest replaced first (`replaced_at`, then version), whole.
    /// Promises: articles without earlier versions may be left out; no version that is the current one is among them.
    async fn article_revisions_page_by_articles(
        &self,
        articles: &[ArticleId],
        window: &Window,
    ) -> Result<Vec<(ArticleId, Page<ArticleRevision>)>>;

    /// Adds an article of version 1, and its event to the outbox. With a key, the article's id is [`Once::id`].
    async fn article_create(&self, article: &Article, event: &Event, by: Provenance<'_>) -> Result<Written<Article, ArticleRefusal>>;

    /// Puts `next` in the place of `previous`, if that version is still the current one, keeps `previous` as a revision replaced at
    /// `event.at`, and adds the event to the outbox. The id stays, `next.version` is one more than that of `previous`.
    /// Promises: of two changes of one version one is stale.
    async fn article_replace(
        &self,
        previous: &Article,
        next: &Article,
        event: &Event,
        by: Provenance<'_>,
    ) -> Result<Written<Article, ArticleRefusal>>;

    /// Writes whole articles, with neither revisions nor events: this is how history enters the shop. Promises: a slug that another id has is a
    /// conflict; events that wait stay.
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

    /// Adds a comment, and its event to the outbox. With `once`, the comment's id is [`Once::id`].
    async fn comment_create(
        &self,
        comment: &Comment,
        event: &Event,
        once: Option<&Once>,
    ) -> Result<Written<Comment, std::convert::Infallible>>;

    /// Writes comments.
    async fn comments_put(&self, rows: &[Comment]) -> Result<()>;
}

/// One settings document for each customer.
#[async_trait]
pub trait PreferenceStore: Send + Sync {
    /// The preferences of these customers.
    async fn preferences_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Preferences>>;

    /// Puts preferences in the place of those of the version before (`next.version - 1`; 0: none are there yet).
    /// Promises: `false`, and nothing done, if another version stands there.
    async fn preferences_replace(&self, next: &Preferences) -> Result<bool>;

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

    /// How often each product and article was viewed: events of the kinds `PRODUCT_VIEWED` and `ARTICLE_VIEWED`, and the view batches.
    /// For rebuilding counters.
    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>>;

    /// The same for products alone, by the window's steps of time: those steps that are at most [`crate::shop::ranking::OLDEST_STEP`] older than
    /// the step of the newest product view. For rebuilding a trending board. Promises: nothing twice.
    async fn view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>>;

    /// Keeps views that were counted elsewhere. Promises: a batch whose id is there already is left as it is.
    async fn views_put(&self, batch: &ViewBatch) -> Result<()>;

    /// Appends events. Promises: an id that is there already is left as it is.
    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()>;
}
