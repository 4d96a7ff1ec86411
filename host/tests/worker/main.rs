//! The courier and the worker, over a real store and a real Maildir, at times that the tests say.

mod delivery;
mod worker;
mod world;
