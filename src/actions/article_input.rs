//! What may be given about an article.

use super::refusal::{Faults, Outcome, Refusal, RefusalCode};
use crate::shop::{
    ArticleRefusal, Block, ProductId,
    rules::{self, BrokenRule, Checked},
};

/// Most products that an article is about.
const MAX_PRODUCTS: usize = 100;
/// Most tags.
const MAX_TAGS: usize = 20;

/// The fields of an article; `None` leaves them as they are, or at their defaults.
#[derive(Clone, Debug, Default)]
pub struct ArticleInput {
    /// As `Article::slug`.
    pub slug: Option<String>,
    /// As `Article::title`.
    pub title: Option<String>,
    /// As `Article::tags`.
    pub tags: Option<Vec<String>>,
    /// As `Article::blocks`.
    pub blocks: Option<Vec<Block>>,
    /// Ids of products.
    pub product_ids: Option<Vec<String>>,
}

/// The same, checked.
#[derive(Clone, Debug, Default)]
pub(super) struct ArticleFields {
    pub slug: Option<String>,
    pub title: Option<String>,
    pub tags: Option<Vec<String>>,
    pub blocks: Option<Vec<Block>>,
    pub product_ids: Option<Vec<ProductId>>,
}

impl ArticleInput {
    pub(super) fn checked(self) -> Outcome<ArticleFields> {
        let mut faults = Faults::default();
        let slug = faults.check_optional("slug", self.slug, rules::slug);
        let title = faults.check_optional("title", self.title, |title| rules::name(title, 200));
        let tags = faults.check_optional("tags", self.tags, |tags| rules::tags(tags, MAX_TAGS));
        let blocks = faults.check_optional("blocks", self.blocks, rules::blocks);
        let product_ids = faults.check_optional("productIds", self.product_ids, products);
        let fields = (|| Some(ArticleFields { slug: slug?, title: title?, tags: tags?, blocks: blocks?, product_ids: product_ids? }))();
        faults.done(fields)
    }

    /// For the request's hash.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "slug": self.slug, "title": self.title, "tags": self.tags, "blocks": self.blocks, "productIds": self.product_ids,
        })
    }
}

fn products(given: Vec<String>) -> Checked<Vec<ProductId>> {
    if given.len() > MAX_PRODUCTS {
        return Err(BrokenRule::new(format_args!("has {} entries: expected at most {MAX_PRODUCTS}", given.len())));
    }
    let mut ids = Vec::with_capacity(given.len());
    for (index, text) in given.into_iter().enumerate() {
        let wrong = |reason: &str| BrokenRule::new(format_args!("{} {reason}", rules::shown(&text))).at(index);
        let id: ProductId = text.parse().map_err(|_| wrong("is not the id of a product"))?;
        if ids.contains(&id) {
            return Err(wrong("stands there twice"));
        }
        ids.push(id);
    }
    Ok(ids)
}

/// Why the store did not write an article, for a client.
pub(super) fn refusal(refusal: ArticleRefusal) -> Refusal {
    match refusal {
        ArticleRefusal::NotFound => Refusal::of(RefusalCode::NotFound, "id", "there is no such article"),
        ArticleRefusal::Stale(version) => {
            Refusal::of(RefusalCode::Conflict, "version", format_args!("the article has version {version} now"))
        }
        ArticleRefusal::SlugTaken => Refusal::of(RefusalCode::Conflict, "slug", "another article has this slug"),
    }
}
