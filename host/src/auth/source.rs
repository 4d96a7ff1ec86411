//! Where the keys that verify JWTs come from, and how a new one becomes known.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use security_contact_policy::Instant;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;

use super::keys::KeySet;
use super::place::{KeySourceError, Place};
use crate::domain::ports::Clock;

/// After what time keys are read again, so that one that was taken out of the set ends.
const REFRESH_MS: i64 = 10 * 60_000;

/// How long the next try waits after the last one: nobody who sends tokens that no key verifies makes this host ask the
/// platform more often.
const PAUSE_MS: i64 = 30_000;

/// How often is looked whether the keys are old.
const WATCH: Duration = Duration::from_secs(30);

/// The present keys, read again when they are old or do not verify a token: the platform can change its keys without
/// anybody here doing anything.
pub struct KeySource(Arc<Shared>);

/// What callers and whoever reads the keys share.
struct Shared {
    place: Place,
    keys: RwLock<Arc<KeySet>>,
    /// Held while they are read, so that one reads for all.
    read: Arc<Mutex<Read>>,
}

/// When the keys were read.
struct Read {
    /// When somebody last tried.
    tried_at: Instant,
    /// When somebody last managed to.
    done_at: Instant,
}

impl Read {
    /// Whether keys of that age are to be read, and nobody has just tried. A clock that was set back ages them too.
    fn is_due(&self, age_ms: i64, now: Instant) -> bool {
        let since = |then: Instant| now.millis().saturating_sub(then.millis()).saturating_abs();
        since(self.tried_at) >= PAUSE_MS && since(self.done_at) >= age_ms
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
        Self::open(Place::url(address)?, now).await
    }

    async fn open(place: Place, now: Instant) -> Result<Self, KeySourceError> {
        let keys = place.read().await?;
        tell_unfit(keys.unfit(), 0);
        Ok(Self::with(place, keys, now))
    }

    fn with(place: Place, keys: KeySet, now: Instant) -> Self {
        let read = Arc::new(Mutex::new(Read { tried_at: now, done_at: now }));
        Self(Arc::new(Shared { place, keys: RwLock::new(Arc::new(keys)), read }))
    }

    /// Reads the keys anew whenever they are old, also while nobody asks, until this is dropped.
    ///
    /// # Panics
    /// Outside of a runtime, for keys that are not given.
    pub(super) fn watch(&self, clock: Arc<dyn Clock>) {
        self.watch_every(WATCH, clock);
    }

    fn watch_every(&self, every: Duration, clock: Arc<dyn Clock>) {
        if !self.0.is_given() {
            tokio::spawn(watch(Arc::downgrade(&self.0), clock, every));
        }
    }

    /// The keys at hand.
    pub(super) fn present(&self) -> Arc<KeySet> {
        self.0.present()
    }

    /// The keys that came after those, which do not verify a token: they are read anew unless that was tried a moment
    /// ago. `None` when there are no others.
    pub(super) async fn after(&self, old: &Arc<KeySet>, now: Instant) -> Option<Arc<KeySet>> {
        if self.0.is_given() {
            return None;
        }
        // Waits for whoever is reading them.
        let read = Arc::clone(&self.0.read).lock_owned().await;
        if Arc::ptr_eq(old, &self.present()) && read.is_due(0, now) {
            // A task that broke off has brought no keys.
            let _ = self.0.begin(read, now).await;
        }
        let present = self.present();
        (!Arc::ptr_eq(old, &present)).then_some(present)
    }
}

/// Looks again and again whether the keys are old, for as long as there is somebody who needs them.
async fn watch(shared: Weak<Shared>, clock: Arc<dyn Clock>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(shared) = shared.upgrade() else { return };
        shared.refresh(clock.now());
    }
}

/// Tells of keys that are not used although they are meant to be, unless that was told before.
fn tell_unfit(keys: usize, before: usize) {
    if keys > 0 && keys != before {
        tracing::warn!(keys, "keys of the platform are passed over: nothing can be verified with them safely");
    }
}

