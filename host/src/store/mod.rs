//! Adapters of the [`Store`](crate::domain::ports::Store) port. One suite, `conformance`, holds for each of them.

#[cfg(test)]
mod conformance;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod rows;
#[cfg(feature = "sqlite")]
pub mod sqlite;
