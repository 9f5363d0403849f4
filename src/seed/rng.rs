//! Random numbers that are the same on every machine: ChaCha8, one independent stream for each kind of row.

use crate::shop::Timestamp;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use uuid::Uuid;

/// What a stream is for. The numbers are part of the data: changing one changes every row of its kind.
#[derive(Clone, Copy, Debug)]
pub enum For {
    /// When and who: ids and times of customers.
    CustomerHead = 1,
    /// Names and tiers.
    Customer,
    /// Ids of categories.
    Category,
    /// Ids, times and prices of products.
    ProductHead,
    /// Names, descriptions and stock.
    Product,
    /// Which product has which popularity.
    Popularity,
    /// Who ordered when, and what became of it.
    OrderHead,
    /// The lines of orders.
    Order,
    /// Ids and times of articles.
    ArticleHead,
    /// Titles, tags and blocks.
    Article,
    /// Who commented on what, and when.
    CommentHead,
    /// The words of comments.
    Comment,
    /// Settings.
    Preferences,
    /// Ids of the events that follow from other rows.
    Activity,
    /// Who looked at what, and when.
    Views,
}

/// One stream of numbers.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `seed` for one kind of row. Streams of one seed never meet.
    pub fn new(seed: u64, what: For) -> Self {
        // the key is spelled out here because a library's own way from u64 to key may change with its version
        let mut key = *b"\0\0\0\0\0\0\0\0polystore seed, format 1";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(what as u64);
        Self(rng)
    }

    /// A number from 0 to `n - 1`; 0 when there is no such number.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// A place in a list of `len` entries.
    #[expect(clippy::cast_possible_truncation, reason = "below len")]
    pub fn place(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// One of the entries.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.place(list.len())]
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number from `low` to `high`, both included.
    #[expect(clippy::cast_possible_wrap, reason = "spans are far below 2^63")]
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    /// An id of the shape of UUIDv7: the row's time, then random bits.
    pub fn id<T: From<Uuid>>(&mut self, at: Timestamp) -> T {
        let mut bits = [0; 10];
        bits[..8].copy_from_slice(&self.0.next_u64().to_le_bytes());
        bits[8..].copy_from_slice(&self.0.next_u32().to_le_bytes()[..2]);
        uuid_v7(at, &bits).into()
    }
}

/// A UUIDv7 from a time and 74 of these 80 bits.
pub fn uuid_v7(at: Timestamp, bits: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at.millis().unsigned_abs(), bits).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_from_one_another() {
        let numbers = |seed, what| {
            let mut stream = Stream::new(seed, what);
            [stream.below(1 << 60), stream.below(1 << 60), stream.below(10)]
        };
        assert_eq!(numbers(1, For::Order), numbers(1, For::Order));
        assert_ne!(numbers(1, For::Order), numbers(2, For::Order));
        assert_ne!(numbers(1, For::Order), numbers(1, For::Article));
    }

    #[test]
    fn ids_carry_their_time_and_are_version_7() {
        let at = Timestamp::from_millis(1_767_225_600_000).unwrap();
        let id: Uuid = Stream::new(1, For::Order).id(at);
        assert_eq!((id.get_version_num(), id.as_u128() >> 80), (7, 1_767_225_600_000));
    }
}
