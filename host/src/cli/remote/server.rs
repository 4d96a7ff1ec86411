//! Asking a server over HTTP.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use security_contact_policy::UserId;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody};
use url::{Host, Url};

use super::super::UsageError;
use super::super::secret::{Secret, read_secret};
use super::failure::{Problem, RemoteError};
use crate::auth::Scope;
use crate::domain::DomainError;
use crate::domain::model::AccountId;

/// How long a server may take, for everything but an import.
const TIME: Duration = Duration::from_secs(30);

/// How long it may take to reach one.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// The header of an answer that was given to the same request before.
pub(in crate::cli) const REPLAYED: &str = "idempotency-replayed";

/// What stands in a path or a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// A server, and the token that it is asked with.
pub(in crate::cli) struct Server {
    agent: Agent,
    /// Without a slash at its end.
    url: String,
    token: Secret,
    token_file: PathBuf,
}

/// A request that is to be sent.
pub(in crate::cli) struct Ask<'a> {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    /// What the token has to be allowed.
    scope: Scope,
    /// Whose account it is about.
    account: Option<&'a AccountId>,
}

impl<'a> Ask<'a> {
    /// A request for what is at the path, by whoever has that scope.
    pub(in crate::cli) fn new(method: Method, path: impl Into<String>, scope: Scope) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), scope, account: None }
    }

    /// A request about an account; `rest` is what follows in the path.
    pub(in crate::cli) fn account(method: Method, account: &'a AccountId, rest: &str, scope: Scope) -> Self {
        let path = format!("/v1/accounts/{}{rest}", encoded(account.as_str()));
        Self { account: Some(account), ..Self::new(method, path, scope) }
    }

    /// The request with a parameter more in its query.
    pub(in crate::cli) fn with(mut self, name: &str, value: &str) -> Self {
        let sign = if self.path.contains('?') { '&' } else { '?' };
        self.path.push_str(&format!("{sign}{name}={}", encoded(value)));
        self
    }

    /// The request with a header more.
    pub(in crate::cli) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The request in the name of a person.
    pub(in crate::cli) fn in_the_name_of(self, person: &UserId) -> Self {
        self.header("security-contact-person", person.as_str())
    }
}

/// What was answered.
pub(in crate::cli) enum Answer {
    /// It is done.
    Done(Response<Body>),
    /// It is not, for a reason that the command may know.
    Problem(Problem),
}

