//! Whom a server believes: options that name tokens and keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::UsageError;
use super::secret::read_secret;
use crate::auth::{Authenticator, JwtRules, JwtVerifier, KeySet, KeySource, Scope, ServiceTokens};
use crate::domain::ports::Clock;

/// Whom the server believes. At least one of the files or addresses is needed.
#[derive(Args)]
#[command(next_help_heading = "Who may ask")]
pub(super) struct Callers {
    /// A file with the one token that the platform's backend sends, which lets it do everything: at least 32 visible
    /// ASCII characters
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A file of service tokens with scopes, as `security-contact token new` writes it
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// A file with the public keys of the platform's JWTs (a JSON Web Key Set); it may be written anew at any time
    #[arg(long, value_name = "FILE", group = "keys", requires = "jwt_issuer")]
    jwks_file: Option<PathBuf>,
    /// The address of that key set, as in `https://id.example.com/.well-known/jwks.json`
    #[arg(long, value_name = "URL", group = "keys", requires = "jwt_issuer")]
    jwks_url: Option<String>,
    /// A file with a secret that signs JWTs with HS256, where there are no public keys: at least 32 bytes
    #[arg(long, value_name = "FILE", group = "keys", requires = "jwt_issuer")]
    jwt_secret_file: Option<PathBuf>,
    /// The `iss` of the JWTs
    #[arg(long, value_name = "TEXT", requires = "keys")]
    jwt_issuer: Option<String>,
    /// The `aud` of the JWTs
    #[arg(long, value_name = "TEXT", default_value = "security-contact")]
    jwt_audience: String,
    /// The claim that names the account
    #[arg(long, value_name = "CLAIM", default_value = "account")]
    jwt_account_claim: String,
    /// The claim that names the person
    #[arg(long, value_name = "CLAIM", default_value = "sub")]
    jwt_person_claim: String,
}

impl Callers {
    /// What knows who is who, by these options.
    pub(super) async fn authenticator(&self, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<Authenticator>> {
        let jwt = self.jwt(clock).await?;
        if jwt.is_none() && self.tokens.is_none() && self.token_file.is_none() {
            let message = "nobody could ask: it takes one of `--token-file`, `--tokens`, `--jwks-file`, `--jwks-url` \
                           and `--jwt-secret-file`";
            return Err(UsageError(message.into()).into());
        }
        Ok(Arc::new(Authenticator::new(jwt, self.service_tokens(clock)?, Arc::clone(clock))))
    }

    /// The service tokens as their files have them now.
    pub(super) fn service_tokens(&self, clock: &Arc<dyn Clock>) -> anyhow::Result<ServiceTokens> {
        let unusable = |file: &PathBuf| format!("the file `{}` cannot be used", file.display());
        let mut tokens = match &self.tokens {
            Some(file) => ServiceTokens::from_json(&read_secret(file)?).with_context(|| unusable(file))?,
            None => ServiceTokens::default(),
        };
        if let Some(file) = &self.token_file {
            let secret = read_secret(file)?;
            tokens.accept("token-file", secret.trim(), &Scope::ALL, clock.now()).with_context(|| unusable(file))?;
        }
        Ok(tokens)
    }

    /// The files that only this server is to read.
    pub(super) fn secret_files(&self) -> impl Iterator<Item = &Path> {
        [&self.token_file, &self.tokens, &self.jwt_secret_file].into_iter().filter_map(Option::as_deref)
    }

    async fn jwt(&self, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<JwtVerifier>> {
        let now = clock.now();
        let keys = if let Some(file) = &self.jwks_file {
            KeySource::file(file.clone(), now).await?
        } else if let Some(address) = &self.jwks_url {
            KeySource::url(address, now).await?
        } else if let Some(file) = &self.jwt_secret_file {
            let secret = read_secret(file)?;
            let keys = KeySet::from_secret(secret.trim().as_bytes());
            KeySource::given(keys.with_context(|| format!("the file `{}` cannot be used", file.display()))?)
        } else {
            return Ok(None);
        };
        let rules = JwtRules {
            // The command line's parser sees to it.
            issuer: self.jwt_issuer.clone().unwrap_or_default(),
            audience: self.jwt_audience.clone(),
            account_claim: self.jwt_account_claim.clone(),
            person_claim: self.jwt_person_claim.clone(),
        };
        Ok(Some(JwtVerifier::new(rules, keys, Arc::clone(clock))))
    }
}
