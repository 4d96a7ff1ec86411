//! Arbitrary bytes to the module in wasmtime, which must answer them as this process does: the inputs that the fuzzer
//! found, and mutations of them, always the same ones.
//!
//! `SECURITY_CONTACT_MUTATIONS` sets how many; `cargo xtask fuzz` tries millions.

mod fuel;
mod module;
mod mutation;

use std::env;

use module::Module;
use mutation::Mutations;
use security_contact_policy::codec;
use security_contact_policy::{Answer, Identity, json};
use security_contact_tests::bytes::{self, Face, RULES};
use security_contact_tests::corpus;

/// More than any answer to an input of these sizes needs, and less than a leak takes.
const MEMORY_BYTES: usize = 8 << 20;

#[test]
fn texts_are_decided_alike() {
    let module = Module::embedded();
    let mut instance = module.instance(Some(&RULES));
    let corpus = corpus::read("decide");
    let count = each(&corpus, |text| {
        let expected = bytes::decide(text);
        // The text itself is read outside of the module.
        if let Ok(plain) = json::read(text) {
            assert_eq!(instance.decide(plain.as_cbor()), expected.as_bytes(), "{}", text.escape_ascii());
        }
    });
    println!("{count} texts");
    assert!(instance.memory_bytes() <= MEMORY_BYTES, "the module kept {} bytes", instance.memory_bytes());
}

#[test]
fn bytes_are_answered_alike() {
    let module = Module::embedded();
    let mut instance = module.instance(Some(&RULES));
    let corpus = corpus::read("abi");
    let count = each(&corpus, |input| {
        let expected = bytes::abi(input);
        let (face, bytes) = Face::split(input);
        let reply = match face {
            Face::Call => instance.call(bytes),
            Face::Decide => instance.decide(bytes),
            Face::Configure => module.instance(None).configure(bytes),
        };
        assert_eq!(reply, expected, "{}", input.escape_ascii());
    });
    println!("{count} inputs");
    assert!(instance.memory_bytes() <= MEMORY_BYTES, "the module kept {} bytes", instance.memory_bytes());
}

/// Puts each input of the corpus to `check`, and mutations of them.
fn each(corpus: &[Vec<u8>], mut check: impl FnMut(&[u8])) -> usize {
    assert!(corpus.len() > 100, "only {} inputs were found", corpus.len());
    let mutations = env::var("SECURITY_CONTACT_MUTATIONS").map_or(20_000, |number| number.parse().unwrap());
    corpus.iter().for_each(|input| check(input));
    Mutations::of(corpus).take(mutations).for_each(|input| check(&input));
    corpus.len() + mutations
}

#[test]
fn an_instance_takes_its_rules_once_and_answers_no_call_before() {
    let module = Module::embedded();
    let rules = module::cbor(&RULES);
    let identity = json::write(&Identity::of(&RULES));
    let refusal = r#"{"error":{"code":"invalid_rules","path":"","message":"the rules were set before"}}"#;

    let mut instance = module.instance(None);
    let early = codec::decode(&instance.call(&[])).unwrap();
    assert!(matches!(early.as_slice(), [Answer::Error { .. }]));
    assert_eq!(instance.configure(&rules), identity.as_bytes());
    assert_eq!(instance.configure(&rules), refusal.as_bytes());
    assert!(instance.call(&[]).is_empty());

    // A request that came first was answered under the default rules, and these stay.
    let mut instance = module.instance(None);
    instance.decide(b"\xa0");
    assert_eq!(instance.configure(&rules), refusal.as_bytes());
}
