//! Other policy engines, in a program of their own that measures when it is told to.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result};

/// Says where that program is; `cargo xtask bench` builds it.
const VARIABLE: &str = "SECURITY_CONTACT_PEERS";

/// The program, waiting.
pub(crate) struct Peers {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peers {
    /// Starts the program.
    ///
    /// # Errors
    /// When nobody says where it is, or it does not start.
    pub(crate) fn start() -> Result<Self> {
        let program = env::var_os(VARIABLE).with_context(|| format!("`{VARIABLE}` has to name the built peers"))?;
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().context("the peers take no input")?;
        let output = BufReader::new(child.stdout.take().context("the peers give no output")?);
        Ok(Self { child, input, output })
    }

    /// Seconds that a peer takes for one question, when it is asked `calls`.
    ///
    /// # Errors
    /// When the program has ended.
    pub(crate) fn measure(&mut self, peer: &str, calls: u32) -> Result<f64> {
        let nanoseconds: f64 = self.ask(&format!("{peer} {calls}"))?.parse()?;
        Ok(nanoseconds / 1e9 / f64::from(calls))
    }

    /// What a peer says about everybody: one digit each.
    ///
    /// # Errors
    /// When the program has ended.
    pub(crate) fn verdicts(&mut self, peer: &str) -> Result<String> {
        self.ask(&format!("{peer} verdicts"))
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        writeln!(self.input, "{line}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        let answer = answer.trim_end();
        anyhow::ensure!(!answer.is_empty(), "the peers have ended");
        Ok(answer.to_owned())
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // It is of no use any more, however it ends.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
