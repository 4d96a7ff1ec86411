//! Each thing that is looked at.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use security_contact_policy::Instant;
use tokio::net::TcpListener;

use super::report::{Report, State};
use crate::cli::UsageError;
use crate::cli::callers::Callers;
use crate::cli::options::Options;
use crate::cli::work::Work;
use crate::clock;
use crate::domain::model::Snapshot;
use crate::domain::ports::Store;
use crate::engine::Engine;
use crate::wiring::{self, IfMissing, Schema};

/// No clock that is right says less.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// How many accounts are looked at to find out about the clock.
const SAMPLE: u32 = 500;

/// The rules, and the module under them.
pub(super) fn policy(options: &Options, report: &mut Report) -> Option<Engine> {
    let rules = match options.rules_of_data() {
        Ok(rules) => rules,
        Err(error) => {
            report.fail("configuration", &error);
            report.add("module", State::Skipped, "it needs rules");
            return None;
        }
    };
    let rules_file = options.rules_file().ok().flatten();
    let rules_words = rules_file.map_or_else(|| "the default rules".to_owned(), |file| words("the rules of", &file));
    let config = options.config().map(|file| words("the file", file) + " and ").unwrap_or_default();
    report.add("configuration", State::Ok, config + &rules_words);
    match Engine::embedded(&rules) {
        Ok(engine) => {
            let identity = engine.identity();
            let (version, fingerprint) = (&identity.policy_version, &identity.fingerprint);
            let message = format!("policy {version}, sha256 {}, fingerprint {fingerprint}", identity.module_sha256);
            report.add("module", State::Ok, message);
            Some(engine)
        }
        Err(error) => {
            report.fail("module", &error.into());
            None
        }
    }
}

fn words(what: &str, file: &Path) -> String {
    format!("{what} `{}`", file.display())
}

/// The database, its schema, and whether it has accounts.
pub(super) async fn database(options: &Options, has_policy: bool, report: &mut Report) -> Option<Arc<dyn Store>> {
    let at = match options.store() {
        Ok(at) => at,
        Err(error) => {
            report.fail("database", &error);
            return None;
        }
    };
    let Schema { keeper, number, known } = match wiring::schema(&at).await {
        Ok(schema) => schema,
        Err(error) => {
            report.fail("database", &error.into());
            return None;
        }
    };
    report.add("database", State::Ok, format!("{keeper}, which answers"));
    if number < known {
        let message = format!("it has schema {number} and needs {known}: run `security-contact migrate`");
        report.add("schema", State::Warning, message);
        return None;
    }
    report.add("schema", State::Ok, format!("{number}, as this program needs it"));
    if !has_policy {
        return None;
    }
    match accounts(options).await {
        Ok((store, true)) => {
            report.add("accounts", State::Ok, "there are some");
            Some(store)
        }
        Ok((store, false)) => {
            report.add("accounts", State::Warning, "there are none: bring some with `security-contact import`");
            Some(store)
        }
        Err(error) => {
            report.fail("accounts", &error);
            None
        }
    }
}

async fn accounts(options: &Options) -> anyhow::Result<(Arc<dyn Store>, bool)> {
    let store = options.open(IfMissing::Fail).await?.store;
    let has_some = !store.accounts(None, 1).await?.is_empty();
    Ok((store, has_some))
}

/// The tokens and keys of those who may ask.
pub(super) async fn callers(callers: &Callers, report: &mut Report) {
    match callers.authenticator(&clock::system()).await {
        Ok(_) => report.add("callers", State::Ok, "tokens and keys can be used"),
        Err(error) if error.is::<UsageError>() => report.add("callers", State::Skipped, error.to_string()),
        Err(error) => report.fail("callers", &error),
    }
}

/// Whether secrets are for the eyes of this program alone. A file that is missing is told by whoever needs it.
pub(super) fn secrets<'a>(files: impl Iterator<Item = &'a Path>, report: &mut Report) {
    let files: Vec<&Path> = files.filter(|file| file.exists()).collect();
    let open: Vec<String> =
        files.iter().filter(|file| is_open(file)).map(|file| format!("`{}`", file.display())).collect();
    if files.is_empty() {
        report.add("secrets", State::Skipped, "there is no file with a secret");
    } else if open.is_empty() {
        report.add("secrets", State::Ok, "not everybody on this machine can read them");
    } else {
        let message = format!("everybody on this machine can read {}: `chmod o= FILE`", open.join(" and "));
        report.add("secrets", State::Warning, message);
    }
}

/// Whether users can read or write a file to whom it does not belong, nor to their group.
#[cfg(unix)]
fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|file| file.permissions().mode() & 0o006 != 0)
}

/// Elsewhere nobody can tell from bits.
#[cfg(not(unix))]
fn is_open(_file: &Path) -> bool {
    false
}

/// The address to listen on.
pub(super) async fn listen(address: Option<SocketAddr>, report: &mut Report) {
    let Some(address) = address else {
        return report.add("listen", State::Skipped, "a server needs `--listen`, the address to listen on");
    };
    match TcpListener::bind(address).await {
        Ok(_) => report.add("listen", State::Ok, format!("`{address}` is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let message = format!("`{address}` is used: by a server that runs, or else choose another port");
            report.add("listen", State::Warning, message);
        }
        Err(error) => {
            report.fail("listen", &anyhow::Error::new(error).context(format!("`{address}` cannot be listened on")));
        }
    }
}

/// The mail server, or the Maildir.
pub(super) async fn mail(work: &Work, report: &mut Report) {
    let mail = match work.mail() {
        Ok(mail) => mail,
        Err(error) if error.is::<UsageError>() => return report.add("mail", State::Skipped, error.to_string()),
        Err(error) => return report.fail("mail", &error),
    };
    match wiring::try_mail(mail.to, mail.from).await {
        Ok(message) => report.add("mail", State::Ok, message),
        Err(error) => report.fail("mail", &error.into()),
    }
}

/// The clock, by what the store has: nothing in it can have happened later than now.
pub(super) async fn clock(store: Option<&dyn Store>, engine: Option<&Engine>, report: &mut Report) {
    let now = clock::system().now();
    let advice = "set the clock of this machine, and keep it right with NTP";
    if EARLIEST.parse().is_ok_and(|earliest: Instant| now < earliest) {
        return report.add("clock", State::Failed, format!("it says {now}: {advice}"));
    }
    let latest = match store {
        Some(store) => store.snapshots_after(None, SAMPLE).await.ok(),
        None => None,
    };
    let skew = engine.map_or(0, |engine| i64::from(engine.rules().max_clock_skew_seconds) * 1_000);
    let latest = latest.into_iter().flatten().flatten().filter_map(|snapshot| latest_of(&snapshot)).max();
    match latest.filter(|latest| *latest > now.plus_millis(skew)) {
        Some(latest) => {
            let message = format!("it says {now}, and something happened at {latest}: {advice}, or the platform's");
            report.add("clock", State::Warning, message);
        }
        None => report.add("clock", State::Ok, format!("it says {now}")),
    }
}

/// The last thing that happened in an account, as far as a snapshot tells.
fn latest_of(snapshot: &Snapshot) -> Option<Instant> {
    let login = snapshot.owner.as_ref().and_then(|owner| owner.person.last_login_at);
    let chosen = snapshot.chosen.as_ref().map(|chosen| chosen.since);
    login.max(chosen)
}
