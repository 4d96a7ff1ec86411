//! JWTs of the platform: who a person is, and of which account.

use std::sync::Arc;

use jsonwebtoken::{Header, Validation, decode, decode_header};
use security_contact_policy::{Instant, UserId};
use serde_json::{Map, Value};

use super::keys::{Key, KeySet};
use super::source::KeySource;
use crate::domain::model::AccountId;
use crate::domain::ports::Clock;

/// The longest token that is looked at, in bytes.
const MAX_BYTES: usize = 8 << 10;

/// By how much the clocks of the platform and of this host may differ.
const LEEWAY_MS: i64 = 60_000;

/// What a token of the platform has to be.
#[derive(Clone, Debug)]
pub struct JwtRules {
    /// Its `iss`, to the letter.
    pub issuer: String,
    /// Its `aud`, or one of them.
    pub audience: String,
    /// The claim that names the account, such as `account` or `org_id`.
    pub account_claim: String,
    /// The claim that names the person; `sub` as a rule.
    pub person_claim: String,
}

/// What a token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The account whose person it is.
    pub account: AccountId,
    /// The person.
    pub person: UserId,
}

/// Why a token proves nothing. The text is safe to show: it has nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It is too long to be looked at.
    #[error("the token is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// It is no JWT, or one of a kind that is not known here.
    #[error("the token is no signed JWT of RS256, ES256, EdDSA or HS256")]
    Malformed,
    /// No known key is for it.
    #[error("no key of the platform is for this token")]
    UnknownKey,
    /// It was not signed with the key that it names.
    #[error("the signature of the token is wrong")]
    Signature,
    /// It has run out.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    Early,
    /// It was made by somebody else.
    #[error("the token is of another issuer")]
    Issuer,
    /// It was made for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// A claim is missing, or is not what it should be.
    #[error("the claim `{name}` of the token is missing or does not fit")]
    Claim {
        /// The claim's name.
        name: String,
    },
}

/// Verifies tokens.
pub struct JwtVerifier {
    rules: JwtRules,
    keys: KeySource,
    clock: Arc<dyn Clock>,
}

impl JwtVerifier {
    /// A verifier by these rules and keys, which are read anew from now on when they are old.
    ///
    /// # Panics
    /// Outside of a runtime, for keys that are not given.
    #[must_use]
    pub fn new(rules: JwtRules, keys: KeySource, clock: Arc<dyn Clock>) -> Self {
        keys.watch(Arc::clone(&clock));
        Self { rules, keys, clock }
    }

    /// Who the token says that its bearer is, if it is what it has to be.
    ///
    /// # Errors
    /// [`JwtError`] with the first thing that is wrong.
    pub async fn verify(&self, token: &str) -> Result<Claims, JwtError> {
        if token.len() > MAX_BYTES {
            return Err(JwtError::TooLong);
        }
        let header = decode_header(token).map_err(|_| JwtError::Malformed)?;
        // RFC 7515, section 4.1.11: what a critical header asks for has to be understood, and nothing of it is here.
        if header.crit.is_some() {
            return Err(JwtError::Malformed);
        }
        let now = self.clock.now();
        let keys = self.keys.present();
        let claims = match signed(token, &header, &keys) {
            Ok(claims) => claims,
            // The platform may have changed its keys, under other ids, under the same or under none.
            Err(error) => match self.keys.after(&keys, now).await {
                Some(keys) => signed(token, &header, &keys)?,
                None => return Err(error),
            },
        };
        self.read(&claims, now)
    }

    /// What the claims of a token say whose signature is right.
    fn read(&self, claims: &Map<String, Value>, now: Instant) -> Result<Claims, JwtError> {
        let rules = &self.rules;
        let expires = instant(claims, "exp")?.ok_or_else(|| JwtError::Claim { name: "exp".to_owned() })?;
        if now >= expires.plus_millis(LEEWAY_MS) {
            return Err(JwtError::Expired);
        }
        if instant(claims, "nbf")?.is_some_and(|begins| now.plus_millis(LEEWAY_MS) < begins) {
            return Err(JwtError::Early);
        }
        if claims.get("iss").and_then(Value::as_str) != Some(rules.issuer.as_str()) {
            return Err(JwtError::Issuer);
        }
        if !is_for(claims.get("aud"), &rules.audience) {
            return Err(JwtError::Audience);
        }
        let text = |name: &str| id(claims, name).ok_or_else(|| JwtError::Claim { name: name.to_owned() });
        let unfit = |name: &String| JwtError::Claim { name: name.clone() };
        Ok(Claims {
            account: text(&rules.account_claim)?.parse().map_err(|_| unfit(&rules.account_claim))?,
            person: UserId::new(text(&rules.person_claim)?).map_err(|_| unfit(&rules.person_claim))?,
        })
    }
}

