//! `SalesRow`.

use super::{
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::{leaf, within},
};
use crate::shop::SalesRow;

impl Planned for SalesRow {
    const NAME: &'static str = "SalesRow";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "key" => leaf(|row: &Self, out| json::text(&row.key, out)),
            "label" => leaf(|row: &Self, out| json::text(&row.label, out)),
            "orders" => leaf(|row: &Self, out| json::plain(row.orders, out)),
            "units" => leaf(|row: &Self, out| json::plain(row.units, out)),
            "revenue" => within(asked, |row: &Self| Some(row.revenue)),
            "runningTotal" => within(asked, |row: &Self| Some(row.running_total)),
            "rank" => leaf(|row: &Self, out| json::int(row.rank, out)),
            "previous" => within(asked, |row: &Self| row.previous),
            _ => None,
        }
    }
}
