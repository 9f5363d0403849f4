//! Comments.

use super::{entity::Entity, fields::Fields};
use crate::shop::Comment;

pub fn read(fields: &mut Fields<'_>) -> Option<Comment> {
    let id = fields.id();
    let article_id = fields.reference("article_id", Entity::Articles);
    let author_id = fields.reference("author_id", Entity::Customers);
    let body = fields.text("body", 1, 5_000);
    let created_at = fields.time("created_at");
    Some(Comment { id: id?, article_id: article_id?, author_id: author_id?, body: body?, created_at: created_at? })
}
