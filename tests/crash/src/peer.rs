//! The mail server that the program hands its mail to. It is never killed, and forgets nothing.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::process::{leashed, lock};

/// A mail that the peer took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its Message-ID, with the angle brackets.
    pub message_id: String,
    /// Whom the envelope names.
    pub to: String,
    /// A digest of every byte.
    pub digest: String,
}

/// A running `peer.mjs`.
pub(crate) struct Peer {
    process: Child,
    commands: Option<ChildStdin>,
    port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    reader: Option<JoinHandle<Result<()>>>,
}

impl Peer {
    /// Starts a peer that now and then fails, differently for every seed, and refuses addresses at `refused.example`.
    pub(crate) fn start(seed: u64) -> Result<Self> {
        install()?;
        let mut command = leashed(Path::new("node"));
        command.args(["peer.mjs", "--mode", "flaky", "--seed", &seed.to_string()]).current_dir(folder());
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the SMTP peer needs `node` (20 or later) on PATH")?;
        let commands = process.stdin.take();
        let mut lines = BufReader::new(process.stdout.take().context("the peer has no output")?).lines();
        let port = lines.next().context("the SMTP peer ended at once")??.parse()?;
        let arrived = Arc::<Mutex<Vec<Arrived>>>::default();
        let taken = arrived.clone();
        let reader = thread::spawn(move || read(lines, &taken));
        Ok(Self { process, commands, port, arrived, reader: Some(reader) })
    }

    /// The URL that the program is given.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Has it take every mail from now on, but those to addresses that it always refuses.
    pub(crate) fn calm(&mut self) -> Result<()> {
        let commands = self.commands.as_mut().context("the peer has stopped")?;
        Ok(commands.write_all(b"calm\n")?)
    }

    /// The mails that it took so far.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        lock(&self.arrived).clone()
    }

    /// Ends it, and gives all mails that it took.
    pub(crate) fn stop(&mut self) -> Result<Vec<Arrived>> {
        drop(self.commands.take());
        if let Some(reader) = self.reader.take() {
            reader.join().map_err(|_| anyhow::anyhow!("the peer's output could not be read"))??;
        }
        ensure!(self.process.wait()?.success(), "the SMTP peer failed");
        Ok(self.arrived())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail only for a peer that has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(lines: Lines<BufReader<ChildStdout>>, arrived: &Mutex<Vec<Arrived>>) -> Result<()> {
    for line in lines {
        let mail = parse(&line?).context("the SMTP peer wrote what is no mail")?;
        lock(arrived).push(mail);
    }
    Ok(())
}

fn parse(line: &str) -> Option<Arrived> {
    let mail: Value = serde_json::from_str(line).ok()?;
    let digest =
        Sha256::digest(mail["raw"].as_str()?).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    Some(Arrived {
        message_id: mail["parsed"]["messageId"].as_str()?.to_owned(),
        to: mail["to"].as_array()?.first()?.as_str()?.to_owned(),
        digest,
    })
}

/// How many mails came that had come before.
pub(crate) fn duplicates(mails: &[Arrived]) -> u64 {
    let mut seen = BTreeSet::new();
    mails.iter().map(|mail| u64::from(!seen.insert(&mail.message_id))).sum()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../smtp"))
}

/// Installs the peer's packages where that was not done yet.
fn install() -> Result<()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let _alone = lock(&LOCK);
    // npm writes this file last.
    if folder().join("node_modules/.package-lock.json").exists() {
        return Ok(());
    }
    let status = Command::new("npm").args(["ci", "--silent", "--ignore-scripts"]).current_dir(folder()).status();
    ensure!(
        status.context("the SMTP peer needs `npm` on PATH")?.success(),
        "`npm ci` failed in `{}`",
        folder().display()
    );
    Ok(())
}
