//! A server lives as long as whoever started it, and a database as long as its test.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use security_contact_tests_postgres::{Database, NOT_DURABLE, Server, Stop};

/// A connection that says nothing: the server's end of it ends with the server.
fn connect(folder: &Path) -> UnixStream {
    UnixStream::connect(folder.join(".s.PGSQL.5432")).unwrap()
}

/// Waits for the end of a server and of its folder.
fn gone(mut connection: UnixStream, folder: &Path) {
    let _ = connection.read(&mut [0]); // however it ends
    while folder.exists() {
        thread::yield_now();
    }
}

#[test]
fn a_server_that_is_dropped_is_gone() {
    let server = Server::start(NOT_DURABLE);
    let folder = server.folder().to_owned();
    let connection = connect(&folder);
    drop(server);
    gone(connection, &folder);
}

#[test]
fn a_server_does_not_outlive_a_process_that_is_killed() {
    let example = Path::new(env!("CARGO_BIN_EXE_orphan"));
    let mut process = Command::new(example).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut folder = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    let folder = PathBuf::from(folder.trim());
    let connection = connect(&folder);
    process.kill().unwrap();
    process.wait().unwrap();
    gone(connection, &folder);
}

#[test]
fn a_server_keeps_its_data_when_it_is_stopped() {
    let server = Server::start(&[]);
    for how in [Stop::Fast, Stop::Immediate] {
        let process = server.process();
        server.stop(how);
        assert!(UnixStream::connect(server.folder().join(".s.PGSQL.5432")).is_err());
        server.start_again();
        assert_ne!(server.process(), process);
    }
}

#[test]
fn each_test_has_a_database_of_its_own() {
    let (one, two) = (Database::create(), Database::create());
    for database in [&one, &two] {
        database.execute(&["CREATE TABLE numbers (n INTEGER)", "INSERT INTO numbers VALUES (7)"]);
        assert_eq!(database.look("SELECT n::text FROM numbers").as_deref(), Some("7"));
    }
    assert_ne!(one.url(), two.url());
    let exists = format!("SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{}')::text", name(&one));
    assert_eq!(two.look(&exists).as_deref(), Some("true"));
    drop(one);
    assert_eq!(two.look(&exists).as_deref(), Some("false"));
}

fn name(database: &Database) -> String {
    database.look("SELECT current_database()::text").unwrap()
}
