//! Activity: what happened, one append-only document an event.

use super::{ArticleId, CustomerId, EventId, Key, OrderId, ProductId, SortValue, Timestamp};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivityKind {
    /// An account was made.
    SignedUp,
    /// A product's page was looked at.
    ProductViewed,
    /// An article was read.
    ArticleViewed,
    /// An order was placed.
    OrderPlaced,
    /// An order was paid.
    OrderPaid,
    /// An order was sent.
    OrderShipped,
    /// An order was called off.
    OrderCancelled,
    /// A comment was written.
    Commented,
}

codes!(ActivityKind {
    SignedUp = "SIGNED_UP",
    ProductViewed = "PRODUCT_VIEWED",
    ArticleViewed = "ARTICLE_VIEWED",
    OrderPlaced = "ORDER_PLACED",
    OrderPaid = "ORDER_PAID",
    OrderShipped = "ORDER_SHIPPED",
    OrderCancelled = "ORDER_CANCELLED",
    Commented = "COMMENTED",
});

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityEvent {
    /// The id; the same event written twice is one event.
    pub id: EventId,
    /// Who did it.
    pub customer_id: CustomerId,
    /// What it was.
    pub kind: ActivityKind,
    /// When.
    pub at: Timestamp,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The product it is about.
    pub product_id: Option<ProductId>,
    /// The article it is about.
    pub article_id: Option<ArticleId>,
    /// Details: a JSON object as [`crate::shop::json::checked`] allows, keys sorted.
    pub data: serde_json::Value,
}

impl ActivityEvent {
    /// The event's place in its customer's history: newest first.
    pub fn key(&self) -> Key {
        Key { value: SortValue::Time(self.at), id: self.id.uuid() }
    }
}
