//! Keeps the security contact of every account of a platform.
//!
//! The rules live in the crate `security-contact-policy`, compiled to one WebAssembly module; this crate runs that
//! module, stores what it decides, and sends the mail that follows. It is a program, and a library for backends that
//! already have users and mail:
//!
//! - [`Policy`] decides, and nothing else. It keeps nothing and sends nothing.
//! - [`Host`] keeps contacts and sends mail, inside a backend. The backend brings a [`Directory`], which is its own user
//!   table, and a [`Mailer`]; the [stores](store) come with the crate.
//! - [`policy`] has the types of the rules: people, instants, verdicts.
//!
//! ```
//! use security_contact_host::Policy;
//! use security_contact_host::policy::Person;
//!
//! let ada: Person = serde_json::from_str(
//!     r#"{"id":"u-1","role":"admin","accountSettings":"none","status":"active",
//!         "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#,
//! )?;
//! let verdict = Policy::embedded()?.eligibility(&ada, "2026-11-01T00:00:00Z".parse()?)?;
//! assert!(verdict.eligible);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! Without default features this is [`Policy`] and [`Host`] with everything that they need, and a store in memory.
//!
//! | feature | what it adds |
//! |---|---|
//! | `sqlite` | `store::sqlite`: a store in one file |
//! | `postgres` | `store::postgres`: a store that any number of hosts share |
//! | `smtp` | `mail::SmtpMailer` and `mail::MaildirMailer` |
//! | `server` | the HTTP API, the settings page, and the proof of who is calling |
//! | `cli` (default) | the command line program, with all of the above |
//! | `otel` | the program sends traces to an OpenTelemetry collector |
//!
//! # How it is built
//!
//! Read it in this order: [`engine`] runs the module; [`domain`] says what happens, and names the ports it needs;
//! [`store`], [`mail`] and [`clock`] are adapters of those ports; [`worker`] does what happens by itself; [`Host`] puts
//! all that together for backends, and `wiring` for the program, which people reach by `http` and `cli`;
//! `metrics` is what Prometheus reads.

#![deny(rustdoc::broken_intra_doc_links)]

// The program is no part of the library: what it is made of may change at any time.
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod auth;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod clock;
pub mod domain;
mod embed;
pub mod engine;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod http;
pub mod mail;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod metrics;
pub mod store;
mod traces;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod wiring;
pub mod worker;

pub use domain::ports::{Directory, Mailer, Store};
pub use embed::{BuildError, Host, HostBuilder, Policy, RunError, Synced};
#[doc(no_inline)]
pub use security_contact_policy as policy;
