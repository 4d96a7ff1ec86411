//! The module's raw interface for a WebAssembly host, without JavaScript.
//!
//! A host calls [`security_contact_alloc`], writes the bytes of a [`Call`] there, and calls
//! [`security_contact_call`] with their address and length, which gives them up. The result is the address of the
//! reply in the upper half and its length in the lower; the host reads it and gives it back to
//! [`security_contact_free`]. Rules are set once, before the first call, by [`security_contact_configure`]:
//! nothing else is kept between calls, so that no call can change the answer of a later one.

#![allow(unsafe_code)] // memory that crosses the border of the module, in this file alone

use std::sync::OnceLock;

use crate::codec::{Call, Description, Reply, Review, decode, encode};
use crate::rules::Rules;
use crate::{ABI_VERSION, POLICY_VERSION, decide, eligibility, fingerprint, review};

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

/// Sets the rules of this instance; the input is encoded [`Rules`]. It can be called once.
///
/// # Safety
/// As for [`security_contact_free`].
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_configure(address: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is that of `take`.
    let input = unsafe { take(address, length) };
    hand_over(&configure(&input))
}

/// Answers one encoded [`Call`] with an encoded [`Reply`].
///
/// # Safety
/// As for [`security_contact_free`].
#[unsafe(no_mangle)]
unsafe extern "C" fn security_contact_call(address: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is that of `take`.
    let input = unsafe { take(address, length) };
    let reply = match (RULES.get(), decode(&input)) {
        (None, _) => Reply::Fault("no rules were set".into()),
        (_, Err(error)) => Reply::Fault(error.to_string()),
        (Some(rules), Ok(call)) => answer(call, rules),
    };
    hand_over(&reply)
}

fn configure(input: &[u8]) -> Reply {
    let rules: Rules = match decode(input) {
        Ok(rules) => rules,
        Err(error) => return Reply::Fault(error.to_string()),
    };
    match rules.validate() {
        Err(error) => Reply::Fault(error.to_string()),
        Ok(()) if RULES.set(rules).is_ok() => Reply::Configured,
        Ok(()) => Reply::Fault("the rules were set before".into()),
    }
}

fn answer(call: Call, rules: &Rules) -> Reply {
    match call {
        Call::One(request) => Reply::Answer(request.answer(rules)),
        Call::Plain(request) => Reply::Answer(decide(&request, rules)),
        Call::EligibilityMany(people, now) => {
            Reply::Verdicts(people.iter().map(|person| eligibility(person, now, rules)).collect())
        }
        Call::ReviewMany(requests) => {
            Reply::Reviews(requests.iter().map(|request| Review(review(request, rules))).collect())
        }
        Call::Describe => {
            Reply::Description(Description { policy_version: POLICY_VERSION.into(), fingerprint: fingerprint(rules) })
        }
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

/// Gives an encoded reply to the host: address in the upper half, length in the lower.
fn hand_over(reply: &Reply) -> u64 {
    let bytes = encode(reply).unwrap_or_default().into_boxed_slice();
    let length = bytes.len() as u64;
    let address = Box::into_raw(bytes).cast::<u8>() as usize as u64;
    (address << 32) | length
}