impl Shared {
    fn is_given(&self) -> bool {
        matches!(self.place, Place::Given)
    }

    fn present(&self) -> Arc<KeySet> {
        // What is swapped is one pointer, so that a panic elsewhere cannot have left half of it.
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, keys: KeySet) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Begins to read the keys if they are old, unless somebody is at it.
    fn refresh(self: &Arc<Self>, now: Instant) {
        if let Ok(read) = Arc::clone(&self.read).try_lock_owned()
            && read.is_due(REFRESH_MS, now)
        {
            drop(self.begin(read, now));
        }
    }

    /// Reads the keys in a task of its own: a caller who hangs up ends nothing that others wait for.
    fn begin(self: &Arc<Self>, read: OwnedMutexGuard<Read>, now: Instant) -> JoinHandle<()> {
        tokio::spawn(Arc::clone(self).read_anew(read, now))
    }

    async fn read_anew(self: Arc<Self>, mut read: OwnedMutexGuard<Read>, now: Instant) {
        read.tried_at = now;
        match self.place.read().await {
            Ok(keys) => {
                read.done_at = now;
                tell_unfit(keys.unfit(), self.present().unfit());
                self.replace(keys);
            }
            // The known keys go on being used: an outage of the platform's key server locks nobody out.
            Err(error) => tracing::warn!(%error, "the keys of the platform cannot be read anew"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jsonwebtoken::Algorithm;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn set(id: &str) -> String {
        format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{id}","x":"{X}"}}]}}"#)
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_767_225_600_000 + seconds * 1_000).unwrap()
    }

    /// It is ten minutes later.
    struct StandingClock;

    impl Clock for StandingClock {
        fn now(&self) -> Instant {
            at(600)
        }
    }

    fn has(keys: &Arc<KeySet>, id: &str) -> bool {
        keys.fitting(Some(id), Algorithm::EdDSA).count() == 1
    }

    impl KeySource {
        /// The keys once they were read anew, if it is time for that.
        async fn refreshed(&self, now: Instant) -> Arc<KeySet> {
            self.0.refresh(now);
            drop(self.0.read.lock().await);
            self.present()
        }

        /// The keys that somebody gets whose token no key verifies.
        async fn wanted(&self, now: Instant) -> Arc<KeySet> {
            let present = self.present();
            self.after(&present, now).await.unwrap_or(present)
        }
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
        assert!(has(&source.wanted(at(29)).await, "a"));
        assert!(has(&source.wanted(at(30)).await, "b"));
        fs::write(&path, set("c")).unwrap();
        assert!(has(&source.wanted(at(-1)).await, "c"), "the clock was set back");
    }

    #[tokio::test]
    async fn a_key_that_was_taken_out_ends_after_ten_minutes() {
        let (_folder, path, source) = file().await;
        fs::write(&path, set("b")).unwrap();
        assert!(has(&source.refreshed(at(599)).await, "a"));
        assert!(has(&source.refreshed(at(600)).await, "b"));
    }

    #[tokio::test]
    async fn it_ends_although_nobody_asks() {
        let (_folder, path, source) = file().await;
        fs::write(&path, set("b")).unwrap();
        source.watch_every(Duration::from_millis(1), Arc::new(StandingClock));
        while has(&source.present(), "a") {
            tokio::task::yield_now().await;
        }
        let shared = Arc::downgrade(&source.0);
        drop(source);
        while shared.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn known_keys_outlive_a_source_that_fails() {
        let (_folder, path, source) = file().await;
        for broken in ["", "{\"keys\":[]}"] {
            fs::write(&path, broken).unwrap();
            assert!(has(&source.refreshed(at(600)).await, "a"));
        }
        fs::remove_file(&path).unwrap();
        assert!(has(&source.refreshed(at(660)).await, "a"));
        fs::write(&path, set("b")).unwrap();
        assert!(has(&source.refreshed(at(689)).await, "a"), "the next try came too soon");
        assert!(has(&source.refreshed(at(690)).await, "b"));
    }
}
