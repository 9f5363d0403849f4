//! The domain: what the shop sells, who buys it, what is written about it. No I/O, no driver, no GraphQL.

#[macro_use]
mod codes;

pub mod activity;
pub mod article;
pub mod category;
pub mod comment;
pub mod cursor;
pub mod customer;
pub mod id;
pub mod json;
pub mod money;
pub mod order;
pub mod page;
pub mod preferences;
pub mod product;
pub mod ranking;
pub mod sales;
pub mod search;
pub mod time;

pub use activity::{ActivityEvent, ActivityKind};
pub use article::{Article, ArticleFilter, ArticleOrder, ArticleStatus, Block, Detail};
pub use category::Category;
pub use comment::Comment;
pub use customer::{Customer, CustomerFilter, Tier};
pub use id::{ArticleId, CategoryId, CommentId, CustomerId, EventId, OrderId, ProductId};
pub use money::{Currency, Money};
pub use order::{BadOrder, Order, OrderFilter, OrderItem, OrderOrder, OrderStatus, OrderWithItems};
pub use page::{Bound, End, Key, Page, SortKind, SortValue, Window};
pub use preferences::{Notifications, Preferences, Theme};
pub use product::{BadProduct, Product, ProductFilter, ProductOrder};
pub use ranking::{Board, Counter, Ranked, TrendingWindow};
pub use sales::{SalesBy, SalesPeriod, SalesRow};
pub use search::SearchText;
pub use time::Timestamp;
