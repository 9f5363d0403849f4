//! Numbers that follow from a seed and a purpose, the same on every machine: keys of questions, orders of blocks, bootstraps, rows.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};

/// One stream of numbers.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of a seed for one purpose. Streams of different purposes have nothing to do with each other.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut key = Sha256::new();
        key.update(b"polystore lab, format 1");
        key.update(seed.to_le_bytes());
        key.update(purpose.as_bytes());
        Self(ChaCha8Rng::from_seed(key.finalize().into()))
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `n - 1`; 0 when there is no such number.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// A place in a list of `len` entries.
    pub fn place(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from 0 up to 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.place(last + 1));
        }
    }

    /// Time to the next event of a Poisson process with this mean, in the mean's unit.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Text of about `bytes` bytes of words from a small vocabulary: deflate makes about a third of it.
    pub fn words(&mut self, bytes: usize) -> String {
        const SYLLABLES: [&str; 32] = [
            "ba", "cor", "del", "es", "fin", "gra", "hol", "in", "jun", "kel", "lo", "mar", "nor", "os", "pel", "qui", "ran", "sil", "tar",
            "um", "ver", "wen", "xi", "yor", "zan", "ber", "cha", "dro", "eth", "fal", "gor", "hes",
        ];
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            for _ in 0..2 + self.place(3) {
                text.push_str(SYLLABLES[self.place(SYLLABLES.len())]);
            }
            text.push(' ');
        }
        text.truncate(bytes);
        text
    }

    /// Text of `bytes` bytes that does not compress below six bits a byte: the other extreme of a payload.
    pub fn noise(&mut self, bytes: usize) -> String {
        const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..bytes).map(|_| char::from(SIGNS[self.place(64)])).collect()
    }
}

/// Zipf's law over `n` ranks with exponent 0.99: a few keys are asked for most of the time. Ranks are spread over the keys, so that the hot ones
/// do not lie side by side.
pub struct Zipf {
    cumulative: Vec<f64>,
    keys: Vec<u64>,
}

impl Zipf {
    /// Over the keys 0 to `n - 1`, at most the first million ranks of them.
    pub fn new(n: u64, seed: u64) -> Self {
        let n = n.clamp(1, 1_000_000);
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = (1..=n)
            .map(|rank| {
                sum += (rank as f64).powf(-0.99);
                sum
            })
            .collect();
        cumulative.iter_mut().for_each(|share| *share /= sum);
        let mut keys: Vec<u64> = (0..n).collect();
        Draw::new(seed, "zipf keys").shuffle(&mut keys);
        Self { cumulative, keys }
    }

    /// A key.
    pub fn key(&self, draw: &mut Draw) -> u64 {
        let wanted = draw.share();
        let at = self.cumulative.partition_point(|share| *share < wanted);
        self.keys[at.min(self.keys.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_are_these_for_ever() {
        let mut draw = Draw::new(42, "golden");
        let numbers: Vec<u64> = (0..4).map(|_| draw.below(1_000_000)).collect();
        assert_eq!(numbers, [863_752, 476_653, 345_303, 442_456], "stored results were made with these");
        assert_ne!(Draw::new(42, "other").bits(), Draw::new(42, "golden").bits());
    }

    #[test]
    fn few_keys_of_zipf_are_most_of_the_draws() {
        let (zipf, mut draw) = (Zipf::new(10_000, 1), Draw::new(1, "test"));
        let mut seen = std::collections::HashMap::<u64, u32>::new();
        (0..10_000).for_each(|_| *seen.entry(zipf.key(&mut draw)).or_default() += 1);
        let mut counts: Vec<u32> = seen.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let top: u32 = counts.iter().take(100).sum();
        assert!((4_500..7_000).contains(&top), "{top} of 10,000 went to the hundred hottest keys of 10,000");
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut list: Vec<u32> = (0..100).collect();
        Draw::new(3, "shuffle").shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn waits_of_a_poisson_process_have_their_mean() {
        let mut draw = Draw::new(5, "waits");
        let mean = (0..20_000).map(|_| draw.exponential(10.0)).sum::<f64>() / 20_000.0;
        assert!((9.7..10.3).contains(&mean), "{mean}");
    }
}
