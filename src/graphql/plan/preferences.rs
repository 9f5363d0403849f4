//! `Preferences`.

use super::{
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::{leaf, within},
};
use crate::shop::{Notifications, Preferences};

impl Planned for Preferences {
    const NAME: &'static str = "Preferences";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "theme" => leaf(|preferences: &Self, out| json::quoted(preferences.theme.code(), out)),
            "locale" => leaf(|preferences: &Self, out| json::text(&preferences.locale, out)),
            "currency" => leaf(|preferences: &Self, out| json::quoted(preferences.currency.code(), out)),
            "interests" => leaf(|preferences: &Self, out| json::list(&preferences.interests, out, |tag, out| json::text(tag, out))),
            "notifications" => within(asked, |preferences: &Self| Some(preferences.notifications)),
            "extra" => leaf(|preferences: &Self, out| json::value(&preferences.extra, out)),
            _ => None,
        }
    }
}

impl Planned for Notifications {
    const NAME: &'static str = "Notifications";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "orders" => leaf(|about: &Self, out| json::bare(about.orders, out)),
            "magazine" => leaf(|about: &Self, out| json::bare(about.magazine, out)),
            "offers" => leaf(|about: &Self, out| json::bare(about.offers, out)),
            _ => None,
        }
    }
}