/// The claims of a token that one of the keys has signed.
fn signed(token: &str, header: &Header, keys: &KeySet) -> Result<Map<String, Value>, JwtError> {
    let mut error = JwtError::UnknownKey;
    for key in keys.fitting(header.kid.as_deref(), header.alg) {
        match signed_with(token, key) {
            Some(claims) => return Ok(claims),
            None => error = JwtError::Signature,
        }
    }
    Err(error)
}

/// The claims of a token that this key has signed; `None` when it has not.
fn signed_with(token: &str, key: &Key) -> Option<Map<String, Value>> {
    let mut validation = Validation::new(key.algorithm);
    validation.algorithms = vec![key.algorithm];
    // The library would read the machine's clock; times, issuer and audience are looked at by `read`.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode(token, &key.key, &validation).ok().map(|token| token.claims)
}

/// A time in seconds since 1970, a fraction of which is cut off.
fn instant(claims: &Map<String, Value>, name: &str) -> Result<Option<Instant>, JwtError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
    let instant = seconds.map(|seconds| seconds.saturating_mul(1_000)).map(|millis| {
        Instant::from_millis(millis.clamp(Instant::MIN.millis(), Instant::MAX.millis())).unwrap_or(Instant::MIN)
    });
    instant.map(Some).ok_or_else(|| JwtError::Claim { name: name.to_owned() })
}

fn is_for(audience: Option<&Value>, wanted: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}

