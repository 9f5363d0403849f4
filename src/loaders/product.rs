//! Questions about products.

use super::questions::shared;
use crate::shop::{CategoryId, Product, ProductFilter, ProductId, ProductOrder, SearchText, Window};
use std::sync::Arc;

rows_by_key!(
    /// A product by id.
    ProductById, ProductId => Product, relational.products_by_ids by "product id", |row| row.id
);
rows_by_key!(
    /// A product by slug.
    ProductBySlug, String => Product, relational.products_by_slugs by "slug", |row| row.slug.clone()
);
pages_by_parent!(
    /// A page of a category's products.
    ProductsByCategory, CategoryId => Product, relational.products_page_by_categories by "category id"
);
asked_singly!(
    /// A page of products.
    ProductsPage, (ProductFilter, ProductOrder, Window) => super::SharedPage<Product>, relational.products_page,
    |stores, key| shared(stores.relational.products_page(&key.0, key.1, &key.2).await?)
);
asked_singly!(
    /// Products that hold all the words.
    ProductsSearch, (SearchText, u32) => Vec<Arc<Product>>, relational.products_search,
    |stores, key| stores.relational.products_search(&key.0, key.1).await?.into_iter().map(Arc::new).collect()
);
