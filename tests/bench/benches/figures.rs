//! `cargo xtask bench` runs this and puts its figures into a document.

use std::process::ExitCode;

fn main() -> ExitCode {
    security_contact_tests_bench::main()
}
