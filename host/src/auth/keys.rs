//! The keys that verify JWTs: a JSON Web Key Set (RFC 7517), or a secret that the platform shares.

use std::fmt;
use std::ops::RangeInclusive;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, crypto};
use serde::Deserialize;

/// The fewest bytes of a shared secret: as many as HS256's hash has (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;

/// The bits of an RSA key: fewer can be broken (RFC 7518, section 3.3), and with more nothing here can verify.
const RSA_BITS: RangeInclusive<usize> = 2_048..=4_096;

/// The most bytes of an RSA key's exponent, which has three as a rule.
const MAX_EXPONENT_BYTES: usize = 4;

/// The bytes of a coordinate on P-256, and of a point of Ed25519.
const COORDINATE_BYTES: usize = 32;

/// Keys, each with the one algorithm that it is for.
///
/// A set of public keys takes part in RS256 (RSA), ES256 (P-256) and EdDSA (Ed25519). Keys of other kinds, and keys for
/// encryption, are passed over: a platform may publish them for others. So are those that are too short to be safe, and
/// those that could verify nothing.
pub struct KeySet {
    keys: Vec<Key>,
    unfit: usize,
}

/// A key, and the only algorithm that it verifies.
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// Keys that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The text is no key set.
    #[error("expected a JSON object with a list `keys` of JSON Web Keys: {message}")]
    NotAKeySet {
        /// What is wrong, and where.
        message: String,
    },
    /// No key of the set verifies one of the algorithms.
    #[error("the key set has no key for RS256 (2048 to 4096 bits), ES256 or EdDSA")]
    NoUsableKey,
    /// The secret is too short to be one.
    #[error("the shared secret needs at least {MIN_SECRET_BYTES} bytes")]
    ShortSecret,
}

impl KeySet {
    /// The public keys of a JSON Web Key Set. A key of a kind that nobody here knows does no harm to the others, and a
    /// symmetric one is never taken from a set.
    ///
    /// # Errors
    /// [`KeySetError::NotAKeySet`] and [`KeySetError::NoUsableKey`].
    pub fn from_jwks(text: &str) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set: Set =
            serde_json::from_str(text).map_err(|error| KeySetError::NotAKeySet { message: error.to_string() })?;
        let (mut keys, mut unfit) = (Vec::new(), 0);
        for key in set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok()) {
            let Some(algorithm) = algorithm_of(&key) else { continue };
            match Key::of(&key, algorithm) {
                Some(key) => keys.push(key),
                None => unfit += 1,
            }
        }
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self { keys, unfit }) }
    }

    /// A secret that the platform shares with this host, for HS256. Only a deployment that asks for it has one.
    ///
    /// # Errors
    /// [`KeySetError::ShortSecret`].
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeySetError> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeySetError::ShortSecret);
        }
        let key = Key { id: None, algorithm: Algorithm::HS256, key: DecodingKey::from_secret(secret) };
        Ok(Self { keys: vec![key], unfit: 0 })
    }

    /// How many keys were meant to verify signatures, and cannot do so safely.
    pub(super) const fn unfit(&self) -> usize {
        self.unfit
    }

    /// The keys that a token of that key id and algorithm may be verified with. A token without id may be of any.
    pub(super) fn fitting(&self, id: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        let id_fits = move |key: &&Key| id.is_none() || key.id.is_none() || key.id.as_deref() == id;
        self.keys.iter().filter(move |key| key.algorithm == algorithm).filter(id_fits)
    }
}

impl Key {
    /// The key, if it can verify signatures of that algorithm safely.
    fn of(jwk: &Jwk, algorithm: Algorithm) -> Option<Self> {
        let key = DecodingKey::from_jwk(jwk).ok().filter(|key| is_sound(key, algorithm))?;
        Some(Self { id: jwk.common.key_id.clone(), algorithm, key })
    }
}

/// The algorithm that the key is for, if it is for signatures of one that is used here.
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    let common = &jwk.common;
    let is_for_signatures = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let verifies = common.key_operations.as_ref().is_none_or(|does| does.contains(&KeyOperations::Verify));
    let is_for_algorithm = common.key_algorithm.is_none_or(|other| other == named);
    (is_for_signatures && verifies && is_for_algorithm).then_some(algorithm)
}

