//! A server of the tests' own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::programs::Programs;

/// A PostgreSQL server with a folder of its own. It listens on a Unix socket there, trusts everybody who can reach it,
/// and is gone with its folder when this is dropped or the process ends.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    folder: PathBuf,
    settings: String,
    guard: Child,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are cut, transactions rolled back, and all is written down.
    Fast,
    /// Everything ends at once, as if it were killed; the next start recovers.
    Immediate,
}

impl Server {
    /// Makes and starts a server with those settings, of which [`NOT_DURABLE`](crate::NOT_DURABLE) are some.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let programs = Programs::find();
        let folder = TempDir::with_prefix("postgres-").expect("a folder for the server").keep();
        if let Some((user, group)) = programs.user {
            chown(&folder, Some(user), Some(group)).expect("the server's user gets its folder");
        }
        let guard = guard(&programs, &folder);
        let settings = settings.iter().map(|(name, value)| format!(" -c {name}={value}"));
        let settings = format!("-c listen_addresses='' -k {}{}", folder.display(), settings.collect::<String>());
        let server = Self { programs, folder, settings, guard };
        server.init();
        server.start_again();
        server
    }

    /// The URL of a database of the server, for its superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}", self.folder.display())
    }

    /// The folder with the socket, and in `data` the server's files. They belong to the server's user.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops the server, and waits until it has ended.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.run(self.control().args(["stop", "--wait", "--mode", mode]));
    }

    /// Starts the server that was stopped, and waits until it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        self.run(self.control().args(["start", "--wait", "--log", "server.log", "--options", &self.settings]));
    }

    /// Writes a file into the server's data, which its user alone can read.
    ///
    /// # Panics
    /// When that fails.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).expect("a file of the server");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a private file");
        if let Some((user, group)) = self.programs.user {
            chown(&path, Some(user), Some(group)).expect("the server's user gets the file");
        }
    }

    /// The process that all others of the server are children of.
    ///
    /// # Panics
    /// When the server does not run.
    #[must_use]
    pub fn process(&self) -> u32 {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).expect("the server runs");
        file.lines().next().and_then(|line| line.parse().ok()).expect("the server's process id")
    }

    fn init(&self) {
        let mut command = self.programs.command("initdb", &self.folder);
        command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"]);
        self.run(command.arg(self.data()));
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn control(&self) -> Command {
        let mut command = self.programs.command("pg_ctl", &self.folder);
        command.arg("--silent").arg("--pgdata").arg(self.data());
        command
    }

    /// Runs a program. The server, which goes on after it, must not hold a pipe to here.
    fn run(&self, command: &mut Command) {
        let log = self.folder.join("command.log");
        let file = fs::File::create(&log).expect("a log");
        let errors = file.try_clone().expect("a log");
        let status = command.stdout(file).stderr(errors).status().expect("PostgreSQL's programs run");
        let said = || [log, self.folder.join("server.log")].map(|log| fs::read_to_string(log).unwrap_or_default());
        assert!(status.success(), "{command:?} failed:\n{}", said().concat());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait(); // the guard needs nobody to wait for it
    }
}

/// A process that waits for the end of this one, however it comes, and then stops the server and removes its folder. It
/// is in a process group of its own, so that Ctrl-C does not reach it.
fn guard(programs: &Programs, folder: &Path) -> Child {
    let script = r#"
        cat > /dev/null
        "$1" stop --silent --wait --mode immediate --pgdata "$2/data"
        cd / && rm -rf "$2"
    "#;
    let mut command = programs.other_command("/bin/sh", folder);
    command.args(["-c", script, "guard"]).arg(programs.path("pg_ctl")).arg(folder).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a shell runs")
}
