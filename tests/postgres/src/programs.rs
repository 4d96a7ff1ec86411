//! Where PostgreSQL's programs are, and who may run them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// PostgreSQL's programs, and the user who runs them.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// The server refuses to run as root: then it is the user `postgres`, who comes with the package.
    pub(crate) user: Option<(u32, u32)>,
}

impl Programs {
    pub(crate) fn find() -> Self {
        let folder = folders().into_iter().find(|folder| {
            ["initdb", "pg_ctl", "postgres"].map(|name| folder.join(name)).iter().all(|path| path.exists())
        });
        let folder = folder.expect(
            "PostgreSQL's server is missing: install it (Debian: `apt-get install postgresql`), \
             or set DATABASE_URL to a superuser's database of one",
        );
        let user = (id(&["-u"]) == Some(0)).then(|| {
            id(&["-u", "postgres"]).zip(id(&["-g", "postgres"])).expect("there is no user `postgres` to run the server")
        });
        Self { folder, user }
    }

    /// One of the programs, to be run in a folder of the server's user.
    pub(crate) fn command(&self, program: &str, folder: &Path) -> Command {
        self.other_command(self.folder.join(program), folder)
    }

    /// Any program, to be run as PostgreSQL's are.
    pub(crate) fn other_command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        for (variable, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").current_dir(folder).stdin(Stdio::null());
        command
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// Where they may be: what `pg_config` says, the folders of `PATH`, and where Debian puts the newest.
fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut versions: Vec<PathBuf> = versions.collect();
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    folders.extend(versions.iter().rev().map(|version| version.join("bin")));
    folders
}

/// What `id` says with those arguments.
fn id(arguments: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}
