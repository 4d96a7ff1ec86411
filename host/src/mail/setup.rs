//! What can be wrong with how mail is to go out.

use std::io;
use std::path::PathBuf;

/// Why mail cannot be set up as the deployment asks.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    /// The Maildir, or a folder of it, cannot be made.
    #[error("the mail folder `{}` cannot be made", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The SMTP URL cannot be used. The reason quotes nothing of it, as it may hold a password.
    #[error("the SMTP URL cannot be used: {reason}")]
    SmtpUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The certificates of the mail server's authorities cannot be used.
    #[error("the certificates of the mail server's authorities cannot be used: expected one or more in PEM")]
    Authorities,
}
