//! The rules of the security contact.
//!
//! Every account has one person who receives its security mail. This crate says who that person is
//! at an instant, who may change it, and who is told. It is a pure function of its input: it has no
//! clock, no randomness and no I/O, and it knows neither names nor addresses. The same source becomes
//! one WebAssembly module, so that a server, an edge function and a browser give the same answers.
//!
//! Read it in this order: [`Person`] and [`Rules`] are what comes in; [`eligibility()`] and [`access()`]
//! judge one person; [`resolve()`] says who the contact is; [`change()`], [`review()`] and [`route()`]
//! build on it. [`decide()`] offers all of them behind one request.
//!
//! ```
//! use security_contact_policy::{Instant, Person, Reason, Rules, UserId, eligibility};
//!
//! let person = Person {
//!     id: UserId::new("u-17")?,
//!     role: "admin".parse()?,
//!     account_settings: "edit".parse()?,
//!     status: "active".parse()?,
//!     last_login_at: Some("2025-10-01T09:30:00Z".parse()?),
//!     staff_role: None,
//! };
//! let now: Instant = "2026-10-01T09:30:00.001Z".parse()?;
//! let verdict = eligibility(&person, now, &Rules::default());
//! assert_eq!(verdict.unmet, [Reason::LoginTooOld]);
//! # Ok::<(), security_contact_policy::PolicyError>(())
//! ```

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![deny(unsafe_code)]

mod access;
mod change;
mod contact;
mod decide;
mod eligibility;
mod error;
mod event;
mod fingerprint;
mod instant;
mod names;
mod notice;
mod person;
mod read;
mod reason;
mod review;
mod rules;
mod words;

#[cfg(feature = "codec")]
pub mod codec;
#[cfg(any(feature = "json", feature = "module"))]
pub mod json;
#[cfg(feature = "codec")]
pub mod packed;

#[cfg(all(feature = "module", target_arch = "wasm32"))]
mod abi;
#[cfg(all(feature = "module", target_arch = "wasm32"))]
mod js;

pub use access::{Access, access};
pub use change::{Change, ChangeOutcome, ChangeRequest, Designation, RefusalCode, change};
pub use contact::{Account, Contact, Designee, Source, resolve};
pub use decide::{Answer, Request, decide};
pub use eligibility::{Verdict, eligibility};
pub use error::{ErrorCode, PolicyError};
pub use event::{Event, EventKind, Route, Severity, route};
pub use fingerprint::{Identity, fingerprint};
pub use instant::Instant;
pub use names::{Name, UserId};
pub use notice::{Cause, Notice, NoticeKind};
pub use person::{AccountSettings, Person, Status};
pub use read::Plain;
pub use reason::Reason;
pub use review::{RemindedFor, Reminder, ReviewOutcome, ReviewRequest, review};
pub use rules::Rules;

/// The version of the rules themselves. It changes whenever any answer can change.
pub const POLICY_VERSION: &str = "1.0.0";

/// The version of the binary interface between a host and the module.
pub const ABI_VERSION: u32 = 4;
