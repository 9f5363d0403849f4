//! The magazine.

use super::{
    payload::payload,
    run::{id, run},
};
use crate::{
    actions::{self, ArticleInput, Outcome},
    shop::{self, Article},
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use std::sync::Arc;

/// Running text.
#[derive(InputObject)]
pub struct ParagraphData {
    /// The text.
    text: String,
}

/// A heading.
#[derive(InputObject)]
pub struct HeadingData {
    /// 1 to 6.
    level: i32,
    /// The text.
    text: String,
}

/// A piece of program text.
#[derive(InputObject)]
pub struct CodeData {
    /// The language's name, lower case.
    language: String,
    /// The program text.
    source: String,
}

/// A picture.
#[derive(InputObject)]
pub struct ImageData {
    /// Where it is.
    url: String,
    /// What it shows, for those who do not see it.
    alt: String,
    /// What stands below it.
    caption: Option<String>,
}

/// Somebody's words.
#[derive(InputObject)]
pub struct QuoteData {
    /// The words.
    text: String,
    /// Whose they are.
    attribution: Option<String>,
}

/// A product of the shop, shown within the text.
#[derive(InputObject)]
pub struct ProductEmbedData {
    /// Which product.
    product_id: ID,
    /// What stands below it.
    note: Option<String>,
}

/// One piece of an article's content: exactly one of its kinds.
#[derive(OneofObject)]
pub enum BlockData {
    /// Running text.
    Paragraph(ParagraphData),
    /// A heading.
    Heading(HeadingData),
    /// Program text.
    Code(CodeData),
    /// A picture.
    Image(ImageData),
    /// Somebody's words.
    Quote(QuoteData),
    /// A product within the text.
    ProductEmbed(ProductEmbedData),
}

/// A new draft.
#[derive(InputObject)]
pub struct CreateArticleData {
    /// 1 to 200 characters.
    title: String,
    /// Unique: 1 to 100 lower-case letters, digits and hyphens; left out: made of the id.
    slug: Option<String>,
    /// Lower case, at most 20.
    tags: Option<Vec<String>>,
    /// The content, at most 1,000 blocks and 1 MiB.
    blocks: Option<Vec<BlockData>>,
    /// The products that it is about, at most 100.
    product_ids: Option<Vec<ID>>,
}

/// What changes about an article; what is left out stays.
#[derive(InputObject)]
pub struct UpdateArticleData {
    /// Which article.
    id: ID,
    /// The version that the change is meant for; refused if there is another one by now.
    version: i32,
    /// 1 to 200 characters.
    title: Option<String>,
    /// Unique: 1 to 100 lower-case letters, digits and hyphens.
    slug: Option<String>,
    /// Lower case, at most 20.
    tags: Option<Vec<String>>,
    /// The content, at most 1,000 blocks and 1 MiB.
    blocks: Option<Vec<BlockData>>,
    /// The products that it is about, at most 100.
    product_ids: Option<Vec<ID>>,
}

/// Which article, and in which version.
#[derive(InputObject)]
pub struct PublishArticleData {
    /// Which article.
    id: ID,
    /// The version that is meant; refused if there is another one by now.
    version: i32,
}

payload!(
    /// The article after the change.
    ArticlePayload {
        /// The article.
        article: Arc<Article>
    },
    Documents -> [Hot]
);

fn blocks(given: Option<Vec<BlockData>>) -> Outcome<Option<Vec<shop::Block>>> {
    given.map(|blocks| blocks.into_iter().enumerate().map(|(index, given)| block(index, given)).collect()).transpose()
}

fn block(index: usize, given: BlockData) -> Outcome<shop::Block> {
    Ok(match given {
        BlockData::Paragraph(ParagraphData { text }) => shop::Block::Paragraph { text },
        BlockData::Heading(HeadingData { level, text }) => shop::Block::Heading { level, text },
        BlockData::Code(CodeData { language, source }) => shop::Block::Code { language, source },
        BlockData::Image(ImageData { url, alt, caption }) => shop::Block::Image { url, alt, caption },
        BlockData::Quote(QuoteData { text, attribution }) => shop::Block::Quote { text, attribution },
        BlockData::ProductEmbed(ProductEmbedData { product_id, note }) => {
            let product_id = id(&product_id, &format!("blocks.{index}.productEmbed.productId"), "product")?;
            shop::Block::ProductEmbed { product_id, note }
        }
    })
}

fn texts(ids: Option<Vec<ID>>) -> Option<Vec<String>> {
    ids.map(|ids| ids.into_iter().map(|id| id.0).collect())
}

/// The magazine; for editors.
#[derive(Default)]
pub struct ArticleMutation;

#[Object]
impl ArticleMutation {
    /// Saves a draft.
    async fn create_article(
        &self,
        ctx: &Context<'_>,
        input: CreateArticleData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ArticlePayload>> {
        let CreateArticleData { title, slug, tags, blocks: given, product_ids } = input;
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let (blocks, product_ids) = (blocks(given)?, texts(product_ids));
            let fields = ArticleInput { slug, title: Some(title), tags, blocks, product_ids };
            actions::create_article(&*stores.documents, asker, fields).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }

    /// Changes an article. The version before is kept.
    async fn update_article(
        &self,
        ctx: &Context<'_>,
        input: UpdateArticleData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ArticlePayload>> {
        let UpdateArticleData { id: given_id, version, title, slug, tags, blocks: given, product_ids } = input;
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let (blocks, product_ids) = (blocks(given)?, texts(product_ids));
            let fields = ArticleInput { slug, title, tags, blocks, product_ids };
            let article = id(&given_id, "id", "article")?;
            actions::update_article(&*stores.documents, asker, article, i64::from(version), fields).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }

    /// Shows the article to readers.
    async fn publish_article(
        &self,
        ctx: &Context<'_>,
        input: PublishArticleData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ArticlePayload>> {
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let article = id(&input.id, "id", "article")?;
            actions::publish_article(&*stores.documents, asker, article, i64::from(input.version)).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }

    /// Takes the article away from readers.
    async fn unpublish_article(
        &self,
        ctx: &Context<'_>,
        input: PublishArticleData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ArticlePayload>> {
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let article = id(&input.id, "id", "article")?;
            actions::unpublish_article(&*stores.documents, asker, article, i64::from(input.version)).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }
}
