//! The people whom the demo begins with.

use anyhow::{Context, bail};
use security_contact_policy::{Instant, UserId};
use serde_json::Value;

use crate::domain::model::Authentication;
use crate::domain::{DirectoryReader, Request, Wish};
use crate::wiring::Parts;

/// Two accounts. In place of a login's time stands its distance from now, such as `-3d`.
const DIRECTORY: &str = include_str!("../../demo/directory.ndjson");

/// What happens to them after Birch & Sons have chosen a contact.
const LATER: &str = include_str!("../../demo/later.ndjson");

/// Fills a store that has no accounts, or goes on where that was broken off. Everything goes the way that it goes in
/// earnest.
pub(super) async fn seed(parts: &Parts) -> anyhow::Result<()> {
    if parts.store.accounts(None, 1).await?.is_empty() {
        take_over(parts, DIRECTORY).await?;
    }
    // Rules that the user brings may refuse this. Then Birch & Sons have no designation, which is fine.
    let request = Request {
        account: &"birch".parse()?,
        actor: &UserId::new("u-edda")?,
        authenticated: Authentication::Demo,
        wish: &Wish::Designate(UserId::new("u-finn")?),
        version: None,
        once: None,
    };
    parts.contacts.change(&request).await?;
    take_over(parts, LATER).await
}

/// Takes over all of a directory or nothing.
async fn take_over(parts: &Parts, directory: &str) -> anyhow::Result<()> {
    let now = parts.clock.now();
    let mut reader = DirectoryReader::default();
    let mut groups = Vec::new();
    for line in directory.lines() {
        groups.extend(reader.push(with_instants(line, now)?.as_bytes()));
    }
    groups.extend(reader.finish());
    let entries: Result<Vec<_>, _> = groups.into_iter().map(|group| group.entry).collect();
    let Ok(entries) = entries else { bail!("the demo's directory is broken") };
    for result in parts.directories.put(&entries).await? {
        result?;
    }
    Ok(())
}

/// The line with an instant in place of a distance in days.
fn with_instants(line: &str, now: Instant) -> anyhow::Result<String> {
    let mut value: Value = serde_json::from_str(line)?;
    if let Some(Value::String(text)) = value.get_mut("lastLoginAt") {
        let days: i64 = text.strip_suffix('d').context("expected days such as `-3d`")?.parse()?;
        *text = now.plus_millis(days * 86_400_000).to_string();
    }
    Ok(value.to_string())
}
