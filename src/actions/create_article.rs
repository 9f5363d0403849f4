//! A new draft for the magazine.

use super::{
    article_input::{ArticleInput, refusal},
    refusal::{Faults, Outcome, settle},
    who::Asker,
};
use crate::{
    roles::Articles,
    shop::{
        Article, ArticleId, ArticleStatus, Event, Once, Provenance,
        audit::{Action, asked},
        rules,
    },
};

/// Saves a draft of the viewer's. A title must be given; without a slug the article's id serves as one.
pub async fn create_article(articles: &dyn Articles, asker: &Asker, input: ArticleInput) -> Outcome<Article> {
    let author_id = asker.editor()?;
    let once = asker.once("createArticle", &input.json())?;
    let fields = input.checked()?;
    let mut faults = Faults::default();
    if fields.title.is_none() {
        faults.add("title", "is missing");
    }
    let id = ArticleId::from_uuid(once.as_ref().map_or_else(uuid::Uuid::now_v7, Once::id));
    let article = fields.title.map(|title| Article {
        id,
        slug: fields.slug.unwrap_or_else(|| rules::slug_of(id)),
        title,
        status: ArticleStatus::Draft,
        tags: fields.tags.unwrap_or_default(),
        blocks: fields.blocks.unwrap_or_default(),
        author_id,
        product_ids: fields.product_ids.unwrap_or_default(),
        published_at: None,
        created_at: asker.at,
        version: 1,
    });
    let article = faults.done(article)?;
    let event = Event::article_changed(&article, false, asker.at);
    let audit = asker.audit(Action::CreateArticle, article.id, asked::plainly());
    settle(articles.article_create(&article, &event, Provenance::new(once.as_ref(), &audit)).await, refusal)
}
