//! Mail into a folder: for looking at mail without a mail server, and for handing it to programs that read Maildirs.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::MailSetupError;
use super::message::{build, digest};
use super::sender::Sender;
use crate::domain::ports::{Mailer, RenderedMail, SendError};

/// Writes every mail as one file of a Maildir. A mail that is sent again is recognised, and is there once. Only for one
/// that may be, the mails that were read are looked through.
///
/// On Unix nobody but the server's user can look into the folders that it makes, or read the mails. A folder that was
/// there keeps its permissions.
pub struct MaildirMailer {
    folder: PathBuf,
    sender: Sender,
}

impl MaildirMailer {
    /// A Maildir at `folder`, which is made when it is not there, with the subfolders `tmp`, `new` and `cur`.
    ///
    /// # Errors
    /// [`MailSetupError::Folder`] when a folder is not there and cannot be made.
    pub fn create(folder: impl Into<PathBuf>, sender: Sender) -> Result<Self, MailSetupError> {
        let folder = folder.into();
        for part in ["tmp", "new", "cur"] {
            let path = folder.join(part);
            private_folder().create(&path).map_err(|source| MailSetupError::Folder { path, source })?;
        }
        sync(&folder).map_err(|source| MailSetupError::Folder { path: folder.clone(), source })?;
        Ok(Self { folder, sender })
    }

    /// Whether there is a Maildir at `folder`, in which mail can be written. Nothing is made.
    ///
    /// # Errors
    /// [`MailSetupError::Folder`] when it is there and cannot be written.
    pub fn is_writable(folder: &Path) -> Result<bool, MailSetupError> {
        let (path, draft) = (folder.join("tmp"), folder.join("tmp/trial"));
        let write = || {
            if !path.try_exists()? {
                return Ok(false);
            }
            private_file().open(&draft)?;
            fs::remove_file(&draft)?;
            Ok(true)
        };
        write().map_err(|source| MailSetupError::Folder { path: path.clone(), source })
    }
}

#[async_trait]
impl Mailer for MaildirMailer {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let bytes = build(mail, &self.sender)?.formatted();
        let name = file_name(mail);
        let (folder, may_be_known) = (self.folder.clone(), mail.may_be_known);
        let stored = tokio::task::spawn_blocking(move || {
            store(&folder, &name, &bytes, may_be_known)
                .map_err(|error| format!("the mail cannot be written to `{}`: {error}", folder.display()))
        });
        match stored.await {
            Ok(result) => result.map_err(SendError::Temporary),
            Err(_) => Err(SendError::Temporary("writing the mail was broken off".to_owned())),
        }
    }
}

/// Sorted by name, mails are sorted by time. Maildir forbids `:` and `/` here.
fn file_name(mail: &RenderedMail) -> String {
    let instant = mail.date.to_string().replace([':', '-'], "");
    format!("{instant}-{}.eml", digest(&[&mail.message_id]))
}

/// Puts the file into `new`, whole or not at all, and safe from a loss of power.
fn store(folder: &Path, name: &str, bytes: &[u8], may_be_known: bool) -> io::Result<()> {
    if may_be_known && was_read(&folder.join("cur"), name)? {
        return Ok(());
    }
    let (draft, done) = (folder.join("tmp").join(name), folder.join("new"));
    // A draft that a crash left behind may have been begun with other permissions.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_file().open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, done.join(name))?;
    sync(&done)
}

/// Makes folders, with those above them, that are their owner's alone.
fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder
}

