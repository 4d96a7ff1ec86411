//! `cargo xtask directory`: an invented directory of accounts and people.

mod names;
mod random;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use security_contact_policy::{AccountSettings, Instant, Status};
use serde::Serialize;

use self::random::Random;

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;

/// What `cargo xtask directory` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many accounts; at least 1
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    accounts: u32,
    /// How many people in all accounts together; at least one an account
    #[arg(long)]
    people: u32,
    /// The instant that logins are relative to, such as `2026-10-01T09:30:00Z`
    #[arg(long)]
    at: Instant,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes the directory: each account followed by its people, one JSON object a line.
///
/// # Errors
/// When there are fewer people than accounts, or the file cannot be written.
pub(crate) fn write(options: &Options) -> Result<()> {
    let file = File::create(&options.out).with_context(|| format!("cannot create `{}`", options.out.display()))?;
    let mut out = BufWriter::new(file);
    write_directory(&mut out, options)?;
    out.flush().with_context(|| format!("cannot write `{}`", options.out.display()))
}

/// One line of the directory.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Account {
        id: &'a str,
        name: String,
        owner: String,
    },
    Person {
        account: &'a str,
        id: String,
        name: String,
        email: String,
        role: &'a str,
        account_settings: AccountSettings,
        status: Status,
        last_login_at: Option<Instant>,
        staff_role: Option<&'a str>,
    },
}

fn write_directory(out: &mut impl Write, options: &Options) -> Result<()> {
    let Options { accounts, people, .. } = *options;
    ensure!(people >= accounts, "{people} people are too few for {accounts} accounts: each has an owner");
    let mut random = Random::new();
    let mut first_person = 1;
    for (number, size) in (1..).zip(sizes(&mut random, accounts, people)) {
        write_account(out, &mut random, options.at, number, first_person, size)?;
        first_person += size;
    }
    Ok(())
}

/// How many people each account has: many small accounts, few large ones, `people` in total.
fn sizes(random: &mut Random, accounts: u32, people: u32) -> Vec<u32> {
    let weights: Vec<u64> = (0..accounts)
        .map(|_| match random.below(100) {
            0..70 => 1 + random.below(4),
            70..95 => 5 + random.below(25),
            _ => 30 + random.below(270),
        })
        .collect();
    let (spare, total) = (people - accounts, weights.iter().sum::<u64>());
    let mut sizes: Vec<u32> = weights
        .iter()
        .map(|weight| 1 + u32::try_from(u64::from(spare) * weight / total).unwrap_or(0)) // at most `spare`
        .collect();
    let left = people - sizes.iter().sum::<u32>();
    for size in sizes.iter_mut().take(left as usize) {
        *size += 1;
    }
    sizes
}

fn write_account(
    out: &mut impl Write,
    random: &mut Random,
    at: Instant,
    number: u32,
    first_person: u32,
    size: u32,
) -> Result<()> {
    let account = format!("acct-{number:06}");
    let owner = first_person + random.below_u32(size);
    write_line(out, &Line::Account { id: &account, name: names::account(random), owner: person_id(owner) })?;
    for person in first_person..first_person + size {
        write_line(out, &invent_person(random, at, &account, person, person == owner))?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, line: &Line<'_>) -> Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    Ok(out.write_all(b"\n")?)
}

fn person_id(number: u32) -> String {
    format!("u-{number:07}")
}

fn invent_person<'a>(random: &mut Random, at: Instant, account: &'a str, number: u32, is_owner: bool) -> Line<'a> {
    let (name, mailbox) = names::person(random);
    let role = if is_owner { "owner" } else { role(random) };
    let status = status(random, is_owner);
    Line::Person {
        account,
        id: person_id(number),
        name,
        email: format!("{mailbox}.{number}@example.com"),
        role,
        account_settings: account_settings(random, role),
        status,
        last_login_at: if status == Status::Invited { None } else { last_login(random, at) },
        staff_role: (random.below(100) == 0).then(|| random.one_of(&["support", "solutions-engineer"])),
    }
}

fn role(random: &mut Random) -> &'static str {
    match random.below(100) {
        0..15 => "admin",
        15..65 => "member",
        65..80 => "developer",
        80..90 => "billing",
        _ => "read-only",
    }
}

fn account_settings(random: &mut Random, role: &str) -> AccountSettings {
    let manages = matches!(role, "owner" | "admin");
    match random.below(100) {
        0..3 => AccountSettings::None,
        3..10 => AccountSettings::View,
        10..25 => AccountSettings::Edit,
        _ if manages => AccountSettings::Edit,
        25..45 => AccountSettings::View,
        _ => AccountSettings::None,
    }
}

