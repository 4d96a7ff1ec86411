//! The tasks of this workspace: `cargo xtask --help` lists them.

mod api;
mod apt;
mod bench;
mod browsers;
mod crash;
mod deny;
mod directory;
mod docs;
mod e2e;
mod features;
mod fuzz;
mod manifest;
mod metadata;
mod module;
mod mutants;
mod npm;
mod parity;
mod pkg;
mod postgres;
mod report;
mod steps;
mod surface;
mod test;
mod tools;
mod ui;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The tasks of this workspace.
///
/// A fresh clone needs only `cargo xtask test`: it makes everything ready, builds everything and tests everything.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what building and testing need, as far as it is missing
    ///
    /// The compiler's components and its wasm target (rustup), wasm-bindgen and wasm-pack (compiled into
    /// `target/tools`, some minutes), the npm packages of the tests, and Chromium, Firefox and PostgreSQL (apt, as root).
    /// Whatever is there in the right version stays, so a second run takes seconds and needs no network.
    Setup,
    /// Builds the WebAssembly module with its npm package into `pkg/`, and the settings page into `host/page/`
    ///
    /// The bytes depend on the sources, the pinned compiler and the pinned tools alone: not on the folder, the user or
    /// the environment. Both folders are committed; run this after every change of `policy/` or `host/ui/` and commit
    /// what it writes.
    Pkg(pkg::Options),
    /// Proves that every runtime gives the same bytes
    ///
    /// Native code, wasmtime, Node (ES modules and CommonJS), Deno, Bun, workerd, Chromium and Firefox answer all vectors
    /// and many random requests, JavaScript through the packed package. It prints a digest of all answers for each,
    /// writes `target/parity.json`, and fails with the first differing cases unless all are equal.
    Parity(parity::Options),
    /// Proves that the HTTP API does what its OpenAPI document says
    ///
    /// Builds the program, installs schemathesis (Python, into `target/tools`) and has it send thousands of requests
    /// that fit the document and that do not, as a machine and as a person. Every answer has to be one that the
    /// document has, in its status, its headers and its body. `cargo xtask test` sends fewer.
    Api(api::Options),
    /// Drives the settings page in Chromium, on the real server
    ///
    /// Builds the program and runs `tests/e2e/`: every state is looked at by axe in light and dark, and a picture of it is
    /// kept in `target/e2e/`. `--bench` prints how long things take, and `--pictures` takes those of the README.
    E2e(e2e::Options),
    /// Runs every check there is, as continuous integration does
    ///
    /// The steps run in order and the first failure ends the run. `--only` and `--skip` choose among them.
    Test(test::Options),
    /// Checks the host without its features, as backends use it that leave some out
    ///
    /// Each combination has an example that needs no more. The first run compiles wasmtime once more, in
    /// `target/features`.
    Features,
    /// Builds the documentation, with warnings denied, and lists every public item
    ///
    /// The lists are `host/api.txt` and `policy/api.txt`: whoever reads a change sees there what it does to those who use
    /// the crates.
    Docs(docs::Options),
    /// Checks licences and sources of everything that is compiled in
    ///
    /// Installs cargo-deny, which compiles for some minutes. `.cargo/deny.toml` says what is allowed.
    Deny(deny::Options),
    /// Changes the policy line by line, and wants a failing test each time
    ///
    /// Installs cargo-mutants and runs it on `policy/` with the tests of that crate alone; a mutant that no test notices
    /// is a failure. It takes about a quarter of an hour, so it is no part of `cargo xtask test`. What is left out, and
    /// why, stands in `.cargo/mutants.toml`; the list of what became of each mutant in `target/mutants.out`.
    Mutants(mutants::Options),
    /// Looks for bytes that the policy cannot answer
    ///
    /// Installs a nightly compiler and cargo-fuzz, runs the two targets of `tests/fuzz`, and gives as many mutations of
    /// the corpus to the module in wasmtime, which must answer as native code does. `cargo xtask test` replays the
    /// committed corpus alone.
    Fuzz(fuzz::Options),
    /// Kills the program in the middle of its work, again and again, and checks that nothing is lost
    ///
    /// Real processes work on one store and are ended by SIGKILL at random moments, while people change contacts, a
    /// directory moves and mails go to a real SMTP server: see `docs/proofs.md`. The last line is one JSON object. It
    /// fails unless nothing is lost and nothing contradicts. `cargo xtask test` has a short run of it.
    Crash(crash::Options),
    /// Measures what it costs, beside what users would compare
    ///
    /// Writes `target/bench/summary.json`, and `docs/benchmarks.md` with its plots. Builds other policy engines the first
    /// time, and databases of up to a million accounts. The machine should be quiet.
    Bench(bench::Options),
    /// Writes an invented directory of accounts and people, for `security-contact import`
    ///
    /// The same arguments give the same bytes. All names are invented and all addresses end in `example.com`.
    Directory(directory::Options),
}

fn main() -> Result<ExitCode> {
    match Cli::parse().task {
        Task::Setup => tools::setup(&Workspace::locate()?)?,
        Task::Pkg(options) => pkg::run(&Workspace::locate()?, &options)?,
        Task::Parity(options) => parity::run(&Workspace::locate()?, &options)?,
        Task::Api(options) => api::task(&Workspace::locate()?, &options)?,
        Task::E2e(options) => e2e::task(&Workspace::locate()?, &options)?,
        Task::Test(options) => return Ok(test::run(&Workspace::locate()?, &options)),
        Task::Features => features::run(&Workspace::locate()?)?,
        Task::Docs(options) => docs::run(&Workspace::locate()?, &options)?,
        Task::Deny(options) => deny::run(&Workspace::locate()?, &options)?,
        Task::Mutants(options) => mutants::run(&Workspace::locate()?, &options)?,
        Task::Fuzz(options) => fuzz::run(&Workspace::locate()?, &options)?,
        Task::Crash(options) => crash::run(&Workspace::locate()?, &options)?,
        Task::Bench(options) => bench::run(&Workspace::locate()?, &options)?,
        Task::Directory(options) => directory::write(&options)?,
    }
    Ok(ExitCode::SUCCESS)
}
