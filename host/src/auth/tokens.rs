//! Service tokens: how machines prove who they are. A file lists them; of each it has the hash alone.

use std::fmt;
use std::str::FromStr;

use security_contact_policy::Instant;
use serde::{Deserialize, Serialize};

use super::sha256;
use crate::domain::model::InvalidText;

/// What every token that is made here begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "sct_";

/// The fewest characters of a token that was made elsewhere.
const MIN_CHARS: usize = 32;

/// What a token lets its bearer do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read contacts, histories and the policy of every account.
    #[serde(rename = "read")]
    Read,
    /// Bring accounts and people.
    #[serde(rename = "directory:write")]
    DirectoryWrite,
    /// Bring security events.
    #[serde(rename = "events:write")]
    EventsWrite,
    /// Act in the name of any person, whom the header `security-contact-person` names: for a backend that has its own
    /// login.
    #[serde(rename = "people:act")]
    PeopleAct,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Read, Self::DirectoryWrite, Self::EventsWrite, Self::PeopleAct];

    /// The word for it, such as `directory:write`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::DirectoryWrite => "directory:write",
            Self::EventsWrite => "events:write",
            Self::PeopleAct => "people:act",
        }
    }
}

impl FromStr for Scope {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or(InvalidText { expected: "one of `read`, `directory:write`, `events:write`, `people:act`" })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token as the file has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceToken {
    /// What people call it; the log and the history name it.
    pub name: String,
    /// The SHA-256 of the token, in hexadecimal digits.
    sha256: String,
    /// What it lets its bearer do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Instant,
    /// The instant from which it is worth nothing; `None` for never.
    #[serde(default)]
    pub expires_at: Option<Instant>,
}

impl fmt::Debug for ServiceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceToken").field("name", &self.name).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// A token that was just made: the one time that its text is known.
pub struct NewToken {
    /// The text, for whoever will bear it.
    pub secret: String,
    /// What the file has of it.
    pub entry: ServiceToken,
}

/// A token that cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its name does not fit.
    #[error("the name of a token has 1 to 64 of the characters a-z, 0-9, `-` and `_`")]
    Name,
    /// There is one of that name.
    #[error("there is a token of that name already: revoke it first, or choose another name")]
    NameTaken,
    /// It lets its bearer do nothing.
    #[error("a token needs at least one scope")]
    NoScope,
    /// Another token has its text, so that nobody could say which of them somebody brings.
    #[error("another token has the same text: take one of them away")]
    SecretTaken,
    /// Its text could be guessed, or cannot stand in a header.
    #[error("a token needs at least {MIN_CHARS} characters, all of them visible ASCII")]
    Secret,
}

/// A file of tokens that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTokens {
    /// It is no list of tokens.
    #[error("expected a JSON array of tokens, as `security-contact token new` writes it: {0}")]
    NotAList(#[source] serde_json::Error),
    /// One of them does not fit.
    #[error("the token `{name}`: {error}")]
    Token {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: TokenError,
    },
}

/// The tokens that are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTokens(Vec<ServiceToken>);

impl ServiceTokens {
    /// The tokens of a file's text.
    ///
    /// # Errors
    /// [`InvalidTokens`]: all are accepted, or none is.
    pub fn from_json(text: &str) -> Result<Self, InvalidTokens> {
        let listed: Vec<ServiceToken> = serde_json::from_str(text).map_err(InvalidTokens::NotAList)?;
        let mut tokens = Self::default();
        for token in listed {
            let name = token.name.clone();
            tokens.add(token).map_err(|error| InvalidTokens::Token { name, error })?;
        }
        Ok(tokens)
    }

    /// The text of a file with these tokens.
    ///
    /// # Errors
    /// None for tokens of this type, all of which JSON can write.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(&self.0)? + "\n")
    }

    /// The tokens, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[ServiceToken] {
        &self.0
    }

    /// Makes a token of 256 random bits and adds it.
    ///
    /// # Errors
    /// [`TokenError`].
    ///
    /// # Panics
    /// When the operating system has no random numbers.
    pub fn create(
        &mut self,
        name: &str,
        scopes: &[Scope],
        now: Instant,
        expires_at: Option<Instant>,
    ) -> Result<NewToken, TokenError> {
        let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        let digits: String = random.iter().map(|part| part.simple().to_string()).collect();
        let secret = format!("{PREFIX}{digits}");
        let entry = entry(name, &secret, scopes, now, expires_at)?;
        self.add(entry.clone())?;
        Ok(NewToken { secret, entry })
    }

    /// Adds a token whose text was chosen elsewhere.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn accept(&mut self, name: &str, secret: &str, scopes: &[Scope], now: Instant) -> Result<(), TokenError> {
        self.add(entry(name, secret, scopes, now, None)?)
    }

    /// Takes a token out. Says whether there was one of that name.
    pub fn revoke(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|token| token.name != name);
        self.0.len() < before
    }

    /// The token of that text, while it is worth something.
    ///
    /// Hashes are compared, so that the time it takes tells nothing of a token.
    #[must_use]
    pub fn find(&self, secret: &str, now: Instant) -> Option<&ServiceToken> {
        let sha256 = digits(sha256(secret.as_bytes()));
        let found = self.0.iter().find(|token| token.sha256 == sha256)?;
        found.expires_at.is_none_or(|end| now < end).then_some(found)
    }

    fn add(&mut self, token: ServiceToken) -> Result<(), TokenError> {
        let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        if !(1..=64).contains(&token.name.len()) || !token.name.bytes().all(is_plain) {
            return Err(TokenError::Name);
        }
        if self.0.iter().any(|other| other.name == token.name) {
            return Err(TokenError::NameTaken);
        }
        if token.scopes.is_empty() {
            return Err(TokenError::NoScope);
        }
        if token.sha256.len() != 64
            || !token.sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return Err(TokenError::Secret);
        }
        if self.0.iter().any(|other| other.sha256 == token.sha256) {
            return Err(TokenError::SecretTaken);
        }
        self.0.push(token);
        Ok(())
    }
}

