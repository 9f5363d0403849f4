//! The relational role: facts with rules between them.

use super::{AuditLog, Outbox, Result, Store};
use crate::shop::{
    Account, AccountRefusal, Audience, Category, CategoryId, Customer, CustomerFilter, CustomerId, Detail, Money, MoveRefusal, NewAccount,
    NewOrder, Order, OrderFilter, OrderId, OrderItem, OrderMove, OrderOrder, OrderRefusal, OrderWithItems, Page, Product, ProductChange,
    ProductFilter, ProductId, ProductOrder, ProductRefusal, ProfileChange, Provenance, SalesPeriod, SalesRow, SearchText, StockChange,
    Timestamp, Window, Written,
};
use async_trait::async_trait;

/// The whole role.
pub trait Relational: Store + Customers + Accounts + Catalog + Orders + Outbox + AuditLog {}
impl<T: Store + Customers + Accounts + Catalog + Orders + Outbox + AuditLog + ?Sized> Relational for T {}

/// People.
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

/// How people sign in. A write that names an event also puts it into the outbox, in the same transaction.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The accounts of these customers. Promises: customers without one are left out.
    async fn accounts_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Account>>;

    /// The customers who have an account, by these e-mails (lower case), with their accounts.
    async fn accounts_by_emails(&self, emails: &[String]) -> Result<Vec<NewAccount>>;

    /// Makes a customer and their account, and [`crate::shop::Event::signed_up`].
    /// Promises: refuses a taken e-mail; an id that is taken is a conflict.
    async fn account_create(&self, new: &NewAccount, by: Provenance<'_>) -> Result<Written<Customer, AccountRefusal>>;

    /// Sets role and password of a customer who exists: makes the account if there is none. `false` if there is no such customer.
    async fn account_put(&self, account: &Account, by: Provenance<'_>) -> Result<bool>;

    /// Changes a customer, and tells [`crate::shop::Event::customer_changed`] with the time `at`.
    /// Promises: a change that changes nothing is done, and tells nothing.
    async fn customer_change(
        &self,
        id: CustomerId,
        change: &ProfileChange,
        at: Timestamp,
        by: Provenance<'_>,
    ) -> Result<Written<Customer, AccountRefusal>>;
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

    /// The products with these ids. Read as [`Detail::Summary`], here and in pages, the store does not send the descriptions. Read as
    /// [`Detail::Line`] or [`Detail::Name`], it sends no more than [`Product::line`] or [`Product::named`] has; in pages both are read as
    /// [`Detail::Summary`].
    async fn products_by_ids(&self, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>>;

    /// The products with these slugs.
    async fn products_by_slugs(&self, slugs: &[String]) -> Result<Vec<Product>>;

    /// The products with these SKUs.
    async fn products_by_skus(&self, skus: &[String]) -> Result<Vec<Product>>;

    /// Products that pass the filter, in this order.
    async fn products_page(&self, filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Result<Page<Product>>;

    /// For each category one page of its products, newest first, all with the same window, in one statement.
    /// Promises: categories without products may be left out.
    async fn products_page_by_categories(
        &self,
        categories: &[CategoryId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(CategoryId, Page<Product>)>>;

    /// Products whose name or description holds all the words. Promises: those with all words in the name come first; then newest first; at most `limit`.
    async fn products_search(&self, text: &SearchText, limit: u32) -> Result<Vec<Product>>;

    /// Adds a product of version 1, and tells [`crate::shop::Event::product_changed`] with its `created_at`.
    /// Promises: the numbers were checked before ([`Product::check`]); the first product of a shop decides its currency.
    /// A taken id is a conflict.
    async fn product_create(&self, product: &Product, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>>;

    /// Changes a product of the expected version (`None`: of any), and tells [`crate::shop::Event::product_changed`] with the time `at`.
    /// Promises: the version goes up by one, also by a change that changes nothing.
    async fn product_change(
        &self,
        id: ProductId,
        expected: Option<i64>,
        change: &ProductChange,
        at: Timestamp,
        by: Provenance<'_>,
    ) -> Result<Written<Product, ProductRefusal>>;

    /// Adds to or takes from a product's stock, and tells [`crate::shop::Event::product_changed`].
    /// Promises: changes at the same time all count; the version goes up by one; the stock never leaves its bounds.
    async fn stock_change(&self, change: &StockChange, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>>;

    /// Writes products. The shop trades in one currency: the first product ever put decides it.
    /// Promises: another currency, an unknown category, a stock or price out of bounds ([`Product::check`]), or a slug or SKU that another id has, is a conflict.
    async fn products_put(&self, rows: &[Product]) -> Result<()>;
}

/// Orders, their items, and what they add up to.
#[async_trait]
pub trait Orders: Send + Sync {
    /// The orders with these ids, as far as the audience sees them: none, their own, or all.
    /// Promises: an order that is not seen is left out like one that does not exist.
    async fn orders_by_ids(&self, ids: &[OrderId], audience: Audience) -> Result<Vec<Order>>;

    /// Orders that pass the filter, in this order.
    async fn orders_page(&self, filter: &OrderFilter, order: OrderOrder, window: &Window) -> Result<Page<Order>>;

    /// For each customer one page of their orders, latest first, all with the same window, in one statement.
    /// Promises: customers without orders may be left out.
    async fn orders_page_by_customers(&self, customers: &[CustomerId], window: &Window) -> Result<Vec<(CustomerId, Page<Order>)>>;

    /// The lines of these orders. Promises: within an order they come by line number.
    async fn order_items_by_orders(&self, orders: &[OrderId]) -> Result<Vec<OrderItem>>;

    /// What is still owed for each of these orders: the sum of its entries in the ledger's account of receivables.
    /// Promises: every order that exists is there.
    async fn order_balances(&self, orders: &[OrderId]) -> Result<Vec<(OrderId, Money)>>;

    /// Places an order. One transaction: the key, the stock of each product (locked in the order of the product ids), the order
    /// with today's prices and no discounts, the entries of [`crate::shop::ledger::balances`], [`crate::shop::Event::order_placed`] in the outbox,
    /// the entry of the audit log, and the answer beside the key. All of it or nothing.
    /// Promises: the stock never goes below zero, whoever orders at the same time; the version of a product goes up by one with its stock;
    /// an unknown customer, or an id that is taken, is a conflict; a deadlock or serialization failure is tried again, three times in all.
    async fn order_place(&self, order: &NewOrder, by: Provenance<'_>) -> Result<Written<OrderWithItems, OrderRefusal>>;

    /// Moves an order on ([`crate::shop::OrderStatus::may_become`]). One transaction as above: a cancelled order's pieces go back to the stock
    /// (at most up to its bound), the ledger gets the difference of the balances, the outbox [`crate::shop::Event::order_moved`].
    /// Promises: the order's version goes up by one; of two moves at the same time one sees the other's status.
    async fn order_move(&self, step: &OrderMove, by: Provenance<'_>) -> Result<Written<Order, MoveRefusal>>;

    /// The sales report; see [`SalesRow`]. Promises: ranks and running totals are over all rows, also those behind the limit.
    async fn sales_report(&self, period: &SalesPeriod) -> Result<Vec<SalesRow>>;

    /// Pieces sold of each product in orders that are not cancelled, for rebuilding the best-seller board.
    async fn product_sales(&self) -> Result<Vec<(ProductId, i64)>>;

    /// Writes orders with all their lines; the lines of a known order are replaced. Stock is not touched and nothing is told: this is how
    /// history enters the shop. The ledger gets what makes the order's balances those of its status, which is nothing the second time.
    /// Promises: an unknown customer or product, a quantity not above zero, a currency other than the shop's, or a total that is not the sum of the lines, is a conflict.
    async fn orders_put(&self, rows: &[OrderWithItems]) -> Result<()>;
}
