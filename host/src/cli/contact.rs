//! A contact, as `show`, `set` and `reset` tell it.

use std::io;

use security_contact_policy::{Contact, Instant, Source, UserId};
use serde::{Deserialize, Serialize};

use super::print;
use super::remote::{parsed, parsed_if_any};
use crate::domain::ContactView;
use crate::domain::model::{AccountId, Chosen, DisplayName, EmailAddress};
use crate::engine::Engine;

/// A contact as JSON. A server's answer has these members too, and more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactJson {
    account: AccountJson,
    pub(super) version: i64,
    contact: PersonJson,
    designation: Option<DesignationJson>,
    fingerprint: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct AccountJson {
    #[serde(deserialize_with = "parsed")]
    id: AccountId,
    #[serde(deserialize_with = "parsed")]
    name: DisplayName,
}

#[derive(Debug, Serialize, Deserialize)]
struct PersonJson {
    #[serde(flatten)]
    contact: Contact,
    #[serde(deserialize_with = "parsed_if_any")]
    name: Option<DisplayName>,
    #[serde(deserialize_with = "parsed_if_any")]
    email: Option<EmailAddress>,
    #[serde(rename = "unreachableSince", default, skip_serializing_if = "Option::is_none")]
    unreachable_since: Option<Instant>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DesignationJson {
    user_id: UserId,
    /// `None` for somebody who has left.
    #[serde(deserialize_with = "parsed_if_any")]
    name: Option<DisplayName>,
    since: Instant,
    by: UserId,
}

impl ContactJson {
    pub(super) fn of(view: &ContactView, engine: &Engine) -> Self {
        let ContactView { snapshot, contact, .. } = view;
        let member = snapshot.member(&contact.user_id);
        Self {
            account: AccountJson { id: snapshot.account.clone(), name: snapshot.name.clone() },
            version: snapshot.version,
            contact: PersonJson {
                contact: contact.clone(),
                name: member.map(|member| member.name.clone()),
                email: member.and_then(|member| member.email.clone()),
                unreachable_since: member.and_then(|member| member.unreachable_since),
            },
            designation: snapshot.chosen.as_ref().map(DesignationJson::of),
            fingerprint: engine.identity().fingerprint.clone(),
        }
    }

    /// For people, on standard output.
    pub(super) fn tell(&self) -> io::Result<()> {
        let Self { account, version, contact: PersonJson { contact, unreachable_since, .. }, .. } = self;
        let mut rows = vec![
            vec!["account".into(), format!("{}  {}", account.id, account.name.as_str())],
            vec!["contact".into(), self.contact.words()],
            vec!["because".into(), self.because()],
        ];
        if let Some(valid_until) = contact.valid_until {
            rows.push(vec!["until".into(), format!("{valid_until}, or longer after another login")]);
        }
        if !contact.owner_unmet.is_empty() {
            let unmet = print::reasons(&contact.owner_unmet);
            rows.push(vec!["warning".into(), format!("the owner does not meet all criteria: {unmet}")]);
        }
        if let Some(since) = unreachable_since {
            let told = format!("no mail reaches the contact: the mail server refuses the address since {since}");
            rows.push(vec!["warning".into(), told]);
        }
        rows.push(vec!["version".into(), version.to_string()]);
        print::table(&rows)
    }

    fn because(&self) -> String {
        let contact = &self.contact.contact;
        match (contact.source, &self.designation) {
            (Source::Default, _) | (_, None) => "nobody was chosen: the owner is the contact".into(),
            (Source::Designated, Some(chosen)) => format!("chosen by {} at {}", chosen.by, chosen.since),
            (Source::Fallback, Some(chosen)) => {
                let (user_id, reasons) = (&chosen.user_id, print::reasons(&contact.reasons));
                format!("{user_id} was chosen and cannot be the contact ({reasons}): the owner is")
            }
        }
    }
}

impl PersonJson {
    /// `u-1  Ada Lovelace <ada@acme.example>`, as far as it is known.
    fn words(&self) -> String {
        let user_id = &self.contact.user_id;
        match (&self.name, &self.email) {
            (None, _) => format!("{user_id}  (has left the account)"),
            (Some(name), Some(email)) => format!("{user_id}  {} <{}>", name.as_str(), email.as_str()),
            (Some(name), None) => format!("{user_id}  {} (no mail address)", name.as_str()),
        }
    }
}

impl DesignationJson {
    fn of(chosen: &Chosen) -> Self {
        let Chosen { user_id, member, since, by } = chosen;
        let name = member.as_ref().map(|member| member.name.clone());
        Self { user_id: user_id.clone(), name, since: *since, by: by.clone() }
    }
}
