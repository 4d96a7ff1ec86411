//! Many replicas on one database: every designation that is due is reverted once, whoever is killed meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;

use crate::checks::{settled, standing};
use crate::clock::{DAY_MS, now_ms, text};
use crate::contents::Contents;
use crate::killer::Kills;
use crate::ledger::Wish;
use crate::peer::{Peer, duplicates};
use crate::process::{Program, lock};
use crate::rest;
use crate::servers::Servers;
use crate::stage::{Job, Stage, file_of};
use crate::store::{Store, StoreKind};
use crate::traffic::Writer;
use crate::violation::{Found, Violation};
use crate::world::FIRST_OWNER;

/// Who is chosen in every account.
const CHOSEN: &str = "m-0";

/// How many people choose at the same time.
const WRITERS: usize = 8;

/// The largest ages of a login, before and after the rules change.
const DAYS: [i64; 2] = [365, 90];

/// How long it may take until all are reverted.
const PATIENCE: Duration = Duration::from_secs(900);

/// What a run with replicas does.
#[derive(Clone, Debug)]
pub struct ReplicaPlan {
    /// The program under test.
    pub program: PathBuf,
    /// How many servers share the database.
    pub replicas: usize,
    /// How many designations become invalid at once.
    pub designations: usize,
    /// In one of so many accounts, people have addresses; mail to the others is recorded as impossible.
    pub address_every: usize,
    /// How often something is killed at most, before all are reverted.
    pub kills: u32,
    /// Another seed makes other choices.
    pub seed: u64,
}

/// What a run with replicas came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the summary, which docs/proofs.md explains")]
pub struct ReplicaSummary {
    pub store: &'static str,
    pub seed: u64,
    pub replicas: usize,
    pub designations: usize,
    pub kills: u32,
    pub killed: Kills,
    pub acknowledged: u64,
    pub reverted: usize,
    pub notices: usize,
    pub mails: usize,
    pub duplicates: u64,
    pub lost: usize,
    pub violations: usize,
    pub reverted_after_seconds: f64,
    pub seconds: u64,
}

/// A run with replicas that is over.
pub struct ReplicaOutcome {
    /// What it came to.
    pub summary: ReplicaSummary,
    /// What is not as it should be.
    pub violations: Vec<Violation>,
}

/// Has replicas revert designations that are all due at once, and kills some of them meanwhile.
///
/// # Errors
/// When the harness itself cannot go on. What the program does wrong is a violation instead.
pub fn run_replicas(plan: &ReplicaPlan) -> Result<ReplicaOutcome> {
    let began = Instant::now();
    let store = Store::create(StoreKind::Postgres)?;
    let mut rng = Rng::with_seed(plan.seed);
    let mut peer = Peer::start(rng.u64(..))?;
    let stage = Stage::new(Program::new(&plan.program, store.options()), true);
    let mut replicas =
        Replicas { plan, stage: &stage, store: &store, rules: Rules::write()?, kills: Kills::default(), rng };
    let reverted_after = replicas.run(&mut peer).with_context(|| stage.found_so_far())?;
    let mails = peer.stop()?;
    let contents = store.contents()?;
    let ledger = lock(&stage.ledger).clone();
    let mut found = Found(ledger.found.clone());
    found.0.extend(standing(&ledger, &mails, &contents));
    settled(&mails, &contents, &mut found);
    found.0.extend(stage.board.panics());
    let reverted = check_reverts(plan, &contents, &mut found);
    let lost = found.0.iter().filter(|violation| violation.is_loss()).count();
    let summary = ReplicaSummary {
        store: "postgres",
        seed: plan.seed,
        replicas: plan.replicas,
        designations: plan.designations,
        kills: replicas.kills.all(),
        killed: replicas.kills,
        acknowledged: ledger.acknowledged(),
        reverted,
        notices: contents.outbox.iter().filter(|mail| mail.message["about"]["cause"] == "reverted").count(),
        mails: mails.len(),
        duplicates: duplicates(&mails),
        lost,
        violations: found.0.len() - lost,
        reverted_after_seconds: (reverted_after.as_secs_f64() * 10.0).round() / 10.0,
        seconds: began.elapsed().as_secs(),
    };
    Ok(ReplicaOutcome { summary, violations: found.0 })
}

/// A run that is under way.
struct Replicas<'r> {
    plan: &'r ReplicaPlan,
    stage: &'r Stage,
    store: &'r Store,
    rules: Rules,
    kills: Kills,
    rng: Rng,
}

/// The rules before and after they change.
struct Rules {
    files: [PathBuf; 2],
    _folder: TempDir,
}

impl Rules {
    fn write() -> Result<Self> {
        let folder = TempDir::with_prefix("security-contact-crash-")?;
        let files = DAYS.map(|days| folder.path().join(format!("{days}.json")));
        for (file, days) in files.iter().zip(DAYS) {
            fs::write(file, json!({ "maxLoginAgeDays": days, "expiryReminderDays": [] }).to_string())?;
        }
        Ok(Self { files, _folder: folder })
    }

    fn before(&self) -> &Path {
        &self.files[0]
    }

    fn after(&self) -> &Path {
        &self.files[1]
    }
}

