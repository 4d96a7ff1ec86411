//! A platform's directory as lines of JSON: accounts, their owners, their people.
//!
//! ```json
//! {"type":"account","id":"acme","name":"Acme GmbH","owner":"u-1"}
//! {"type":"person","account":"acme","id":"u-1","name":"Ada","email":"ada@acme.example","role":"owner",…}
//! {"type":"left","account":"acme","id":"u-9"}
//! ```
//!
//! The lines of one account stand together, so that each account is taken over as a whole while the rest of the
//! file is still unread.

use std::collections::HashSet;

use security_contact_policy::json;
use serde_json::Value;

use super::model::{AccountId, DirectoryEntry, DisplayName, InvalidText, Member};
use security_contact_policy::UserId;

/// A line that cannot be taken over, and with it none of its account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct LineFault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// How many people of one account are taken over at once, so that neither memory nor the store is held by one account.
const MAX_PEOPLE: usize = 100_000;

/// What the lines may have.
const OF_ACCOUNT: [&str; 4] = ["type", "id", "name", "owner"];
const OF_PERSON: [&str; 10] =
    ["type", "account", "id", "name", "email", "role", "accountSettings", "status", "lastLoginAt", "staffRole"];
const OF_LEFT: [&str; 3] = ["type", "account", "id"];

/// How many faults of one account are kept.
const MAX_FAULTS: usize = 100;

/// What is wrong with the lines of one account: the first faults, and how many there are besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// At most 100.
    pub first: Vec<LineFault>,
    /// How many more there are.
    pub more: u64,
}

impl Faults {
    fn push(&mut self, fault: LineFault) {
        if self.first.len() < MAX_FAULTS {
            self.first.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn extend(&mut self, other: Self) {
        other.first.into_iter().for_each(|fault| self.push(fault));
        self.more += other.more;
    }
}

/// The lines of one account, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// What the lines say, or what is wrong with them.
    pub entry: Result<DirectoryEntry, Faults>,
}

/// Reads a directory line by line.
#[derive(Debug, Default)]
pub struct DirectoryReader {
    line: u64,
    open: Option<Open>,
    /// Faults of lines that do not say whose they are. They spoil the account before and the one after.
    stray: Faults,
    seen: HashSet<AccountId>,
}

/// The account whose lines are being read.
#[derive(Debug)]
struct Open {
    first_line: u64,
    entry: DirectoryEntry,
    /// The people of whom a line spoke.
    mentioned: HashSet<UserId>,
    faults: Faults,
}

/// What one line says of its account.
enum Part {
    Profile(DisplayName, UserId),
    Person(Box<Member>),
    Left(UserId),
}

impl DirectoryReader {
    /// Takes one line, without its line feed. Gives the account before it when the line begins another one.
    pub fn push(&mut self, line: &[u8]) -> Option<Group> {
        self.line += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        match envelope(line) {
            Ok((value, account)) => {
                let part = part(line, &value);
                self.take(account, part)
            }
            Err(message) => {
                self.stray.push(LineFault { line: self.line, message });
                None
            }
        }
    }

    /// Gives the last account, after the last line.
    pub fn finish(&mut self) -> Option<Group> {
        let stray = std::mem::take(&mut self.stray);
        match self.open.take() {
            Some(mut open) => {
                open.faults.extend(stray);
                Some(open.close())
            }
            None => {
                let first_line = stray.first.first()?.line;
                Some(Group { first_line, entry: Err(stray) })
            }
        }
    }

    fn take(&mut self, account: AccountId, part: Result<Part, String>) -> Option<Group> {
        let goes_on = self.open.as_ref().is_some_and(|open| open.entry.account == account);
        let done = if goes_on { None } else { self.begin(account) };
        let line = self.line;
        if let Some(open) = &mut self.open
            && let Err(message) = part.and_then(|part| open.add(part))
        {
            open.faults.push(LineFault { line, message });
        }
        done
    }

    /// Closes the account before and begins another.
    fn begin(&mut self, account: AccountId) -> Option<Group> {
        // One of them is enough to spoil this account too; all of them are told with the one before.
        let mut faults = Faults { first: self.stray.first.first().cloned().into_iter().collect(), more: 0 };
        let done = self.finish();
        if !self.seen.insert(account.clone()) {
            let message = "the account appeared before; its lines must stand together".into();
            faults.push(LineFault { line: self.line, message });
        }
        let entry = DirectoryEntry { account, profile: None, people: Vec::new(), left: Vec::new() };
        self.open = Some(Open { first_line: self.line, entry, mentioned: HashSet::new(), faults });
        done
    }
}

impl Open {
    /// Adds what a line says, unless an earlier line may say otherwise.
    fn add(&mut self, part: Part) -> Result<(), String> {
        match part {
            Part::Profile(..) if self.entry.profile.is_some() => return Err("the account has a second line".into()),
            Part::Profile(name, owner) => self.entry.profile = Some((name, owner)),
            Part::Person(member) => {
                self.mention(&member.person.id)?;
                self.entry.people.push(*member);
            }
            Part::Left(user_id) => {
                self.mention(&user_id)?;
                self.entry.left.push(user_id);
            }
        }
        Ok(())
    }

