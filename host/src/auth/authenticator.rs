//! From the secret that a request brings to who sends it.

use std::sync::{Arc, PoisonError, RwLock};

use super::jwt::{Claims, JwtError, JwtVerifier};
use super::tokens::{Scope, ServiceToken, ServiceTokens};
use crate::domain::ports::Clock;

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A person of one account.
    Person(Claims),
    /// A machine of the platform.
    Machine(Machine),
}

/// A machine that brought a service token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The name of its token.
    pub token: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Why nobody knows who sends a request. The text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// It is no service token that is known, and JWTs are not accepted or it does not look like one.
    #[error("the token is not known")]
    UnknownToken,
    /// It is a JWT that proves nothing.
    #[error(transparent)]
    Jwt(#[from] JwtError),
}

/// Knows who is who: people by JWT, if the deployment accepts any, and machines by service token.
pub struct Authenticator {
    jwt: Option<JwtVerifier>,
    tokens: RwLock<Arc<ServiceTokens>>,
    clock: Arc<dyn Clock>,
}

impl Authenticator {
    /// One that accepts these.
    #[must_use]
    pub fn new(jwt: Option<JwtVerifier>, tokens: ServiceTokens, clock: Arc<dyn Clock>) -> Self {
        Self { jwt, tokens: RwLock::new(Arc::new(tokens)), clock }
    }

    /// Accepts these service tokens from now on, and no others.
    pub fn replace_tokens(&self, tokens: ServiceTokens) {
        // What is swapped is one pointer, so that a panic elsewhere cannot have left half of it.
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tokens);
    }

    /// Who brings that bearer token.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn identify(&self, bearer: &str) -> Result<Identity, AuthError> {
        let tokens = Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner));
        if let Some(ServiceToken { name, scopes, .. }) = tokens.find(bearer, self.clock.now()) {
            return Ok(Identity::Machine(Machine { token: name.clone(), scopes: scopes.clone() }));
        }
        match &self.jwt {
            // A JWT has three parts; whatever else it is, it is not that.
            Some(jwt) if bearer.split('.').count() == 3 => Ok(Identity::Person(jwt.verify(bearer).await?)),
            _ => Err(AuthError::UnknownToken),
        }
    }
}
