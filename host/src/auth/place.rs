//! The places that keys are read from.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use super::keys::{KeySet, KeySetError};

/// The longest key set that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// How long the platform may take to answer.
const FETCH_TIME: Duration = Duration::from_secs(5);

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// The address is none that keys can safely come from.
    #[error("the address of the key set cannot be used: expected `https://…`, or `http://` to this machine")]
    Address,
    /// The key set cannot be read.
    #[error("the key set cannot be read from {place}: {message}")]
    Unreadable {
        /// Where it should be.
        place: String,
        /// What went wrong.
        message: String,
    },
    /// What was read is no usable key set.
    #[error("the key set of {place} cannot be used")]
    Unusable {
        /// Where it was.
        place: String,
        /// What is wrong with it.
        #[source]
        source: KeySetError,
    },
}

/// Where keys come from.
pub(super) enum Place {
    File(PathBuf),
    Url(Url),
    /// Nowhere: they were given, and stay.
    Given,
}

impl Place {
    /// An address of HTTPS, or of this machine.
    pub(super) fn url(address: &str) -> Result<Self, KeySourceError> {
        let url: Url = address.parse().map_err(|_| KeySourceError::Address)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() == "https" || (url.scheme() == "http" && is_here) {
            Ok(Self::Url(url))
        } else {
            Err(KeySourceError::Address)
        }
    }

    /// The keys that are there now.
    pub(super) async fn read(&self) -> Result<KeySet, KeySourceError> {
        let (place, text) = match self {
            Self::File(path) => {
                let place = format!("`{}`", path.display());
                (place, fs::read_to_string(path).map_err(|error| error.to_string()))
            }
            Self::Url(url) => {
                // The path and query of an address may hold a secret.
                let place = format!("`{}`", url.origin().ascii_serialization());
                let url = url.clone();
                let fetched = tokio::task::spawn_blocking(move || fetch(&url)).await;
                (place, fetched.unwrap_or_else(|_| Err("the fetch broke off".to_owned())))
            }
            Self::Given => (String::new(), Err("there is nothing to read".to_owned())),
        };
        match text {
            Ok(text) => KeySet::from_jwks(&text).map_err(|source| KeySourceError::Unusable { place, source }),
            Err(message) => Err(KeySourceError::Unreadable { place, message }),
        }
    }
}

fn fetch(url: &Url) -> Result<String, String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(FETCH_TIME)).max_redirects(0);
    // What is not encrypted stays on this machine, whatever proxy the environment names.
    let config = if url.scheme() == "https" { config } else { config.proxy(None) };
    let agent = config.build().new_agent();
    let mut response = agent.get(url.as_str()).call().map_err(|error| error.to_string())?;
    response.body_mut().with_config().limit(MAX_BYTES).read_to_string().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    const SET: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    async fn error(place: &Place) -> KeySourceError {
        place.read().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_file_that_has_no_keys_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        let place = Place::File(path.clone());
        assert!(error(&place).await.to_string().starts_with("the key set cannot be read from `"));
        fs::write(&path, "[]").unwrap();
        assert!(error(&place).await.to_string().ends_with("cannot be used"));
        fs::write(&path, SET).unwrap();
        assert!(place.read().await.is_ok());
    }

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for address in ["http://id.example.com/jwks", "ftp://localhost/jwks", "jwks.json", "file:///etc/passwd"] {
            let error = Place::url(address).err().unwrap();
            assert!(matches!(error, KeySourceError::Address), "{address}: {error}");
        }
        for address in ["https://id.example.com/jwks", "http://localhost/jwks", "http://127.0.0.2:1", "http://[::1]/"] {
            assert!(Place::url(address).is_ok(), "{address}");
        }
    }

    /// Answers one request with this text.
    fn serve(answer: String) -> Place {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/jwks?secret=x", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        Place::url(&address).unwrap()
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn what_an_address_answers_is_bounded_and_told_without_the_address() {
        assert!(serve(ok(SET)).read().await.is_ok());
        let elsewhere = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned();
        let long = ok(&" ".repeat(2 << 20));
        for answer in [elsewhere, long, "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned()] {
            let error = error(&serve(answer)).await;
            let text = format!("{error} {:?}", std::error::Error::source(&error));
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
