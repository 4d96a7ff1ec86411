//! The HTTP API and the page's files, on a real store with the real module.

mod access;
mod change;
mod demo;
mod failures;
mod history;
mod hostile;
mod input;
mod limits;
mod matrix;
mod once;
mod openapi;
mod page;
mod read;
mod service;
mod world;
