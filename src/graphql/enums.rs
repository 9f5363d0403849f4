//! GraphQL's names for the domain's enums. Each mirrors an enum of `shop`; the compiler keeps them equal.

use crate::shop;
use async_graphql::Enum;

/// How valued a customer is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::Tier")]
pub enum Tier {
    /// Everyone starts here.
    Standard,
    /// Regular customers.
    Silver,
    /// The best ones.
    Gold,
}

/// Where an order is on its way.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::OrderStatus")]
pub enum OrderStatus {
    /// Taken, not paid.
    Placed,
    /// Paid, not sent.
    Paid,
    /// Sent.
    Shipped,
    /// Called off.
    Cancelled,
}

/// Whether readers see an article.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::ArticleStatus")]
pub enum ArticleStatus {
    /// Being written.
    Draft,
    /// Open to readers.
    Published,
}

/// The look of the pages.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::Theme")]
pub enum Theme {
    /// As the device says.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What happened.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::ActivityKind")]
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

/// How far back the trending board looks.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::TrendingWindow")]
pub enum TrendingWindow {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
}

/// What the sales report's rows stand for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::SalesBy")]
pub enum SalesBy {
    /// A day in UTC, in order of time.
    Day,
    /// The product's category, largest revenue first.
    Category,
    /// The customer, largest revenue first.
    Customer,
    /// The customer's tier, largest revenue first.
    Tier,
}

/// How products are sorted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::ProductOrder")]
pub enum ProductOrder {
    /// Newest first.
    CreatedDesc,
    /// Oldest first.
    CreatedAsc,
    /// By name, A first.
    NameAsc,
    /// By name, Z first.
    NameDesc,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
}

/// How orders are sorted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::OrderOrder")]
pub enum OrderOrder {
    /// Latest first.
    PlacedDesc,
    /// Earliest first.
    PlacedAsc,
    /// Largest total first.
    TotalDesc,
    /// Smallest total first.
    TotalAsc,
}

/// How articles are sorted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "shop::ArticleOrder")]
pub enum ArticleOrder {
    /// First saved last.
    CreatedDesc,
    /// First saved first.
    CreatedAsc,
    /// By title, A first.
    TitleAsc,
    /// By title, Z first.
    TitleDesc,
}
