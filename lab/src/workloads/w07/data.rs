//! Posts, newest first.

use crate::{Load, draw::Draw};
use serde_json::{Value, json};

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
}

/// The moment of each post, by id.
fn moments(load: &Load) -> impl Iterator<Item = i64> {
    let (mut draw, mut at) = (Draw::new(load.seed, "W07 moments"), 1_760_000_000_000);
    (0..load.size).map(move |_| {
        if draw.below(3) == 0 {
            at += 1 + draw.below(60_000) as i64;
        }
        at
    })
}

/// All posts, by id.
pub fn posts(load: &Load) -> Vec<Post> {
    let mut words = Draw::new(load.seed, "W07 titles");
    (0..).zip(moments(load)).map(|(id, at)| Post { id, at, title: words.words(30).trim_end().to_owned() }).collect()
}

/// Moment and id of the post at each place in the order of pages, newest first, without the words.
pub fn order(load: &Load) -> Vec<(i64, i64)> {
    let mut order: Vec<_> = moments(load).zip(0..).collect();
    order.reverse();
    order
}
