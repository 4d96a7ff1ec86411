//! Mail: what it says, and how it goes out.
//!
//! [`render()`] turns an outbox row into subject, text and HTML; it reads no clock and draws no random number, so
//! that the same row gives the same bytes at every try. [`MaildirMailer`] and [`SmtpMailer`] hand the result over.

mod maildir;
mod message;
mod plain;
mod render;
mod sender;
mod smtp;
mod smtp_offer;
mod smtp_url;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

pub use maildir::MaildirMailer;
pub use render::render;
pub use sender::Sender;
pub use smtp::SmtpMailer;

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
