//! `Money`.

use super::{
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::leaf,
};
use crate::shop::Money;

impl Planned for Money {
    const NAME: &'static str = "Money";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "amount" => leaf(|money: &Self, out| json::amount(*money, out)),
            "currency" => leaf(|money: &Self, out| json::quoted(money.currency.code(), out)),
            _ => None,
        }
    }
}
