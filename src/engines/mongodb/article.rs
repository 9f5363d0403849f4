//! Articles: one document each, blocks inside, with the words that search looks for.

use super::{
    Mongodb, READ, Source, among, date, explain, field, id,
    once::Made,
    page::{Children, List, Tie, all, shop_page},
    time, uuid,
};
use crate::{
    receipt::statements,
    roles::{Articles, Result},
    shop::{
        Article, ArticleFilter, ArticleId, ArticleOrder, ArticleRefusal, ArticleRevision, ArticleStatus, Audience, Block, CustomerId,
        Detail, Event, Page, ProductId, Provenance, SearchText, Window, Written, search::distinct_words,
    },
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document, doc},
    options::{CountOptions, FindOptions, Hint},
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

pub const COLLECTION: &str = "articles";
const NEWEST_FIRST: List = List { field: "createdAt", tie: Tie::Id, descending: true };

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    #[serde(rename = "_id", deserialize_with = "field::id")]
    pub id: bson::Uuid,
    slug: String,
    title: String,
    status: ArticleStatus,
    tags: Vec<String>,
    #[serde(default)]
    blocks: Vec<Block>,
    #[serde(deserialize_with = "field::id")]
    author_id: bson::Uuid,
    #[serde(deserialize_with = "field::ids")]
    product_ids: Vec<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "field::optional_date")]
    published_at: Option<DateTime>,
    #[serde(deserialize_with = "field::date")]
    created_at: DateTime,
    pub version: i64,
    /// The key that this version was asked for with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// The title's words, and those of title and body: plain arrays under plain indexes, not a text index. They find whole
    /// words by the shop's one tokeniser, and come newest first from the index: at 100,000 articles 2 to 60 ms, where a text
    /// index has to fetch and sort every match (a frequent word: 1.2 to 3.9 s, beyond the time limit).
    /// Never read: an article that was read, and goes on as a revision, has none.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    title_words: Option<Vec<String>>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    words: Option<Vec<String>>,
}

impl Row {
    /// An article's version as this key makes it.
    pub fn made(article: &Article, key: Option<&Made>) -> Self {
        Self { made: key.cloned(), ..Self::from(article) }
    }
}

impl From<&Article> for Row {
    fn from(article: &Article) -> Self {
        Self {
            id: uuid(article.id.uuid()),
            slug: article.slug.clone(),
            title: article.title.clone(),
            status: article.status,
            tags: article.tags.clone(),
            blocks: article.blocks.clone(),
            author_id: uuid(article.author_id.uuid()),
            product_ids: article.product_ids.iter().map(|id| uuid(id.uuid())).collect(),
            published_at: article.published_at.map(date),
            created_at: date(article.created_at),
            version: article.version,
            made: None,
            title_words: Some(distinct_words(&article.title)),
            words: Some(distinct_words(&format!("{}\n{}", article.title, article.body_text()))),
        }
    }
}

pub fn article(row: Row) -> Result<Article> {
    Ok(Article {
        id: id(row.id),
        slug: row.slug,
        title: row.title,
        status: row.status,
        tags: row.tags,
        blocks: row.blocks,
        author_id: id(row.author_id),
        product_ids: row.product_ids.into_iter().map(id).collect(),
        published_at: row.published_at.map(time).transpose()?,
        created_at: time(row.created_at)?,
        version: row.version,
    })
}

fn articles(rows: Vec<Row>) -> Result<Vec<Article>> {
    rows.into_iter().map(article).collect()
}

/// The fields of a [`Row`] that are read, but for its `made`. Told what to send the server takes two thirds of the time that it takes when
/// told what to leave out (a page of 20: 0.47 ms against 0.74, MongoDB 6.0.5).
pub fn shown(detail: Detail) -> Document {
    let mut shown = doc! {
        "slug": 1, "title": 1, "status": 1, "tags": 1, "authorId": 1, "productIds": 1, "publishedAt": 1, "createdAt": 1, "version": 1,
    };
    if detail.is_whole() {
        shown.insert("blocks", 1);
    }
    shown
}

