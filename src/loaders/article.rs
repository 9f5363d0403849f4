//! Questions about articles. How they are read is part of the key: a list without blocks must not answer a field that shows them, and what
//! one viewer sees must not answer another.

use super::{
    Answers, Asks, Row,
    questions::{by_arguments, in_order, shared},
};
use crate::{
    roles,
    shop::{Article, ArticleFilter, ArticleId, ArticleOrder, ArticleRevision, CustomerId, Detail, ProductId, Reading, SearchText, Window},
    stores::Stores,
};

/// An article by id.
pub struct ArticleById;

#[async_trait::async_trait]
impl super::Question for ArticleById {
    type Key = (ArticleId, Reading);
    type Answer = Row<Article>;
    type Lane = Reading;
    const ASKS: Asks = Asks::documents("articles_by_ids").by("article id");

    fn lane(key: &Self::Key) -> Reading {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |how: Reading, ids: Vec<ArticleId>| async move {
            let rows = stores.documents.articles_by_ids(&ids, how.detail, how.audience).await?;
            Ok(in_order(&ids, Row::each(rows).map(|row| (row.id, row))))
        };
        Ok(by_arguments(keys, ask).await)
    }
}

/// An article by slug.
pub struct ArticleBySlug;

#[async_trait::async_trait]
impl super::Question for ArticleBySlug {
    type Key = (String, Reading);
    type Answer = Row<Article>;
    type Lane = Reading;
    const ASKS: Asks = Asks::documents("articles_by_slugs").by("slug");

    fn lane(key: &Self::Key) -> Reading {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |how: Reading, slugs: Vec<String>| async move {
            let rows = stores.documents.articles_by_slugs(&slugs, how.detail, how.audience).await?;
            Ok(in_order(&slugs, Row::each(rows).map(|row| (row.slug.clone(), row))))
        };
        Ok(by_arguments(keys, ask).await)
    }
}

pages_by_parent!(
    /// A page of the published articles about a product.
    ArticlesByProduct, ProductId => Article, documents.articles_page_by_products by "product id", Detail
);
pages_by_parent!(
    /// A page of an author's articles.
    ArticlesByAuthor, CustomerId => Article, documents.articles_page_by_authors by "customer id", Reading
);
pages_by_parent!(
    /// A page of an article's earlier versions.
    RevisionsByArticle, ArticleId => ArticleRevision, documents.article_revisions_page_by_articles by "article id"
);
asked_singly!(
    /// A page of articles.
    ArticlesPage, (ArticleFilter, ArticleOrder, Window, Reading) => super::SharedPage<Article>, documents.articles_page,
    |stores, key| shared(stores.documents.articles_page(&key.0, key.1, &key.2, key.3.detail, key.3.audience).await?)
);
asked_singly!(
    /// Published articles that hold all the words.
    ArticlesSearch, (SearchText, u32, Detail) => Vec<Row<Article>>, documents.articles_search,
    |stores, key| Row::each(stores.documents.articles_search(&key.0, key.1, key.2).await?).collect()
);
