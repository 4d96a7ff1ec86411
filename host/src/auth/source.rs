//! Where the keys that verify JWTs come from, and how a new one becomes known.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use security_contact_policy::Instant;
use tokio::sync::Mutex;
use url::{Host, Url};

use super::keys::{KeySet, KeySetError};

/// The longest key set that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// How long the platform may take to answer.
const FETCH_TIME: Duration = Duration::from_secs(5);

/// After what time keys are read again, so that one that was taken out of the set ends.
const REFRESH_MS: i64 = 10 * 60_000;

/// How long the next try waits after one for an unknown key, or one that failed: nobody who sends tokens with invented
/// key ids makes this host ask the platform more often.
const PAUSE_MS: i64 = 30_000;

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
enum Place {
    File(PathBuf),
    Url(Url),
    /// Nowhere: they were given, and stay.
    Given,
}

/// The present keys, read again when they are old or a token names one that is unknown: the platform can change its keys
/// without anybody here doing anything.
pub struct KeySource {
    place: Place,
    keys: RwLock<Arc<KeySet>>,
    /// Held while they are read, so that one caller reads for all.
    read: Mutex<Read>,
}

/// When the keys were read.
struct Read {
    /// When somebody last tried.
    tried_at: Instant,
    /// When somebody last managed to.
    done_at: Instant,
}

impl Read {
    fn is_due(&self, is_unknown: bool, now: Instant) -> bool {
        let since = |then: Instant| now.millis().saturating_sub(then.millis());
        since(self.tried_at) >= PAUSE_MS && (is_unknown || since(self.done_at) >= REFRESH_MS)
    }
}

impl KeySource {
    /// Keys that stay as they are, such as a shared secret.
    #[must_use]
    pub fn given(keys: KeySet) -> Self {
        Self::with(Place::Given, keys, Instant::MIN)
    }

    /// Keys in a file, which may be written anew at any time.
    ///
    /// # Errors
    /// When they cannot be read now.
    pub async fn file(path: PathBuf, now: Instant) -> Result<Self, KeySourceError> {
        Self::open(Place::File(path), now).await
    }

    /// Keys at an address of the platform, such as `https://id.example.com/.well-known/jwks.json`. Certificates are
    /// always checked, and no redirect is followed.
    ///
    /// # Errors
    /// When the address is not of HTTPS (or of this machine), or the keys cannot be had now.
    pub async fn url(address: &str, now: Instant) -> Result<Self, KeySourceError> {
        let url: Url = address.parse().map_err(|_| KeySourceError::Address)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() == "https" || (url.scheme() == "http" && is_here) {
            Self::open(Place::Url(url), now).await
        } else {
            Err(KeySourceError::Address)
        }
    }

    async fn open(place: Place, now: Instant) -> Result<Self, KeySourceError> {
        let keys = place.read().await?;
        Ok(Self::with(place, keys, now))
    }

    fn with(place: Place, keys: KeySet, now: Instant) -> Self {
        let read = Read { tried_at: now, done_at: now };
        Self { place, keys: RwLock::new(Arc::new(keys)), read: Mutex::new(read) }
    }

    /// The keys at `now`, in which the key of that id is, if the platform has it.
    pub(super) async fn keys(&self, id: Option<&str>, now: Instant) -> Arc<KeySet> {
        let keys = self.present();
        if matches!(self.place, Place::Given) {
            return keys;
        }
        let is_unknown = id.is_some_and(|id| !keys.knows(id));
        let mut read = match self.read.try_lock() {
            Ok(read) => read,
            // Whoever has a key at hand waits for nobody.
            Err(_) if !is_unknown => return keys,
            Err(_) => self.read.lock().await,
        };
        // Somebody else may have read them meanwhile.
        let is_unknown = id.is_some_and(|id| !self.present().knows(id));
        if !read.is_due(is_unknown, now) {
            return self.present();
        }
        read.tried_at = now;
        match self.place.read().await {
            Ok(keys) => {
                read.done_at = now;
                self.replace(keys)
            }
            Err(error) => {
                // The known keys go on being used: an outage of the platform's key server locks nobody out.
                tracing::warn!(%error, "the keys of the platform cannot be read anew");
                self.present()
            }
        }
    }

