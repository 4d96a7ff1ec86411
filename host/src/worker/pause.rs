//! How long a row of the outbox rests between two tries.

const LONGEST_PAUSE_MS: i64 = 6 * 3_600_000;

/// The pause of the row `id` after a try, by the number of tries before it: `first_ms` and then twice as long each time,
/// up to 6 hours, and a tenth of that less or more. How much differs from row to row and from try to try, so that mails
/// that failed together do not all come back at one moment; it is no random number, so that a try can be told ahead.
pub(super) fn pause_ms(first_ms: i64, id: i64, attempts: u32) -> i64 {
    let factor = 1_i64.checked_shl(attempts.min(32)).unwrap_or(i64::MAX);
    let pause = first_ms.saturating_mul(factor).min(LONGEST_PAUSE_MS);
    pause - pause / 10 + spread(id, attempts) % (pause / 5 + 1)
}

/// A number from 0 on that is spread evenly over rows and tries.
fn spread(id: i64, attempts: u32) -> i64 {
    // The finaliser of MurmurHash3 mixes every bit of the number into every other.
    let mut mixed = id.cast_unsigned() ^ (u64::from(attempts) << 40);
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(factor);
    }
    ((mixed ^ (mixed >> 33)) >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first pause where nobody says otherwise.
    const FIRST_MS: i64 = 30_000;

    #[test]
    fn pauses_double_up_to_six_hours() {
        for (attempts, seconds) in [(0, 30), (1, 60), (2, 120), (9, 15_360), (10, 21_600), (u32::MAX, 21_600)] {
            for id in 1..200 {
                let pause = pause_ms(FIRST_MS, id, attempts);
                assert!((seconds * 900..=seconds * 1_100).contains(&pause), "{attempts}: {pause}");
            }
        }
    }

    #[test]
    fn the_first_pause_sets_the_scale() {
        for attempts in 0..5 {
            assert!((900 << attempts..=1_100 << attempts).contains(&pause_ms(1_000, 7, attempts)), "{attempts}");
        }
    }

    #[test]
    fn rows_that_failed_together_come_back_apart() {
        let mut seconds: Vec<i64> = (1..=1_000).map(|id| pause_ms(FIRST_MS, id, 10) / 1_000).collect();
        seconds.sort_unstable();
        let (first, last) = (seconds[50], seconds[950]);
        assert!(first < 20_000 && last > 23_000, "{first} to {last}");
        seconds.dedup();
        assert!(seconds.len() > 800, "{} different seconds", seconds.len());
    }
}
