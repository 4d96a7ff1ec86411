//! `cargo xtask fuzz`: are there bytes that the policy cannot answer, or that the module answers otherwise?

use anyhow::Result;
use clap::Args;
use xshell::{Shell, cmd};

use crate::tools::{self, Tool};
use crate::workspace::Workspace;

const VERSION: &str = "0.13.2";

/// The fuzzer's own workspace.
const FOLDER: &str = "tests/fuzz";
/// Where the inputs lie while the fuzzer runs, and where those go that are kept; seen from that workspace.
const INPUTS: &str = "target/inputs";
const KEPT: &str = "target/kept";

/// The targets with the words that each is given.
const TARGETS: [(&str, &str); 2] = [("decide", "json.dict"), ("abi", "abi.dict")];

/// What `cargo xtask fuzz` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many inputs each target tries, and how many mutations the module answers
    #[arg(long, default_value_t = 10_000_000, value_name = "N")]
    runs: u64,
    /// Replaces the committed corpus by the inputs that reach the most
    #[arg(long)]
    keep: bool,
}

/// Runs the targets of libFuzzer, then as many mutations of their corpus through the module in wasmtime.
///
/// # Errors
/// When an input is answered wrongly or not at all. libFuzzer leaves that input in `tests/fuzz/artifacts`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    tools::ensure_nightly(&shell)?;
    Tool::locked("cargo-fuzz", VERSION).ensure(workspace, &shell)?;
    let Options { runs, keep } = options;
    let runs = runs.to_string();
    {
        let _folder = shell.push_dir(workspace.path(FOLDER));
        shell.remove_path(INPUTS)?;
        corpus(&shell, "unpack", INPUTS)?;
        for (target, words) in TARGETS {
            search(&shell, target, words, &runs)?;
        }
        if *keep {
            shell.remove_path(KEPT)?;
            for (target, _) in TARGETS {
                minimise(&shell, target)?;
            }
            corpus(&shell, "pack", KEPT)?;
        }
    }
    let module = cmd!(shell, "cargo test --release --package security-contact-tests --test bytes -- --nocapture");
    Ok(module.env("SECURITY_CONTACT_MUTATIONS", &runs).run()?)
}

/// Packs or unpacks the committed corpus.
fn corpus(shell: &Shell, task: &str, folder: &str) -> Result<()> {
    Ok(cmd!(shell, "cargo +nightly run --release --example corpus -- {task} {folder}").run()?)
}

fn search(shell: &Shell, target: &str, words: &str, runs: &str) -> Result<()> {
    libfuzzer(
        shell,
        target,
        &[
            &format!("{INPUTS}/{target}"),
            "--",
            &format!("-runs={runs}"),
            &format!("-dict={words}"),
            "-print_final_stats=1",
        ],
    )
}

/// Keeps one input for each branch that the inputs reach.
fn minimise(shell: &Shell, target: &str) -> Result<()> {
    let kept = shell.create_dir(format!("{KEPT}/{target}"))?.display().to_string();
    libfuzzer(shell, target, &[&kept, &format!("{INPUTS}/{target}"), "--", "-merge=1", "-use_counters=0"])
}

/// Inputs are short, since no request of use is longer. No sanitizer looks on: there is no `unsafe` for it to judge.
fn libfuzzer(shell: &Shell, target: &str, arguments: &[&str]) -> Result<()> {
    let run =
        cmd!(shell, "cargo +nightly fuzz run --fuzz-dir . --sanitizer none {target} {arguments...} -max_len=4096");
    Ok(run.run()?)
}
