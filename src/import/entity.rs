//! What a file may hold, and which fields that has.

use serde::Deserialize;

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    Customers,
    Categories,
    Products,
    Orders,
    OrderItems,
    Articles,
    Comments,
    Preferences,
    Activity,
}

impl Entity {
    /// The name in mappings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Categories => "categories",
            Self::Products => "products",
            Self::Orders => "orders",
            Self::OrderItems => "order_items",
            Self::Articles => "articles",
            Self::Comments => "comments",
            Self::Preferences => "preferences",
            Self::Activity => "activity",
        }
    }

    /// The prefix of its TypeIDs; order lines and preferences have no ids of their own.
    pub fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Customers => Some("customer"),
            Self::Categories => Some("category"),
            Self::Products => Some("product"),
            Self::Orders => Some("order"),
            Self::Articles => Some("article"),
            Self::Comments => Some("comment"),
            Self::Activity => Some("event"),
            Self::OrderItems | Self::Preferences => None,
        }
    }

    /// Fields that a mapping must name.
    pub fn required(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["email", "name", "created_at"],
            Self::Categories => &["slug", "name"],
            Self::Products => &["sku", "slug", "name", "price", "category_id", "created_at"],
            Self::Orders => &["customer_id", "placed_at"],
            Self::OrderItems => &["order_id", "product_id", "quantity", "unit_price"],
            Self::Articles => &["slug", "title", "author_id", "created_at"],
            Self::Comments => &["article_id", "author_id", "body", "created_at"],
            Self::Preferences => &["customer_id"],
            Self::Activity => &["customer_id", "kind", "at"],
        }
    }

    /// Fields that a mapping may name.
    pub fn optional(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["tier"],
            Self::Categories => &["parent_id"],
            Self::Products => &["description", "stock"],
            Self::Orders => &["status"],
            Self::OrderItems => &["discount"],
            Self::Articles => &["status", "tags", "blocks", "product_ids", "published_at"],
            Self::Comments => &[],
            Self::Preferences => {
                &["theme", "locale", "currency", "interests", "notify_orders", "notify_magazine", "notify_offers", "extra"]
            }
            Self::Activity => &["order_id", "product_id", "article_id", "data"],
        }
    }
}
