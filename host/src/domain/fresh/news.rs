//! What a directory says that the store's copy does not have.

use std::collections::{BTreeSet, HashSet};

use security_contact_policy::UserId;

use crate::domain::model::{AccountFacts, AccountId, DirectoryEntry, Member, Snapshot};

/// What comes of comparing an account with the directory.
pub(super) enum News {
    /// The copy has all of it.
    None,
    /// The directory has no such account.
    Gone,
    /// This is to be taken over.
    Entry(DirectoryEntry),
}

impl Snapshot {
    /// Whose facts a decision can rest on, when it also looks at those people.
    pub(super) fn people_who_matter(&self, also: &[UserId]) -> Vec<UserId> {
        let chosen = self.chosen.as_ref().map(|chosen| &chosen.user_id);
        let people = [&self.owner_id].into_iter().chain(chosen).chain(&self.announced).chain(also);
        people.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }
}

/// What is new in the facts on those people and on the owner, of whom the snapshot has all that the copy has. Whoever else
/// the directory tells of is not compared: the snapshot does not say whether the copy has them.
pub(super) fn news(seen: &Snapshot, asked: &[UserId], facts: AccountFacts) -> News {
    let AccountFacts { name, owner, people } = facts;
    let told: HashSet<&UserId> = people.iter().map(|member| &member.person.id).collect();
    let has_left = |id: &&UserId| seen.member(id).is_some() && !told.contains(*id);
    let left: Vec<UserId> = asked.iter().filter(has_left).cloned().collect();
    let matters = |member: &Member| member.person.id == owner || asked.contains(&member.person.id);
    let is_known = |member: &Member| seen.member(&member.person.id).is_some_and(|known| is_same(known, member));
    let people: Vec<Member> = people.into_iter().filter(|member| matters(member) && !is_known(member)).collect();
    let profile = (name != seen.name || owner != seen.owner_id).then_some((name, owner));
    if profile.is_none() && people.is_empty() && left.is_empty() {
        return News::None;
    }
    News::Entry(DirectoryEntry { account: seen.account.clone(), profile, people, left })
}

/// All that the facts say of an account, of whose people the copy has these.
pub(super) fn everything(account: &AccountId, known: &[UserId], facts: AccountFacts) -> DirectoryEntry {
    let AccountFacts { name, owner, people } = facts;
    let told: HashSet<&UserId> = people.iter().map(|member| &member.person.id).collect();
    let left = known.iter().filter(|id| !told.contains(id)).cloned().collect();
    DirectoryEntry { account: account.clone(), profile: Some((name, owner)), people, left }
}

/// Whether a directory would say the same of both. That an address is refused is the host's own finding.
fn is_same(known: &Member, told: &Member) -> bool {
    known.person == told.person && known.name == told.name && known.email == told.email
}
