//! The one character that PostgreSQL's text cannot hold. Ids, names and addresses never have it; a role's name, and
//! what a mail server answers, may.

use std::borrow::Cow;

/// Begins what stands for one of the two characters that are kept in another form.
const ESCAPE: char = '\u{1}';

/// The text as it is stored: U+0000 and U+0001 become two characters each.
pub(super) fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(ESCAPE, "\u{1}1").replace('\0', "\u{1}0"))
}

/// The text that was stored so.
pub(super) fn original(stored: &str) -> Cow<'_, str> {
    if !stored.contains(ESCAPE) {
        return Cow::Borrowed(stored);
    }
    Cow::Owned(stored.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_none_is_stored_as_another() {
        const PARTS: [&str; 6] = ["", "\0", "\u{1}", "0", "1", "é"];
        let pairs = PARTS.iter().flat_map(|a| PARTS.iter().map(move |b| [*a, *b].concat()));
        let texts = pairs.flat_map(|pair| PARTS.iter().map(move |c| format!("{pair}{c}")));
        let mut seen = std::collections::HashMap::new();
        for text in texts {
            let stored = stored(&text).into_owned();
            assert!(!stored.contains('\0'), "{text:?}");
            assert_eq!(original(&stored), text);
            assert_eq!(*seen.entry(stored).or_insert_with(|| text.clone()), text);
        }
    }
}
