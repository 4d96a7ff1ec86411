//! The policy that a server decides by.

use anyhow::bail;
use security_contact_policy::Rules;
use serde::Deserialize;
use ureq::http::Method;

use super::remote::{Answer, Ask, Server, other};
use crate::auth::Scope;
use crate::engine::{Engine, Limits, MODULE, PolicyIdentity};

/// A server's module and rules: enough to decide as it does.
pub(super) struct ServedPolicy {
    pub(super) module: Vec<u8>,
    pub(super) rules: Rules,
    pub(super) identity: PolicyIdentity,
}

#[derive(Deserialize)]
struct Described {
    #[serde(flatten)]
    identity: PolicyIdentity,
    rules: Rules,
}

impl ServedPolicy {
    /// Asks a server. Its module is fetched only if it is another than that of this program.
    pub(super) fn of(server: &Server) -> anyhow::Result<Self> {
        let Described { identity, rules } = server.get(Ask::new(Method::GET, "/v1/policy", Scope::Read))?;
        let own = Engine::embedded(&rules)?;
        let module = if own.identity().module_sha256 == identity.module_sha256 {
            MODULE.to_vec()
        } else {
            let ask = Ask::new(Method::GET, "/v1/policy/module.wasm", Scope::Read);
            match server.send(ask.with("sha256", &identity.module_sha256), None)? {
                Answer::Done(response) => server.bytes(response)?,
                Answer::Problem(problem) => return Err(other(problem)),
            }
        };
        Ok(Self { module, rules, identity })
    }

    /// What decides here as the server does there.
    pub(super) fn engine(&self) -> anyhow::Result<Engine> {
        let engine = Engine::new(&self.module, &self.rules, Limits::default())?;
        if *engine.identity() != self.identity {
            bail!("the server's module and rules have another fingerprint here than the server says");
        }
        Ok(engine)
    }
}
