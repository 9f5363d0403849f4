//! `Product`.

use super::{
    article,
    ask::{Paging, RowConnection, connection, detail_of_nodes, id, load},
    error::bad_input,
    scalars::{BigInt, DateTime, Decimal},
};
use crate::{
    loaders::{
        Row,
        article::ArticlesByProduct,
        category::CategoryById,
        ranking::{PlaceOnBoard, Views},
    },
    shop::{self, Article, Board, Category, Counter, Currency, Key, Money, Product, ProductFilter, SearchText, SortKind},
};
use async_graphql::{Context, ID, InputObject, Object, Result};

/// The name of the lists of one category's products in cursors.
pub const CHILD_LIST: &str = "category/products";

/// A product's place in such a list.
pub fn child_key(product: &Product) -> Key {
    shop::ProductOrder::CreatedDesc.key(product)
}

/// The name of the list of all products in cursors.
pub fn list(order: shop::ProductOrder) -> String {
    format!("products/{order:?}")
}

/// A stretch of prices, both ends included.
#[derive(InputObject)]
pub struct PriceRange {
    /// The lowest price.
    min: Option<Decimal>,
    /// The highest price.
    max: Option<Decimal>,
    /// The shop's currency: it says how many decimals there are.
    #[graphql(default_with = "Some(Currency::EUR.code().to_owned())")]
    currency: Option<String>,
}

/// Which products to list; what is left out does not matter, what is given must all hold.
#[derive(InputObject, Default)]
pub struct ProductWhere {
    /// Products of this category itself.
    category_id: Option<ID>,
    /// Products in this stretch of prices.
    price: Option<PriceRange>,
    /// `true`: in stock. `false`: sold out.
    in_stock: Option<bool>,
    /// The name or description holds all these words.
    text: Option<String>,
}

impl ProductWhere {
    /// The filter in the shop's own terms.
    pub fn filter(self) -> Result<ProductFilter> {
        let mut filter = ProductFilter { in_stock: self.in_stock, ..ProductFilter::default() };
        filter.category_id = self.category_id.map(|given| id(&given, "category")).transpose()?;
        filter.text = self.text.map(|text| SearchText::parse(&text).map_err(bad_input)).transpose()?;
        if let Some(price) = self.price {
            let currency = price.currency.map_or(Ok(Currency::EUR), |code| code.parse()).map_err(bad_input)?;
            let minor = |end: Option<Decimal>| end.map(|end| Money::parse(&end.0, currency).map(|money| money.minor)).transpose();
            filter.min_price = minor(price.min).map_err(bad_input)?;
            filter.max_price = minor(price.max).map_err(bad_input)?;
        }
        Ok(filter)
    }
}

/// Something for sale.
#[Object]
impl Product {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// Stock keeping unit, unique.
    async fn sku(&self) -> &str {
        &self.sku
    }

    /// Unique, for URLs.
    async fn slug(&self) -> &str {
        &self.slug
    }

    /// The product's name.
    async fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    async fn description(&self) -> &str {
        &self.description
    }

    /// What one piece costs now.
    async fn price(&self) -> Money {
        self.price
    }

    /// Pieces at hand; 2147483647 stands for that many or more.
    async fn stock(&self) -> i32 {
        i32::try_from(self.stock).unwrap_or(i32::MAX)
    }

    /// 1 at first, one more with each change, also of its stock.
    async fn version(&self) -> i32 {
        i32::try_from(self.version).unwrap_or(i32::MAX)
    }

    /// When it came into the catalogue.
    async fn created_at(&self) -> DateTime {
        DateTime(self.created_at)
    }

    /// The shelf it stands on.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Row<Category>>> {
        load::<CategoryById>(ctx, self.category_id).await
    }

    /// Published articles about it, newest first.
    async fn articles(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Article>>> {
        let window = Paging { first, after, last, before }.window(ctx, article::CHILD_LIST, SortKind::Time)?;
        let page = load::<ArticlesByProduct>(ctx, (self.id, (window, detail_of_nodes(ctx)))).await?;
        Ok(page.map(|page| connection(&page, article::CHILD_LIST, article::child_key)))
    }

    /// How often its page was viewed; approximate.
    async fn views(&self, ctx: &Context<'_>) -> Result<Option<BigInt>> {
        Ok(load::<Views>(ctx, Counter::ProductViews(self.id)).await?.map(BigInt))
    }

    /// Its place on the best-seller board, 1 is best; null if it never sold.
    async fn rank(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let place = load::<PlaceOnBoard>(ctx, (self.id, Board::BestSellers)).await?;
        Ok(place.map(|place| i32::try_from(place.rank).unwrap_or(i32::MAX)))
    }
}
