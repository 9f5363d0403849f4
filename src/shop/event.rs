//! Events: what was committed, told to the other stores and to subscribers through the outbox.

use super::order::pieces;
use super::{Article, Comment, Customer, EventId, Order, OrderItem, OrderStatus, OrderWithItems, Product, Timestamp};
use super::{ArticleId, CommentId, CustomerId, OrderId, ProductId};
use serde::{Deserialize, Serialize};

/// Something that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id; the same event told twice is one event.
    pub id: EventId,
    /// What changed, by its id's text (`order_01h…`). Events of one aggregate are told in the order of `sequence`, then id.
    pub aggregate: String,
    /// The aggregate's version after the change, or the time in milliseconds where there are no versions.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// A product's stock after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    /// The product.
    pub product_id: ProductId,
    /// Pieces at hand.
    pub stock: i64,
    /// The product's version.
    pub version: i64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Fact {
    /// An account was made.
    SignedUp {
        /// Whose.
        customer_id: CustomerId,
    },
    /// Name or e-mail changed.
    CustomerChanged {
        /// Whose.
        customer_id: CustomerId,
    },
    /// An order was placed, or went on its way.
    OrderMoved {
        /// The order.
        order_id: OrderId,
        /// Whose.
        customer_id: CustomerId,
        /// Where it is now.
        status: OrderStatus,
        /// Its version now.
        version: i64,
        /// Pieces of each product: those ordered, when it was placed; those returned, when it was cancelled; else none.
        pieces: Vec<(ProductId, i64)>,
        /// The stock of the products whose stock changed.
        stock: Vec<StockLevel>,
    },
    /// A product was made or changed.
    ProductChanged {
        /// The product's stock now.
        level: StockLevel,
    },
    /// An article was made or changed, and readers see no other than before unless it is published.
    ArticleChanged {
        /// The article.
        article_id: ArticleId,
        /// Its version now.
        version: i64,
    },
    /// Readers see the article now.
    ArticlePublished {
        /// The article.
        article_id: ArticleId,
        /// Its version now.
        version: i64,
        /// Its tags.
        tags: Vec<String>,
    },
    /// Readers do not see the article any more.
    ArticleUnpublished {
        /// The article.
        article_id: ArticleId,
        /// Its version now.
        version: i64,
    },
    /// Somebody commented.
    Commented {
        /// The comment.
        comment_id: CommentId,
        /// Below which article.
        article_id: ArticleId,
        /// Who.
        author_id: CustomerId,
    },
}

/// An event that a relay has taken, to tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The event.
    pub event: Event,
    /// How often it was tried before and failed for a reason of its own.
    pub tries: u32,
}

/// An event that was given up after too many tries; a person must look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The event.
    pub event: Event,
    /// How often it was tried.
    pub tries: u32,
    /// Why it failed last, at most 500 characters. For operators, not for clients.
    pub error: String,
}

/// How an outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// Events that are not told yet, the parked ones not counted.
    pub waiting: u64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
    /// Events that were given up.
    pub parked: u64,
}

impl Event {
    fn new(aggregate: impl ToString, sequence: i64, at: Timestamp, fact: Fact) -> Self {
        Self { id: EventId::from_uuid(uuid::Uuid::now_v7()), aggregate: aggregate.to_string(), sequence, at, fact }
    }

    /// A customer signed up.
    pub fn signed_up(customer: &Customer) -> Self {
        let at = customer.created_at;
        Self::new(customer.id, at.millis(), at, Fact::SignedUp { customer_id: customer.id })
    }

    /// A customer changed name or e-mail.
    pub fn customer_changed(customer: &Customer, at: Timestamp) -> Self {
        Self::new(customer.id, at.millis(), at, Fact::CustomerChanged { customer_id: customer.id })
    }

    /// An order was placed, and took these stocks down.
    pub fn order_placed(placed: &OrderWithItems, stock: Vec<StockLevel>) -> Self {
        Self::order(&placed.order, pieces(&placed.items), stock, placed.order.placed_at)
    }

    /// An order moved on; `returned` are the lines of a cancelled one, whose pieces are back on the shelf.
    pub fn order_moved(order: &Order, returned: &[OrderItem], stock: Vec<StockLevel>, at: Timestamp) -> Self {
        Self::order(order, pieces(returned), stock, at)
    }

    fn order(order: &Order, pieces: Vec<(ProductId, i64)>, stock: Vec<StockLevel>, at: Timestamp) -> Self {
        let Order { id: order_id, customer_id, status, version, .. } = *order;
        Self::new(order_id, version, at, Fact::OrderMoved { order_id, customer_id, status, version, pieces, stock })
    }

    /// A product was made or changed.
    pub fn product_changed(product: &Product, at: Timestamp) -> Self {
        let level = StockLevel { product_id: product.id, stock: product.stock, version: product.version };
        Self::new(product.id, product.version, at, Fact::ProductChanged { level })
    }

    /// An article was made or changed; `was_published` is what it was before.
    pub fn article_changed(article: &Article, was_published: bool, at: Timestamp) -> Self {
        let (article_id, version) = (article.id, article.version);
        let fact = match (was_published, article.published_at.is_some()) {
            (false, true) => Fact::ArticlePublished { article_id, version, tags: article.tags.clone() },
            (true, false) => Fact::ArticleUnpublished { article_id, version },
            _ => Fact::ArticleChanged { article_id, version },
        };
        Self::new(article_id, version, at, fact)
    }

    /// Somebody commented.
    pub fn commented(comment: &Comment) -> Self {
        let (comment_id, article_id, author_id, at) = (comment.id, comment.article_id, comment.author_id, comment.created_at);
        Self::new(comment_id, at.millis(), at, Fact::Commented { comment_id, article_id, author_id })
    }
}
