//! Processes of the program under test, none of which outlives the harness.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Has a process killed when the thread that started it ends, however that ends.
const LEASH: &str = "/usr/bin/setpriv";

/// The program under test, and where it keeps what it keeps.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    binary: PathBuf,
    /// Options that tell it its store.
    store: Vec<OsString>,
}

impl Program {
    pub(crate) fn new(binary: &Path, store: Vec<OsString>) -> Self {
        Self { binary: binary.to_owned(), store }
    }

    /// The program with these arguments, in an environment that says nothing to it.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = leashed(&self.binary);
        command.args(args).args(&self.store);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SECURITY_CONTACT_") {
                command.env_remove(name);
            }
        }
        command
    }
}

/// A command that ends with the thread that starts it, where the system knows how.
pub(crate) fn leashed(program: &Path) -> Command {
    if !Path::new(LEASH).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(LEASH);
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// A process that is killed when nobody holds it any more.
#[derive(Debug)]
pub(crate) struct Process {
    id: u32,
    child: Mutex<Child>,
}

/// What a process left that ran to its end, or was killed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn()?;
        Ok(Self { id: child.id(), child: Mutex::new(child) })
    }

    /// The number that the system has for it.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Kills it at once. Says whether that is what ended it.
    pub(crate) fn kill(&self) -> io::Result<bool> {
        let mut child = self.child();
        child.kill()?;
        Ok(was_killed(child.wait()?))
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(&self) -> io::Result<ExitStatus> {
        Command::new("kill").args(["-TERM", &self.id.to_string()]).status()?;
        self.child().wait()
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&self) -> io::Result<ExitStatus> {
        self.child().wait()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> io::Result<Option<ExitStatus>> {
        self.child().try_wait()
    }

    /// What it says, to its end. Others may kill it meanwhile.
    pub(crate) fn read_to_end(&self) -> io::Result<Ended> {
        let (stdout, stderr) = {
            let mut child = self.child();
            (child.stdout.take(), child.stderr.take())
        };
        let stderr = thread::spawn(move || stderr.map_or_else(|| Ok(String::new()), read));
        let stdout = stdout.map_or_else(|| Ok(String::new()), read)?;
        let stderr = stderr.join().map_err(|_| io::ErrorKind::BrokenPipe)??;
        // It has closed both, so that it ends without anybody's help.
        let status = self.child().wait()?;
        Ok(Ended { status, stdout, stderr })
    }

    /// Takes the end of what it says on standard error.
    pub(crate) fn take_stderr(&self) -> Option<std::process::ChildStderr> {
        self.child().stderr.take()
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        lock(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.kill();
    }
}

/// The processes' pipes, both of which [`Process::read_to_end`] reads.
pub(crate) fn piped(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())
}

/// Whether SIGKILL ended it.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
    }
    #[cfg(not(unix))]
    {
        !status.success()
    }
}

/// A lock that a thread which panicked does not keep from others: what is behind it is whole at any moment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(mut from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_nobody_holds_is_gone() {
        let process = Process::start(Command::new("cat").stdin(Stdio::piped())).unwrap();
        let running = PathBuf::from(format!("/proc/{}", process.id()));
        assert!(running.exists());
        drop(process);
        assert!(!running.exists());
    }

    #[test]
    fn only_a_kill_counts_as_one() {
        let mut command = leashed(Path::new("cat"));
        let process = Process::start(command.stdin(Stdio::piped())).unwrap();
        assert!(process.kill().unwrap());
        let process = Process::start(piped(&mut Command::new("true"))).unwrap();
        assert!(process.read_to_end().unwrap().status.success());
        assert!(!process.kill().unwrap());
    }
}
