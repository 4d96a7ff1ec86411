//! Numbers that look random and are the same in every run.

/// The SplitMix64 generator from a fixed start. Good enough to invent people, and for nothing else.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` − 1; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The upper half of the product: the bias is far below what anybody can see here.
        let product = u128::from(self.next()) * u128::from(bound);
        (product >> 64) as u64
    }

    /// [`below`](Self::below) for `u32`.
    pub(super) fn below_u32(&mut self, bound: u32) -> u32 {
        self.below(bound.into()) as u32 // below a u32
    }

    /// [`below`](Self::below) for `i64`; a negative bound counts as 0.
    pub(super) fn below_i64(&mut self, bound: i64) -> i64 {
        self.below(bound.try_into().unwrap_or(0)).cast_signed() // below an i64
    }

    /// One of the items.
    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        const { assert!(N > 0) };
        items[self.below(N as u64) as usize] // below N
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_sequence() {
        let mut random = Random::new();
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn stays_below_its_bound_and_reaches_everything() {
        let mut random = Random::new();
        let mut seen = [false; 10];
        for _ in 0..1_000 {
            seen[random.below(10) as usize] = true;
        }
        assert_eq!(seen, [true; 10]);
        assert_eq!((random.below(0), random.below_u32(0), random.below_i64(-1)), (0, 0, 0));
    }
}
