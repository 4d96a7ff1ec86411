//! `demo`: everything on this machine, with invented people.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context;
use clap::Args;

use super::folder::DemoFolder;
use super::operate::Operate;
use super::options::Options;
use super::reload::Reload;
use super::seed::seed;
use super::server::Server;
use super::work::{Mail, worker};
use super::{End, UsageError, print};
use crate::http::{Limits, Mode};
use crate::mail::Sender;
use crate::wiring::{IfMissing, MailTo, Parts, StoreAt};
use crate::worker::Pauses;

/// The default rules but for one criterion, which nobody would see otherwise.
const RULES: &str = include_str!("../../demo/rules.json");

/// Try the whole product on this machine, with invented people
///
/// Serves the settings page and the API, sends mail into files, and reviews designations. There is no login: the page
/// lets you be anybody, so that it listens to this machine only. A new data folder gets two accounts, `acme` and
/// `birch`, of people of every kind, and the file `rules.json`: unlike the default rules, platform staff of the role
/// `support` cannot be the contact. What you change there stays. The other commands work on the same data folder
/// while the demo runs. A data folder with accounts that no demo brought is refused, and so is a database.
#[derive(Args)]
#[command(after_help = "\
Examples:
  $ security-contact demo
  $ security-contact demo --listen 127.0.0.1:0 --data /tmp/demo")]
pub(super) struct Demo {
    /// Where to listen, on this machine; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", value_parser = loopback)]
    listen: SocketAddr,
}

impl Demo {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        if matches!(options.store()?, StoreAt::Database(_)) {
            let message = "the demo keeps its accounts in the data folder: name no database, neither by \
                           `--database-url-file` nor by `SECURITY_CONTACT_DATABASE_URL`";
            return Err(UsageError(message.into()).into());
        }
        let server = Server::listen(self.listen, &Operate::PLAIN).await?;
        let folder = DemoFolder::open(options, RULES).await?;
        let parts = options.open(IfMissing::Create).await?;
        if !folder.is_seeded() {
            seed(&parts).await.context("the demo's people cannot be stored")?;
            folder.set_seeded()?;
        }
        let maildir = options.data().join("mail");
        let from = Sender::new("security-contact@localhost", "Security Contact demo")?;
        let mail = Mail { to: MailTo::Folder(maildir.clone()), from };
        let worker = worker(&parts, mail, Pauses::default()).await?;
        greet(&server, &parts, &maildir.join("new").join("*.eml").display().to_string())?;
        let reload = Reload::new(options, &parts, true, server.operation().metrics())?;
        server.run(reload, parts, Mode::Demo, Limits::default(), Some(worker)).await?;
        Ok(End::Done)
    }
}

/// Says where everything is, in one piece, so that a program that waits for the address may stop reading then.
fn greet(server: &Server, parts: &Parts, mail: &str) -> anyhow::Result<()> {
    let identity = parts.engine.identity();
    let lines = [
        "Security Contact demo".to_owned(),
        format!("  page    http://{}", server.address()?),
        format!("  mail    {mail}"),
        format!("  rules   fingerprint {}", identity.fingerprint),
        format!("  module  sha256 {}", identity.module_sha256),
        "  stop    Ctrl-C".to_owned(),
    ];
    Ok(print::line(&lines.join("\n"))?)
}

/// An address that only this machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "expected an address such as `127.0.0.1:8787`".to_owned())?;
    if [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address.ip()) {
        Ok(address)
    } else {
        Err("the demo has no login, so that it listens on `127.0.0.1` or `[::1]` only".to_owned())
    }
}
