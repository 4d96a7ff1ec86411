//! Points in time: UTC, millisecond precision, years 0001 to 9999 (SPEC 1).

use core::fmt;
use core::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::PolicyError;

const MS_PER_DAY: i64 = 86_400_000;

/// An instant in UTC with millisecond precision, from the year 0001 to the year 9999.
///
/// It is written as RFC 3339, always with three decimals and `Z`. Finer input is truncated towards the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(type = "string"))]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant that many milliseconds after 1970-01-01T00:00:00Z, or `None` outside [`MIN`](Self::MIN) to
    /// [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis < Self::MIN.0 || millis > Self::MAX.0 { None } else { Some(Self(millis)) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to this instant; negative when `earlier` is later.
    pub(crate) const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant moved by whole milliseconds, clamped to the range of instants (SPEC 8).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        let moved = self.0.saturating_add(millis);
        match Self::from_millis(moved) {
            Some(instant) => instant,
            None if millis < 0 => Self::MIN,
            None => Self::MAX,
        }
    }

    /// This instant that many days later, clamped to the range of instants.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Self {
        self.plus_millis(days_in_millis(days))
    }

    /// This instant that many days earlier, clamped to the range of instants.
    #[must_use]
    pub const fn minus_days(self, days: u32) -> Self {
        self.plus_millis(days_in_millis(days).saturating_neg())
    }
}

/// A number of 86,400-second days in milliseconds.
#[allow(clippy::cast_lossless)] // `i64::from` is not const
pub(crate) const fn days_in_millis(days: u32) -> i64 {
    (days as i64).saturating_mul(MS_PER_DAY)
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut [0; TEXT_BYTES]))
    }
}

/// How long an instant is as text.
const TEXT_BYTES: usize = "2026-10-01T09:30:00.000Z".len();

impl Instant {
    /// The instant as text, digit by digit: `core::fmt` takes several times as long.
    fn text(self, buffer: &mut [u8; TEXT_BYTES]) -> &str {
        // Every instant in range is one of chrono's, and its year has four digits.
        let utc = DateTime::from_timestamp_millis(self.0).unwrap_or_default().naive_utc();
        let parts = [
            (utc.year().unsigned_abs(), 4, b'-'),
            (utc.month(), 2, b'-'),
            (utc.day(), 2, b'T'),
            (utc.hour(), 2, b':'),
            (utc.minute(), 2, b':'),
            (utc.second(), 2, b'.'),
            (utc.and_utc().timestamp_subsec_millis(), 3, b'Z'),
        ];
        let mut rest = buffer.as_mut_slice();
        for (number, digits, mark) in parts {
            let Some((part, after)) = rest.split_at_mut_checked(digits) else { break };
            let mut number = number;
            for digit in part.iter_mut().rev() {
                *digit = b'0' | u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
            let Some((sign, after)) = after.split_first_mut() else { break };
            *sign = mark;
            rest = after;
        }
        core::str::from_utf8(buffer).unwrap_or_default()
    }
}

impl FromStr for Instant {
    type Err = PolicyError;

    /// Reads RFC 3339 with `Z` or an offset.
    ///
    /// ```
    /// use security_contact_policy::Instant;
    ///
    /// let instant: Instant = "2026-10-01T11:30:00.1239+02:00".parse()?;
    /// assert_eq!(instant.to_string(), "2026-10-01T09:30:00.123Z");
    /// # Ok::<(), security_contact_policy::PolicyError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_input` when the text is no RFC 3339 instant, names the leap second `:60`, or lies outside the
    /// years 0001 to 9999 in UTC.
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        parse(text).ok_or_else(|| PolicyError::invalid_input("", Self::EXPECTED))
    }
}

impl Instant {
    pub(crate) const EXPECTED: &str =
        "expected an RFC 3339 instant such as `2026-10-01T09:30:00Z` in the years 0001 to 9999";
}

