//! The certificates that the SMTP server under test shows.

use std::io::Write;

use tempfile::NamedTempFile;

use super::peer::Peer;

/// A certificate that vouches for itself, as files in PEM.
pub(crate) struct Certificate {
    key: NamedTempFile,
    cert: NamedTempFile,
    pub(crate) pem: String,
}

impl Certificate {
    pub(crate) fn of(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let [key, cert] = [made.signing_key.serialize_pem(), made.cert.pem()].map(|pem| {
            let mut file = NamedTempFile::new().unwrap();
            file.write_all(pem.as_bytes()).unwrap();
            file
        });
        Self { key, cert, pem: made.cert.pem() }
    }

    /// A peer that shows this certificate.
    pub(crate) fn peer(&self, mode: &str) -> Peer {
        let [key, cert] = [&self.key, &self.cert].map(|file| file.path().to_str().unwrap());
        Peer::start_with(&["--mode", mode, "--key", key, "--cert", cert])
    }
}
