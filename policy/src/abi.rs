//! The module's raw interface for a WebAssembly host, without JavaScript.
//!
//! A host calls [`security_contact_alloc`], writes its input there, and calls one of the functions below with address
//! and length, which gives them up. The result is the address of the reply in the upper half and its length in the
//! lower; the host reads it and gives it back to [`security_contact_free`].
//!
//! A Rust host speaks the [`codec`](crate::codec) with [`security_contact_call`]. Any other sends a request as CBOR to
//! [`security_contact_decide`] and gets JSON. Rules are set once, before the first call, by
//! [`security_contact_configure`]: nothing else is kept between calls, so that no call can change the answer of a later
//! one.

#![allow(unsafe_code)] // memory that crosses the border of the module, in this file alone

use std::sync::OnceLock;

use crate::codec::reply;
use crate::decide::Answer;
use crate::error::PolicyError;
use crate::fingerprint::Identity;
use crate::rules::Rules;
use crate::{ABI_VERSION, json, packed, read};

static RULES: OnceLock<Rules> = OnceLock::new();

/// [`ABI_VERSION`]; a host refuses a module with another one.
#[unsafe(no_mangle)]
extern "C" fn security_contact_abi_version() -> u32 {
    ABI_VERSION
}

/// Memory for `length` bytes.
#[unsafe(no_mangle)]
extern "C" fn security_contact_alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Gives back memory of this module.
///
/// # Safety
/// `address` and `length` are those of one allocation that was not given back yet: one of [`security_contact_alloc`],
/// or a reply.
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_free(address: *mut u8, length: usize) {
    // SAFETY: the caller's promise is that of `take`.
    drop(unsafe { take(address, length) });
}

/// Sets the rules of this instance, given as CBOR, and replies with the JSON text of its identity:
/// `{"policyVersion","fingerprint"}`, or `{"error"}` when the rules do not fit or were set before.
///
/// # Safety
/// As for [`security_contact_free`].
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_configure(address: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is that of `take`.
    let input = unsafe { take(address, length) };
    let text = match configure(&input) {
        Ok(identity) => json::write(&identity),
        Err(error) => json::write(&Answer::Error { error }),
    };
    hand_over(text.into_bytes())
}

/// Answers requests in the [`codec`](crate::codec) with answers in it.
///
/// # Safety
/// As for [`security_contact_free`].
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_call(address: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is that of `take`.
    let input = unsafe { take(address, length) };
    hand_over(reply(&input, RULES.get()))
}

/// Answers one request as CBOR with an answer as JSON text, under its own rules or those that were set, if any were.
///
/// # Safety
/// As for [`security_contact_free`].
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_decide(address: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is that of `take`.
    let input = unsafe { take(address, length) };
    hand_over(json::decide_plain(&input, RULES.get_or_init(Rules::default)).into_bytes())
}

/// Answers [packed](crate::packed) questions by their answers in the same place, and says how many bytes those take: 0
/// when a question is none, or no rules were set. The memory stays the host's.
///
/// # Safety
/// `address` and `length` are those of a part of one allocation of [`security_contact_alloc`] from its start, that was not
/// given back.
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_packed(address: *mut u8, length: usize) -> usize {
    // SAFETY: by the caller's promise these bytes are initialised, and nobody else has them during the call.
    let buffer = unsafe { core::slice::from_raw_parts_mut(address, length) };
    RULES.get().and_then(|rules| packed::answer(buffer, rules)).unwrap_or(0)
}

fn configure(input: &[u8]) -> Result<Identity, PolicyError> {
    let rules = read::rules_alone(input)?;
    let identity = Identity::of(&rules);
    match RULES.set(rules) {
        Ok(()) => Ok(identity),
        Err(_) => Err(PolicyError::invalid_rules("", "the rules were set before")),
    }
}

/// Takes an allocation back from the host.
///
/// # Safety
/// `address` and `length` are those of one allocation of this module that was not given back yet.
unsafe fn take(address: *mut u8, length: usize) -> Box<[u8]> {
    // SAFETY: every allocation that crosses the border was made as a boxed slice of exactly this length.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(address, length)) }
}

/// Gives a reply to the host: address in the upper half, length in the lower.
fn hand_over(reply: Vec<u8>) -> u64 {
    let bytes = reply.into_boxed_slice();
    let length = bytes.len() as u64;
    let address = Box::into_raw(bytes).cast::<u8>() as usize as u64;
    (address << 32) | length
}
