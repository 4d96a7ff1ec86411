//! Who is calling: people prove it with a JWT of the platform, machines with a service token.
//!
//! **Invariant:** the algorithm of a JWT is that of the key that verifies it, never what the token says of itself.
//!
//! **Invariant:** no token is kept, shown or logged; of service tokens the host knows the hashes alone.

mod authenticator;
mod jwt;
mod keys;
mod place;
#[cfg(test)]
mod rotation;
mod source;
mod tokens;

pub use authenticator::{AuthError, Authenticator, Identity, Machine};
pub use jwt::{Claims, JwtError, JwtRules, JwtVerifier};
pub use keys::{KeySet, KeySetError};
pub use place::KeySourceError;
pub use source::KeySource;
pub use tokens::{InvalidTokens, NewToken, Scope, ServiceToken, ServiceTokens, TokenError};

/// The SHA-256 of a secret: what is kept of it, and compared, so that the time a comparison takes tells nothing of it.
fn sha256(secret: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(secret).into()
}
