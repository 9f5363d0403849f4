//! Comments.

use super::{
    payload::payload,
    run::{id, run},
};
use crate::{
    actions::{self, CommentInput},
    shop::Comment,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use std::sync::Arc;

/// A reader's remark.
#[derive(InputObject)]
pub struct AddCommentData {
    /// Below which article.
    article_id: ID,
    /// 1 to 5,000 characters.
    body: String,
}

payload!(
    /// The new comment.
    AddCommentPayload {
        /// The comment.
        comment: Arc<Comment>
    },
    Documents -> []
);

/// Comments; for everybody who signed in.
#[derive(Default)]
pub struct CommentMutation;

#[Object]
impl CommentMutation {
    /// Says something below a published article.
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        input: AddCommentData,
        idempotency_key: Option<String>,
    ) -> Result<Option<AddCommentPayload>> {
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let article_id = id(&input.article_id, "articleId", "article")?;
            actions::add_comment(&*stores.documents, asker, CommentInput { article_id, body: input.body }).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }
}
