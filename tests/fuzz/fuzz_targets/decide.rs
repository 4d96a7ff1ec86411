//! Arbitrary bytes as the JSON text of a request.

#![no_main]

use libfuzzer_sys::fuzz_target;
use security_contact_tests::bytes;

fuzz_target!(|text: &[u8]| {
    bytes::decide(text);
});
