//! The program as people run it: real processes, real folders.

mod audit;
mod contact;
mod decide;
#[cfg(unix)]
mod events;
mod import;
#[cfg(unix)]
mod outbox;
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
