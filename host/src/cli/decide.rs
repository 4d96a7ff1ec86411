//! `decide`: the policy for any other program, line by line.

use std::io::{self, BufWriter, Read, Write};

use anyhow::Context;
use clap::Args;
use security_contact_policy::{Answer, PolicyError, json};

use super::End;
use super::lines::Lines;
use super::options::Options;
use crate::engine::Engine;

/// Answer requests to the policy: one JSON request a line in, one JSON answer a line out
///
/// The answers come from the WebAssembly module, the very bytes that browsers and edge functions run. A line that is
/// no request is answered with an error that names the field, and the next line goes on. Every line has an answer, in
/// the order of the lines; a request may bring its own `rules`. The operations are `eligibility`, `access`,
/// `resolve`, `change`, `review` and `route`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ printf '%s' '{\"op\":\"access\",\"person\":{\"id\":\"u-17\",\"role\":\"admin\",' \\
      '\"accountSettings\":\"none\",\"status\":\"active\",\"lastLoginAt\":null,\"staffRole\":null}}' |
      security-contact decide
  {\"canView\":true,\"canEdit\":true,\"reasons\":[]}")]
pub(super) struct Decide {}

impl Decide {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<End> {
        let engine = Engine::embedded(&options.rules()?)?;
        answer_lines(&engine, io::stdin().lock(), io::stdout().lock())?;
        Ok(End::Done)
    }
}

fn answer_lines(engine: &Engine, input: impl Read, output: impl Write) -> anyhow::Result<()> {
    // One byte more than a request may have, so that a longer one is seen to be too long.
    let mut lines = Lines::new(input, json::MAX_REQUEST_BYTES + 1);
    let mut output = BufWriter::new(output);
    loop {
        // Somebody who waits for an answer before the next request gets it.
        if lines.is_waiting() {
            output.flush()?;
        }
        let Some(line) = lines.next().context("standard input cannot be read")? else { break };
        let answer = json::write(&answer(engine, line));
        output.write_all(answer.as_bytes())?;
        output.write_all(b"\n")?;
    }
    Ok(output.flush()?)
}

fn answer(engine: &Engine, line: &[u8]) -> Answer {
    let decided = json::read(line).map(|request| engine.decide(request));
    match decided {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a request had no answer from the module");
            Answer::Error {
                error: PolicyError::invalid_input("", "expected a request that one call of the module can hold"),
            }
        }
        Err(error) => Answer::Error { error },
    }
}
