//! The program as people run it: real processes, real folders.

mod audit;
mod check;
#[cfg(unix)]
mod config;
mod contact;
mod decide;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod events;
mod export;
#[cfg(unix)]
mod gate;
#[cfg(unix)]
mod help;
mod import;
#[cfg(unix)]
mod operations;
#[cfg(unix)]
mod outbox;
#[cfg(unix)]
#[path = "../smtp/peer.rs"]
#[allow(dead_code, reason = "the tests of mail use all of it")]
mod peer;
#[cfg(unix)]
mod places;
mod policy;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod proxy;
mod review;
#[cfg(unix)]
mod running;
#[cfg(unix)]
mod server;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
mod token;
#[cfg(unix)]
mod worker;
