//! The members and their scores.

use crate::{Load, draw::Draw};

/// One member of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// 0 to size - 1.
    pub member: i64,
    /// 0 and up; about two members share one.
    pub score: i64,
}

/// All members, by number. Order of the board: score descending, then member ascending.
pub fn members(load: &Load) -> Vec<Member> {
    let mut draw = Draw::new(load.seed, "W16 scores");
    (0..load.size as i64).map(|member| Member { member, score: draw.below(load.size / 2 + 1) as i64 }).collect()
}
