//! The program as people run it: real processes, real folders.

mod audit;
#[cfg(unix)]
mod config;
mod contact;
mod decide;
#[cfg(unix)]
mod events;
#[cfg(unix)]
mod gate;
mod import;
#[cfg(unix)]
mod operations;
#[cfg(unix)]
mod outbox;
#[cfg(unix)]
#[path = "../smtp/peer.rs"]
#[allow(dead_code, reason = "the tests of mail use all of it")]
mod peer;
mod policy;
#[cfg(unix)]
mod postgres;
mod review;
#[cfg(unix)]
mod running;
#[cfg(unix)]
mod server;
mod support;
#[cfg(unix)]
mod worker;
