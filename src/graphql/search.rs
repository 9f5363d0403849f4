//! `SearchResult`: the catalogue and the magazine, asked at once.

use super::ask::{detail_of, load, or_told};
use crate::{
    loaders::{Row, article::ArticlesSearch, product::ProductsSearch},
    shop::{Article, Product, SearchText},
};
use async_graphql::{Context, Result, Union};

/// Something that was found.
#[derive(Union)]
pub enum SearchResult {
    /// Something for sale.
    Product(Row<Product>),
    /// A document of the magazine.
    Article(Row<Article>),
}

/// Up to `limit` results, a product and an article in turn, each kind with the better matches first.
/// If one store fails, the other's results are given together with the error.
pub async fn search(ctx: &Context<'_>, text: SearchText, limit: u32) -> Result<Vec<SearchResult>> {
    let detail = detail_of(&ctx.look_ahead());
    let (products, articles) =
        futures::join!(load::<ProductsSearch>(ctx, (text.clone(), limit)), load::<ArticlesSearch>(ctx, (text.clone(), limit, detail)));
    let (products, articles) = match (products, articles) {
        (Err(error), Err(_)) => return Err(error),
        (products, articles) => (or_told(ctx, products, None).unwrap_or_default(), or_told(ctx, articles, None).unwrap_or_default()),
    };
    let mut products = products.into_iter().map(SearchResult::Product);
    let mut articles = articles.into_iter().map(SearchResult::Article);
    let turns = std::iter::from_fn(|| {
        let turn: Vec<_> = products.next().into_iter().chain(articles.next()).collect();
        (!turn.is_empty()).then_some(turn)
    });
    Ok(turns.flatten().take(limit as usize).collect())
}
