//! Articles.

use super::{entity::Entity, fields::Fields};
use crate::shop::{Article, ArticleStatus, Block, ProductId, rules};
use serde_json::Value;

pub fn read(fields: &mut Fields<'_>) -> Option<Article> {
    let id = fields.id();
    let slug = fields.slug("slug");
    let title = fields.text("title", 1, 200);
    let status = fields.code("status", ArticleStatus::ALL, ArticleStatus::code, Some(ArticleStatus::Draft));
    let tags = tags(fields, "tags", 20);
    let blocks = blocks(fields);
    let author_id = fields.reference("author_id", Entity::Customers);
    let product_ids = products(fields);
    let published_at = fields.optional_time("published_at");
    match (status, published_at) {
        (Some(ArticleStatus::Draft), Some(_)) => fields.wrong("published_at", "a draft has none"),
        (Some(ArticleStatus::Published), None) => fields.wrong("published_at", "a published article needs one"),
        _ => {}
    }
    let created_at = fields.time("created_at");
    Some(Article {
        id: id?,
        slug: slug?,
        title: title?,
        status: status?,
        tags: tags?,
        blocks: blocks?,
        author_id: author_id?,
        product_ids: product_ids?,
        published_at,
        created_at: created_at?,
        version: 1,
    })
}

/// Lower case, no duplicates, at most `most`.
pub fn tags(fields: &mut Fields<'_>, field: &'static str, most: usize) -> Option<Vec<String>> {
    let tags = fields.list(field)?;
    let known = fields.problems.len();
    if tags.len() > most {
        fields.wrong(field, format_args!("has {} entries: expected at most {most}", tags.len()));
    }
    for (i, tag) in tags.iter().enumerate() {
        if tag.is_empty() || tag.chars().count() > 100 || *tag != tag.to_lowercase() {
            fields.wrong(field, format_args!("{} is not a tag: expected lower case, 1 to 100 characters", super::report::shown(tag)));
        } else if tags[..i].contains(tag) {
            fields.wrong(field, format_args!("{} stands there twice", super::report::shown(tag)));
        }
    }
    (fields.problems.len() == known).then_some(tags)
}

fn products(fields: &mut Fields<'_>) -> Option<Vec<ProductId>> {
    let keys = fields.list("product_ids")?;
    let mut ids: Vec<ProductId> = Vec::with_capacity(keys.len());
    for key in keys {
        let id = fields.refer("product_ids", Entity::Products, key);
        if ids.contains(&id) {
            fields.wrong("product_ids", "names a product twice");
            return None;
        }
        ids.push(id);
    }
    if ids.len() > 100 {
        fields.wrong("product_ids", format_args!("has {} entries: expected at most 100", ids.len()));
        return None;
    }
    Some(ids)
}

/// JSON blocks, or a plain text: its paragraphs stand between empty lines.
fn blocks(fields: &mut Fields<'_>) -> Option<Vec<Block>> {
    let known = fields.problems.len();
    let json = fields.file.rules.get("blocks").and_then(|rule| rule.json(fields.row)).is_some_and(Value::is_array);
    let text = if json { None } else { fields.optional("blocks") };
    let blocks = match text {
        Some(text) if !text.trim_start().starts_with('[') => {
            let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
            paragraphs.map(|text| Block::Paragraph { text: text.to_owned() }).collect()
        }
        _ => match fields.json("blocks") {
            Some(Value::Array(values)) => values.into_iter().zip(1..).filter_map(|(value, place)| block(fields, value, place)).collect(),
            Some(_) => {
                fields.wrong("blocks", "expected a list of blocks");
                Vec::new()
            }
            None => Vec::new(),
        },
    };
    let blocks = rules::blocks(blocks).map_err(|broken| fields.wrong("blocks", broken)).ok();
    blocks.filter(|_| fields.problems.len() == known)
}

fn block(fields: &mut Fields<'_>, mut value: Value, place: u32) -> Option<Block> {
    // a block names a product as the products' file does, the shop by TypeID
    if let Some(product) = value.get_mut("productId") {
        let key = product.as_str().map_or_else(|| product.to_string(), str::to_owned);
        let id: ProductId = fields.refer("blocks", Entity::Products, key);
        *product = Value::String(id.to_string());
    }
    match serde_json::from_value(value) {
        Ok(block) => Some(block),
        Err(error) => {
            fields.wrong("blocks", format_args!("block {place}: {error}"));
            None
        }
    }
}
