//! Running the program.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use security_contact_host::clock::SystemClock;
use security_contact_host::domain::ports::Clock;
use tempfile::TempDir;

/// What a run of the program left.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Expects success and gives what was printed.
    pub(crate) fn printed(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// Expects that exit code and gives what standard error says, which is one line.
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        let (line, rest) = self.stderr.split_once('\n').unwrap_or_default();
        assert_eq!(rest, "", "{line}");
        line.to_owned()
    }
}

/// The program, in an environment that says nothing to it.
pub(crate) fn program<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_security-contact"));
    command.args(args);
    for name in ["CONFIG", "DATA", "DATABASE_URL", "RULES", "LOG", "SMTP_URL"] {
        command.env_remove(format!("SECURITY_CONTACT_{name}"));
    }
    command
}

/// Runs a command to its end with that standard input.
pub(crate) fn run_with(mut command: Command, input: &[u8]) -> Ended {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Beside reading, since neither side's pipe holds everything. The program may end before it has read all.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A folder of its own for each test.
pub(crate) struct Folder {
    folder: TempDir,
    database_url: Option<String>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database_url: None }
    }

    /// A folder whose accounts are in that database.
    pub(crate) fn with_database(url: &str) -> Self {
        Self { database_url: Some(url.to_owned()), ..Self::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder, which is not there at first.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("security-contact.sqlite")
    }

    /// How many mails there are in the Maildir `mail` of the data folder.
    pub(crate) fn mails(&self) -> usize {
        std::fs::read_dir(self.data().join("mail/new")).unwrap().count()
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The same for a file that its owner alone can read.
    #[cfg(unix)]
    pub(crate) fn write_secret(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, contents);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// The program on this data folder, or on the database in its place.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = program(args);
        command.arg("--data").arg(self.data());
        if let Some(url) = &self.database_url {
            command.env("SECURITY_CONTACT_DATABASE_URL", url);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        run_with(self.program(args), b"")
    }

    pub(crate) fn import(&self, lines: &[String]) -> Ended {
        run_with(self.program(&["import", "-"]), lines.join("\n").as_bytes())
    }
}

/// An account `acme` of `u-owner`, with an admin, an admin who has not logged in for long, and an analyst.
pub(crate) fn acme() -> Vec<String> {
    vec![
        account("acme", "u-owner"),
        person("acme", "u-owner", "owner", "active", 1),
        person("acme", "u-admin", "admin", "active", 2),
        person("acme", "u-late", "admin", "active", 400),
        person("acme", "u-analyst", "analyst", "active", 3),
    ]
}

pub(crate) fn account(id: &str, owner: &str) -> String {
    format!(r#"{{"type":"account","id":"{id}","name":"The {id} company","owner":"{owner}"}}"#)
}

/// A person whose last login was that many days ago.
pub(crate) fn person(account: &str, id: &str, role: &str, status: &str, days: u32) -> String {
    let login = SystemClock.now().minus_days(days);
    format!(
        r#"{{"type":"person","account":"{account}","id":"{id}","name":"Name of {id}","email":"{id}@{account}.example","role":"{role}","accountSettings":"none","status":"{status}","lastLoginAt":"{login}","staffRole":null}}"#
    )
}