    fn mention(&mut self, user_id: &UserId) -> Result<(), String> {
        if self.mentioned.len() >= MAX_PEOPLE {
            return Err(format!("the account has more than {MAX_PEOPLE} people, which is the most at once"));
        }
        let is_new = self.mentioned.insert(user_id.clone());
        if is_new { Ok(()) } else { Err(format!("the account has a second line of the person `{user_id}`")) }
    }

    fn close(self) -> Group {
        let entry = if self.faults.first.is_empty() { Ok(self.entry) } else { Err(self.faults) };
        Group { first_line: self.first_line, entry }
    }
}

/// The line's JSON and the account that it is about.
fn envelope(line: &[u8]) -> Result<(Value, AccountId), String> {
    // serde's own message would speak of line 1.
    let value: Value = serde_json::from_slice(line)
        .map_err(|error| format!("expected a JSON object, got an error at column {}", error.column()))?;
    let account = match text(&value, "type")? {
        "account" => text(&value, "id")?,
        "person" | "left" => text(&value, "account")?,
        _ => return Err("`type`: expected one of `account`, `person`, `left`".into()),
    };
    let account = account.parse().map_err(|error: InvalidText| error.to_string())?;
    Ok((value, account))
}

fn part(line: &[u8], value: &Value) -> Result<Part, String> {
    match text(value, "type")? {
        "account" => {
            known(value, &OF_ACCOUNT)?;
            Ok(Part::Profile(name(value)?, id(value, "owner")?))
        }
        "left" => {
            known(value, &OF_LEFT)?;
            Ok(Part::Left(id(value, "id")?))
        }
        _ => {
            known(value, &OF_PERSON)?;
            member(line, value).map(|member| Part::Person(Box::new(member)))
        }
    }
}

/// A person of a directory as a JSON object.
///
/// # Errors
/// A sentence that names the member and what was expected; it has nothing of a name or an address.
pub fn read_member(value: &Value) -> Result<Member, String> {
    known(value, &OF_PERSON[2..])?;
    member(value.to_string().as_bytes(), value)
}

/// Refuses a member that nobody here looks at: it may be a misspelt one.
fn known(value: &Value, members: &[&str]) -> Result<(), String> {
    let mut names = value.as_object().into_iter().flat_map(|object| object.keys());
    match names.find(|name| !members.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(format!("unknown member `{unknown}`, expected {}", members.join(", "))),
    }
}

fn member(line: &[u8], value: &Value) -> Result<Member, String> {
    let person = json::read(line).and_then(|plain| plain.to_person("")).map_err(|error| error.to_string())?;
    let email = match value.get("email") {
        None => return Err("`email`: missing; expected a mail address, or null for nowhere".into()),
        Some(Value::Null) => None,
        Some(_) => Some(text(value, "email")?.parse().map_err(|error| at("email", &error))?),
    };
    Ok(Member { person, name: name(value)?, email, unreachable_since: None })
}

fn name(value: &Value) -> Result<DisplayName, String> {
    text(value, "name")?.parse().map_err(|error| at("name", &error))
}

fn id(value: &Value, field: &str) -> Result<UserId, String> {
    UserId::new(text(value, field)?).map_err(|error| format!("`{field}`: {}", error.message))
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, String> {
    match value.get(field) {
        None => Err(format!("`{field}`: missing; expected text")),
        Some(value) => value.as_str().ok_or_else(|| format!("`{field}`: expected text")),
    }
}

fn at(field: &str, error: &InvalidText) -> String {
    format!("`{field}`: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = r#"{"type":"account","id":"acme","name":"Acme","owner":"u-1"}"#;
    const PERSON: &str = r#"{"type":"person","account":"acme","id":"u-1","name":"Ada","email":"ada@acme.example",
        "role":"owner","accountSettings":"none","status":"active","lastLoginAt":null,"staffRole":null}"#;

    fn read(lines: &[&str]) -> Vec<Group> {
        let mut reader = DirectoryReader::default();
        let mut groups: Vec<Group> = lines.iter().filter_map(|line| reader.push(line.as_bytes())).collect();
        groups.extend(reader.finish());
        groups
    }

    fn faults(lines: &[&str]) -> Vec<String> {
        let groups = read(lines).into_iter().filter_map(|group| group.entry.err());
        groups.flat_map(|faults| faults.first).map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn an_account_with_too_many_people_is_refused_without_keeping_them() {
        let mut reader = DirectoryReader::default();
        assert_eq!(reader.push(ACCOUNT.as_bytes()), None);
        for number in 0..MAX_PEOPLE + 2 {
            let line = format!(r#"{{"type":"left","account":"acme","id":"u-{number}"}}"#);
            assert_eq!(reader.push(line.as_bytes()), None);
        }
        assert_eq!(reader.open.as_ref().unwrap().entry.left.len(), MAX_PEOPLE);
        let faults = reader.finish().unwrap().entry.unwrap_err();
        assert_eq!(faults.first.len(), 2);
        let expected = "line 100002: the account has more than 100000 people, which is the most at once";
        assert_eq!(faults.first[0].to_string(), expected);
    }

    #[test]
    fn lines_of_one_account_are_one_entry() {
        let other = ACCOUNT.replace("acme", "other");
        let groups = read(&[ACCOUNT, PERSON, "", r#"{"type":"left","account":"acme","id":"u-9"}"#, &other]);
        assert_eq!(groups.iter().map(|group| group.first_line).collect::<Vec<_>>(), [1, 5]);
        let entry = groups[0].entry.as_ref().unwrap();
        assert_eq!((entry.people.len(), entry.left.len()), (1, 1));
    }

    #[test]
    fn a_fault_names_the_line_and_the_field() {
        let cases = [
            (PERSON.replace("\"status\":\"active\"", "\"status\":\"actve\""), "line 2: `status`: expected one of"),
            (
                PERSON.replace("\"email\"", "\"emial\""),
                "line 2: unknown member `emial`, expected type, account, id, name",
            ),
            (PERSON.replace("\"email\":\"ada@acme.example\",", ""), "line 2: `email`: missing"),
            (r#"{"type":"left","account":"acme","id":"u-9","name":"Ada"}"#.into(), "line 2: unknown member `name`"),
            (PERSON.replace("ada@acme.example", "ada"), "line 2: `email`: expected a mail address"),
            (PERSON.replace("\"Ada\"", "\"A\\nda\""), "line 2: `name`: expected a name"),
            (PERSON.replace("\"Ada\"", "7"), "line 2: `name`: expected text"),
            (PERSON.replace("\"person\"", "\"people\""), "line 2: `type`: expected one of"),
            ("not JSON".into(), "line 2: expected a JSON object"),
        ];
        for (line, expected) in cases {
            let found = faults(&[ACCOUNT, &line]);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
            assert!(!found[0].contains("ada@acme.example"));
        }
    }

    #[test]
    fn a_line_that_says_not_whose_it_is_spoils_both_neighbours() {
        let other = ACCOUNT.replace("acme", "other");
        let groups = read(&[ACCOUNT, "{", &other]);
        assert!(groups.len() == 2 && groups.iter().all(|group| group.entry.is_err()));
        assert_eq!(read(&["{"])[0].first_line, 1);
    }

    #[test]
    fn lines_of_one_account_do_not_contradict_each_other() {
        let left = r#"{"type":"left","account":"acme","id":"u-1"}"#;
        let person = "line 3: the account has a second line of the person `u-1`";
        for (lines, expected) in [
            ([ACCOUNT, PERSON, ACCOUNT], "line 3: the account has a second line"),
            ([ACCOUNT, PERSON, PERSON], person),
            ([ACCOUNT, PERSON, left], person),
            ([ACCOUNT, left, PERSON], person),
        ] {
            assert_eq!(faults(&lines), [expected]);
        }
    }

    #[test]
    fn of_many_faults_the_first_are_kept_and_the_others_counted() {
        let other = ACCOUNT.replace("acme", "other");
        let strays = ["{"; 1_000];
        let groups = read(&[&[ACCOUNT][..], &strays, &[&other]].concat());
        let faults: Vec<&Faults> = groups.iter().map(|group| group.entry.as_ref().unwrap_err()).collect();
        assert_eq!((faults[0].first.len(), faults[0].more), (100, 900));
        assert_eq!((&faults[1].first[..], faults[1].more), (&faults[0].first[..1], 0));
        let faults = read(&strays).remove(0).entry.unwrap_err();
        assert_eq!((faults.first.len(), faults.more), (100, 900));
    }

    #[test]
    fn an_account_appears_once() {
        let other = ACCOUNT.replace("acme", "other");
        assert_eq!(
            faults(&[ACCOUNT, &other, PERSON]),
            ["line 3: the account appeared before; its lines must stand together"]
        );
    }
}
