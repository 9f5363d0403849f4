//! `Product`.

use super::{
    Run,
    args::Args,
    compile::{Asked, Planned},
    connection::Listed,
    json,
    object::Field,
    relation::{leaf, within},
};
use crate::{
    graphql::article,
    loaders::{
        article::ArticlesByProduct,
        category::CategoryById,
        ranking::{PlaceOnBoard, Views},
    },
    shop::{Board, Counter, Product, SortKind},
};

impl Planned for Product {
    const NAME: &'static str = "Product";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|product: &Self, out| json::id(product.id, out)),
            "sku" => leaf(|product: &Self, out| json::text(&product.sku, out)),
            "slug" => leaf(|product: &Self, out| json::text(&product.slug, out)),
            "name" => leaf(|product: &Self, out| json::text(&product.name, out)),
            "description" => leaf(|product: &Self, out| json::text(&product.description, out)),
            "price" => within(asked, |product: &Self| Some(product.price)),
            "stock" => leaf(|product: &Self, out| json::int(product.stock, out)),
            "version" => leaf(|product: &Self, out| json::int(product.version, out)),
            "createdAt" => leaf(|product: &Self, out| json::time(product.created_at, out)),
            "category" => asked.one::<Self, CategoryById, _>(|product, _| Ok(Some(product.category_id))),
            "articles" => {
                let detail = asked.detail_of_articles()?;
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(article::CHILD_LIST, SortKind::Time, article::child_key));
                asked.page::<Self, ArticlesByProduct, _>(list, move |product, _, _, window| Ok(Some((product.id, (window, detail)))))
            }
            "views" => {
                let key = |product: &Self, _: &Run<'_>| Ok(Some(Counter::ProductViews(product.id)));
                asked.value::<Self, Views>(key, |views, out| json::plain(views, out))
            }
            "rank" => {
                let key = |product: &Self, _: &Run<'_>| Ok(Some((product.id, Board::BestSellers)));
                asked.value::<Self, PlaceOnBoard>(key, |place, out| json::int(place.rank, out))
            }
            _ => None,
        }
    }
}
