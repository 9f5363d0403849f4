//! Numbers that are drawn anew in every test, and the same in every run (xorshift).

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From zero up to, and without, a number.
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from((self.next() >> 20) % u64::from(end)).unwrap()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(u32::try_from(index).unwrap() + 1) as usize);
        }
    }
}