/// Owners are rarely anything but active: then the account has to be warned.
fn status(random: &mut Random, is_owner: bool) -> Status {
    if is_owner && random.below(5) > 0 {
        return Status::Active;
    }
    match random.below(100) {
        0..5 => Status::Invited,
        5..10 => Status::Suspended,
        10..16 => Status::Deactivated,
        _ => Status::Active,
    }
}

/// Mostly in the last weeks; some are about to lapse under the default rules, some lapsed, some never happened, and a
/// few claim to lie in the future.
fn last_login(random: &mut Random, at: Instant) -> Option<Instant> {
    let (days, spread) = match random.below(200) {
        0..6 => return None,
        6..8 => return Some(at.plus_millis((10 + random.below_i64(600)) * MS_PER_MINUTE)),
        8..28 => (366, 500),
        28..42 => (345, 20),
        42..82 => (40, 305),
        _ => (0, 40),
    };
    Some(at.plus_millis(-(days * MS_PER_DAY + random.below_i64(spread * MS_PER_DAY))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const AT: &str = "2026-10-01T09:30:00Z";

    fn directory(accounts: u32, people: u32) -> Result<String> {
        let options = Options { accounts, people, at: AT.parse()?, out: PathBuf::new() };
        let mut out = Vec::new();
        write_directory(&mut out, &options)?;
        Ok(String::from_utf8(out)?)
    }

    fn lines(accounts: u32, people: u32) -> Vec<Value> {
        directory(accounts, people).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn the_same_arguments_give_the_same_bytes() {
        assert_eq!(directory(20, 300).unwrap(), directory(20, 300).unwrap());
    }

    #[test]
    fn an_account_stands_before_its_people_and_its_owner_is_one_of_them() {
        let mut owners: Vec<String> = Vec::new();
        let mut found = (0, 0);
        let mut current = Value::Null;
        for line in lines(50, 1_000) {
            if line["type"] == "account" {
                owners.push(line["owner"].as_str().unwrap().into());
                current = line["id"].clone();
                found.0 += 1;
            } else {
                assert_eq!(line["account"], current);
                assert_eq!(line["role"] == "owner", line["id"] == owners.last().unwrap().as_str(), "{line}");
                found.1 += 1;
            }
        }
        assert_eq!(found, (50, 1_000));
        let owners: BTreeSet<_> = owners.into_iter().collect();
        let people = lines(50, 1_000).into_iter().filter(|line| line["role"] == "owner");
        assert_eq!(people.map(|line| line["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), owners);
    }

    #[test]
    fn every_state_is_there() {
        let people: Vec<_> = lines(100, 2_000).into_iter().filter(|line| line["type"] == "person").collect();
        let words = |field: &str| people.iter().map(|line| line[field].to_string()).collect::<BTreeSet<_>>();
        assert_eq!(words("status").len(), 4);
        assert_eq!(words("accountSettings").len(), 3);
        assert_eq!(words("role").len(), 6);
        assert_eq!(words("staffRole").len(), 3);
        let at: Instant = AT.parse().unwrap();
        let logins: Vec<Option<Instant>> =
            people.iter().map(|line| line["lastLoginAt"].as_str().map(|text| text.parse().unwrap())).collect();
        assert!(logins.contains(&None));
        assert!(logins.iter().flatten().any(|login| *login > at));
        assert!(logins.iter().flatten().any(|login| *login < at.minus_days(365)));
        assert!(logins.iter().flatten().any(|login| *login < at.minus_days(351) && *login > at.minus_days(365)));
        assert!(people.iter().any(|line| line["role"] == "owner" && line["status"] != "active"));
        assert!(people.iter().any(|line| !line["name"].to_string().is_ascii()));
        assert!(people.iter().all(|line| line["email"].to_string().is_ascii()));
    }

    #[test]
    fn addresses_are_unique() {
        let all: Vec<_> =
            lines(100, 2_000).iter().filter_map(|line| line["email"].as_str().map(str::to_owned)).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 2_000);
    }

    #[test]
    fn too_few_people_and_an_unwritable_file_are_errors() {
        let error = directory(3, 2).unwrap_err().to_string();
        assert_eq!(error, "2 people are too few for 3 accounts: each has an owner");
        let out = PathBuf::from("/no/such/folder/file");
        let options = Options { accounts: 1, people: 1, at: AT.parse().unwrap(), out };
        assert_eq!(write(&options).unwrap_err().to_string(), "cannot create `/no/such/folder/file`");
    }

    #[test]
    fn one_person_an_account_is_enough() {
        assert_eq!(lines(7, 7).len(), 14);
    }
}
