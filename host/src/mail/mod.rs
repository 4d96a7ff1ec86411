//! Mail: what it says, and how it goes out.
//!
//! [`render()`] turns an outbox row into subject, text and HTML; it reads no clock and draws no random number, so
//! that the same row gives the same bytes at every try. `MaildirMailer` and `SmtpMailer`, which the feature `smtp`
//! brings, hand the result over; so does any other [`Mailer`](crate::domain::ports::Mailer).

#[cfg(feature = "smtp")]
mod maildir;
#[cfg(feature = "smtp")]
mod message;
mod plain;
mod render;
#[cfg(feature = "smtp")]
mod sender;
#[cfg(feature = "smtp")]
mod setup;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "smtp")]
mod smtp_offer;
#[cfg(feature = "smtp")]
mod smtp_url;

#[cfg(test)]
mod tests;

#[cfg(feature = "smtp")]
pub use maildir::MaildirMailer;
pub use render::render;
#[cfg(feature = "smtp")]
pub use sender::Sender;
#[cfg(feature = "smtp")]
pub use setup::MailSetupError;
#[cfg(feature = "smtp")]
pub use smtp::SmtpMailer;
