//! `Article` and the blocks that it is made of.

use super::{
    ask::{Paging, RowConnection, connection, detail_of_product, id, load, text},
    enums::ArticleStatus,
    scalars::{BigInt, DateTime},
    who,
};
use crate::{
    loaders::{
        Row, article::RevisionsByArticle, comment::CommentsByArticle, customer::CustomerById, product::ProductById, ranking::Views, shared,
    },
    shop::{self, Article, ArticleFilter, ArticleRevision, Audience, Comment, Counter, Customer, Key, Product, ProductId, SortKind},
};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject, Union};
use futures::future::try_join_all;

/// The name of the lists of one product's or author's articles in cursors.
pub const CHILD_LIST: &str = "articles/of";

/// An article's place in such a list.
pub fn child_key(article: &Article) -> Key {
    shop::ArticleOrder::CreatedDesc.key(article)
}

/// The name of the lists of one article's earlier versions in cursors.
const REVISIONS: &str = "article/revisions";

/// The name of the list of all articles in cursors.
pub fn list(order: shop::ArticleOrder) -> String {
    format!("articles/{order:?}")
}

/// Which articles to list; what is left out does not matter, what is given must all hold.
#[derive(InputObject, Default)]
pub struct ArticleWhere {
    /// Has this tag.
    tag: Option<String>,
    /// Only this status.
    status: Option<ArticleStatus>,
    /// Only this author's.
    author_id: Option<ID>,
}

impl ArticleWhere {
    /// The filter in the shop's own terms.
    pub fn filter(self) -> Result<ArticleFilter> {
        Ok(ArticleFilter {
            tag: self.tag.map(|tag| text("tag", tag, 100)).transpose()?,
            status: self.status.map(Into::into),
            author_id: self.author_id.map(|given| id(&given, "customer")).transpose()?,
        })
    }
}

/// A document of the magazine.
#[Object]
impl Article {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// Unique, for URLs.
    async fn slug(&self) -> &str {
        &self.slug
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.title
    }

    /// Whether readers see it.
    async fn status(&self) -> ArticleStatus {
        self.status.into()
    }

    /// What it is about, in single words.
    async fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The content. Only read from the store when it is asked for.
    async fn blocks(&self) -> Vec<Block> {
        self.blocks.iter().cloned().map(Block::from).collect()
    }

    /// Who wrote it; null if the account is gone.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Row<Customer>>> {
        load::<CustomerById>(ctx, self.author_id).await
    }

    /// The products that it is about; null stands for one that is gone.
    async fn products(&self, ctx: &Context<'_>) -> Result<Option<Vec<Option<Row<Product>>>>> {
        let detail = detail_of_product(ctx);
        try_join_all(self.product_ids.iter().map(|product| load::<ProductById>(ctx, (*product, detail)))).await.map(Some)
    }

    /// Since when readers see it.
    async fn published_at(&self) -> Option<DateTime> {
        self.published_at.map(DateTime)
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime {
        DateTime(self.created_at)
    }

    /// 1 at first, one more with each change.
    async fn version(&self) -> i32 {
        i32::try_from(self.version).unwrap_or(i32::MAX)
    }

    /// How often it was read; approximate.
    async fn views(&self, ctx: &Context<'_>) -> Result<Option<BigInt>> {
        Ok(load::<Views>(ctx, Counter::ArticleViews(self.id)).await?.map(BigInt))
    }

    /// Earlier versions, latest first; empty for others than the author and editors.
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<ArticleRevision>>> {
        let window = Paging { first, after, last, before }.window(ctx, REVISIONS, SortKind::Time)?;
        let sees = match who::known(ctx)?.of_articles() {
            Audience::Everything => true,
            Audience::Of(me) => me == self.author_id,
            Audience::Public => false,
        };
        let page =
            if sees { load::<RevisionsByArticle>(ctx, (self.id, (window,))).await? } else { Some(shared(shop::Page::empty(&window))) };
        Ok(page.map(|page| connection(&page, REVISIONS, ArticleRevision::key)))
    }

    /// What readers said, newest first.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Comment>>> {
        let list = super::comment::CHILD_LIST;
        let window = Paging { first, after, last, before }.window(ctx, list, SortKind::Time)?;
        let page = load::<CommentsByArticle>(ctx, (self.id, (window,))).await?;
        Ok(page.map(|page| connection(&page, list, Comment::key)))
    }
}

/// An earlier version of an article.
#[Object]
impl ArticleRevision {
    /// Which version it was.
    async fn version(&self) -> i32 {
        i32::try_from(self.article.version).unwrap_or(i32::MAX)
    }

    /// When the next version took its place.
    async fn replaced_at(&self) -> DateTime {
        DateTime(self.replaced_at)
    }

    /// The slug.
    async fn slug(&self) -> &str {
        &self.article.slug
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.article.title
    }

    /// Whether readers saw it.
    async fn status(&self) -> ArticleStatus {
        self.article.status.into()
    }

    /// What it was about, in single words.
    async fn tags(&self) -> &[String] {
        &self.article.tags
    }

    /// The content.
    async fn blocks(&self) -> Vec<Block> {
        self.article.blocks.iter().cloned().map(Block::from).collect()
    }
}

/// One piece of an article's content.
#[derive(Union)]
pub enum Block {
    /// Running text.
    Paragraph(Paragraph),
    /// A heading.
    Heading(Heading),
    /// Program text.
    Code(Code),
    /// A picture.
    Image(Image),
    /// Somebody's words.
    Quote(Quote),
    /// A product within the text.
    ProductEmbed(ProductEmbed),
}

/// Running text.
#[derive(SimpleObject)]
pub struct Paragraph {
    /// The text.
    text: String,
}

/// A heading.
#[derive(SimpleObject)]
pub struct Heading {
    /// 1 to 6.
    level: i32,
    /// The text.
    text: String,
}

/// A piece of program text.
#[derive(SimpleObject)]
pub struct Code {
    /// The language's name, lower case.
    language: String,
    /// The program text.
    source: String,
}

/// A picture.
#[derive(SimpleObject)]
pub struct Image {
    /// Where it is.
    url: String,
    /// What it shows, for those who do not see it.
    alt: String,
    /// What stands below it.
    caption: Option<String>,
}

/// Somebody's words.
#[derive(SimpleObject)]
pub struct Quote {
    /// The words.
    text: String,
    /// Whose they are.
    attribution: Option<String>,
}

/// A product of the shop, shown within the text.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ProductEmbed {
    #[graphql(skip)]
    product_id: ProductId,
    /// What stands below it.
    note: Option<String>,
}

#[ComplexObject]
impl ProductEmbed {
    /// The product; null if it is gone.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Row<Product>>> {
        load::<ProductById>(ctx, (self.product_id, detail_of_product(ctx))).await
    }
}

impl From<shop::Block> for Block {
    fn from(block: shop::Block) -> Self {
        match block {
            shop::Block::Paragraph { text } => Self::Paragraph(Paragraph { text }),
            shop::Block::Heading { level, text } => Self::Heading(Heading { level, text }),
            shop::Block::Code { language, source } => Self::Code(Code { language, source }),
            shop::Block::Image { url, alt, caption } => Self::Image(Image { url, alt, caption }),
            shop::Block::Quote { text, attribution } => Self::Quote(Quote { text, attribution }),
            shop::Block::ProductEmbed { product_id, note } => Self::ProductEmbed(ProductEmbed { product_id, note }),
        }
    }
}
