//! Finding people.

use super::*;
use crate::domain::fold;
use crate::domain::model::CandidateCursor;

/// The ids of all people of `a-1` whom the query finds.
async fn found(store: &AnyStore, query: &str) -> Vec<String> {
    let people = store.candidates(&account("a-1"), &fold(query), None, 100).await.unwrap();
    people.iter().map(|member| member.person.id.to_string()).collect()
}

pub(in crate::store) async fn everybody_is_found_by_no_words(store: AnyStore) {
    acme(&store).await;
    assert_eq!(found(&store, "").await, ["u-2", "u-3", "u-1"]);
    assert_eq!(found(&store, " \t ").await, ["u-2", "u-3", "u-1"]);
}

pub(in crate::store) async fn every_word_is_part_of_the_name_or_the_address(store: AnyStore) {
    let mut silent = member("u-5", "Ada Silent");
    silent.email = None;
    put(&store, &entry("a-1", &[member("u-2", "Ada Lovelace"), member("u-4", "Adam Smith"), silent]), 0).await;
    assert_eq!(found(&store, "ada").await, ["u-2", "u-5", "u-4"]);
    assert_eq!(found(&store, "love ada").await, ["u-2"]);
    assert_eq!(found(&store, "ada u-4@example").await, ["u-4"]);
    assert_eq!(found(&store, "ada smithy").await, Vec::<String>::new());
    assert_eq!(found(&store, "adalovelace").await, Vec::<String>::new());
    assert_eq!(found(&store, "silent example").await, Vec::<String>::new());
}

pub(in crate::store) async fn case_and_accents_do_not_count(store: AnyStore) {
    let mut zoe = member("u-2", "Zoë ÅBERG");
    zoe.email = Some("ZOË@Example.COM".parse().unwrap());
    put(&store, &entry("a-1", &[zoe.clone()]), 0).await;
    for query in ["zoe", "ZOË", "aberg", "Åberg zoë", "zoe@example.com"] {
        assert_eq!(found(&store, query).await, ["u-2"], "{query}");
    }
    assert_eq!(store.candidates(&account("a-1"), "zoe", None, 1).await.unwrap(), [zoe]);
}

pub(in crate::store) async fn signs_stand_for_themselves(store: AnyStore) {
    let people = [
        member("u-2", "100% Ada"),
        member("u-3", "Snake_Case"),
        member("u-4", r"Back\Slash"),
        member("u-5", "100x Snake.Case"),
        member("u-6", "O'Hara \"Scarlett\""),
        member("u-7", "Wild * [card]?"),
    ];
    put(&store, &entry("a-1", &people), 0).await;
    assert_eq!(found(&store, "100%").await, ["u-2"]);
    assert_eq!(found(&store, "%").await, ["u-2"]);
    assert_eq!(found(&store, "snake_case").await, ["u-3"]);
    assert_eq!(found(&store, "_").await, ["u-3"]);
    assert_eq!(found(&store, r"\").await, ["u-4"]);
    assert_eq!(found(&store, "'").await, ["u-6"]);
    assert_eq!(found(&store, "\"").await, ["u-6"]);
    assert_eq!(found(&store, "*").await, ["u-7"]);
    assert_eq!(found(&store, "[card]?").await, ["u-7"]);
}

pub(in crate::store) async fn pages_go_on_after_the_cursor(store: AnyStore) {
    let people: Vec<Member> = (2..9).map(|n| member(&format!("u-{n}"), &format!("Person {}", 9 - n))).collect();
    put(&store, &entry("a-1", &people), 0).await;
    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut after: Option<CandidateCursor> = None;
    loop {
        let page = store.candidates(&account("a-1"), "person", after.as_ref(), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(CandidateCursor { folded_name: fold(last.name.as_str()), user_id: last.person.id.clone() });
        pages.push(page.iter().map(|member| member.person.id.to_string()).collect());
    }
    assert_eq!(pages, [vec!["u-8", "u-7", "u-6"], vec!["u-5", "u-4", "u-3"], vec!["u-2"]]);
}

pub(in crate::store) async fn equal_names_are_told_apart_by_id(store: AnyStore) {
    put(&store, &entry("a-1", &[member("b", "ÀDA"), member("c", "ada"), member("a", "Ada")]), 0).await;
    assert_eq!(found(&store, "ada").await, ["a", "b", "c"]);
    let after = CandidateCursor { folded_name: "ada".into(), user_id: user("b") };
    let page = store.candidates(&account("a-1"), "", Some(&after), 1).await.unwrap();
    assert_eq!(page, [member("c", "ada")]);
}

pub(in crate::store) async fn other_accounts_stay_out(store: AnyStore) {
    acme(&store).await;
    put(&store, &entry("a-2", &[member("u-9", "Ada Elsewhere")]), 0).await;
    assert_eq!(found(&store, "ada").await, ["u-2"]);
}
