//! `Category`.

use super::{
    Run,
    args::Args,
    compile::{Asked, Planned},
    connection::Listed,
    json,
    object::Field,
    relation::leaf,
};
use crate::{
    graphql::product,
    loaders::{
        category::{CategoriesByParent, CategoryById},
        product::ProductsByCategory,
    },
    shop::{Category, SortKind},
};

impl Planned for Category {
    const NAME: &'static str = "Category";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|category: &Self, out| json::id(category.id, out)),
            "slug" => leaf(|category: &Self, out| json::text(&category.slug, out)),
            "name" => leaf(|category: &Self, out| json::text(&category.name, out)),
            "parent" => asked.one::<Self, CategoryById, _>(|category, _| Ok(category.parent_id)),
            "children" => asked.many::<Self, CategoriesByParent, _>(|category, _| Ok(Some(category.id)), |rows, into| into.extend(rows)),
            "products" => {
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(product::CHILD_LIST, SortKind::Time, product::child_key));
                let detail = asked.detail_of_products()?;
                asked.page::<Self, ProductsByCategory, _>(list, move |category, _, _, window| Ok(Some((category.id, (window, detail)))))
            }
            _ => None,
        }
    }
}
