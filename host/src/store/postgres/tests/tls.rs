//! TLS is the rule, and certificates are checked.

use std::net::TcpListener;

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use security_contact_tests_postgres::{NOT_DURABLE, Server, Stop};

use super::patient;
use crate::domain::ports::Store;
use crate::store::postgres::{OpenError, PostgresStore};

/// A server with TLS, and a file with the authority of its certificate.
struct Secured {
    server: Server,
    port: u16,
    authority: tempfile::NamedTempFile,
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn start() -> Secured {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = [("listen_addresses", "127.0.0.1"), ("port", &port.to_string())];
    let server = Server::start(&[NOT_DURABLE, &settings].concat());
    let (authority, key) = (authority(), KeyPair::generate().unwrap());
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    server.write("server.crt", &certificate.pem());
    server.write("server.key", &key.serialize_pem());
    server.write("postgresql.auto.conf", "ssl = on\n");
    server.stop(Stop::Fast);
    server.start_again();
    Secured { server, port, authority: file(&authority.pem()) }
}

impl Secured {
    async fn connect(&self, host: &str, options: &str) -> Result<PostgresStore, OpenError> {
        let url = format!("postgres://postgres@{host}:{}/postgres?{options}", self.port);
        PostgresStore::connect_within(&url, 1, patient()).await
    }
}

/// Whether the server sees the store's connection with TLS.
async fn is_secured(store: &PostgresStore) -> bool {
    let client = store.pool.get().await.unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked() {
    let secured = start();
    let ours = format!("sslrootcert={}", secured.authority.path().display());
    for options in [ours.clone(), format!("sslmode=require&{ours}"), format!("{ours}&sslmode=verify-full")] {
        let store = secured.connect("localhost", &options).await.unwrap();
        assert!(is_secured(&store).await, "{options}");
        store.use_policy("one").await.unwrap();
    }
    let another = file(&authority().pem());
    let another = format!("sslrootcert={}", another.path().display());
    for (host, options) in [("localhost", another.as_str()), ("localhost", ""), ("127.0.0.1", &ours)] {
        let error = secured.connect(host, options).await.unwrap_err();
        assert!(matches!(error, OpenError::Unreachable { .. }), "{host} {options}: {error:?}");
        let source = std::error::Error::source(&error).unwrap();
        assert!(format!("{source:?}").contains("InvalidCertificate"), "{source:?}");
    }
    let store = secured.connect("127.0.0.1", "sslmode=disable").await.unwrap();
    assert!(!is_secured(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_it_has_no_tls_is_not_trusted() {
    let secured = start();
    secured.server.write("postgresql.auto.conf", "ssl = off\n");
    secured.server.stop(Stop::Fast);
    secured.server.start_again();
    for options in ["", "sslmode=require"] {
        let error = secured.connect("localhost", options).await.unwrap_err();
        assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    }
    secured.connect("localhost", "sslmode=disable").await.unwrap();
}
