//! Suites that cross runtimes.
