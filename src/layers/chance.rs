//! Chance for delays and expiries that must not fall together. Not for secrets.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// A number from 0 to 1, neither of them included. The standard library keys each hasher of its maps anew: the hash of nothing under
/// such a key is as good as a die.
pub fn unit() -> f64 {
    let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    (f64::from(bits) + 0.5) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn chance_is_spread_over_its_whole_range() {
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let chance = super::unit();
            assert!(chance > 0.0 && chance < 1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
            let tenth = (chance * 10.0) as usize;
            tenths[tenth] += 1;
        }
        assert!(tenths.iter().all(|count| (800..1_200).contains(count)), "{tenths:?}");
    }
}
