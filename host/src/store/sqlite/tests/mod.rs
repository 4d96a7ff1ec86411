//! What is SQLite's own, beside what holds for every store.

mod chain;
mod checkpoint;
mod contents;
mod counts;
mod damage;
mod faults;
mod opening;
mod sharing;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Barrier};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{OpenMode, SqliteStore, readers};
use crate::domain::ports::Store;

crate::store::conformance::conformance!(open_store());

fn open_store() -> (Arc<dyn Store>, TempDir) {
    let (store, _, folder) = open_file();
    (store, folder)
}

/// A store, its file for a test to look into, and the folder of both.
fn open_file() -> (Arc<dyn Store>, PathBuf, TempDir) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let store = SqliteStore::open(&path, OpenMode::Create).unwrap();
    (Arc::new(store), path, folder)
}

/// Does to the file what this program never would.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    connection.execute_batch(sql).unwrap();
}

/// One column of one row, as text.
fn look(path: &Path, sql: &str) -> String {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What `act` gives on each of the connections that read.
async fn on_each_reader<T, A>(store: &Arc<SqliteStore>, act: A) -> Vec<T>
where
    T: Send + 'static,
    A: Fn(&mut Connection) -> T + Clone + Send + 'static,
{
    // None ends before all have begun, so that each is another connection.
    let begun = Arc::new(Barrier::new(readers()));
    let one = || {
        let (store, begun, act) = (Arc::clone(store), Arc::clone(&begun), act.clone());
        async move {
            let act = move |connection: &mut Connection| {
                begun.wait();
                Ok(act(connection))
            };
            store.readers.run(act).await.unwrap()
        }
    };
    (0..readers()).map(|_| one()).collect::<JoinSet<_>>().join_all().await
}

/// One test of a module alone, in a process of its own that runs the program at that path.
fn again(program: &Path, module: &str, test: &str) -> Command {
    let (_, module) = module.split_once("::").unwrap();
    let mut command = Command::new(program);
    command.args([&format!("{module}::{test}"), "--exact"]);
    command
}

fn assert_passed(output: &Output) {
    let told = String::from_utf8_lossy(&output.stdout);
    let is_fine = output.status.success() && told.contains("1 passed");
    assert!(is_fine, "{told}{}", String::from_utf8_lossy(&output.stderr));
}
