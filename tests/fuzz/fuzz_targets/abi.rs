//! Arbitrary bytes to the functions that a WebAssembly host calls; the first byte says which one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use security_contact_tests::bytes;

fuzz_target!(|input: &[u8]| {
    let _ = bytes::abi(input);
});