/// Whether a key has the size that it should have, and the library can verify with it; on a point of Ed25519 that is too
/// short the library would panic.
fn is_sound(key: &DecodingKey, algorithm: Algorithm) -> bool {
    let has_size = match (key.kind(), algorithm) {
        (DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
            let exponent = without_zeros(e);
            // With the exponent 1 anybody can sign, and no key has an even one.
            let is_odd = exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
            RSA_BITS.contains(&bits(n)) && is_odd && exponent.len() <= MAX_EXPONENT_BYTES
        }
        (DecodingKeyKind::SecretOrDer(point), Algorithm::EdDSA) => point.len() == COORDINATE_BYTES,
        // A byte before both coordinates says that they are there.
        (DecodingKeyKind::SecretOrDer(point), _) => point.len() == 1 + 2 * COORDINATE_BYTES,
    };
    has_size && crypto::verify("", b"", key, algorithm).is_ok()
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn bits(number: &[u8]) -> usize {
    let number = without_zeros(number);
    number.first().map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({} keys)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"b","alg":"ES256","use":"sig",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    fn set(keys: &[&str]) -> Result<KeySet, KeySetError> {
        KeySet::from_jwks(&format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
    }

    #[test]
    fn a_key_is_for_one_algorithm() {
        let set = set(&[ED, EC]).unwrap();
        let ids = |id, algorithm| set.fitting(id, algorithm).map(|key| key.id.as_deref().unwrap()).collect::<String>();
        assert_eq!(ids(None, Algorithm::EdDSA), "a");
        assert_eq!(ids(Some("b"), Algorithm::ES256), "b");
        assert_eq!(ids(Some("b"), Algorithm::EdDSA), "");
        assert_eq!(ids(Some("c"), Algorithm::EdDSA), "");
        for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES384, Algorithm::PS256] {
            assert_eq!(ids(None, algorithm), "", "{algorithm:?}");
        }
    }

    #[test]
    fn keys_for_something_else_are_passed_over() {
        let other_curve = EC.replace("P-256", "P-384").replace(r#""alg":"ES256","#, "");
        let encryption = EC.replace(r#""use":"sig""#, r#""use":"enc""#);
        let signing = EC.replace(r#""use":"sig""#, r#""key_ops":["sign"]"#);
        let other_algorithm = EC.replace("ES256", "ES384");
        let symmetric = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"}"#;
        let unknown = r#"{"kty":"AKP","alg":"ML-DSA-65","pub":"x"}"#;
        for key in [&other_curve, &encryption, &signing, &other_algorithm, symmetric, unknown, "7"] {
            assert_eq!(set(&[key]).unwrap_err(), KeySetError::NoUsableKey, "{key}");
            let set = set(&[key, ED]).unwrap();
            assert_eq!((set.keys.len(), set.unfit()), (1, 0), "{key}");
        }
    }

    /// An RSA key of so many bits, after a zero that means nothing, with this exponent.
    fn rsa(bits: usize, exponent: &str) -> String {
        let mut modulus = vec![0xFF; bits.div_ceil(8) + 1];
        (modulus[0], modulus[1]) = (0, 0xFF >> (8 * bits.div_ceil(8) - bits));
        let key = DecodingKey::from_rsa_raw_components(&modulus, &[1, 0, 1]);
        let mut jwk = serde_json::to_value(Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).unwrap()).unwrap();
        jwk["e"] = exponent.into();
        jwk.to_string()
    }

    #[test]
    fn keys_that_are_no_good_are_passed_over_and_counted() {
        for (bits, exponent) in [
            (1_024, "AQAB"),
            (2_047, "AQAB"),
            (4_097, "AQAB"),
            (8_192, "AQAB"),
            (2_048, "AQ"),
            (2_048, "Ag"),
            (2_048, ""),
            (2_048, "AQAAAAE"),
        ] {
            let key = rsa(bits, exponent);
            assert_eq!(set(&[&key]).unwrap_err(), KeySetError::NoUsableKey, "{bits} {exponent}");
            assert_eq!(set(&[&key, ED]).unwrap().unfit(), 1, "{bits} {exponent}");
        }
        for (bits, exponent) in [(2_048, "AQAB"), (2_048, "Aw"), (2_048, "AAEAAQ"), (3_072, "AQAB"), (4_096, "AQAB")] {
            assert_eq!(set(&[&rsa(bits, exponent)]).unwrap().unfit(), 0, "{bits} {exponent}");
        }
    }

    #[test]
    fn points_have_both_coordinates_and_lie_on_their_curve() {
        let (x, y) = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        for key in [
            EC.replace(x, "AAAA"),
            EC.replace(y, ""),
            EC.replace(x, y),
            EC.replace(x, "!"),
            ED.replace("11qY", ""),
            ED.replace("11qY", "11qY11qY"),
        ] {
            assert_eq!(set(&[&key]).unwrap_err(), KeySetError::NoUsableKey, "{key}");
            assert_eq!(set(&[&key, ED]).unwrap().unfit(), 1, "{key}");
        }
    }

    #[test]
    fn what_is_no_key_set_is_refused() {
        for text in ["", "[]", "{}", r#"{"keys":{}}"#] {
            assert!(matches!(KeySet::from_jwks(text), Err(KeySetError::NotAKeySet { .. })), "{text}");
        }
        assert_eq!(set(&[]).unwrap_err(), KeySetError::NoUsableKey);
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(KeySet::from_secret(&[7; 31]).unwrap_err(), KeySetError::ShortSecret);
        assert_eq!(format!("{:?}", KeySet::from_secret(&[7; 32]).unwrap()), "KeySet(1 keys)");
    }
}
