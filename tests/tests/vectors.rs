//! The vectors, natively and in wasmtime.

use security_contact_host::engine::Engine;
use security_contact_policy::{Answer, Rules, json};
use security_contact_tests::run;

#[test]
fn native() {
    run(|request| json::decide_text(request, &Rules::default())).check("native");
}

#[test]
fn wasmtime() {
    let engine = Engine::embedded(&Rules::default()).unwrap();
    let decide = |request: &[u8]| match json::read(request) {
        Ok(request) => engine.decide(&request).unwrap(),
        Err(error) => json::write(&Answer::Error { error }),
    };
    run(decide).check("wasmtime");
}
