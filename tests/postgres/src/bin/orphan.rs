//! Starts a server, says where it is, and waits to be killed.

use std::io::{Write as _, stdin, stdout};

use security_contact_tests_postgres::{NOT_DURABLE, Server};

fn main() {
    let server = Server::start(NOT_DURABLE);
    println!("{}", server.folder().display());
    let _ = stdout().flush(); // who is not heard is killed all the same
    let _ = stdin().read_line(&mut String::new()); // nothing comes
}
