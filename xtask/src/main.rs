//! The tasks of this workspace: `cargo xtask --help` lists them.

mod chromium;
mod manifest;
mod module;
mod npm;
mod pkg;
mod tools;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The tasks of this workspace.
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
    /// `target/tools`, about five minutes), the npm packages of `tests/`, and Chromium (apt, as root). Whatever is
    /// there in the right version stays, so a second run takes seconds and needs no network.
    Setup,
    /// Builds the WebAssembly module and its npm package into `pkg/`
    ///
    /// The bytes depend on the sources, the pinned compiler and the pinned tools alone: not on the folder, the user or
    /// the environment. `pkg/` is committed; run this after every change of `policy/` and commit what it writes.
    Pkg(pkg::Options),
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Setup => tools::setup(&Workspace::locate()?),
        Task::Pkg(options) => pkg::run(&Workspace::locate()?, &options),
    }
}
