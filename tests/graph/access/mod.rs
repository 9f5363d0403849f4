//! Who may see and do what: every field has a rule, and keeps it.

mod ids;
mod private;
mod roots;
mod rules;

use crate::support::shop::{As, Shop, items};
use rules::{Rule, fields, rules};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// A shop, and what is looked for in it.
struct World {
    shop: Shop,
    product: Value,
    /// Ada's.
    order: Value,
    draft: Value,
    published: Value,
    /// Ada's, below the published article.
    comment: Value,
}

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| Shop::open_all().into_iter().map(World::new).collect());

impl World {
    fn new(shop: Shop) -> Self {
        let product = shop.product("seen", "10.00", 50);
        let order = shop.done(As::Ada, "placeOrder", items(&[(&product, 2)]))["order"]["id"].clone();
        let (draft, published) = (shop.draft("Unseenly"), shop.article("Seenly"));
        let comment = shop.done(As::Ada, "addComment", json!({ "articleId": published, "body": "Seen." }))["comment"]["id"].clone();
        shop.done(As::Ada, "setPreferences", json!({ "patch": { "extra": { "secret": "of Ada" } } }));
        // a version before the current one
        shop.done(As::Editor, "updateArticle", json!({ "id": published, "version": 2, "tags": ["seen"] }));
        shop.drain();
        Self { shop, product, order, draft, published, comment }
    }
}

#[test]
fn every_field_has_a_rule_and_every_rule_a_field() {
    let schema: BTreeSet<_> = fields().into_iter().collect();
    let ruled: BTreeSet<_> = rules().into_keys().collect();
    let without: Vec<_> = schema.difference(&ruled).map(|(name, field)| format!("{name}.{field}")).collect();
    assert!(without.is_empty(), "docs/access.md has no rule for {without:?}");
    let gone: Vec<_> = ruled.difference(&schema).map(|(name, field)| format!("{name}.{field}")).collect();
    assert!(gone.is_empty(), "docs/access.md has rules for what is not in the schema: {gone:?}");
}

/// The fields of a type with their rules.
fn of_type(name: &str) -> Vec<(String, Rule)> {
    rules().into_iter().filter(|((of, _), _)| of == name).map(|((_, field), rule)| (field, rule)).collect()
}