/// Makes new files that are their owner's alone.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// Whether a mail program has moved the file to `cur`, where `:2,` and flags follow its name.
fn was_read(cur: &Path, name: &str) -> io::Result<bool> {
    for entry in fs::read_dir(cur)? {
        if entry?.file_name().to_string_lossy().split(':').next() == Some(name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes what happened in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        Sender::new("security-contact@localhost", "Security Contact").unwrap()
    }

    fn mail(message_id: &str) -> RenderedMail {
        RenderedMail {
            message_id: message_id.to_owned(),
            date: "2026-10-01T09:30:01.250Z".parse().unwrap(),
            to_name: "Ada Lovelace".to_owned(),
            to: "ada@example.com".parse().unwrap(),
            subject: "You are now the security contact of Acme GmbH".to_owned(),
            text: "Hello Ada\n".to_owned(),
            html: "<p>Hello Ada</p>\n".to_owned(),
            may_be_known: false,
        }
    }

    /// A mail that somebody may have handed over before.
    fn again(message_id: &str) -> RenderedMail {
        RenderedMail { may_be_known: true, ..mail(message_id) }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn writes_each_mail_once_as_a_whole_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/mail");
        let mailer = MaildirMailer::create(&folder, sender()).unwrap();
        mailer.send(&mail("1.a@x")).await.unwrap();
        mailer.send(&mail("2.a@x")).await.unwrap();
        mailer.send(&mail("1.a@x")).await.unwrap();
        let again = MaildirMailer::create(&folder, sender()).unwrap();
        again.send(&mail("2.a@x")).await.unwrap();

        let new = names(&folder.join("new"));
        assert_eq!(new.len(), 2);
        assert!(new.iter().all(|name| name.starts_with("20261001T093001.250Z-") && name.ends_with(".eml")), "{new:?}");
        assert_eq!(names(&folder.join("tmp")), [""; 0]);
        let expected = build(&mail("1.a@x"), &sender()).unwrap().formatted();
        assert!(new.iter().any(|name| fs::read(folder.join("new").join(name)).unwrap() == expected));
    }

    #[tokio::test]
    async fn a_mail_that_was_read_does_not_come_back() {
        let root = tempfile::tempdir().unwrap();
        let mailer = MaildirMailer::create(root.path(), sender()).unwrap();
        mailer.send(&mail("1.a@x")).await.unwrap();
        let (new, cur) = (root.path().join("new"), root.path().join("cur"));
        let name = names(&new).remove(0);
        fs::rename(new.join(&name), cur.join(format!("{name}:2,S"))).unwrap();
        mailer.send(&again("1.a@x")).await.unwrap();
        assert_eq!(names(&new), [""; 0]);
        mailer.send(&again("3.a@x")).await.unwrap();
        fs::remove_file(new.join(names(&new).remove(0))).unwrap();
        mailer.send(&mail("2.a@x")).await.unwrap();
        assert_eq!(names(&new).len(), 1);
    }

    /// However many mails were read, a new one does not wait for a look at them.
    #[tokio::test]
    async fn a_new_mail_is_not_looked_for_among_those_that_were_read() {
        let root = tempfile::tempdir().unwrap();
        let mailer = MaildirMailer::create(root.path(), sender()).unwrap();
        fs::remove_dir(root.path().join("cur")).unwrap();
        mailer.send(&mail("1.a@x")).await.unwrap();
        assert_eq!(names(&root.path().join("new")).len(), 1);
    }

    #[tokio::test]
    async fn a_draft_left_by_a_crash_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let mailer = MaildirMailer::create(root.path(), sender()).unwrap();
        let name = file_name(&mail("1.a@x"));
        fs::write(root.path().join("tmp").join(&name), "half of an old, much longer draft".repeat(1_000)).unwrap();
        mailer.send(&mail("1.a@x")).await.unwrap();
        let expected = build(&mail("1.a@x"), &sender()).unwrap().formatted();
        assert_eq!(fs::read(root.path().join("new").join(&name)).unwrap(), expected);
        assert_eq!(names(&root.path().join("tmp")), [""; 0]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_can_read_mail() {
        use std::os::unix::fs::PermissionsExt;
        let permissions = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/mail");
        let mailer = MaildirMailer::create(&folder, sender()).unwrap();
        for path in ["", "tmp", "new", "cur"] {
            assert_eq!(permissions(&folder.join(path)), 0o700, "{path}");
        }
        let draft = folder.join("tmp").join(file_name(&mail("1.a@x")));
        fs::write(&draft, "begun by somebody careless").unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o644)).unwrap();
        for id in ["1.a@x", "2.a@x"] {
            mailer.send(&mail(id)).await.unwrap();
            assert_eq!(permissions(&folder.join("new").join(file_name(&mail(id)))), 0o600, "{id}");
        }
    }

    #[tokio::test]
    async fn a_folder_that_went_away_is_a_temporary_error_without_the_address() {
        for gone in ["tmp", "new", "cur"] {
            let root = tempfile::tempdir().unwrap();
            let mailer = MaildirMailer::create(root.path(), sender()).unwrap();
            fs::remove_dir(root.path().join(gone)).unwrap();
            let error = mailer.send(&again("1.a@x")).await.unwrap_err();
            assert!(matches!(&error, SendError::Temporary(text) if text.contains("cannot be written")), "{error}");
            assert!(!error.to_string().contains("ada"), "{error}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_a_mail_is_refused_for_good() {
        let root = tempfile::tempdir().unwrap();
        let mailer = MaildirMailer::create(root.path(), sender()).unwrap();
        let error = mailer.send(&mail("none")).await.unwrap_err();
        assert!(matches!(error, SendError::Permanent(_)), "{error}");
        assert_eq!(names(&root.path().join("new")), [""; 0]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let error = MaildirMailer::create(file.join("mail"), sender()).err().unwrap();
        let expected = format!("the mail folder `{}` cannot be made", file.join("mail/tmp").display());
        assert_eq!(error.to_string(), expected);
    }
}
