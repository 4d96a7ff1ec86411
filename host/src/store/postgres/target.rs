//! Where a URL leads, and what every connection there is like.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Limits, OpenError};

/// A server and database, and how to get there.
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// What the driver does not read by itself.
struct TlsOptions {
    is_required: bool,
    root_certificate: Option<PathBuf>,
}

impl Target {
    pub(super) fn parse(url: &str, limits: &Limits) -> Result<Self, OpenError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(OpenError::Url);
        }
        let (url, options) = take_tls_options(url)?;
        // The driver's own message may quote a part of the URL, and so of a password that holds a `?`.
        let mut config: Config = url.parse().map_err(|_| OpenError::Url)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::Url);
        }
        let is_local = config.get_hosts().iter().any(|host| !matches!(host, Host::Tcp(_)));
        let uses_tls = options.is_required && !is_local;
        config.ssl_mode(if uses_tls { SslMode::Require } else { SslMode::Disable });
        settle(&mut config, limits);
        Ok(Self { config, tls: tls(options.root_certificate)? })
    }
}

/// The URL without `sslmode` and `sslrootcert`, and what they say. The driver's `require` checks no certificate by
/// itself, and its default takes no TLS when somebody in between says that there is none: here TLS is the rule, with
/// certificates checked.
fn take_tls_options(url: &str) -> Result<(String, TlsOptions), OpenError> {
    let mut options = TlsOptions { is_required: true, root_certificate: None };
    let Some((place, parameters)) = url.rsplit_once('?') else { return Ok((url.to_owned(), options)) };
    let mut others = Vec::new();
    for parameter in parameters.split('&') {
        match parameter.split_once('=') {
            Some(("sslmode", "disable")) => options.is_required = false,
            Some(("sslmode", "require" | "verify-full")) => options.is_required = true,
            Some(("sslmode", _)) => return Err(OpenError::SslMode),
            Some(("sslrootcert", path)) => {
                let path = percent_encoding::percent_decode_str(path).decode_utf8().map_err(|_| OpenError::Url)?;
                options.root_certificate = Some(PathBuf::from(path.into_owned()));
            }
            _ => others.push(parameter),
        }
    }
    let mark = if others.is_empty() { "" } else { "?" };
    Ok((format!("{place}{mark}{}", others.join("&")), options))
}

/// Certificates are checked against those authorities, or the ones that browsers trust.
fn tls(root_certificate: Option<PathBuf>) -> Result<MakeRustlsConnect, OpenError> {
    let mut roots = RootCertStore::empty();
    match root_certificate {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let found = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let is_usable = found.is_ok_and(|found| roots.add_parsable_certificates(found).0 > 0);
            if !is_usable {
                return Err(OpenError::RootCertificate { path });
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Failed { source: error.into() })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// What every session has, unless the URL's own `options` say otherwise. Every statement follows an index, whatever
/// the server believes of the sizes of tables: it plans each statement once, and only with nested loops.
const SESSION: [(&str, &str); 8] = [
    ("default_transaction_isolation", r"read\ committed"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
];

fn settle(config: &mut Config, limits: &Limits) {
    let times = [
        ("statement_timeout", limits.statement),
        ("lock_timeout", limits.lock),
        ("idle_in_transaction_session_timeout", limits.operation),
    ];
    let times = times.map(|(name, limit)| (name, limit.as_millis().to_string()));
    let times = times.iter().map(|(name, limit)| (*name, limit.as_str()));
    let options = SESSION.into_iter().chain(times).map(|(name, value)| format!("-c {name}={value}"));
    let mut options: Vec<String> = options.collect();
    options.extend(config.get_options().map(str::to_owned));
    config.options(options.join(" "));
    if config.get_application_name().is_none() {
        config.application_name("security-contact");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limits.connect);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(limits.operation);
    }
    // A connection that says nothing is asked whether it is still there.
    config.keepalives_idle(Duration::from_secs(30));
    config.keepalives_interval(Duration::from_secs(5));
    config.keepalives_retries(3);
}
