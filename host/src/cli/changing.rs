//! How `set` and `reset` change a contact: on a store, or on a server.

use security_contact_policy::{Reason, RefusalCode};
use serde_json::json;
use ureq::http::Method;

use super::change::{Became, How, Outcome, kept};
use super::contact::ContactJson;
use super::remote::{Answer, Ask, Problem, REPLAYED, Server, other};
use crate::auth::Scope;
use crate::domain::model::{AccountId, Authentication};
use crate::domain::{Answered, DomainError, Once, Request, Wish};
use crate::engine::Engine;
use crate::wiring::Parts;

/// Changes it on a store.
pub(super) async fn here(parts: &Parts, account: &AccountId, wish: &Wish, how: &How) -> anyhow::Result<Became> {
    // An empty text, which nothing gives, would be told again as an answer that cannot be read.
    let write = |answered: &Answered| {
        outcome(answered, &parts.engine).and_then(|outcome| serde_json::to_string(&outcome).ok()).unwrap_or_default()
    };
    let request = Request {
        account,
        actor: &how.actor,
        authenticated: Authentication::CommandLine,
        wish,
        version: how.if_version,
        once: how.idempotency_key.as_ref().map(|key| Once { key, write: &write }),
    };
    match parts.contacts.change(&request).await? {
        Answered::Again(text) => {
            let outcome = kept(&text)?;
            // Whoever may not change the field is told so each time. A server does not say more to a stranger.
            let is_forbidden = matches!(outcome, Outcome::Refused { code: RefusalCode::ActorNotPermitted, .. });
            Ok(Became { outcome, before: !is_forbidden })
        }
        answered => {
            let outcome = outcome(&answered, &parts.engine).unwrap_or(Outcome::KeyReused {});
            Ok(Became { outcome, before: false })
        }
    }
}

/// What became of a request; `None` for one that came before.
fn outcome(answered: &Answered, engine: &Engine) -> Option<Outcome> {
    Some(match answered {
        Answered::Changed(view) => Outcome::Changed(ContactJson::of(view, engine)),
        Answered::Unchanged(view) => Outcome::Unchanged(ContactJson::of(view, engine)),
        Answered::Conflict(view) => Outcome::Conflict(ContactJson::of(view, engine)),
        Answered::Refused { code, reasons } => Outcome::Refused { code: *code, reasons: reasons.clone() },
        Answered::KeyReused => Outcome::KeyReused {},
        Answered::Again(_) => return None,
    })
}

/// Changes it on a server.
pub(super) fn there(server: &Server, account: &AccountId, wish: &Wish, how: &How) -> anyhow::Result<Became> {
    let method = if matches!(wish, Wish::Reset) { Method::DELETE } else { Method::PUT };
    let version = how.if_version.map_or_else(|| "*".to_owned(), |version| format!("\"v{version}\""));
    let mut ask = Ask::account(method, account, "/security-contact", Scope::PeopleAct)
        .in_the_name_of(&how.actor)
        .header("if-match", version);
    if let Some(key) = &how.idempotency_key {
        ask = ask.header("idempotency-key", key.as_str());
    }
    let body = match wish {
        Wish::Designate(person) => Some(json!({ "userId": person }).to_string()),
        Wish::Reset => None,
    };
    match server.send(ask, body.as_deref())? {
        Answer::Done(response) => {
            let before = response.headers().contains_key(REPLAYED);
            Ok(Became { outcome: server.json(response)?, before })
        }
        Answer::Problem(problem) => {
            let before = problem.was_replayed;
            let outcome = refused(problem)?;
            make_sure_of_account(server, account, &outcome)?;
            Ok(Became { outcome, before })
        }
    }
}

fn refused(problem: Problem) -> anyhow::Result<Outcome> {
    let code = problem.refusal();
    Ok(match (code, problem) {
        (Some(code), Problem { reasons: Some(reasons), .. }) => Outcome::Refused { code, reasons },
        (_, Problem { current: Some(contact), .. }) => Outcome::Conflict(*contact),
        (_, problem) if problem.code == "idempotency_key_reused" => Outcome::KeyReused {},
        (_, problem) => return Err(other(problem)),
    })
}

/// A server tells a stranger nothing of an account, not even that it does not exist. A token that may read is told.
fn make_sure_of_account(server: &Server, account: &AccountId, outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome::Refused { code: RefusalCode::ActorNotPermitted, reasons } = outcome else { return Ok(()) };
    if *reasons != [Reason::NotAMember] {
        return Ok(());
    }
    let ask = Ask::account(Method::GET, account, "/security-contact", Scope::Read);
    match server.send(ask, None) {
        Err(error) if matches!(error.downcast_ref(), Some(DomainError::UnknownAccount { .. })) => Err(error),
        // The token may not read, or there is such an account.
        _ => Ok(()),
    }
}
