//! What holds for arbitrary bytes, wherever they come from: a fuzzer, its corpus, a mutation of either.

use std::sync::LazyLock;

use security_contact_policy::codec;
use security_contact_policy::{Answer, Identity, Plain, Request, Rules, json};

use crate::shape;

/// The rules under which all bytes are answered.
pub static RULES: LazyLock<Rules> = LazyLock::new(|| Rules {
    max_login_age_days: 30,
    blocked_staff_roles: ["support"].iter().filter_map(|name| name.parse().ok()).collect(),
    copy_owner_on_events: true,
    expiry_reminder_days: vec![14, 7, 1],
    ..Rules::default()
});

/// Which function of the module the bytes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Encoded requests.
    Call,
    /// A request as CBOR.
    Decide,
    /// Rules as CBOR.
    Configure,
}

impl Face {
    /// Takes the first byte for the function, and leaves the rest for it.
    #[must_use]
    pub fn split(input: &[u8]) -> (Self, &[u8]) {
        let Some((first, rest)) = input.split_first() else { return (Self::Call, input) };
        (
            match first % 3 {
                0 => Self::Call,
                1 => Self::Decide,
                _ => Self::Configure,
            },
            rest,
        )
    }
}

/// Decides bytes as the JSON text of a request: any text has an answer, always the same, by way of CBOR too.
///
/// # Panics
/// When one of this does not hold.
pub fn decide(text: &[u8]) -> String {
    let answer = json::decide_text(text, &RULES);
    shape::check(&answer);
    assert_eq!(json::decide_text(text, &RULES), answer, "asked again");
    if let Ok(plain) = json::read(text) {
        assert_eq!(Plain::from_cbor(plain.as_cbor().to_vec()).as_ref(), Ok(&plain), "what was written is read");
        assert_eq!(json::decide_plain(plain.as_cbor(), &RULES), answer, "as CBOR");
    }
    answer
}

/// Gives bytes to the function that the first one names, natively, and returns its reply.
///
/// # Panics
/// When the reply is none that the interface allows, or another one when asked again.
#[must_use]
pub fn abi(input: &[u8]) -> Vec<u8> {
    let (face, bytes) = Face::split(input);
    let reply = match face {
        Face::Call => call(bytes),
        Face::Decide => plain(bytes),
        Face::Configure => configure(bytes),
    };
    assert_eq!(reply.is_empty(), face == Face::Call && bytes.is_empty(), "only to nothing the reply is empty");
    reply
}

fn call(bytes: &[u8]) -> Vec<u8> {
    let reply = codec::reply(bytes, Some(&RULES));
    assert_eq!(codec::reply(bytes, Some(&RULES)), reply, "asked again");
    let answers: Vec<Answer> = codec::decode(&reply).unwrap_or_else(|| panic!("the host cannot read it"));
    answers.iter().for_each(|answer| shape::check(&json::write(answer)));
    let fault = matches!(answers.as_slice(), [Answer::Error { .. }]);
    match codec::decode::<Request>(bytes) {
        Some(requests) => {
            assert!(!fault && answers.len() == requests.len(), "each request has an answer");
            assert_eq!(codec::encode(&requests), bytes, "and one encoding");
        }
        None => assert!(fault, "other bytes have an error"),
    }
    let unset = codec::decode(&codec::reply(bytes, None)).unwrap_or_default();
    assert!(matches!(unset.as_slice(), [Answer::Error { .. }]), "nothing is answered before there are rules");
    reply
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    let answer = json::decide_plain(bytes, &RULES);
    shape::check(&answer);
    assert_eq!(json::decide_plain(bytes, &RULES), answer, "asked again");
    if let Ok(plain) = Plain::from_cbor(bytes.to_vec()) {
        let _ = plain.to_person("person");
    }
    answer.into_bytes()
}

/// The reply to rules: which policy decides under them, or what is wrong with them. They read back from their own JSON.
fn configure(bytes: &[u8]) -> Vec<u8> {
    let rules = Plain::from_cbor(bytes.to_vec()).and_then(|plain| plain.to_rules());
    let reply = match rules {
        Ok(rules) => {
            assert_eq!(rules.validate(), Ok(()));
            let again = json::read(json::write(&rules).as_bytes()).and_then(|plain| plain.to_rules());
            assert_eq!(again.as_ref(), Ok(&rules), "the same rules as JSON");
            json::write(&Identity::of(&rules))
        }
        Err(error) => {
            let text = json::write(&Answer::Error { error });
            shape::check(&text);
            text
        }
    };
    reply.into_bytes()
}