/// What this audience sees: what is published, or their own, or everything.
fn seen_by(audience: Audience) -> Document {
    match audience {
        Audience::Everything => Document::new(),
        Audience::Public => published(),
        Audience::Of(customer) => doc! { "$or": [published(), { "authorId": uuid(customer.uuid()) }] },
    }
}

/// Any status, said in a way that lets an index with the status before the sort field serve the sort: the server merges one
/// ordered scan for each status.
fn any_status() -> Document {
    doc! { "$in": ArticleStatus::ALL.iter().map(|status| status.code()).collect::<Vec<_>>() }
}

fn published() -> Document {
    doc! { "status": ArticleStatus::Published.code() }
}

/// The filter, and the index for it in this order. We name the index ourselves: the planner's trial runs take a scan of the
/// whole order for a rare tag now and then, and remember it.
fn plan(filter: &ArticleFilter, list: List) -> (Document, String) {
    let mut conditions = Document::new();
    let mut index = format!("status_{}", list.field);
    if let Some(tag) = &filter.tag {
        conditions.insert("tags", tag);
        index = format!("tags_status_{}", list.field);
    }
    if let Some(author) = &filter.author_id {
        // of both, the author narrows more: nobody writes 10,000 articles
        conditions.insert("authorId", uuid(author.uuid()));
        index = format!("authorId_status_{}", list.field);
    }
    match filter.status {
        Some(status) => conditions.insert("status", status.code()),
        None => conditions.insert("status", any_status()),
    };
    (conditions, index)
}

impl Mongodb {
    async fn articles(&self, mut filter: Document, detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        filter.extend(seen_by(audience));
        let options = FindOptions::builder().projection(shown(detail)).build();
        articles(self.find(COLLECTION, filter, options).await?)
    }

    /// The part of a list that the window asks for.
    async fn list(&self, filter: &ArticleFilter, list: List, window: &Window, detail: Detail) -> Result<Vec<Row>> {
        let (conditions, index) = plan(filter, list);
        let options =
            FindOptions::builder().sort(list.sort(window)).limit(window.fetch()).hint(Hint::Name(index)).projection(shown(detail)).build();
        self.find(COLLECTION, all(conditions, list.bounds(window)), options).await
    }

