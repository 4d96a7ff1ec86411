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
use security_contact_policy::codec::{self, Call, Reply};
use security_contact_policy::{Identity, json};
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
    let mut foreign = 0;
    let count = each(&corpus, |input| {
        let expected = bytes::abi(input);
        let (face, bytes) = Face::split(input);
        let reply = match face {
            Face::Call => instance.call(bytes),
            Face::Decide => instance.decide(bytes),
            Face::Configure => module.instance(None).configure(bytes),
        };
        if reply != expected {
            let refused = matches!(codec::decode(&reply), Ok(Reply::Fault(_)));
            assert!(face == Face::Call && refused && !is_written_by_hosts(bytes), "{}", input.escape_ascii());
            foreign += 1;
        }
    });
    println!(
        "{count} inputs; {foreign} calls that no host writes are refused by the module in other words, or by it alone"
    );
    assert!(instance.memory_bytes() <= MEMORY_BYTES, "the module kept {} bytes", instance.memory_bytes());
}

/// Whether a host writes these bytes. It writes each length in as few bytes as it takes; the module, which has 32 bits
/// for one, refuses longer ones that 64 bits have room for.
fn is_written_by_hosts(call: &[u8]) -> bool {
    let again = codec::decode::<Call>(call).map(|call| codec::encode(&call));
    again.is_ok_and(|again| again.as_deref() == Ok(call))
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
    let call = codec::encode(&Call::ReviewMany(Vec::new())).unwrap();
    let rules = module::cbor(&RULES);
    let identity = json::write(&Identity::of(&RULES));
    let refusal = r#"{"error":{"code":"invalid_rules","path":"","message":"the rules were set before"}}"#;

    let mut instance = module.instance(None);
    assert!(matches!(codec::decode(&instance.call(&call)), Ok(Reply::Fault(_))));
    assert_eq!(instance.configure(&rules), identity.as_bytes());
    assert_eq!(instance.configure(&rules), refusal.as_bytes());
    assert_eq!(codec::decode(&instance.call(&call)), Ok(Reply::Reviews(Vec::new())));

    // A request that came first was answered under the default rules, and these stay.
    let mut instance = module.instance(None);
    instance.decide(b"\xa0");
    assert_eq!(instance.configure(&rules), refusal.as_bytes());
}
