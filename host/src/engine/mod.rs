//! Runs the policy module in wasmtime.
