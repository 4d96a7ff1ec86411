//! Adapters of the store port. One suite, `conformance`, holds for each of them.

#[cfg(test)]
mod conformance;
pub mod memory;
pub mod sqlite;
