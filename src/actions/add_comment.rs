//! A reader says something below an article.

use super::{
    refusal::{Faults, Outcome, Refusal, RefusalCode, settle},
    who::Asker,
};
use crate::{
    roles::{Articles, Comments},
    shop::{ArticleId, Audience, Comment, CommentId, Detail, Event, Once, rules},
};
use serde_json::json;

/// What commenting takes.
pub struct CommentInput {
    /// Below which article.
    pub article_id: ArticleId,
    /// The words.
    pub body: String,
}

/// Adds a comment of the viewer's below a published article.
pub async fn add_comment<D: Articles + Comments + ?Sized>(documents: &D, asker: &Asker, input: CommentInput) -> Outcome<Comment> {
    let author_id = asker.customer()?;
    let CommentInput { article_id, body } = input;
    let once = asker.once("addComment", &json!({ "articleId": article_id.to_string(), "body": body }))?;
    let mut faults = Faults::default();
    let body = faults.check("body", rules::name(body, 5_000));
    let body = faults.done(body)?;
    let id = CommentId::from_uuid(once.as_ref().map_or_else(uuid::Uuid::now_v7, Once::id));
    if documents.articles_by_ids(&[article_id], Detail::Summary, Audience::Public).await?.is_empty() {
        // readers may see it no more, and what was said under this key was said all the same
        let said = once.is_some() && !documents.comments_by_ids(&[id]).await?.is_empty();
        if !said {
            return Err(Refusal::of(RefusalCode::NotFound, "articleId", "there is no such article").into());
        }
    }
    let comment = Comment { id, article_id, author_id, body, created_at: asker.at };
    settle(documents.comment_create(&comment, &Event::commented(&comment), once.as_ref()).await, |never| match never {})
}