fn parse(text: &str) -> Option<Instant> {
    let mut scan = Scan(text.as_bytes());
    let year = i32::try_from(scan.digits(4)?).ok()?;
    scan.one_of(b"-")?;
    let month = scan.digits(2)?;
    scan.one_of(b"-")?;
    let day = scan.digits(2)?;
    scan.one_of(b"Tt")?;
    let hour = scan.digits(2)?;
    scan.one_of(b":")?;
    let minute = scan.digits(2)?;
    scan.one_of(b":")?;
    let second = scan.digits(2)?;
    let millis = scan.fraction()?;
    let offset_minutes = scan.offset()?;
    if !scan.0.is_empty() {
        return None;
    }
    let local = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_milli_opt(hour, minute, second, millis)?;
    let offset_ms = offset_minutes.checked_mul(60_000)?;
    Instant::from_millis(local.and_utc().timestamp_millis().checked_sub(offset_ms)?)
}

/// The bytes of an instant's text that are still to be read.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        allowed.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first()?;
        let digit = first.is_ascii_digit().then(|| u32::from(first & 0x0f))?;
        self.0 = rest;
        Some(digit)
    }

    fn digits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |number, _| number.checked_mul(10)?.checked_add(self.digit()?))
    }

    /// The milliseconds of an optional fraction; digits past the third only have to be digits.
    fn fraction(&mut self) -> Option<u32> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        let mut millis = self.digit()?.checked_mul(100)?;
        for weight in [10, 1] {
            let Some(digit) = self.digit() else { return Some(millis) };
            millis = millis.checked_add(digit.checked_mul(weight)?)?;
        }
        while self.digit().is_some() {}
        Some(millis)
    }

    /// Minutes east of UTC.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = i64::from(self.digits(2)?);
        self.one_of(b":")?;
        let minutes = i64::from(self.digits(2)?);
        if hours > 23 || minutes > 59 {
            return None;
        }
        hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(sign)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text(&mut [0; TEXT_BYTES]))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| de::Error::custom(Self::EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(text: &str) -> Option<i64> {
        parse(text).map(Instant::millis)
    }

    #[test]
    fn reads_offsets_fractions_and_lower_case() {
        assert_eq!(millis("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(millis("1970-01-01t00:00:00.5z"), Some(500));
        assert_eq!(millis("1970-01-01T02:00:00+02:00"), Some(0));
        assert_eq!(millis("1969-12-31T23:00:00-01:00"), Some(0));
        assert_eq!(millis("1970-01-01T00:00:00-00:00"), Some(0));
    }

    #[test]
    fn truncates_towards_the_past_on_both_sides_of_1970() {
        assert_eq!(millis("1970-01-01T00:00:00.0019999999999Z"), Some(1));
        assert_eq!(millis("1969-12-31T23:59:59.9999Z"), Some(-1));
    }

    #[test]
    fn keeps_to_the_years_0001_to_9999_in_utc() {
        assert_eq!(parse("0001-01-01T00:00:00Z"), Some(Instant::MIN));
        assert_eq!(parse("9999-12-31T23:59:59.999Z"), Some(Instant::MAX));
        assert_eq!(parse("0001-01-01T00:00:00+00:01"), None);
        assert_eq!(parse("9999-12-31T23:59:59-00:01"), None);
        assert_eq!(parse("0000-12-31T23:59:00-00:01"), Some(Instant::MIN));
    }

    #[test]
    fn refuses_what_is_not_rfc_3339() {
        for text in [
            "",
            "2026-10-01",
            "2026-10-01 09:30:00Z",
            "2026-10-01T09:30:00",
            "2026-10-01T09:30:00.Z",
            "2026-10-01T09:30Z",
            "2026-10-01T09:30:60Z",
            "2026-10-01T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "+2026-10-01T09:30:00Z",
            "2026-10-01T09:30:00+0200",
            "2026-10-01T09:30:00+24:00",
            "2026-10-01T09:30:00+01:60",
            "2026-10-01T09:30:00Z ",
            "２026-10-01T09:30:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn clamps_at_both_ends() {
        assert_eq!(Instant::MAX.plus_millis(1), Instant::MAX);
        assert_eq!(Instant::MAX.plus_days(u32::MAX), Instant::MAX);
        assert_eq!(Instant::MIN.minus_days(u32::MAX), Instant::MIN);
    }

    proptest! {
        #[test]
        fn text_round_trips(millis in Instant::MIN.0..=Instant::MAX.0) {
            let instant = Instant(millis);
            prop_assert_eq!(parse(&instant.to_string()), Some(instant));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
