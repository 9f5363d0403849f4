//! The relational role: facts with rules between them.

use super::{Result, Store};
use crate::shop::{
    Category, CategoryId, Customer, CustomerFilter, CustomerId, Money, Order, OrderFilter, OrderId, OrderItem, OrderOrder, OrderWithItems,
    Page, Product, ProductFilter, ProductId, ProductOrder, SalesPeriod, SalesRow, SearchText, Window,
};
use async_trait::async_trait;

/// The whole role.
pub trait Relational: Store + Customers + Catalog + Orders {}
impl<T: Store + Customers + Catalog + Orders + ?Sized> Relational for T {}

/// Accounts.
#[async_trait]
pub trait Customers: Send + Sync {
    /// The customers with these ids.
    async fn customers_by_ids(&self, ids: &[CustomerId]) -> Result<Vec<Customer>>;

    /// The customers with these e-mails.
    async fn customers_by_emails(&self, emails: &[String]) -> Result<Vec<Customer>>;

    /// Customers, newest first (`created_at`, then id, descending).
    async fn customers_page(&self, filter: &CustomerFilter, window: &Window) -> Result<Page<Customer>>;

    /// What each customer spent on orders that are not cancelled. Promises: customers without such orders are left out.
    async fn customers_total_spent(&self, ids: &[CustomerId]) -> Result<Vec<(CustomerId, Money)>>;

    /// Writes customers. Promises: an e-mail that another id has is a conflict.
    async fn customers_put(&self, rows: &[Customer]) -> Result<()>;
}

/// Categories and products.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// The categories with these ids.
    async fn categories_by_ids(&self, ids: &[CategoryId]) -> Result<Vec<Category>>;

    /// The categories with these slugs.
    async fn categories_by_slugs(&self, slugs: &[String]) -> Result<Vec<Category>>;

    /// The direct children of these categories. Promises: ordered by name, then id.
    async fn categories_by_parents(&self, parents: &[CategoryId]) -> Result<Vec<Category>>;

    /// The roots of the tree, at most 1,000. Promises: ordered by name, then id.
    async fn categories_roots(&self) -> Result<Vec<Category>>;

    /// Writes categories. A parent may come after its child in `rows`. Promises: an unknown parent, or a slug that another id has, is a conflict.
    async fn categories_put(&self, rows: &[Category]) -> Result<()>;

    /// The products with these ids.
    async fn products_by_ids(&self, ids: &[ProductId]) -> Result<Vec<Product>>;

    /// The products with these slugs.
    async fn products_by_slugs(&self, slugs: &[String]) -> Result<Vec<Product>>;

    /// The products with these SKUs.
    async fn products_by_skus(&self, skus: &[String]) -> Result<Vec<Product>>;

    /// Products that pass the filter, in this order.
    async fn products_page(&self, filter: &ProductFilter, order: ProductOrder, window: &Window) -> Result<Page<Product>>;

    /// For each category one page of its products, newest first, all with the same window, in one statement.
    /// Promises: categories without products may be left out.
    async fn products_page_by_categories(&self, categories: &[CategoryId], window: &Window) -> Result<Vec<(CategoryId, Page<Product>)>>;

    /// Products whose name or description holds all the words. Promises: those with all words in the name come first; then newest first; at most `limit`.
    async fn products_search(&self, text: &SearchText, limit: u32) -> Result<Vec<Product>>;

    /// Writes products. The shop trades in one currency: the first product ever put decides it.
    /// Promises: another currency, an unknown category, a stock or price out of bounds ([`Product::check`]), or a slug or SKU that another id has, is a conflict.
    async fn products_put(&self, rows: &[Product]) -> Result<()>;
}

/// Orders, their items, and what they add up to.
#[async_trait]
pub trait Orders: Send + Sync {
    /// The orders with these ids.
    async fn orders_by_ids(&self, ids: &[OrderId]) -> Result<Vec<Order>>;

    /// Orders that pass the filter, in this order.
    async fn orders_page(&self, filter: &OrderFilter, order: OrderOrder, window: &Window) -> Result<Page<Order>>;

    /// For each customer one page of their orders, latest first, all with the same window, in one statement.
    /// Promises: customers without orders may be left out.
    async fn orders_page_by_customers(&self, customers: &[CustomerId], window: &Window) -> Result<Vec<(CustomerId, Page<Order>)>>;

    /// The lines of these orders. Promises: within an order they come by line number.
    async fn order_items_by_orders(&self, orders: &[OrderId]) -> Result<Vec<OrderItem>>;

    /// The sales report; see [`SalesRow`]. Promises: ranks and running totals are over all rows, also those behind the limit.
    async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>>;

    /// Pieces sold of each product in orders that are not cancelled, for rebuilding the best-seller board.
    async fn product_sales(&self) -> Result<Vec<(ProductId, i64)>>;

    /// Writes orders with all their lines; the lines of a known order are replaced.
    /// Promises: an unknown customer or product, a quantity not above zero, a currency other than the shop's, or a total that is not the sum of the lines, is a conflict.
    async fn orders_put(&self, rows: &[OrderWithItems]) -> Result<()>;
}