impl Server {
    /// The server of that URL. A token goes to nobody but the server, and is never sent where others can read it.
    pub(super) fn new(url: &str, token_file: &Path) -> anyhow::Result<Self> {
        let url = base(url).map_err(|message| UsageError(format!("`--server`: {message}")))?;
        let token = read_secret(token_file)?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            anyhow::bail!("the file `{}` cannot be used: expected one token", token_file.display());
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIME))
            .user_agent(concat!("security-contact/", env!("CARGO_PKG_VERSION")));
        // What is not encrypted stays on this machine, whatever proxy the environment names.
        let config = if url.starts_with("https:") { config } else { config.proxy(None) };
        let agent = config.build().new_agent();
        Ok(Self { agent, url, token, token_file: token_file.to_owned() })
    }

    /// What the server answers with, as JSON. Every problem is an error.
    pub(in crate::cli) fn get<T: DeserializeOwned>(&self, ask: Ask<'_>) -> anyhow::Result<T> {
        match self.send(ask, None)? {
            Answer::Done(response) => self.json(response),
            Answer::Problem(problem) => Err(other(problem)),
        }
    }

    /// Sends a request, with JSON or nothing. What has the same meaning for every command is an error.
    pub(in crate::cli) fn send(&self, ask: Ask<'_>, body: Option<&str>) -> anyhow::Result<Answer> {
        let Ask { account, scope, .. } = ask;
        let request = self.request(ask);
        let response = match body {
            Some(text) => self.run(request.header("content-type", "application/json").body(text)),
            None => self.run(request.body(())),
        };
        self.answer(response?, account, scope)
    }

    /// Sends as much as there is to read. The server says first whether it wants it.
    pub(in crate::cli) fn upload(&self, ask: Ask<'_>, mut input: impl Read) -> anyhow::Result<Answer> {
        let Ask { account, scope, .. } = ask;
        let request = self.request(ask).header("expect", "100-continue").body(SendBody::from_reader(&mut input));
        let request = request.context("the request cannot be made")?;
        let request = self.agent.configure_request(request).timeout_await_100(Some(TIME)).build();
        let response = self.agent.run(request).map_err(|error| self.no_answer(&error))?;
        self.answer(response, account, scope)
    }

    /// The answer's body as JSON.
    pub(in crate::cli) fn json<T: DeserializeOwned>(&self, response: Response<Body>) -> anyhow::Result<T> {
        let status = response.status().as_u16();
        let bytes = self.bytes(response)?;
        Ok(serde_json::from_slice(&bytes).map_err(|_| self.unknown(status))?)
    }

    /// The answer's body.
    pub(in crate::cli) fn bytes(&self, mut response: Response<Body>) -> anyhow::Result<Vec<u8>> {
        let read = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        Ok(read.map_err(|error| self.no_answer(&error))?)
    }

    fn run(&self, request: ureq::http::Result<Request<impl AsSendBody>>) -> anyhow::Result<Response<Body>> {
        let request = request.context("the request cannot be made")?;
        let request = self.agent.configure_request(request).timeout_global(Some(TIME)).build();
        Ok(self.agent.run(request).map_err(|error| self.no_answer(&error))?)
    }

    fn request(&self, ask: Ask<'_>) -> ureq::http::request::Builder {
        let url = format!("{}{}", self.url, ask.path);
        let request = Request::builder().method(ask.method).uri(url);
        let request = request.header("authorization", format!("Bearer {}", &*self.token));
        ask.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    fn answer(&self, response: Response<Body>, account: Option<&AccountId>, scope: Scope) -> anyhow::Result<Answer> {
        if response.status().is_success() {
            return Ok(Answer::Done(response));
        }
        let was_replayed = response.headers().contains_key(REPLAYED);
        let mut problem: Problem = self.json(response)?;
        problem.was_replayed = was_replayed;
        let file = self.token_file.clone();
        Err(match (problem.code.as_str(), account) {
            ("unauthenticated", _) => RemoteError::Token { file, detail: problem.detail() }.into(),
            ("scope_required", _) => RemoteError::Scope { file, scope }.into(),
            ("unknown_account", Some(account)) => DomainError::UnknownAccount { account: account.clone() }.into(),
            ("no_owner", Some(account)) => DomainError::NoOwner { account: account.clone() }.into(),
            ("busy", _) => DomainError::Busy.into(),
            _ => return Ok(Answer::Problem(problem)),
        })
    }

    fn no_answer(&self, error: &ureq::Error) -> RemoteError {
        RemoteError::NoAnswer { place: self.url.clone(), message: error.to_string() }
    }

    fn unknown(&self, status: u16) -> RemoteError {
        RemoteError::Unknown { place: self.url.clone(), status }
    }
}

/// A problem that the command knows no better words for.
pub(in crate::cli) fn other(problem: Problem) -> anyhow::Error {
    let detail = problem.detail();
    match problem.reasons {
        Some(reasons) if !reasons.is_empty() => RemoteError::Refused(reasons).into(),
        _ => RemoteError::Other { code: problem.code, detail }.into(),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The server's address, without a slash at its end.
fn base(text: &str) -> Result<String, &'static str> {
    const EXPECTED: &str = "expected `https://…`, or `http://` to this machine: a token is sent along";
    let url: Url = text.parse().map_err(|_| EXPECTED)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(EXPECTED),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
        return Err(EXPECTED);
    }
    let is_bare = url.username().is_empty() && url.password().is_none();
    if !is_bare || url.query().is_some() || url.fragment().is_some() {
        return Err("expected an address without user, query and fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_where_nobody_else_reads_it() {
        for (text, expected) in [
            ("https://contacts.example.com", "https://contacts.example.com"),
            ("https://example.com:8443/contacts/", "https://example.com:8443/contacts"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("http://[::1]:1/", "http://[::1]:1"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(base(text).as_deref(), Ok(expected));
        }
        for text in [
            "",
            "contacts.example.com",
            "http://contacts.example.com",
            "ftp://localhost",
            "http://localhost.example.com",
            "https://u:p@example.com",
            "https://example.com?x",
            "https://example.com#x",
        ] {
            assert!(base(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_is_one_step_of_a_path() {
        let account: AccountId = "a/../b?c#d e%2f.é".parse().unwrap();
        let ask =
            Ask::account(Method::GET, &account, "/security-contact", Scope::Read).with("q", "a&b=c").with("r", "");
        assert_eq!(ask.path, "/v1/accounts/a%2F%2E%2E%2Fb%3Fc%23d%20e%252f%2E%C3%A9/security-contact?q=a%26b%3Dc&r=");
    }
}
