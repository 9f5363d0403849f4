//! Customers: a few that the hand-written documents name, then invented ones.

use super::{
    plan::{Plan, SPAN, START, at},
    rng::{For, Stream},
    words::{FIRST, LAST},
    world::{Person, World},
};
use crate::shop::{Customer, Tier};
use std::fmt::Write;

/// The magazine's staff: they write the hand-written articles.
pub const STAFF: [(&str, &str); 3] = [
    ("asa.lindqvist@example.com", "Åsa Lindqvist"),
    ("tariq.okafor@example.com", "Tariq Okafor"),
    ("mila.thistlewood@example.com", "Mila \"Mil\" Thistlewood"),
];

/// Ids and times: accounts come in evenly, the staff's first.
pub fn heads(plan: &Plan) -> Vec<Person> {
    let mut stream = Stream::new(plan.seed, For::CustomerHead);
    let count = plan.customers();
    let person = |i: usize| {
        let since = at(if i < STAFF.len() { START + i as i64 } else { START + evenly(&mut stream, i, count) });
        Person { id: stream.id(since), since }
    };
    (0..count).map(person).collect()
}

/// A time within the `i`-th of `count` equal parts of the history.
pub fn evenly(stream: &mut Stream, i: usize, count: usize) -> i64 {
    let part = SPAN / count as i64;
    part * i as i64 + stream.between(0, part - 1)
}

/// The rows, in order of time.
pub fn rows(world: &World) -> impl Iterator<Item = Customer> + Send {
    let mut stream = world.stream(For::Customer);
    world.people.iter().enumerate().map(move |(i, person)| {
        let mut row = Customer {
            id: person.id,
            email: String::with_capacity(40),
            name: String::new(),
            tier: tier(&mut stream, i),
            created_at: person.since,
        };
        if let Some((email, name)) = STAFF.get(i) {
            row.email.push_str(email);
            row.name.push_str(name);
            row.tier = Tier::Gold;
        } else {
            let ((first, plain_first), (last, plain_last)) = (stream.pick(&FIRST), stream.pick(&LAST));
            // writing into a string does not fail
            let _ = write!(row.email, "{plain_first}.{plain_last}.{i}@example.{}", stream.pick(&["com", "net", "org"]));
            let _ = match stream.below(50) {
                0 => write!(row.name, "{first} \"{}\" {last}", &plain_last[..3]),
                1 => write!(row.name, "Dr. {first} {last}"),
                2 => write!(row.name, "{first} {last}-{}", stream.pick(&LAST).0),
                _ => write!(row.name, "{first} {last}"),
            };
        }
        row
    })
}

fn tier(stream: &mut Stream, i: usize) -> Tier {
    // those who come back again and again (see `World::person`) are valued more
    match (i.is_multiple_of(10), stream.below(10)) {
        (true, 0..4) => Tier::Gold,
        (true, _) | (false, 0) => Tier::Silver,
        (false, _) => Tier::Standard,
    }
}
