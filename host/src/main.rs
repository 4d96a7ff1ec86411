//! The command line program.

use std::process::ExitCode;

fn main() -> ExitCode {
    security_contact_host::cli::main()
}
