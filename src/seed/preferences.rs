//! Preferences: one document for each customer, of different shapes.

use super::{article::tags, rng::For, world::World};
use crate::shop::{Currency, Notifications, Preferences, Theme};
use serde_json::{Value, json};

const LOCALES: [&str; 10] = ["en", "en-GB", "de-CH", "de-DE", "da-DK", "fr-CH", "ja-JP", "pl-PL", "pt-PT", "sv-SE"];
const CURRENCIES: [&str; 4] = ["CHF", "DKK", "GBP", "SEK"];

/// The rows, in the order of the customers.
pub fn rows(world: &World) -> impl Iterator<Item = Preferences> + Send {
    let mut stream = world.stream(For::Preferences);
    world.people.iter().map(move |person| {
        let currency = if stream.chance(60) { Currency::EUR } else { stream.pick(&CURRENCIES).parse().unwrap_or(Currency::EUR) };
        let count = stream.place(5);
        let extra = match stream.below(6) {
            0 => json!({ "density": "compact" }),
            1 => json!({ "density": "cosy", "home": { "widgets": ["orders", "magazine"] } }),
            2 => json!({ "lastSearch": "\"cast iron\" pan, 24 cm", "pageSize": stream.between(10, 100) }),
            3 => json!({ "größe": "M", "note": "it's a gift — please no invoice" }),
            _ => Value::Object(serde_json::Map::new()),
        };
        Preferences {
            version: 1,
            customer_id: person.id,
            theme: stream.pick(Theme::ALL),
            locale: stream.pick(&LOCALES).to_owned(),
            currency,
            interests: tags(&mut stream, count),
            notifications: Notifications { orders: stream.chance(90), magazine: stream.chance(50), offers: stream.chance(20) },
            extra,
        }
    })
}