    /// The same of two lists as one: each is cut by its own index before they meet. One filter for both, with `$or`, would walk through
    /// the drafts of all others.
    async fn list_with(
        &self,
        filter: &ArticleFilter,
        drafts: &ArticleFilter,
        list: List,
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<Row>> {
        let (published, index) = plan(filter, list);
        let (drafts, _) = plan(drafts, list);
        let part = |conditions| {
            let filter = all(conditions, list.bounds(window));
            vec![
                doc! { "$match": filter },
                doc! { "$sort": list.sort(window) },
                doc! { "$limit": window.fetch() },
                doc! { "$project": shown(detail) },
            ]
        };
        let mut pipeline = part(published);
        pipeline.push(doc! { "$unionWith": { "coll": COLLECTION, "pipeline": part(drafts) } });
        pipeline.push(doc! { "$sort": list.sort(window) });
        pipeline.push(doc! { "$limit": window.fetch() });
        let mut rows: Vec<Row> = self.aggregate(READ, Source::Collection(COLLECTION), pipeline, Some(&index)).await?;
        // one that became a draft in between is in both
        let mut seen = HashSet::new();
        rows.retain(|row| seen.insert(row.id.bytes()));
        Ok(rows)
    }

    async fn count_articles(&self, filter: &ArticleFilter, list: List) -> Result<u64> {
        let (mut conditions, index) = plan(filter, list);
        // a count needs no order: one scan of the index instead of one for each status
        if filter.status.is_none() {
            conditions.remove("status");
        }
        // as the driver counts
        let counting = || vec![doc! { "$match": conditions.clone() }, doc! { "$group": { "_id": 1, "n": { "$sum": 1 } } }];
        statements::note(|| explain::aggregate(&self.database, Source::Collection(COLLECTION), &counting(), Some(&index)));
        let rows = self.database.collection::<Document>(COLLECTION);
        let mut options = CountOptions::default();
        options.hint = Some(Hint::Name(index));
        options.max_time = Some(super::READ - super::SERVER_FIRST);
        self.read(super::READ, async { rows.count_documents(conditions).with_options(options).await }).await
    }

    /// Published articles that fit, newest first.
    async fn newest(&self, index: &str, filter: Document, limit: usize, detail: Detail) -> Result<Vec<Article>> {
        let options = FindOptions::builder()
            .sort(NEWEST_FIRST.sort(&Window::first(1)))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .hint(Hint::Name(index.to_owned()))
            .projection(shown(detail))
            .build();
        articles(self.find(COLLECTION, filter, options).await?)
    }
}

#[async_trait]
impl Articles for Mongodb {
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.articles(among("_id", ids), detail, audience).await
    }

    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail, audience: Audience) -> Result<Vec<Article>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.articles(doc! { "slug": { "$in": slugs } }, detail, audience).await
    }

    async fn articles_page(
        &self,
        filter: &ArticleFilter,
        order: ArticleOrder,
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Page<Article>> {
        let field = match order {
            ArticleOrder::CreatedDesc | ArticleOrder::CreatedAsc => "createdAt",
            ArticleOrder::TitleAsc | ArticleOrder::TitleDesc => "title",
        };
        let list = List { field, tie: Tie::Id, descending: order.descending() };
        let Some(seen) = filter.seen_by(audience) else { return Ok(Page::empty(window)) };
        let drafts = seen.drafts_of.map(|author| ArticleFilter {
            status: Some(ArticleStatus::Draft),
            author_id: Some(author),
            ..seen.filter.clone()
        });
        let rows = async {
            match &drafts {
                None => self.list(&seen.filter, list, window, detail).await,
                Some(drafts) => self.list_with(&seen.filter, drafts, list, window, detail).await,
            }
        };
        let total = async {
            if !window.total {
                return Ok(None);
            }
            let drafts = async {
                match &drafts {
                    Some(drafts) => self.count_articles(drafts, list).await,
                    None => Ok(0),
                }
            };
            let (others, drafts) = futures::try_join!(self.count_articles(&seen.filter, list), drafts)?;
            Ok(Some(others + drafts))
        };
        let (rows, total) = futures::try_join!(rows, total)?;
        shop_page(window.page(rows, total), article)
    }

    async fn articles_page_by_products(
        &self,
        products: &[ProductId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(ProductId, Page<Article>)>> {
        let children = Children { only: published(), shown: shown(detail), ..Children::of(COLLECTION, "productIds", NEWEST_FIRST) };
        let parents: Vec<_> = products.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(product, page)| Ok((ProductId::from_uuid(product), shop_page(page, article)?))).collect()
    }

    async fn articles_page_by_authors(
        &self,
        authors: &[CustomerId],
        window: &Window,
        detail: Detail,
        audience: Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>> {
        let mut only = doc! { "status": any_status() };
        only.extend(seen_by(audience));
        let children = Children { only, shown: shown(detail), ..Children::of(COLLECTION, "authorId", NEWEST_FIRST) };
        let parents: Vec<_> = authors.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(author, page)| Ok((CustomerId::from_uuid(author), shop_page(page, article)?))).collect()
    }

    async fn articles_search(&self, text: &SearchText, limit: u32, detail: Detail) -> Result<Vec<Article>> {
        let limit = limit as usize;
        let wanted = doc! { "$all": text.words() };
        let mut in_title = published();
        in_title.insert("titleWords", wanted.clone());
        let mut found = self.newest("titleWords_createdAt", in_title.clone(), limit, detail).await?;
        if found.len() < limit {
            let mut in_body = published();
            in_body.insert("words", wanted.clone());
            in_body.insert("$nor", vec![doc! { "titleWords": wanted }]);
            found.extend(self.newest("words_createdAt", in_body, limit - found.len(), detail).await?);
        }
        Ok(found)
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
        self.put_keeping(COLLECTION, rows.iter().map(Row::from)).await
    }
}
