//! Adapters of the store port. One suite, `conformance`, holds for each of them.

#[cfg(test)]
mod conformance;
pub mod memory;
pub mod postgres;
mod rows;
pub mod sqlite;
