//! Enumerations that JSON writes as one word: their values, reading and writing in one place.

macro_rules! words {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "module", derive(tsify::Tsify))]
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $word)] $variant),+
        }

        impl $type {
            /// All words, in the order of the variants.
            #[allow(dead_code)] // not every enumeration is listed
            pub(crate) const WORDS: &[&str] = &[$($word),+];

            /// The word that JSON writes.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl core::str::FromStr for $type {
            type Err = crate::error::PolicyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::words::unknown(&[$($word),+])),
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// The number of the variant.
        #[cfg(feature = "codec")]
        impl crate::codec::Encoded for $type {
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.push(*self as u8);
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                const ALL: &[$type] = &[$($type::$variant),+];
                ALL.get(usize::from(u8::read(bytes)?)).copied()
            }
        }
    };
}
pub(crate) use words;

use crate::error::PolicyError;

/// The error for a word that is none of `words`.
pub(crate) fn unknown(words: &[&str]) -> PolicyError {
    PolicyError::invalid_input("", format!("expected one of `{}`", joined(words, "`, `")))
}

/// The words with something between them. The standard library's `join` is three times as large.
pub(crate) fn joined(words: &[&str], between: &str) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push_str(between);
        }
        text.push_str(word);
    }
    text
}
