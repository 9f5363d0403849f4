//! Posts, newest first.

use crate::lab::{Load, draw::Draw};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// One post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// 0 and up; later ones are newer or of the same moment.
    pub id: i64,
    /// When, in milliseconds since 1970. About three posts share one moment.
    pub at: i64,
    /// Some words.
    pub title: String,
}

impl Post {
    /// As all arms answer it.
    pub fn answer(&self) -> Value {
        json!({ "id": self.id, "at": self.at, "title": self.title })
    }

    /// Its place in the order of pages: smaller comes first.
    pub fn order(&self) -> (Reverse<i64>, Reverse<i64>) {
        (Reverse(self.at), Reverse(self.id))
    }
}

/// All posts, by id.
pub fn posts(load: &Load) -> Vec<Post> {
    let (mut moments, mut words) = (Draw::new(load.seed, "W07 moments"), Draw::new(load.seed, "W07 titles"));
    let mut at = 1_760_000_000_000;
    (0..load.size as i64)
        .map(|id| {
            if moments.below(3) == 0 {
                at += 1 + moments.below(60_000) as i64;
            }
            Post { id, at, title: words.words(30).trim_end().to_owned() }
        })
        .collect()
}

/// Moment and id of the post at each place in the order of pages, newest first, without the words.
pub fn order(load: &Load) -> Vec<(i64, i64)> {
    let mut moments = Draw::new(load.seed, "W07 moments");
    let mut at = 1_760_000_000_000;
    let mut order: Vec<_> = (0..load.size as i64)
        .map(|id| {
            if moments.below(3) == 0 {
                at += 1 + moments.below(60_000) as i64;
            }
            (at, id)
        })
        .collect();
    order.reverse();
    order
}
