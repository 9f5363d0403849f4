//! Preferences: at most one document for each customer.

use super::{article, entity::Entity, fields::Fields};
use crate::shop::{CustomerId, Notifications, Preferences, Theme, rules};

pub fn read(fields: &mut Fields<'_>) -> Option<Preferences> {
    let customer_id: Option<CustomerId> = fields.reference("customer_id", Entity::Customers);
    if let Some(id) = customer_id {
        fields.unique.push(("customer_id", id.uuid().to_string()));
    }
    let theme = fields.code("theme", Theme::ALL, Theme::code, Some(Theme::System));
    let locale = locale(fields);
    let currency = match fields.optional("currency") {
        None => Some(fields.mapping.currency),
        Some(code) => code.parse().map_err(|bad| fields.wrong("currency", bad)).ok(),
    };
    let interests = article::tags(fields, "interests", 50);
    let orders = fields.truth("notify_orders", true);
    let magazine = fields.truth("notify_magazine", false);
    let offers = fields.truth("notify_offers", false);
    let extra = fields.object("extra");
    Some(Preferences {
        version: 1,
        customer_id: customer_id?,
        theme: theme?,
        locale: locale?,
        currency: currency?,
        interests: interests?,
        notifications: Notifications { orders: orders?, magazine: magazine?, offers: offers? },
        extra: extra?,
    })
}

fn locale(fields: &mut Fields<'_>) -> Option<String> {
    let Some(locale) = fields.optional("locale") else { return Some("en".to_owned()) };
    rules::locale(locale).map_err(|broken| fields.wrong("locale", broken)).ok()
}
