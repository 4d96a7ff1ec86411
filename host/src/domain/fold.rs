//! Text folded for search: `Zoë ÅBERG` and `zoe aberg` are the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case and without accents.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn drops_case_and_accents() {
        assert_eq!(fold("Zoë ÅBERG"), "zoe aberg");
        assert_eq!(fold("ﬁona"), "fiona");
    }
}
