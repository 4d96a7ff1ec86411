//! Ids and names: text that was checked once and stays so (SPEC 2).

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::error::PolicyError;

/// A person's id: 1 to 128 bytes of UTF-8 without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "module", derive(tsify::Tsify))]
pub struct UserId(String);

impl UserId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 128;
    pub(crate) const EXPECTED: &str = "expected an id of 1 to 128 bytes without control characters";

    /// An id of that text.
    ///
    /// # Errors
    /// `invalid_input` when the text is empty, longer than [`MAX_BYTES`](Self::MAX_BYTES) or has a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, PolicyError> {
        let text = text.into();
        if Self::fits(&text) { Ok(Self(text)) } else { Err(PolicyError::invalid_input("", Self::EXPECTED)) }
    }

    /// Whether a text can be an id.
    pub(crate) fn fits(text: &str) -> bool {
        fits(text, Self::MAX_BYTES) && !text.chars().any(char::is_control)
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a role: 1 to 64 bytes of UTF-8. Names are compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "module", derive(tsify::Tsify))]
pub struct Name(String);

impl Name {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;
    pub(crate) const EXPECTED: &str = "expected a name of 1 to 64 bytes";

    /// A name of that text.
    ///
    /// # Errors
    /// `invalid_input` when the text is empty or longer than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn new(text: impl Into<String>) -> Result<Self, PolicyError> {
        let text = text.into();
        if Self::fits(&text) { Ok(Self(text)) } else { Err(PolicyError::invalid_input("", Self::EXPECTED)) }
    }

    /// Whether a text can be a name.
    pub(crate) fn fits(text: &str) -> bool {
        fits(text, Self::MAX_BYTES)
    }

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fits(text: &str, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&text.len())
}

macro_rules! text_newtype {
    ($type:ty) => {
        impl FromStr for $type {
            type Err = PolicyError;

            fn from_str(text: &str) -> Result<Self, PolicyError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(|_| de::Error::custom(Self::EXPECTED))
            }
        }
    };
}

text_newtype!(UserId);
text_newtype!(Name);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_measured_in_bytes() {
        assert!(UserId::new("é".repeat(64)).is_ok());
        assert!(UserId::new(format!("{}a", "é".repeat(64))).is_err());
        assert!(UserId::new("").is_err());
    }

    #[test]
    fn ids_have_no_control_characters_and_names_may() {
        assert!(UserId::new("a\nb").is_err());
        assert!(UserId::new("a\u{85}b").is_err());
        assert!(Name::new("a\nb").is_ok());
        assert!(Name::new("x".repeat(65)).is_err());
    }
}
