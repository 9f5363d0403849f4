//! Comments: what readers say below an article.

use super::{ArticleId, CommentId, CustomerId, Key, SortValue, Timestamp};

/// A reader's remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The id.
    pub id: CommentId,
    /// What it stands below.
    pub article_id: ArticleId,
    /// Who wrote it; the account may be gone.
    pub author_id: CustomerId,
    /// 1 to 5,000 characters.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Comment {
    /// The row's place below its article: newest first.
    pub fn key(&self) -> Key {
        Key { value: SortValue::Time(self.created_at), id: self.id.uuid() }
    }
}
