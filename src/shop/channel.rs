//! Messages between servers: who changed what, for those who watch.

use super::event::StockLevel;
use super::{ArticleId, OrderId, OrderStatus, ProductId};
use serde::{Deserialize, Serialize};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Orders that went on their way.
    Orders,
    /// Articles that were published.
    Articles,
    /// Products whose stock changed.
    Stock,
    /// Trending boards that changed.
    Trending,
}

codes!(Topic {
    Orders = "ORDERS",
    Articles = "ARTICLES",
    Stock = "STOCK",
    Trending = "TRENDING",
});

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Message {
    /// An order has this status now.
    Order {
        /// Which.
        order_id: OrderId,
        /// Its status.
        status: OrderStatus,
        /// Its version: a message with an older one came late.
        version: i64,
    },
    /// An article was published.
    Article {
        /// Which.
        article_id: ArticleId,
        /// Its version.
        version: i64,
        /// Its tags.
        tags: Vec<String>,
    },
    /// Products have this stock now.
    Stock {
        /// Each product that changed.
        levels: Vec<StockLevel>,
    },
    /// Views of these products were counted.
    Trending {
        /// Which.
        products: Vec<ProductId>,
    },
}

impl Message {
    /// What it is about.
    pub fn topic(&self) -> Topic {
        match self {
            Self::Order { .. } => Topic::Orders,
            Self::Article { .. } => Topic::Articles,
            Self::Stock { .. } => Topic::Stock,
            Self::Trending { .. } => Topic::Trending,
        }
    }
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A message.
    Message(Message),
    /// Messages of this topic may have been lost: whoever follows it must read the current state.
    Gap(Topic),
}
