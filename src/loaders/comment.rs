//! Questions about comments.

use crate::shop::{ArticleId, Comment, CommentId};

rows_by_key!(
    /// A comment by id.
    CommentById, CommentId => Comment, documents.comments_by_ids by "comment id", |row| row.id
);
pages_by_parent!(
    /// A page of an article's comments.
    CommentsByArticle, ArticleId => Comment, documents.comments_page_by_articles by "article id"
);