/// An id: text, or a whole number, since many platforms count their accounts.
fn id(claims: &Map<String, Value>, name: &str) -> Option<String> {
    match claims.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, encode};
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    struct StandingClock;

    impl Clock for StandingClock {
        fn now(&self) -> Instant {
            Instant::from_millis(NOW * 1_000).unwrap()
        }
    }

    fn verifier(keys: KeySet) -> JwtVerifier {
        let rules = JwtRules {
            issuer: "https://id.example.com".into(),
            audience: "security-contact".into(),
            account_claim: "org".into(),
            person_claim: "sub".into(),
        };
        JwtVerifier::new(rules, KeySource::given(keys), Arc::new(StandingClock))
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example.com", "aud": "security-contact", "sub": "u-1", "org": "acme", "exp": NOW + 60})
    }

    /// An Ed25519 key: to sign with, and the set that verifies.
    fn ed() -> (EncodingKey, KeySet) {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let x = base64url(pair.public_key_raw());
        let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": x}]});
        (EncodingKey::from_ed_der(&pair.serialize_der()), KeySet::from_jwks(&set.to_string()).unwrap())
    }

    fn base64url(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::new();
        for three in bytes.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for digit in 0..=three.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63]));
            }
        }
        text
    }

    fn header(algorithm: Algorithm, id: Option<&str>) -> Header {
        Header { kid: id.map(str::to_owned), ..Header::new(algorithm) }
    }

    /// What becomes of a token of Ed25519 with these claims.
    async fn verified(claims: Value) -> Result<Claims, JwtError> {
        let (key, keys) = ed();
        verifier(keys).verify(&encode(&header(Algorithm::EdDSA, Some("ed")), &claims, &key).unwrap()).await
    }

    async fn with(name: &str, value: Value) -> Result<Claims, JwtError> {
        let mut claims = claims();
        claims[name] = value;
        verified(claims).await
    }

    fn ada() -> Claims {
        Claims { account: "acme".parse().unwrap(), person: "u-1".parse().unwrap() }
    }

    #[tokio::test]
    async fn a_token_says_who_its_bearer_is() {
        assert_eq!(verified(claims()).await, Ok(ada()));
        assert_eq!(with("aud", json!(["x", "security-contact"])).await, Ok(ada()));
        assert_eq!(with("org", json!(7)).await.unwrap().account.as_str(), "7");
    }

    #[tokio::test]
    async fn times_have_a_minute_of_leeway() {
        assert_eq!(with("exp", json!(NOW - 59)).await, Ok(ada()));
        assert_eq!(with("exp", json!(NOW - 60)).await, Err(JwtError::Expired));
        assert_eq!(with("exp", json!(-9e30)).await, Err(JwtError::Expired));
        assert_eq!(with("nbf", json!(NOW + 60)).await, Ok(ada()));
        assert_eq!(with("nbf", json!(NOW + 61)).await, Err(JwtError::Early));
    }

    #[tokio::test]
    async fn every_claim_has_to_fit() {
        assert_eq!(with("iss", json!("https://id.example.com/")).await, Err(JwtError::Issuer));
        assert_eq!(with("iss", Value::Null).await, Err(JwtError::Issuer));
        for audience in [json!("security-contacts"), json!([]), json!({}), Value::Null] {
            assert_eq!(with("aud", audience).await, Err(JwtError::Audience));
        }
        for (name, value) in [
            ("exp", Value::Null),
            ("exp", json!("soon")),
            ("nbf", json!([])),
            ("sub", json!("")),
            ("sub", json!(true)),
            ("org", json!("a\u{0}")),
            ("org", json!(1.5)),
        ] {
            assert_eq!(with(name, value.clone()).await, Err(JwtError::Claim { name: name.into() }), "{name} {value}");
        }
    }

    #[tokio::test]
    async fn p256_keys_verify_too() {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw();
        let (x, y) = (base64url(&point[1..33]), base64url(&point[33..]));
        let set = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y}]}).to_string();
        let key = EncodingKey::from_ec_der(&pair.serialize_der());
        let token = encode(&header(Algorithm::ES256, Some("any")), &claims(), &key).unwrap();
        assert_eq!(verifier(KeySet::from_jwks(&set).unwrap()).verify(&token).await, Ok(ada()));
    }

    /// The key and the token of RFC 7515, appendix A.2, which expired in 2011.
    const RFC_KEY: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
        T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB\
        dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia\
        GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const RFC_TOKEN: [&str; 3] = [
        "eyJhbGciOiJSUzI1NiJ9",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9\
        uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB\
        _eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq\
        Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    ];

    #[tokio::test]
    async fn rsa_keys_verify_too() {
        let set = json!({"keys": [{"kty": "RSA", "n": RFC_KEY, "e": "AQAB"}]}).to_string();
        let verifier = verifier(KeySet::from_jwks(&set).unwrap());
        let [head, body, signature] = RFC_TOKEN;
        let verified =
            async |head: &str, body: &str| verifier.verify(&format!("{head}.{body}.{signature}")).await.unwrap_err();
        // It is the signature that is looked at first.
        assert_eq!(verified(head, body).await, JwtError::Expired);
        assert_eq!(verified(head, &base64url(br#"{"iss":"joe","exp":4000000000}"#)).await, JwtError::Signature);
        assert_eq!(verified(&base64url(br#"{"alg":"RS512"}"#), body).await, JwtError::UnknownKey);
        let key = EncodingKey::from_secret(RFC_KEY.as_bytes());
        let forged = encode(&header(Algorithm::HS256, None), &claims(), &key).unwrap();
        assert_eq!(verifier.verify(&forged).await, Err(JwtError::UnknownKey));
    }

    #[tokio::test]
    async fn a_shared_secret_verifies_hs256_where_it_is_configured() {
        let secret = [7; 32];
        let token = encode(&header(Algorithm::HS256, None), &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        assert_eq!(verifier(KeySet::from_secret(&secret).unwrap()).verify(&token).await, Ok(ada()));
        assert_eq!(verifier(KeySet::from_secret(&[8; 32]).unwrap()).verify(&token).await, Err(JwtError::Signature));
        assert_eq!(verifier(ed().1).verify(&token).await, Err(JwtError::UnknownKey));
    }

    #[tokio::test]
    async fn a_public_key_is_no_secret() {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let x = base64url(pair.public_key_raw());
        let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": x}]}).to_string();
        for secret in [pair.public_key_raw(), x.as_bytes(), set.as_bytes()] {
            let key = EncodingKey::from_secret(secret);
            let token = encode(&header(Algorithm::HS256, Some("ed")), &claims(), &key).unwrap();
            assert_eq!(verifier(KeySet::from_jwks(&set).unwrap()).verify(&token).await, Err(JwtError::UnknownKey));
        }
    }

    #[tokio::test]
    async fn nobody_elses_key_will_do() {
        let (key, _) = ed();
        let token = encode(&header(Algorithm::EdDSA, Some("ed")), &claims(), &key).unwrap();
        assert_eq!(verifier(ed().1).verify(&token).await, Err(JwtError::Signature));
        let token = encode(&header(Algorithm::EdDSA, Some("other")), &claims(), &key).unwrap();
        assert_eq!(verifier(ed().1).verify(&token).await, Err(JwtError::UnknownKey));
    }

    #[tokio::test]
    async fn what_was_tampered_with_is_refused() {
        let (key, keys) = ed();
        let token = encode(&header(Algorithm::EdDSA, Some("ed")), &claims(), &key).unwrap();
        let verifier = verifier(keys);
        let parts: Vec<&str> = token.split('.').collect();
        let other = base64url(claims().to_string().replace("u-1", "u-2").as_bytes());
        let forged = format!("{}.{other}.{}", parts[0], parts[2]);
        assert_eq!(verifier.verify(&forged).await, Err(JwtError::Signature));
        let none = base64url(br#"{"alg":"none","typ":"JWT"}"#);
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            token[..20].to_owned(),
            "a.b.c".into(),
            String::new(),
        ] {
            assert_eq!(verifier.verify(&forged).await, Err(JwtError::Malformed), "{forged}");
        }
        let critical = base64url(br#"{"alg":"EdDSA","kid":"ed","crit":["exp"]}"#);
        assert_eq!(verifier.verify(&format!("{critical}.{}.{}", parts[1], parts[2])).await, Err(JwtError::Malformed));
        assert_eq!(verifier.verify(&"a".repeat(MAX_BYTES + 1)).await, Err(JwtError::TooLong));
    }
}