impl Replicas<'_> {
    /// How long it took from the start of the replicas until all were reverted.
    fn run(&mut self, peer: &mut Peer) -> Result<Duration> {
        let began = Instant::now();
        self.import(1, now_ms() - 100 * DAY_MS)?;
        let once = began.elapsed();
        let mut servers =
            Servers::new(self.stage, peer, self.plan.replicas)?.with_option("--rules", self.rules.before());
        servers.keep_running()?;
        self.designate();
        servers.stop()?;
        eprintln!("{} designations after {:.1} s", self.plan.designations, began.elapsed().as_secs_f64());
        // Every other one lapses while no server runs, and all are invalid by the rules that come next.
        let lapse_ms = now_ms() + i64::try_from(once.as_millis())? + 3_000;
        self.import(2, lapse_ms - DAYS[0] * DAY_MS)?;
        while now_ms() <= lapse_ms {
            thread::sleep(Duration::from_millis(50));
        }
        let mut servers =
            Servers::new(self.stage, peer, self.plan.replicas)?.with_option("--rules", self.rules.after());
        let started = Instant::now();
        let reverted_after = self.kill_until_reverted(&mut servers, started)?;
        eprintln!("all reverted after {:.1} s, {} kills", reverted_after.as_secs_f64(), self.kills.all());
        peer.calm()?;
        rest::settle(self.stage, self.store, &mut servers, 0)?;
        servers.stop()?;
        Ok(reverted_after)
    }

    /// Brings every `every`th account, with everybody's last login.
    fn import(&self, every: usize, login_ms: i64) -> Result<()> {
        let lines: Vec<String> =
            (0..self.plan.designations).step_by(every).flat_map(|number| self.lines(number, login_ms)).collect();
        let file = file_of(&lines)?;
        let mut command = self.stage.program.command(["import"]);
        let ended = self.stage.run(Job::Operate, command.arg(file.path()).arg("--rules").arg(self.rules.before()))?;
        ensure!(ended.status.success(), "the accounts cannot be imported: {}", ended.stderr);
        Ok(())
    }

    fn lines(&self, number: usize, login_ms: i64) -> Vec<String> {
        let id = account(number);
        let has_address = number.is_multiple_of(self.plan.address_every);
        let people = [(FIRST_OWNER, "owner"), (CHOSEN, "admin")].map(|(person, role)| {
            let email = has_address.then(|| format!("{person}.{id}@example.com"));
            json!({
                "type": "person", "account": id, "id": person, "name": format!("Person {person}"), "email": email,
                "role": role, "accountSettings": "none", "status": "active", "lastLoginAt": text(login_ms),
                "staffRole": null,
            })
        });
        let profile = json!({ "type": "account", "id": id, "name": format!("Account {id}"), "owner": FIRST_OWNER });
        std::iter::once(profile).chain(people).map(|line| line.to_string()).collect()
    }

    /// Has somebody chosen in every account.
    fn designate(&mut self) {
        thread::scope(|scope| {
            for first in 0..WRITERS {
                let mut writer = Writer::new(self.stage, first, self.rng.fork());
                let numbers = (first..self.plan.designations).step_by(WRITERS);
                scope.spawn(move || numbers.for_each(|number| writer.fulfil(&wish(number))));
            }
        });
    }

    fn kill_until_reverted(&mut self, servers: &mut Servers<'_>, started: Instant) -> Result<Duration> {
        while self.chosen()? > 0 {
            ensure!(started.elapsed() < PATIENCE, "not all were reverted after {PATIENCE:?}");
            servers.start_missing()?;
            thread::sleep(Duration::from_millis(self.rng.u64(..500)));
            if self.kills.all() >= self.plan.kills {
                continue;
            }
            if self.rng.u32(..6) == 0 {
                self.kills.backends += u32::from(self.store.kill_backend(&mut self.rng)?);
            } else {
                self.kills.servers += u32::from(servers.kill_one(&mut self.rng)?);
            }
        }
        Ok(started.elapsed())
    }

    /// How many are still chosen.
    fn chosen(&self) -> Result<usize> {
        self.store.look(|query| Ok(query.rows("SELECT 1 FROM accounts WHERE user_id IS NOT NULL")?.len()))
    }
}

fn account(number: usize) -> String {
    format!("a-{number:06}")
}

fn wish(number: usize) -> Wish {
    Wish { account: account(number), actor: FIRST_OWNER.to_owned(), asked: Some(CHOSEN.to_owned()), version: 0 }
}

/// Every account's history is one choice and one revert, which has two notices. Says how many were reverted.
fn check_reverts(plan: &ReplicaPlan, contents: &Contents, found: &mut Found) -> usize {
    let mut reverted = 0;
    for number in 0..plan.designations {
        let id = account(number);
        let actions: Vec<&str> = contents.history(&id).iter().map(|row| row.action.as_str()).collect();
        found.expect(actions == ["designated", "reverted"], "not_reverted_once", || {
            format!("account {id}: {actions:?}")
        });
        reverted += usize::from(actions.last() == Some(&"reverted"));
    }
    let notices = contents.outbox.len();
    found.expect(notices == 4 * plan.designations, "notices_differ", || {
        format!("{notices} rows of the outbox, expected {}", 4 * plan.designations)
    });
    reverted
}
