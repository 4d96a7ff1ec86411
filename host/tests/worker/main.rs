//! The courier and the worker, over a real store and real mailers, at times that the tests say.

mod bounces;
mod delivery;
mod events;
mod operator;
#[path = "../smtp/peer.rs"]
mod peer;
mod smtp;
mod worker;
mod world;
