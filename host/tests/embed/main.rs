//! The host as a library, inside a backend that has users and mail of its own.

mod building;
mod examples;
mod following;
mod mail;
mod races;
mod world;
