//! The public items of a crate, read from the pages that rustdoc made of it.
//!
//! rustdoc tells programs more in JSON, but only with an unstable compiler. Its pages have the same declarations, and the
//! compiler is pinned.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xshell::Shell;

/// Where declarations stand in a page, and where they end.
const ITEM: (&str, &str) = ("<pre class=\"rust item-decl\">", "</pre>");
const METHOD: (&str, &str) = ("<h4 class=\"code-header\">", "</h4>");
const IMPL: (&str, &str) = ("<h3 class=\"code-header\">", "</h3>");
const REEXPORT: (&str, &str) = ("<code>pub use ", "</code>");

/// From here on a page has what traits ask for, and what the compiler gives to every type.
const OF_TRAITS: &str = "id=\"trait-implementations-list\"";
const OF_EVERY_TYPE: &str = "id=\"synthetic-implementations-list\"";

/// Every public item of the crate whose pages are in that folder, one a line.
///
/// # Errors
/// When the folder has no page that tells of one.
pub(crate) fn items(shell: &Shell, folder: &Path) -> Result<String> {
    let mut pages = Vec::new();
    collect(shell, folder, &mut pages)?;
    let mut lines = BTreeSet::new();
    for page in pages {
        let place = page.strip_prefix(folder)?.with_extension("");
        let place = place.to_string_lossy().replace('\\', "/");
        let html = shell.read_file(&page)?;
        lines.extend(declarations(&place, &html).into_iter().map(|text| format!("{}: {text}\n", place_of(&place))));
    }
    ensure!(!lines.is_empty(), "`{}` tells of no item", folder.display());
    Ok(lines.into_iter().collect())
}

/// The lines that are new, and those that are gone.
pub(crate) fn changes(before: &str, after: &str) -> Vec<String> {
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    gone.chain(new.difference(&old).map(|line| format!("+ {line}"))).collect()
}

fn collect(shell: &Shell, folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for path in shell.read_dir(folder).with_context(|| format!("`{}` has no pages", folder.display()))? {
        if path.is_dir() {
            collect(shell, &path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") && !path.ends_with("all.html") {
            pages.push(path);
        }
    }
    Ok(())
}

/// The module of a page such as `domain/ports/trait.Store`, or the item that it is the page of.
fn place_of(page: &str) -> String {
    let words: Vec<&str> = page.split('/').map(|word| word.rsplit('.').next().unwrap_or(word)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| *word != "index").collect();
    if words.is_empty() { "crate".to_owned() } else { words.join("::") }
}

/// What a page declares.
fn declarations(page: &str, html: &str) -> Vec<String> {
    let until = |marker: &str| html.find(marker).unwrap_or(html.len());
    let of_type = &html[..until(OF_TRAITS).min(until(OF_EVERY_TYPE))];
    if page.ends_with("index") {
        return texts(html, REEXPORT).into_iter().map(|text| format!("pub use {text}")).collect();
    }
    let mut found = texts(of_type, ITEM);
    // The declaration of a trait has its methods in it, and its page lists who implements it.
    let is_trait = page.rsplit('/').next().is_some_and(|name| name.starts_with("trait."));
    if !is_trait {
        found.extend(texts(of_type, METHOD));
        let of_traits = html.get(until(OF_TRAITS)..until(OF_EVERY_TYPE)).unwrap_or_default();
        found.extend(texts(of_traits, IMPL));
    }
    found
}

/// The texts between those marks, as one line each.
fn texts(html: &str, (begin, end): (&str, &str)) -> Vec<String> {
    let parts = html.split(begin).skip(1).filter_map(|part| part.split(end).next());
    parts.map(|part| without_value(text(part))).collect()
}

/// The declaration of a constant without its value, which can be a whole module.
fn without_value(text: String) -> String {
    match text.split_once(" = ") {
        Some((declaration, _)) if text.starts_with("pub const ") => declaration.to_owned(),
        _ => text,
    }
}

fn text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    // What is folded up says so: `Show 23 methods`.
    let html = html.split("<summary").map(|part| part.split_once("</summary>").map_or(part, |(_, shown)| shown));
    for character in html.flat_map(str::chars) {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            _ => text.push(character),
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r##"<pre class="rust item-decl"><code>pub struct Host<span>&lt;&#39;a&gt;</span> {
        <span class="comment">/* private fields */</span> }</code></pre>
        <h4 class="code-header">pub fn <a href="#">new</a>() -&gt; Self</h4>
        <div id="trait-implementations-list"><h3 class="code-header">impl Clone for Host</h3>
        <h4 class="code-header">fn clone(&amp;self)</h4></div>
        <div id="synthetic-implementations-list"><h3 class="code-header">impl Send for Host</h3></div>"##;

    #[test]
    fn a_page_declares_its_type_with_methods_and_traits() {
        let expected = ["pub struct Host<'a> { /* private fields */ }", "pub fn new() -> Self", "impl Clone for Host"];
        assert_eq!(declarations("struct.Host", PAGE), expected);
        assert_eq!(declarations("ports/trait.Host", PAGE), expected[..1]);
        let index = r##"<dt id="reexport.Store"><code>pub use <a href="#">domain</a>::Store;</code></dt>"##;
        assert_eq!(declarations("index", index), ["pub use domain::Store;"]);
    }

    #[test]
    fn what_a_page_only_shows_is_left_out() {
        let page = r#"<pre class="rust item-decl"><code>pub const MODULE: &amp;[u8] = b"\x00asm";</code></pre>"#;
        assert_eq!(declarations("constant.MODULE", page), ["pub const MODULE: &[u8]"]);
        let page = r#"<pre class="rust item-decl"><code>pub trait Store {
            <details class="toggle"><summary class="hideme"><span>Show 23 methods</span></summary>fn a();</details>}"#;
        assert_eq!(declarations("trait.Store", page), ["pub trait Store { fn a();}"]);
    }

    #[test]
    fn lines_tell_where_an_item_is() {
        let places = ["index", "struct.Host", "domain/ports/trait.Store", "domain/index"].map(place_of);
        assert_eq!(places, ["crate", "Host", "domain::ports::Store", "domain"]);
    }

    #[test]
    fn what_is_new_and_what_is_gone_is_told() {
        assert_eq!(changes("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert!(changes("a\n", "a\n").is_empty());
    }

    #[test]
    fn a_folder_without_items_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.html"), PAGE).unwrap();
        let error = items(&Shell::new().unwrap(), folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("tells of no item"), "{error}");
        std::fs::write(folder.path().join("struct.Host.html"), PAGE).unwrap();
        assert!(items(&Shell::new().unwrap(), folder.path()).unwrap().contains("Host: pub fn new() -> Self\n"));
    }
}