fn entry(
    name: &str,
    secret: &str,
    scopes: &[Scope],
    created_at: Instant,
    expires_at: Option<Instant>,
) -> Result<ServiceToken, TokenError> {
    if secret.len() < MIN_CHARS || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TokenError::Secret);
    }
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(ServiceToken {
        name: name.to_owned(),
        sha256: digits(sha256(secret.as_bytes())),
        scopes,
        created_at,
        expires_at,
    })
}

fn digits(hash: [u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_767_225_600_000 + seconds * 1_000).unwrap()
    }

    #[test]
    fn a_new_token_is_found_by_its_text_alone() {
        let mut tokens = ServiceTokens::default();
        let new = tokens.create("sync", &[Scope::Read, Scope::DirectoryWrite, Scope::Read], at(0), None).unwrap();
        assert!(new.secret.starts_with("sct_") && new.secret.len() == 100);
        let text = tokens.to_json().unwrap();
        assert!(!text.contains(&new.secret) && !format!("{tokens:?}").contains(&new.entry.sha256));
        let read = ServiceTokens::from_json(&text).unwrap();
        assert_eq!(read, tokens);
        let found = read.find(&new.secret, at(1)).unwrap();
        assert_eq!((found.name.as_str(), &found.scopes[..]), ("sync", &[Scope::Read, Scope::DirectoryWrite][..]));
        assert_eq!(read.find(&new.entry.sha256, at(1)), None);
        assert_eq!(read.find("", at(1)), None);
        let other = tokens.create("other", &[Scope::Read], at(0), None).unwrap();
        assert_ne!(other.secret, new.secret);
    }

    #[test]
    fn a_token_ends_when_it_expires_or_is_revoked() {
        let mut tokens = ServiceTokens::default();
        let new = tokens.create("sync", &[Scope::Read], at(0), Some(at(10))).unwrap();
        assert!(tokens.find(&new.secret, at(9)).is_some());
        assert!(tokens.find(&new.secret, at(10)).is_none());
        assert!(tokens.revoke("sync") && !tokens.revoke("sync"));
        assert!(tokens.find(&new.secret, at(0)).is_none());
    }

    #[test]
    fn tokens_that_do_not_fit_are_refused() {
        let mut tokens = ServiceTokens::default();
        let secret = "x".repeat(32);
        for name in ["", "Sync", "a b", "é", &"a".repeat(65)] {
            assert_eq!(tokens.accept(name, &secret, &[Scope::Read], at(0)), Err(TokenError::Name), "{name}");
        }
        assert_eq!(tokens.accept("sync", &secret, &[], at(0)), Err(TokenError::NoScope));
        for secret in ["x".repeat(31), "é".repeat(32), " ".repeat(40)] {
            assert_eq!(tokens.accept("sync", &secret, &[Scope::Read], at(0)), Err(TokenError::Secret), "{secret}");
        }
        tokens.accept("sync", &secret, &[Scope::Read], at(0)).unwrap();
        assert_eq!(tokens.accept("sync", &secret, &[Scope::Read], at(0)), Err(TokenError::NameTaken));
        assert_eq!(tokens.accept("other", &secret, &[Scope::EventsWrite], at(0)), Err(TokenError::SecretTaken));
    }

    #[test]
    fn a_file_is_accepted_as_a_whole_or_not_at_all() {
        let error = |text: &str| ServiceTokens::from_json(text).unwrap_err().to_string();
        for text in ["", "{}", "[7]", r#"[{"name":"a"}]"#] {
            assert!(error(text).starts_with("expected a JSON array of tokens"), "{text}");
        }
        let one = r#"{"name":"a","sha256":"00","scopes":["read"],"createdAt":"2026-01-01T00:00:00Z"}"#;
        assert!(error(&format!("[{one}]")).starts_with("the token `a`: a token needs at least 32"));
        // Digits in upper case would be those of no token.
        let upper = one.replace(r#""sha256":"00""#, &format!(r#""sha256":"{}""#, "AB".repeat(32)));
        assert!(error(&format!("[{upper}]")).starts_with("the token `a`: a token needs at least 32"));
        // The one that has expired would hide the other.
        let expired = one.replace(
            r#""sha256":"00""#,
            &format!(r#""expiresAt":"2026-02-01T00:00:00Z","sha256":"{}""#, "ab".repeat(32)),
        );
        let same =
            one.replace(r#""sha256":"00""#, &format!(r#""sha256":"{}""#, "ab".repeat(32))).replace("\"a\"", "\"b\"");
        assert!(error(&format!("[{expired},{same}]")).starts_with("the token `b`: another token has the same text"));
        let unknown = one.replace("read", "write");
        assert!(error(&format!("[{unknown}]")).contains("unknown variant `write`"));
    }

    #[test]
    fn every_scope_has_a_word() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse::<Scope>().unwrap(), scope);
            assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{scope}\""));
        }
        assert!("admin".parse::<Scope>().is_err());
    }
}
