//! The domain on a real store with the real module, at times that the test chooses.

mod bounces;
mod broken;
mod changes;
mod directories;
mod once;
mod races;
mod reviews;
mod spy;
mod verify;
mod world;
