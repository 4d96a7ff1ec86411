//! The host as a library: what a backend that has users and mail puts its own parts into.

mod builder;
mod host;
mod policy;

pub use builder::{BuildError, HostBuilder};
pub use host::{Host, RunError, Synced};
pub use policy::Policy;
