//! Categories.

use super::{entity::Entity, fields::Fields};
use crate::shop::Category;

pub fn read(fields: &mut Fields<'_>) -> Option<Category> {
    let id = fields.id();
    let slug = fields.slug("slug");
    let name = fields.text("name", 1, 200);
    let parent_id = fields.optional_reference("parent_id", Entity::Categories);
    Some(Category { id: id?, slug: slug?, name: name?, parent_id })
}
