//! Products: a few that the hand-written documents name, then invented ones.

use super::{
    category::{COUNT, TREE, slug},
    phrase,
    plan::{Plan, SPAN, START, at},
    rng::{For, Stream},
    words::{ADJECTIVES, MATERIALS, PLACES},
    world::{Good, World},
};
use crate::shop::{Category, Currency, Money, Product};
use std::fmt::Write;

/// Slug, name, price in cents, place in the list of categories.
pub const NAMED: [(&str, &str, i64, usize); 6] = [
    ("grannys-skillet", "Granny's 10\" cast iron skillet", 5_950, 20),
    ("storm-lantern-nordlys", "Storm lantern \"Nordlys\"", 4_900, 11),
    ("field-notebook", "Field notebook, waterproof", 1_150, 38),
    ("bread-before-dawn", "“Bread Before Dawn”, a baker's year", 2_850, 32),
    ("enamel-kettle", "Émaille kettle, 2 l", 5_400, 23),
    ("brass-compass", "Brass compass with sighting mirror", 3_450, 13),
];

/// Ids, times and prices: most of the catalogue is there early on, new things come ever more slowly.
pub fn heads(plan: &Plan) -> Vec<Good> {
    let mut stream = Stream::new(plan.seed, For::ProductHead);
    let count = plan.products() as i128;
    let good = |(i, place): (i128, usize)| {
        // at most 97 % of the way, so that the newest products have sales and views too
        let offset = i128::from(SPAN) * i * i * 97 / (count * count * 100);
        let since = at(START + i64::try_from(offset).unwrap_or(SPAN));
        let price = match NAMED.get(place) {
            Some(named) => named.2,
            None => price(usual_price(place), &mut stream),
        };
        Good { id: stream.id(since), since, price }
    };
    (0..count).zip(0..).map(good).collect()
}

/// Which of the 128 kinds of things the product number `place` is: all kinds come before one comes again.
fn kind(place: usize) -> (usize, usize, usize) {
    // 37 has no factor in common with 128: neighbours in time come from different shelves
    let n = place * 37 % (TREE.len() * 16);
    (n / 16, n / 4 % 4, n % 4)
}

fn usual_price(place: usize) -> i64 {
    let (root, shelf, thing) = kind(place);
    TREE[root].1[shelf].1[thing].1
}

/// Around the usual price, ending as prices do.
fn price(usual: i64, stream: &mut Stream) -> i64 {
    let price = usual * stream.between(60, 180) / 100;
    (price / 50 * 50 - if stream.chance(50) { 5 } else { 0 }).max(95)
}

/// The rows, in order of time.
pub fn rows(world: &World, categories: &[Category]) -> impl Iterator<Item = Product> + Send {
    debug_assert_eq!(categories.len(), COUNT);
    let mut stream = world.stream(For::Product);
    world.goods.iter().enumerate().map(move |(i, good)| {
        let (root, shelf, thing) = kind(i);
        let mut row = Product {
            id: good.id,
            sku: String::with_capacity(10),
            slug: String::with_capacity(48),
            name: String::with_capacity(48),
            description: phrase::paragraph(&mut stream, 2),
            price: Money::new(good.price, Currency::EUR),
            stock: if stream.chance(6) { 0 } else { stream.between(1, 500) },
            // one in ten stands in the root itself
            category_id: categories[if stream.chance(10) { root } else { TREE.len() + root * 4 + shelf }].id,
            created_at: good.since,
            version: 1,
        };
        // writing into a string does not fail
        let _ = write!(row.sku, "PS-{i:06}");
        if let Some((slug, name, _, category)) = NAMED.get(i) {
            row.slug.push_str(slug);
            row.name.push_str(name);
            row.category_id = categories[*category].id;
            return row;
        }
        let (adjective, material, thing) = (stream.pick(&ADJECTIVES), stream.pick(&MATERIALS), TREE[root].1[shelf].1[thing].0);
        let _ = match stream.below(20) {
            0 => write!(row.name, "{thing} \"{}\", {adjective}", stream.pick(&PLACES)),
            1 => write!(row.name, "{adjective} {thing}, {}\" wide", stream.between(4, 24)),
            2 => write!(row.name, "{thing} N° {} ({material})", stream.between(1, 99)),
            _ => write!(row.name, "{adjective} {material} {thing}"),
        };
        if let Some(first) = row.name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let _ = write!(row.slug, "{}-{}-{}-{i}", slug(adjective), slug(material), slug(thing));
        row
    })
}
