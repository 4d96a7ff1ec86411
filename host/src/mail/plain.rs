//! Text of others, made safe to stand in a mail: names of people and accounts, and what the platform says of an event.

/// The longest name, in characters; a longer one is cut.
const MAX_LINE_CHARS: usize = 200;
/// The longest event text, in characters; a longer one is cut.
const MAX_BLOCK_CHARS: usize = 4_000;

/// A name as one line of at most 200 characters: without control characters, and with single spaces.
pub(super) fn line(text: &str) -> String {
    let shown = shown(text);
    let words: Vec<&str> = shown.split_whitespace().collect();
    if words.is_empty() { "(no name)".to_owned() } else { clip(&words.join(" "), MAX_LINE_CHARS) }
}

/// Text of at most 4,000 characters: with newlines, but without other control characters and without two blank
/// lines in a row.
pub(super) fn block(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut kept = String::new();
    for line in text.lines().map(shown) {
        let line = line.trim_end();
        let second_blank = line.is_empty() && (kept.is_empty() || kept.ends_with("\n\n"));
        if !second_blank {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    clip(kept.trim_end(), MAX_BLOCK_CHARS)
}

/// The text without what could act instead of being read: control characters become spaces, characters that turn
/// the direction of what follows go, and what mail programs make links of is broken: `://` becomes `[:]//`, and `www.`
/// becomes `www[.]`. A bare `name.example` stays, since companies are called so; some programs make a link of that too.
fn shown(text: &str) -> String {
    let text: String =
        text.chars().filter(|c| !turns_direction(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    without_www(&text.replace("://", "[:]//"))
}

fn without_www(text: &str) -> String {
    // Lower case in ASCII moves nothing.
    let lower = text.to_ascii_lowercase();
    let (mut kept, mut rest) = (String::new(), 0);
    for (start, www) in lower.match_indices("www.") {
        let dot = start + www.len() - 1;
        kept.push_str(&text[rest..dot]);
        kept.push_str("[.]");
        rest = dot + 1;
    }
    kept + &text[rest..]
}

/// The embeddings, overrides and isolates of Unicode's bidirectional algorithm. Hebrew and Arabic need none.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text, cut to that many characters with its last ones saying so.
fn clip(text: &str, max_chars: usize) -> String {
    const CUT: &str = " [...]";
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(CUT.len())).collect();
    kept.trim_end().to_owned() + CUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("Ada\r\nBcc: eve@example.com"), "Ada Bcc: eve@example.com");
        assert_eq!(line(" Ada \u{2028}\u{85}\u{0}\u{1b}[31m\u{a0} Lovelace "), "Ada [31m Lovelace");
        assert_eq!(line("Zoë 👩‍🚀 שלום"), "Zoë 👩‍🚀 שלום");
    }

    #[test]
    fn a_name_without_visible_characters_is_named() {
        assert_eq!(line("\u{202e} \u{7f}"), "(no name)");
    }

    #[test]
    fn nothing_turns_the_direction_of_what_follows() {
        assert_eq!(line("exe.\u{202e}fdp"), "exe.fdp");
        assert_eq!(block("a\u{2066}b\u{2069}"), "ab");
    }

    #[test]
    fn nothing_becomes_a_link() {
        assert_eq!(line("see https://evil.example"), "see https[:]//evil.example");
        assert_eq!(block("see\nhttps://evil.example"), "see\nhttps[:]//evil.example");
        assert_eq!(line("https:\u{202e}//evil.example"), "https[:]//evil.example");
        assert_eq!(line("www.evil.example/login"), "www[.]evil.example/login");
        assert_eq!(
            line("é WWW.a.example http://wWw.b.example www."),
            "é WWW[.]a.example http[:]//wWw[.]b.example www[.]"
        );
        assert_eq!(line("ww\u{202e}w.evil.example"), "www[.]evil.example");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let name = line(&"é".repeat(201));
        assert_eq!(name.chars().count(), 200);
        assert!(name.ends_with("é [...]"));
        assert_eq!(line(&"é".repeat(200)), "é".repeat(200));
        let text = block(&"wörd ".repeat(1_000));
        assert!(text.chars().count() <= 4_000 && text.ends_with("wörd [...]"), "{text}");
    }

    #[test]
    fn a_block_keeps_its_paragraphs_and_nothing_more() {
        assert_eq!(block("\n\n one\t\r\n\n \n\ntwo\rthree\u{2029}\u{8}\n"), " one\n\ntwo\nthree");
        assert_eq!(block(" \n "), "");
    }
}
