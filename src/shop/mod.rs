//! The domain: what the shop sells, who buys it, what is written about it. No I/O, no driver, no GraphQL.

#[macro_use]
mod codes;

pub mod account;
pub mod activity;
pub mod article;
pub mod audit;
pub mod category;
pub mod channel;
pub mod comment;
pub mod cursor;
pub mod customer;
pub mod event;
pub mod id;
pub mod json;
pub mod ledger;
pub mod money;
pub mod once;
pub mod order;
pub mod page;
pub mod preferences;
pub mod product;
pub mod ranking;
pub mod rate;
pub mod rules;
pub mod sales;
pub mod search;
pub mod time;
pub mod viewer;

pub use account::{Account, AccountRefusal, NewAccount, ProfileChange, Session, TokenHash};
pub use activity::{ActivityEvent, ActivityKind};
pub use article::{
    Article, ArticleFilter, ArticleOrder, ArticleRefusal, ArticleRevision, ArticleStatus, Block, Detail, Reading, SeenArticles,
};
pub use audit::{AuditEntry, AuditFilter, Provenance};
pub use category::Category;
pub use channel::{Heard, Message, Topic};
pub use comment::Comment;
pub use customer::{Customer, CustomerFilter, Tier};
pub use event::{Claimed, Event, Fact, OutboxState, Parked, StockLevel};
pub use id::{ArticleId, AuditId, CategoryId, CommentId, CustomerId, EventId, OrderId, ProductId};
pub use ledger::LedgerAccount;
pub use money::{Currency, Money};
pub use once::{Once, Written};
pub use order::{
    BadOrder, MoveRefusal, NewOrder, Offer, Order, OrderFilter, OrderItem, OrderMove, OrderOrder, OrderRefusal, OrderStatus, OrderWithItems,
};
pub use page::{Bound, End, Key, Page, SortKind, SortValue, Window};
pub use preferences::{Notifications, Preferences, Theme};
pub use product::{BadProduct, Product, ProductChange, ProductFilter, ProductOrder, ProductRefusal, StockChange};
pub use ranking::{Board, Counter, Ranked, TrendingWindow, ViewBatch, ViewsInStep};
pub use rate::{Rate, Taken};
pub use sales::{SalesBy, SalesPeriod, SalesRow};
pub use search::SearchText;
pub use time::Timestamp;
pub use viewer::{AccountRole, Audience, Viewer};
