//! `RankedProduct`.

use super::{
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::leaf,
};
use crate::{loaders::product::ProductById, shop::Ranked};

impl Planned for Ranked {
    const NAME: &'static str = "RankedProduct";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "rank" => leaf(|ranked: &Self, out| json::int(ranked.rank, out)),
            "score" => leaf(|ranked: &Self, out| json::value(&ranked.score, out)),
            "product" => {
                let detail = asked.detail_of_product()?;
                asked.one::<Self, ProductById, _>(move |ranked, _| Ok(Some((ranked.product_id, detail))))
            }
            _ => None,
        }
    }
}
