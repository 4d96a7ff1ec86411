//! What ARCHITECTURE.md says of who names whom, checked on the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file below a path of `src/`, with its text without comments and unit tests.
fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut paths = vec![root.join(below)];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.strip_prefix(&root).unwrap().to_owned(), code(&text)));
        }
    }
    assert!(!found.is_empty(), "{below}");
    found
}

/// Every step of a database's schema.
fn migrations() -> Vec<(PathBuf, String)> {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let folders = ["sqlite", "postgres"].map(|database| store.join(database).join("migrations"));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The text up to its unit tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the code has that name, as a whole word.
fn names(code: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The files below `below` that have one of the names, apart from those below `but`.
fn naming(below: &str, but: &[&str], forbidden: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, code) in sources(below) {
        if but.iter().any(|but| path.starts_with(but)) {
            continue;
        }
        let names = forbidden.iter().filter(|name| names(&code, name));
        found.extend(names.map(|name| format!("{} names {name}", path.display())));
    }
    found
}

const NOTHING: [&str; 0] = [];

#[test]
fn the_engine_names_nothing_above_it() {
    let above = ["domain", "store", "mail", "metrics", "clock", "embed", "wiring", "worker", "http", "cli"];
    let above = above.map(|above| format!("crate::{above}"));
    assert_eq!(naming("engine", &[], &above.each_ref().map(String::as_str)), NOTHING);
}

#[test]
fn the_domain_names_no_database_mail_server_or_http() {
    let technology =
        ["prometheus_client", "rusqlite", "lettre", "askama", "axum", "wasmtime", "tokio", "clap", "anyhow"];
    assert_eq!(naming("domain", &[], &technology), NOTHING);
    let outer = ["store", "mail", "metrics", "clock", "embed", "wiring", "worker", "http", "cli"];
    let outer = outer.map(|outer| format!("crate::{outer}"));
    assert_eq!(naming("domain", &[], &outer.each_ref().map(String::as_str)), NOTHING);
}

#[test]
fn technology_stays_in_its_adapter() {
    let databases = ["rusqlite", "tokio_postgres", "deadpool_postgres", "tokio_postgres_rustls", "rustls"];
    assert_eq!(naming("", &["store"], &databases), NOTHING);
    assert_eq!(naming("store", &["store/sqlite"], &["rusqlite"]), NOTHING);
    assert_eq!(naming("store", &["store/postgres"], &databases[1..]), NOTHING);
    assert_eq!(naming("", &["mail"], &["lettre", "askama"]), NOTHING);
    assert_eq!(naming("", &["http"], &["axum"]), NOTHING);
    assert_eq!(naming("", &["engine"], &["wasmtime"]), NOTHING);
    assert_eq!(naming("", &["metrics"], &["prometheus_client"]), NOTHING);
    let otel = ["opentelemetry", "opentelemetry_otlp", "opentelemetry_sdk", "tracing_opentelemetry"];
    assert_eq!(naming("", &["traces"], &otel), NOTHING);
    assert_eq!(naming("", &["cli", "main.rs"], &["anyhow", "clap", "indicatif", "strsim", "toml"]), NOTHING);
}

#[test]
fn wiring_alone_names_concrete_adapters() {
    assert_eq!(naming("", &["wiring.rs", "store"], &["SqliteStore", "PostgresStore", "MemoryStore"]), NOTHING);
    // No host is run with the store that forgets everything.
    assert_eq!(naming("", &["store"], &["MemoryStore"]), NOTHING);
    assert_eq!(naming("", &["wiring.rs", "mail"], &["MaildirMailer", "SmtpMailer"]), NOTHING);
    assert_eq!(naming("", &["wiring.rs", "metrics"], &["MeasuredStore"]), NOTHING);
    assert_eq!(naming("", &["wiring.rs", "clock.rs"], &["SystemClock"]), NOTHING);
}

#[test]
fn the_clock_alone_reads_the_time() {
    assert_eq!(naming("", &["clock.rs"], &["SystemTime::now", "Utc::now"]), NOTHING);
    let sqlite = ["datetime('now", "unixepoch(", "strftime(", "julianday("];
    let postgres = ["now()", "_timestamp(", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "timeofday("];
    for (path, code) in sources("store").into_iter().chain(migrations()) {
        let code = code.replace("yield_now()", "");
        let asks = sqlite.iter().chain(&postgres).find(|now| code.contains(**now));
        assert_eq!(asks, None, "{} asks SQL for the time", path.display());
    }
}

#[test]
fn only_the_module_decides() {
    let rules = ["eligibility", "access", "resolve", "change", "review", "route", "decide", "decide_text"];
    let calls = rules.map(|rule| format!("security_contact_policy::{rule}("));
    for (path, code) in sources("") {
        assert!(!calls.iter().any(|call| code.contains(call)), "{} calls a rule", path.display());
        // Others may call the policy's crate by the name that this one gives it.
        assert!(!code.contains("crate::policy::"), "{} names the policy's crate otherwise", path.display());
        // What is imported in braces is listed, so that a rule among it is found.
        for list in code.split("use security_contact_policy::").skip(1) {
            let list = list.split(';').next().unwrap_or_default();
            let imported: Vec<&str> = list.split(['{', '}', ',']).map(str::trim).collect();
            let rule = rules.iter().find(|rule| imported.contains(rule));
            assert_eq!(rule, None, "{} imports a rule", path.display());
        }
    }
}

#[test]
fn every_route_of_the_api_describes_itself() {
    // The page's files, and what operators ask on an address of their own.
    let others = ["http/page.rs", "http/operations.rs"];
    for (path, code) in
        sources("http").into_iter().filter(|(path, _)| !others.iter().any(|other| path.ends_with(other)))
    {
        let plain = code.lines().find(|line| line.contains(".route(") && !line.contains("get(demo::"));
        assert_eq!(plain, None, "{} has a route that the OpenAPI document and the matrix do not see", path.display());
    }
}

#[test]
fn a_forbidden_name_would_be_found() {
    let code = code("use rusqlite::Connection; // wasmtime\n#[cfg(test)]\nmod tests {\n use axum::Router;\n}");
    assert!(names(&code, "rusqlite") && !names(&code, "wasmtime") && !names(&code, "axum"));
    assert!(!names(&code, "sqlite") && !names(&code, "Connect"));
    assert_eq!(naming("store/sqlite/threads.rs", &[], &["rusqlite"]), ["store/sqlite/threads.rs names rusqlite"]);
}
