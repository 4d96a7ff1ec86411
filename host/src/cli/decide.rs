//! `decide`: the policy for any other program, line by line.

use std::io::{self, BufWriter, Read, Write};

use anyhow::Context;
use clap::Args;
use security_contact_policy::{Answer, json};

use super::End;
use super::lines::Lines;
use super::options::Options;
use crate::engine::{Engine, EngineError};

/// Answer requests to the policy: one JSON request a line in, one JSON answer a line out
///
/// The answers come from the WebAssembly module, the very bytes that browsers and edge functions run. A line that is
/// no request is answered with an error that names the field, and the next line goes on. Every line has an answer, in
/// the order of the lines; should the module itself fail, the command ends with 1. The operations are `eligibility`, `access`, `resolve`, `change`, `review` and `route`. A
/// request may bring its own `rules`; else those of `--rules` hold, or the default ones. No data folder is looked at.
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

/// Answers until the input ends or nobody reads the answers any more.
fn answer_lines(engine: &Engine, input: impl Read, output: impl Write) -> anyhow::Result<()> {
    // One byte more than a request may have, so that a longer one is seen to be too long.
    let mut lines = Lines::new(input, json::MAX_REQUEST_BYTES + 1);
    let mut output = BufWriter::new(output);
    for number in 1_u64.. {
        // Somebody who waits for an answer before the next request gets it.
        if lines.is_waiting() && !is_read(output.flush())? {
            return Ok(());
        }
        let Some(line) = lines.next().context("standard input cannot be read")? else { break };
        let answer = match answer(engine, line) {
            Ok(answer) => answer,
            Err(error) => {
                is_read(output.flush())?;
                return Err(error).with_context(|| format!("line {number} has no answer"));
            }
        };
        if !is_read(writeln!(output, "{answer}"))? {
            return Ok(());
        }
    }
    is_read(output.flush())?;
    Ok(())
}

/// Whether somebody reads on. Who has seen enough may close the output, as `head` does.
fn is_read(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

fn answer(engine: &Engine, line: &[u8]) -> Result<String, EngineError> {
    match json::read(line) {
        Ok(request) => engine.decide(&request),
        Err(error) => Ok(json::write(&Answer::Error { error })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Limits, MODULE};
    use security_contact_policy::Rules;

    #[test]
    fn a_module_that_fails_ends_it_after_the_answers_so_far() {
        let limits = Limits { memory_bytes: 4 << 20, ..Limits::default() };
        let engine = Engine::new(MODULE, &Rules::default(), limits).unwrap();
        let request = r#"{"op":"access","person":{"id":"u-17","role":"admin","accountSettings":"none",
            "status":"active","lastLoginAt":null,"staffRole":null}}"#
            .replace('\n', "");
        let too_much = request.replace("\"id\"", &format!("\"more\":[{}0],\"id\"", "0,".repeat(900_000)));
        let mut output = Vec::new();
        let input = format!("{request}\nno request\n{too_much}\n{request}\n");
        let error = answer_lines(&engine, input.as_bytes(), &mut output).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.starts_with("line 3 has no answer: the policy module ") && !error.contains('\n'), "{error}");
        let output = String::from_utf8(output).unwrap();
        let answers: Vec<&str> = output.lines().collect();
        assert_eq!(answers[0], r#"{"canView":true,"canEdit":true,"reasons":[]}"#);
        assert!(answers.len() == 2 && answers[1].contains("invalid_input"), "{output}");
    }
}
