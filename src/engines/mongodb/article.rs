//! Articles: one document each, blocks inside, with the words that search looks for.

use super::{
    Mongodb, among, date, id,
    page::{Children, List, all, shop_page},
    time, uuid,
};
use crate::{
    roles::{Articles, Result},
    shop::{
        Article, ArticleFilter, ArticleId, ArticleOrder, ArticleStatus, Block, CustomerId, Detail, Page, ProductId, SearchText, Window,
        search::distinct_words,
    },
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document, doc},
    options::{CountOptions, FindOptions, Hint},
};
use serde::{Deserialize, Serialize};

const COLLECTION: &str = "articles";
const NEWEST_FIRST: List = List { field: "createdAt", descending: true };

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    slug: String,
    title: String,
    status: ArticleStatus,
    tags: Vec<String>,
    #[serde(default)]
    blocks: Vec<Block>,
    author_id: bson::Uuid,
    product_ids: Vec<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<DateTime>,
    created_at: DateTime,
    version: i64,
    /// The title's words, and those of title and body: plain arrays under plain indexes, not a text index. They find whole
    /// words by the shop's one tokeniser, and come newest first from the index: at 100,000 articles 2 to 60 ms, where a text
    /// index has to fetch and sort every match (a frequent word: 1.2 to 3.9 s, beyond the time limit).
    #[serde(skip_deserializing)]
    title_words: Vec<String>,
    #[serde(skip_deserializing)]
    words: Vec<String>,
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
            title_words: distinct_words(&article.title),
            words: distinct_words(&format!("{}\n{}", article.title, article.body_text())),
        }
    }
}

fn article(row: Row) -> Result<Article> {
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

/// The fields that stay in the store.
fn hidden(detail: Detail) -> Document {
    match detail {
        Detail::Summary => doc! { "blocks": 0, "titleWords": 0, "words": 0 },
        Detail::Whole => doc! { "titleWords": 0, "words": 0 },
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
    async fn articles(&self, filter: Document, detail: Detail) -> Result<Vec<Article>> {
        let options = FindOptions::builder().projection(hidden(detail)).build();
        articles(self.find(COLLECTION, filter, options).await?)
    }

    async fn count_articles(&self, filter: Document, index: &str) -> Result<u64> {
        let rows = self.database.collection::<Document>(COLLECTION);
        let mut options = CountOptions::default();
        options.hint = Some(Hint::Name(index.to_owned()));
        options.max_time = Some(super::READ - super::SERVER_FIRST);
        self.read(super::READ, async { rows.count_documents(filter).with_options(options).await }).await
    }

    /// Published articles that fit, newest first.
    async fn newest(&self, index: &str, filter: Document, limit: usize, detail: Detail) -> Result<Vec<Article>> {
        let options = FindOptions::builder()
            .sort(NEWEST_FIRST.sort(&Window::first(1)))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .hint(Hint::Name(index.to_owned()))
            .projection(hidden(detail))
            .build();
        articles(self.find(COLLECTION, filter, options).await?)
    }
}

#[async_trait]
impl Articles for Mongodb {
    async fn articles_by_ids(&self, ids: &[ArticleId], detail: Detail, _audience: crate::shop::Audience) -> Result<Vec<Article>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.articles(among("_id", ids), detail).await
    }

    async fn articles_by_slugs(&self, slugs: &[String], detail: Detail, _audience: crate::shop::Audience) -> Result<Vec<Article>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.articles(doc! { "slug": { "$in": slugs } }, detail).await
    }

    async fn articles_page(
        &self,
        filter: &ArticleFilter,
        order: ArticleOrder,
        window: &Window,
        detail: Detail,
        _audience: crate::shop::Audience,
    ) -> Result<Page<Article>> {
        let field = match order {
            ArticleOrder::CreatedDesc | ArticleOrder::CreatedAsc => "createdAt",
            ArticleOrder::TitleAsc | ArticleOrder::TitleDesc => "title",
        };
        let list = List { field, descending: order.descending() };
        let (conditions, index) = plan(filter, list);
        let options = FindOptions::builder()
            .sort(list.sort(window))
            .limit(window.fetch())
            .hint(Hint::Name(index.clone()))
            .projection(hidden(detail))
            .build();
        // a count needs no order: one scan of the index instead of one for each status
        let mut counted = conditions.clone();
        if filter.status.is_none() {
            counted.remove("status");
        }
        let rows = self.find(COLLECTION, all(conditions, list.bounds(window)), options);
        let total = async {
            match window.total {
                true => self.count_articles(counted, &index).await.map(Some),
                false => Ok(None),
            }
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
        let children =
            Children { collection: COLLECTION, parent: "productIds", only: published(), list: NEWEST_FIRST, hidden: hidden(detail) };
        let parents: Vec<_> = products.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(product, page)| Ok((ProductId::from_uuid(product), shop_page(page, article)?))).collect()
    }

    async fn articles_page_by_authors(
        &self,
        authors: &[CustomerId],
        window: &Window,
        detail: Detail,
        _audience: crate::shop::Audience,
    ) -> Result<Vec<(CustomerId, Page<Article>)>> {
        let only = doc! { "status": any_status() };
        let children = Children { collection: COLLECTION, parent: "authorId", only, list: NEWEST_FIRST, hidden: hidden(detail) };
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

    async fn articles_put(&self, rows: &[Article]) -> Result<()> {
        self.put(COLLECTION, rows.iter().map(Row::from)).await
    }
}
