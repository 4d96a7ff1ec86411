//! Tests of keys that change while tokens come: verifier and source together.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use security_contact_policy::Instant;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{JwtError, JwtRules, JwtVerifier, KeySource};
use crate::domain::ports::Clock;

const BEGINNING: i64 = 1_800_000_000;

/// A clock that is set, in seconds since the keys were first read.
#[derive(Default)]
struct SetClock(AtomicI64);

impl SetClock {
    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant::from_millis((BEGINNING + self.0.load(Ordering::Relaxed)) * 1_000).unwrap()
    }
}

/// A key of the platform, and the id that its tokens name.
struct Signer {
    id: Option<&'static str>,
    key: EncodingKey,
}

impl Signer {
    fn new(id: Option<&'static str>) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        Self { id, key: EncodingKey::from_ec_der(&pair.serialize_der()) }
    }

    fn token(&self) -> String {
        let header = Header { kid: self.id.map(str::to_owned), ..Header::new(Algorithm::ES256) };
        let claims = json!({"iss": "id", "aud": "us", "sub": "u-1", "org": "acme", "exp": BEGINNING + 10_000});
        encode(&header, &claims, &self.key).unwrap()
    }

    /// The key set that has this key alone, under that id.
    fn set(&self, id: Option<&str>) -> String {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap();
        jwk.common.key_id = id.map(str::to_owned);
        json!({ "keys": [jwk] }).to_string()
    }

    /// The same, under the id that its tokens name.
    fn own_set(&self) -> String {
        self.set(self.id)
    }
}

/// A key server that tells of every request, and answers when it is told with what.
struct KeyServer {
    url: String,
    asked: UnboundedReceiver<()>,
    answers: mpsc::Sender<String>,
}

impl KeyServer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let ((ask, asked), (answers, answer)) = (unbounded_channel(), mpsc::channel::<String>());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                let Ok(body) = ask.send(()).map_err(drop).and_then(|()| answer.recv().map_err(drop)) else { return };
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { url, asked, answers }
    }

    fn answer(&self, set: String) {
        self.answers.send(set).unwrap();
    }

    /// Waits until somebody asks.
    async fn until_asked(&mut self) {
        self.asked.recv().await.unwrap();
    }

    /// Whether somebody has asked of whom nobody knew.
    fn was_asked(&mut self) -> bool {
        self.asked.try_recv().is_ok()
    }
}

/// A verifier that has read the set, the server that it was read from, and the clock.
async fn verifier(set: String) -> (Arc<JwtVerifier>, KeyServer, Arc<SetClock>) {
    let (mut server, clock) = (KeyServer::start(), Arc::new(SetClock::default()));
    server.answer(set);
    let source = KeySource::url(&server.url, clock.now()).await.unwrap();
    server.until_asked().await;
    let rules = JwtRules {
        issuer: "id".into(),
        audience: "us".into(),
        account_claim: "org".into(),
        person_claim: "sub".into(),
    };
    (Arc::new(JwtVerifier::new(rules, source, clock.clone())), server, clock)
}

#[tokio::test]
async fn a_caller_who_hangs_up_ends_nothing_that_others_wait_for() {
    let (old, new, evil) = (Signer::new(Some("old")), Signer::new(Some("new")), Signer::new(Some("evil")));
    let (verifier, mut server, clock) = verifier(old.own_set()).await;
    clock.set(30);
    let caller = tokio::spawn({
        let (verifier, token) = (verifier.clone(), evil.token());
        async move { verifier.verify(&token).await }
    });
    server.until_asked().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    server.answer(new.own_set());
    assert!(verifier.verify(&new.token()).await.is_ok());
    assert_eq!(verifier.verify(&old.token()).await, Err(JwtError::UnknownKey));
    assert!(!server.was_asked());
}

#[tokio::test]
async fn all_who_wait_for_new_keys_share_one_request() {
    let (old, new) = (Signer::new(Some("old")), Signer::new(Some("new")));
    let (verifier, mut server, clock) = verifier(old.own_set()).await;
    clock.set(30);
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), new.token());
            tokio::spawn(async move { verifier.verify(&token).await })
        })
        .collect();
    server.until_asked().await;
    server.answer(new.own_set());
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
    }
    assert!(!server.was_asked());
}

#[tokio::test]
async fn keys_are_changed_without_ids_and_under_the_same_id() {
    for id in [None, Some("same")] {
        let (old, new) = (Signer::new(id), Signer::new(id));
        let (verifier, mut server, clock) = verifier(old.own_set()).await;
        assert!(verifier.verify(&old.token()).await.is_ok());
        clock.set(30);
        server.answer(new.own_set());
        assert!(verifier.verify(&new.token()).await.is_ok(), "{id:?}");
        assert!(server.was_asked());
        clock.set(60);
        server.answer(new.own_set());
        assert_eq!(verifier.verify(&old.token()).await, Err(JwtError::Signature), "{id:?}");
    }
}

#[tokio::test]
async fn whoever_has_a_key_at_hand_waits_for_nobody() {
    for id in [None, Some("a")] {
        let signer = Signer::new(Some("a"));
        let (verifier, mut server, clock) = verifier(signer.set(id)).await;
        for seconds in [30, 599, 600, 6_000] {
            clock.set(seconds);
            assert!(verifier.verify(&signer.token()).await.is_ok());
            assert!(!server.was_asked(), "{id:?} after {seconds} seconds");
        }
    }
}

#[tokio::test]
async fn wrong_tokens_ask_the_platform_twice_a_minute_at_most() {
    let (signer, evil) = (Signer::new(Some("a")), Signer::new(Some("a")));
    let (verifier, mut server, clock) = verifier(signer.own_set()).await;
    for (seconds, is_asked) in [(0, false), (29, false), (30, true), (31, false), (59, false), (60, true)] {
        clock.set(seconds);
        if is_asked {
            server.answer(signer.own_set());
        }
        assert_eq!(verifier.verify(&evil.token()).await, Err(JwtError::Signature));
        assert_eq!(server.was_asked(), is_asked, "after {seconds} seconds");
    }
}
