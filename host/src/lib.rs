//! Keeps the security contact of every account of a platform.
//!
//! The rules live in the crate `security-contact-policy`, compiled to one WebAssembly module; this crate runs that
//! module, stores what it decides, and sends the mail that follows. Read it in this order: `engine` runs the module;
//! `domain` says what happens, and names the ports it needs; `store`, `mail` and `clock` are adapters of those
//! ports; `http` and `cli` are how people reach it, and `metrics` is what Prometheus reads.

pub mod auth;
pub mod cli;
pub mod clock;
pub mod domain;
pub mod engine;
pub mod http;
pub mod mail;
pub mod metrics;
pub mod store;
pub mod wiring;
pub mod worker;
