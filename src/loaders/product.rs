//! Questions about products.

use super::{
    Answers, Asks, Row,
    questions::{by_arguments, each_once, in_order, shared},
};
use crate::{
    roles,
    shop::{CategoryId, Detail, Product, ProductFilter, ProductId, ProductOrder, SearchText, Window},
    stores::Stores,
};

/// A product by id. How it is read is part of the key, as it is for articles.
pub struct ProductById;

#[async_trait::async_trait]
impl super::Question for ProductById {
    type Key = (ProductId, Detail);
    type Answer = Row<Product>;
    type Lane = Detail;
    const ASKS: Asks = Asks::relational("products_by_ids").by("product id");

    fn lane(key: &Self::Key) -> Detail {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |detail: Detail, ids: Vec<ProductId>| async move {
            let rows = stores.relational.products_by_ids(&ids, detail).await?;
            Ok(in_order(&ids, Row::each(rows).map(|row| (row.id, row))))
        };
        let has = |wanted| keys.iter().any(|(_, detail)| *detail == wanted);
        if !(has(Detail::Name) && has(Detail::Line)) {
            return Ok(by_arguments(keys, ask).await);
        }
        // a price for each is less than another call
        let (lines, places) = each_once(keys.into_iter().map(|(id, detail)| (id, detail.max(Detail::Line))));
        let answers = by_arguments(lines, ask).await;
        Ok(places.into_iter().map(|place| answers[place].clone()).collect())
    }
}

rows_by_key!(
    /// A product by slug.
    ProductBySlug, String => Product, relational.products_by_slugs by "slug", |row| row.slug.clone()
);
pages_by_parent!(
    /// A page of a category's products.
    ProductsByCategory, CategoryId => Product, relational.products_page_by_categories by "category id", Detail
);
asked_singly!(
    /// A page of products.
    ProductsPage, (ProductFilter, ProductOrder, Window, Detail) => super::SharedPage<Product>, relational.products_page,
    |stores, key| shared(stores.relational.products_page(&key.0, key.1, &key.2, key.3).await?)
);
asked_singly!(
    /// Products that hold all the words.
    ProductsSearch, (SearchText, u32) => Vec<Row<Product>>, relational.products_search,
    |stores, key| Row::each(stores.relational.products_search(&key.0, key.1).await?).collect()
);