    fn present(&self) -> Arc<KeySet> {
        // What is swapped is one pointer, so that a panic elsewhere cannot have left half of it.
        Arc::clone(&self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn replace(&self, keys: KeySet) -> Arc<KeySet> {
        let keys = Arc::new(keys);
        *self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::clone(&keys);
        keys
    }
}

impl Place {
    async fn read(&self) -> Result<KeySet, KeySourceError> {
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
    let agent = ureq::Agent::config_builder().timeout_global(Some(FETCH_TIME)).max_redirects(0).build().new_agent();
    let mut response = agent.get(url.as_str()).call().map_err(|error| error.to_string())?;
    response.body_mut().with_config().limit(MAX_BYTES).read_to_string().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn set(id: &str) -> String {
        format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{id}","x":"{X}"}}]}}"#)
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_767_225_600_000 + seconds * 1_000).unwrap()
    }

    /// A source of a file with the key `a`, read at 0.
    async fn file() -> (tempfile::TempDir, PathBuf, KeySource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        fs::write(&path, set("a")).unwrap();
        let source = KeySource::file(path.clone(), at(0)).await.unwrap();
        (folder, path, source)
    }

    #[tokio::test]
    async fn a_new_key_is_found_after_half_a_minute_at_most() {
        let (_folder, path, source) = file().await;
        fs::write(&path, set("b")).unwrap();
        assert!(!source.keys(Some("b"), at(29)).await.knows("b"));
        assert!(source.keys(Some("b"), at(30)).await.knows("b"));
    }

    #[tokio::test]
    async fn a_key_that_was_taken_out_ends_after_ten_minutes() {
        let (_folder, path, source) = file().await;
        fs::write(&path, set("b")).unwrap();
        assert!(source.keys(Some("a"), at(599)).await.knows("a"));
        assert!(!source.keys(Some("a"), at(600)).await.knows("a"));
    }

    #[tokio::test]
    async fn known_keys_outlive_a_source_that_fails() {
        let (_folder, path, source) = file().await;
        for broken in ["", "{\"keys\":[]}"] {
            fs::write(&path, broken).unwrap();
            assert!(source.keys(Some("a"), at(600)).await.knows("a"));
        }
        fs::remove_file(&path).unwrap();
        assert!(source.keys(Some("a"), at(660)).await.knows("a"));
        fs::write(&path, set("b")).unwrap();
        assert!(source.keys(Some("a"), at(689)).await.knows("a"), "the next try came too soon");
        assert!(source.keys(Some("a"), at(690)).await.knows("b"));
    }

    #[tokio::test]
    async fn a_source_that_fails_at_first_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        let error = |result: Result<KeySource, KeySourceError>| result.err().unwrap().to_string();
        assert!(error(KeySource::file(path.clone(), at(0)).await).starts_with("the key set cannot be read from `"));
        fs::write(&path, "[]").unwrap();
        assert!(error(KeySource::file(path, at(0)).await).ends_with("cannot be used"));
    }

    #[tokio::test]
    async fn keys_come_over_https_or_from_this_machine() {
        for address in ["http://id.example.com/jwks", "ftp://localhost/jwks", "jwks.json", "file:///etc/passwd"] {
            let error = KeySource::url(address, at(0)).await.err().unwrap();
            assert!(matches!(error, KeySourceError::Address), "{address}: {error}");
        }
    }

    /// Answers one request after the other with these texts, and then no more.
    fn serve(answers: Vec<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/jwks?secret=x", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn keys_are_fetched_and_fetched_again() {
        let source = KeySource::url(&serve(vec![ok(&set("a")), ok(&set("b"))]), at(0)).await.unwrap();
        assert!(source.keys(Some("a"), at(1)).await.knows("a"));
        assert!(source.keys(Some("b"), at(31)).await.knows("b"));
        // Nobody answers any more.
        assert!(source.keys(Some("c"), at(62)).await.knows("b"));
    }

    #[tokio::test]
    async fn what_an_address_answers_is_bounded_and_told_without_the_address() {
        let elsewhere = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned();
        let long = ok(&" ".repeat(2 << 20));
        for answer in [elsewhere, long, "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned()] {
            let error = KeySource::url(&serve(vec![answer]), at(0)).await.err().unwrap();
            let text = format!("{error} {:?}", std::error::Error::source(&error));
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
