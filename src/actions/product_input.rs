//! What may be given about a product.

use super::refusal::{Faults, Outcome, Refusal, RefusalCode};
use crate::shop::{
    CategoryId, Money, ProductChange, ProductRefusal,
    money::MAX_AMOUNT,
    product::MAX_STOCK,
    rules::{self, BrokenRule},
};

/// The fields of a product; which of them must be given depends on the action.
#[derive(Clone, Debug, Default)]
pub struct ProductInput {
    /// As `Product::sku`.
    pub sku: Option<String>,
    /// As `Product::slug`.
    pub slug: Option<String>,
    /// As `Product::name`.
    pub name: Option<String>,
    /// As `Product::description`.
    pub description: Option<String>,
    /// Amount as a decimal text, and currency.
    pub price: Option<(String, String)>,
    /// A category's id.
    pub category_id: Option<String>,
}

impl ProductInput {
    /// The same with every field that is given checked.
    pub(super) fn checked(self, mut faults: Faults) -> Outcome<ProductChange> {
        let sku = faults.check_optional("sku", self.sku, |sku| rules::name(sku, 64));
        let slug = faults.check_optional("slug", self.slug, rules::slug);
        let name = faults.check_optional("name", self.name, |name| rules::name(name, 200));
        let description = faults.check_optional("description", self.description, |text| rules::text(text, 0, 10_000));
        let price = faults.check_optional("price", self.price, price);
        let category_id = faults.check_optional("categoryId", self.category_id, |id| {
            id.parse::<CategoryId>().map_err(|_| BrokenRule::new(format_args!("{} is not the id of a category", rules::shown(&id))))
        });
        let change = (|| {
            Some(ProductChange { sku: sku?, slug: slug?, name: name?, description: description?, price: price?, category_id: category_id? })
        })();
        faults.done(change)
    }

    /// For the request's hash.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "sku": self.sku, "slug": self.slug, "name": self.name, "description": self.description, "price": self.price,
            "categoryId": self.category_id,
        })
    }
}

fn price((amount, currency): (String, String)) -> rules::Checked<Money> {
    let currency = currency.parse().map_err(|error: crate::shop::money::BadMoney| BrokenRule::new(error).at("currency"))?;
    let price = Money::parse(&amount, currency).map_err(|error| BrokenRule::new(error).at("amount"))?;
    if (1..=MAX_AMOUNT).contains(&price.minor) {
        Ok(price)
    } else {
        let most = Money::new(MAX_AMOUNT, currency);
        Err(BrokenRule::new(format_args!("{amount} is not a price: expected more than zero and at most {most}")).at("amount"))
    }
}

/// Why the store did not write a product, for a client.
pub(super) fn refusal(refusal: ProductRefusal) -> Refusal {
    use RefusalCode::{Conflict, NotFound};
    match refusal {
        ProductRefusal::NotFound => Refusal::of(NotFound, "id", "there is no such product"),
        ProductRefusal::Stale(version) => Refusal::of(Conflict, "version", format_args!("the product has version {version} now")),
        ProductRefusal::SkuTaken => Refusal::of(Conflict, "sku", "another product has this SKU"),
        ProductRefusal::SlugTaken => Refusal::of(Conflict, "slug", "another product has this slug"),
        ProductRefusal::UnknownCategory => Refusal::of(NotFound, "categoryId", "there is no such category"),
        ProductRefusal::OtherCurrency => Refusal::of(Conflict, "price.currency", "the shop trades in another currency"),
        ProductRefusal::Stock(stock) => {
            Refusal::of(Conflict, "delta", format_args!("there are {stock} pieces: the stock would not be from 0 to {MAX_STOCK}"))
        }
    }
}
