//! `Node`: everything that has an id, found by it.

use super::error::bad_input;
use super::{
    ask::{detail_of_product, id, load, reading},
    customer, who,
};
use crate::{
    loaders::{Row, article::ArticleById, category::CategoryById, comment::CommentById, order::OrderById, product::ProductById},
    shop::{Article, Category, Comment, Customer, Order, Product},
};
use async_graphql::{Context, ID, Interface, Result};

/// Something with an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id."))]
pub enum Node {
    /// A person with an account.
    Customer(Row<Customer>),
    /// A shelf of the shop.
    Category(Row<Category>),
    /// Something for sale.
    Product(Row<Product>),
    /// A purchase.
    Order(Row<Order>),
    /// A document of the magazine.
    Article(Row<Article>),
    /// What a reader said.
    Comment(Row<Comment>),
}

/// The node with this id; its prefix says where to look.
pub async fn node(ctx: &Context<'_>, given: &ID) -> Result<Option<Node>> {
    Ok(match given.split_once('_').map(|(prefix, _)| prefix) {
        Some("customer") => customer::seen(ctx, id(given, "customer")?).await?.map(Node::Customer),
        Some("category") => load::<CategoryById>(ctx, id(given, "category")?).await?.map(Node::Category),
        Some("product") => load::<ProductById>(ctx, (id(given, "product")?, detail_of_product(ctx))).await?.map(Node::Product),
        Some("order") => load::<OrderById>(ctx, (id(given, "order")?, who::known(ctx)?.of_customers())).await?.map(Node::Order),
        Some("article") => who::found(ctx, load::<ArticleById>(ctx, (id(given, "article")?, reading(ctx))).await?)?.map(Node::Article),
        Some("comment") => load::<CommentById>(ctx, id(given, "comment")?).await?.map(Node::Comment),
        _ => {
            let shown: String = given.chars().take(60).collect();
            return Err(bad_input(format!(
                "{shown:?} is not an id: expected one that starts with customer_, category_, product_, order_, article_ or comment_"
            )));
        }
    })
}
