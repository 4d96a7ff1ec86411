//! The domain on a real store with the real module, at times that the test chooses.

mod changes;
mod directories;
mod races;
mod reviews;
mod world;
