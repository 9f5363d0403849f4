//! An article changes: its text, or whether readers see it.

use super::{
    article_input::{ArticleInput, refusal},
    refusal::{Outcome, settle},
    who::Asker,
};
use crate::{
    roles::Articles,
    shop::{
        Article, ArticleId, ArticleRefusal, ArticleStatus, Audience, Detail, Event, Once, Provenance,
        audit::{Action, asked},
    },
};
use serde_json::json;

/// Changes what is given, if the article has the expected version.
pub async fn update_article(articles: &dyn Articles, asker: &Asker, id: ArticleId, version: i64, input: ArticleInput) -> Outcome<Article> {
    asker.editor()?;
    let once = asker.once("updateArticle", &json!({ "id": id.to_string(), "version": version, "article": input.json() }))?;
    let fields = input.checked()?;
    change(articles, asker, Action::UpdateArticle, (id, version), once, |article| {
        article.slug = fields.slug.unwrap_or_else(|| article.slug.clone());
        article.title = fields.title.unwrap_or_else(|| article.title.clone());
        article.tags = fields.tags.unwrap_or_else(|| article.tags.clone());
        article.blocks = fields.blocks.unwrap_or_else(|| article.blocks.clone());
        article.product_ids = fields.product_ids.unwrap_or_else(|| article.product_ids.clone());
    })
    .await
}

/// Shows the article to readers. One that they see already stays published since when it was.
pub async fn publish_article(articles: &dyn Articles, asker: &Asker, id: ArticleId, version: i64) -> Outcome<Article> {
    asker.editor()?;
    let once = asker.once("publishArticle", &json!({ "id": id.to_string(), "version": version }))?;
    change(articles, asker, Action::PublishArticle, (id, version), once, |article| {
        article.status = ArticleStatus::Published;
        article.published_at.get_or_insert(asker.at);
    })
    .await
}

/// Takes the article away from readers.
pub async fn unpublish_article(articles: &dyn Articles, asker: &Asker, id: ArticleId, version: i64) -> Outcome<Article> {
    asker.editor()?;
    let once = asker.once("unpublishArticle", &json!({ "id": id.to_string(), "version": version }))?;
    change(articles, asker, Action::UnpublishArticle, (id, version), once, |article| {
        article.status = ArticleStatus::Draft;
        article.published_at = None;
    })
    .await
}

async fn change(
    articles: &dyn Articles,
    asker: &Asker,
    action: Action,
    (id, version): (ArticleId, i64),
    once: Option<Once>,
    alter: impl FnOnce(&mut Article),
) -> Outcome<Article> {
    let found = articles.articles_by_ids(&[id], Detail::Whole, Audience::Everything).await?.pop();
    let Some(mut previous) = found else { return Err(refusal(ArticleRefusal::NotFound).into()) };
    if previous.version != version {
        // with a key, this change may be the one that made the newer version: the store knows, and refuses if it is not
        if once.is_none() || version > previous.version {
            return Err(refusal(ArticleRefusal::Stale(previous.version)).into());
        }
        previous.version = version;
    }
    let mut next = previous.clone();
    alter(&mut next);
    next.version += 1;
    let event = Event::article_changed(&next, previous.published_at.is_some(), asker.at);
    let audit = asker.audit(action, id, asked::of_article(&previous, &next));
    settle(articles.article_replace(&previous, &next, &event, Provenance::new(once.as_ref(), &audit)).await, refusal)
}
