//! The accounts that are looked up.

use crate::{Load, draw::Draw};
use serde_json::{Value, json};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// 0 to size - 1.
    pub id: i64,
    /// Unique, and in no order that has to do with the ids.
    pub email: String,
    /// Some words.
    pub name: String,
    /// A number.
    pub points: i64,
}

impl Account {
    /// As all arms answer it.
    pub fn answer(&self) -> Value {
        json!({ "id": self.id, "email": self.email, "name": self.name, "points": self.points })
    }
}

/// The email of the account with this id, for its place in a shuffled list.
fn email(place: u64) -> String {
    format!("user{place:08}@shop.example")
}

/// Emails by id.
fn places(load: &Load) -> Vec<u64> {
    let mut places: Vec<u64> = (0..load.size).collect();
    Draw::new(load.seed, "W05 emails").shuffle(&mut places);
    places
}

/// All accounts, by id, some thousands at a time: a million of them at once would fill the memory of a small machine.
pub fn chunks(load: &Load) -> impl Iterator<Item = Vec<Account>> + Send {
    const CHUNK: usize = 20_000;
    let (mut draw, mut rest) = (Draw::new(load.seed, "W05 accounts"), places(load).into_iter().enumerate());
    std::iter::from_fn(move || {
        let accounts: Vec<_> = rest
            .by_ref()
            .take(CHUNK)
            .map(|(id, place)| Account {
                id: id as i64,
                email: email(place),
                name: draw.words(40).trim_end().to_owned(),
                points: draw.below(10_000) as i64,
            })
            .collect();
        (!accounts.is_empty()).then_some(accounts)
    })
}

/// An email that some account has.
pub fn some_email(load: &Load, draw: &mut Draw) -> String {
    email(draw.below(load.size))
}
