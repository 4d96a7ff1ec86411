//! The SMTP server under test.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use security_contact_host::mail::{Sender, SmtpMailer};
use serde_json::Value;

/// Far longer than any test takes, so that no slow machine fails one.
const NEVER: Duration = Duration::from_secs(300);

/// Who the mails come from.
pub(crate) fn sender() -> Sender {
    Sender::new("security-contact@localhost", "Security Contact").unwrap()
}

/// A running `peer.mjs`.
pub(crate) struct Peer {
    process: Child,
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    pub(crate) fn start(mode: &str) -> Self {
        Self::start_with(&["--mode", mode])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        install();
        let mut process = Command::new("node")
            .arg("peer.mjs")
            .args(arguments)
            .current_dir(folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SMTP peer needs `node` (20 or later) on PATH");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("the SMTP peer ended at once").unwrap().parse().unwrap();
        Self { process, port, lines }
    }

    /// Where it listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn mailer(&self, scheme: &str, login: &str, tls: &str) -> SmtpMailer {
        let url = format!("{scheme}://{login}127.0.0.1:{}{tls}", self.port());
        SmtpMailer::from_url(&url, sender()).unwrap().with_timeout(NEVER)
    }

    pub(crate) fn plain(&self) -> SmtpMailer {
        self.mailer("smtp", "", "")
    }

    /// The next mail that the peer got.
    pub(crate) fn mail(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().expect("the SMTP peer ended").unwrap()).unwrap()
    }

    /// The mails that the peer got and nobody asked for.
    pub(crate) fn rest(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let rest = self.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        assert!(self.process.wait().unwrap().success());
        rest
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail only for a peer that has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/smtp"))
}

/// Installs the peer's packages where that was not done yet.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // npm writes this file last.
        if folder().join("node_modules/.package-lock.json").exists() {
            return;
        }
        let status = Command::new("npm").args(["ci", "--silent"]).current_dir(folder()).status();
        let installed = status.expect("the SMTP peer needs `npm` on PATH").success();
        assert!(installed, "`npm ci` failed in `{}`", folder().display());
    });
}
