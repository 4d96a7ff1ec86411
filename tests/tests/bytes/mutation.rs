//! Inputs that are nearly those of a corpus, always the same ones.

/// Mutations of a corpus, without end.
pub(crate) struct Mutations<'c> {
    corpus: &'c [Vec<u8>],
    state: u64,
}

impl<'c> Mutations<'c> {
    pub(crate) fn of(corpus: &'c [Vec<u8>]) -> Self {
        Self { corpus, state: 2026 }
    }

    /// A number below `bound` (SplitMix64).
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % bound.max(1) as u64).unwrap_or_default()
    }

    fn pick(&mut self) -> &'c [u8] {
        let index = self.below(self.corpus.len());
        &self.corpus[index]
    }

    /// A piece of an input, at most that long.
    fn piece(&mut self, input: &[u8], longest: usize) -> std::ops::Range<usize> {
        let start = self.below(input.len() + 1);
        let length = self.below(longest + 1);
        start..(start + length).min(input.len())
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        match self.below(8) {
            0 => drop(input.drain(self.piece(&input.clone(), 16))),
            1 => {
                let piece = self.piece(input, 64);
                let copy = input[piece].to_vec();
                drop(input.splice(at..at, copy));
            }
            2 => {
                let other = self.pick();
                let piece = self.piece(other, 64);
                drop(input.splice(at..at, other[piece].iter().copied()));
            }
            3 => {
                let other = self.pick();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend(&other[from..]);
            }
            4 => {
                let edges: [&[u8]; 6] = [&[0], &[0x7f], &[0x80], &[0xff; 8], &[0xff, 0xff, 0xff, 0x7f], &[0, 0]];
                let edge = edges[self.below(edges.len())];
                let end = (at + edge.len()).min(input.len());
                drop(input.splice(at..end, edge.iter().copied()));
            }
            5 => {
                let bit = self.below(8);
                input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            6 => input.insert(at, u8::try_from(self.below(256)).unwrap_or_default()),
            _ => {
                let change = u8::try_from(self.below(256)).unwrap_or_default();
                input.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.wrapping_add(change));
            }
        }
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.pick().to_vec();
        for _ in 0..=self.below(4) {
            self.mutate(&mut input);
        }
        Some(input)
    }
}
