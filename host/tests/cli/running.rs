//! Programs that run until somebody stops them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::support::Folder;

pub(crate) const TOKEN: &str = "correct-horse-battery-staple-0001";

/// A server that is killed when the test is over.
pub(crate) struct Running {
    child: Child,
    /// What the server says on standard output and standard error, line by line.
    said: mpsc::Receiver<String>,
    /// `127.0.0.1:8787` or the like.
    address: String,
    sent: u64,
}

impl Running {
    /// Starts the server and waits until it says where it listens.
    pub(crate) fn start(command: Command) -> Self {
        let mut running = Self::spawn(command);
        let line = running.until("127.0.0.1:");
        let address = &line[line.find("127.0.0.1:").unwrap()..];
        running.address = address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        running
    }

    /// Starts what does not listen.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, said) = mpsc::channel();
        forward(child.stdout.take().unwrap(), sender.clone());
        forward(child.stderr.take().unwrap(), sender);
        Self { child, said, address: String::new(), sent: 0 }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The next line that contains this.
    pub(crate) fn until(&mut self, text: &str) -> String {
        let mut lines = Vec::new();
        loop {
            let Ok(line) = self.said.recv() else { panic!("the server said only: {lines:#?}") };
            if let Some((_, sent)) = line.split_once("sent=") {
                self.sent += sent.split(' ').next().unwrap().parse::<u64>().unwrap();
            }
            if line.contains(text) {
                return line;
            }
            lines.push(line);
        }
    }

    /// Waits until that many mails were sent since the start.
    pub(crate) fn until_sent(&mut self, mails: u64) {
        while self.sent < mails {
            self.until("mail was delivered");
        }
    }

    /// The status and the body of the answer.
    pub(crate) fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, String) {
        ask_at(&self.address, request, headers, body)
    }

    /// Where it tells how it goes, once it has said so.
    pub(crate) fn until_metrics(&mut self) -> String {
        self.until("metrics_listen=").split("metrics_listen=").nth(1).unwrap().trim().to_owned()
    }

    pub(crate) fn signal(&self) {
        self.send("-TERM");
    }

    pub(crate) fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Waits for its end, and gives its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Asks it to stop, and gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal();
        self.ended()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body of the answer of whoever listens there.
pub(crate) fn ask_at(address: &str, request: &str, headers: &str, body: &str) -> (u16, String) {
    let (mut stream, length) = (TcpStream::connect(address).unwrap(), body.len());
    let head = format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn forward(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            if to.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
}

/// A folder with the account `acme`, and what `serve` needs; the test adds where mail goes.
pub(crate) fn serve(folder: &Folder, more: &[&str]) -> Command {
    let token = folder.write("token", format!("{TOKEN}\n"));
    let mut command = folder.program(&["serve", "--listen", "127.0.0.1:0", "--token-file", &token]);
    command.args(["--mail-from", "security@example.com"]).args(more);
    command
}

/// A worker on the same folder; the test adds where mail goes.
pub(crate) fn worker(folder: &Folder, more: &[&str]) -> Command {
    let mut command = folder.program(&["worker", "--mail-from", "security@example.com"]);
    command.args(more);
    command
}
