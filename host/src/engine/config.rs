//! How the module is compiled and run. The build script and the host both read this file: code that one of them compiled
//! fits the other.

use wasmtime::{Collector, Config};

pub(super) fn config() -> Config {
    let mut config = Config::new();
    // Nothing of ours is ever collected: the module's references are JavaScript's, and there is none here.
    config.collector(Collector::Null).epoch_interruption(true);
    config
}
