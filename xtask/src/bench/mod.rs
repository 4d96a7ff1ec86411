//! `cargo xtask bench`: what it costs beside what users would compare, as figures and as a document.

mod document;
mod figures;
mod machine;
mod plot;
mod rows;

use std::env;
use std::ffi::OsString;
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow};
use clap::Args;
use xshell::{Cmd, Shell, cmd};

use self::figures::Figures;
use self::machine::Machine;
use self::rows::{PLOTS, ROWS};
use crate::npm;
use crate::workspace::Workspace;

/// What `cargo xtask bench` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Takes 5 minutes: shorter measurements, and full audits of 100,000 accounts where there would be 1,000,000
    #[arg(long)]
    quick: bool,
    /// Measures only the row or plot of this name, and keeps the others as they were; can be given several times
    #[arg(long, value_name = "NAME", value_parser = names())]
    only: Vec<String>,
    /// Writes the document from the figures of the last run, and measures nothing
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    document: bool,
}

fn names() -> clap::builder::PossibleValuesParser {
    ROWS.iter().map(|row| row.name).chain(PLOTS.iter().map(|plot| plot.benchmark)).collect::<Vec<_>>().into()
}

/// Everything that a run measured.
const FIGURES: &str = "target/bench/figures.json";

/// The rows alone, for programs.
const SUMMARY: &str = "target/bench/summary.json";

const DOCUMENT: &str = "docs/benchmarks.md";

/// Where the plots are, beside the document.
const PLOT_FOLDER: &str = "docs/benchmarks";

/// Measures, and writes figures, document and plots.
///
/// # Errors
/// When something cannot be installed, built or measured.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    let mut figures = Figures::read(&workspace.path(FIGURES)).unwrap_or_default();
    let mut failed = None;
    if !options.document {
        let machine = Machine::look(workspace, &shell)?;
        let (lines, ended) = measure(workspace, &shell, options)?;
        // What was measured is kept, also when something else could not be.
        failed = ended.err();
        figures.take(&lines, machine, options.quick)?;
        shell.write_file(workspace.path(FIGURES), serde_json::to_string_pretty(&figures)?)?;
        shell.write_file(workspace.path(SUMMARY), figures.summary()? + "\n")?;
    }
    for (name, svg) in plot::all(&figures)? {
        shell.write_file(workspace.path(PLOT_FOLDER).join(name), svg)?;
    }
    shell.write_file(workspace.path(DOCUMENT), document::text(&figures))?;
    print!("{}", document::table(&figures));
    println!("\n{SUMMARY}, {DOCUMENT}");
    failed.map_or(Ok(()), Err)
}

/// The lines that the benchmarks print, in Rust and in JavaScript, and whether all of them could be measured.
fn measure(workspace: &Workspace, shell: &Shell, options: &Options) -> Result<(String, Result<()>)> {
    let is_wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let is_javascript = |name: &&str| name.starts_with("js-");
    let all: Vec<&str> = ROWS.iter().map(|row| row.name).chain(PLOTS.iter().map(|plot| plot.benchmark)).collect();
    let (javascript, rust): (Vec<&str>, Vec<&str>) =
        all.into_iter().filter(|name| is_wanted(name)).partition(is_javascript);
    let (mut lines, mut ended) = (String::new(), Ok(()));
    if !rust.is_empty() {
        let (printed, result) = run_rust(workspace, shell, options, &rust)?;
        lines += &printed;
        ended = ended.and(result);
    }
    if !javascript.is_empty() {
        npm::install(workspace, shell, "tests/bench")?;
        let arguments = arguments(options, &javascript);
        let (printed, result) = output(cmd!(shell, "node tests/bench/node.mjs {arguments...}"))?;
        lines += &printed;
        ended = ended.and(result);
    }
    Ok((lines, ended))
}

fn run_rust(workspace: &Workspace, shell: &Shell, options: &Options, names: &[&str]) -> Result<(String, Result<()>)> {
    npm::install(workspace, shell, "tests/smtp")?;
    let target = workspace.path("target/peers");
    cmd!(shell, "cargo build --release --locked --manifest-path tests/peers/Cargo.toml --target-dir {target}").run()?;
    let suffix = env::consts::EXE_SUFFIX;
    let peers = target.join(format!("release/security-contact-peers{suffix}"));
    let data = workspace.path("target/bench/data");
    let arguments = arguments(options, names);
    // As the tests are built, so that nothing is built again for other features or another profile.
    let command =
        cmd!(shell, "cargo test --release --locked --workspace --bench figures -- --data {data} {arguments...}");
    output(command.env("SECURITY_CONTACT_PEERS", peers))
}

/// What a command prints, and whether it ended well. What it tells meanwhile goes to the terminal.
fn output(command: Cmd<'_>) -> Result<(String, Result<()>)> {
    let output = Command::from(command).stderr(Stdio::inherit()).output()?;
    let ended = if output.status.success() { Ok(()) } else { Err(anyhow!("a benchmark failed")) };
    Ok((String::from_utf8(output.stdout)? + "\n", ended))
}

/// What the benchmarks are told: which, and for how long.
fn arguments(options: &Options, names: &[&str]) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = names.iter().flat_map(|name| ["--only".into(), (*name).into()]).collect();
    if options.quick {
        arguments.push("--quick".into());
    }
    arguments
}
