//! Products: what is for sale.

use super::{CategoryId, Currency, Key, Money, ProductId, SearchText, SortKind, SortValue, Timestamp, money::MAX_AMOUNT};
use serde::{Deserialize, Serialize};

/// The most pieces that may be at hand: what a GraphQL `Int` holds.
pub const MAX_STOCK: i64 = 2_147_483_647;

/// Something for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The id.
    pub id: ProductId,
    /// Stock keeping unit: unique, 1 to 64 characters; empty in a [`Product::line`].
    pub sku: String,
    /// Unique, for URLs: lower-case letters, digits and hyphens, 1 to 100 characters; empty in a [`Product::line`].
    pub slug: String,
    /// 1 to 200 characters.
    pub name: String,
    /// At most 10,000 characters; empty when read as [`super::Detail::Summary`], and in a [`Product::line`].
    pub description: String,
    /// Above zero, at most [`MAX_AMOUNT`].
    pub price: Money,
    /// Pieces at hand, never below zero, at most [`MAX_STOCK`]; zero in a [`Product::line`].
    pub stock: i64,
    /// The shelf it stands on.
    pub category_id: CategoryId,
    /// When it came into the catalogue; [`Timestamp::EPOCH`] in a [`Product::line`].
    pub created_at: Timestamp,
    /// 1 at first, one more with each change; zero in a [`Product::line`].
    pub version: i64,
}

/// Why a product is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProduct {
    /// Not above zero, or too high.
    #[error("the price is not from 1 to {MAX_AMOUNT} minor units")]
    Price,
    /// Below zero, or too high.
    #[error("the stock is not from 0 to {MAX_STOCK}")]
    Stock,
}

impl Product {
    /// A product read as [`super::Detail::Line`]: what a line in a list shows. All else is empty, zero or [`Timestamp::EPOCH`].
    pub fn line(id: ProductId, name: String, price: Money, category_id: CategoryId) -> Self {
        let (sku, slug, description, stock, version) = Default::default();
        Self { id, sku, slug, name, description, price, stock, category_id, created_at: Timestamp::EPOCH, version }
    }

    /// A product read as [`super::Detail::Name`]: a line without a price, which is zero as well.
    pub fn named(id: ProductId, name: String, category_id: CategoryId) -> Self {
        Self::line(id, name, Money::new(0, Currency::EUR), category_id)
    }

    /// The bounds of its numbers, the same for every engine; engines refuse what breaks them.
    pub fn check(&self) -> Result<(), BadProduct> {
        if !(1..=MAX_AMOUNT).contains(&self.price.minor) {
            return Err(BadProduct::Price);
        }
        if (0..=MAX_STOCK).contains(&self.stock) { Ok(()) } else { Err(BadProduct::Stock) }
    }
}

/// What is changed about a product; `None` leaves it as it is. Stock is changed by [`StockChange`] alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductChange {
    /// As `Product::sku`.
    pub sku: Option<String>,
    /// As `Product::slug`.
    pub slug: Option<String>,
    /// As `Product::name`.
    pub name: Option<String>,
    /// As `Product::description`.
    pub description: Option<String>,
    /// As `Product::price`.
    pub price: Option<Money>,
    /// As `Product::category_id`.
    pub category_id: Option<CategoryId>,
}

impl ProductChange {
    /// The product as it is after the change, one version on.
    pub fn apply(&self, product: &Product) -> Product {
        let given = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
        Product {
            sku: given(&self.sku, &product.sku),
            slug: given(&self.slug, &product.slug),
            name: given(&self.name, &product.name),
            description: given(&self.description, &product.description),
            price: self.price.unwrap_or(product.price),
            category_id: self.category_id.unwrap_or(product.category_id),
            version: product.version + 1,
            ..*product
        }
    }
}

/// Pieces that come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockChange {
    /// Of which product.
    pub product_id: ProductId,
    /// How many come (above zero) or go (below zero); not zero.
    pub delta: i64,
    /// When.
    pub at: Timestamp,
}

impl StockChange {
    /// The product with the new stock, one version on; `None` if the stock would be out of its bounds.
    pub fn apply(&self, product: &Product) -> Option<Product> {
        let stock = product.stock.checked_add(self.delta).filter(|stock| (0..=MAX_STOCK).contains(stock))?;
        Some(Product { stock, version: product.version + 1, ..product.clone() })
    }
}

/// Why a product is not made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductRefusal {
    /// There is no such product.
    NotFound,
    /// It has another version than the expected one: this one.
    Stale(i64),
    /// Another product has this SKU.
    SkuTaken,
    /// Another product has this slug.
    SlugTaken,
    /// There is no such category.
    UnknownCategory,
    /// The shop trades in another currency.
    OtherCurrency,
    /// The stock would be below zero, or above [`MAX_STOCK`]; it is this.
    Stock(i64),
}

/// Which products a list holds; `None` means any, several mean all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProductFilter {
    /// Products of this category itself, not of those below it.
    pub category_id: Option<CategoryId>,
    /// Price at least this, in minor units.
    pub min_price: Option<i64>,
    /// Price at most this, in minor units.
    pub max_price: Option<i64>,
    /// `true`: stock above zero. `false`: sold out.
    pub in_stock: Option<bool>,
    /// Name or description holds all these words.
    pub text: Option<SearchText>,
}

/// How a list of products is sorted; equal values by id in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProductOrder {
    /// Newest first.
    #[default]
    CreatedDesc,
    /// Oldest first.
    CreatedAsc,
    /// By name, A first (by bytes).
    NameAsc,
    /// By name, Z first (by bytes).
    NameDesc,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
}

impl ProductOrder {
    /// The row's place in a list of this order.
    pub fn key(self, product: &Product) -> Key {
        let value = match self {
            Self::CreatedDesc | Self::CreatedAsc => SortValue::Time(product.created_at),
            Self::NameAsc | Self::NameDesc => SortValue::Text(product.name.clone()),
            Self::PriceAsc | Self::PriceDesc => SortValue::Number(product.price.minor),
        };
        Key { value, id: product.id.uuid() }
    }

    /// What the list is sorted by.
    pub fn sorted_by(self) -> SortKind {
        match self {
            Self::CreatedDesc | Self::CreatedAsc => SortKind::Time,
            Self::NameAsc | Self::NameDesc => SortKind::Text,
            Self::PriceAsc | Self::PriceDesc => SortKind::Number,
        }
    }

    /// Whether the list runs from large to small.
    pub fn descending(self) -> bool {
        matches!(self, Self::CreatedDesc | Self::NameDesc | Self::PriceDesc)
    }
}
